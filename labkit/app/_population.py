"""What a set of devices comes to: yield, variation, uniformity, scaling, of one chip run or of many run files."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from labkit.app._documents import load_criteria
from labkit.app._recent import read_measured
from labkit.core import LabkitError, Result, Run
from labkit.metrics import (
    DeviceSet,
    SetMetric,
    Verdict,
    compute_metrics,
    compute_set_metrics,
    device_set,
    judge,
    load_set_metric,
    set_metric_names,
)
from labkit.report import (
    PopulationEntry,
    ReportEntry,
    markdown_table,
    metrics_table,
    population_page,
    report_entry,
    write_csv,
    write_xlsx,
)
from labkit.storage import write_results


@dataclass(frozen=True, slots=True)
class Population:
    """A set of devices with the results of the set, and each device's verdict where there are criteria.

    `measured` are the runs with the results of their devices, in the order of `sources`.
    """

    devices: DeviceSet
    results: tuple[Result, ...]
    verdicts: tuple[Verdict, ...]
    sources: tuple[Path, ...]
    measured: tuple[tuple[Run, tuple[Result, ...]], ...]

    @property
    def virtual(self) -> bool:
        """Whether any of the runs is of a virtual bench."""
        return any(run.description.virtual for run, _ in self.measured)


def population(
    runs: Sequence[Path], criteria: str | None = None, metrics: Sequence[str] = (), write: bool = True
) -> Population:
    """Put run files together as one set of devices, and compute its set metrics: all that are installed by default.

    `criteria` is a file that says what a good device is; without it, what the run files kept is used. The results of
    one chip run are written into its file, beside those of its devices, unless `write` is False; those of several files
    belong to none of them: `write_population` keeps them. Raises LabkitError.
    """
    measured = tuple(_measured(path) for path in runs)
    given = None if criteria is None else load_criteria(criteria)[0]
    devices = device_set(measured, criteria=given)
    results = compute_set_metrics(devices, metrics or _in_order_of_the_standard())
    if not metrics:  # what the set cannot carry is no news unless it was asked for
        results = tuple(result for result in results if result.method != "not computed" or result.metric == "yield")
    verdicts = () if devices.criteria is None else tuple(judge(one, devices.criteria) for one in devices)
    if write and len(runs) == 1:
        write_results(runs[0], (*measured[0][1], *results))
    return Population(devices, results, verdicts, tuple(runs), measured)


def _in_order_of_the_standard() -> list[str]:
    numbers = {
        name: load_set_metric(name).definition.partition(".")[0].partition("/")[0] for name in set_metric_names()
    }
    return sorted(numbers, key=lambda name: (len(numbers[name]), numbers[name]))


def _measured(path: Path) -> tuple[Run, tuple[Result, ...]]:
    """Read a run with the results of its devices; those that it does not hold yet are computed."""
    run, stored = read_measured(path)
    of_sets = set(set_metric_names())
    results = tuple(result for result in stored if result.metric not in of_sets)
    if not results:
        alone = [name for name in run.description.metrics if name not in of_sets]
        results = compute_metrics(run, alone)
    return run, results


def write_population(found: Population, output: Path) -> None:
    """Write a population as a page (.html), tables (.xlsx, .csv, .md), or as a set file (.json).

    A set file holds the results in SI units with the run files that they are of, the devices and the criteria. Raises
    LabkitError for a format that there is not.
    """
    writer = _WRITERS.get(output.suffix.lower())
    if writer is None:
        raise LabkitError(
            f"no format {output.suffix.lower() or output.name!r} for a population",
            f"end the name in {', '.join(_WRITERS)}",
        )
    output.parent.mkdir(parents=True, exist_ok=True)
    writer(found, output)


def _page(found: Population, output: Path) -> None:
    metrics = dict(_declared(found.results))
    entry = PopulationEntry(
        found.devices, found.results, found.verdicts, [path.name for path in found.sources], found.virtual, metrics
    )
    population_page(entry, output)


def _declared(results: Sequence[Result]) -> Mapping[str, SetMetric]:
    known = set(set_metric_names())
    return {result.metric: load_set_metric(result.metric) for result in results if result.metric in known}


def _entries(found: Population) -> list[ReportEntry]:
    """Give the set first, as if it were a device of the first run, then each run with its devices."""
    whole = f"set of {len(found.devices)} devices"
    of_set = [replace(result, device=whole) for result in found.results]
    runs = zip(found.measured, found.sources, strict=True)
    return [
        report_entry(found.measured[0][0], of_set, found.devices.name),
        *(report_entry(run, results, path.name) for (run, results), path in runs),
    ]


def _set_file(found: Population, output: Path) -> None:
    criteria = found.devices.criteria
    told = {
        "labkit_set": 1,
        "name": found.devices.name,
        "runs": [
            {"file": path.name, "run_id": run.description.run_id, "started_at": run.started_at}
            for (run, _), path in zip(found.measured, found.sources, strict=True)
        ],
        "criteria": None if criteria is None else criteria.model_dump(mode="json", exclude_none=True),
        "criteria_registered_before": found.devices.registered,
        "devices": [
            {
                "sample": one.sample.name,
                "device": one.sample.device,
                "row": one.sample.row,
                "column": one.sample.column,
                "active_area_m2": one.sample.active_area,
                "batch": one.sample.batch,
                "verdict": next((found.mode for found in found.verdicts if found.device is one), None),
            }
            for one in found.devices
        ],
        "remarks": list(found.devices.remarks),
        "results": [_plain(result) for result in found.results],
    }
    output.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def _plain(result: Result) -> dict[str, Any]:
    estimate = result.estimate
    return {
        "metric": result.metric,
        "definition": result.definition,
        "symbol": result.symbol,
        "at": dict(result.at),
        "unit": result.unit,
        "value": None if estimate is None else _finite(estimate.value),
        "uncertainty": None if estimate is None else _finite(estimate.uncertainty),
        "interval": None if estimate is None else [_finite(estimate.interval.low), _finite(estimate.interval.high)],
        "counts": dict(result.counts),
        "flags": [str(flag) for flag in result.flags],
        "reason": result.reason,
        "notes": dict(result.notes),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


_WRITERS: Mapping[str, Callable[[Population, Path], None]] = {
    ".html": _page,
    ".xlsx": lambda found, path: write_xlsx(_entries(found), path),
    ".csv": lambda found, path: write_csv(_entries(found), path),
    ".md": lambda found, path: _text(markdown_table(metrics_table(found.results)), path),
    ".json": _set_file,
}


def _text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
