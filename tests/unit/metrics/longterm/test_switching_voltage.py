"""M27: SET and RESET voltage."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from labkit.core import Flag, Run
from labkit.metrics import SWITCHING_VOLTAGE
from labkit.metrics._switching_voltage import find_jump, switching_voltages

FIFTY = {1.0: 50}


@pytest.mark.parametrize("step", [0.01, 0.02, 0.05])
@pytest.mark.parametrize("width", [1e-4, 2e-3])
def test_a_jump_between_two_points_is_found_within_half_a_step(
    memristor: Any, make_loops: Any, step: float, width: float
) -> None:
    for truth in np.linspace(0.5, 0.5 + step, 21):
        device = memristor(set_voltage=truth, reset_voltage=truth, width=width)
        loop = make_loops(device, np.random.default_rng(1), {1.0: 1}, step=step).loops[0]
        for polarity, direction in ((1, 1), (-1, -1)):
            jump = find_jump(loop.sides[polarity].forward, direction)
            assert jump is not None
            assert abs(jump.voltage - truth) <= step / 2 * 1.001


def test_levels_before_and_after_the_jump(memristor: Any, make_loops: Any) -> None:
    loop = make_loops(memristor(), np.random.default_rng(1), {1.0: 1}).loops[0]
    jump = find_jump(loop.sides[1].forward, 1)
    assert jump is not None
    assert jump.after - jump.before == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize("sigma", [0.0, 1e-8, 1e-7, 1e-6])
def test_a_resistor_never_switches(memristor: Any, make_loops: Any, sigma: float) -> None:
    """Near 0 V its log|I| rises faster than half a decade in three steps, and noise does worse."""
    loops = make_loops(memristor(on=1e-6, off=1e-6), np.random.default_rng(1), FIFTY, sigma=sigma)
    for result in switching_voltages(loops):
        assert result.estimate is None
        assert "gradual" in result.reason
        assert result.counts["jump"] <= 0.05 * result.counts["cycle"]


def test_a_run_gives_the_voltages_of_its_device(memristor: Any, loop_run: Callable[..., Run]) -> None:
    run = loop_run(memristor(scatter=0.05), 4, rates={0.1: 5, **FIFTY}, sigma=1e-9)
    forward, backward = SWITCHING_VOLTAGE.compute(run)
    assert forward.estimate is not None
    assert backward.estimate is not None
    assert 0.7 in forward.estimate.interval
    assert -0.6 in backward.estimate.interval
    assert forward.estimate.interval.low < forward.estimate.interval.high < 1
    assert forward.variants["fixed_current"].value == pytest.approx(0.7, abs=0.03)
    # A normal scatter of 5 % looks like a Weibull slope of pi / (sqrt(6) 5 %) = 26.
    assert 15 < forward.variants["weibull_slope"].value < 40
    assert forward.at["rate"] == 1.0


def test_a_limit_reached_at_the_jump_moves_nothing(memristor: Any, loop_run: Callable[..., Run]) -> None:
    free, limited = (
        SWITCHING_VOLTAGE.compute(loop_run(memristor(scatter=0.05), 4, rates={0.1: 5, **FIFTY}, compliance=limit))[0]
        for limit in (1e9, 2e-5)
    )
    assert free.estimate is not None
    assert limited.estimate is not None
    assert limited.estimate.value == pytest.approx(free.estimate.value, abs=0.005)


def test_forming_is_left_out(memristor: Any, loop_run: Callable[..., Run]) -> None:
    result = SWITCHING_VOLTAGE.compute(loop_run(memristor(), 4, rates=FIFTY))[0]
    assert result.counts["cycle"] == 49
    assert result.estimate is not None


def test_a_gradual_device_has_no_switching_voltage(memristor: Any, make_loops: Any) -> None:
    loops = make_loops(memristor(on=1e-5, width=0.1), np.random.default_rng(1), FIFTY, sigma=1e-9)
    for result in switching_voltages(loops):
        assert result.estimate is None
        assert result.reason == "gradual: use the memory window"


def test_few_cycles_leave_variants_but_no_value(memristor: Any, make_loops: Any) -> None:
    result = switching_voltages(make_loops(memristor(scatter=0.05), np.random.default_rng(1), {1.0: 20}))[0]
    assert result.estimate is None
    assert Flag.REPEATS in result.flags
    assert result.variants["fixed_current"].value == pytest.approx(0.7, abs=0.05)


def test_scaling_the_current_leaves_the_voltage(memristor: Any, make_loops: Any) -> None:
    one, other = (
        switching_voltages(make_loops(device, np.random.default_rng(1), FIFTY))[0].estimate
        for device in (memristor(scatter=0.05), memristor(off=1e-8, on=1e-6, scatter=0.05))
    )
    assert one is not None
    assert other is not None
    assert one.value == pytest.approx(other.value, abs=1e-6)
