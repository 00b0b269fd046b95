"""A raw PyVISA script as the 707B's manual has them, with its CR LF line ends, and what the cells behind it carry."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import pyvisa

MATRIX = "TCPIP0::192.168.1.16::5025::SOCKET"


@pytest.fixture
def chip(open_chip: Callable[..., Any]) -> Any:
    return open_chip("keithley_707b", MATRIX, "A", ["1", "2", "13"])


@pytest.fixture
def matrix(chip: Any) -> Iterator[Any]:
    manager = pyvisa.ResourceManager(chip.bench.visa_library)
    yield manager.open_resource(MATRIX, read_termination="\n")
    manager.close()


def test_cells_are_measured_one_after_the_other(matrix: Any, chip: Any) -> None:
    chip.source()
    matrix.write("reset()")
    matrix.write("errorqueue.clear()")
    matrix.write('channel.open("allslots")')
    assert matrix.query("*OPC?") == "1"
    assert abs(chip.current()) < 1e-6
    for channel in ("1A01", "1A02", "2A01"):
        matrix.write(f"channel.exclusiveclose('{channel}')")
        assert matrix.query('print(channel.getclose("allslots"))') == channel
        assert chip.conducting() == pytest.approx(1, rel=2e-3)
    matrix.write("channel.close('1A01,1A02')")
    assert matrix.query('print(channel.getclose("allslots"))') == "1A01;1A02;2A01"
    assert chip.conducting() == pytest.approx(3, rel=2e-3)
    assert matrix.query("print(errorqueue.count)") == "0.000000000e+00"


def test_a_script_in_the_instrument_waits_for_its_relays(matrix: Any, chip: Any) -> None:
    chip.source()
    for line in (
        "loadscript walk",
        "for column = 1, 2 do",
        "  channel.exclusiveclose(channel.createspecifier(1, 1, column))",
        "  dataqueue.add(channel.getclose('allslots'))",
        "end",
        "endscript",
        "walk()",
    ):
        matrix.write(line)
    assert matrix.query("print(dataqueue.next(), dataqueue.next(), dataqueue.count)") == "1A01\t1A02\t0.000000000e+00"
    assert chip.conducting() == pytest.approx(1, rel=2e-3)
