"""The rows of the ledger's tables."""

from collections.abc import Mapping

from labkit.app import (
    Entry,
    Life,
    Wear,
    format_duration,
    format_number,
    longest_bias,
    total_charge,
    total_dose,
    total_pulses,
)
from labkit.gui.widgets import Cell, Column

_WEAR = (
    Column("Pulses", "On all terminals; each of them in the tip of a cell", number=True),
    Column("Cycles", "Iterations of loops named `cycle`", number=True),
    Column("Charge", "Integral of the magnitude of the current, over all terminals", number=True),
    Column("Under bias", "Time at a voltage other than zero, of the terminal that had most", number=True),
    Column("Light", "Photon dose: irradiance times time, of all colours", number=True),
)
LIFE_COLUMNS = (
    Column("Sample"),
    Column("Device"),
    Column("Runs", "On real instruments, however they ended", number=True),
    Column("First use"),
    Column("Last use"),
    *_WEAR,
)
RUN_COLUMNS = (Column("Started"), Column("Protocol"), Column("Outcome"), *_WEAR, Column("Run file"))
_MOODS = {"complete": "", "aborted": "warning", "failed": "bad", "killed": "bad"}


def life_cells(life: Life) -> list[Cell]:
    """Write the sum over all runs of one device."""
    head = [Cell(life.sample), Cell(life.device), Cell(str(life.runs), life.runs)]
    dates = [Cell(moment[:16].replace("T", " "), moment) for moment in (life.first_use, life.last_use)]
    return [*head, *dates, *_wear_cells(life.wear)]


def run_cells(entry: Entry) -> list[Cell]:
    """Write one run of one device."""
    return [
        Cell(entry.started_at[:16].replace("T", " "), entry.started_at, f"ended {entry.finished_at or 'by a kill'}"),
        Cell(entry.protocol),
        Cell(entry.outcome, None, "", _MOODS.get(entry.outcome, "")),
        *_wear_cells(entry.wear),
        Cell(entry.run_file, None, entry.run_id, "faint"),
    ]


def _wear_cells(wear: Wear) -> list[Cell]:
    pulses, charge, bias, dose = total_pulses(wear), total_charge(wear), longest_bias(wear), total_dose(wear)
    unread = _each(wear.unread_time, "s")
    photons = "\n".join(f"{name}: {count / 1e4:.3g} photons/cm²" for name, count in wear.photons.items())
    return [
        Cell(f"{pulses:,}".replace(",", "\u202f"), pulses, "\n".join(f"{k}: {n}" for k, n in wear.pulses.items())),
        Cell(str(wear.cycles), wear.cycles),
        Cell(_shown(charge, "C"), charge, _each(wear.charge, "C")),
        Cell(format_duration(bias), bias, f"{_each(wear.bias_time, 's')}\nof it not read: {unread or 'none'}"),
        Cell(f"{dose * 0.1:.3g} mJ/cm²" if dose else "—", dose, photons),
    ]


def _each(values: Mapping[str, float], unit: str) -> str:
    return "\n".join(f"{name}: {_shown(value, unit)}" for name, value in values.items())


def _shown(value: float, unit: str) -> str:
    return format_number(float(f"{value:.3g}"), unit)
