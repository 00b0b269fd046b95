from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from labkit.core import Estimate, Flag, LabkitError, Result
from labkit.metrics import SRDP

Trains = Callable[..., Any]
RATES = (0.5, 1.0, 1.25, 2.0, 2.5, 5.0)
FAST = {"relaxing": 0.005, "width": 0.08, "rest": 1.5, "controls": False, "pulses": 10, "frequencies": RATES}
"""A device that keeps nothing from one pulse to the next."""
HALF = 1.5


def rising(frequency: float, number: int) -> float:
    return 1 + (0.8 / (1 + (HALF / frequency) ** 3) if number == 10 else 0.0)


def falling(frequency: float, number: int) -> float:
    return 2.8 - rising(frequency, number) if number == 10 else 1.0


def value(result: Result) -> Estimate:
    assert result.estimate is not None, result.reason
    return result.estimate


def srdp(run: Any) -> dict[str, Result]:
    return {result.symbol: result for result in SRDP.compute(run)}


def test_the_rate_of_half_the_change_comes_back(pulse_trains: Trains) -> None:
    found = srdp(pulse_trains(**FAST, growth=rising, scatter=0.01).run(np.random.default_rng(1), sigma=1e-12))
    assert value(found["f₅₀"]).value == pytest.approx(HALF, rel=0.01)
    assert found["slope per decade"].notes["filter"].startswith("high-pass")


def test_a_response_that_falls_with_the_rate_is_a_low_pass(pulse_trains: Trains) -> None:
    found = srdp(pulse_trains(**FAST, growth=falling).run(np.random.default_rng(2), sigma=1e-12))
    assert value(found["slope per decade"]).value < 0
    assert found["slope per decade"].notes["filter"].startswith("low-pass")


def test_a_response_that_knows_no_rate_is_no_filter(pulse_trains: Trains) -> None:
    found = srdp(pulse_trains(**FAST).run(np.random.default_rng(4), sigma=2e-11))
    assert 0.0 in value(found["slope per decade"]).interval
    assert found["slope per decade"].notes["filter"].startswith("none shown")
    assert found["f₅₀"].estimate is None
    assert "no dependence" in found["f₅₀"].reason


def test_a_change_beyond_the_measured_rates_has_no_half(pulse_trains: Trains) -> None:
    device = pulse_trains(**FAST, growth=lambda frequency, number: 1 + 0.01 * frequency**2 if number == 10 else 1.0)
    found = srdp(device.run(np.random.default_rng(5), sigma=1e-12))["f₅₀"]
    assert found.estimate is None or Flag.EXTRAPOLATED in found.flags


def test_rates_at_which_the_pulse_is_mostly_on_are_a_dose(pulse_trains: Trains) -> None:
    device = pulse_trains(**FAST | {"frequencies": (0.5, 1.0, 2.5, 10.0)})
    found = srdp(device.run(np.random.default_rng(6), sigma=1e-12))
    assert Flag.DUTY in found["slope per decade"].flags
    assert "4 rates" in found["f₅₀"].reason


def test_three_rates_are_too_few(pulse_trains: Trains) -> None:
    device = pulse_trains(**FAST | {"frequencies": (0.5, 1.0, 2.5)})
    with pytest.raises(LabkitError, match="at 3 rates, too few"):
        SRDP.compute(device.run(np.random.default_rng(7), sigma=1e-12))


def test_nine_trains_of_a_rate_are_too_few(pulse_trains: Trains) -> None:
    found = srdp(pulse_trains(**FAST, repeats=9).run(np.random.default_rng(8), sigma=1e-12))["slope per decade"]
    assert found.estimate is None
    assert Flag.REPEATS in found.flags
