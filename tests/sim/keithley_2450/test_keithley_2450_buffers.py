"""Reading buffers: what goes in comes out, in ASCII and in binary, and no more than they hold."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from labkit_sim._keithley_2450_buffer import READING, ReadingBuffer

NO_ERROR = '0,"No error;0;0 0"'


def rows(first: int, count: int) -> "np.ndarray":
    made = np.zeros(count, READING)
    made["reading"] = made["time"] = np.arange(first, first + count)
    return made


@given(
    capacity=st.integers(1, 40),
    batches=st.lists(st.integers(0, 60), max_size=8),
    continuous=st.booleans(),
)
def test_a_buffer_keeps_the_newest_or_the_first(capacity: int, batches: list[int], continuous: bool) -> None:
    buffer = ReadingBuffer(capacity, continuous)
    lost = taken = 0
    for count in batches:
        lost += buffer.append(rows(taken, count))
        taken += count
    assert len(buffer) == min(taken, capacity)
    assert lost == (0 if continuous else max(0, taken - capacity))
    if not taken:
        return
    stored = buffer.part(1, len(buffer))["reading"]
    expected = range(taken - len(buffer), taken) if continuous else range(len(buffer))
    assert sorted(stored) == list(expected)
    assert buffer.last()["reading"][0] == expected[-1]
    assert stored[buffer.start_index - 1] == expected[0]


def fill(smu: Any, count: int, name: str = "defbuffer1") -> None:
    smu.write(f":SENS:COUN {count}", f':TRAC:TRIG "{name}"')
    smu.ask("*OPC?")


def test_a_made_buffer_is_filled_once(smu: Any) -> None:
    smu.ready()
    smu.write(':TRAC:MAKE "mine", 10')
    assert smu.ask(":TRAC:FILL:MODE? 'mine'") == "ONCE"
    assert smu.ask(":TRAC:POIN? 'mine'") == "10"
    fill(smu, 25, "mine")
    assert smu.ask(":TRAC:ACT? 'mine'") == "10"
    assert smu.error_code() == 4915
    assert smu.ask(":SYST:ERR?") == NO_ERROR
    smu.write(":TRAC:CLE 'mine'")
    assert smu.ask(":TRAC:ACT? 'mine'") == "0"
    smu.write(":TRAC:DEL 'mine'")
    assert smu.refuses(":TRAC:DEL 'mine'") == -224
    assert smu.refuses(":TRAC:DEL 'defbuffer1'") == -224


def test_a_continuous_buffer_goes_round(smu: Any) -> None:
    smu.ready()
    smu.write(":TRAC:POIN 20, 'defbuffer2'")
    fill(smu, 15, "defbuffer2")
    assert (smu.ask(":TRAC:ACT:STAR? 'defbuffer2'"), smu.ask(":TRAC:ACT:END? 'defbuffer2'")) == ("1", "15")
    fill(smu, 10, "defbuffer2")
    assert smu.ask(":TRAC:ACT? 'defbuffer2'") == "20"
    assert (smu.ask(":TRAC:ACT:STAR? 'defbuffer2'"), smu.ask(":TRAC:ACT:END? 'defbuffer2'")) == ("6", "5")
    assert smu.ask(":SYST:ERR?") == NO_ERROR


def test_sizes_have_bounds(smu: Any) -> None:
    assert smu.refuses(":TRAC:MAKE 'small', 9") == -222
    assert smu.refuses(":TRAC:POIN 6875000") == -225
    assert smu.ask(":TRAC:POIN?") == "100000"
    assert smu.refuses(":TRAC:MAKE 'defbuffer1', 100") == -224


def test_times_rise_from_zero_with_the_clock_of_the_bench(smu: Any) -> None:
    smu.ready(plc=1)
    smu.write(":FORM:ASC:PREC 12")
    begin = smu.now
    for _ in range(3):
        fill(smu, 4)
    times = smu.numbers(":TRAC:DATA? 1,12,'defbuffer1',REL")
    assert times[0] == 0
    assert (np.diff(times) > 0.02).all()
    assert times[-1] < smu.now - begin
    seconds = smu.numbers(":TRAC:DATA? 1,12,'defbuffer1',SEC,FRAC").reshape(-1, 2).sum(axis=1)
    assert np.diff(seconds) == pytest.approx(np.diff(times), abs=1e-6)


def binary(smu: Any, query: str, kind: str, big_endian: bool, count: int) -> "np.ndarray":
    """Read a block of `#0`, which does not tell its length."""
    values = smu.resource.query_binary_values(
        query, datatype=kind, is_big_endian=big_endian, container=np.array, data_points=count
    )
    return np.asarray(values)


@pytest.mark.parametrize(("kind", "letter", "digits"), [("REAL", "d", 1e-12), ("SRE", "f", 2e-7)])
@pytest.mark.parametrize("border", ["NORM", "SWAP"])
def test_binary_tells_the_same_as_ascii(smu: Any, kind: str, letter: str, digits: float, border: str) -> None:
    smu.ready(level=1)
    fill(smu, 30)
    query = ":TRAC:DATA? 3,28,'defbuffer1',READ,REL,SOUR"
    smu.write(":FORM:ASC:PREC 16")
    written = smu.numbers(query)
    smu.write(f":FORM {kind};:FORM:BORD {border}")
    assert smu.ask(":FORM:BORD?") == border
    sent = binary(smu, query, letter, border == "NORM", 3 * 26)
    assert len(sent) == 3 * 26
    assert sent == pytest.approx(written, rel=digits)


def test_a_block_begins_with_hash_zero_and_ends_with_a_newline(smu: Any) -> None:
    smu.ready()
    fill(smu, 2)
    smu.write(":FORM REAL", ":TRAC:DATA? 1,2")
    smu.resource.read_termination = None
    raw = smu.resource.read_raw()
    assert raw[:2] == b"#0"
    assert len(raw) == 2 + 2 * 8 + 1
    assert raw[-1:] == b"\n"


def test_binary_has_only_the_elements_that_are_numbers(smu: Any) -> None:
    smu.ready()
    fill(smu, 2)
    smu.write(":FORM REAL")
    assert smu.refuses(":TRAC:DATA? 1,2,'defbuffer1',READ,STAT") == 1133
    smu.write(":FORM ASC")
    assert len(smu.ask(":TRAC:DATA? 1,2,'defbuffer1',READ,STAT").split(",")) == 4


def test_elements_come_as_asked_for(smu: Any) -> None:
    smu.ready(level=1, current=1e-3)
    answer = smu.ask(
        ':READ? "defbuffer1",DATE,TIME,TST,SEC,FRAC,REL,SOUR,SOURUNIT,SOURSTAT,SOURFORM,READ,UNIT,STAT,FORM'
    ).split(",")
    assert answer[0] == "01/01/2026"
    assert answer[2] == f"{answer[0]} {answer[1]}"
    assert answer[7] == "Volt DC"
    assert answer[8] == "128"
    assert answer[9].endswith(" V")
    assert answer[11:13] == ["Amp DC", "8"]
    assert answer[13].endswith("uA")
    assert smu.refuses(':READ? "defbuffer1",COLOUR') == 1133
    assert smu.refuses(f':READ? "defbuffer1",{",".join(["READ"] * 15)}') == -223


def test_the_same_query_in_long_words_and_sloppy_spaces(smu: Any) -> None:
    smu.ready()
    fill(smu, 3)
    tidy = smu.ask(":TRAC:DATA? 1,3,'defbuffer1',SOUR,READ")
    assert smu.ask(':trace:data?   1 , 3 ,  "defbuffer1" , SOURce , reading') == tidy


def test_fetch_gives_the_last_reading_again(smu: Any) -> None:
    smu.ready(level=1)
    reading = smu.ask(":READ?")
    assert smu.ask(":FETC?") == reading
    assert smu.ask(":TRAC:ACT?") == "1"


def test_precision_counts_significant_digits(smu: Any) -> None:
    smu.ready(level=1)
    smu.write(":FORM:ASC:PREC 10")
    assert len(smu.ask(":READ?").lstrip("-").split("E")[0]) == 11


def test_statistics_are_those_of_the_readings(smu: Any) -> None:
    smu.ready(level=1)
    fill(smu, 100)
    values = smu.numbers(":TRAC:DATA? 1,100")
    assert smu.number(":TRAC:STAT:AVER?") == pytest.approx(values.mean(), rel=1e-5)
    assert smu.number(":TRAC:STAT:MAX?") == pytest.approx(values.max(), rel=1e-5)
    assert smu.number(":TRAC:STAT:MIN?") == pytest.approx(values.min(), rel=1e-5)
    assert smu.number(":TRAC:STAT:STDD?") == pytest.approx(values.std(ddof=1), rel=1e-3)
    assert smu.number(":TRAC:STAT:PK2P?") == pytest.approx(np.ptp(values), rel=1e-3)


@pytest.mark.parametrize("span", ["0,1", "1,6", "3,2"])
def test_readings_that_are_not_there_are_an_error(smu: Any, span: str) -> None:
    smu.ready()
    fill(smu, 5)
    assert smu.refuses(f":TRAC:DATA? {span}") == -222


def test_a_hundred_thousand_readings_are_quick(smu: Any) -> None:
    smu.ready(level=1)
    smu.write(":TRAC:POIN 1000000")
    fill(smu, 100_000)
    fill(smu, 100_000)
    smu.write(":FORM REAL")
    smu.resource.chunk_size = 1 << 22
    assert len(binary(smu, ":TRAC:DATA? 1,200000,'defbuffer1',REL,READ", "d", False, 400_000)) == 400_000
