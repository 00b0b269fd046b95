"""Quantities: what a lab user writes is read in SI units, and what labkit writes can be read again."""

import math
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.core import SI_UNITS, UNITS, format_quantity, parse_quantity, quantity

finite = st.floats(-1e12, 1e12, allow_nan=False).filter(lambda value: value == 0 or abs(value) > 1e-15)


@pytest.mark.parametrize(
    ("text", "value", "dimension"),
    [
        ("100 us", 1e-4, "time"),
        ("100us", 1e-4, "time"),
        ("100 µs", 1e-4, "time"),  # micro sign
        ("100 μs", 1e-4, "time"),  # Greek mu
        ("-1.3 V", -1.3, "voltage"),
        (".5 mV", 5e-4, "voltage"),
        ("1e-4 A", 1e-4, "current"),
        ("1_000 Hz", 1000.0, "frequency"),
        ("0.1 mW/cm^2", 1.0, "irradiance"),
        ("0.1 mW/cm²", 1.0, "irradiance"),
        ("11.6 uW/cm2", 0.116, "irradiance"),
        ("5 %", 0.05, "ratio"),
        ("12", 12.0, "ratio"),
        ("2 min", 120.0, "time"),
        ("3 sigma", 3.0, "deviations"),
        ("10 nF/cm^2", 1e-4, "capacitance per area"),
        ("20 mV/s", 0.02, "ramp rate"),
        ("10 volts", 10.0, "voltage"),
        ("1 MOhm", 1e6, "resistance"),
    ],
)
def test_reads_what_a_lab_user_writes(text: str, value: float, dimension: str) -> None:
    found, kind = parse_quantity(text)
    assert found == pytest.approx(value, rel=1e-15)
    assert kind == dimension


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ten seconds", "is not a number with a unit"),
        ("10 parsec", 'unknown unit "parsec"'),
        ("10 ms ms", "unknown unit"),
        ("1,5 s", "unknown unit"),
        ("", "is not a number with a unit"),
        ("10 KV", 'unknown unit "KV"'),
    ],
)
def test_says_what_it_cannot_read(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_quantity(text)


def test_a_voltage_is_not_a_time() -> None:
    with pytest.raises(ValueError, match='"10 V" is not a time'):
        quantity("10 V", "time")


@given(finite, st.sampled_from(sorted(set(SI_UNITS.values()))), st.integers(4, 15))
def test_what_is_written_is_read_again_within_its_digits(value: float, unit: str, digits: int) -> None:
    found, dimension = parse_quantity(format_quantity(value, unit, digits))
    assert SI_UNITS[dimension] == unit
    assert found == pytest.approx(value, rel=0.51 * 10.0 ** (1 - digits) + 1e-14, abs=0)


@given(finite, st.sampled_from(sorted(unit for unit in UNITS if unit)))
def test_a_unit_is_a_constant_factor(value: float, unit: str) -> None:
    dimension, factor = UNITS[unit]
    found, kind = parse_quantity(f"{value!r} {unit}")
    assert kind == dimension
    assert found == pytest.approx(value * factor, rel=1e-14, abs=0)


_PINT_NAMES = {"d": "day", "%": "percent", "m^2/Vs": "m^2/V/s", "cm^2/Vs": "cm^2/V/s"}
_NOT_IN_PINT = {"", "1", "sigma", "PLC"}


@pytest.fixture(scope="module")
def pint_units() -> Callable[[str], Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pint's own making, at import
        import pint

        registry = pint.UnitRegistry()
    return lambda unit: registry.parse_expression(_PINT_NAMES.get(unit, unit))


@pytest.mark.parametrize("unit", sorted(UNITS.keys() - _NOT_IN_PINT))
def test_every_unit_is_worth_what_pint_says(unit: str, pint_units: Callable[[str], Any]) -> None:
    dimension, factor = UNITS[unit]
    si = SI_UNITS[dimension]
    ratio = (pint_units(unit) / (1.0 if si == "1" else pint_units(si))).to_base_units()
    assert ratio.dimensionless
    assert ratio.magnitude == pytest.approx(factor, rel=1e-12)


def test_nanoseconds_of_a_written_time_are_exact() -> None:
    for count in range(1, 2000):
        assert round(quantity(f"{count} us", "time") * 1e9) == count * 1000
        assert quantity(f"{count} us", "time") == count / 1_000_000


def test_what_is_not_finite_is_shown_as_it_is() -> None:
    assert format_quantity(math.inf, "V") == "inf V"
    assert format_quantity(math.nan, "1") == "nan"
