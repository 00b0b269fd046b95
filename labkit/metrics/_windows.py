"""Windows of a trace: baseline, peak at the commanded edge, noise, and the flags that readings themselves raise.

The metric standard, section 0. Edges come from the timeline (the command channel), never from the trace.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from labkit.core import Estimate, Flag, FloatArray, Run, SampleStatus, StatusArray
from labkit.metrics._metric import NotMeasured
from labkit.metrics._remembered import remembered
from labkit.metrics._series import Noise, noise_of
from labkit.metrics._statistics import normal_estimate

BASELINE_TIME = 1.0
BASELINE_SAMPLES = 50
PEAK_SHARE = 0.05
LEAST_SAMPLES = 5
SIGNAL_TO_NOISE = 3.0
RESTORED = 3.0
REPEATS_FOR_SCATTER = 5
OUTLIER = 10.0
_UNUSABLE = int(SampleStatus.OVERLOAD | SampleStatus.INVALID)
_CLEAN = frozenset[Flag]()
_UNDERSAMPLED = frozenset({Flag.UNDERSAMPLED})


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The instrument's limits: +-(gain x reading + offset) of a current (A), and the same of the voltage (V)."""

    gain: float
    offset: float
    voltage_gain: float = 0.0
    voltage_offset: float = 0.0

    def of_voltage(self, level: float) -> float:
        """Give the relative limit of a sourced voltage (V)."""
        return self.voltage_gain + abs(self.voltage_offset / level) if level and np.isfinite(level) else 0.0


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of readings: `time` (s) is the middle of each aperture, `current` in A, `voltage` in V.

    `blocked` are the flags that the readings raise: SAT when one was beyond the range, CMP at compliance, UNDER when
    fewer than 5 remain. Unusable readings are left out of the arrays.
    """

    time: FloatArray
    current: FloatArray
    voltage: FloatArray
    blocked: frozenset[Flag]

    def __len__(self) -> int:
        return len(self.current)

    @property
    def mean(self) -> float:
        """Mean current (A); NaN without readings."""
        return float(np.mean(self.current)) if len(self) else float("nan")

    def last(self, count: int) -> "Window":
        """Give the last `count` readings."""
        chosen = slice(max(len(self) - count, 0), None)
        return Window(self.time[chosen], self.current[chosen], self.voltage[chosen], self.blocked)


@dataclass(frozen=True, slots=True)
class Trace:
    """The readings of one terminal, with the settings that were in force.

    `time` (s) is the beginning of each aperture, `aperture` (s) and the accuracy belong to each reading.
    """

    terminal: str
    time: FloatArray
    current: FloatArray
    voltage: FloatArray
    status: StatusArray
    aperture: FloatArray
    gain: FloatArray
    offset: FloatArray
    voltage_gain: FloatArray
    voltage_offset: FloatArray
    averaged: bool = False
    """Whether a reading may be the mean of others, of which nothing is known: the aperture is NaN in the file."""

    def between(self, begin: float, end: float) -> Window:
        """Give the readings whose whole aperture lies within [begin, end] (s)."""
        first = int(np.searchsorted(self.time, begin - _GRAIN))
        stop = int(np.searchsorted(self.time, end + _GRAIN))
        while stop > first and self.time[stop - 1] + self.aperture[stop - 1] > end + _GRAIN:
            stop -= 1
        return self._window(first, stop - first, LEAST_SAMPLES)

    def rows(self, first: int, count: int) -> Window:
        """Give the readings of a sample range of the timeline.

        A single value of a file that does not tell how many readings it averages is not called undersampled.
        """
        return self._window(first, count, 1 if self.averaged and count == 1 else LEAST_SAMPLES)

    def rows_of(self, ranges: Sequence[tuple[int, int]]) -> list[Window]:
        """Give the readings of many sample ranges (first, count): as `rows` would, at once where all is in order."""
        firsts, counts = (np.array(column, np.int64) for column in zip(*ranges, strict=True))
        count = int(counts[0]) if len(counts) else 0
        alike = count >= LEAST_SAMPLES and bool(np.all(counts == count))
        if not alike or np.min(firsts) < 0 or np.max(firsts) + count > len(self.time):
            return [self.rows(first, length) for first, length in ranges]
        places = firsts[:, None] + np.arange(count)
        current = self.current[places]
        if self.status[places].any() or not np.all(np.isfinite(current)):
            return [self.rows(first, length) for first, length in ranges]
        times, voltage = self.time[places] + self.aperture[places] / 2, self.voltage[places]
        return [Window(*row, _CLEAN) for row in zip(times, current, voltage, strict=True)]

    def _window(self, first: int, count: int, least: int) -> Window:
        chosen = slice(max(first, 0), max(first, 0) + max(count, 0))
        status, current, voltage = self.status[chosen], self.current[chosen], self.voltage[chosen]
        middle = self.time[chosen] + self.aperture[chosen] / 2
        finite = np.isfinite(current)
        if not status.any() and finite.all():
            return Window(middle, current, voltage, _UNDERSAMPLED if len(current) < least else _CLEAN)
        usable = ((status & _UNUSABLE) == 0) & finite
        return Window(
            middle[usable],
            current[usable],
            voltage[usable],
            _blocking(status, int(np.sum(usable)), least),
        )

    def has_seam(self, begin: float, end: float) -> bool:
        """Tell whether the ammeter's range, as its offset and gain tell it, changed between two instants (s)."""
        chosen = slice(int(np.searchsorted(self.time, begin)), int(np.searchsorted(self.time, end)))
        settings = [column[chosen] for column in (self.gain, self.offset) if column.strides != (0,)]
        return any(len(column) > 0 and np.ptp(column) > 0 for column in settings)

    def accuracy_at(self, instant: float) -> Accuracy:
        """Give the accuracy of the range in force at an instant (s)."""
        index = min(max(int(np.searchsorted(self.time, instant)) - 1, 0), len(self.time) - 1)
        columns = (self.gain, self.offset, self.voltage_gain, self.voltage_offset)
        return Accuracy(*(float(column[index]) for column in columns))

    def aperture_at(self, instant: float) -> float:
        """Give the aperture (s) in force at an instant (s)."""
        index = min(max(int(np.searchsorted(self.time, instant)) - 1, 0), len(self.time) - 1)
        return float(self.aperture[index])

    def baseline(self, edge: float, since: float = -np.inf) -> Window:
        """Give the baseline before an edge: the last max(1 s, 50 readings), never from before `since` (s)."""
        window = self.between(max(since, edge - BASELINE_TIME), edge)
        if len(window) >= BASELINE_SAMPLES or len(window) == 0 or since >= edge - BASELINE_TIME:
            return window
        stop = int(np.searchsorted(self.time, edge - self.aperture_at(edge) + _GRAIN))
        first = max(stop - BASELINE_SAMPLES, int(np.searchsorted(self.time, since - _GRAIN)))
        return self._window(first, stop - first, LEAST_SAMPLES)

    def before(self, edge: float, begin: float) -> Window:
        """Give the level at an edge: the last max(5 readings, 5 %) of what began at `begin` (s)."""
        window = self.between(begin, edge)
        return window.last(max(LEAST_SAMPLES, round(PEAK_SHARE * len(window))))


_GRAIN = 1e-9
"""A nanosecond: the grain of all times, so that a rounding of the last digit moves no reading over an edge."""


def trace_of(run: Run, terminal: str) -> Trace:
    """Give a terminal's readings with the settings of the acquisition table.

    Raises NotMeasured when the terminal has no readings.
    """
    samples = run.traces.get(terminal)
    if samples is None or len(samples) == 0:
        raise NotMeasured(f"the run holds no readings of {terminal}", f"record {terminal}")
    settings, averaged = _settings_of(run.acquisitions, terminal, len(samples))
    return Trace(
        terminal, samples.time, samples.current, samples.voltage, samples.status, **settings, averaged=averaged
    )


@remembered
def _settings_of(acquisitions: pd.DataFrame, terminal: str, count: int) -> tuple[dict[str, FloatArray], bool]:
    """Give the settings of each reading of a terminal, and whether an aperture is unknown.

    All devices of a chip share them. A setting that never changed takes no memory.
    """
    own = acquisitions[acquisitions["terminal"] == terminal]
    return {name: _setting(own, name, count) for name in _SETTINGS}, bool(own["aperture"].isna().any())


def _setting(own: pd.DataFrame, name: str, count: int) -> FloatArray:
    values = own[name].fillna(0.0).to_numpy(float) if name in own else np.zeros(len(own))
    firsts, counts = (own[column].to_numpy(np.int64) for column in ("first_sample", "sample_count"))
    values = np.where(np.isfinite(values), values, 0.0)
    if len(own) == 1 and firsts[0] == 0 and counts[0] >= count:
        return np.broadcast_to(values[0], count)
    column = np.zeros(count)
    for value, first, length in zip(values, firsts, counts, strict=True):
        column[first : first + length] = value
    return column


_SETTINGS = ("aperture", "gain", "offset", "voltage_gain", "voltage_offset")


def _blocking(status: StatusArray, usable: int, least: int) -> frozenset[Flag]:
    flags = set()
    if np.any(status & int(SampleStatus.OVERLOAD)):
        flags.add(Flag.SATURATED)
    if np.any(status & int(SampleStatus.COMPLIANCE)):
        flags.add(Flag.COMPLIANCE)
    if usable < least:
        flags.add(Flag.UNDERSAMPLED)
    return frozenset(flags)


def level_of(window: Window, noise: Noise | None = None, unit: str = "A") -> Estimate:
    """Give the mean current of a window with its uncertainty (uW), from the noise of a longer stretch when given."""
    known = noise if noise is not None else noise_of(window.current, detrend=False)
    return normal_estimate(window.mean, known.of_mean(len(window)), known.degrees_of_freedom, unit)


def blanked(window: Window, edge: float, settling: float) -> Window:
    """Give a window without the readings within `settling` (s) after an electrical edge: max(5 RC, instrument)."""
    kept = (window.time < edge) | (window.time >= edge + settling)
    usable = int(np.sum(kept))
    blocked = window.blocked | ({Flag.UNDERSAMPLED} if usable < LEAST_SAMPLES else set())
    return Window(window.time[kept], window.current[kept], window.voltage[kept], frozenset(blocked))


def is_noise(estimate: Estimate) -> bool:
    """Tell whether a value does not stand out of its uncertainty: |x| < 3u (SNR)."""
    return abs(estimate.value) < SIGNAL_TO_NOISE * estimate.uncertainty


def not_restored(levels: Sequence[Estimate]) -> bool:
    """Tell whether baselines differ from the first by more than 3u, systematically (HIST).

    The 3 sigma hold for the whole family of repeats. From 5 repeats on, a wander of the baseline as such (1/f noise) is
    no history: the first must stand out from the others, or the baselines follow a trend, or one is far out.
    """
    if len(levels) < 2:
        return False
    first = levels[0]
    tail = float(stats.norm.sf(RESTORED)) / (len(levels) - 1)
    factor = float(stats.t.isf(tail, max(first.degrees_of_freedom, 1.0)))
    beyond = any(
        abs(level.value - first.value) > factor * np.hypot(level.uncertainty, first.uncertainty) > 0
        for level in levels[1:]
    )
    return beyond and (len(levels) < REPEATS_FOR_SCATTER or _systematic(np.array([level.value for level in levels])))


def _systematic(values: FloatArray) -> bool:
    rest = values[1:]
    spread = float(np.std(rest, ddof=1)) * float(np.sqrt(1 + 1 / len(rest)))
    significance = 2 * float(stats.norm.sf(RESTORED))
    apart = abs(values[0] - np.mean(rest)) > float(stats.t.isf(significance / 2, len(rest) - 1)) * spread
    trend = float(stats.kendalltau(np.arange(len(values)), values).pvalue) < significance
    deviations = np.abs(rest - np.median(rest))
    outlier = float(np.max(deviations)) > OUTLIER * 1.4826 * float(np.median(deviations))
    return bool(apart or trend or outlier)
