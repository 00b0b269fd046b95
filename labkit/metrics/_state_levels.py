"""Programmed levels read many times, and the count of those that can be told apart (M17)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special, stats

from labkit.core import Estimate, Flag, FloatArray, IntArray, Interval, Kind, Run
from labkit.metrics._remembered import remembered
from labkit.metrics._statistics import COVERAGE
from labkit.metrics._stimuli import Event, events
from labkit.metrics._windows import trace_of

DRAWS = 1000
_SIGNIFICANCE = 0.01


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Levels:
    """Levels in ascending order: mean conductance (S), sigma of a read, drift over the reads.

    Arrays of one length, all in S. `reads` per level, each the mean of `readings`; `span` (s) that they cover (the
    shortest), `aperture` (s) and `bandwidth` (Hz) of a reading and of a read. `within` (S) is the standard deviation of
    a read as the scatter of its own readings tells it, NaN with one reading.
    """

    mean: FloatArray
    sigma: FloatArray
    drift: FloatArray
    reads: int
    span: float
    readings: int = 1
    aperture: float = float("nan")
    bandwidth: float = float("nan")
    within: float = float("nan")
    blocked: frozenset[Flag] = frozenset()

    def __len__(self) -> int:
        return len(self.mean)

    @property
    def smooth_sigma(self) -> FloatArray:
        """The noise smoothed over the conductance (S)."""
        return _smooth_sigma_of(self)


@remembered
def _smooth_sigma_of(levels: Levels) -> FloatArray:
    return smoothed_sigma(levels.mean, levels.sigma, levels.reads - 2)


def levels_of(times: FloatArray, conductance: FloatArray) -> Levels:
    """Give levels from reads: `times` (s) and `conductance` (S), levels x reads.

    Sigma is that about each level's straight line and what all levels have in common beside it.
    """
    reads = conductance.shape[1]
    time = times - np.mean(times, axis=1, keepdims=True)
    mean = np.mean(conductance, axis=1)
    slope = np.sum(time * conductance, axis=1) / np.sum(time**2, axis=1)
    rest = _without_common(conductance - mean[:, None] - slope[:, None] * time)
    sigma = np.sqrt(np.sum(rest**2, axis=1) / max(reads - 2, 1))
    span = np.ptp(times, axis=1)
    order = np.argsort(mean)
    return Levels(mean[order], sigma[order], np.abs(slope * span)[order], reads, float(np.min(span)))


def _without_common(rest: FloatArray) -> FloatArray:
    """Take off what the reads of all levels do alike where it is significant: relaxation after a pulse is no noise.

    A mean over levels, each weighted by its own scatter so that a noisy one does not spoil the quiet ones; scaled so
    that variances stay what they were without any.
    """
    levels, reads = rest.shape
    variance = np.sum(rest**2, axis=1, keepdims=True) / max(reads - 2, 1)
    if levels < 2 or reads < 4 or np.any(variance <= 0):
        return rest
    alike = np.mean(rest / np.sqrt(variance), axis=0)
    if stats.chi2.sf(levels * np.sum(alike**2), reads - 2) > _SIGNIFICANCE:
        return rest
    weight = 1 / variance
    weight = weight / np.sum(weight)
    if np.max(weight) > 0.5:  # one level alone would tell what all of them do
        return rest
    return np.asarray((rest - np.sum(weight * rest, axis=0)) / np.sqrt(1 - weight), float)


@remembered
def read_levels(run: Run, voltage: float | None = None) -> Levels | None:
    """Read the levels of the section marked `state` (loop `programmed_level`); None when the run has none."""
    found = events(run, Kind.READ, ("state",))
    if not found:
        return None
    terminal = found[0].terminal
    trace = trace_of(run, terminal)
    groups: dict[int, list[Event]] = {}
    for event in found:
        if event.terminal == terminal:
            groups.setdefault(event.loops.get("programmed_level", 0), []).append(event)
    count = max(len(group) for group in groups.values())
    full = [group for group in groups.values() if len(group) == count]
    windows = [trace.rows_of([(event.first_sample, event.sample_count) for event in group]) for group in full]
    level = found[0].level if np.isfinite(found[0].level) and found[0].level != 0 else voltage
    read_voltage = level if level is not None else float(np.mean(windows[0][0].voltage))
    times = np.array([[float(np.mean(window.time)) for window in group] for group in windows])
    conductance = np.array([[window.mean for window in group] for group in windows]) / read_voltage
    readings = full[0][0].sample_count
    aperture = trace.aperture_at(float(times[0, 0]))
    # A state read may be a single reading: too few for a window, not for a level of 30 reads.
    blocked = frozenset[Flag]().union(*(window.blocked for group in windows for window in group))
    return replace(
        levels_of(times, conductance),
        readings=readings,
        aperture=aperture,
        bandwidth=1 / (2 * aperture * max(readings, 1)) if aperture > 0 else float("nan"),
        within=noise_within([window.current for group in windows for window in group]) / abs(read_voltage),
        blocked=blocked - {Flag.UNDERSAMPLED},
    )


def noise_within(reads: Sequence[FloatArray]) -> float:
    """Give the standard deviation of the mean of a read's readings, from their scatter, pooled over reads.

    NaN where a read has one reading. Noise that is slower than a read is not in it.
    """
    lengths = {len(readings) for readings in reads}
    if min(lengths) < 2:
        return float("nan")
    if len(lengths) == 1:
        return float(np.sqrt(np.mean(np.var(np.array(reads), axis=1, ddof=1) / lengths.pop())))
    return float(np.sqrt(np.mean([np.var(readings, ddof=1) / len(readings) for readings in reads])))


def smoothed_sigma(mean: FloatArray, sigma: FloatArray, degrees: int) -> FloatArray:
    """Smooth the noise of levels over their mean: pooled, or a parabola in ln sigma^2 where that is significant.

    A sigma from 30 reads scatters by 13 %, and the greedy count takes what comes out small: unsmoothed it counts too
    many levels.
    """
    pooled = np.full(len(mean), float(np.sqrt(np.mean(sigma**2))))
    if len(mean) < 6 or degrees < 4 or np.any(sigma <= 0) or np.ptp(mean) == 0:
        return pooled
    bias = float(special.digamma(degrees / 2)) - float(np.log(degrees / 2))
    log_variance = np.log(sigma**2) - bias
    x = 2 * (mean - np.min(mean)) / np.ptp(mean) - 1
    parabola = np.polynomial.Polynomial.fit(x, log_variance, 2)
    gain = np.sum((log_variance - np.mean(log_variance)) ** 2) - np.sum((log_variance - parabola(x)) ** 2)
    scatter = float(special.polygamma(1, degrees / 2))
    if stats.chi2.sf(gain / scatter, 2) > _SIGNIFICANCE:
        return pooled
    return np.asarray(np.exp(parabola(x) / 2), float)


def count_states(mean: FloatArray, sigma: FloatArray, deviations: float = 3.0) -> int:
    """Count levels greedily in ascending mean: the next one is that with mu_j - mu_i >= d (sigma_i + sigma_j)."""
    return int(count_each(mean[None, :], sigma[None, :], deviations)[0])


def count_each(mean: FloatArray, sigma: FloatArray, deviations: float = 3.0) -> IntArray:
    """Count the states of each row (draws x levels), all rows at once."""
    draws, levels = mean.shape
    if levels == 0:
        return np.zeros(draws, np.int64)
    order = np.argsort(mean, axis=1)
    level, width = (np.take_along_axis(each, order, axis=1) for each in (mean, sigma))
    count, reached, reach = np.ones(draws, np.int64), level[:, 0].copy(), width[:, 0].copy()
    for above, wide in zip(level.T[1:], width.T[1:], strict=True):
        apart = (above - reached >= deviations * (wide + reach)) & (above > reached)
        count += apart
        reached, reach = np.where(apart, above, reached), np.where(apart, wide, reach)
    return count


def count_estimate(levels: Levels, deviations: float = 3.0, seed: int = 117) -> Estimate:
    """Give the number of readable states with the interval of a parametric bootstrap of the reads."""
    generator = np.random.default_rng(seed)
    sigma, count = levels.smooth_sigma, len(levels)
    degrees = max(levels.reads - 2, 1)
    means, sigmas = np.empty((DRAWS, count)), np.empty((DRAWS, count))
    for draw in range(DRAWS):
        means[draw] = levels.mean + sigma / np.sqrt(levels.reads) * generator.standard_normal(count)
        sigmas[draw] = sigma * np.sqrt(generator.chisquare(degrees * count) / (degrees * count))
    found = count_each(means, sigmas, deviations).astype(float)
    return integer_estimate(count_states(levels.mean, sigma, deviations), found)


def integer_estimate(value: int, draws: FloatArray) -> Estimate:
    """Give a count with the percentile interval of its draws, which always holds the count itself."""
    tail = (1 - COVERAGE) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], method="nearest")
    interval = Interval(min(float(low), float(value)), max(float(high), float(value)))
    return Estimate(float(value), float(np.std(draws)), interval)


def bits(states: Estimate) -> Estimate:
    """Give log2 of a number of states."""
    low, high = (float(np.log2(max(end, 1.0))) for end in (states.interval.low, states.interval.high))
    value = max(states.value, 1.0)
    return Estimate(
        float(np.log2(value)), states.uncertainty / (value * float(np.log(2))), Interval(low, high), unit="bit"
    )
