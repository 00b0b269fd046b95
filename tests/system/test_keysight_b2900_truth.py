"""A B2902A recovers the truth of the devices through the whole chain, as the 2450 of the shipped benches does."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from scipy import stats

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks._coverage_cases import CASES  # noqa: E402 - the cases live beside the benchmarks, not in a package
from benchmarks._coverage_statistics import rows  # noqa: E402

BENCHES = {
    "demo_memristor": "../../tests/drivers/benches/memristor_b2902a",
    "demo_optical": "../../tests/drivers/benches/optical_b2902a",
}
"""Shipped bench to the same with a B2902A, as seen from the folder of the shipped benches."""

NOISE = "σ_B"
"""The cases take the truth of the noise from the data sheet of the 2450."""

DOUBT = 0.001


def too_low(name: str, repeats: int, set_name: str = "") -> list[str]:
    """Values whose intervals hold the truth too seldom to be compatible with 93 %, at one in a thousand for all."""
    case = CASES[name]
    chosen = case.recipe.set_name if not set_name else None if set_name == "default" else set_name
    case = replace(case, recipe=replace(case.recipe, bench=BENCHES[case.recipe.bench], set_name=chosen))
    found = rows(name, [each for seed in range(1, repeats + 1) for each in case.run(seed)])
    return [
        f"{row.symbol} {row.at}: {row.covered} of {row.repeats}, bias {row.bias:+.2f} u"
        for row in found
        if row.symbol != NOISE and stats.binom.cdf(row.covered, row.repeats, 0.93) < DOUBT / len(found)
    ]


@pytest.mark.parametrize(("name", "repeats"), [("retention", 6), ("epsc_long", 4)])
def test_no_interval_misses_its_truth_too_often(name: str, repeats: int) -> None:
    assert too_low(name, repeats) == []


@pytest.mark.long
@pytest.mark.parametrize(("name", "repeats"), [("loops", 6), ("ltp_ltd", 6)])
def test_no_interval_misses_its_truth_too_often_in_loops_and_cycles(name: str, repeats: int) -> None:
    assert too_low(name, repeats) == []


@pytest.mark.long
def test_no_interval_misses_its_truth_too_often_after_short_pulses() -> None:
    """100 us pulses leave 8 us to a reading, so that the reads are noisier than the steps scatter."""
    assert too_low("ltp_ltd", 4, "default") == []
