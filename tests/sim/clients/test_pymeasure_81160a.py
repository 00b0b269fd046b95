"""Unmodified pymeasure `Keysight81160A`: bursts by arming and trigger count, seen as the current of a resistor."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pymeasure.adapters import VISAAdapter
from pymeasure.instruments.keysight import Keysight81160A

GENERATOR = "USB0::0x0957::0x2C07::MY52701054::INSTR"
OpenLoop = Callable[..., Any]


def connect(loop: Any) -> Keysight81160A:
    return Keysight81160A(VISAAdapter(GENERATOR, visa_library=loop.bench.visa_library))


def test_a_counted_burst_is_seen_as_current(open_loop: OpenLoop) -> None:
    loop = open_loop("keysight_81160a")
    generator = connect(loop)
    channel = generator.ch_1
    channel.output_load = 1e6
    channel.shape = "PULS"
    channel.voltage_high, channel.voltage_low = 2.0, 0.0
    channel.pulse_period = 10e-3
    channel.pulse_width = 2e-3
    channel.limit_high, channel.limit_low = 3.0, -3.0
    channel.limit_state_enabled = True
    channel.trigger_mode = "MAN"
    channel.trigger_count = 4
    channel.output = True
    assert generator.check_errors() == []
    current = loop.sampled(generator.trigger, rate=10e3, duration=0.06)
    high = current > 1e-4
    assert np.sum(np.diff(high.astype(int)) == 1) == 4
    assert np.sum(high) == pytest.approx(4 * 20, abs=4)
    assert current[high].mean() == pytest.approx(2.0 / 1.005e4, rel=0.03)
    # `burst_state` is left alone: this client maps its values by a list and reads 1 as False
    assert (channel.trigger_count, channel.burst_ncycles) == (4, 4)
    assert channel.limit_state_enabled is True


@pytest.mark.parametrize(("resistance", "load", "factor"), [(1e6, 50, 2.0), (1e6, 1e6, 1.0), (50.0, 50, 1.0)])
def test_the_load_setting_against_the_load(open_loop: OpenLoop, resistance: float, load: float, factor: float) -> None:
    loop = open_loop("keysight_81160a", resistance)
    channel = connect(loop).ch_1
    channel.output_load = load
    channel.apply_dc(1.0)
    assert loop.current() * resistance == pytest.approx(factor, rel=0.03)


def test_a_user_waveform_is_stored_and_played(open_loop: OpenLoop) -> None:
    loop = open_loop("keysight_81160a")
    generator = connect(loop)
    channel = generator.ch_1
    channel.save_waveform(np.array([-2.0, -1.0, 0.0, 1.0, 2.0]), "STAIRS")
    assert channel.free_memory_slots == 3
    assert "STAIRS" in channel.waveforms
    channel.output_load = 1e6
    generator.write(":FUNC1:USER STAIRS")
    channel.apply_user_waveform(50, 4, 0)
    assert generator.check_errors() == []
    current = loop.sampled(lambda: None, rate=10e3, duration=0.05)
    assert {round(value) for value in current * 1.005e4} == {-2, -1, 0, 1, 2}
    channel.shape = "SIN"
    channel.delete_waveform("STAIRS")
    assert channel.free_memory_slots == 4


def test_other_functions(open_loop: OpenLoop) -> None:
    loop = open_loop("keysight_81160a")
    generator = connect(loop)
    channel = generator.ch_1
    channel.output_load = 1e6
    for apply in (channel.apply_sin, channel.apply_square, channel.apply_pulse):
        apply(100, 2, 0.5)
        channel.pulse_width = 5e-3
        current = loop.sampled(lambda: None, rate=10e3, duration=0.1) * 1.005e4
        assert current.max() == pytest.approx(1.5, abs=0.08)
        assert current.min() == pytest.approx(-0.5, abs=0.08)
    channel.apply_noise(2, 0)
    assert loop.sampled(lambda: None, rate=10e3, duration=0.5).std() > 1e-5
    channel.coupling_enabled = True
    assert channel.coupling_enabled is True
    assert generator.check_errors() == []
