from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from labkit.core import Estimate, Flag, FloatArray, LabkitError, Result
from labkit.metrics import SDDP

Stepped = Callable[..., Any]
TAU = 0.6
WIDTHS = tuple(float(width) for width in np.round(np.geomspace(0.1, 4, 8), 2))
PULSES = tuple((1.0, width) for width in WIDTHS)


def dose_alone(level: float, time: FloatArray) -> FloatArray:
    return np.asarray(-np.expm1(-level * time / TAU), float)


def level_and_time(level: float, time: FloatArray) -> FloatArray:
    return np.asarray(-level * np.expm1(-time / TAU), float)


def steadily(level: float, time: FloatArray) -> FloatArray:
    return level * time


def in_waves(level: float, time: FloatArray) -> FloatArray:
    return np.asarray(1 - np.cos(2 * np.log1p(time / 0.05)) * 0.6, float)


def sddp(run: Any) -> dict[str, Result]:
    return {result.symbol: result for result in SDDP.compute(run)}


def value(result: Result) -> Estimate:
    assert result.estimate is not None, result.reason
    return result.estimate


def test_the_time_and_the_level_of_saturation_come_back(stepped_pulses: Stepped) -> None:
    device = stepped_pulses(PULSES, level_and_time, scatter=0.002)
    found = sddp(device.run(np.random.default_rng(1), sigma=1e-13))
    assert value(found["τ_w"]).value == pytest.approx(TAU, rel=0.01)
    assert value(found["ΔI_s"]).value == pytest.approx(1e-9, rel=0.005)
    assert found["τ_w"].notes["reference"] == "8 pulses, steady"
    assert "reciprocity" not in found


def test_where_only_the_dose_counts_reciprocity_holds(stepped_pulses: Stepped) -> None:
    found = sddp(stepped_pulses(PULSES, dose_alone, weaker=2.0).run(np.random.default_rng(2), sigma=1e-12))
    assert value(found["reciprocity"]).value == pytest.approx(1.0, abs=0.02)
    assert found["reciprocity"].notes["reciprocity"].startswith("not refuted")


def test_where_the_level_counts_reciprocity_fails(stepped_pulses: Stepped) -> None:
    found = sddp(stepped_pulses(PULSES, level_and_time, weaker=2.0).run(np.random.default_rng(3), sigma=1e-12))
    assert value(found["reciprocity"]).interval.high < 1
    assert found["reciprocity"].notes["reciprocity"].startswith("fails")


def test_a_response_that_never_saturates_has_no_time_constant(stepped_pulses: Stepped) -> None:
    found = sddp(stepped_pulses(PULSES, steadily).run(np.random.default_rng(4), sigma=1e-12))
    assert found["τ_w"].estimate is None
    assert Flag.WINDOW in found["τ_w"].flags


def test_a_response_of_another_shape_has_no_narrow_interval(stepped_pulses: Stepped) -> None:
    found = sddp(stepped_pulses(PULSES, in_waves, scatter=0.005).run(np.random.default_rng(5), sigma=1e-13))
    estimate = found["τ_w"].estimate
    assert estimate is None or estimate.uncertainty > 0.1 * estimate.value


def test_a_device_that_tires_is_flagged_by_its_reference(stepped_pulses: Stepped) -> None:
    tired = sddp(stepped_pulses(PULSES, dose_alone, fading=0.03).run(np.random.default_rng(6), sigma=1e-12))["τ_w"]
    steady = sddp(stepped_pulses(PULSES, dose_alone).run(np.random.default_rng(6), sigma=1e-12))["τ_w"]
    assert Flag.DEGRADED in tired.flags
    assert Flag.DEGRADED not in steady.flags


def test_widths_in_order_without_a_reference_say_what_they_cannot_tell(stepped_pulses: Stepped) -> None:
    device = stepped_pulses(PULSES, dose_alone, references=False, shuffled=False)
    found = sddp(device.run(np.random.default_rng(7), sigma=1e-12))
    assert "drift of the device" in found["τ_w"].notes["reference"]


def test_four_pulses_of_a_width_are_too_few(stepped_pulses: Stepped) -> None:
    found = sddp(stepped_pulses(PULSES, dose_alone, repeats=4).run(np.random.default_rng(8), sigma=1e-12))
    assert found["τ_w"].estimate is None
    assert Flag.REPEATS in found["τ_w"].flags


def test_one_width_is_no_series(single_pulses: Callable[..., Any]) -> None:
    with pytest.raises(LabkitError, match="1 widths, too few"):
        SDDP.compute(single_pulses().run(np.random.default_rng(9), sigma=1e-11))
