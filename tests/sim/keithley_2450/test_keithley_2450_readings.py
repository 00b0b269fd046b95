"""Readings: true within the specification, as noisy as their aperture, in the steps of the range, and in their time."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from labkit_sim.devices import Resistor, ResistorCapacitor

OVERHEAD = 155e-6


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    ("resistance", "full_scale", "gain", "offset"), [(1e4, 1e-4, 2e-4, 6e-9), (1e9, 1e-8, 1e-3, 50e-12)]
)
def test_a_current_is_within_the_one_year_specification(
    connect: Callable[..., Any], seed: int, resistance: float, full_scale: float, gain: float, offset: float
) -> None:
    smu = connect(Resistor(resistance), seed=seed)
    smu.ready(level=1, current=full_scale, plc=1)
    reading = smu.number(":READ?")
    true = smu.bench.world.response("top")[1]
    assert abs(reading - true) <= gain * abs(true) + offset + 1e-6 * full_scale


def test_noise_is_white(connect: Callable[..., Any]) -> None:
    smu = connect(Resistor(1e10))
    smu.ready(level=0, current=1e-8, limit=1e-8, plc=1)
    spread = {}
    for plc in (1, 0.1, 0.01):
        smu.write(f":SENS:CURR:NPLC {plc}", ":SENS:COUN 2000", ":TRAC:CLE")
        smu.ask(":READ?")
        spread[plc] = float(np.std(smu.numbers(":TRAC:DATA? 1,2000"), ddof=1))
    assert spread[1] == pytest.approx(500e-15 / 6, rel=0.1)
    assert spread[0.1] / spread[1] == pytest.approx(10**0.5, rel=0.12)
    assert spread[0.01] / spread[1] == pytest.approx(10, rel=0.12)


def test_readings_have_the_digits_of_their_range(smu: Any) -> None:
    smu.ready(level=1, current=1e-3)
    smu.write(":SENS:COUN 50", ":FORM:ASC:PREC 16")
    smu.ask(":READ?")
    steps = smu.numbers(":TRAC:DATA? 1,50") / 1e-9
    assert np.allclose(steps, np.round(steps), atol=1e-3)


def test_beyond_105_percent_a_reading_is_an_overflow(connect: Callable[..., Any]) -> None:
    smu = connect(Resistor(1e3))
    smu.ready(level=1, current=1e-4)
    reading, status = smu.numbers(':READ? "defbuffer1",READ,STAT')
    assert reading == 9.9e37
    assert int(status) & 1
    smu.write(":SENS:CURR:RANG 1e-3")
    assert smu.number(":READ?") == pytest.approx(1e-3, rel=1e-3)


def test_an_aperture_averages_what_happens_in_it(connect: Callable[..., Any]) -> None:
    device = ResistorCapacitor(resistance=1e9, capacitance=1e-8, series=1e6)  # decays with 10 ms
    smu = connect(device)
    smu.ready(level=0, current=1e-6, plc=1)
    smu.write(":SOUR:VOLT 1", ":SENS:COUN 3")
    smu.ask(":READ?")
    times, currents = smu.numbers(":TRAC:DATA? 1,3,'defbuffer1',REL,READ").reshape(-1, 2).T
    assert currents[1] / currents[0] == pytest.approx(np.exp(-(times[1] - times[0]) / 10e-3), rel=0.02)


@pytest.mark.parametrize(("line", "plc"), [(50, 1), (60, 0.01), (60, 0.1)])
def test_readings_follow_at_aperture_and_overhead(connect: Callable[..., Any], line: int, plc: float) -> None:
    smu = connect(line_frequency=line)
    smu.ready(plc=plc)
    smu.write(":SENS:COUN 20", ":FORM REAL")
    smu.write(':READ? "defbuffer1",REL')
    smu.resource.read_raw()
    smu.write(":FORM ASC;:FORM:ASC:PREC 12")
    times = smu.numbers(":TRAC:DATA? 1,20,'defbuffer1',REL")
    assert np.diff(times) == pytest.approx(plc / line + OVERHEAD, abs=2e-9)


def _period(smu: Any) -> float:
    smu.write(":TRAC:CLE", ":SENS:COUN 5", ":FORM:ASC:PREC 12")
    smu.ask(":READ?")
    return float(np.diff(smu.numbers(":TRAC:DATA? 1,5,'defbuffer1',REL")).mean())


def test_autozero_read_back_and_filter_cost_time(smu: Any) -> None:
    smu.ready(plc=1)
    bare = _period(smu)
    smu.write(":SOUR:VOLT:READ:BACK ON")
    assert _period(smu) - bare == pytest.approx(0.02, abs=1e-6)
    smu.write(":SOUR:VOLT:READ:BACK OFF", ":SENS:CURR:AZER ON")
    assert _period(smu) - bare == pytest.approx(0.04, abs=1e-6)
    smu.write(":SENS:CURR:AZER OFF", ":SENS:CURR:AVER:COUN 4", ":SENS:CURR:AVER ON")
    assert _period(smu) == pytest.approx(4 * bare, rel=1e-6)
    smu.write(":SENS:CURR:AVER:TCON MOV")
    assert _period(smu) == pytest.approx(bare, rel=1e-6)


def test_the_repeating_filter_averages_noise_away(connect: Callable[..., Any]) -> None:
    smu = connect(Resistor(1e10))
    smu.ready(current=1e-8, limit=1e-8)
    smu.write(":SENS:CURR:AVER:COUN 25", ":SENS:COUN 800")
    spread = []
    for state in ("OFF", "ON"):
        smu.write(f":SENS:CURR:AVER {state}", ":TRAC:CLE")
        smu.ask(":READ?")
        spread.append(float(np.std(smu.numbers(":TRAC:DATA? 1,800"))))
    assert spread[0] / spread[1] == pytest.approx(5, rel=0.15)


def test_the_moving_filter_follows_a_decay_behind_its_length(connect: Callable[..., Any]) -> None:
    smu = connect(Resistor(1e10))
    smu.ready(current=1e-8, limit=1e-8)
    smu.write(":SENS:CURR:AVER:COUN 10;:SENS:CURR:AVER:TCON MOV;:SENS:CURR:AVER ON", ":SENS:COUN 2000")
    smu.ask(":READ?")
    values = smu.numbers(":TRAC:DATA? 1,2000")
    apart, close = values[20:-20:20], values[20:-20]
    neighbours = np.corrcoef(close[:-1], close[1:])[0, 1]
    assert neighbours == pytest.approx(0.9, abs=0.05)  # ten conversions, nine of them shared
    assert abs(np.corrcoef(apart[:-1], apart[1:])[0, 1]) < 0.35


def test_autorange_finds_the_range_and_takes_its_time(connect: Callable[..., Any]) -> None:
    smu = connect(Resistor(2e8))
    smu.ready(level=1)
    smu.write(":SENS:CURR:RANG:AUTO ON")
    begin = smu.now
    assert smu.number(":READ?") == pytest.approx(5e-9, rel=0.02)
    assert smu.number(":SENS:CURR:RANG?") == pytest.approx(1e-8)
    first = smu.now - begin
    begin = smu.now
    smu.ask(":READ?")
    assert first > 0.05 > smu.now - begin


def test_autorange_stays_within_its_limits(connect: Callable[..., Any]) -> None:
    smu = connect(Resistor(2e8))
    smu.ready(level=1)
    smu.write(":SENS:CURR:RANG:AUTO ON;:SENS:CURR:RANG:AUTO:LLIM 1e-6")
    smu.ask(":READ?")
    assert smu.number(":SENS:CURR:RANG?") == pytest.approx(1e-6)


@pytest.mark.parametrize("resistance", [47.0, 1.2e4, 3.3e6, 1.5e8])
def test_auto_ohms(connect: Callable[..., Any], resistance: float) -> None:
    smu = connect(Resistor(resistance))
    smu.write(':SENS:FUNC "RES"', ":OUTP ON")
    assert smu.ask(":SENS:FUNC?") == '"RES"'
    assert smu.number(":READ?") == pytest.approx(resistance, rel=5e-3)


@pytest.mark.parametrize(("query", "unit"), [(":MEAS:VOLT?", "Volt DC"), (":MEAS:CURR?", "Amp DC")])
def test_measure_chooses_the_function(smu: Any, query: str, unit: str) -> None:
    smu.ready(level=1)
    assert smu.ask(f'{query} "defbuffer1",UNIT') == unit


def test_read_back_is_the_measured_voltage(smu: Any) -> None:
    smu.ready(level=1)
    assert smu.number(':READ? "defbuffer1",SOUR') == 1
    smu.write(":SOUR:VOLT:READ:BACK ON")
    source, status = smu.numbers(':READ? "defbuffer1",SOUR,SOURSTAT')
    assert source != 1
    assert source == pytest.approx(smu.bench.world.response("top")[0], abs=1.2e-4 + 300e-6 + 1e-4)
    assert int(status) == 128 + 8


def test_settings_of_the_meter_read_back(smu: Any) -> None:
    smu.write(":SENS:VOLT:NPLC 0.5", ":SENS:VOLT:RSEN ON", ":SENS:RES:OCOM ON", ":SENS:CURR:DEL:USER2 0.1", ":COUN 7")
    assert smu.number(":SENS:VOLT:NPLC?") == 0.5
    assert smu.number(":SENS:CURR:DC:NPLC?") == 1
    assert smu.ask(":SENS:VOLT:RSEN?") == "1"
    assert smu.ask(":SENS:RES:OCOM?") == "1"
    assert smu.number(":SENS:CURR:DEL:USER2?") == 0.1
    assert smu.ask(":SENS:COUN?") == "7"
    assert smu.number(":SENS:CURR:NPLC? MAX") == 10
    assert smu.refuses(":SENS:CURR:NPLC 0.005") == -222
    assert smu.refuses(":SENS:CURR:NPLC 11") == -222
    assert smu.refuses(":SENS:CURR:RANG 1.2") == -222
