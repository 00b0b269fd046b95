"""M2: baseline current, its noise and its drift."""

import numpy as np

from labkit.core import Curve, Estimate, Flag, Kind, Result, Run
from labkit.metrics._drift import drift_of
from labkit.metrics._metric import Metric
from labkit.metrics._outcome import outcome
from labkit.metrics._series import Noise, Trend, noise_of, noise_spectrum, theil_sen
from labkit.metrics._statistics import combine, noise_spread, normal_estimate, repeats_mean
from labkit.metrics._stimuli import events, response_terminal
from labkit.metrics._transients import REPEATS_FOR_T, Responses, responses_to
from labkit.metrics._windows import LEAST_SAMPLES, Trace, Window, trace_of

NAME = "baseline"
DEFINITION = "M2.window/1"
LARGEST_DRIFT = 0.10
"""Share of the response that a drift over the record may reach."""


def _compute(run: Run) -> tuple[Result, ...]:
    trace = trace_of(run, response_terminal(run))
    pulses = events(run, Kind.PULSE)
    if not pulses:
        whole = trace.between(float(trace.time[0]), np.inf)
        return _results(trace, whole, whole, None)
    equal = tuple(
        pulse
        for pulse in pulses
        if (pulse.terminal, pulse.mark, pulse.level) == (pulses[0].terminal, pulses[0].mark, pulses[0].level)
    )
    found = responses_to(run, equal)
    edge = pulses[0].begin - pulses[0].time_uncertainty
    return _results(trace, found.items[0].baseline, trace.between(float(trace.time[0]), edge), found)


def _results(trace: Trace, window: Window, stretch: Window, found: Responses | None) -> tuple[Result, ...]:
    noise = found.noise if found is not None else noise_of(stretch.current)
    trend, degrees = _trend(stretch, noise)
    flags = set(window.blocked)
    if trend.significant and _drift_matters(trend, stretch, found):
        flags.add(Flag.DRIFT)
    if found is not None and Flag.HISTORY in found.flags():
        flags.add(Flag.HISTORY)
    return (
        _level(trace, window, noise, found, flags),
        _sigma(noise, len(window), flags, stretch),
        _drift(trend, degrees, stretch, flags),
    )


def _trend(stretch: Window, noise: Noise) -> tuple[Trend, float]:
    """Give the drift of what was recorded before the first stimulus, and its degrees of freedom."""
    if len(stretch) < LEAST_SAMPLES:
        return theil_sen(stretch.time, stretch.current, noise), 1.0
    return drift_of(stretch, noise, float(np.median(np.diff(stretch.time))))


def _drift_matters(trend: Trend, stretch: Window, found: Responses | None) -> bool:
    if found is None:
        return True
    change = abs(trend.slope) * float(stretch.time[-1] - stretch.time[0])
    return change > LARGEST_DRIFT * abs(float(np.mean(found.amplitudes)))


def _level(trace: Trace, window: Window, noise: Noise, found: Responses | None, flags: set[Flag]) -> Result:
    accuracy = trace.accuracy_at(float(window.time[0]) if len(window) else 0.0)
    contribution, code = (noise.of_mean(max(len(window), 1)), noise.degrees_of_freedom), "uW"
    variants: dict[str, Estimate] = {}
    if found is not None and len(found) >= REPEATS_FOR_T:
        variants["mean over repeats"] = repeats_mean(found.baselines, "A")
        if Flag.HISTORY not in flags:
            contribution, code = (float(np.std(found.baselines, ddof=1)), float(len(found) - 1)), "uR"
    limits = (accuracy.gain * window.mean, accuracy.offset)
    return outcome(
        NAME,
        DEFINITION,
        "B",
        combine(window.mean, [contribution], limits, "A") if len(window) else None,
        "A",
        f"mean of the last max(1 s, 50 samples) before the first stimulus, {code} ⊕ uB",
        flags=flags,
        counts={"sample": len(window)},
        variants=variants,
        notes={"terminal": trace.terminal, "correlation time": f"{noise.correlation_time:.1f} samples"},
    )


def _sigma(noise: Noise, samples: int, flags: set[Flag], stretch: Window) -> Result:
    return outcome(
        NAME,
        DEFINITION,
        "σ_B",
        noise_spread(noise, "A"),
        "A",
        "standard deviation of the detrended baseline, χ²",
        flags=flags,
        counts={"sample": samples},
        curves=_spectrum(stretch),
    )


def _spectrum(stretch: Window) -> tuple[Curve, ...]:
    if len(stretch) < 32:
        return ()
    periods = np.diff(stretch.time)
    period = float(np.median(periods))
    frequencies, density = noise_spectrum(stretch.current, period)
    return (Curve("noise spectrum", frequencies, density, "frequency", "Hz", "S_I", "A^2/Hz", log_x=True),)


def _drift(trend: Trend, degrees: float, stretch: Window, flags: set[Flag]) -> Result:
    estimate = None
    if np.isfinite(trend.uncertainty):
        estimate = normal_estimate(trend.slope, trend.uncertainty, degrees, "A/s")
    return outcome(
        NAME,
        DEFINITION,
        "dB/dt",
        estimate,
        "A/s",
        "Theil–Sen slope of everything recorded before the first stimulus; correlated and 1/f noise allowed for",
        flags=flags - {Flag.HISTORY},
        reason="" if estimate is not None else "fewer than 5 readings before the first stimulus",
        counts={"sample": len(stretch)},
        notes={"significant": "yes" if trend.significant else "no"},
    )


BASELINE = Metric(
    name=NAME,
    definition=DEFINITION,
    title="Baseline current",
    unit="A",
    formula="B = mean of I over the last max(1 s, 50 samples) before the stimulus",
    description="Baseline current with its noise σ_B, its drift and the noise spectrum (Welch).",
    requires=("readings before the first stimulus, or a record without stimulus",),
    reference="metric standard M2; ISO 24185:2022; Witt 2007",
    compute=_compute,
)
