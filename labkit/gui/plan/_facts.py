"""What a plan costs, in words: the figures above the time-line and the rows of the table below it."""

from collections.abc import Sequence
from dataclasses import dataclass

from labkit.app import Outlook, longest_if
from labkit.core import format_quantity
from labkit.gui.widgets import Cell, Column

COST_COLUMNS = (
    Column("Terminal"),
    Column("Charge, at most", "Current limit times time under bias, whatever the device does", True),
    Column("Energy, at most", "Current limit times voltage times time", True),
    Column("Light dose", "Irradiance times time at the device plane", True),
    Column("Photons", "Photons that reach the device plane", True),
)
_NONE = Cell("–", mood="faint")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a plan: what it is, its value, and what that means."""

    name: str
    value: str
    help: str


_TAKES = "How long the run takes"


def figures(outlook: Outlook) -> tuple[Figure, ...]:
    """Give the figures of a plan."""
    estimates = outlook.plan.estimates
    duration = format_quantity(estimates.duration, "s")
    longest = ""
    if estimates.longest > 1.001 * estimates.duration:
        longest = f" … {format_quantity(estimates.longest, 's', 3)}"
    return (
        Figure(
            "Duration",
            duration + longest,
            f"How long the run takes; the second time is if {longest_if(outlook.plan)}" if longest else _TAKES,
        ),
        Figure("Pulses", f"{estimates.pulses:,}".replace(",", " "), "All pulses at all terminals"),
        Figure("Readings", f"{estimates.samples:,}".replace(",", " "), "Readings at most"),
        Figure("Data", _bytes(estimates.bytes), "How large the run file becomes, at most, before compression"),
    )


def cost_rows(outlook: Outlook) -> Sequence[Sequence[Cell]]:
    """Give a row for each terminal that costs the device something."""
    estimates = outlook.plan.estimates
    names = [name for name in outlook.plan.program.terminals if name in estimates.charge or name in estimates.dose]
    return [
        (
            Cell(name),
            _quantity(estimates.charge.get(name), "C"),
            _quantity(estimates.energy.get(name), "J"),
            _dose(estimates.dose.get(name)),
            _photons(estimates.photons.get(name)),
        )
        for name in names
    ]


def _bytes(count: int) -> str:
    value = float(count)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:.3g} GB"


def _quantity(value: float | None, unit: str) -> Cell:
    return _NONE if value is None else Cell(format_quantity(value, unit, 3), value)


def _dose(value: float | None) -> Cell:
    return _NONE if value is None else Cell(f"{value * 0.1:.3g} mJ/cm²", value)


def _photons(value: float | None) -> Cell:
    return _NONE if value is None else Cell(f"{value * 1e-4:.3g} /cm²", value)
