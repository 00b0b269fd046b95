"""What many trials say of one value of a case, and whether that is what the standard asks for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from benchmarks._coverage_statistics import Comparison, Row, clopper_pearson, grouped, row_of
from benchmarks.validation._case import Case, Limit

HOLDS, CONSERVATIVE, FALLS_SHORT = "holds", "conservative", "falls short"
MOST_BIAS = 0.2
"""In parts of the standard uncertainty."""
CALIBRATED = 0.9, 1.1
MOST_FALSE, MOST_MISSED = 0.02, 0.05


@dataclass(frozen=True, slots=True)
class Figure:
    """A further figure of the "excellent" column: what was found, with its standard error, and the most it may be."""

    text: str
    found: float
    error: float
    most: float


@dataclass(frozen=True, slots=True)
class Tally:
    """What the trials of a case say of one value.

    `false` and `missed` count trials with a flag that was not due, or without one that was; None where the case does
    not count them. `z_spread` is that of the errors over u, as normal quantiles of Student's t with their degrees of
    freedom, so that 1 is right whatever they are; NaN without uncertainties.
    """

    row: Row
    judged: bool
    band: tuple[float, float]
    false: int | None
    missed: int | None
    z_spread: float
    figures: tuple[Figure, ...]

    def shortfalls(self, confidence: float = 0.95) -> list[str]:
        """Name what falls short, as far as so many trials can tell at a confidence."""
        found = list(self._interval_shortfalls(confidence)) if self.judged else []
        trials, sigmas = self.row.repeats, _sigmas(confidence)
        if self.false is not None and clopper_pearson(self.false, trials, confidence)[0] > MOST_FALSE:
            found.append("false flags")
        if self.missed is not None and clopper_pearson(self.missed, trials, confidence)[0] > MOST_MISSED:
            found.append("missed flags")
        found += [each.text for each in self.figures if not each.found - sigmas * each.error <= each.most]
        return found

    def _interval_shortfalls(self, confidence: float) -> Iterable[str]:
        if clopper_pearson(self.row.covered, self.row.repeats, confidence)[1] < self.band[0]:
            yield "coverage"
        sigmas, valued = _sigmas(confidence), self.row.repeats * (1 - self.row.without_value)
        if np.isfinite(self.z_spread):
            if abs(self.row.bias) - sigmas * self.z_spread / np.sqrt(valued) > MOST_BIAS:
                yield "bias"
            if self.z_spread * (1 - sigmas / np.sqrt(2 * valued)) > CALIBRATED[1]:
                yield "u too small"

    @property
    def conservative(self) -> bool:
        """Whether the interval or the uncertainty is wider than it need be; a bound holds as often as may be."""
        if self.row.without_value == 1:
            return False
        low, _ = clopper_pearson(self.row.covered, self.row.repeats)
        exact = self.row.covered == self.row.repeats and not self.row.relative_uncertainty > 0
        valued = max(self.row.repeats * (1 - self.row.without_value), 1)
        wide = self.z_spread * (1 + 2 / np.sqrt(2 * valued)) < CALIBRATED[0]
        return self.judged and self.row.due and not exact and (low > self.band[1] or bool(wide))

    @property
    def verdict(self) -> str:
        """The verdict in words."""
        short = self.shortfalls()
        if short:
            return f"{FALLS_SHORT}: {', '.join(short)}"
        if not self.judged and self.false is None and self.missed is None and not self.figures:
            return ""
        return CONSERVATIVE if self.conservative else HOLDS


def _sigmas(confidence: float) -> float:
    return float(stats.norm.isf((1 - confidence) / 2))


def tallies(case: Case, comparisons: Iterable[Comparison]) -> list[Tally]:
    """Put the comparisons of many trials together, one tally for each value."""
    return [_tally(case, group) for group in grouped(comparisons)]


def _tally(case: Case, group: Sequence[Comparison]) -> Tally:
    row = row_of(case.name, list(group))
    symbol = row.symbol
    # A trap is judged by what is told of it: values that slip through are no fair sample.
    judged = row.due and not case.due and (case.judged is None or symbol in case.judged)
    undue = sum(bool(set(each.flags) - case.allowed) for each in group)
    missed = sum(not case.due & set(each.flags) for each in group)
    counted = case.judged is None or symbol in case.judged
    return Tally(
        row,
        judged,
        case.band,
        undue if counted and not case.due else None,
        missed if counted and case.due else None,
        _z_spread(group),
        tuple(_figure(limit, group) for limit in case.limits if limit.symbol == symbol),
    )


def _figure(limit: Limit, group: Sequence[Comparison]) -> Figure:
    pairs = [(each.value, each.truth) for each in group if each.value is not None and np.isfinite(each.truth)]
    if len(pairs) < 2:
        return Figure(limit.text, float("nan"), 0.0, limit.most)
    values, truths = np.array(pairs, float).T
    found, error = limit.measure(values, truths)
    return Figure(limit.text, found, error, limit.most)


def _z_spread(group: Sequence[Comparison]) -> float:
    usable = [each for each in group if each.value is not None and 0 < each.uncertainty < np.inf]
    usable = [each for each in usable if np.isfinite(each.truth)]
    if len(usable) < 2:
        return float("nan")
    z = np.array([(each.value - each.truth) / each.uncertainty for each in usable if each.value is not None])
    degrees = np.array([each.degrees_of_freedom for each in usable])
    return float(np.std(as_normal(z, degrees), ddof=1))


def as_normal(z: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """Give the normal quantiles that lie where `z` lie in Student's t of so many degrees of freedom."""
    tail = np.where(np.isfinite(degrees), stats.t.sf(np.abs(z), np.minimum(degrees, 1e9)), stats.norm.sf(np.abs(z)))
    return np.asarray(np.sign(z) * stats.norm.isf(np.maximum(tail, 1e-300)), float)
