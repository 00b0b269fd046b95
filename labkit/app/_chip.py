"""A chip as a map: its cells, what was measured of each, which are dead, which stand out, and what the set comes to."""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labkit.app._documents import load_bench
from labkit.app._population import Population, population, write_population
from labkit.core import Bench, Estimate, LabkitError, Sample, load_yaml, validate
from labkit.metrics import GOOD, DeviceSet, Identity, SetValue
from labkit.report import (
    MetricRow,
    Placed,
    format_conditions,
    metrics_table,
    pictured_values,
    placed_devices,
    shared_conditions,
)

_STANDS_OUT = 3.5
"""Modified z-score, from median and median absolute deviation, of an outlier (Iglewicz and Hoaglin 1993)."""
_SIGMA = 1.4826
"""Standard deviations of a normal distribution in its median absolute deviation."""
_FEWEST = 5
"""Values below which nothing is said to stand out."""


@dataclass(frozen=True, slots=True)
class ChipPlace:
    """Where a cell is on the chip; row and column count from 0, from the upper left corner of what there is."""

    name: str
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class ChipCell:
    """A cell as one value shows it: the estimate, None where there is none; why it is not good; if it stands out.

    `fate` is a failure mode of the criteria, empty for a good device; `reason` says why there is no value.
    """

    estimate: Estimate | None
    fate: str = ""
    outlier: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ChipValue:
    """One kind of value over the chip: cells by name; `logarithmic` when the devices scatter in proportion."""

    title: str
    metric: str
    symbol: str
    unit: str
    logarithmic: bool
    cells: Mapping[str, ChipCell]

    @property
    def known(self) -> bool:
        """Whether any cell has a value."""
        return any(cell.estimate is not None for cell in self.cells.values())


@dataclass(frozen=True, slots=True)
class Chip:
    """A chip with what was measured of it.

    `places` are all cells that the bench can reach, `values` those that any cell has first, `sources` the run files in
    which a cell was measured, the earliest first. `rows` are the results of the set (yield, variation, uniformity, ...)
    as text; `criteria` says what a good device is, empty where nothing was written down.
    """

    name: str
    places: tuple[ChipPlace, ...]
    values: tuple[ChipValue, ...]
    sources: Mapping[str, tuple[Path, ...]]
    rows: tuple[MetricRow, ...]
    criteria: tuple[str, ...]
    remarks: tuple[str, ...]
    virtual: bool

    @property
    def measured(self) -> frozenset[str]:
        """The cells that were measured."""
        return frozenset(self.sources)


def read_chip(runs: Sequence[Path], criteria: str | None = None) -> Chip:
    """Put runs over the cells of one chip together as a map; nothing is written into the files.

    `criteria` is a file that says what a good device is; without it, what the runs kept. Of runs of several samples,
    the first is the chip. Raises LabkitError.
    """
    found = population(runs, criteria, write=False)
    chip = found.devices.devices[0].sample.name
    names = _wired(found, chip) | {one.sample.device: one.sample for one in found.devices if one.sample.name == chip}
    fates = {one.device.identity: one.mode for one in found.verdicts if one.mode != GOOD}
    values = [_value(found.devices, value, fates, chip) for value in pictured_values(found.devices)]
    told = found.devices.criteria
    return Chip(
        name=chip,
        places=_places(names),
        values=tuple(sorted(values, key=lambda value: not value.known)),
        sources=_sources(found, chip),
        rows=tuple(metrics_table(found.results, shared=shared_conditions(found.results))),
        criteria=() if told is None else tuple(condition.words() for condition in told.criteria),
        remarks=found.devices.remarks,
        virtual=found.virtual,
    )


def write_chip(runs: Sequence[Path], output: Path, criteria: str | None = None) -> None:
    """Write what a chip comes to as a page (.html), tables (.xlsx, .csv, .md) or a set file (.json).

    Arguments are those of `read_chip`; nothing is written into the run files. Raises LabkitError.
    """
    write_population(population(runs, criteria, write=False), output)


def bench_cells(bench: str) -> tuple[ChipPlace, ...]:
    """Give the cells that a bench can reach through its switch matrix; none where it has none. Raises LabkitError."""
    switch = load_bench(bench).bench.switch
    sample = Sample()
    return () if switch is None else _places({name: sample.of_cell(name) for name in switch.wiring()})


def _wired(found: Population, chip: str) -> dict[str, Sample]:
    """Give every cell of a chip that the benches of its runs can reach, whether it was measured or not."""
    cells: dict[str, Sample] = {}
    for run, _ in found.measured:
        if run.sample.name == chip:
            with suppress(LabkitError):  # a bench file of another version, or none for imported data
                switch = validate(Bench, load_yaml(run.description.bench_text, "bench.yaml")).switch
                wired = {} if switch is None else switch.wiring()
                cells |= {name: run.sample.of_cell(name) for name in wired}
    return cells


def _places(cells: Mapping[str, Sample]) -> tuple[ChipPlace, ...]:
    """Put cells where their sample says, counted from the first; those without a place in lines below."""
    known = {name: (one.row, one.column) for name, one in cells.items() if one.row is not None}
    rows = [row for row, _ in known.values() if row is not None]
    columns = [column or 0 for _, column in known.values()]
    top, left = min(rows, default=0), min(columns, default=0)
    placed = [ChipPlace(name, (row or 0) - top, (column or 0) - left) for name, (row, column) in known.items()]
    rest = [name for name in cells if name not in known]
    width = max(columns, default=0) - left + 1 if known else math.ceil(math.sqrt(len(rest)) or 1)
    below = max((one.row for one in placed), default=-1) + 1
    placed += [ChipPlace(name, below + k // width, k % width) for k, name in enumerate(rest)]
    return tuple(placed)


def _sources(found: Population, chip: str) -> dict[str, tuple[Path, ...]]:
    files: dict[str, tuple[Path, ...]] = {}
    runs = [(run, path) for (run, _), path in zip(found.measured, found.sources, strict=True)]
    for run, path in sorted(runs, key=lambda each: each[0].started_at):
        if run.sample.name == chip:
            for device in run.devices or (run.sample.device,):
                files[device] = (*files.get(device, ()), path)
    return files


def _value(devices: DeviceSet, value: SetValue, fates: Mapping[Identity, str], chip: str) -> ChipValue:
    conditions = format_conditions(value.at)
    reasons = {
        device.sample.device: result.reason
        for device, result in value.members
        if result.estimate is None and device.sample.name == chip
    }
    own = {device.sample.device for device in devices if device.sample.name == chip}
    placed = [one for one in placed_devices(devices, value, fates) if one.name in own]
    outliers = _outliers(placed, value.logarithmic)
    return ChipValue(
        title=f"{value.symbol} ({conditions})" if conditions else value.symbol,
        metric=value.metric,
        symbol=value.symbol,
        unit=value.unit,
        logarithmic=value.logarithmic,
        cells={
            one.name: ChipCell(one.estimate, one.fate, one.name in outliers, reasons.get(one.name, ""))
            for one in placed
        },
    )


def _outliers(placed: Sequence[Placed], logarithmic: bool) -> frozenset[str]:
    """Find the cells whose value lies far from the others', by more than its own interval.

    By ratios where the devices scatter in proportion, by differences elsewhere.
    """
    good = [one for one in placed if one.estimate is not None and math.isfinite(one.value) and not one.fate]
    values = np.array([one.value for one in good])
    if len(good) < _FEWEST or (logarithmic and not np.all(values * np.sign(values[0]) > 0)):
        return frozenset()
    shown = np.log(np.abs(values)) if logarithmic else values
    middle = np.median(shown)
    spread = _SIGMA * np.median(np.abs(shown - middle))
    doubt = np.array([2 * one.estimate.uncertainty for one in good if one.estimate is not None])
    doubt = doubt / np.abs(values) if logarithmic else doubt
    far = (np.abs(shown - middle) > _STANDS_OUT * spread) & (np.abs(shown - middle) > doubt)
    return frozenset(one.name for one, is_far in zip(good, far, strict=True) if is_far)
