"""Paired pulses as they were measured: three second amplitudes for each pair, and the single-pulse controls."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labkit.core import Estimate, Flag, FloatArray, Interval, Kind, Run
from labkit.metrics._decay_fit import Record, average, choose, predict
from labkit.metrics._metric import NotMeasured
from labkit.metrics._series import Noise
from labkit.metrics._statistics import (
    coverage_factor,
    fieller,
    paired_ratio,
    repeats_mean,
    unlimited_estimate,
    unpaired_ratio,
    welch_satterthwaite,
)
from labkit.metrics._stimuli import Event, events, require_events
from labkit.metrics._transients import Response, Responses, course_of, middle_of_peak, responses_to
from labkit.metrics._windows import Trace, Window

LEAST_PAIRS = 10
LEAST_CONTROLS = 3
LEAST_GAP = 5


@dataclass(frozen=True, slots=True)
class Pairs:
    """All pairs of one interval (s, end to start). Arrays have one entry a pair, in A.

    `first` is A1, `second` the level at the second edge above the baseline before the first, `before` what was left of
    the first response just before the second pulse (NaN where the gap has fewer than 5 readings).
    """

    interval: float
    baseline: FloatArray
    first: FloatArray
    second: FloatArray
    before: FloatArray
    flags: frozenset[Flag]
    offset: tuple[float, float]
    """Begin and end of the second peak window, counted from the beginning of the first pulse (s)."""
    samples: int
    members: tuple[tuple[Response, Response], ...]
    left: FloatArray | None = None
    """What single pulses left when the second was read (A), where it was read and not recorded."""


@dataclass(frozen=True, slots=True)
class PairedPulses:
    """A paired-pulse run: the pairs by interval, and the responses that the first pulses and the controls make."""

    pairs: tuple[Pairs, ...]
    firsts: Responses
    controls: Responses | None
    width: float

    @property
    def noise(self) -> Noise:
        """The noise of the baselines."""
        return self.firsts.noise

    def residual(self, pairs: Pairs) -> tuple[Estimate, str]:
        """Give what a single pulse leaves at the second peak window, in parts of A1, and where it was taken from.

        Interleaved single pulses are preferred; without them the decay of the first pulses is extrapolated (M3).
        """
        if pairs.left is not None:
            return residual_of_controls(pairs.left, pairs.first[: len(pairs.left)], self.noise)
        reaching = self._controls_at(pairs)
        if reaching is None:
            return self._extrapolated(pairs)
        return residual_of_controls(*reaching, self.noise)

    def _controls_at(self, pairs: Pairs) -> tuple[FloatArray, FloatArray] | None:
        if self.controls is None:
            return None
        remains, amplitudes = [], []
        for item in self.controls.items:
            begin, end = (item.stimulus.begin + offset for offset in pairs.offset)
            if item.until < end:
                continue
            level = level_over(self.controls.trace, begin, end)
            if level is not None:
                remains.append(level - item.baseline.mean)
                amplitudes.append(item.amplitude)
        return (np.array(remains), np.array(amplitudes)) if remains else None

    def _extrapolated(self, pairs: Pairs) -> tuple[Estimate, str]:
        longest = max(self.pairs, key=lambda each: each.interval)
        records = [gap_record(self.firsts, first, second) for first, second in longest.members]
        if min(len(record.time) for record in records) < LEAST_GAP:
            raise NotMeasured(
                "nothing tells what the first pulse leaves: no single pulse, no record between the pulses",
                "put single pulses marked `control` between the pairs (and `single` ones where weights are read)",
            )
        choice = choose(average(records))
        remains = predict(choice, float(np.mean(pairs.offset)) - self.width)
        ratio = unpaired_ratio(remains, repeats_mean(longest.first, "A"))
        return ratio, f"extrapolated {choice.model.name} (no single-pulse control)"


def residual_of_controls(
    remains: FloatArray, amplitudes: FloatArray, noise: Noise, windows: int = 1
) -> tuple[Estimate, str]:
    """Give what single pulses leave, in parts of their amplitudes (both in A, one entry a pulse), and its source.

    Fewer than three are too few for their scatter: the noise of the windows is used, `windows` of them in each.
    """
    if len(remains) >= LEAST_CONTROLS:
        return paired_ratio(remains, amplitudes), f"{len(remains)} interleaved single pulses"
    window = noise.of_mean(LEAST_GAP) / float(np.sqrt(len(remains)))
    covariance = np.diag([windows * window**2, window**2])
    ratio = fieller(float(np.mean(remains)), float(np.mean(amplitudes)), covariance, noise.degrees_of_freedom)
    return ratio, f"{len(remains)} interleaved single pulse" + ("s" if len(remains) > 1 else "")


def level_over(trace: Trace, begin: float, end: float) -> float | None:
    """Give the mean level between two instants (s), moved from the middle of the readings to that of the time."""
    half, length = trace.aperture_at(begin) / 2, end - begin
    window = trace.between(begin - half, end + half)
    if len(window) < LEAST_GAP - 1:
        return None
    around = trace.between(begin - length / 2, end + length / 2)
    return window.mean + course_of(window, around, (begin + end) / 2).step


def gap_record(found: Responses, first: Response, second: Response) -> Record:
    """Give the decay of a first pulse until the second begins (A above baseline, s after the first's end)."""
    end = first.stimulus.end
    window = found.trace.between(end + first.stimulus.time_uncertainty, second.stimulus.begin)
    return Record(window.time - end, window.current - first.baseline.mean)


def paired_pulses(run: Run) -> PairedPulses:
    """Read a paired-pulse run: pulses marked `first` and `second`, single ones marked `control`.

    Raises NotMeasured when there are no pairs.
    """
    remedy = "mark the two pulses `first` and `second`"
    firsts = require_events(events(run, Kind.PULSE, ["first"]), "pulse marked `first`", remedy)
    seconds = require_events(events(run, Kind.PULSE, ["second"]), "pulse marked `second`", remedy)
    matched = _match(firsts, seconds)
    first_responses = responses_to(run, tuple(first for first, _ in matched))
    second_responses = responses_to(run, tuple(second for _, second in matched))
    controls = events(run, Kind.PULSE, ["control"])
    members = tuple(zip(first_responses.items, second_responses.items, strict=True))
    by_interval: dict[float, list[tuple[Response, Response]]] = {}
    for first, second in members:
        by_interval.setdefault(_nominal_interval(first.stimulus, second.stimulus), []).append((first, second))
    pairs = tuple(_pairs(first_responses, interval, found) for interval, found in sorted(by_interval.items()))
    return PairedPulses(
        pairs,
        first_responses,
        responses_to(run, controls) if controls else None,
        firsts[0].width,
    )


def _match(firsts: Sequence[Event], seconds: Sequence[Event]) -> list[tuple[Event, Event]]:
    begins = np.array([second.begin for second in seconds])
    matched = []
    for number, first in enumerate(firsts):
        index = int(np.searchsorted(begins, first.end - 1e-9))
        limit = firsts[number + 1].begin if number + 1 < len(firsts) else np.inf
        if index < len(seconds) and seconds[index].begin < limit:
            matched.append((first, seconds[index]))
    return matched


def _nominal_interval(first: Event, second: Event) -> float:
    declared = first.values.get("interval")
    return declared if declared is not None else round(second.begin - first.end, 9)


def _pairs(found: Responses, interval: float, members: Sequence[tuple[Response, Response]]) -> Pairs:
    baselines = np.array([first.baseline.mean for first, _ in members])
    left = [_before_second(found, first, second) for first, second in members]
    flags: set[Flag] = set()
    for first, second in members:
        flags |= first.baseline.blocked | first.peak.blocked | second.peak.blocked
        if first.stimulus.dose_deviates or second.stimulus.dose_deviates:
            flags.add(Flag.DOSE)
    return Pairs(
        interval,
        baselines,
        np.array([first.amplitude for first, _ in members]),
        np.array([second.level for _, second in members]) - baselines,
        np.array([window.mean if len(window) >= LEAST_GAP else np.nan for window in left]) - baselines,
        frozenset(flags),
        _offset(members),
        sum(len(first.peak) + len(second.peak) + len(first.baseline) for first, second in members),
        tuple(members),
    )


def _before_second(found: Responses, first: Response, second: Response) -> Window:
    guard = second.stimulus.time_uncertainty
    return found.trace.before(second.stimulus.begin - guard, first.stimulus.end + first.stimulus.time_uncertainty)


def _offset(members: Sequence[tuple[Response, Response]]) -> tuple[float, float]:
    """Give where the second peak window lies behind the first pulse's beginning."""
    ends, lengths = [], []
    for first, second in members:
        end = second.stimulus.end - first.stimulus.begin
        ends.append(end)
        lengths.append(2 * (second.stimulus.end - middle_of_peak(second.stimulus, second.peak)))
    end = float(np.median(ends))
    return end - float(np.median(lengths)), end


def difference(left: Estimate, right: Estimate) -> Estimate:
    """Give the difference of two independent estimates; the interval keeps their asymmetry (MOVER).

    The sides are brought to the common degrees of freedom (Welch-Satterthwaite) before they are joined, without which
    a few controls would make the interval too wide.
    """
    value = left.value - right.value
    uncertainty, degrees = welch_satterthwaite(
        [(left.uncertainty, left.degrees_of_freedom), (right.uncertainty, right.degrees_of_freedom)]
    )
    if not np.isfinite(uncertainty):
        return unlimited_estimate(value, left.unit)
    one = coverage_factor(degrees) / coverage_factor(left.degrees_of_freedom)
    other = coverage_factor(degrees) / coverage_factor(right.degrees_of_freedom)
    below = np.hypot(one * (left.value - left.interval.low), other * (right.interval.high - right.value))
    above = np.hypot(one * (left.interval.high - left.value), other * (right.value - right.interval.low))
    return Estimate(value, uncertainty, Interval(value - float(below), value + float(above)), degrees, left.unit)
