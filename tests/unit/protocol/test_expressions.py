"""Expressions: the arithmetic of Python over numbers with units, and nothing else of Python."""

import math
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from labkit.core import SI_UNITS, UNITS
from labkit.protocol._dimensions import DIMENSIONS, RATIO, Amount, dimension_name, read_amount
from labkit.protocol._expressions import Series, parse_expression

SCOPE = {
    "width": read_amount("100 ms"),
    "amplitude": read_amount("1.3 V"),
    "current": read_amount("2 mA"),
    "count": read_amount(12),
    "intervals": Series((1.0, 2.0), DIMENSIONS["time"]),
}


def value(text: str) -> Amount:
    return parse_expression(text).evaluate(SCOPE)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("$width * 2", "200 ms"),
        ("10 * $width", "1 s"),
        ("-$amplitude", "-1.3 V"),
        ("$width + 50 ms", "150 ms"),
        ("min($width, 50 ms)", "50 ms"),
        ("max($width, 50 ms, 1 min)", "1 min"),
        ("abs(-$amplitude)", "1.3 V"),
        ("sqrt($amplitude * $amplitude)", "1.3 V"),
        ("log10(1000) * 1 s", "3 s"),
        ("round($count / 5) * 1 V", "2 V"),
        ("1 / $width", "10 Hz"),
        ("$amplitude / $current", "650 ohm"),
        ("$amplitude * $current * $width", "0.26 mJ"),
        ("$amplitude / (10 V/s)", "130 ms"),
        ("$amplitude / 10 V/s", "130 ms"),
        ("2 ** 3 * 1 s", "8 s"),
        ("(1 mW/cm^2) * 10", "10 mW/cm^2"),
        ("1 s - 200 ms", "0.8 s"),
        ("+$width", "0.1 s"),
        ("$amplitude**2 / 650 ohm", "2.6 mW"),
    ],
)
def test_arithmetic_keeps_units(text: str, means: str) -> None:
    found, wanted = value(text), read_amount(means)
    assert found.dimension == wanted.dimension
    assert found.value == pytest.approx(wanted.value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("$width + $amplitude", "a time cannot be added to a voltage"),
        ("$width - 1", "a plain number cannot be subtracted from a time"),
        ("min($width, 1 V)", "min of different kinds: time, voltage"),
        ("sqrt($width)", "a time has no square root"),
        ("log10($width)", "the logarithm of a time"),
        ("log10(0 * 1)", "not positive"),
        ("sqrt(0 - 4)", "square root of a negative"),
        ("round($width)", "a time cannot be rounded"),
        ("$width ** 0.5", "a time can only have a whole exponent"),
        ("2 ** $width", "an exponent is a plain number, not a time"),
        ("9 ** 9 ** 9", "the exponent 3.8742e[+]08 is beyond 16"),
        ("(0 - 2) ** 0.5", "a negative number has no fractional power"),
        ("$width / 0", "a division by zero"),
        ("(0 * 1) ** -1", "a division by zero"),
        ("1e200 * 1e200", "a number too large"),
        ("(1e30 ** 16)", "a number too large"),
        ("$widht * 2", 'there is no parameter [$]widht; did you mean "width"?'),
        ("$intervals * 2", "[$]intervals is a list; go through it with for_each"),
        ("abs(1, 2)", "abs takes one argument, not 2"),
        ("min()", "min takes at least one argument"),
    ],
)
def test_what_cannot_be_computed_is_said(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        value(text)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "(lambda: 1)()",
        "$width.real",
        "$width.__class__",
        "[1, 2] * 2",
        "'a' * 2",
        "1 if (1) else 2",
        "$width and $count",
        "$width < $count",
        "2 // 1",
        "7 % 2 * 1",
        "~$count",
        "f(1)",
        "min(*$count)",
        "min(key=1)",
        "(1, 2)",
        "$width $count",
        "$width := 3",
        "print(1)",
        "2 *",
        "(" * 90 + "1" + ")" * 90 + " * (",
        "1 * " * 100 + "1",
        "_0 * 2",
        "min * 2",
    ],
)
def test_nothing_else_of_python_is_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_expression(text).evaluate(SCOPE)


@given(st.text("$width()*+-/, 019.eEms_", max_size=30) | st.text(max_size=30))
def test_any_text_is_computed_or_refused(text: str) -> None:
    try:
        found = parse_expression(text).evaluate(SCOPE)
    except ValueError:
        return
    assert math.isfinite(found.value)


numbers = st.floats(0, 1e6).map(lambda number: float(f"{number:.6g}"))
trees = st.recursive(
    numbers.map(repr),
    lambda inner: (
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})")
        | inner.map(lambda text: f"(-{text})")
        | inner.map(lambda text: f"abs({text})")
        | st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(
            lambda parts: f"{parts[0]}({parts[1]}, {parts[2]})"
        )
    ),
    max_leaves=8,
)


@given(trees)
def test_plain_numbers_follow_python(text: str) -> None:
    assume(len(text) <= 200)
    try:
        expected: Any = eval(text)  # what Python says is the truth here
    except ZeroDivisionError:
        expected = None
    if expected is None or not math.isfinite(expected):
        with pytest.raises(ValueError, match=r"zero|too large"):
            parse_expression(text).evaluate({})
        return
    found = parse_expression(text).evaluate({})
    assert found.dimension == RATIO
    assert found.value == expected


@given(trees.filter(lambda text: "/" not in text and "*" not in text and len(text) < 150))
def test_sums_of_times_are_sums_of_their_numbers(text: str) -> None:
    in_seconds = parse_expression(f"1 * ({text}) * 1 s").evaluate({})
    assert in_seconds.dimension == DIMENSIONS["time"]
    assert in_seconds.value == parse_expression(f"1 * {text}").evaluate({}).value


amounts = st.builds(Amount, st.floats(0.1, 10), st.sampled_from(sorted(DIMENSIONS)).map(lambda name: DIMENSIONS[name]))


@given(amounts, amounts)
def test_dimensions_multiply_and_divide_back(left: Amount, right: Amount) -> None:
    scope = {"a": left, "b": right}
    back = parse_expression("$a * $b / $b").evaluate(scope)
    assert back.dimension == left.dimension
    assert back.value == pytest.approx(left.value)


def test_every_unit_has_a_dimension_that_is_named() -> None:
    assert {dimension for dimension, _ in UNITS.values()} == set(SI_UNITS) == set(DIMENSIONS)
    twins = {"rate": "frequency"}
    for name, exponents in DIMENSIONS.items():
        assert dimension_name(exponents) == twins.get(name, name)


@given(amounts)
def test_an_amount_is_written_so_that_it_can_be_read_again(amount: Amount) -> None:
    again = read_amount(amount.exact_text())
    assert again == amount
    assert read_amount(amount.text()).value == pytest.approx(amount.value, rel=1e-5)
