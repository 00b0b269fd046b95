"""Numbers for people: an engineering unit, and as many digits as the uncertainty carries."""

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Literal

from labkit.core import PREFIXES, Interval

Style = Literal["plus-minus", "parentheses"]

_PREFIX_POWERS = tuple(
    (round(math.log10(factor)), "µ" if prefix == "u" else prefix)
    for prefix, factor in PREFIXES.items()
    if prefix not in {"c", "µ", "μ"}
)
_FIXED: dict[str, tuple[tuple[int, str], ...]] = {
    # unit: (power of ten of the shown unit, shown unit), from the largest to the smallest
    "%": ((-2, "%"),),
    "W/m^2": ((1, "mW/cm²"), (-2, "µW/cm²"), (-5, "nW/cm²")),
    "m^2": ((0, "m²"), (-6, "mm²"), (-12, "µm²")),
    "s": ((0, "s"), (-3, "ms"), (-6, "µs"), (-9, "ns")),
    "K": ((0, "K"), (-3, "mK")),
    "V": ((0, "V"), (-3, "mV"), (-6, "µV"), (-9, "nV")),
}
_SMALLEST = {"W/m^2": 0.0999, "m^2": 0.00999}
"""Where numbers below 1 are usual: tenths of a mW/cm², hundredths of a mm²."""
_PREFIXED = frozenset({"A", "Hz", "Ω", "ohm", "S", "F", "J", "C", "W", "m", "eV", "Wb"})
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_WITHOUT_UNCERTAINTY = 4
"""Significant digits of a number whose uncertainty is not known."""
_LONGEST = 6
"""Digits before the decimal point, or zeros after it, beyond which a power of ten is written."""


@dataclass(frozen=True, slots=True)
class Notation:
    """How a family of numbers is written: the shown unit is 10^`power` SI units, the last digit 10^`last` of it."""

    power: int
    unit: str
    last: int
    exponent: int = 0
    """Power of ten written out, for numbers without a fitting prefix."""

    def digits(self, value: float) -> str:
        """Write an SI value's digits without the unit."""
        if not math.isfinite(value):
            return "∞" if value > 0 else "-∞" if value < 0 else "unknown"
        with localcontext(prec=1000):
            scaled = Decimal(repr(float(value))).scaleb(-self.power - self.exponent)
            return _plain(_rounded(scaled, self.last))

    @property
    def suffix(self) -> str:
        """What follows the digits: a power of ten where there is one, and the unit."""
        ten = f"×10{str(self.exponent).translate(_SUPERSCRIPTS)}" if self.exponent else ""
        return f"{ten} {self.unit}".rstrip()


def notation(value: float, uncertainty: float, unit: str) -> Notation:
    """Choose how a value with a standard uncertainty is written: two significant digits of the uncertainty.

    Where the uncertainty is zero, infinite or unknown, four significant digits of the value.
    """
    known = math.isfinite(uncertainty) and uncertainty > 0
    sizes = [abs(number) for number in (value, uncertainty) if math.isfinite(number)]
    power, shown = _shown_unit(max(sizes, default=0.0), unit)
    with localcontext(prec=1000):
        largest = Decimal(repr(float(max(sizes, default=0.0)))).scaleb(-power)
        exponent = largest.adjusted() if largest and not -4 <= largest.adjusted() < _LONGEST else 0
        leading = Decimal(repr(float(uncertainty))) if known else largest.scaleb(power)
        return Notation(power, shown, _last(leading.scaleb(-power - exponent), 2 if known else 0), exponent)


def format_with_uncertainty(value: float, uncertainty: float, unit: str, style: Style = "plus-minus") -> str:
    """Write an SI value and its standard uncertainty (k=1), the latter with two significant digits.

    >>> format_with_uncertainty(1.2345e-9, 5.6e-11, "A")
    '1.235 ± 0.056 nA'
    >>> format_with_uncertainty(1.2345e-9, 5.6e-11, "A", "parentheses")
    '1.235(56) nA'
    >>> format_with_uncertainty(1.375, 0.012, "%")
    '137.5 ± 1.2 %'
    """
    if uncertainty == 0:
        return format_number(value, unit)
    chosen = notation(value, uncertainty, unit)
    if not (math.isfinite(uncertainty) and uncertainty > 0):
        return f"{chosen.digits(value)}{chosen.suffix}"
    if style == "parentheses":
        digits = chosen.digits(uncertainty)
        inside = digits.replace(".", "").lstrip("0")
        return f"{chosen.digits(value)}({inside}){chosen.suffix}"
    both = f"{chosen.digits(value)} ± {chosen.digits(uncertainty)}"
    return f"({both}){chosen.suffix}" if chosen.exponent else f"{both}{chosen.suffix}"


def format_interval(interval: Interval, chosen: Notation) -> str:
    """Write an interval with the digits of the value that it belongs to; an open side as an inequality."""
    low, high = chosen.digits(interval.low), chosen.digits(interval.high)
    if math.isinf(interval.low) and math.isinf(interval.high):
        return "not bounded"
    if math.isinf(interval.high):
        return f"≥ {low}{chosen.suffix}"
    if math.isinf(interval.low):
        return f"≤ {high}{chosen.suffix}"
    return f"{low} to {high}{chosen.suffix}"


def format_number(value: float, unit: str) -> str:
    """Write an SI value without an uncertainty, with up to four significant digits and no trailing zeros."""
    chosen = notation(value, math.nan, unit)
    digits = chosen.digits(value)
    return f"{digits.rstrip('0').rstrip('.') if '.' in digits else digits}{chosen.suffix}"


def _shown_unit(size: float, unit: str) -> tuple[int, str]:
    head, slash, _ = unit.partition("/")
    pretty = unit.replace("^2", "²").replace("^3", "³").replace("ohm", "Ω")
    if unit in _FIXED:
        choices = _FIXED[unit]
    elif head in _PREFIXED or (slash and head == "V"):
        rest = pretty.removeprefix(head.replace("ohm", "Ω"))
        choices = tuple((power, f"{prefix}{head.replace('ohm', 'Ω')}{rest}") for power, prefix in _PREFIX_POWERS)
        choices = tuple(sorted(choices, reverse=True))
    else:
        return 0, "" if unit == "1" else pretty
    if size == 0:
        return min(choices, key=lambda choice: abs(choice[0]))
    smallest = _SMALLEST.get(unit, 0.99999)
    return next((choice for choice in choices if size >= smallest * 10.0 ** choice[0]), choices[-1])


def _last(leading: Decimal, digits: int) -> int:
    """Give the exponent of the last digit kept, minding that rounding can carry (0.0996 becomes 0.10)."""
    keep = digits or _WITHOUT_UNCERTAINTY
    last = leading.adjusted() - keep + 1 if leading else -(keep - 1)
    return last + 1 if _rounded(leading, last).adjusted() > leading.adjusted() and leading else last


def _rounded(number: Decimal, last: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(last), rounding=ROUND_HALF_UP)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.removeprefix("-") if not number else text
