"""Unmodified QCoDeS driver of the B2201A: it asks the event status after each operation (trap 14).

A 2450 drives input 1, three resistors hang on the outputs 1, 2 and 48: what QCoDeS connects, carries current.
"""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from qcodes.instrument_drivers.Keysight import KeysightB2201

MATRIX = "GPIB0::22::INSTR"


@pytest.fixture
def chip(open_chip: Callable[..., Any]) -> Any:
    return open_chip("keysight_b2201a", MATRIX, "1", ["1", "2", "48"])


@pytest.fixture
def matrix(chip: Any) -> Iterator[KeysightB2201]:
    opened = KeysightB2201("matrix", MATRIX, visalib=chip.bench.visa_library)
    yield opened
    opened.close()


def test_what_is_connected_carries_current(matrix: KeysightB2201, chip: Any) -> None:
    chip.source()
    assert abs(chip.current()) < 1e-6
    matrix.connect(1, 2)
    assert matrix.connections() == {(1, 2)}
    assert chip.conducting() == pytest.approx(1, rel=2e-3)
    matrix.connect_paths([(1, 1), (1, 48)])
    assert matrix.connections() == {(1, 1), (1, 2), (1, 48)}
    assert chip.conducting() == pytest.approx(3, rel=2e-3)
    matrix.disconnect_paths([(1, 1)])
    matrix.disconnect(1, 48)
    assert chip.conducting() == pytest.approx(1, rel=2e-3)
    matrix.disconnect_all()
    assert matrix.connections() == set()
    assert abs(chip.current()) < 1e-6


def test_good_operations_leave_the_event_status_empty(matrix: KeysightB2201) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        matrix.connect(1, 1)
        matrix.disconnect_all()
        matrix.bias_enable_output(3)
        matrix.gnd_disable_all_outputs()
        matrix.couple_port_autodetect()


def test_a_new_rule_leaves_connections_as_they_are(matrix: KeysightB2201) -> None:
    matrix.connect_paths([(1, 1), (2, 1)])
    with pytest.warns(UserWarning, match="not released"):
        matrix.connection_rule("single")
    assert matrix.connection_rule() == "single"
    assert matrix.connections() == {(1, 1), (2, 1)}
    matrix.connect(3, 1)
    assert matrix.connections() == {(3, 1)}


def test_parameters_are_taken_and_given_back(matrix: KeysightB2201) -> None:
    matrix.connection_sequence("mbb")
    matrix.bias_input_port(3)
    matrix.gnd_input_port(-1)
    matrix.unused_inputs([3, 5, 7])
    matrix.couple_ports([1, 3, 5])
    assert matrix.connection_sequence() == "mbb"
    assert (matrix.bias_input_port(), matrix.gnd_input_port()) == (3, -1)
    assert (matrix.unused_inputs(), matrix.couple_ports()) == ([3, 5, 7], [1, 3, 5])
    matrix.unused_inputs([])
    assert matrix.unused_inputs() == []


def test_modes_exclude_each_other_and_the_event_status_tells(matrix: KeysightB2201) -> None:
    matrix.clear_status()
    matrix.bias_mode(True)
    assert matrix.get_status() == 0
    matrix.gnd_mode(True)
    assert matrix.get_status() == 16
    assert "-224" in matrix.get_error()
    matrix.couple_mode(True)
    assert matrix.get_status() == 16
    assert (matrix.bias_mode(), matrix.gnd_mode(), matrix.couple_mode()) == (True, False, False)


def test_the_bias_port_cannot_be_connected_by_hand_while_the_mode_is_on(matrix: KeysightB2201) -> None:
    matrix.bias_disable_all_outputs()
    matrix.bias_mode(True)
    with pytest.warns(UserWarning, match="STB was: 16"):
        matrix.connect(10, 1)
    matrix.bias_enable_output(1)
    assert matrix.connections() == {(10, 1)}
