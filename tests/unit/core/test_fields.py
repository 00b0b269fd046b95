"""Quantities as fields of a document: text with a unit in the file, SI inside, text again in JSON."""

import re
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError

from labkit.core import UNITS, QuantityField, unit_pattern


class Pulse(BaseModel):
    width: Annotated[float, QuantityField("time", "ms"), Field(gt=0)]
    duty: Annotated[float, QuantityField("ratio", "%")] = 0.5


def test_a_field_reads_text_and_holds_si() -> None:
    pulse = Pulse.model_validate({"width": "100 us", "duty": "20 %"})
    assert pulse.width == 1e-4
    assert pulse.duty == 0.2


@pytest.mark.parametrize(
    ("width", "says"),
    [
        (5, 'write for example "5 ms"'),
        (True, "True is not a time"),
        ("5 V", '"5 V" is not a time'),
        ("0 s", "greater than 0"),
        ([1], "is not a time"),
    ],
)
def test_a_field_refuses_what_is_not_its_quantity(width: object, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Pulse.model_validate({"width": width})


@given(st.floats(1e-12, 1e6), st.floats(-10, 10))
def test_a_model_survives_json(width: float, duty: float) -> None:
    pulse = Pulse.model_validate({"width": f"{width!r} s", "duty": duty})
    again = Pulse.model_validate_json(pulse.model_dump_json())
    assert again.width == pytest.approx(pulse.width, rel=1e-11)
    assert again.duty == pytest.approx(pulse.duty, rel=1e-11)


@given(st.sampled_from(sorted(unit for unit in UNITS if unit)), st.floats(-1e6, 1e6))
def test_an_editor_accepts_exactly_the_units_of_the_dimension(unit: str, value: float) -> None:
    dimension, _ = UNITS[unit]
    assert re.search(unit_pattern(dimension), f"{value:g} {unit}")
    other = "time" if dimension != "time" else "voltage"
    assert not re.search(unit_pattern(other), f"{value:g} {unit}")
