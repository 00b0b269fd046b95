"""What the tables of published devices tell of a device, and how it is defined there."""

from dataclasses import dataclass
from enum import StrEnum


class Quantity(StrEnum):
    """A quantity of the published tables. Energies of two formulas are two quantities: they are not comparable."""

    PPF = "ppf"
    ENERGY_READ = "energy_read"
    ENERGY_PULSE = "energy_pulse"
    DYNAMIC_RANGE = "dynamic_range"
    STATES = "states"
    ENDURANCE_TWO_STATE = "endurance_two_state"
    ENDURANCE_LTP_LTD = "endurance_ltp_ltd"
    NONLINEARITY_P = "nonlinearity_p"
    NONLINEARITY_D = "nonlinearity_d"
    RETENTION = "retention"

    @property
    def about(self) -> "About":
        """Title, unit and definition."""
        return _ABOUT[self]


@dataclass(frozen=True, slots=True)
class About:
    """What a quantity is called, its SI unit (`%` for ratios shown in percent), and how the review defines it.

    `wide` quantities go over decades: they are drawn on a logarithmic axis and have a geometric median.
    """

    title: str
    unit: str
    definition: str
    wide: bool = True


_UNDEFINED = "a column head without a definition"
_NONLINEARITY = (
    f"{_UNDEFINED}: no formula is given, so that it may be NL, ANL or δ_max; which of the pair is potentiation is not "
    "stated either"
)
_ABOUT = {
    Quantity.PPF: About(
        "PPF index",
        "%",
        "A2/A1, current of the second over that of the first pulse; its interval is not in the table",
        wide=False,
    ),
    Quantity.ENERGY_READ: About("Energy, read-based", "J", "V_read × I × t (footnote of Table 1)"),
    Quantity.ENERGY_PULSE: About(
        "Energy, pulse-based", "J", "pulse amplitude × I × t (footnote of Table 1, marked with a star)"
    ),
    Quantity.DYNAMIC_RANGE: About("Dynamic range", "1", _UNDEFINED),
    Quantity.STATES: About("Number of states", "1", f"{_UNDEFINED}; used for the number of pulses applied"),
    Quantity.ENDURANCE_TWO_STATE: About(
        "Endurance, two-state", "1", f"{_UNDEFINED}: no criterion of failure, no number of devices"
    ),
    Quantity.ENDURANCE_LTP_LTD: About(
        "Endurance, LTP and LTD", "1", f"{_UNDEFINED}: no criterion of failure, no number of devices"
    ),
    Quantity.NONLINEARITY_P: About("Nonlinearity, potentiation", "1", _NONLINEARITY),
    Quantity.NONLINEARITY_D: About("Nonlinearity, depression", "1", _NONLINEARITY),
    Quantity.RETENTION: About("Retention", "s", f"{_UNDEFINED}: it is not said what had to be left after that time"),
}

ALIASES: dict[str, tuple[Quantity, ...]] = {
    "ppf_index": (Quantity.PPF,),
    "energy": (Quantity.ENERGY_READ, Quantity.ENERGY_PULSE),
    "pulse_energy": (Quantity.ENERGY_READ, Quantity.ENERGY_PULSE),
    "number_of_states": (Quantity.STATES,),
    "endurance": (Quantity.ENDURANCE_TWO_STATE,),
    "cycle_endurance": (Quantity.ENDURANCE_LTP_LTD,),
    "nonlinearity": (Quantity.NONLINEARITY_P, Quantity.NONLINEARITY_D),
}
"""Other names of quantities: those of labkit's metrics, and families that stand beside each other unmixed."""


def quantities(name: str) -> tuple[Quantity, ...]:
    """Give the quantities of a name: a quantity's own, or one of ALIASES. Raises KeyError for another."""
    return ALIASES[name] if name in ALIASES else (_BY_NAME[name],)


_BY_NAME = {str(quantity): quantity for quantity in Quantity}
