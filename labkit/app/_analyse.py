"""Compute the metrics of a run file again, and say what changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labkit.core import Result
from labkit.metrics import compute_metrics
from labkit.storage import read_results, read_run, write_results


@dataclass(frozen=True, slots=True)
class Change:
    """One result before and now; None where there was or is none."""

    before: Result | None
    now: Result | None


@dataclass(frozen=True, slots=True)
class Analysis:
    """Results computed from a run file, and how they differ from those that stood in it."""

    path: Path
    results: tuple[Result, ...]
    changes: tuple[Change, ...]


def analyse(path: Path, metrics: Sequence[str] = (), write: bool = True) -> Analysis:
    """Compute metrics from raw traces; the protocol's own when none are named. Raw traces are never altered.

    With `write`, the results replace those in the file.
    """
    run = read_run(path)
    before = read_results(path)
    results = compute_metrics(run, metrics or run.description.metrics)
    if write:
        write_results(path, results)
    return Analysis(path, results, tuple(_changes(before, results)))


def _key(result: Result) -> tuple[str, str, str, tuple[tuple[str, float], ...]]:
    return result.device, result.metric, result.symbol, tuple(sorted(result.at.items()))


def _value(result: Result) -> float | None:
    return None if result.estimate is None else result.estimate.value


def _changes(before: Sequence[Result], now: Sequence[Result]) -> list[Change]:
    old, new = {_key(result): result for result in before}, {_key(result): result for result in now}
    found = []
    for key in dict.fromkeys([*old, *new]):
        was, is_now = old.get(key), new.get(key)
        same = was is not None and is_now is not None and _value(was) == _value(is_now)
        if not same or (was is not None and is_now is not None and was.definition != is_now.definition):
            found.append(Change(was, is_now))
    return found
