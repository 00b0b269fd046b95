"""M18: dynamic range of the conductance, from the end points' means over cycles, and the end points themselves."""

from dataclasses import dataclass

import numpy as np

from labkit.core import Estimate, Flag, FloatArray, Interval, Result, Run
from labkit.metrics._level_ratio import ratio_across_ranges, ratio_of_levels
from labkit.metrics._limits import Limits
from labkit.metrics._metric import Metric
from labkit.metrics._outcome import outcome
from labkit.metrics._over_cycles import mapped
from labkit.metrics._statistics import combine, repeats_mean
from labkit.metrics._weight_curves import Train, WeightCurves, weight_curves
from labkit.metrics._windows import is_noise

MINIMUM_CYCLES = 5
_NAME = "dynamic_range"
_METHOD = (
    "ratio of means over cycles of the conductance after the last potentiation and after the last depression pulse, "
    "same read voltage; Fieller's interval, with the ammeter's offset common to both, or the limits of two ranges"
)


@dataclass(frozen=True, slots=True)
class _End:
    """The conductance (S) at one end of each cycle, with the limits of the range that it was read in."""

    levels: FloatArray
    limits: Limits


def dynamic_range(curves: WeightCurves) -> tuple[Result, ...]:
    """Give G_max / G_min, then G_max and G_min."""
    first, last = _ends(curves)
    high, low = (first, last) if np.mean(first.levels) >= np.mean(last.levels) else (last, first)
    lowest = combine(float(np.mean(low.levels)), [_spread(low.levels)], [low.limits.offset], "S")
    if curves.ends:
        ratio = ratio_across_ranges(high.levels, low.levels, (high.limits, low.limits))
    else:
        ratio = ratio_of_levels(high.levels, low.levels, curves.offset)
    flags = set(curves.blocked)
    if len(high.levels) < MINIMUM_CYCLES:
        flags.add(Flag.REPEATS)
    bound = None
    if lowest.value <= 0 or is_noise(lowest):
        flags.add(Flag.SIGNAL_TO_NOISE)
        bound = _at_least(high, lowest)
    train = next(iter(curves.trains.values()))
    return (
        outcome(
            _NAME,
            "M18.end_points/1",
            "DR",
            ratio,
            "1",
            _METHOD,
            flags=flags,
            reason="the lowest conductance is below three times its uncertainty" if bound else "",
            bound=bound,
            at=curves.at(train),
            counts=curves.counts(train),
            variants=_variants(curves, ratio),
            notes=curves.notes() | {"decibel": "20 log10 of the ratio"} | _range_note(curves),
            repeats=high.levels / low.levels if np.all(low.levels > 0) else (),
        ),
        _end_point(curves, "G_max", high),
        _end_point(curves, "G_min", low),
    )


def _range_note(curves: WeightCurves) -> dict[str, str]:
    return {"ranges": "each end in a range of its own: gain and offset of both count"} if curves.ends else {}


def _end_point(curves: WeightCurves, symbol: str, end: _End) -> Result:
    """Give the conductance (S) at one end of the cycles, with the accuracy of ammeter and read voltage."""
    levels, mean = end.levels, float(np.mean(end.levels))
    limits = [end.limits.gain * mean, end.limits.offset, curves.voltage_limit * mean]
    estimate = combine(mean, [_spread(levels)], limits, "S")
    flags = set(curves.blocked)
    if len(levels) < MINIMUM_CYCLES:
        flags.add(Flag.REPEATS)
    if is_noise(estimate):
        flags.add(Flag.SIGNAL_TO_NOISE)
    train = next(iter(curves.trains.values()))
    return outcome(
        _NAME,
        f"M18.{symbol}/1",
        symbol,
        estimate,
        "S",
        "mean over cycles of the conductance at that end of the cycle, with the limits of the ammeter's accuracy",
        flags=flags,
        at=curves.at(train),
        counts=curves.counts(train),
        notes=curves.notes(),
        repeats=levels,
    )


def _ends(curves: WeightCurves) -> tuple[_End, _End]:
    own = Limits(curves.gain, curves.offset)
    if len(curves.trains) == 2:
        first, last = (
            _End(curves.trains[name].conductance[:, -1], curves.ends.get(name, own))
            for name in ("potentiation", "depression")
        )
        return first, last
    only = next(iter(curves.trains.values()))
    return _End(only.conductance[:, 0], own), _End(only.conductance[:, -1], own)


def _spread(levels: FloatArray) -> tuple[float, float]:
    mean = repeats_mean(levels)
    return mean.uncertainty, mean.degrees_of_freedom


def _at_least(high: _End, lowest: Estimate) -> Interval | None:
    highest = combine(float(np.mean(high.levels)), [_spread(high.levels)], [high.limits.offset], "S")
    if lowest.interval.high <= 0 or highest.interval.low <= 0 or not np.isfinite(lowest.interval.high):
        return None
    return Interval(highest.interval.low / lowest.interval.high, np.inf)


def _variants(curves: WeightCurves, ratio: Estimate) -> dict[str, Estimate]:
    found = {}
    if ratio.value > 0 and ratio.interval.low > 0:
        found["decibel"] = mapped(ratio, lambda value: 20 * float(np.log10(value)), "dB")
    for train in curves.trains.values():
        if len(train.pulses) > 1 and not curves.ends:
            found[f"{train.direction}_only"] = _of_train(train, curves.offset)
    return found


def _of_train(train: Train, offset: float) -> Estimate:
    start, end = train.conductance[:, 0], train.conductance[:, -1]
    return (
        ratio_of_levels(end, start, offset)
        if train.direction == "potentiation"
        else ratio_of_levels(start, end, offset)
    )


def _compute(run: Run) -> tuple[Result, ...]:
    return dynamic_range(weight_curves(run))


DYNAMIC_RANGE = Metric(
    name=_NAME,
    definition="M18/1",
    title="Dynamic range",
    unit="1",
    formula="DR = <G_max> / <G_min>, means over cycles of the end points; also 20 log10 DR",
    description=(
        "Ratio of the conductances at the two ends of the cycle, never of the largest and smallest reading. When G_min "
        "is below three times its uncertainty only a lower bound is given."
    ),
    requires=("reads marked potentiation or depression", "5 cycles beside the first"),
    reference="metric standard M18",
    compute=_compute,
)
