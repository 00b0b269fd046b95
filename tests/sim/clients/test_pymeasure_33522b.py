"""Unmodified pymeasure `Agilent33500`: its pulses seen as the current of a resistor, the load doubling measured."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pymeasure.adapters import VISAAdapter
from pymeasure.instruments.agilent import Agilent33500

GENERATOR = "USB0::0x0957::0x2C07::MY52701054::INSTR"
OpenLoop = Callable[..., Any]


def connect(loop: Any) -> Agilent33500:
    return Agilent33500(VISAAdapter(GENERATOR, visa_library=loop.bench.visa_library))


def test_a_burst_of_pulses_is_seen_as_current(open_loop: OpenLoop) -> None:
    loop = open_loop("keysight_33522b")
    generator = connect(loop)
    assert "33522B" in generator.id
    channel = generator.ch_1
    channel.output_load = "INF"
    channel.shape = "PULS"
    channel.amplitude = 2.0
    channel.offset = 1.0
    channel.pulse_period = 10e-3
    channel.pulse_width = 2e-3
    channel.pulse_transition = 1e-8
    generator.trigger_source = "BUS"
    channel.burst_mode = "TRIG"
    channel.burst_ncycles = 3
    channel.burst_state = True
    channel.output = True
    assert generator.check_errors() == []
    current = loop.sampled(generator.trigger, rate=10e3, duration=0.05)
    high = current > 1e-4
    assert np.sum(np.diff(high.astype(int)) == 1) == 3
    assert np.sum(high) == pytest.approx(3 * 20, abs=3)
    assert current[high].mean() == pytest.approx(2.0 / 1.005e4, rel=0.02)
    assert abs(current[~high]).max() < 5e-6
    assert channel.burst_ncycles == 3
    assert channel.pulse_width == pytest.approx(2e-3)
    channel.output = False
    assert loop.world.drive("top") is None


@pytest.mark.parametrize(
    ("resistance", "load", "factor"), [(1e6, 50, 2.0), (1e6, "INF", 1.0), (50.0, 50, 1.0), (50.0, "INF", 0.5)]
)
def test_the_load_setting_against_the_load(open_loop: OpenLoop, resistance: float, load: Any, factor: float) -> None:
    loop = open_loop("keysight_33522b", resistance)
    channel = connect(loop).ch_1
    channel.output_load = load
    channel.shape = "DC"
    channel.offset = 1.0
    channel.output = True
    assert loop.current() * resistance == pytest.approx(factor, rel=0.02)
    assert float(channel.output_load) == (9.9e37 if load == "INF" else load)


def test_an_arbitrary_waveform_is_played(open_loop: OpenLoop) -> None:
    loop = open_loop("keysight_33522b")
    generator = connect(loop)
    channel = generator.ch_1
    channel.data_volatile_clear()
    channel.data_arb("stairs", [-32767, -16384, 0, 0, 0, 16384, 32767, 32767], data_format="DAC")
    channel.output_load = "INF"
    channel.arb_file = "stairs"
    channel.arb_srate = 1e3
    channel.shape = "ARB"
    channel.amplitude = 4.0
    generator.trigger_source = "BUS"
    channel.burst_state = True
    channel.output = True
    assert generator.check_errors() == []
    current = loop.sampled(generator.trigger, rate=10e3, duration=0.02)
    levels = {round(value) for value in current * 1.005e4}
    assert levels == {-2, -1, 0, 1, 2}


def test_what_it_queries_it_can_read(open_loop: OpenLoop) -> None:
    generator = connect(open_loop("keysight_33522b"))
    channel = generator.ch_2
    channel.frequency = 2e3
    channel.square_dutycycle = 25
    channel.ramp_symmetry = 30
    channel.phase = 45
    channel.voltage_high, channel.voltage_low = 1.0, -1.0
    channel.amplitude_unit = "VRMS"
    channel.burst_period = 0.5
    channel.pulse_hold = "DCYC"
    read = (
        channel.shape,
        channel.frequency,
        channel.square_dutycycle,
        channel.ramp_symmetry,
        channel.phase,
        channel.amplitude,
        channel.offset,
        channel.burst_period,
        channel.pulse_hold,
        channel.output,
        generator.trigger_source,
        generator.ext_trig_out,
    )
    assert read == ("SIN", 2e3, 25, 30, 45, pytest.approx(2 / 8**0.5), 0, 0.5, "DCYC", False, "IMM", False)
    generator.ext_trig_out = True
    generator.phase_sync()
    generator.display = "labkit"
    generator.clear_display()
    generator.beep()
    assert generator.check_errors() == []
