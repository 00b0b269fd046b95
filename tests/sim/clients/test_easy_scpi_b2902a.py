"""Unmodified easy_scpi with a simulated B2902A: a resistor's current-voltage curve, spot by spot and as a sweep."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from easy_scpi import Instrument
from labkit_sim import VirtualBench

ADDRESS = "USB0::0x0957::0x8C18::MY51140001::INSTR"
RESISTANCE = 4.7e3


@pytest.fixture
def bench(on_a_resistor: Callable[..., tuple[VirtualBench, str]]) -> VirtualBench:
    return on_a_resistor("keysight_b2902a", RESISTANCE, ADDRESS, "1")[0]


@pytest.fixture
def smu(bench: VirtualBench) -> Iterator[Any]:
    instrument = Instrument(
        ADDRESS,
        port_match=False,
        backend=bench.visa_library,
        read_termination="\n",
        write_termination="\n",
        timeout=60_000,
    )
    instrument.connect()
    yield instrument
    instrument.disconnect()


def test_it_knows_whom_it_talks_to(smu: Any) -> None:
    assert "B2902A" in smu.id


def test_spot_measurements_give_the_resistance(smu: Any) -> None:
    smu.outp1.low("GRO")
    smu.sour1.func.mode("VOLT")
    smu.sens1.curr.prot(1e-2)
    smu.sens1.curr.nplc(1)
    smu.outp1("ON")
    for level in (0.5, 1.0, 2.0):
        smu.sour1.volt(level)
        current = float(smu.meas.curr("(@1)", query=True))
        assert level / current == pytest.approx(RESISTANCE, rel=2e-3)
    assert smu.syst.err() == '+0,"No error"'


def test_a_sweep_is_fetched_as_arrays(smu: Any) -> None:
    smu.sour1.func.mode("VOLT")
    smu.sour1.volt.mode("SWE")
    smu.sour1.volt.star(-1)
    smu.sour1.volt.stop(1)
    smu.sour1.volt.poin(21)
    smu.sens1.func('"CURR"')
    smu.sens1.curr.aper(1e-3)
    smu.sens1.curr.prot(1e-2)
    smu.trig1.sour("AINT")
    smu.trig1.coun(21)
    smu.form.elem.sens("CURR", "SOUR")
    smu.outp1("ON")
    smu.initiate("(@1)")
    table = np.array([float(text) for text in smu.fetc.arr("(@1)", query=True).split(",")]).reshape(-1, 2)
    slope, offset = np.polyfit(table[:, 1], table[:, 0], 1)
    assert table[:, 1] == pytest.approx(np.linspace(-1, 1, 21))
    assert 1 / slope == pytest.approx(RESISTANCE, rel=2e-3)
    assert abs(offset) < 1e-6
    smu.outp1("OFF")
    assert smu.syst.err() == '+0,"No error"'
