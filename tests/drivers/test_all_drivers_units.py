"""The contract of every driver on units: a docstring tells the unit of each number that goes in or out."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

import pytest

from labkit.core import (
    LightCapabilities,
    LightSource,
    LightTrain,
    MatrixCapabilities,
    PulseCapabilities,
    PulseSource,
    PulseTrain,
    Range,
    SourceMeter,
    SourceMeterCapabilities,
    SourceMeterSetting,
    StageCapabilities,
    Step,
    SwitchMatrix,
    TemperatureStage,
    load_plugin,
)

OpenRig = Callable[..., Any]

ROLES: dict[str, Any] = {
    "source meter": SourceMeter,
    "light source": LightSource,
    "pulse source": PulseSource,
    "switch matrix": SwitchMatrix,
    "temperature stage": TemperatureStage,
}
RECORDS = (
    LightCapabilities,
    LightTrain,
    MatrixCapabilities,
    PulseCapabilities,
    PulseTrain,
    Range,
    SourceMeterCapabilities,
    SourceMeterSetting,
    StageCapabilities,
    Step,
)
"""What methods of the roles take and give beside plain numbers; Nanoseconds have their unit as a type."""

UNIT = r"\((?:V or A|V/s|V|A|W/m\^2|ohm|K/s|K|Hz|s|m|a fraction|a factor)(?=[,; )])"
"""A parenthesis that begins with a unit."""


def numbers(hint: Any) -> int:
    """How many numbers with a unit a type is made of."""
    return 1 if hint is float else sum(numbers(part) for part in get_args(hint))


def fields_without_unit(record: type) -> list[str]:
    """Fields that hold numbers and are not told as "`name` (unit)", or "`name` and `other` (unit)"."""
    text = " ".join((record.__doc__ or "").split())
    named = r"`{}`(?:(?:,| and) `\w+`)* " + UNIT
    measured = [name for name, hint in get_type_hints(record).items() if numbers(hint)]
    return [name for name in measured if not re.search(named.format(name), text)]


def public_methods(owner: Any) -> dict[str, Callable[..., Any]]:
    return {name: method for name, method in inspect.getmembers(owner, inspect.isfunction) if not name.startswith("_")}


def methods_without_unit(owner: Any, role: Any) -> list[str]:
    """Methods of a role whose docstring at their owner tells fewer units than numbers go in, or than come out."""
    found = []
    documented = public_methods(owner)
    for name, method in public_methods(role).items():
        hints = get_type_hints(method)
        given = numbers(hints.pop("return", None))
        taken = sum(numbers(hint) for hint in hints.values())
        if len(re.findall(UNIT, documented[name].__doc__ or "")) < max(given, taken):
            found.append(name)
    return found


@pytest.mark.parametrize("record", RECORDS)
def test_every_field_of_what_a_role_takes_and_gives_says_its_unit(record: type) -> None:
    assert fields_without_unit(record) == []


@pytest.mark.parametrize("role", ROLES.values())
def test_every_method_of_a_role_says_its_units(role: Any) -> None:
    assert methods_without_unit(role, role) == []


def test_every_method_of_a_driver_says_the_units_of_its_role(place: Any, open_rig: OpenRig) -> None:
    role = ROLES[load_plugin("labkit.drivers", place.driver).role]
    assert methods_without_unit(type(open_rig(place.bench).role(place.terminal)), role) == []


def test_a_unit_that_is_missing_is_found() -> None:
    @dataclass
    class Told:
        """A `level` (V), from `low` and `high` (A), for some `time`."""

        level: float
        low: float
        high: tuple[float, ...]
        time: float

    class Source:
        def ramp_to(self, level: float, rate: float) -> None:
            """Go to a level at a rate (V/s)."""

        def hold(self, level: float) -> None:
            """Stay at a level (V)."""

    assert fields_without_unit(Told) == ["time"]
    assert methods_without_unit(Source, Source) == ["ramp_to"]
