"""The responses of a device to its stimuli: baseline before, level at the commanded edge, what follows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from labkit.core import Estimate, Flag, FloatArray, Interval, Kind, Run
from labkit.metrics._series import Noise, Trend, pooled_noise, theil_sen
from labkit.metrics._statistics import combine, normal_estimate, scaled, standard_error
from labkit.metrics._stimuli import Event, dose_flags, events, require_events, response_terminal
from labkit.metrics._windows import LEAST_SAMPLES, PEAK_SHARE, Trace, Window, not_restored, trace_of

REPEATS_FOR_T = 5
"""From so many repeats on, their scatter is the uncertainty (uR)."""
READ_DELAY = 10.0
"""Delay of the read after a two-terminal write, in pulse widths."""
QUIET_TIME = 10.0
"""How much of the rest before a stimulus (s) serves to know the noise."""
DEGRADATION = 0.10
PER_IRRADIANCE = "per irradiance"
SIGNIFICANCE = 0.005
"""Of each test for a change that one value rests on: drift, degradation and history share the 2 % of false flags."""
CURVED = 8
"""Readings from which on a bend of the response is told from its slope."""


@dataclass(frozen=True, slots=True)
class Course:
    """How the current goes on about a window: `slope` (A/s), and `weight` (1/s), its uncertainty for noise of 1 A.

    The readings of a window never fill it exactly: their middle lies `lag` (s) before its own.
    """

    slope: float = 0.0
    weight: float = 0.0
    lag: float = 0.0

    @property
    def step(self) -> float:
        """What the mean of the readings lacks of the mean over the window (A)."""
        return self.slope * self.lag


STEADY = Course()


@dataclass(frozen=True, slots=True)
class Response:
    """One stimulus with its windows; `since` and `until` (s) are where the neighbouring stimuli end and begin."""

    stimulus: Event
    since: float
    until: float
    baseline: Window
    peak: Window
    course: Course = STEADY

    @property
    def level(self) -> float:
        """Level at the edge (A)."""
        return self.peak.mean + self.course.step

    @property
    def amplitude(self) -> float:
        """Level at the edge minus baseline (A)."""
        return self.level - self.baseline.mean


@dataclass(frozen=True, slots=True)
class Responses:
    """Responses to equal stimuli on one terminal, with the noise that their baselines share."""

    trace: Trace
    optical: bool
    items: tuple[Response, ...]
    noise: Noise
    light_uncertainty: float = 0.0
    """Relative standard uncertainty of the irradiance, common to all repeats; 0 for electrical stimuli."""

    def __len__(self) -> int:
        return len(self.items)

    @property
    def amplitudes(self) -> FloatArray:
        """The amplitudes of the repeats (A)."""
        return np.array([item.amplitude for item in self.items])

    @property
    def baselines(self) -> FloatArray:
        """The baselines of the repeats (A)."""
        return np.array([item.baseline.mean for item in self.items])

    @property
    def stimuli(self) -> tuple[Event, ...]:
        """The stimuli."""
        return tuple(item.stimulus for item in self.items)

    @property
    def uncertainties(self) -> FloatArray:
        """Standard uncertainties of the amplitudes by the noise of their readings alone (A)."""
        return np.array([self._by_noise(item) for item in self.items])

    def _by_noise(self, item: Response) -> float:
        moved = self.noise.sigma * float(np.sqrt(self.noise.correlation_time)) * item.course.weight * item.course.lag
        return float(
            np.linalg.norm([self.noise.of_mean(len(item.peak)), self.noise.of_mean(len(item.baseline)), moved])
        )

    @property
    def timing(self) -> float:
        """Standard uncertainty of the amplitudes by that of the edge against the samples, common to all repeats (A)."""
        slope = float(np.mean([item.course.slope for item in self.items]))
        return abs(slope) * self.edge_uncertainty

    @property
    def edge_uncertainty(self) -> float:
        """Standard uncertainty of the edges against the samples, as far as all repeats may share it (s).

        Each edge lies within its own start command; the mean of the errors lies within the mean of the commands.
        """
        return float(np.mean([item.stimulus.time_uncertainty for item in self.items]))

    def level(self, window: Window) -> Estimate:
        """Give the mean of a window (uW) with the noise that the baselines share."""
        return normal_estimate(window.mean, self.noise.of_mean(len(window)), self.noise.degrees_of_freedom, "A")

    def conditions(self) -> dict[str, float]:
        """Give what the stimuli have in common: irradiance or level, and width."""
        first = self.items[0].stimulus
        found = {"irradiance" if self.optical else "level": first.level, "width": first.width_requested}
        return {name: value for name, value in found.items() if np.isfinite(value)}

    def counts(self) -> dict[str, int]:
        """Give n at each level."""
        readings = sum(len(item.baseline) + len(item.peak) for item in self.items)
        return {"sample": readings, "pulse": len(self.items)}

    def flags(self, family: int = 1) -> set[Flag]:
        """Give the flags that readings, stimuli and baselines raise; `family` as for `degraded`."""
        raised = dose_flags(self.stimuli)
        for item in self.items:
            raised |= item.peak.blocked | item.baseline.blocked
        if not_restored([self.level(item.baseline) for item in self.items]):
            raised.add(Flag.HISTORY)
        if degraded(self.amplitudes, family):
            raised.add(Flag.DEGRADED)
        if any(len(item.baseline) and self.trace.has_seam(item.baseline.time[0], item.until) for item in self.items):
            raised.add(Flag.SEAM)
        return raised

    def drift(self) -> Trend:
        """Give the drift of the baselines (A/s), tested over all repeats together."""
        trends = [theil_sen(item.baseline.time, item.baseline.current, self.noise) for item in self.items]
        slopes = np.array([trend.slope for trend in trends])
        if len(slopes) < REPEATS_FOR_T:
            spread = float(np.sqrt(np.sum([trend.uncertainty**2 for trend in trends]))) / len(slopes)
            limit = float(stats.norm.isf(SIGNIFICANCE / 2))
        else:
            spread = standard_error(slopes)
            limit = float(stats.t.isf(SIGNIFICANCE / 2, len(slopes) - 1))
        slope = float(np.mean(slopes))
        return Trend(slope, spread, abs(slope) > limit * spread > 0)


def responses(run: Run, marks: Sequence[str]) -> tuple[Responses, ...]:
    """Give the responses to the pulses with the first of the marks that the run has, equal stimuli together.

    Raises NotMeasured when the run has no such pulse or no readings.
    """
    pulses = events(run, Kind.PULSE)
    present = next((mark for mark in marks if any(pulse.mark == mark for pulse in pulses)), marks[0])
    chosen = tuple(pulse for pulse in pulses if pulse.mark == present)
    wanted = " or ".join(f"`{mark}`" for mark in marks)
    require_events(chosen, f"pulse marked {wanted}", f"mark the pulses of the protocol {wanted}")
    groups: dict[tuple[str, str, float], list[Event]] = {}
    for pulse in chosen:
        # As text, in which unknown levels (NaN) are equal to each other.
        groups.setdefault((pulse.terminal, repr(pulse.level_requested), round(pulse.width_requested, 9)), []).append(
            pulse
        )
    record = _record_of(run)
    return tuple(_responses_in(run, record, tuple(group)) for group in groups.values())


def responses_to(run: Run, stimuli: tuple[Event, ...]) -> Responses:
    """Give the responses to stimuli that are all of one kind."""
    return _responses_in(run, _record_of(run), stimuli)


@dataclass(frozen=True, slots=True)
class _Record:
    """What is read once for all stimuli of a run: the readings, and where pulses and ramps begin and end (s)."""

    trace: Trace
    begins: FloatArray
    ends: FloatArray


def _record_of(run: Run) -> _Record:
    disturbances = events(run, Kind.PULSE) + events(run, Kind.RAMP)
    begins, ends = ([event.begin for event in disturbances], [event.end for event in disturbances])
    return _Record(trace_of(run, response_terminal(run)), np.sort(begins), np.sort(ends))


def _responses_in(run: Run, record: _Record, stimuli: tuple[Event, ...]) -> Responses:
    trace, terminal = record.trace, record.trace.terminal
    optical = run.description.terminals.get(stimuli[0].terminal) == "optical"
    reads = events(run, Kind.READ, terminal=terminal) if stimuli[0].terminal == terminal else ()
    items = tuple(_response(trace, stimulus, record.begins, record.ends, reads, terminal) for stimulus in stimuli)
    light = run.description.light_uncertainty.get(stimuli[0].terminal, 0.0) if optical else 0.0
    return Responses(trace, optical, items, noise_before(trace, items), light)


def noise_before(trace: Trace, items: tuple[Response, ...]) -> Noise:
    """Estimate the noise from what was recorded before the stimuli, as far back as the last tenth-fold baseline.

    The second half of the rest since the previous stimulus counts as quiet; a one-second window alone is too short to
    tell how far the noise is correlated.
    """
    stretches = []
    for item in items:
        edge = item.stimulus.begin - item.stimulus.time_uncertainty
        rest = (edge - max(item.since, float(trace.time[0]))) / 2
        quiet = trace.between(edge - min(rest, QUIET_TIME), edge)
        stretches.append(quiet if len(quiet) > len(item.baseline) else item.baseline)
    longest = max(len(stretch) for stretch in stretches)
    usable = [stretch.current for stretch in stretches if len(stretch) >= max(longest / 2, LEAST_SAMPLES)]
    # About a parabola: the end of an earlier decay is no straight line over so long a stretch.
    return pooled_noise(usable, degree=2) if usable else Noise(0.0, np.ones(1), 1.0)


def _response(
    trace: Trace, stimulus: Event, begins: FloatArray, ends: FloatArray, reads: tuple[Event, ...], terminal: str
) -> Response:
    guard = stimulus.time_uncertainty
    earlier = ends[ends <= stimulus.begin + guard]
    later = begins[begins >= stimulus.end - guard]
    since = float(earlier[-1]) if len(earlier) else -np.inf
    until = float(later[0]) if len(later) else np.inf
    baseline = trace.baseline(stimulus.begin - guard, since)
    if stimulus.terminal == terminal:
        return Response(stimulus, since, until, baseline, _delayed_read(trace, stimulus, until, reads))
    # No guard at the end: a window moved earlier on a rising response is biased, an uncertain edge only scatters.
    within = trace.between(stimulus.begin + guard, stimulus.end)
    peak = within.last(max(LEAST_SAMPLES, round(PEAK_SHARE * len(within))))
    around = within.last(2 * len(peak))
    return Response(stimulus, since, until, baseline, peak, course_of(peak, around, middle_of_peak(stimulus, peak)))


def middle_of_peak(stimulus: Event, peak: Window) -> float:
    """Give the middle of the standard's peak window (s), which ends at the edge whatever the readings' instants."""
    if len(peak) < 2:
        return stimulus.end
    return stimulus.end - len(peak) * float(np.median(np.diff(peak.time))) / 2


def course_of(window: Window, around: Window, middle: float) -> Course:
    """Give how the current goes on about a window whose middle (s) is not that of its readings.

    The slope between the two is that of a parabola through the readings `around`, of a straight line through few.
    """
    if len(around) < LEAST_SAMPLES or len(window) < 1:
        return STEADY
    readings = float(np.mean(window.time))
    time = around.time - (middle + readings) / 2
    scale = float(np.max(np.abs(time)))
    powers = np.vander(time / scale, 3 if len(around) >= CURVED else 2, increasing=True)
    share = np.linalg.solve(powers.T @ powers, powers.T)[1] / scale
    return Course(float(share @ around.current), float(np.linalg.norm(share)), middle - readings)


def _delayed_read(trace: Trace, stimulus: Event, until: float, reads: tuple[Event, ...]) -> Window:
    """Give the read after a two-terminal write: in-pulse current is the drive, not the weight."""
    for read in reads:
        if stimulus.end <= read.begin < until and read.first_sample >= 0:
            return trace.rows(read.first_sample, read.sample_count)
    settled = trace.between(stimulus.end + READ_DELAY * stimulus.width, until)
    count = max(LEAST_SAMPLES, round(PEAK_SHARE * stimulus.width / max(trace.aperture_at(stimulus.end), 1e-12)))
    return trace_part(settled, count)


def trace_part(window: Window, count: int) -> Window:
    """Give the first `count` readings of a window."""
    chosen = slice(0, count)
    return Window(window.time[chosen], window.current[chosen], window.voltage[chosen], window.blocked)


def degraded(values: FloatArray, family: int = 1) -> bool:
    """Tell whether repeats changed by more than 10 % from the first to the last, beyond their scatter (DEGR).

    `family` is how many such series one value rests on: each is tested so much more strictly that a steady device is
    flagged once in a hundred values.
    """
    if len(values) < REPEATS_FOR_T or np.mean(values) == 0:
        return False
    line = stats.linregress(np.arange(len(values)), values)
    change = float(line.slope) * (len(values) - 1) / float(np.mean(values))
    return bool(abs(change) > DEGRADATION and line.pvalue < SIGNIFICANCE / family)


def mean_of_repeats(
    values: FloatArray,
    single: FloatArray,
    degrees: float,
    limits: Sequence[float],
    unit: str,
    shared: float = 0.0,
) -> tuple[Estimate, str]:
    """Give the mean over repeats and its uncertainty code: uR from 5 repeats on, else uW; instrument limits join (uB).

    `single` are the standard uncertainties of the values by their windows alone, `degrees` their degrees of freedom;
    `shared` is a standard uncertainty common to all repeats (irradiance), which their scatter cannot show.
    """
    count = len(values)
    if count >= REPEATS_FOR_T:
        contribution, code = (standard_error(values), float(count - 1)), "uR"
    else:
        contribution, code = (float(np.linalg.norm(single)) / count, degrees), "uW"
    joined = f"{code} ⊕ uB" if any(limits) else code
    joined += " ⊕ u(E_e)" if shared else ""
    return combine(float(np.mean(values)), [contribution, (shared, np.inf)], limits, unit), joined


def per_irradiance(estimate: Estimate, found: Responses) -> dict[str, Estimate]:
    """Give the variant of a current (A) per stated irradiance (W/m^2); nothing where that is exact or not known.

    What the calibration of the light leaves unknown stands in it in full. A value at the stated irradiance itself
    would need the exponent of the response (M10), which one irradiance does not tell.
    """
    irradiance = found.items[0].stimulus.level
    if not (irradiance > 0 and found.light_uncertainty > 0):
        return {}
    return {PER_IRRADIANCE: scaled(estimate, 1 / irradiance, "A m^2/W")}


def magnitude_bound(estimate: Estimate) -> Interval:
    """Give the bound that a value lost in its noise leaves: 0 to the larger end of its interval's magnitude."""
    return Interval(0.0, max(abs(estimate.interval.low), abs(estimate.interval.high)))
