"""M24 over devices: censored lifetimes, and what unbroken devices say."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from benchmarks.validation.generators import Lifetimes as Generator
from labkit.core import Estimate, Flag, Interval, LabkitError, Result, Sample
from labkit.metrics import ENDURANCE_SURVIVAL, DeviceSet, MeasuredDevice
from labkit.metrics._survival import Lifetimes, fit_weibull, kaplan_meier, survival_bound
from labkit.metrics._weibull_bias import fit_each, median_error


def survival(devices: DeviceSet) -> dict[str, Result]:
    return {result.symbol: result for result in ENDURANCE_SURVIVAL.compute(devices)}


@pytest.mark.parametrize(("devices", "bound"), [(5, 0.55), (10, 0.74), (20, 0.86)])
def test_what_devices_without_a_failure_say(devices: int, bound: float) -> None:
    assert survival_bound(0, devices) == pytest.approx(bound, abs=0.005)


def test_nine_tenths_need_29_devices_without_a_failure() -> None:
    assert survival_bound(0, 28) < 0.90 <= survival_bound(0, 29)


def test_without_censoring_the_fit_is_that_of_scipy() -> None:
    lives = stats.weibull_min(1.5, scale=1000).rvs(40, random_state=1)
    found = fit_weibull(Lifetimes(lives, np.ones(40, bool)))
    shape, _, scale = stats.weibull_min.fit(lives, floc=0)
    assert found is not None
    assert found.shape == pytest.approx(shape, rel=1e-3)
    assert found.scale == pytest.approx(scale, rel=1e-3)


def test_with_censoring_the_fit_is_that_of_scipy() -> None:
    lives = stats.weibull_min(1.5, scale=1000).rvs(40, random_state=2)
    failed = lives < 800
    found = fit_weibull(Lifetimes(np.minimum(lives, 800), failed))
    data = stats.CensoredData.right_censored(np.minimum(lives, 800), ~failed)
    shape, _, scale = stats.weibull_min.fit(data, floc=0)
    assert found is not None
    assert found.shape == pytest.approx(shape, rel=1e-3)
    assert found.scale == pytest.approx(scale, rel=1e-3)


def test_kaplan_and_meier_is_that_of_scipy() -> None:
    lives = stats.weibull_min(1.5, scale=1000).rvs(25, random_state=3)
    failed = stats.uniform().rvs(25, random_state=4) < 0.6
    found = kaplan_meier(Lifetimes(lives, failed))
    wanted = stats.ecdf(stats.CensoredData.right_censored(lives, ~failed)).sf
    assert found.share[1:] == pytest.approx(wanted.evaluate(found.cycles[1:]))


def test_ten_devices_give_b10_and_the_median() -> None:
    devices = Generator(devices=12, test=900.0)
    found = survival(devices.set(np.random.default_rng(2)))
    for symbol, share in (("B10", 0.1), ("N_50", 0.5)):
        estimate = found[symbol].estimate
        assert estimate is not None
        assert devices.quantile(share) in estimate.interval
    assert found["S"].at["cycles"] == 900


def test_fewer_than_ten_devices_give_no_value() -> None:
    found = survival(Generator(devices=6).set(np.random.default_rng(1)))
    assert Flag.REPEATS in found["B10"].flags
    assert found["B10"].reason.startswith("6 devices; the standard asks for 10")


@pytest.mark.parametrize(("devices", "bounded"), [(20, False), (29, True)])
def test_devices_that_never_failed_bound_b10_only_where_they_are_enough(devices: int, bounded: bool) -> None:
    found = survival(Generator(devices=devices, scale=1e9, test=1000.0).set(np.random.default_rng(1)))
    assert found["B10"].estimate is None
    assert (found["B10"].bound == Interval(1000.0, np.inf)) is bounded
    assert found["S"].estimate is not None
    assert found["S"].variants["one-sided 95 %"].interval.low == pytest.approx(0.05 ** (1 / devices))


def test_blind_and_missing_devices_are_left_out_and_told() -> None:
    devices = Generator(devices=11).set(np.random.default_rng(1))
    first = devices.devices[0]
    blind = replace(first.results[0], estimate=None, bound=Interval(10.0, 20.0), flags=(Flag.BLIND,))
    found = survival(replace(devices, devices=(replace(first, results=(blind,)), *devices.devices[1:])))
    assert found["B10"].counts["device"] == 10
    assert found["B10"].notes["left out"].startswith("1 devices without a known number of cycles: chip/1")


def test_a_set_without_endurance_says_what_to_measure() -> None:
    other = Result("dynamic_range", "M18/1", "DR", Estimate(10, 1, Interval(8, 12)), "1", "")
    with pytest.raises(LabkitError, match="no device of the set has an endurance"):
        survival(DeviceSet("set", (MeasuredDevice(Sample(), (other,)),)))


def test_many_fits_at_once_are_those_of_one_after_another() -> None:
    generator = np.random.default_rng(7)
    lives = 1000 * generator.weibull(0.8, (20, 12))
    failed = lives < 900
    shapes, log_scales = fit_each(np.minimum(lives, 900), failed)
    for row, found in enumerate(zip(shapes, np.exp(log_scales), strict=True)):
        one = fit_weibull(Lifetimes(np.minimum(lives[row], 900), failed[row]))
        assert one is not None
        assert found == pytest.approx((one.shape, one.scale), rel=1e-4)


@pytest.mark.parametrize("test", [None, 900.0])
def test_half_of_all_tests_find_b10_too_late(test: float | None) -> None:
    devices = Generator(test=test)
    late = 0
    for seed in range(100):
        result = survival(devices.set(np.random.default_rng(seed)))["B10"]
        assert result.estimate is not None
        late += result.estimate.value > devices.quantile(0.1)
    assert 35 <= late <= 65


def test_the_error_of_few_devices_fades_with_their_number() -> None:
    generator = np.random.default_rng(9)
    errors = []
    for count in (10, 40, 160):
        fitted = fit_weibull(Lifetimes(1000 * generator.weibull(1.5, count), np.ones(count, bool)))
        assert fitted is not None
        errors.append(fitted.shape * median_error(fitted, 0.1))
    assert errors[0] > 2 * errors[1] > 4 * errors[2] > 0
