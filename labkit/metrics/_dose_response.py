"""Responses to stimuli of several widths or levels, with what brackets them, and fits of a curve to them."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from labkit.core import Curve, Flag, FloatArray, Kind, Run
from labkit.metrics._fits import Scatter
from labkit.metrics._metric import NotMeasured
from labkit.metrics._separable import Separable, SeparableFit, fit_separable
from labkit.metrics._series import ljung_box
from labkit.metrics._stimuli import events
from labkit.metrics._transients import Responses, degraded, middle_of_peak, responses, responses_to

MARK = "epsc"
MISFIT_SIGNIFICANCE = 0.01
MISFIT_SIZE = 2.0
_ROUNDS = 10
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class DoseResponse:
    """Mean responses (A) against a property of the stimulus, in its order; one entry of each array a value of it.

    `uncertainty` (A) is the standard uncertainty by the scatter of the repeats, smoothed over the values.
    """

    x: FloatArray
    responses: FloatArray
    uncertainty: FloatArray
    degrees_of_freedom: float
    groups: tuple[Responses, ...]
    flags: frozenset[Flag]
    notes: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.x)

    @property
    def gain(self) -> float:
        """Limit of the instrument's gain, part of the reading, the same for all."""
        first = self.groups[0]
        return first.trace.accuracy_at(first.items[0].stimulus.begin).gain

    def counts(self) -> dict[str, int]:
        """Give n at each level."""
        single = [group.counts() for group in self.groups]
        return {name: sum(each[name] for each in single) for name in ("sample", "pulse")} | {"value": len(self)}

    def curve(self, label: str, unit: str, fit: FloatArray | None = None) -> Curve:
        """Give the responses as a curve to draw."""
        return Curve(
            f"response against {label}", self.x, self.responses, label, unit, "ΔI", "A", self.uncertainty, fit, True
        )


def dose_responses(
    run: Run, value: Callable[[Responses], float], fixed: Callable[[Responses], Hashable], least: int, what: str
) -> tuple[DoseResponse, ...]:
    """Read the pulses marked `epsc` by the `value` that varies, those with another `fixed` one apart.

    Raises NotMeasured when no `fixed` value has `least` different ones, or one of these a single pulse.
    """
    by_fixed: dict[Hashable, list[Responses]] = {}
    for group in responses(run, (MARK,)):
        by_fixed.setdefault(fixed(group), []).append(group)
    enough = [groups for groups in by_fixed.values() if len(groups) >= least]
    if not enough:
        most = max(len(groups) for groups in by_fixed.values())
        raise NotMeasured(f"the pulses have {most} {what}, too few", f"measure at {least} or more {what}")
    references = events(run, Kind.PULSE, ["reference"])
    bracket = responses_to(run, references) if references else None
    return tuple(_read(sorted(groups, key=value), value, bracket) for groups in enough)


def _read(groups: list[Responses], value: Callable[[Responses], float], bracket: Responses | None) -> DoseResponse:
    repeats = np.array([len(group) for group in groups])
    if np.any(repeats < 2):
        raise NotMeasured("a value of the stimulus has a single pulse", "repeat every stimulus, five times or more")
    x = np.array([value(group) for group in groups])
    family = len(groups) + (bracket is not None)
    flags = set().union(*(group.flags(family) for group in groups))
    notes = {"reference": "none"}
    if bracket is not None:
        steady = not degraded(bracket.amplitudes, family)
        flags |= set() if steady else {Flag.DEGRADED}
        notes["reference"] = f"{len(bracket)} pulses, {'steady' if steady else 'changing'}"
    elif _in_order(groups):
        notes["reference"] = "none, and the values in order: a drift of the device is not told from their effect"
    return DoseResponse(
        x,
        np.array([float(np.mean(group.amplitudes)) for group in groups]),
        np.sqrt(variances_of_means(groups)),
        float(np.sum(repeats - 1)),
        tuple(groups),
        frozenset(flags),
        notes,
    )


def variances_of_means(groups: Sequence[Responses]) -> FloatArray:
    """Give the variances of the mean responses (A^2): the noise of the windows and a scatter in proportion, fitted."""
    count = np.array([len(group) for group in groups])
    single = np.array([np.var(group.amplitudes, ddof=1) for group in groups])
    windows = np.array([np.mean(group.uncertainties**2) for group in groups])
    sizes = np.array([np.mean(group.amplitudes) ** 2 for group in groups])
    return np.asarray(fitted_variances(single, count, np.column_stack([windows, sizes])) / count, float)


def fitted_variances(single: FloatArray, count: FloatArray, parts: FloatArray) -> FloatArray:
    """Give the variances of groups as sums of `parts` (groups x parts) with shares that are fitted, none negative.

    The variance `single` of a few repeats (`count` of them) is itself noisy; the shares are fitted to those of all
    groups together, each weighted by what it should be, as the scatter of a variance grows with it.
    """
    scaled = parts / np.maximum(np.max(parts, axis=0), 1e-300)
    # Responses over decades have variances over twice as many: weights that begin all alike see the largest alone.
    expected = np.maximum(single, _LEAST * float(np.max(single)))
    for _ in range(_ROUNDS):
        weights = np.sqrt(count - 1) / expected
        shares, _ = optimize.nnls(scaled * weights[:, None], single * weights)
        expected = np.maximum(scaled @ shares, _LEAST * float(np.max(single)))
    return np.asarray(expected, float)


def _in_order(groups: list[Responses]) -> bool:
    begins = np.diff([group.items[0].stimulus.begin for group in groups])
    return bool(np.all(begins > 0) or np.all(begins < 0))


def time_on(group: Responses) -> float:
    """Give how long the pulses had been on in the middle of their peak windows (s)."""
    return float(np.median([middle_of_peak(item.stimulus, item.peak) - item.stimulus.begin for item in group.items]))


def fit_to_means(model: Separable, starts: FloatArray, degrees_of_freedom: float) -> tuple[SeparableFit, set[Flag]]:
    """Fit a curve to means whose scatter is known from repeats (weights 1/u), and flag what it does not describe (MOD).

    Where the means scatter about the curve more than their repeats tell, that scatter is the uncertainty.
    """
    fit = fit_separable(model, starts)
    free = len(model.y) - len(fit.solution.values)
    residuals = fit.solution.residuals
    # Fisher's F and not chi-squared: the uncertainties of the means are themselves known from a few repeats only.
    chance = float(stats.f.sf(fit.solution.sum_of_squares / free, free, degrees_of_freedom)) if free > 0 else 1.0
    if chance >= MISFIT_SIGNIFICANCE:
        return fit.with_scatter(Scatter(1.0, degrees_of_freedom)), set()
    structured = ljung_box(residuals, len(fit.solution.values)) < MISFIT_SIGNIFICANCE
    large = float(np.max(np.abs(residuals))) > MISFIT_SIZE
    return fit, {Flag.MODEL} if structured and large else set()
