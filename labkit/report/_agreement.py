"""Two sets of runs, number by number: do they agree within their intervals? (E_n of ISO 13528, overlap)."""

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Literal

from scipy import stats

from labkit.core import Estimate, Interval, Result
from labkit.report._entry import ReportEntry
from labkit.report._table import agreed_on, format_conditions, format_estimate

Verdict = Literal["agree", "differ", "cannot tell"]
_UNINFORMATIVE = 1.0
"""Half-width of both intervals, relative to the value, from which agreement would say nothing."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One number of both sets. `normalized_error` is E_n: at most 1 where two 95 % intervals agree."""

    metric: str
    symbol: str
    definition: str
    conditions: Mapping[str, float]
    one: Estimate
    other: Estimate
    counts: tuple[int, int]
    normalized_error: float
    overlap: float
    """Common part of the two intervals, relative to the shorter one."""
    verdict: Verdict


_Identity = tuple[str, str]
_Devices = Mapping[_Identity, Sequence[Estimate]]


@dataclass(frozen=True, slots=True)
class _Key:
    metric: str
    symbol: str
    definition: str
    conditions: tuple[tuple[str, str], ...]


def agreements(one: Sequence[ReportEntry], other: Sequence[ReportEntry]) -> list[Agreement]:
    """Compare what both sets measured: same metric, definition and conditions.

    A set with several devices stands for them by its mean with Student's t over devices: the population is compared.
    A set with one device stands by that device's own estimate, or by the mean of its runs: then devices are compared,
    not their populations.
    """
    ours, theirs = _by_key(one), _by_key(other)
    return [_agreement(key, ours[key], theirs[key]) for key in ours if key in theirs]


def agreement_lines(found: Sequence[Agreement], names: tuple[str, str]) -> Iterator[tuple[str, ...]]:
    """Write a comparison as rows of text, the headings first; conditions that all agree on are left out."""
    yield ("metric", "at", *names, "E_n", "overlap", "")
    shared = agreed_on(each.conditions for each in found)
    for each in found:
        yield (
            each.symbol,
            format_conditions(each.conditions, shared),
            *(_with_count(*pair) for pair in zip((each.one, each.other), each.counts, strict=True)),
            f"{each.normalized_error:.2f}",
            f"{each.overlap:.0%}",
            each.verdict,
        )


def write_agreements_csv(found: Sequence[Agreement], path: Path) -> None:
    """Write a comparison as CSV, numbers in SI units."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        sides = [f"{name}_{side}" for side in ("one", "other") for name in ("value", "low_95", "high_95", "n")]
        writer.writerow(["metric", "symbol", "definition", "conditions", "unit", *sides, "E_n", "overlap", "verdict"])
        for each in found:
            numbers = [
                number
                for estimate, count in zip((each.one, each.other), each.counts, strict=True)
                for number in (estimate.value, estimate.interval.low, estimate.interval.high, count)
            ]
            head = (each.metric, each.symbol, each.definition, format_conditions(each.conditions), each.one.unit)
            writer.writerow([*head, *numbers, each.normalized_error, each.overlap, each.verdict])


def _by_key(entries: Sequence[ReportEntry]) -> dict[_Key, dict[_Identity, list[Estimate]]]:
    found: dict[_Key, dict[_Identity, list[Estimate]]] = {}
    for entry in entries:
        sample = entry.run.sample
        for result in entry.results:
            if result.estimate is not None:
                identity = sample.name, result.device or sample.device
                found.setdefault(_key(result), {}).setdefault(identity, []).append(result.estimate)
    return found


def _key(result: Result) -> _Key:
    """Match by what was asked for: delivered values differ in their last digits from bench to bench."""
    conditions = tuple((name, f"{value:.2g}") for name, value in sorted(result.at.items()))
    return _Key(result.metric, result.symbol, result.definition, conditions)


def _agreement(key: _Key, ours: _Devices, theirs: _Devices) -> Agreement:
    one, other = _of_set(ours), _of_set(theirs)
    error, overlap = _normalized_error(one, other), _overlap(one.interval, other.interval)
    verdict: Verdict = "differ" if error > 1 else "agree" if _informative(one, other) else "cannot tell"
    conditions = {name: float(value) for name, value in key.conditions}
    counts = (len(ours), len(theirs))
    return Agreement(key.metric, key.symbol, key.definition, conditions, one, other, counts, error, overlap, verdict)


def _of_set(devices: _Devices) -> Estimate:
    of_devices = [_mean_of(estimates) for estimates in devices.values()]
    return _mean_of(of_devices)


def _mean_of(estimates: Sequence[Estimate]) -> Estimate:
    if len(estimates) == 1:
        return estimates[0]
    values = [estimate.value for estimate in estimates]
    mean, error = fmean(values), stdev(values) / math.sqrt(len(values))
    half = float(stats.t.ppf(0.975, len(values) - 1)) * error
    return Estimate(mean, error, Interval(mean - half, mean + half), len(values) - 1, estimates[0].unit)


def _normalized_error(one: Estimate, other: Estimate) -> float:
    """Divide the difference by the root of the summed squares of those halves of the intervals that face each other."""
    low, high = sorted((one, other), key=lambda each: each.value)
    expanded = math.hypot(low.interval.high - low.value, high.value - high.interval.low)
    difference = high.value - low.value
    if expanded == 0:
        return 0.0 if difference == 0 else math.inf
    return difference / expanded


def _overlap(one: Interval, other: Interval) -> float:
    common = min(one.high, other.high) - max(one.low, other.low)
    shorter = min(one.high - one.low, other.high - other.low)
    if shorter == 0 or not math.isfinite(common):
        return float(common >= 0)
    return max(0.0, common / shorter)


def _informative(one: Estimate, other: Estimate) -> bool:
    """Whether at least one of the intervals is shorter than the value itself: else anything agrees with anything."""
    size = max(abs(one.value), abs(other.value))
    halves = [(each.interval.high - each.interval.low) / 2 for each in (one, other)]
    return size == 0 or max(halves) < _UNINFORMATIVE * size


def _with_count(estimate: Estimate, count: int) -> str:
    devices = f" (n = {count})" if count > 1 else ""
    return f"{format_estimate(estimate)}{devices}"
