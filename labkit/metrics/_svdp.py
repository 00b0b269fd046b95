"""M10 with the voltage of an electrical pulse: a power law above a threshold that is fitted with it (SVDP)."""

from collections.abc import Callable
from dataclasses import dataclass
from math import copysign

import numpy as np

from labkit.core import Flag, FloatArray, Result
from labkit.metrics._dose_response import DoseResponse, fit_to_means
from labkit.metrics._outcome import outcome
from labkit.metrics._separable import Separable, SeparableFit
from labkit.metrics._transients import REPEATS_FOR_T

NAME = "sadp"
DEFINITION = "M10.voltage/1"
LEAST_ABOVE = 0.01
"""How near the threshold may come to the lowest level that has a response, in parts of it."""
_STARTS = 25


PartsOf = Callable[[FloatArray, list[int]], list[list[int]]]
"""Cuts the places of values into ranges."""


@dataclass(frozen=True, slots=True)
class Above:
    """A fitted power law of the levels above a threshold: joint parameters V_th (V), gamma, ln of the amplitude."""

    fit: SeparableFit
    flags: frozenset[Flag]

    @property
    def threshold(self) -> float:
        """V_th (V)."""
        return float(self.fit.nonlinear[0])


def voltage_results(series: DoseResponse, seen: list[int], parts_of: PartsOf) -> list[Result]:
    """Give gamma and V_th of a series of voltages of one sign, and gamma by decades of the voltage above V_th.

    `seen` are the places whose response stands out of its noise; `parts_of` cuts values into decades.
    """
    above = fit_above(series, seen)
    results = [
        _result(series, seen, above, "γ", 1, full=True),
        _result(series, seen, above, "V_th", 0, full=False),
    ]
    beyond = series.x - above.threshold
    for part in parts_of(beyond, seen):
        fit, misfit = _line(series, part, beyond)
        results.append(_by_range(series, part, fit, misfit, above.threshold))
    return results


def fit_above(series: DoseResponse, seen: list[int]) -> Above:
    """Fit ln of the response against ln of the voltage above a threshold between 0 V and the lowest response."""
    levels, sizes = series.x[seen], np.abs(series.responses[seen])
    highest = float(levels[0]) * (1 - LEAST_ABOVE)

    def basis(nonlinear: FloatArray) -> FloatArray:
        return np.column_stack([np.log(levels - nonlinear[0]), np.ones(len(levels))])

    weights = sizes / series.uncertainty[seen]
    model = Separable("power law above a threshold", basis, np.log(sizes), weights, np.zeros(1), np.array([highest]))
    starts = np.linspace(0.01, 0.99, _STARTS)[:, None] * highest
    fit, misfit = fit_to_means(model, starts, series.degrees_of_freedom)
    at_end = {Flag.AT_BOUND} if fit.solution.at_bound[0] else set()
    return Above(fit, frozenset(misfit | at_end))


def _line(series: DoseResponse, part: list[int], beyond: FloatArray) -> tuple[SeparableFit, set[Flag]]:
    columns = np.column_stack([np.log(beyond[part]), np.ones(len(part))])
    sizes, none = np.abs(series.responses[part]), np.empty(0)
    weights = sizes / series.uncertainty[part]
    model = Separable("power law", lambda _: columns, np.log(sizes), weights, none, none)
    return fit_to_means(model, np.empty((1, 0)), series.degrees_of_freedom)


def _result(series: DoseResponse, seen: list[int], above: Above, symbol: str, index: int, *, full: bool) -> Result:
    estimate = above.fit.profile(0, "V") if index == 0 else above.fit.solution.estimate(index)
    notes = dict(series.notes) | {"threshold": f"{above.threshold:.4g} V, fitted"}
    if len(seen) < len(series):
        notes["left out"] = f"{len(series) - len(seen)} levels whose response does not stand out of its noise"
    return outcome(
        NAME,
        DEFINITION,
        symbol,
        estimate,
        estimate.unit,
        "ln ΔI against ln(|V| − V_th), V_th fitted, weights from the variance fitted over all values, uF",
        flags=set(series.flags) | above.flags | _few(series),
        reason=_shortage(series),
        at=_conditions(series, seen),
        counts=series.counts() | {"value": len(seen)},
        variants={"V_th = 0": _line(series, seen, series.x)[0].solution.estimate(0)} if full else {},
        notes=notes if full else {},
        curves=(series.curve("voltage", "V", _drawn(series, above)),) if full else (),
    )


def _by_range(series: DoseResponse, part: list[int], fit: SeparableFit, misfit: set[Flag], threshold: float) -> Result:
    return outcome(
        NAME,
        DEFINITION,
        "γ by range",
        fit.solution.estimate(0),
        "1",
        f"straight line of ln ΔI against ln(|V| − {threshold:.4g} V), uF",
        flags=set(series.flags) | misfit | _few(series),
        reason=_shortage(series),
        at=_conditions(series, part),
        counts=series.counts() | {"value": len(part)},
    )


def _least(series: DoseResponse) -> int:
    return min(len(group) for group in series.groups)


def _few(series: DoseResponse) -> set[Flag]:
    return {Flag.REPEATS} if _least(series) < REPEATS_FOR_T else set()


def _shortage(series: DoseResponse) -> str:
    least = _least(series)
    return f"{least} pulses of a level; the standard asks for {REPEATS_FOR_T}" if least < REPEATS_FOR_T else ""


def _conditions(series: DoseResponse, part: list[int]) -> dict[str, float]:
    stimulus = series.groups[0].items[0].stimulus
    ends = (copysign(float(series.x[part[place]]), stimulus.level_requested) for place in (0, -1))
    return {"width": stimulus.width_requested} | dict(zip(("lowest_level", "highest_level"), ends, strict=True))


def _drawn(series: DoseResponse, above: Above) -> FloatArray:
    exponent, constant = above.fit.linear
    sign = np.sign(series.responses[int(np.argmax(np.abs(series.responses)))])
    beyond = np.maximum(series.x - above.threshold, 0.0)
    return np.asarray(sign * np.exp(constant) * beyond**exponent, float)
