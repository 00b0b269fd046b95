"""Results against truths: what one run says, and what many runs say of a metric's intervals."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from labkit.core import Result

LOWEST, HIGHEST = 0.93, 0.97
HOLDS, CONSERVATIVE, TOO_LOW = "holds", "conservative", "too low"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One value of one run beside its truth. `value` is None where the metric gave none; `truth` NaN where none is due.

    `covered` tells whether the 95 % interval holds the truth, for a bound whether it does, and for a value that must
    not be given whether it was not.
    """

    metric: str
    definition: str
    symbol: str
    at: str
    truth: float
    value: float | None
    uncertainty: float
    covered: bool
    flags: tuple[str, ...]
    bound: bool
    degrees_of_freedom: float = np.inf


def compared(result: Result, truth: float, at: str = "", variant: str = "") -> Comparison:
    """Set a result, or one of its variants, beside its truth; a truth of NaN says that there must be no value."""
    estimate = result.variants.get(variant) if variant else result.estimate
    symbol = f"{result.symbol} ({variant})" if variant else result.symbol
    due = not np.isnan(truth)
    interval = estimate.interval if estimate is not None else result.bound if not variant else None
    covered = due and interval is not None and truth in interval if due else estimate is None
    return Comparison(
        result.metric,
        result.definition,
        symbol,
        at,
        truth,
        None if estimate is None else estimate.value,
        float("nan") if estimate is None else estimate.uncertainty,
        bool(covered),
        tuple(str(flag) for flag in result.flags),
        estimate is None and interval is not None,
        np.inf if estimate is None else estimate.degrees_of_freedom,
    )


@dataclass(frozen=True, slots=True)
class Row:
    """What many runs say of one value: shares, the mean error in parts of the mean u, the scatter of z."""

    case: str
    metric: str
    definition: str
    symbol: str
    at: str
    repeats: int
    covered: int
    bias: float
    z_spread: float
    without_value: float
    flagged: float
    flags: dict[str, int]
    relative_uncertainty: float
    due: bool
    """Whether there is a truth; else the right answer is to give no value."""

    @property
    def coverage(self) -> float:
        return self.covered / self.repeats

    @property
    def interval(self) -> tuple[float, float]:
        """The exact 95 % interval of the coverage (Clopper and Pearson)."""
        return clopper_pearson(self.covered, self.repeats)

    @property
    def verdict(self) -> str:
        """Whether the coverage is 93-97 %, as far as so many repeats can tell."""
        low, high = self.interval
        if high < LOWEST:
            return TOO_LOW
        if self.covered == self.repeats and not self.due:
            return "rightly none"
        if self.due and self.without_value == 1:
            # A bound is to hold the truth in 95 % of the repeats or more.
            return "bound holds"
        if self.covered == self.repeats and self.relative_uncertainty == 0:
            return "exact"
        return CONSERVATIVE if low > HIGHEST else HOLDS


def clopper_pearson(covered: int, repeats: int, confidence: float = 0.95) -> tuple[float, float]:
    """Give the exact interval of a share."""
    beyond = (1 - confidence) / 2
    low = float(stats.beta.ppf(beyond, covered, repeats - covered + 1)) if covered else 0.0
    high = float(stats.beta.isf(beyond, covered + 1, repeats - covered)) if covered < repeats else 1.0
    return low, high


def grouped(comparisons: Iterable[Comparison]) -> list[list[Comparison]]:
    """Put together the comparisons of each value."""
    groups: dict[tuple[str, str, str], list[Comparison]] = {}
    for each in comparisons:
        groups.setdefault((each.metric, each.symbol, each.at), []).append(each)
    return list(groups.values())


def rows(case: str, comparisons: Iterable[Comparison]) -> list[Row]:
    """Put the comparisons of many runs together, a row for each value."""
    return [row_of(case, group) for group in grouped(comparisons)]


def row_of(case: str, group: list[Comparison]) -> Row:
    """Put the comparisons of one value together."""
    valued = [each for each in group if each.value is not None and np.isfinite(each.truth)]
    errors = np.array([each.value - each.truth for each in valued if each.value is not None])
    doubts = np.array([each.uncertainty for each in valued])
    known = len(valued) > 1 and bool(np.all(np.isfinite(doubts)))
    usable = known and bool(np.all(doubts > 0))
    counts: dict[str, int] = {}
    for flag in [flag for each in group for flag in each.flags]:
        counts[flag] = counts.get(flag, 0) + 1
    first = group[0]
    size = abs(float(np.mean([each.truth for each in valued]))) if valued else 0.0
    return Row(
        case,
        first.metric,
        first.definition,
        first.symbol,
        first.at,
        len(group),
        sum(each.covered for each in group),
        float(np.mean(errors) / np.mean(doubts)) if usable else float("nan"),
        float(np.std(errors / doubts, ddof=1)) if usable else float("nan"),
        sum(each.value is None for each in group) / len(group),
        sum(bool(each.flags) for each in group) / len(group),
        counts,
        float(np.mean(doubts)) / size if known and size > 0 else float("nan"),
        any(not np.isnan(each.truth) for each in group),
    )
