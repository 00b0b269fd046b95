"""A device as one row of the review's Tables 1 to 3 (Sun et al., Nano-Micro Lett. 2026, 18:246), from all its runs."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from labkit.core import Result, Run, Sample
from labkit.report._entry import ReportEntry
from labkit.report._notation import format_number
from labkit.report._table import format_bound, format_conditions, format_estimate

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One device: the text of each column of ROW_COLUMNS, and what a reader must know of each number."""

    cells: tuple[str, ...]
    footnotes: tuple[str, ...]
    virtual: bool


@dataclass(frozen=True, slots=True)
class _Device:
    sample: Sample
    runs: tuple[Run, ...]
    results: tuple[Result, ...]

    def found(self, metric: str, symbol: str) -> list[Result]:
        """Give the results of a metric and a symbol that have a value or a bound."""
        chosen = (each for each in self.results if each.metric == metric and each.symbol == symbol)
        return [each for each in chosen if each.reportable or each.bound is not None]


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str = NOTHING
    footnote: str = ""


def device_rows(entries: Sequence[ReportEntry]) -> list[DeviceRow]:
    """Give a row for each device that the runs measured, in their order; columns as in ROW_COLUMNS.

    Numbers carry their standard uncertainty in parentheses and stand under the default definitions of the standard;
    footnotes name the definition-ids and conditions. A column without a measured value has a dash.
    """
    return [_row(device) for device in _devices(entries)]


def write_rows_csv(rows: Sequence[DeviceRow], path: Path) -> None:
    """Write rows as CSV, footnotes in a last column."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*ROW_COLUMNS, "footnotes"])
        writer.writerows([*row.cells, "; ".join(row.footnotes)] for row in rows)


def rows_markdown(rows: Sequence[DeviceRow]) -> str:
    """Write rows as a Markdown table with its footnotes below."""
    lines = [f"| {' | '.join(ROW_COLUMNS)} |", "|---" * len(ROW_COLUMNS) + "|"]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row.cells) + " |" for row in rows]
    notes = [f"- {row.cells[0]}, {row.cells[1]}: {note}" for row in rows for note in row.footnotes]
    return "\n".join([*lines, "", *notes]) + "\n"


def _devices(entries: Iterable[ReportEntry]) -> list[_Device]:
    found: dict[tuple[str, str], tuple[Sample, list[Run], list[Result]]] = {}
    for entry in entries:
        sample = entry.run.sample
        for device in dict.fromkeys(result.device or sample.device for result in entry.results):
            _, runs, results = found.setdefault((sample.name, device), (sample, [], []))
            runs.append(entry.run)
            results += [each for each in entry.results if (each.device or sample.device) == device]
    return [
        _Device(sample.model_copy(update={"device": device}), tuple(runs), tuple(results))
        for (_, device), (sample, runs, results) in found.items()
    ]


def _row(device: _Device) -> DeviceRow:
    cells = [make(device) for make in _COLUMNS.values()]
    notes = tuple(f"{name}: {cell.footnote}" for name, cell in zip(_COLUMNS, cells, strict=True) if cell.footnote)
    return DeviceRow(tuple(cell.text for cell in cells), notes, any(run.description.virtual for run in device.runs))


def _of_sample(text: Callable[[Sample], str]) -> Callable[[_Device], _Cell]:
    return lambda device: _Cell(text(device.sample) or NOTHING)


def _terminals(device: _Device) -> _Cell:
    """Count electrical terminals as the tables do: a channel with a gate has three, all else two."""
    names = {name for run in device.runs for name in run.description.terminals}
    return _Cell("3" if names & {"gate", "drain"} else "2")


def _wavelengths(device: _Device) -> _Cell:
    lengths = {length for run in device.runs for length in run.description.wavelengths.values()}
    return _Cell(", ".join(f"{length * 1e9:.0f}" for length in sorted(lengths)) or NOTHING)


def _facilitation(device: _Device) -> _Cell:
    found = sorted(device.found("ppf_index", "PPF"), key=lambda each: each.at.get("interval", 0.0))
    if not found:
        return _Cell()
    excess = found[0].variants.get("excess")
    beside = f", excess {format_estimate(excess, 'parentheses')}" if excess else ""
    return _Cell(_number(found[0]), f"{_source(found[0])}{beside}")


def _energy(device: _Device) -> _Cell:
    """Print the energies apart, pulse-based first: they are not comparable with each other."""
    parts, notes = [], []
    for symbol, star in (("E_pulse", "*"), ("E_read", ""), ("E_opt", " (light)")):
        found = device.found("pulse_energy", symbol)
        if found:
            parts.append(f"{_number(found[0])}{star}")
            notes.append(f"{symbol} {_source(found[0])}")
    return _Cell("; ".join(parts) or NOTHING, "; ".join(notes))


def _range(device: _Device) -> _Cell:
    return _first(device, ("dynamic_range", "DR"), ("on_off_ratio", "I_on/I_off"))


def _states(device: _Device) -> _Cell:
    return _first(device, ("states", "N_r"))


def _endurance(metric: str) -> Callable[[_Device], _Cell]:
    def cell(device: _Device) -> _Cell:
        symbols = dict.fromkeys(each.symbol for each in device.results if each.metric == metric)
        return _first(device, *((metric, symbol) for symbol in symbols))

    return cell


def _nonlinearity(device: _Device) -> _Cell:
    pair = [device.found("nonlinearity", symbol) for symbol in ("NL_P", "NL_D")]
    if not any(pair):
        return _Cell()
    text = " / ".join(_number(found[0]) if found else NOTHING for found in pair)
    return _Cell(text, _source(next(found[0] for found in pair if found)))


def _retention(device: _Device) -> _Cell:
    """Print how long was observed, with what was left then: never an extrapolation."""
    found = device.found("retention", "R")
    if not found:
        return _Cell()
    highest = max(found, key=lambda each: each.at.get("state", 0.0))
    return _Cell(f"> {format_number(highest.at['time'], 's')}", f"R = {_number(highest)}, {_source(highest)}")


def _first(device: _Device, *places: tuple[str, str]) -> _Cell:
    for metric, symbol in places:
        for result in device.found(metric, symbol):
            return _Cell(_number(result), f"{symbol}, {_source(result)}")
    return _Cell()


def _number(result: Result) -> str:
    return format_estimate(result.estimate, "parentheses") if result.estimate else format_bound(result)


def _source(result: Result) -> str:
    flags = " ".join(flag.value for flag in result.flags)
    return ", ".join(filter(None, (result.definition, format_conditions(result.at), flags)))


_COLUMNS: dict[str, Callable[[_Device], _Cell]] = {
    "Sample": _of_sample(lambda sample: sample.name),
    "Device": _of_sample(lambda sample: sample.device),
    "Perovskite": _of_sample(lambda sample: sample.material),
    "Dimensionality": _of_sample(lambda sample: sample.dimensionality),
    "Device structure": _of_sample(lambda sample: sample.structure),
    "Terminals": _terminals,
    "Mechanism": _of_sample(lambda sample: sample.mechanism),
    "Wavelength (nm)": _wavelengths,
    "PPF index": _facilitation,
    "Energy (* pulse-based)": _energy,
    "Dynamic range": _range,
    "Number of states": _states,
    "Endurance, two-state": _endurance("endurance"),
    "Endurance, LTP+LTD": _endurance("cycle_endurance"),
    "Nonlinearity (p/d)": _nonlinearity,
    "Retention": _retention,
}
ROW_COLUMNS = tuple(_COLUMNS)
