"""A second-order memristor: priming decides how far a spike moves the weight."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labkit_sim.devices import (
    Priming,
    SecondOrderMemristor,
    SecondOrderParameters,
    SecondOrderPreset,
    Stimulus,
    read_preset,
)
from scipy import integrate

Applied = Callable[..., Stimulus]
WIDTH = 0.2


@pytest.fixture
def parameters() -> SecondOrderParameters:
    preset = read_preset("second_order_memristor")
    assert isinstance(preset, SecondOrderPreset)
    return preset.parameters.model_copy(update={"variation": 0.0})


@pytest.fixture
def device(parameters: SecondOrderParameters) -> SecondOrderMemristor:
    found = SecondOrderMemristor(parameters)
    found.weight = 0.4
    return found


def paired(device: SecondOrderMemristor, across: Applied, first: float, second: float, interval: float) -> float:
    device.advance(across(first), WIDTH)
    device.advance(across(0.0), interval - WIDTH)
    device.advance(across(second), WIDTH)
    return device.weight


@pytest.mark.parametrize("level", [0.5, -0.5])
def test_one_spike_alone_hardly_moves_the_weight(device: SecondOrderMemristor, across: Applied, level: float) -> None:
    device.advance(across(level), WIDTH)
    assert device.weight == pytest.approx(0.4, rel=2e-3)


def test_the_second_spike_gives_the_sign_and_a_shorter_interval_the_larger_change(
    parameters: SecondOrderParameters, across: Applied
) -> None:
    up: list[float] = []
    down: list[float] = []
    for interval in (0.2, 0.5, 1.0, 3.0):
        for changes, levels in ((up, (-0.5, 0.5)), (down, (0.5, -0.5))):
            device = SecondOrderMemristor(parameters)
            device.weight = 0.4
            changes.append(paired(device, across, *levels, interval) - 0.4)
    assert all(change > 0 for change in up)
    assert all(change < 0 for change in down)
    assert up == sorted(up, reverse=True)
    assert down == sorted(down)


@pytest.mark.parametrize("interval", [0.2, 0.7, 4.0])
def test_the_truth_of_a_pair_is_what_the_device_does(
    device: SecondOrderMemristor, parameters: SecondOrderParameters, across: Applied, interval: float
) -> None:
    truth = parameters.pair_change(-0.5, 0.5, WIDTH, interval, 0.4)
    assert paired(device, across, -0.5, 0.5, interval) == pytest.approx(truth, rel=1e-12)


TIMES = st.floats(0.01, 10)


@settings(max_examples=40)
@given(rise=TIMES, decay=TIMES, threshold=st.floats(0, 0.9), start=st.floats(0, 1), duration=st.floats(0.001, 5))
def test_the_integral_of_the_mobility_is_that_of_its_course(
    rise: float, decay: float, threshold: float, start: float, duration: float
) -> None:
    priming = Priming.model_construct(rise=rise, decay=decay, threshold=threshold)
    times = np.linspace(0, duration, 4001)
    course = np.array([priming.mobility(priming.after(start, True, float(time))) for time in times])
    numeric = float(integrate.trapezoid(course, times))
    assert priming.moved(start, duration) == pytest.approx(numeric, rel=1e-3, abs=2e-4 * duration)


@pytest.mark.parametrize("limit", [float("inf"), 2e-6])
def test_time_may_be_cut_anywhere(parameters: SecondOrderParameters, across: Applied, limit: float) -> None:
    whole, parts = SecondOrderMemristor(parameters), SecondOrderMemristor(parameters)
    whole.advance(across(0.6, limit), 1.0)
    for _ in range(4):
        parts.advance(across(0.6, limit), 0.25)
    assert parts.weight == pytest.approx(whole.weight, rel=1e-6)
    assert 0 < whole.weight < 1


def test_a_trace_is_what_will_be(device: SecondOrderMemristor, across: Applied) -> None:
    device.advance(across(0.5), 0.3)
    shown = device.trace(across(0.5), np.array([0.0, 0.1]))["top"][1]
    device.advance(across(0.5), 0.1)
    assert shown[1] == pytest.approx(0.5 * device.conductance)


def test_the_current_limit_holds_the_current(device: SecondOrderMemristor, across: Applied) -> None:
    voltage, current = device.trace(across(0.5, 1e-6), np.array([0.0]))["top"]
    assert current == pytest.approx([1e-6])
    assert voltage == pytest.approx([1e-6 / device.conductance])
