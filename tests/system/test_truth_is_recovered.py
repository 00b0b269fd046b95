"""Metrics recover the truth that is computed from a preset's parameters, through the whole chain.

The short form of `python benchmarks/interval_coverage.py`: too few repeats to tell 93 % from 97 %, enough to see a
wrong formula, a shifted edge or a forgotten error of the instrument.
"""

import sys
from functools import cache
from pathlib import Path

import pytest
from scipy import stats

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks._coverage_cases import CASES  # noqa: E402 - the cases live beside the benchmarks, not in a package
from benchmarks._coverage_statistics import Row, rows  # noqa: E402

SHORT = {"epsc_long": 24, "retention": 24, "retention_optical": 24, "ltp_ltd": 4, "loops": 4}
"""Case to repeats: together half a minute on one core; seeds are fixed, so that a test passes or fails for good."""

DOUBT = 0.001


STEADY = {"dB/dt"}
"""Values that are 0 in most repeats: a trend that is not significant."""


@cache
def counted(name: str, repeats: int) -> tuple[Row, ...]:
    """Run a case so many times."""
    return tuple(rows(name, [each for seed in range(1, repeats + 1) for each in CASES[name].run(seed)]))


def too_low(name: str, repeats: int) -> list[str]:
    """Values whose intervals hold the truth too seldom to be compatible with 93 %, at one in a thousand for all."""
    found = counted(name, repeats)
    limit = DOUBT / len(found)
    return [
        f"{row.symbol} {row.at}: {row.covered} of {row.repeats}, bias {row.bias:+.2f} u"
        for row in found
        if stats.binom.cdf(row.covered, row.repeats, 0.93) < limit
    ]


def too_certain_of_doubt(name: str, repeats: int) -> list[str]:
    """Values that lie closer to the truth than their uncertainty lets expect, at one in a thousand for all."""
    found = counted(name, repeats)
    least = stats.chi2.ppf(DOUBT / len(found), repeats - 1) / (repeats - 1)
    return [
        f"{row.symbol} {row.at}: errors scatter by {row.z_spread:.2f} u"
        for row in found
        if row.z_spread**2 < least and row.symbol not in STEADY
    ]


@pytest.mark.parametrize("name", list(SHORT))
def test_no_interval_misses_its_truth_too_often(name: str) -> None:
    assert too_low(name, SHORT[name]) == []


@pytest.mark.parametrize("name", list(SHORT))
def test_no_uncertainty_is_far_larger_than_the_errors(name: str) -> None:
    assert too_certain_of_doubt(name, SHORT[name]) == []


@pytest.mark.long
@pytest.mark.timeout(14400)
@pytest.mark.parametrize("name", list(CASES))
def test_no_interval_misses_its_truth_too_often_in_400_repeats(name: str) -> None:
    assert too_low(name, 400) == []
