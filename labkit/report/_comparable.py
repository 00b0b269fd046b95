"""Which results can be set beside which published numbers, and why others cannot (metric standard M4, M15 to M25)."""

from collections.abc import Sequence
from dataclasses import dataclass

from labkit.core import Result
from labkit.literature import Quantity


@dataclass(frozen=True, slots=True)
class Comparable:
    """A result that stands beside a published quantity.

    `definition` is how its definition-id begins. `ranked` where both are the same formula; else they are drawn beside
    each other, and `words` say why no more is said.
    """

    quantity: Quantity
    metric: str
    symbol: str
    definition: str
    ranked: bool
    words: str

    def holds(self, result: Result) -> bool:
        """Whether a result is of this definition, with a value or a bound to show."""
        named = (result.metric, result.symbol) == (self.metric, self.symbol)
        shown = result.reportable or result.bound is not None
        electrical = self.symbol != "E_pulse" or "irradiance" not in result.at
        return named and shown and electrical and result.definition.startswith(self.definition)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Results that are not set beside published numbers, and why; no symbol stands for all of the metrics'."""

    metrics: tuple[str, ...]
    symbols: tuple[str, ...]
    words: str

    def holds(self, result: Result) -> bool:
        """Whether a result is refused by this."""
        return result.metric in self.metrics and (not self.symbols or result.symbol in self.symbols)


COMPARABLE: Sequence[Comparable] = (
    Comparable(
        Quantity.PPF,
        "ppf_index",
        "PPF",
        "M4.global/",
        True,
        "The published index is A2/A1; beside it stands the global index (both above the baseline before the first "
        "pulse), never the local or the excess one. The table does not tell the published intervals, widths and "
        "intensities, and a global index above 100 % is no proof of facilitation.",
    ),
    Comparable(
        Quantity.ENERGY_READ,
        "pulse_energy",
        "E_read",
        "M21.",
        True,
        "Read-based energies, V_read × I × t, beside E_read alone. They fall with the read voltage that one chooses, "
        "and leave out what the pulse itself costs, in volts or in light.",
    ),
    Comparable(
        Quantity.ENERGY_PULSE,
        "pulse_energy",
        "E_amp",
        "M21.",
        True,
        "Pulse-based energies, amplitude × I × t, beside E_amp (the same product) and E_pulse (its integral over all "
        "terminals, where the pulse is one of voltage). Only three were published.",
    ),
    Comparable(Quantity.ENERGY_PULSE, "pulse_energy", "E_pulse", "M21.", True, ""),
    Comparable(
        Quantity.DYNAMIC_RANGE,
        "dynamic_range",
        "DR",
        "M18.end_points/",
        False,
        "Not ranked: the review does not say whether its ranges are of end points, of extreme readings, or of an on "
        "and an off state. Beside them stands the ratio of the end points' means over cycles.",
    ),
    Comparable(
        Quantity.STATES,
        "states",
        "N_p",
        "M17.programmed/",
        True,
        "The published counts are pulses applied (programmed levels), so that they stand beside N_p alone. Such a "
        "count says nothing of whether the levels differ: N_r does.",
    ),
    Comparable(
        Quantity.ENDURANCE_TWO_STATE,
        "endurance",
        "N_f",
        "M24.",
        False,
        "Not ranked: the published counts come without a criterion of failure and without a number of devices.",
    ),
    Comparable(
        Quantity.ENDURANCE_LTP_LTD,
        "cycle_endurance",
        "N_c",
        "M25.",
        False,
        "Not ranked: the published counts come without a criterion of failure and without a number of devices. Full "
        "cycles are compared, never pulses.",
    ),
    Comparable(
        Quantity.RETENTION,
        "retention",
        "R",
        "M22.observed/",
        False,
        "Not ranked: the review does not say what had to be left. Beside the published times stands how long this "
        "device was observed, with what was left then; nothing is extrapolated.",
    ),
)

REFUSALS: Sequence[Refusal] = (
    Refusal(
        ("nonlinearity", "nonlinearity_forms"),
        (),
        "not ranked against the 5 published pairs: the review gives no formula, so that an unlabelled 0.07/0.1 may be "
        "NL, ANL or δ_max; it does not say which of the pair is potentiation; and NL grows with the number of pulses",
    ),
    Refusal(
        ("states",),
        ("N_r", "N_w"),
        "not set beside the published numbers of states: those are pulses applied, which N_p counts",
    ),
    Refusal(("pulse_energy",), ("E_opt",), "nothing to be set beside: the published energies leave the light out"),
    Refusal(
        ("retention",),
        ("t_50", "R extrapolated"),
        "not set beside the published times: what had to be left after them is not said",
    ),
    Refusal(
        ("on_off_ratio",),
        (),
        "not set beside the published ranges: whether those are of an on and an off state is not said",
    ),
)
_NOT_RANKED = {Quantity.NONLINEARITY_P: "nonlinearity", Quantity.NONLINEARITY_D: "nonlinearity"}


def beside_published(quantity: Quantity) -> str:
    """Say what is set beside the published values of a quantity, and whether it is ranked among them; or why not."""
    if quantity in _NOT_RANKED:
        return next(refusal.words for refusal in REFUSALS if _NOT_RANKED[quantity] in refusal.metrics)
    return " ".join(kind.words for kind in COMPARABLE if kind.quantity is quantity and kind.words)
