"""The same protocols on benches with a 2636B recover the truths that are computed from the presets' parameters.

The cases are those of `python benchmarks/interval_coverage.py`, with another bench under them.
"""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from scipy import stats

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks._coverage_cases import CASES  # noqa: E402 - the cases live beside the benchmarks, not in a package
from benchmarks._coverage_run import observe  # noqa: E402
from benchmarks._coverage_statistics import rows  # noqa: E402

BENCHES = ROOT / "tests" / "drivers" / "benches"

SHORT = {
    "epsc_long": ("optical_2636b", 4),
    "retention": ("memristor_2636b", 3),
    "ltp_ltd": ("memristor_2636b", 1),
    "loops": ("memristor_2636b", 1),
}
"""Case to bench and repeats; seeds are fixed, so that a test passes or fails for good."""

OF_THE_2450 = ("baseline", "decay")
"""What the cases expect of them is the 2450's noise: that of the baseline, and two decays told apart in it."""

DOUBT = 0.001


@pytest.mark.parametrize("name", list(SHORT))
def test_no_interval_misses_its_truth_too_often(name: str) -> None:
    bench, repeats = SHORT[name]
    case = CASES[name]
    metrics = tuple(metric for metric in case.metrics if metric not in OF_THE_2450)
    recipe = replace(case.recipe, bench=str(BENCHES / bench), metrics=metrics)
    found = rows(name, [each for seed in range(1, repeats + 1) for each in case.compare(observe(recipe, seed))])
    assert found
    limit = DOUBT / len(found)
    missed = [
        f"{row.symbol} {row.at}: {row.covered} of {row.repeats}, bias {row.bias:+.2f} u"
        for row in found
        if stats.binom.cdf(row.covered, row.repeats, 0.93) < limit
    ]
    assert missed == []
