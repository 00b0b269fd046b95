"""Networks on digits with weights of a measured synapse, and what is said of their accuracy."""

from typing import Any

import numpy as np
import pytest

from benchmarks.validation.generators import Cycles
from labkit.core import Flag, FloatArray, LabkitError, Result
from labkit.network import CAUTION, accuracy, accuracy_lines, fit_step_curve
from labkit.network._digits import load_digits
from labkit.network._learning import train
from labkit.network._weights import DeviceWeights, ExactWeights, PulseResponse, ideal_response, measured_response


@pytest.fixture(scope="module")
def found() -> tuple[Result, ...]:
    from benchmarks.validation.generators import ltp_ltd_run
    from labkit.network import measured_synapse

    return accuracy(measured_synapse(ltp_ltd_run(Cycles(up=5.0, down=-5.0, c2c=0.02), 1, sigma=1e-10)), epochs=2)


def of(found: tuple[Result, ...], network: str, weights: str) -> float:
    (one,) = [each for each in found if each.symbol == f"accuracy, {network}" and each.notes["weights"] == weights]
    assert one.estimate is not None
    return one.estimate.value


def test_20_an_accuracy_says_that_it_is_no_hardware_evidence(found: tuple[Result, ...]) -> None:
    for result in found:
        assert Flag.SIMULATED in result.flags
        assert result.notes["caution"] == CAUTION
        assert "scikit-learn" in result.notes["dataset"]
        assert result.counts["seed"] == 5
    measured = [result for result in found if result.notes["weights"].startswith("measured")]
    assert all(result.counts["device"] == 1 for result in measured)
    assert "no hardware evidence" in CAUTION


def test_accuracies_are_of_the_last_epoch_with_the_spread_of_the_seeds(found: tuple[Result, ...]) -> None:
    for result in found:
        assert result.estimate is not None
        assert result.estimate.value == pytest.approx(result.curves[0].y[-1])
        assert len(result.repeats) == 5
        assert result.estimate.uncertainty == pytest.approx(np.std(result.repeats, ddof=1) / np.sqrt(5))
        assert len(result.curves[0].y) == 2
        assert result.estimate.value > 0.5


def test_a_bent_noisy_device_is_worse_than_an_ideal_one_and_six_are_better_than_one(found: tuple[Result, ...]) -> None:
    for network in ("perceptron", "MLP"):
        one, six = (of(found, network, f"measured device, {count} a weight") for count in (1, 6))
        assert one < six
        assert one < of(found, network, "ideal device, 1 a weight") <= of(found, network, "floating point") + 0.02


def test_the_table_has_a_row_for_every_trial(found: tuple[Result, ...]) -> None:
    rows = accuracy_lines(found)
    assert len(rows) == 11
    assert rows[1][1] == "measured device, 1 a weight"


def test_fewer_than_five_seeds_are_refused(measure: Any) -> None:
    with pytest.raises(LabkitError, match="no spread"):
        accuracy(measure(Cycles()), seeds=4)


def response(up: FloatArray, sigma: float = 0.0, mean: float = 0.02) -> PulseResponse:
    return PulseResponse(up, up, sigma, sigma, mean)


def test_pulses_give_the_wanted_change_on_average() -> None:
    """A linear device, rounded at random: unbiased, however small the change is beside a step."""
    generator = np.random.default_rng(1)
    weights = DeviceWeights(np.zeros((200, 10, 10)), 1, response(np.full(2, 0.02)), generator)
    weights.change(np.full((200, 10, 10), 0.006))
    assert np.mean(weights.values) == pytest.approx(0.006, rel=0.05)
    assert set(np.round(np.unique(weights.values), 6)) == {0.0, 0.04}


def test_a_training_step_pulses_one_device_of_a_weight_in_turn() -> None:
    weights = DeviceWeights(np.zeros((1, 3, 2)), 6, response(np.full(2, 0.02)), np.random.default_rng(1))
    for turn in range(7):
        before = weights.state.copy()
        weights.change(np.full((1, 3, 2), 0.1))
        changed = np.flatnonzero(np.any(weights.state != before, axis=(0, 2, 3)))
        assert changed.tolist() == [turn % 6]


def test_many_pulses_retrace_the_measured_curve(measure: Any) -> None:
    synapse = measure(Cycles(up=3.0, down=-2.0), sigma=1e-15)
    found = measured_response(synapse, fit_step_curve(synapse))
    state, generator = np.zeros(1), np.random.default_rng(1)
    curve = [0.0]
    for _ in range(50):
        state = found.after(state, np.array([True]), generator)
        curve.append(float(state[0]))
    truth = synapse.train("potentiation").mean
    assert curve == pytest.approx((truth - truth[0]) / np.ptp(truth), abs=2e-3)


def test_states_stay_within_the_range_and_scatter_as_measured() -> None:
    generator = np.random.default_rng(1)
    noisy = response(np.full(2, 0.02), sigma=0.05)
    middle = noisy.after(np.full(20_000, 0.5), np.full(20_000, True), generator)
    assert np.std(middle) == pytest.approx(0.05, rel=0.03)
    low = noisy.after(np.zeros(1000), np.full(1000, False), generator)
    assert np.min(low) == 0.0


def test_training_is_the_same_for_the_same_seed(measure: Any) -> None:
    digits = [load_digits(seed) for seed in (0, 1)]
    found = ideal_response(measure(Cycles()))
    runs = [train(digits, 0, 1, lambda start, g: DeviceWeights(start, 1, found, g), 3).accuracy for _ in range(2)]
    assert np.array_equal(*runs)


def test_floating_point_learns_the_digits() -> None:
    digits = [load_digits(0)]
    last = train(digits, 0, 5, lambda start, _: ExactWeights(start), 0).accuracy[-1]
    assert last[0] > 0.9


def test_the_split_keeps_images_apart_and_classes_alike() -> None:
    digits = load_digits(0)
    assert len(digits.images) + len(digits.test_images) == 1797
    share = np.bincount(digits.test_classes) / np.bincount(np.concatenate([digits.classes, digits.test_classes]))
    assert share == pytest.approx(np.full(10, 0.3), abs=0.01)
