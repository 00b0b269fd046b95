"""Readings, buffers and how they are sent; times and rates of a 2600B."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from labkit_sim.devices import Resistor


def test_a_reading_takes_its_aperture(smu: Any) -> None:
    smu.ready(level=1.0, plc=1)
    smu.number("smua.measure.i()")
    before = smu.now
    smu.number("smua.measure.i()")
    assert smu.now - before == pytest.approx(1 / 50, rel=0.1)


def test_apertures_are_counted_by_the_line_frequency_that_is_set(smu: Any) -> None:
    smu.write("localnode.linefreq = 60")
    smu.ready(plc=1)
    smu.write("smua.measure.count = 3 smua.measure.i(smua.nvbuffer1)")
    times = smu.numbers("printbuffer(1, 3, smua.nvbuffer1.timestamps)")
    assert np.diff(times) == pytest.approx([1 / 60] * 2, rel=5e-3)
    assert smu.refuses("localnode.linefreq = 55") == 1401
    assert smu.number("localnode.linefreq") == 60


def test_twenty_thousand_readings_a_second_at_the_shortest_aperture(smu: Any) -> None:
    smu.ready(level=1.0, plc=0.001)
    smu.write("smua.measure.count = 1000 smua.measure.i(smua.nvbuffer1)")
    times = smu.numbers("printbuffer(1, 1000, smua.nvbuffer1.timestamps)")
    assert times[0] == 0
    assert np.ptp(np.diff(times)) <= 1.1e-6
    assert 1 / np.diff(times).mean() == pytest.approx(20_000, rel=0.08)


def test_interval_and_count(smu: Any) -> None:
    smu.ready(level=1.0)
    smu.write("smua.measure.count = 5 smua.measure.interval = 0.01 smua.measure.i(smua.nvbuffer1)")
    times = smu.numbers("printbuffer(1, 5, smua.nvbuffer1.timestamps)")
    assert times == pytest.approx([0, 0.01, 0.02, 0.03, 0.04])


def test_columns_interleave_and_blocks_are_the_same_numbers(smu: Any) -> None:
    smu.ready(level=0.5)
    smu.write("smua.measure.count = 3 smua.measure.i(smua.nvbuffer1)")
    command = "printbuffer(1, 3, smua.nvbuffer1.readings, smua.nvbuffer1.sourcevalues)"
    smu.write("format.asciiprecision = 16")
    rows = smu.numbers(command, 2)
    assert rows[:, 1] == pytest.approx([0.5] * 3)
    smu.write("format.data = format.REAL64", command)
    block = smu.resource.read_bytes(2 + 6 * 8 + 1)
    assert block[:2] == b"#0"
    assert block[-1:] == b"\n"
    assert np.frombuffer(block[2:-1], "<f8").reshape(-1, 2).tolist() == rows.tolist()


def test_without_append_mode_a_measurement_begins_anew(smu: Any) -> None:
    smu.ready(level=0.5)
    smu.write("smua.nvbuffer1.appendmode = 0 smua.measure.count = 3")
    for _ in range(2):
        smu.write("smua.measure.i(smua.nvbuffer1)")
    assert smu.number("smua.nvbuffer1.n") == 3
    smu.write("smua.nvbuffer1.appendmode = 1 smua.measure.i(smua.nvbuffer1)")
    assert smu.number("smua.nvbuffer1.n") == 6


def test_a_full_buffer_takes_no_more_and_says_so(smu: Any) -> None:
    smu.ready(level=0.5, plc=0.001)
    smu.write("own = smua.makebuffer(4) own.appendmode = 1 smua.measure.count = 3")
    smu.write("smua.measure.i(own) smua.measure.i(own)")
    assert smu.error() == 4915
    assert smu.number("own.n") == 4
    assert smu.number("own.capacity") == 4


def test_what_a_buffer_collects_is_chosen_while_it_is_empty(smu: Any) -> None:
    smu.ready(level=0.5)
    smu.write("smua.measure.i(smua.nvbuffer1)")
    assert smu.refuses("smua.nvbuffer1.collecttimestamps = 0") == 4916
    assert smu.number("smua.nvbuffer1.collecttimestamps") == 1


def test_items_of_a_buffer(smu: Any) -> None:
    smu.ready(level=0.5)
    smu.write("smua.measure.i(smua.nvbuffer1)")
    assert smu.number("smua.nvbuffer1[1]") == smu.number("smua.nvbuffer1.readings.getreading(1)")
    assert smu.ask("smua.nvbuffer1[2]") == "nil"
    assert smu.ask("smua.nvbuffer1.measurefunctions[1], smua.nvbuffer1.sourceoutputstates[1]") == "Current\tOn"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("printbuffer(0, 1, smua.nvbuffer1)", 4900),
        ("printbuffer(1, 1, smua.nvbuffer1)", 4900),
        ("printbuffer(1, 1, smua)", 4908),
        ("printbuffer(1, 1)", -109),
        ("smua.measure.i(smua.source)", 4908),
        ("smua.measure.iv(smua.nvbuffer1)", -109),
        ("smua.makebuffer(0)", 1102),
    ],
)
def test_what_buffers_refuse(smu: Any, command: str, code: int) -> None:
    assert smu.refuses(command) == code


def test_an_overloaded_range_reads_no_number(smu: Any) -> None:
    smu.ready(level=1.0, current=1e-6)
    assert smu.number("smua.measure.i()") == 9.91e37


def test_autorange_finds_its_range(connect: Callable[..., Any]) -> None:
    smu = connect(Resistor(1e9))
    smu.write("smua.source.levelv = 1 smua.source.output = 1")
    assert smu.number("smua.measure.i()") == pytest.approx(1e-9, rel=5e-3)
    assert smu.number("smua.measure.rangei") == 1e-8 or smu.number("smua.measure.rangei") == 1e-9


def test_noise_falls_with_the_aperture_and_an_average(smu: Any) -> None:
    spread = {}
    for aperture in (0.001, 0.1):
        smu.ready(level=0.5, plc=aperture)
        smu.write("smua.measure.count = 200 smua.measure.i(smua.nvbuffer1)")
        spread[aperture] = smu.numbers("printbuffer(1, 200, smua.nvbuffer1)").std()
        smu.write("smua.measure.count = 1")
    assert spread[0.1] < 0.1 * spread[0.001]
    smu.ready(level=0.5, plc=0.001)
    smu.write("smua.measure.filter.count = 16 smua.measure.filter.type = smua.FILTER_REPEAT_AVG")
    smu.write("smua.measure.filter.enable = 1 smua.measure.count = 100 smua.measure.i(smua.nvbuffer1)")
    averaged = smu.numbers("printbuffer(1, 100, smua.nvbuffer1)").std()
    assert averaged == pytest.approx(spread[0.001] / 4, rel=0.3)


def test_overlapped_readings_go_on_beside_the_script(smu: Any) -> None:
    smu.ready(level=1.0)
    smu.write("smua.measure.count = 10 smua.measure.interval = 0.01 smua.measure.overlappedi(smua.nvbuffer1)")
    assert smu.number("smua.nvbuffer1.n") < 10
    assert smu.number("status.operation.measuring.condition") == 2
    assert smu.resource.query("waitcomplete() print(smua.nvbuffer1.n)").strip() == "1.00000e+01"
    assert smu.number("status.operation.measuring.condition") == 0


def test_nothing_printed_is_a_time_out(smu: Any) -> None:
    smu.resource.timeout = 100
    with pytest.raises(Exception, match="VI_ERROR_TMO"):
        smu.resource.query("smua.measure.i()")


def test_statistics(smu: Any) -> None:
    smu.ready(level=0.5)
    smu.write("smua.measure.count = 20 smua.measure.i(smua.nvbuffer1)")
    readings = smu.numbers("printbuffer(1, 20, smua.nvbuffer1)")
    found = smu.ask("smua.buffer.getstats(smua.nvbuffer1).mean, smua.buffer.getstats(smua.nvbuffer1).n")
    assert [float(value) for value in found.split("\t")] == pytest.approx([readings.mean(), 20], rel=1e-5)
