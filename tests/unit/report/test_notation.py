"""Numbers are rounded as the Guide to the Expression of Uncertainty asks, and can be read back."""

import math
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.core import Interval
from labkit.report import format_interval, format_number, format_with_uncertainty, notation

UNITS = ("A", "V", "s", "S", "Ω", "J", "C", "%", "1", "W/m^2", "m^2", "A/W", "V/s", "J/m^2")
values = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-20)
uncertainties = st.floats(min_value=1e-20, max_value=1e9)
SCALE = {"%": -2, "mW/cm²": 1, "µW/cm²": -2, "nW/cm²": -5, "m²": 0, "mm²": -6, "µm²": -12}
PREFIX = {"T": 12, "G": 9, "M": 6, "k": 3, "m": -3, "µ": -6, "n": -9, "p": -12, "f": -15, "a": -18}


def power_of(shown: str, unit: str) -> int:
    """Read the shown unit back, independently of how it was chosen."""
    if shown in SCALE:
        return SCALE[shown]
    if len(shown) > len(unit.replace("^", "")):
        return PREFIX[shown[0]]
    return 0


def read_back(text: str, unit: str) -> tuple[Decimal, Decimal, Decimal]:
    """Value, uncertainty and the size of the last digit, in SI units."""
    match = re.fullmatch(r"\(?(-?[\d.]+) ± ([\d.]+)\)?(?:×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?(?: (.*))?", text)
    assert match, text
    exponent = int((match[3] or "⁰").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))
    power = power_of(match[4] or "", "" if unit == "1" else unit) + exponent
    digits = Decimal(match[2])
    last = Decimal(1).scaleb(int(digits.as_tuple().exponent))
    if last == 1 and digits >= 100:
        last = Decimal(1).scaleb(digits.adjusted() - 1)
    return Decimal(match[1]).scaleb(power), digits.scaleb(power), last.scaleb(power)


@given(values, uncertainties, st.sampled_from(UNITS))
def test_value_and_uncertainty_read_back_within_half_a_last_digit(value: float, uncertainty: float, unit: str) -> None:
    read, spread, last = read_back(format_with_uncertainty(value, uncertainty, unit), unit)
    half = last * Decimal("0.5000001")
    assert abs(read - Decimal(repr(value))) <= half
    assert abs(spread - Decimal(repr(uncertainty))) <= half


@given(values, uncertainties, st.sampled_from(UNITS))
def test_the_uncertainty_has_two_significant_digits(value: float, uncertainty: float, unit: str) -> None:
    _, spread, last = read_back(format_with_uncertainty(value, uncertainty, unit), unit)
    assert 10 <= spread / last <= 99


@given(values, uncertainties, st.sampled_from(UNITS))
def test_both_styles_say_the_same(value: float, uncertainty: float, unit: str) -> None:
    plain = format_with_uncertainty(value, uncertainty, unit)
    short = format_with_uncertainty(value, uncertainty, unit, "parentheses")
    assert short.split("(")[0] == plain.lstrip("(").split(" ± ")[0]
    digits = "".join(re.findall(r"± ([\d.]+)", plain))
    assert re.findall(r"\((\d+)\)", short) == [digits.replace(".", "").lstrip("0")]


@pytest.mark.parametrize(
    ("value", "uncertainty", "unit", "text"),
    [
        (1.2345e-9, 5.6e-11, "A", "1.235 ± 0.056 nA"),
        (0.5, 0.0996, "1", "0.50 ± 0.10"),
        (1.375, 0.012, "%", "137.5 ± 1.2 %"),
        (1234.0, 340.0, "1", "1230 ± 340"),
        (-3.2e-5, 1e-7, "V", "-32.00 ± 0.10 µV"),
        (0.116, 0.005, "W/m^2", "11.60 ± 0.50 µW/cm²"),
        (2.1e9, 5e7, "1", "(2.100 ± 0.050)×10⁹"),
        (0.0, 1e-12, "A", "0.0 ± 1.0 pA"),
    ],
)
def test_known_texts(value: float, uncertainty: float, unit: str, text: str) -> None:
    assert format_with_uncertainty(value, uncertainty, unit) == text


@pytest.mark.parametrize("uncertainty", [math.nan, math.inf])
def test_without_a_usable_uncertainty_the_value_stands_alone(uncertainty: float) -> None:
    assert format_with_uncertainty(5.0, uncertainty, "s") == "5.000 s"


def test_an_exact_count_is_written_as_it_is() -> None:
    assert format_with_uncertainty(20.0, 0.0, "1") == "20"


def test_an_interval_has_the_digits_of_its_value() -> None:
    chosen = notation(8.41e-9, 6.1e-11, "A")
    assert format_interval(Interval(8.2784e-9, 8.5416e-9), chosen) == "8.278 to 8.542 nA"


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (Interval(1e-9, math.inf), "≥ 1.000 nA"),
        (Interval(-math.inf, 1e-9), "≤ 1.000 nA"),
        (Interval(-math.inf, math.inf), "not bounded"),
    ],
)
def test_an_open_side_is_an_inequality(interval: Interval, text: str) -> None:
    assert format_interval(interval, notation(8.41e-9, 6.1e-11, "A")) == text


def test_a_number_that_is_not_one_is_called_unknown() -> None:
    assert format_number(math.nan, "A") == "unknown A"


@given(st.floats(min_value=1e-15, max_value=1e9), st.sampled_from(("A", "V", "S", "J")))
def test_a_plain_number_keeps_four_digits(value: float, unit: str) -> None:
    (digits,) = re.findall(r"^[\d.]+", format_number(value, unit))
    assert 1 <= len(digits.replace(".", "").strip("0")) <= 4
