"""M35: linear dynamic range, where the response goes in proportion to the irradiance and stands out of the noise."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from labkit.core import Curve, Estimate, Flag, FloatArray, Interval, Result, Run, format_quantity
from labkit.metrics._dose_response import DoseResponse, dose_responses
from labkit.metrics._illumination import multiplied
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._response_curve import CurveFit, ResponseCurve, fit_response_curve
from labkit.metrics._series import Noise
from labkit.metrics._statistics import normal_estimate
from labkit.metrics._transients import REPEATS_FOR_T, Responses, noise_before

NAME = "linear_range"
DEFINITION = "M35.slope/2"
LEAST_LEVELS = 8
LEAST_SIGNAL_TO_NOISE = 6.0
"""Of a mean response for its logarithm to be fitted; below, it is biased, and so is a choice by what stands out."""
SLOPES = 0.9, 1.1
DECIBELS = 20 / float(np.log(10))
"""Of the logarithm of a ratio of irradiances."""
DRAWS = 400
_GRID = 2000
_LIGHT, _NOISE, _SLOPE = "the light's range", "the noise", "the slope"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A linear stretch in ln E, with what ends it on either side."""

    low: float
    high: float
    below: str
    above: str

    @property
    def open(self) -> bool:
        """Whether the light ends before the linear range does, on either side."""
        return _LIGHT in (self.below, self.above)


def _compute(run: Run) -> tuple[Result, ...]:
    series = dose_responses(run, _level, partial(_fixed, run), LEAST_LEVELS, "irradiances")
    lit = [each for each in series if each.groups[0].optical]
    if not lit:
        raise NotMeasured("the pulses are electrical", "apply light pulses of several irradiances")
    return tuple(_result(each) for each in lit)


def _level(group: Responses) -> float:
    return group.items[0].stimulus.level


def _fixed(run: Run, group: Responses) -> tuple[float, float]:
    stimulus = group.items[0].stimulus
    return stimulus.width_requested, run.description.wavelengths.get(stimulus.terminal, 0.0)


def _result(series: DoseResponse) -> Result:
    lost = np.flatnonzero(np.abs(series.responses) <= LEAST_SIGNAL_TO_NOISE * series.uncertainty)
    # Only what lies above the last lost one: single points that stand out below it do so by chance.
    seen = np.arange(len(series)) > (int(lost[-1]) if len(lost) else -1)
    if int(np.sum(seen)) < LEAST_LEVELS:
        raise NotMeasured(
            f"the response stands out of its noise at {int(np.sum(seen))} irradiances, too few",
            "apply stronger light, or repeat more",
        )
    sizes = np.abs(series.responses)
    x, logarithms, weights = np.log(series.x[seen]), np.log(sizes[seen]), sizes[seen] / series.uncertainty[seen]
    names = sorted({_terminal(group) for group in series.groups})
    lights = np.array([names.index(_terminal(group)) for group in series.groups], float)[seen]
    fit = fit_response_curve(x, logarithms, weights, series.degrees_of_freedom, lights)
    # Of all pulses together: one level's few readings see a correlation by chance, and with it too much noise.
    noise = noise_before(series.groups[0].trace, tuple(item for group in series.groups for item in group.items))
    ends = float(np.log(series.x[0])), float(np.log(series.x[-1]))
    stretch = linear_stretch(fit.curve, ends, float(np.log(noise.sigma)))
    least = min(len(group) for group in series.groups)
    # A response lost in its noise seems to fade now and then; the reference pulses tell whether the device did.
    steady = "changing" not in series.notes["reference"]
    flags = set(series.flags) - ({Flag.DEGRADED} if steady else set())
    flags |= fit.flags | ({Flag.REPEATS} if least < REPEATS_FOR_T else set())
    aperture = series.groups[0].trace.aperture_at(series.groups[0].items[0].stimulus.begin)
    at = {"width": series.groups[0].items[0].stimulus.width_requested}
    at |= {"bandwidth": 0.5 / aperture} if aperture > 0 else {}
    if stretch is None:
        low, high = (f"{value:.3g}" for value in _range(fit.curve.slope(np.linspace(*ends, _GRID))))
        reason = (
            f"nowhere is the exponent between 0.9 and 1.1 with a response above the noise: it goes from {low} to {high}"
        )
        return _outcome(series, fit, None, flags, at, reason, None)
    estimate = _estimate(series, fit, stretch, noise)
    at |= {"lowest_irradiance": float(np.exp(stretch.low)), "highest_irradiance": float(np.exp(stretch.high))}
    if not stretch.open:
        return _outcome(series, fit, estimate, flags, at, "", stretch)
    ended = " and ".join(name for name, end in (("below", stretch.below), ("above", stretch.above)) if end == _LIGHT)
    reason = f"linear to the end of the light's range {ended}: the linear range is {estimate.value:.3g} dB or more"
    return _outcome(series, fit, None, flags, at, reason, stretch, Interval(estimate.interval.low, np.inf), estimate)


def _range(values: FloatArray) -> tuple[float, float]:
    return float(np.min(values)), float(np.max(values))


def linear_stretch(curve: ResponseCurve, ends: tuple[float, float], noise: float) -> Stretch | None:
    """Find the longest stretch of ln E with a slope in 0.9 to 1.1 and a response (ln) above that of the noise."""
    x = np.linspace(*ends, _GRID)
    slope, over = curve.slope(x), curve.logarithm(x) - noise
    room = np.minimum(np.minimum(slope - SLOPES[0], SLOPES[1] - slope), over)
    good = room >= 0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(int)))
    if not len(edges):
        return None
    first, stop = max(zip(edges[::2], edges[1::2], strict=True), key=lambda pair: pair[1] - pair[0])
    last = stop - 1
    below = _LIGHT if first == 0 else _SLOPE if over[first - 1] >= 0 else _NOISE
    low = x[first] if below == _LIGHT else _crossing(x, room, first - 1)
    high = x[last] if last == _GRID - 1 else _crossing(x, room, last)
    return Stretch(float(low), float(high), below, _LIGHT if last == _GRID - 1 else _SLOPE)


def _crossing(x: FloatArray, room: FloatArray, place: int) -> float:
    """Give where the room goes through zero between a point and the next."""
    return float(x[place] + (x[place + 1] - x[place]) * room[place] / (room[place] - room[place + 1]))


def _estimate(series: DoseResponse, fit: CurveFit, stretch: Stretch, noise: Noise) -> Estimate:
    """Give the range (dB) with the scatter of curves drawn about the fitted one (uM).

    Light of one lamp is wrong by the same part everywhere; two lamps are wrong each by itself.
    """
    generator = np.random.default_rng(135)
    ends = float(np.log(series.x[0])), float(np.log(series.x[-1]))
    doubt = 1 / float(np.sqrt(2 * max(noise.degrees_of_freedom, 1.0)))
    drawn = []
    for again in fit.draws(generator, DRAWS):
        level = float(np.log(noise.sigma)) + generator.standard_normal() * doubt
        found = linear_stretch(again, ends, level)
        if found is not None:
            drawn.append(found.high - found.low)
    lights = {_terminal(group): group.light_uncertainty for group in (_nearest(series, end) for end in _of(stretch))}
    shared = float(np.linalg.norm(list(lights.values()))) if len(lights) > 1 else 0.0
    scatter = float(np.std(drawn, ddof=1)) if len(drawn) > DRAWS / 2 else np.inf
    return normal_estimate(
        DECIBELS * (stretch.high - stretch.low),
        DECIBELS * float(np.hypot(scatter, shared)),
        series.degrees_of_freedom,
        "dB",
    )


def _of(stretch: Stretch) -> tuple[float, float]:
    return stretch.low, stretch.high


def _nearest(series: DoseResponse, logarithm: float) -> Responses:
    return series.groups[int(np.argmin(np.abs(np.log(series.x) - logarithm)))]


def _terminal(group: Responses) -> str:
    return group.items[0].stimulus.terminal


def _outcome(
    series: DoseResponse,
    fit: CurveFit,
    estimate: Estimate | None,
    flags: set[Flag],
    at: dict[str, float],
    reason: str,
    stretch: Stretch | None,
    bound: Interval | None = None,
    measured: Estimate | None = None,
) -> Result:
    shown = estimate if estimate is not None else measured
    variants = {}
    if shown is not None:
        variants = {"decades": multiplied(shown, 0.05, "decades"), "10 log10": multiplied(shown, 0.5, "dB")}
    notes = dict(series.notes) | {"curve": f"exponent bends {fit.curve.bends} times"}
    if stretch is not None:
        low, high = (format_quantity(float(np.exp(end)), "W/m^2") for end in _of(stretch))
        notes["range"] = f"{low} (ended by {stretch.below}) to {high} (ended by {stretch.above})"
    return outcome(
        NAME,
        DEFINITION,
        "LDR",
        estimate,
        "dB",
        "20 log10(E_max/E_min), local exponent in 0.9-1.1 and response above the noise of one reading; uM",
        flags=flags,
        reason=reason,
        bound=bound,
        at=at,
        counts=series.counts(),
        variants=variants,
        notes=notes,
        curves=(series.curve("irradiance", "W/m^2", _drawn(series, fit.curve)), _exponent(series, fit.curve)),
    )


def _drawn(series: DoseResponse, curve: ResponseCurve) -> FloatArray:
    sign = np.sign(series.responses[int(np.argmax(np.abs(series.responses)))])
    return np.asarray(sign * np.exp(curve.logarithm(np.log(series.x))), float)


def _exponent(series: DoseResponse, curve: ResponseCurve) -> Curve:
    slope = curve.slope(np.log(series.x))
    return Curve("local exponent", series.x, slope, "irradiance", "W/m^2", "d ln ΔI / d ln E", "1", log_x=True)


LINEAR_RANGE = Metric(
    name=NAME,
    definition=DEFINITION,
    title="Linear dynamic range",
    unit="dB",
    formula="LDR = 20 log₁₀(E_max/E_min)",
    description=(
        "Ratio of the largest to the smallest irradiance between which the local exponent of the response lies in 0.9 "
        "to 1.1 and the response is at least the rms noise of one reading (its bandwidth is stated). The exponent is "
        "that of a curve of up to two bends, fitted on logarithmic axes. Also in decades, and with the factor 10 that "
        "halves the decibels. Where the light's range ends before the device's, there is a lower bound. The "
        "calibration of one light cancels; those of two count as independent."
    ),
    requires=("light pulses of one width and 8 or more irradiances marked `epsc`, 5 of each",),
    reference="metric standard M35; Wang et al. 2023",
    compute=_compute,
)
