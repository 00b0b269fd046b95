"""Temperatures at the border: kelvin only, since a scale with a zero of its own cannot tell differences from values."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from labkit.core import Bench, Sample, StageTerminal, parse_quantity


@given(st.floats(-200, 1000).map(lambda number: round(number, 3)))
def test_degrees_celsius_are_refused_with_the_kelvin_to_write(number: float) -> None:
    with pytest.raises(ValueError, match="zero of its own") as refused:
        parse_quantity(f"{number} degC")
    temperature, difference = re.findall(r'"(\S+) K"', str(refused.value))
    assert float(temperature) == pytest.approx(number + 273.15, abs=1e-6)
    assert float(difference) == pytest.approx(number, abs=1e-9)


@pytest.mark.parametrize("unit", ["degC", "°C", "celsius", "degF", "°F"])
def test_every_spelling_of_such_a_scale_is_known(unit: str) -> None:
    with pytest.raises(ValueError, match="zero of its own"):
        parse_quantity(f"25 {unit}")


def test_heating_rates_come_per_minute_or_per_second() -> None:
    assert parse_quantity("6 K/min") == (pytest.approx(0.1), "heating rate")
    assert parse_quantity("0.1 K/s") == (0.1, "heating rate")


def bench(**stage: Any) -> Bench:
    terminal = {"instrument": "thermal", "minimum_temperature": "265 K", "maximum_temperature": "320 K", **stage}
    return Bench.model_validate(
        {
            "name": "b",
            "instruments": {"thermal": {"driver": "lakeshore_336", "address": "GPIB0::12::INSTR"}},
            "terminals": {"stage": terminal},
        }
    )


def test_a_terminal_with_temperatures_is_a_stage() -> None:
    assert isinstance(bench().terminals["stage"], StageTerminal)
    assert bench(rate="6 K/min").stages()["stage"].rate == pytest.approx(0.1)


def test_a_stage_spans_a_range() -> None:
    with pytest.raises(ValidationError, match="must be below maximum_temperature"):
        bench(maximum_temperature="260 K")


def test_transitions_are_temperatures() -> None:
    assert Sample.model_validate({"transitions": ["162 K", "327 K"]}).transitions == (162.0, 327.0)
