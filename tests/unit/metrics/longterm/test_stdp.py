"""M13: the timing window, what speaks against it, and what is left out of it."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.validation.generators import Cycles, SpikePairs, ltp_ltd_run
from labkit.core import Flag, LabkitError, Result, Run
from labkit.metrics import STDP

SEED = 1


def window(device: SpikePairs, seed: int = SEED) -> dict[str, Result]:
    return {result.symbol: result for result in STDP.compute(device.run(np.random.default_rng(seed)))}


def test_the_window_is_found_exactly_without_noise() -> None:
    found = window(SpikePairs())
    truths = {"A₊": 0.6, "τ₊": 0.025, "A₋": -0.4, "τ₋": 0.025}
    for symbol, truth in truths.items():
        estimate = found[symbol].estimate
        assert estimate is not None, found[symbol].reason
        assert estimate.value == pytest.approx(truth, rel=1e-6)


def test_the_shape_of_the_spikes_and_the_pairings_are_told() -> None:
    found = window(SpikePairs(pairings=60, constant=0.02))["A₊"]
    assert found.notes["presynaptic spike"] == "rectangular, 0.5 V for 0.002 s on bottom"
    assert found.notes["pairings"] == "A is the total of 60 pairings; the variant is A/60"
    assert found.estimate is not None
    assert found.variants["per pair"].value == pytest.approx(found.estimate.value / 60)
    assert found.at["pairings"] == 60
    assert found.counts["pairing"] == 60 * 40


@pytest.mark.parametrize("alone", [(0.15, 0.0), (0.0, -0.15)])
def test_a_spike_alone_that_does_a_fifth_forbids_the_value(alone: tuple[float, float]) -> None:
    found = window(SpikePairs(constant=0.01, alone=alone))["A₊"]
    assert found.estimate is None
    assert Flag.UNPAIRED in found.flags
    assert "alone changes the weight by 2" in found.reason


def test_a_small_effect_of_a_spike_alone_is_told_and_no_more() -> None:
    found = window(SpikePairs(constant=0.005, alone=(0.03, 0.0)))["A₊"]
    assert found.reportable
    assert found.variants["presynaptic spike alone"].value == pytest.approx(0.03, abs=0.01)


def test_without_a_control_there_is_no_value() -> None:
    found = window(SpikePairs(controls=0))["A₊"]
    assert not found.reportable
    assert "no control with the presynaptic spike alone" in found.reason


@pytest.mark.parametrize("few", [{"repeats": 4}, {"intervals": (0.005, 0.01, 0.02, 0.04, 0.08)}])
def test_too_few_intervals_or_repeats_give_a_bound_alone(few: dict[str, object]) -> None:
    found = window(SpikePairs(constant=0.02, **few))["A₊"]  # type: ignore[arg-type] # one of two fields
    assert Flag.REPEATS in found.flags
    assert found.bound is not None
    assert "the standard asks for 8 with 5" in found.reason


OVERLAPPING = SpikePairs(amplitudes=(0.004, -0.004), overlapping=100.0, width=0.03, constant=0.02)


def test_spikes_that_overlap_undeclared_are_left_out() -> None:
    found = window(OVERLAPPING)["A₊"]
    assert "left out (spikes overlap, undeclared)" in found.notes
    assert found.counts["interval"] == 3


def test_declared_overlap_that_explains_the_shape_is_told() -> None:
    found = window(replace(OVERLAPPING, overlap="30 ms"))["A₊"]
    assert Flag.OVERLAP in found.flags
    assert found.notes["overlap"] == "declared: the spikes overlap at 5 of 8 intervals"


def test_declared_overlap_that_is_not_needed_raises_nothing() -> None:
    assert Flag.OVERLAP not in window(SpikePairs(constant=0.01, width=0.012, overlap="12 ms"))["A₊"].flags


def test_an_interval_that_is_not_known_to_a_hundredth_is_left_out() -> None:
    found = window(SpikePairs(constant=0.01, skew=1e-4))["A₊"]
    assert found.notes["left out (interval not known to 1 %)"] == "20 trials"
    assert found.counts["interval"] == 6


def test_pairs_at_once_belong_to_no_side() -> None:
    found = window(SpikePairs(constant=0.01, intervals=(0.0, *SpikePairs().intervals), overlap="2 ms"))["A₊"]
    assert found.notes["left out (interval 0)"] == "10 trials"
    assert found.counts["interval"] == 8


def test_a_change_that_still_fades_at_the_read_is_told() -> None:
    assert Flag.VOLATILE in window(SpikePairs(constant=0.01, fading=0.4))["A₊"].flags
    assert Flag.VOLATILE not in window(SpikePairs(constant=0.01, fading=0.02))["A₊"].flags


def test_an_unlike_shape_is_no_exponential() -> None:
    class Bump(SpikePairs):
        """A synapse whose window rises before it falls."""

        def change(self, interval: float) -> float:
            """Rise to 20 ms and fall."""
            return float(np.sign(interval) * abs(interval) / 0.02 * np.exp(1 - abs(interval) / 0.02))

    found = window(Bump(constant=0.01))["A₊"]
    assert not found.reportable


def test_a_run_without_pairs_says_what_to_measure(ltp_ltd: Run) -> None:
    with pytest.raises(LabkitError) as error:
        STDP.compute(ltp_ltd)
    assert "protocol P13" in error.value.remedy


@pytest.fixture
def ltp_ltd() -> Run:
    return ltp_ltd_run(Cycles(), 1)
