"""What a programmed state keeps: reads after programming, the crossing of one half, models to extrapolate with."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from labkit.core import Estimate, Flag, FloatArray, Kind, LabkitError, Run
from labkit.metrics._fits import derivative
from labkit.metrics._models import stretched_exponential
from labkit.metrics._separable import Separable, SeparableFit, fit_separable
from labkit.metrics._series import Noise, pooled_noise
from labkit.metrics._statistics import combine, fieller, normal_estimate
from labkit.metrics._stimuli import Event, events, require_events
from labkit.metrics._windows import Trace, Window, trace_of

REFERENCE_TIME = 1.0
FURTHEST = 10.0
"""How far beyond the last reading an extrapolation may go, as a factor of time."""
LONGEST_KWW = 1e6
"""Longest time constant of an extrapolating KWW, in record lengths."""


class ExtrapolationRefused(LabkitError):
    """An extrapolation beyond ten times the observed time."""


@dataclass(frozen=True, slots=True)
class State:
    """One state and its reads: `pulses` programmed it, `time` (s) counts from the end of programming.

    `change` (A) is the current above the reference read before programming, `uncertainty` (A) that of one read,
    `reference_uncertainty` (A) that of the reference. Arrays of one length, in order of time. `time_uncertainty` (s) is
    the standard uncertainty of the end of programming against the reads, common to all times, `read_uncertainty` (s)
    that of the reads against each other.
    """

    pulses: float
    time: FloatArray
    change: FloatArray
    uncertainty: FloatArray
    reference: float
    reference_uncertainty: float
    bias: float
    degrees_of_freedom: float
    duty: float
    flags: frozenset[Flag]
    samples: int
    time_uncertainty: float = 0.0
    read_uncertainty: float = 0.0

    @property
    def start(self) -> int:
        """Which reading is nearest to 1 s, the t0 of R."""
        return int(np.argmin(np.abs(np.log(self.time / REFERENCE_TIME))))

    def retained(self, index: int) -> Estimate:
        """Give R at a reading: change over the change at t0 (uX), the reference being common to both."""
        start = self.start
        shared = self.reference_uncertainty**2
        bottom = self.uncertainty[start] ** 2 + shared
        if index == start:
            return normal_estimate(1.0, 0.0, self.degrees_of_freedom, "%")
        covariance = np.array([[self.uncertainty[index] ** 2 + shared, shared], [shared, bottom]])
        return fieller(self.change[index], self.change[start], covariance, self.degrees_of_freedom, "%")


def states(run: Run) -> tuple[State, ...]:
    """Read a retention run: per state its programming pulses, a read marked `reference`, reads marked `retention`.

    Raises NotMeasured when there are none.
    """
    remedy = "run a retention protocol (P17)"
    reads = require_events(events(run, Kind.READ, ["retention"]), "read marked `retention`", remedy)
    references = require_events(events(run, Kind.READ, ["reference"]), "read marked `reference`", remedy)
    programming = events(run, Kind.PULSE, ["program"])
    trace = trace_of(run, reads[0].terminal)
    windows = {read.begin: trace.rows(read.first_sample, read.sample_count) for read in reads + references}
    # About parabolas, for a state that falls while it is read, ever slower, would pass for noise.
    repeated = [window.current for window in windows.values() if len(window) > 1]
    groups: dict[int, list[Event]] = {}
    for read in reads:
        groups.setdefault(read.loops.get("state", 0), []).append(read)
    noise = (
        pooled_noise(repeated, degree=2)
        if repeated
        else _noise_of_course(groups.values(), references, programming, windows)
    )
    unlike = _unlike_starts(programming)
    return tuple(
        replace(
            _state(trace, sorted(found, key=lambda read: read.begin), references, programming, windows, noise),
            read_uncertainty=unlike,
        )
        for _, found in sorted(groups.items(), key=lambda item: item[1][0].values.get("state", float(item[0])))
    )


def _unlike_starts(programming: tuple[Event, ...]) -> float:
    """Give the standard uncertainty (s) of the instants of reads, each started by its own command, against each other.

    An instrument acts at its own place within a command, so that errors differ as far as the commands differ in length.
    Fewer than three starts do not tell how far: then as if each read were as uncertain as the programming.
    """
    starts = np.unique([pulse.time_uncertainty for pulse in programming])
    return float(np.std(starts, ddof=1) if len(starts) > 2 else np.max(starts, initial=0.0))


def _programmed(
    reads: list[Event], references: tuple[Event, ...], programming: tuple[Event, ...]
) -> tuple[Event, list[Event]]:
    """Give the reference read of a state and the pulses that programmed it."""
    begin = min(read.begin for read in reads)
    reference = next((read for read in reversed(references) if read.begin < begin), references[0])
    return reference, [pulse for pulse in programming if reference.begin <= pulse.begin < begin]


def _noise_of_course(
    groups: Iterable[list[Event]],
    references: tuple[Event, ...],
    programming: tuple[Event, ...],
    windows: dict[float, Window],
) -> Noise:
    """Estimate the noise of single readings from how far each lies off the line, in log t, between its neighbours."""
    squares = []
    for reads in groups:
        usable = [read for read in sorted(reads, key=lambda read: read.begin) if len(windows[read.begin])]
        if len(usable) < 3:
            continue
        reference, pulses = _programmed(usable, references, programming)
        origin = pulses[-1].end if pulses else reference.end
        x = np.log([read.begin - origin for read in usable])
        y = np.array([windows[read.begin].mean for read in usable])
        share = (x[2:] - x[1:-1]) / (x[2:] - x[:-2])
        off = y[1:-1] - share * y[:-2] - (1 - share) * y[2:]
        squares += list(off**2 / (1 + share**2 + (1 - share) ** 2))
    if len(squares) < 3:
        return Noise(float("inf"), np.ones(1), 1.0)
    # Neighbouring second differences share readings: about two of three are independent.
    return Noise(float(np.sqrt(np.mean(squares))), np.ones(1), 2 * len(squares) / 3)


def _state(
    trace: Trace,
    reads: list[Event],
    references: tuple[Event, ...],
    programming: tuple[Event, ...],
    windows: dict[float, Window],
    noise: Noise,
) -> State:
    reference, pulses = _programmed(reads, references, programming)
    origin = pulses[-1].end if pulses else reference.end
    own, base = [windows[read.begin] for read in reads], windows[reference.begin]
    time = np.array([_middle(read, windows[read.begin]) for read in reads]) - origin
    flags: frozenset[Flag] = frozenset().union(*(window.blocked for window in [*own, base]))
    return State(
        pulses=reads[0].values.get("state", float(len(pulses))),
        time=time,
        change=np.array([window.mean for window in own]) - base.mean,
        uncertainty=np.array([noise.of_mean(max(len(window), 1)) for window in own]),
        reference=base.mean,
        reference_uncertainty=noise.of_mean(max(len(base), 1)),
        bias=float(np.mean(own[0].voltage)) if len(own[0]) else float("nan"),
        degrees_of_freedom=noise.degrees_of_freedom,
        duty=float(np.sum([read.width for read in reads]) / max(time[-1], 1e-12)),
        flags=flags,
        samples=sum(len(window) for window in own),
        time_uncertainty=float(np.hypot(pulses[-1].time_uncertainty, reads[0].time_uncertainty)) if pulses else 0.0,
    )


def _middle(read: Event, window: Window) -> float:
    """Give the instant (s) that the mean of a read belongs to."""
    return float(np.mean(window.time)) if len(window) else (read.begin + read.end) / 2


@dataclass(frozen=True, slots=True)
class Extrapolation:
    """R(t) beyond the last reading by several models; nothing beyond ten times the observed time.

    `scale` and `reference` are the relative uncertainties of the change at t0 and of the reference, common to all R.
    """

    observed: float
    scale: float
    reference: float
    fits: tuple[tuple[str, SeparableFit, Callable[[FloatArray], Separable]], ...]

    def at(self, time: float) -> dict[str, Estimate]:
        """Give R at a time (s) by each model.

        Raises ExtrapolationRefused beyond ten times the observed time.
        """
        if time > FURTHEST * self.observed * (1 + 1e-9):
            raise ExtrapolationRefused(
                f"R at {time:.3g} s lies beyond ten times the {self.observed:.3g} s that were observed",
                "measure longer, or hotter (Arrhenius)",
            )
        return {name: self._with_shared(_predict(fit, build, time)) for name, fit, build in self.fits}

    def _with_shared(self, predicted: Estimate) -> Estimate:
        shared = float(np.hypot(predicted.value * self.scale, (1 - predicted.value) * self.reference))
        return combine(predicted.value, [(predicted.uncertainty, predicted.degrees_of_freedom), (shared, np.inf)])

    def curve(self, time: FloatArray, number: int = 0) -> FloatArray:
        """Give one model's R at the observed times."""
        _, fit, build = self.fits[number]
        return np.asarray(build(time).basis(fit.nonlinear) @ fit.linear, float)


def extrapolation(state: State) -> Extrapolation | None:
    """Fit KWW, power law and log t to R; None when fewer than two of them can be fitted."""
    retained = state.change / state.change[state.start]
    weights = abs(float(state.change[state.start])) / state.uncertainty
    fits = []
    for name, builder in (("KWW", _stretched), ("power law", _power), ("log t", _logarithm)):
        if len(state.time) < 5:
            break
        model, starts = builder(state.time, retained, weights)
        try:
            fit = fit_separable(model, starts, thorough=False)
        except ValueError:
            continue
        fits.append((name, fit, _rebuild(builder)))
    if len(fits) < 2:
        return None
    written = abs(float(state.change[state.start]))
    scale, reference = state.uncertainty[state.start] / written, state.reference_uncertainty / written
    return Extrapolation(float(state.time[-1]), float(scale), reference, tuple(fits))


_Builder = Callable[[FloatArray, FloatArray, FloatArray], tuple[Separable, FloatArray]]


def _rebuild(builder: _Builder) -> Callable[[FloatArray], Separable]:
    return lambda time: builder(time, np.zeros(len(time)), np.ones(len(time)))[0]


def _stretched(time: FloatArray, values: FloatArray, weights: FloatArray) -> tuple[Separable, FloatArray]:
    model, _ = stretched_exponential(time, values, offset=False, weights=weights)
    high = np.array([np.log(LONGEST_KWW * time[-1]), model.upper[1]])
    starts = np.array(
        [(tau, beta) for tau in np.linspace(model.lower[0], high[0] - 1, 8) for beta in (0.2, 0.4, 0.7, 1)]
    )
    return Separable("KWW", model.basis, values, weights, model.lower, high), starts


def _power(time: FloatArray, values: FloatArray, weights: FloatArray) -> tuple[Separable, FloatArray]:
    def basis(nonlinear: FloatArray) -> FloatArray:
        return np.asarray(time ** -nonlinear[0], float)[:, None]

    limits = np.array([-0.5]), np.array([3.0])
    return Separable("power law", basis, values, weights, *limits), np.linspace(-0.1, 1.0, 20)[:, None]


def _logarithm(time: FloatArray, values: FloatArray, weights: FloatArray) -> tuple[Separable, FloatArray]:
    def basis(_: FloatArray) -> FloatArray:
        return np.column_stack([np.ones(len(time)), np.log(time)])

    none = np.empty(0)
    return Separable("log t", basis, values, weights, none, none), np.empty((1, 0))


def _predict(fit: SeparableFit, build: Callable[[FloatArray], Separable], time: float) -> Estimate:
    model = build(np.array([time, 2 * time]))
    values = fit.solution.values
    slope = derivative(lambda joint: -model.joint(joint)[:1], values)[0]
    variance = float(slope @ fit.solution.covariance @ slope)
    uncertainty = float(np.sqrt(max(variance, 0.0))) if np.isfinite(variance) else np.inf
    return normal_estimate(-float(model.joint(values)[0]), uncertainty, fit.solution.degrees_of_freedom)
