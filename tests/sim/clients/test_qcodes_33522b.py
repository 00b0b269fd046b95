"""Unmodified QCoDeS drivers of the 33522B and the 33622A: a burst seen as current, the load doubling measured."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from pyvisa.resources import MessageBasedResource
from qcodes.instrument_drivers.Keysight import Keysight33522B, Keysight33622A

GENERATOR = "USB0::0x0957::0x2C07::MY52701054::INSTR"
OpenLoop = Callable[..., Any]
DRIVERS = {"keysight_33522b": Keysight33522B, "keysight_33622a": Keysight33622A}


@pytest.fixture(params=sorted(DRIVERS))
def loop(request: pytest.FixtureRequest, open_loop: OpenLoop) -> Any:
    found = open_loop(request.param)
    found.driver = request.param
    return found


@pytest.fixture
def generator(loop: Any) -> Iterator[Any]:
    resource = loop.manager.open_resource(GENERATOR)
    assert isinstance(resource, MessageBasedResource)
    opened = DRIVERS[loop.driver]("generator", None, resource=resource, silent=True)
    yield opened
    opened.close()


def test_a_burst_and_the_load_doubling(loop: Any, generator: Any) -> None:
    assert generator.model in type(generator).__name__
    channel = generator.ch1
    channel.function_type("PULS")
    channel.frequency(100)
    channel.pulse_width(2e-3)
    channel.amplitude(1)
    channel.offset(0.5)
    channel.trigger_source("BUS")
    channel.trigger_count(1)
    channel.burst_mode("N Cycle")
    channel.burst_ncycles(3)
    channel.burst_state("ON")
    channel.output("ON")
    assert generator.error() == (0, "No error")
    current = loop.sampled(generator.force_trigger, rate=10e3, duration=0.05)
    high = current > 5e-5
    assert np.sum(np.diff(high.astype(int)) == 1) == 3
    # 1 V was set for a load of 50 ohm: 10 kohm see twice as much
    assert current[high].mean() == pytest.approx(2.0 / 1.005e4, rel=0.02)
    channel.output_polarity("INV")
    assert loop.current() == pytest.approx(2.0 / 1.005e4, rel=0.02)
    channel.burst_ncycles("INF")
    assert channel.burst_ncycles() == float("inf")


def test_a_snapshot_reads_every_parameter(loop: Any, generator: Any) -> None:
    snapshot = generator.snapshot(update=True)
    assert generator.error() == (0, "No error"), "every parameter has a query that the generator knows"
    first = snapshot["submodules"]["ch1"]["parameters"]
    assert first["function_type"]["value"] == "SIN"
    assert first["frequency"]["value"] == 1000
    assert first["frequency_mode"]["value"] == "CW"
    assert first["amplitude"]["value"] == 0.1
    assert first["pulse_width"]["value"] == 1e-4
    assert first["burst_int_period"]["value"] == 10e-3
    assert first["trigger_source"]["value"] == "IMM"
    sync = snapshot["submodules"]["sync"]["parameters"]
    assert (sync["output"]["value"], sync["source"]["value"]) == ("ON", 1)
    generator.sync_channel_phases()
    assert generator.error() == (0, "No error")


def test_an_error_is_read_with_its_text(generator: Any) -> None:
    generator.ch1.amplitude(30)
    code, text = generator.error()
    assert code == -222
    assert text.startswith("Data out of range")
