"""A linear problem whose truth is known: the scatter of events is found, and what is stated holds."""

import numpy as np
import pytest

from labkit.twin._linear import Belief, Linear, likeliest

EVENTS = 30
PARAMETERS = 3
SCATTER = 0.2


def believed(variation: float) -> Belief:
    precisions = np.concatenate([np.ones(PARAMETERS), np.full(EVENTS, variation**-2)])
    means = np.concatenate([np.zeros(PARAMETERS), np.full(EVENTS, -(variation**2) / 2)])
    return Belief(means, precisions)


def drawn(seed: int) -> tuple[Linear, np.ndarray]:
    """A straight problem of 300 readings: the truth is drawn from what is believed of it."""
    random = np.random.default_rng(seed)
    belief = believed(SCATTER)
    truth = belief.means + random.standard_normal(PARAMETERS + EVENTS) / np.sqrt(belief.precisions)
    slopes = 30 * random.standard_normal((300, PARAMETERS + EVENTS))
    # As in a device: a parameter moves what all events together move.
    slopes[:, 0] = slopes[:, PARAMETERS:].sum(axis=1)
    readings = slopes @ truth + random.standard_normal(300)
    return Linear.of(slopes, readings, np.zeros(PARAMETERS + EVENTS)), truth


def test_the_scatter_of_events_is_found_beside_a_parameter_that_makes_up_for_all_of_them() -> None:
    found = [likeliest(drawn(seed)[0], believed) for seed in range(40)]
    assert np.mean(found) == pytest.approx(SCATTER, rel=0.05)
    assert np.std(found) == pytest.approx(SCATTER / np.sqrt(2 * EVENTS), rel=0.4)


def test_the_truth_is_as_far_off_as_stated() -> None:
    errors = []
    for seed in range(100):
        linear, truth = drawn(seed)
        belief = believed(SCATTER)
        spread = np.sqrt(np.diag(linear.covariance(belief)))
        errors.append(((linear.step(belief) - truth) / spread)[:PARAMETERS])
    assert np.std(errors, axis=0).tolist() == pytest.approx([1.0] * PARAMETERS, abs=0.2)
    assert np.max(np.abs(np.mean(errors, axis=0))) < 0.3


def test_damping_shortens_the_way_and_keeps_it_downhill() -> None:
    linear, _ = drawn(1)
    belief = believed(SCATTER)
    whole, damped = linear.step(belief), linear.step(belief, 1e6)
    assert np.linalg.norm(damped) < np.linalg.norm(whole)
    assert damped @ whole > 0


def test_what_readings_tell_is_counted_and_what_makes_up_for_the_rest_is_counted_once() -> None:
    linear, _ = drawn(1)
    assert linear.told(believed(SCATTER)) == pytest.approx(PARAMETERS + EVENTS - 1, abs=0.1)


@pytest.mark.parametrize("variation", [0.1, 0.4])
def test_the_runs_are_less_likely_with_another_scatter(variation: float) -> None:
    linear, _ = drawn(2)
    best = likeliest(linear, believed)
    assert linear.badness(believed(best)) < linear.badness(believed(variation))
