"""M15: bias and coverage of the label, its flags and its invariants."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from labkit.core import Flag, FloatArray, Run, SampleStatus
from labkit.metrics import NONLINEARITY
from labkit.metrics._nonlinearity import fit_train, nonlinearities
from labkit.metrics._weight_curves import Train, WeightCurves


def _clean(synapse: Any, **properties: Any) -> WeightCurves:
    curves: WeightCurves = synapse(**properties).curves(np.random.default_rng(1))
    return curves


def _changed(curves: WeightCurves, change: Callable[[FloatArray], FloatArray]) -> WeightCurves:
    trains = {name: replace(train, conductance=change(train.conductance)) for name, train in curves.trains.items()}
    return replace(curves, trains=trains)


def test_labels_of_a_symmetric_device_have_opposite_signs(synapse: Any) -> None:
    potentiation, depression, asymmetry = nonlinearities(_clean(synapse, up=2.0, down=-5.0))
    assert potentiation.estimate is not None
    assert depression.estimate is not None
    assert asymmetry.estimate is not None
    assert potentiation.estimate.value == pytest.approx(2.40, abs=0.005)
    assert depression.estimate.value == pytest.approx(-4.88, abs=0.005)
    assert asymmetry.estimate.value == pytest.approx(7.28, abs=0.005)


def test_depression_that_retraces_potentiation_has_no_asymmetry(synapse: Any) -> None:
    *_, asymmetry = nonlinearities(_clean(synapse, up=3.0, down=3.0))
    assert asymmetry.estimate is not None
    assert asymmetry.estimate.value == pytest.approx(0, abs=1e-5)


def test_the_constant_is_given_in_pulses(synapse: Any) -> None:
    potentiation, depression, _ = nonlinearities(_clean(synapse, up=2.0, down=-5.0, pulses=50, c2c=0.001))
    assert potentiation.variants["A"].value == pytest.approx(25, rel=0.03)
    assert depression.variants["A"].value == pytest.approx(-10, rel=0.03)
    assert potentiation.at["pulses"] == 50


def test_scaling_the_current_leaves_the_label(synapse: Any) -> None:
    curves = _clean(synapse, c2c=0.02, read=0.01)
    plain, scaled = nonlinearities(curves), nonlinearities(_changed(curves, lambda g: 1e3 * g + 5e-6))
    for one, other in zip(plain, scaled, strict=True):
        assert one.estimate is not None
        assert other.estimate is not None
        assert one.estimate.value == pytest.approx(other.estimate.value, abs=1e-3)
        assert one.estimate.uncertainty == pytest.approx(other.estimate.uncertainty, rel=0.01)


def test_a_mirrored_train_turns_the_sign(synapse: Any) -> None:
    train = _clean(synapse, c2c=0.02, read=0.01).trains["potentiation"]
    mirrored = replace(train, conductance=-train.conductance[:, ::-1])
    assert fit_train(mirrored).label.value == pytest.approx(-fit_train(train).label.value, abs=1e-4)


def test_a_straight_device_has_an_unlimited_constant(synapse: Any) -> None:
    potentiation, *_ = nonlinearities(_clean(synapse, up=0.0, down=0.0, c2c=0.01, read=0.01))
    assert potentiation.estimate is not None
    assert 0.0 in potentiation.estimate.interval
    assert potentiation.variants["A"].interval.high == np.inf


def test_few_cycles_leave_variants_but_no_value(synapse: Any) -> None:
    result = nonlinearities(_clean(synapse, cycles=4, c2c=0.01))[0]
    assert result.estimate is None
    assert Flag.REPEATS in result.flags
    assert np.isfinite(result.variants["per_cycle_mean"].uncertainty)


def test_a_single_curve_has_the_walk_interval_only(synapse: Any) -> None:
    result = nonlinearities(_clean(synapse, cycles=1, c2c=0.01))[0]
    assert result.estimate is None
    ols, gls = result.variants["single_curve_ols"], result.variants["single_curve_gls"]
    assert gls.uncertainty > 2 * ols.uncertainty  # least squares believes that the walk's points are independent


def test_a_short_train_is_undersampled(synapse: Any) -> None:
    assert Flag.UNDERSAMPLED in nonlinearities(_clean(synapse, pulses=8))[0].flags


def test_a_train_that_turns_back_is_no_exponential(synapse: Any) -> None:
    def humped(conductance: FloatArray) -> FloatArray:
        bump = 4e-6 * np.sin(np.linspace(0, 2 * np.pi, conductance.shape[1])) ** 2
        return np.asarray(conductance + bump, float)

    curves = _changed(_clean(synapse, c2c=0.002), humped)
    assert Flag.MODEL in nonlinearities(curves)[0].flags


def test_sound_cycles_raise_no_flag(synapse: Any) -> None:
    device = synapse(lowest=9e-6, c2c=0.035, read=0.02)
    random = np.random.default_rng(7)
    flagged = sum(bool(fit_train(device.curves(random).trains["potentiation"]).flags) for _ in range(200))
    assert flagged <= 4


def test_one_pulse_that_does_everything_is_at_the_bound(synapse: Any) -> None:
    assert Flag.AT_BOUND in nonlinearities(_clean(synapse, up=80.0, pulses=50))[0].flags


def test_no_change_is_no_nonlinearity(synapse: Any) -> None:
    curves = _clean(synapse, c2c=0.01)
    noise = np.random.default_rng(3).standard_normal((10, 51))
    flat = _changed(curves, lambda _: 1e-6 + 1e-9 * noise)
    assert Flag.SIGNAL_TO_NOISE in nonlinearities(flat)[0].flags


def test_a_run_gives_the_labels_of_its_device(synapse: Any, ltp_ltd_run: Callable[..., Run]) -> None:
    """The spoilt first cycle is left out, the ammeter's gain and offset do not matter."""
    run = ltp_ltd_run(synapse(up=2.0, down=-5.0, c2c=0.003), 5, sigma=1e-9, gain=0.01, offset=1e-6)
    potentiation, depression, _ = NONLINEARITY.compute(run)
    assert potentiation.estimate is not None
    assert depression.estimate is not None
    assert 2.3965 in potentiation.estimate.interval
    assert -4.8845 in depression.estimate.interval
    assert potentiation.counts["cycle"] == 10
    curve = potentiation.curves[0]
    assert curve.fit is not None
    np.testing.assert_allclose(curve.y, curve.fit, atol=3e-7)


def test_a_read_at_compliance_leaves_no_label(synapse: Any, ltp_ltd_run: Callable[..., Run]) -> None:
    run = ltp_ltd_run(synapse(c2c=0.003), 5, status=SampleStatus.COMPLIANCE)
    result = NONLINEARITY.compute(run)[0]
    assert result.estimate is None
    assert Flag.COMPLIANCE in result.flags


def test_depression_curves_are_drawn_as_they_were_measured() -> None:
    pulses = np.arange(21.0)
    falling = np.tile(np.exp(-pulses / 5), (10, 1))
    result = nonlinearities(WeightCurves({"depression": Train("depression", pulses, falling)}, 0.1))[0]
    curve = result.curves[0]
    assert curve.fit is not None
    assert curve.y[0] > curve.y[-1]
    np.testing.assert_allclose(curve.fit, curve.y, atol=1e-6)
