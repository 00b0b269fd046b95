"""A field for a quantity: units are understood, what is wrong is told at its place."""

import pytest
from pytestqt.qtbot import QtBot

from labkit.core import UNITS
from labkit.gui.widgets import QuantityEdit


def test_any_unit_of_the_dimension_is_understood(qtbot: QtBot) -> None:
    field = QuantityEdit("irradiance", 1.0)
    qtbot.addWidget(field)
    assert field.text == "0.1 mW/cm^2"
    field.set_text("25 W/m^2")
    assert (field.value, field.error) == (25.0, "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "write a voltage"),
        ("3", "is not a voltage"),
        ("3 A", "is not a voltage"),
        ("3 volts and a half", "unknown unit"),
        ("-1 mV", "at least 10 mV"),
        ("2.1 V", "at most 2 V"),
        ("nan V", "not a number"),
    ],
)
def test_what_is_wrong_is_told_in_the_field(qtbot: QtBot, text: str, words: str) -> None:
    field = QuantityEdit("voltage", 1.0, minimum=0.01, maximum=2.0)
    qtbot.addWidget(field)
    field.set_text(text)
    assert words in field.error
    assert field.value is None
    assert field.line.property("role") == "wrong"
    field.set_text("1.5 V")
    assert (field.value, field.error) == (1.5, "")


def test_a_field_may_have_a_unit_of_its_own(qtbot: QtBot) -> None:
    field = QuantityEdit("heating rate", 5 / 60, maximum=10 / 60, unit="K/min")
    qtbot.addWidget(field)
    assert field.text == "5 K/min"
    field.set_text("11 K/min")
    assert field.error == "at most 10 K/min"


def test_return_submits_what_is_right_only(qtbot: QtBot) -> None:
    field = QuantityEdit("time", 1.0)
    qtbot.addWidget(field)
    with qtbot.assertNotEmitted(field.submitted):
        field.set_text("soon")
        qtbot.keyClick(field.line, "\r")
    with qtbot.waitSignal(field.submitted):
        field.set_text("10 ms")
        qtbot.keyClick(field.line, "\r")


@pytest.mark.parametrize("value", [1e-9, 3.3e-5, 0.1, 1.23456789, 1e3])
def test_a_value_that_is_written_is_read_again(qtbot: QtBot, value: float) -> None:
    for dimension in {dimension for dimension, _ in UNITS.values()}:
        field = QuantityEdit(dimension)
        qtbot.addWidget(field)
        field.set_value(value)
        assert field.value == pytest.approx(value, rel=1e-9)


def test_an_empty_optional_field_is_right(qtbot: QtBot) -> None:
    field = QuantityEdit("current", optional=True)
    qtbot.addWidget(field)
    assert (field.value, field.error) == (None, "")
