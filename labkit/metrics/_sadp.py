"""M10: spike-amplitude-dependent plasticity, the exponent of the response against the intensity of the stimulus."""

import numpy as np

from labkit.core import Flag, FloatArray, Result, Run
from labkit.metrics._dose_response import DoseResponse, dose_responses, fit_to_means
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._separable import Separable, SeparableFit
from labkit.metrics._svdp import voltage_results
from labkit.metrics._transients import REPEATS_FOR_T, Responses
from labkit.metrics._windows import SIGNAL_TO_NOISE

NAME = "sadp"
DEFINITION = "M10.irradiance/1"
LEAST_LEVELS = 5
LEAST_IN_RANGE = 3
_ROUNDING = 1e-6


def _compute(run: Run) -> tuple[Result, ...]:
    series = dose_responses(run, _level, _apart, LEAST_LEVELS, "levels")
    return tuple(result for each in series for result in _results(each))


def _apart(group: Responses) -> tuple[float, bool]:
    """Tell widths apart, and the signs of voltages."""
    stimulus = group.items[0].stimulus
    return stimulus.width_requested, stimulus.level_requested < 0


def _level(group: Responses) -> float:
    return abs(group.items[0].stimulus.level_requested)


def _results(series: DoseResponse) -> list[Result]:
    seen = _seen(series)
    if len(seen) < LEAST_LEVELS:
        raise NotMeasured(
            f"the response stands out of its noise at {len(seen)} levels, too few",
            "apply stronger light or a higher voltage, or repeat more",
        )
    if not series.groups[0].optical:
        return voltage_results(series, seen, _decades)
    results = [_result(series, seen, "γ", full=True)]
    return results + [_result(series, part, "γ by range", full=False) for part in _decades(series.x, seen)]


def _seen(series: DoseResponse) -> list[int]:
    """Give the places of responses that stand out of their noise and have the sign of the largest one."""
    sign = np.sign(series.responses[int(np.argmax(np.abs(series.responses)))])
    return [int(place) for place in np.flatnonzero(sign * series.responses > SIGNAL_TO_NOISE * series.uncertainty)]


def _decades(x: FloatArray, seen: list[int]) -> list[list[int]]:
    """Cut levels into decades from the lowest, and keep those with three or more; none where one decade holds all."""
    above = {place: float(np.log10(x[place] / x[seen[0]])) for place in seen}
    last = above[seen[-1]]
    if last <= 1 + _ROUNDING:
        return []
    starts = range(int(last) + 1)
    parts = [[at for at in seen if start - _ROUNDING <= above[at] <= start + 1 + _ROUNDING] for start in starts]
    return [part for part in parts if len(part) >= LEAST_IN_RANGE]


def _result(series: DoseResponse, part: list[int], symbol: str, *, full: bool) -> Result:
    fit, misfit = _fit(series, part)
    least = min(len(group) for group in series.groups)
    few = least < REPEATS_FOR_T
    notes = dict(series.notes)
    if full and len(part) < len(series):
        notes["left out"] = f"{len(series) - len(part)} levels whose response does not stand out of its noise"
    conditions = {name: value for name, value in series.groups[0].conditions().items() if name == "width"}
    ends = {"lowest_irradiance": float(series.x[part[0]]), "highest_irradiance": float(series.x[part[-1]])}
    return outcome(
        NAME,
        DEFINITION,
        symbol,
        fit.solution.estimate(0),
        "1",
        "straight line of ln ΔI against ln E_e, weights from the variance fitted over all values, uF",
        flags=set(series.flags) | misfit | ({Flag.REPEATS} if few else set()),
        reason=f"{least} pulses of a level; the standard asks for {REPEATS_FOR_T}" if few else "",
        at=conditions | ends,
        counts=series.counts() | {"value": len(part)},
        notes=notes if full else {},
        curves=(series.curve("irradiance", "W/m^2", _drawn(series, fit)),) if full else (),
    )


def _fit(series: DoseResponse, part: list[int]) -> tuple[SeparableFit, set[Flag]]:
    columns = np.column_stack([np.log(series.x[part]), np.ones(len(part))])
    sizes = np.abs(series.responses[part])
    none = np.empty(0)
    model = Separable("power law", lambda _: columns, np.log(sizes), sizes / series.uncertainty[part], none, none)
    return fit_to_means(model, np.empty((1, 0)), series.degrees_of_freedom)


def _drawn(series: DoseResponse, fit: SeparableFit) -> FloatArray:
    exponent, constant = fit.linear
    sign = np.sign(series.responses[int(np.argmax(np.abs(series.responses)))])
    return np.asarray(sign * np.exp(constant) * series.x**exponent, float)


SADP = Metric(
    name=NAME,
    definition=DEFINITION,
    title="Spike-amplitude-dependent plasticity",
    unit="1",
    formula="ΔI ∝ E_e^γ;  ΔI ∝ (|V| − V_th)^γ",
    description=(
        "Exponent of the mean amplitude (M1) against the irradiance of the pulse, at one width: over all levels, and "
        "by decades from the lowest. Levels whose response does not stand out of its noise are left out, and named. "
        "Where the levels scatter about the line more than their repeats, as where the exponent changes, that scatter "
        "is the uncertainty. An error of the light's calibration that is the same part of every level cancels. "
        "Voltage pulses on a two-terminal device (SVDP): the weight read after the pulse against the voltage above a "
        "threshold V_th that is fitted with it, each sign apart; a threshold that ends at 0 V or at the lowest "
        "response withholds both (BND)."
    ),
    requires=(
        "pulses of one width and 5 or more irradiances or voltages marked `epsc`, 5 of each",
        "pulses marked `reference` to see a change of the device",
    ),
    reference="metric standard M10",
    compute=_compute,
)
