"""M34: specific detectivity and noise-equivalent power, with the noise measured at the frequency of the light."""

import numpy as np

from labkit.core import Curve, Estimate, Flag, Interval, Result, Run, format_quantity
from labkit.metrics._chopped import Fundamental, fundamentals
from labkit.metrics._illumination import ELEMENTARY_CHARGE, Illumination, illumination_of
from labkit.metrics._metric import Metric
from labkit.metrics._noise_density import LEAST_SEGMENTS, NoiseDensity, needed_time, noise_density, noise_records
from labkit.metrics._outcome import outcome
from labkit.metrics._statistics import combine, exponential_of
from labkit.metrics._stimuli import response_terminal
from labkit.metrics._windows import SIGNAL_TO_NOISE, Trace, trace_of

NAME = "detectivity"
DETECTIVITY_DEFINITION = "M34.measured/1"
POWER_DEFINITION = "M34.nep/1"
JONES = "Jones"
TO_JONES = 100.0
"""m Hz^1/2 / W to cm Hz^1/2 / W."""
SHOT_NOISE_ALONE = "shot noise alone: upper bound, not D*"
BIAS_TOLERANCE = 0.01, 1e-3
"""How far the bias of the noise may be from that of the response: part of it, and V."""
FALLING = 0.5
"""Exponent of the noise's spectrum from which it is called 1/f noise."""


def _compute(run: Run) -> tuple[Result, ...]:
    trace = trace_of(run, response_terminal(run))
    return tuple(result for found in fundamentals(run) for result in _results(run, trace, found))


def _results(run: Run, trace: Trace, found: Fundamental) -> tuple[Result, Result]:
    light = illumination_of(run, found.terminal)
    noise, reason = _noise(run, trace, found)
    dark = trace.baseline(found.dark_edge).mean if noise is None else noise.mean
    shot = float(np.sqrt(2 * ELEMENTARY_CHARGE * abs(dark)))
    flags = set(found.flags) | light.flags | (set() if noise is None else noise.flags)
    if found.amplitude < SIGNAL_TO_NOISE * found.total:
        flags.add(Flag.SIGNAL_TO_NOISE)
    at = {
        "frequency": found.frequency,
        "irradiance": found.irradiance,
        "wavelength": light.wavelength,
        "bias": found.voltage,
    }
    counts = {"sample": found.readings, "cycle": found.cycles, "segment": 0 if noise is None else noise.segments}
    limit = _detectivity(found, light, shot, np.inf)
    estimate = None if noise is None else _detectivity(found, light, noise.amplitude, noise.degrees_of_freedom)
    notes = light.notes | _notes(noise, shot)
    detectivity = outcome(
        NAME,
        DETECTIVITY_DEFINITION,
        "D*",
        estimate,
        JONES,
        f"ℛ(f) √A / S_n(f), S_n by Welch's method over {LEAST_SEGMENTS} or more segments in the dark at the same bias",
        flags=flags,
        reason=reason,
        bound=None if estimate is not None else Interval(0.0, limit.interval.high),
        at=at,
        counts=counts,
        variants={SHOT_NOISE_ALONE: limit},
        notes=notes,
        curves=() if noise is None else (_spectrum(noise),),
    )
    power = None if estimate is None else _equivalent_power(estimate, light)
    return detectivity, outcome(
        NAME,
        POWER_DEFINITION,
        "NEP",
        power,
        "W/√Hz",
        "S_n(f) / ℛ(f): the power on the active area that gives the noise in 1 Hz",
        flags=flags,
        reason=reason,
        at=at,
        counts=counts,
        notes=notes,
    )


def _noise(run: Run, trace: Trace, found: Fundamental) -> tuple[NoiseDensity | None, str]:
    """Give the noise at the frequency and bias of a response, or the reason why there is none."""
    windows = noise_records(run, trace)
    if not windows:
        return None, "the noise was not measured: a D* from the dark current alone is an upper bound"
    noise = noise_density(windows, found.frequency, trace.aperture_at(float(windows[0].time[0])))
    frequency = format_quantity(found.frequency, "Hz")
    if noise is None:
        needed = format_quantity(needed_time(found.frequency), "s")
        return None, (
            f"the noise at {frequency} needs {LEAST_SEGMENTS} segments of a dark record sampled fast enough; record "
            f"{needed} or more at the rate of the response"
        )
    share, floor = BIAS_TOLERANCE
    if abs(noise.voltage - found.voltage) > share * abs(found.voltage) + floor:
        volts = [format_quantity(level, "V") for level in (noise.voltage, found.voltage)]
        return (
            None,
            f"the noise was measured at {volts[0]}, the response at {volts[1]}: they belong to different devices",
        )
    return noise, ""


def _detectivity(found: Fundamental, light: Illumination, noise: float, degrees: float) -> Estimate:
    """Give D* (Jones) for an amplitude density of the noise (A/Hz^1/2), on a logarithmic scale.

    The ammeter's gain is in response and noise alike, the area in the power as a whole and in sqrt(A) by half.
    """
    value = found.amplitude / (found.light * np.sqrt(light.area)) / noise * TO_JONES
    random = [
        (found.uncertainty / found.amplitude, found.degrees_of_freedom),
        (0.5 * float(np.sqrt(2 / degrees)), degrees),
        (float(np.hypot(light.irradiance, light.area_relative / 2)), np.inf),
    ]
    logarithm = combine(float(np.log(value)), random, [found.aliased / found.amplitude])
    return exponential_of(logarithm, JONES)


def _equivalent_power(detectivity: Estimate, light: Illumination) -> Estimate:
    """Give NEP = sqrt(A) / D* (W/Hz^1/2), with the whole of the area's uncertainty instead of half."""
    root = float(np.sqrt(light.area)) * TO_JONES
    value = root / detectivity.value
    relative = detectivity.uncertainty / detectivity.value
    wider = float(np.sqrt(relative**2 + 0.75 * light.area_relative**2)) / relative if relative > 0 else 1.0
    ends = (root / detectivity.interval.high, root / detectivity.interval.low)
    low, high = (value * (end / value) ** wider for end in ends)
    return Estimate(value, value * relative * wider, Interval(low, high), detectivity.degrees_of_freedom, "W/√Hz")


def _notes(noise: NoiseDensity | None, shot: float) -> dict[str, str]:
    if noise is None:
        return {"noise": "not measured"}
    density = format_quantity(noise.amplitude, "A") + "/√Hz"
    slope = -float(np.polyfit(np.log(noise.frequencies), np.log(noise.densities), 1)[0])
    colour = f"falls as f^-{slope:.1f}" if slope > FALLING else "white within the record"
    over = f"{noise.amplitude / shot:.3g} x shot noise"
    return {"noise": f"S_n = {density}, that of the ammeter included; S {colour}; {over}"}


def _spectrum(noise: NoiseDensity) -> Curve:
    return Curve(
        "noise spectrum in the dark",
        noise.frequencies,
        noise.densities,
        "frequency",
        "Hz",
        "S_I",
        "A^2/Hz",
        log_x=True,
    )


DETECTIVITY = Metric(
    name=NAME,
    definition=DETECTIVITY_DEFINITION,
    title="Specific detectivity and noise-equivalent power",
    unit=JONES,
    formula="D* = ℛ(f) √A / S_n(f);  NEP = S_n(f) / ℛ(f)",
    description=(
        "Responsivity to light chopped at f, from the fundamentals of current and light, over the noise that was "
        "measured in the dark at the same bias and frequency. The noise is that of device and ammeter together. "
        "Without a measured noise there is no D*: what the shot noise of the dark current would give stands as a "
        "variant, labelled an upper bound. Noise at another bias, or a record too short for the frequency, gives no "
        "value either."
    ),
    requires=(
        "a train of light pulses marked `chopped`",
        "a dark record marked `noise` at the same bias, of 50 segments of ten periods",
        "active_area in the sample file",
    ),
    reference="metric standard M34; Fang et al. 2019; Pecunia et al. 2025",
    compute=_compute,
)
