"""Numbers that know their dimension, so that an expression cannot add a time to a voltage."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from labkit.core import SI_UNITS, format_quantity, parse_quantity

Dimension = tuple[int, ...]
"""Exponents of volt, ampere, second, metre, kelvin, line cycle, sigma and electronvolt."""

RATIO: Dimension = (0, 0, 0, 0, 0, 0, 0, 0)

_SYMBOLS = ("V", "A", "s", "m", "K", "PLC", "sigma", "eV")

DIMENSIONS: Mapping[str, Dimension] = MappingProxyType(
    {
        "ratio": RATIO,
        "time": (0, 0, 1, 0, 0, 0, 0, 0),
        "voltage": (1, 0, 0, 0, 0, 0, 0, 0),
        "current": (0, 1, 0, 0, 0, 0, 0, 0),
        "frequency": (0, 0, -1, 0, 0, 0, 0, 0),
        "rate": (0, 0, -1, 0, 0, 0, 0, 0),
        "resistance": (1, -1, 0, 0, 0, 0, 0, 0),
        "conductance": (-1, 1, 0, 0, 0, 0, 0, 0),
        "capacitance": (-1, 1, 1, 0, 0, 0, 0, 0),
        "temperature": (0, 0, 0, 0, 1, 0, 0, 0),
        "energy": (1, 1, 1, 0, 0, 0, 0, 0),
        "charge": (0, 1, 1, 0, 0, 0, 0, 0),
        "power": (1, 1, 0, 0, 0, 0, 0, 0),
        "length": (0, 0, 0, 1, 0, 0, 0, 0),
        "area": (0, 0, 0, 2, 0, 0, 0, 0),
        "irradiance": (1, 1, 0, -2, 0, 0, 0, 0),
        "capacitance per area": (-1, 1, 1, -2, 0, 0, 0, 0),
        "ramp rate": (1, 0, -1, 0, 0, 0, 0, 0),
        "heating rate": (0, 0, -1, 0, 1, 0, 0, 0),
        "mobility": (-1, 0, -1, 2, 0, 0, 0, 0),
        "number density": (0, 0, 0, -3, 0, 0, 0, 0),
        "line cycles": (0, 0, 0, 0, 0, 1, 0, 0),
        "deviations": (0, 0, 0, 0, 0, 0, 1, 0),
        "photon energy": (0, 0, 0, 0, 0, 0, 0, 1),
    }
)
"""The dimensions that a quantity's unit can have, as exponents."""


def dimension_name(dimension: Dimension) -> str:
    """Name a dimension: `time`, or the units that make it up when it has no name."""
    for name, exponents in DIMENSIONS.items():
        if exponents == dimension:
            return name
    parts = (
        f"{symbol}^{exponent}" if exponent != 1 else symbol
        for symbol, exponent in zip(_SYMBOLS, dimension, strict=True)
        if exponent
    )
    return " ".join(parts)


def with_article(noun: str) -> str:
    """Write a dimension's name as a sentence needs it: `a time`, `an irradiance`, `a plain number`."""
    if noun == "ratio":
        return "a plain number"
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


@dataclass(frozen=True, slots=True)
class Amount:
    """A finite number in SI units, and its dimension."""

    value: float
    dimension: Dimension = RATIO

    def text(self, digits: int = 6) -> str:
        """Write it with its unit."""
        name = dimension_name(self.dimension)
        unit = SI_UNITS.get(name)
        return f"{self.value:.{digits}g} {name}" if unit is None else format_quantity(self.value, unit, digits)

    def exact_text(self) -> str:
        """Write it with its unit and as many digits as it takes to read the same number again.

        An amount whose dimension has no unit of its own, such as V^2, is written for people only.
        """
        unit = SI_UNITS.get(dimension_name(self.dimension))
        if unit is None:
            return self.text(12)
        texts = [self.text(digits) for digits in (6, 9, 12, 15, 17)]
        exact = (text for text in texts if read_amount(text).value == self.value)
        return next(exact, f"{self.value!r} {unit}")


_LARGEST = 1e300


def read_amount(text: str | int | float) -> Amount:
    """Read a literal: a quantity with a unit, or a number; raises ValueError."""
    if not isinstance(text, str):
        return _finite(float(text) if abs(text) < _LARGEST else math.inf, RATIO)
    value, dimension = parse_quantity(text)
    return _finite(value, DIMENSIONS[dimension])


def add(left: Amount, right: Amount, sign: int = 1) -> Amount:
    """Add or subtract; raises ValueError for two dimensions."""
    if left.dimension != right.dimension:
        verb = "added to" if sign > 0 else "subtracted from"
        first, second = (left, right) if sign > 0 else (right, left)
        raise ValueError(
            f"{with_article(dimension_name(first.dimension))} cannot be {verb} "
            f"{with_article(dimension_name(second.dimension))} ({first.text()}, {second.text()})"
        )
    return _finite(left.value + sign * right.value, left.dimension)


def multiply(left: Amount, right: Amount) -> Amount:
    """Multiply, adding the exponents of the units."""
    exponents = tuple(first + second for first, second in zip(left.dimension, right.dimension, strict=True))
    return _finite(left.value * right.value, exponents)


def divide(left: Amount, right: Amount) -> Amount:
    """Divide, subtracting the exponents of the units; raises ValueError for a division by zero."""
    if right.value == 0:
        raise ValueError("a division by zero")
    exponents = tuple(first - second for first, second in zip(left.dimension, right.dimension, strict=True))
    return _finite(left.value / right.value, exponents)


_LARGEST_POWER = 16


def power(base: Amount, exponent: Amount) -> Amount:
    """Raise to a power; raises ValueError unless the exponent is a small number that the unit bears."""
    if exponent.dimension != RATIO:
        raise ValueError(f"an exponent is a plain number, not {with_article(dimension_name(exponent.dimension))}")
    if abs(exponent.value) > _LARGEST_POWER:
        raise ValueError(f"the exponent {exponent.value:g} is beyond {_LARGEST_POWER}")
    if base.dimension != RATIO and not exponent.value.is_integer():
        raise ValueError(f"{with_article(dimension_name(base.dimension))} can only have a whole exponent")
    if base.value == 0 and exponent.value < 0:
        raise ValueError("a division by zero")
    if base.value < 0 and not exponent.value.is_integer():
        raise ValueError("a negative number has no fractional power")
    dimension = RATIO if base.dimension == RATIO else tuple(part * int(exponent.value) for part in base.dimension)
    return _finite(_raised(base.value, exponent.value), dimension)


def _raised(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return math.inf


def square_root(amount: Amount) -> Amount:
    """Take the root; raises ValueError for a negative value or a unit that is no square."""
    if amount.value < 0:
        raise ValueError("the square root of a negative number")
    if any(exponent % 2 for exponent in amount.dimension):
        raise ValueError(f"{with_article(dimension_name(amount.dimension))} has no square root")
    return Amount(math.sqrt(amount.value), tuple(exponent // 2 for exponent in amount.dimension))


def logarithm(amount: Amount) -> Amount:
    """Take the decadic logarithm; raises ValueError unless it is a positive plain number."""
    if amount.dimension != RATIO:
        raise ValueError(
            f"the logarithm of {with_article(dimension_name(amount.dimension))}; divide it by one of its kind first"
        )
    if amount.value <= 0:
        raise ValueError("the logarithm of a number that is not positive")
    return Amount(math.log10(amount.value))


def _finite(value: float, dimension: Dimension) -> Amount:
    if not math.isfinite(value):
        raise ValueError("a number too large")
    return Amount(value, dimension)
