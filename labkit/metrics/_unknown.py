"""What a run does not tell of its instruments, and which results hang on it.

Data that labkit did not measure come without the accuracy of the range: it is NaN in the acquisition table (and in the
light's relative uncertainty). An interval that leaves it out would claim an ideal instrument, one that assumes a value
would be made up. So a metric is computed without those limits and once more with trial ones: what moves with them has
no interval, only the one of its readings alone, as a variant; what does not (a ratio in which the gain cancels) keeps
its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from labkit.core import Estimate, Flag, Interval, Result, Run

READINGS_ALONE = "readings_alone"
"""The variant that holds the interval without the instrument's unknown accuracy."""
_TRIAL = 0.01
_SETTINGS: Mapping[str, str] = {
    "gain": "accuracy of the current",
    "offset": "accuracy of the current",
    "voltage_gain": "accuracy of the voltage",
    "voltage_offset": "accuracy of the voltage",
    "aperture": "integration time",
    "current_range": "measure range",
    "compliance": "current limit",
}
_LIMITS = ("gain", "offset", "voltage_gain", "voltage_offset")


def unknowns(run: Run) -> tuple[str, ...]:
    """Name what the run does not tell of its instruments; nothing where the ammeter's accuracy is known."""
    table = run.acquisitions
    found = [words for name, words in _SETTINGS.items() if not np.all(np.isfinite(table[name].to_numpy(float)))]
    found += [f"irradiance of {name}" for name in _unknown_lights(run)]
    accuracy = [words for words in found if words.startswith(("accuracy of the current", "irradiance"))]
    return tuple(dict.fromkeys(found)) if accuracy else ()


def _unknown_lights(run: Run) -> list[str]:
    return [name for name, value in run.description.light_uncertainty.items() if np.isnan(value)]


def without_unknown(run: Run) -> Run:
    """Give the run with the unknown limits left out, as if the instruments were ideal."""
    return _with_limits(run, dict.fromkeys(_LIMITS, 0.0), 0.0)


def with_trial(run: Run) -> Run:
    """Give the run with trial limits in the place of the unknown ones: a hundredth, to see what moves."""
    current = _typical(run, "current")
    voltage = _typical(run, "voltage")
    trial = {"gain": _TRIAL, "offset": _TRIAL * current, "voltage_gain": _TRIAL, "voltage_offset": _TRIAL * voltage}
    return _with_limits(run, trial, _TRIAL)


def _typical(run: Run, column: str) -> float:
    values = [trace.current if column == "current" else trace.voltage for trace in run.traces.values()]
    finite = [np.abs(each[np.isfinite(each)]) for each in values]
    joined = np.concatenate(finite) if finite else np.empty(0)
    return float(np.median(joined)) if len(joined) else 0.0


def _with_limits(run: Run, limits: Mapping[str, float], light: float) -> Run:
    table = run.acquisitions.copy()
    for name, value in limits.items():
        table[name] = table[name].fillna(value)
    lights = {name: light if np.isnan(value) else value for name, value in run.description.light_uncertainty.items()}
    return replace(run, acquisitions=table, description=replace(run.description, light_uncertainty=lights))


def told(results: Sequence[Result], trials: Sequence[Result], unknown: Sequence[str]) -> Iterator[Result]:
    """Give the results with the flag UNK, and without the intervals that move with the trial limits."""
    moved = {_key(result): result for result in trials}
    for result in results:
        yield _told(result, moved.get(_key(result)), unknown)


def _key(result: Result) -> tuple[str, str, tuple[tuple[str, float], ...]]:
    return result.definition, result.symbol, tuple(sorted(result.at.items()))


def _told(result: Result, trial: Result | None, unknown: Sequence[str]) -> Result:
    flags = tuple(flag for flag in Flag if flag in {*result.flags, Flag.UNKNOWN})
    notes = {**result.notes, "unknown": ", ".join(unknown)}
    estimate, bound = result.estimate, result.bound
    others = {} if trial is None else trial.variants
    variants = {
        name: _opened(found) if _moved(found, others.get(name)) else found for name, found in result.variants.items()
    }
    if estimate is not None and (trial is None or _moved(estimate, trial.estimate)):
        variants[READINGS_ALONE] = estimate
        estimate = _opened(estimate)
        notes["interval"] = "not bounded: the accuracy of the instrument is unknown and would widen it"
    if bound is not None and (trial is None or trial.bound is None or not _same(bound, trial.bound)):
        notes["bound"] = "left out: it would need the accuracy of the instrument"
        bound = None
    return replace(result, estimate=estimate, bound=bound, variants=variants, flags=flags, notes=notes)


def _opened(estimate: Estimate) -> Estimate:
    return replace(estimate, uncertainty=np.inf, interval=Interval(-np.inf, np.inf))


def _moved(estimate: Estimate, trial: Estimate | None) -> bool:
    return trial is None or not _same(estimate.interval, trial.interval)


def _same(one: Interval, other: Interval) -> bool:
    return bool(np.allclose([one.low, one.high], [other.low, other.high], rtol=1e-9, atol=0.0))
