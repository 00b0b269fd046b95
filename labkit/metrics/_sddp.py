"""M9: spike-duration-dependent plasticity, the response against the width of the pulse, and reciprocity."""

import numpy as np

from labkit.core import Estimate, Flag, FloatArray, Result, Run
from labkit.metrics._dose_response import DoseResponse, dose_responses, fit_to_means, time_on
from labkit.metrics._metric import Metric
from labkit.metrics._models import LONGEST
from labkit.metrics._outcome import outcome
from labkit.metrics._reciprocity import Reciprocity, reciprocity
from labkit.metrics._separable import Separable, SeparableFit
from labkit.metrics._statistics import combine, exponential_of
from labkit.metrics._transients import REPEATS_FOR_T, Responses

NAME = "sddp"
DEFINITION = "M9.edge/1"
LEAST_WIDTHS = 5
SHORTEST = 0.2
"""Smallest time constant that is looked for, in parts of the shortest width."""
SHORTEST_SERIES = 3.0
"""A series that ends before so many time constants does not show the saturation (WIN)."""
STARTS = 24


def _compute(run: Run) -> tuple[Result, ...]:
    series = dose_responses(run, _width, _level, LEAST_WIDTHS, "widths")
    return tuple(result for each in series for result in _results(run, each))


def _width(group: Responses) -> float:
    return group.items[0].stimulus.width_requested


def _level(group: Responses) -> float:
    return group.items[0].stimulus.level_requested


def _results(run: Run, series: DoseResponse) -> list[Result]:
    fit, misfit = _fit(series)
    flags = set(series.flags) | misfit | _flags(series, fit)
    least = min(len(group) for group in series.groups)
    reason = f"{least} pulses of a width; the standard asks for {REPEATS_FOR_T}" if least < REPEATS_FOR_T else ""
    time = exponential_of(fit.profile(0), "s")
    results = [
        outcome(
            NAME,
            DEFINITION,
            symbol,
            estimate,
            estimate.unit,
            "fit of the mean amplitudes, weights from the variance fitted over all values, uF",
            flags=flags,
            reason=reason,
            at=_conditions(series),
            counts=series.counts(),
            notes=dict(series.notes),
            curves=(series.curve("width", "s", fit.fitted),) if symbol == "τ_w" else (),
        )
        for symbol, estimate in (("τ_w", time), ("ΔI_s", _saturation(series, fit)))
    ]
    compared = reciprocity(run, series)
    return [*results, _reciprocal(series, compared)] if compared is not None else results


def _fit(series: DoseResponse) -> tuple[SeparableFit, set[Flag]]:
    reached = np.array([time_on(group) for group in series.groups])

    def basis(nonlinear: FloatArray) -> FloatArray:
        return np.asarray(-np.expm1(-reached * np.exp(-nonlinear[0])), float)[:, None]

    lower, upper = np.log([SHORTEST * series.x[0]]), np.log([LONGEST * series.x[-1]])
    model = Separable("saturating exponential", basis, series.responses, 1 / series.uncertainty, lower, upper)
    starts = np.linspace(lower + 0.1, upper - 0.1, STARTS)
    return fit_to_means(model, starts, series.degrees_of_freedom)


def _saturation(series: DoseResponse, fit: SeparableFit) -> Estimate:
    level = fit.solution.estimate(1, "A")
    own = (level.uncertainty, level.degrees_of_freedom)
    return combine(level.value, [own], (series.gain * level.value,), "A")


def _flags(series: DoseResponse, fit: SeparableFit) -> set[Flag]:
    flags = set()
    if fit.solution.at_bound[0]:
        flags.add(Flag.AT_BOUND)
    if float(series.x[-1]) < SHORTEST_SERIES * float(np.exp(fit.nonlinear[0])):
        flags.add(Flag.WINDOW)
    if min(len(group) for group in series.groups) < REPEATS_FOR_T:
        flags.add(Flag.REPEATS)
    return flags


def _conditions(series: DoseResponse) -> dict[str, float]:
    conditions = series.groups[0].conditions()
    return {name: value for name, value in conditions.items() if name != "width"}


def _reciprocal(series: DoseResponse, compared: Reciprocity) -> Result:
    few = {Flag.REPEATS} if min(len(group) for group in series.groups) < REPEATS_FOR_T else set()
    return outcome(
        NAME,
        DEFINITION,
        "reciprocity",
        compared.estimate,
        "%",
        "response to weaker and longer light over that to equal doses of stronger light, weighted mean over the widths",
        flags=set(series.flags) | few,
        at=_conditions(series),
        counts=compared.counts,
        notes={"reciprocity": compared.verdict},
        curves=(compared.curve(),),
    )


SDDP = Metric(
    name=NAME,
    definition=DEFINITION,
    title="Spike-duration-dependent plasticity",
    unit="s",
    formula="ΔI(t_w) = ΔI_s (1 − exp(−t_w/τ_w));  reciprocity: ΔI = F(E_e·t_w)",
    description=(
        "Fit of the mean amplitude (M1) against the time that the light had been on in the middle of the amplitude's "
        "window, weighted by the inverse of a variance fitted over all widths. "
        "Where pulses of equal dose and weaker light are there, reciprocity is the ratio of their responses: 100 % "
        "where only the dose counts. Widths in random order, or bracketed by reference pulses: without both, a drift "
        "of the device is not told from an effect of the width."
    ),
    requires=(
        "pulses of one level and 5 or more widths marked `epsc`, 5 of each width",
        "pulses of equal dose marked `equal_dose` for the reciprocity",
        "pulses marked `reference` to see a change of the device",
    ),
    reference="metric standard M9",
    compute=_compute,
)
