"""Arguments of TSP calls, checked as the instruments check them: a wrong one is an error, and the old value stays."""

from collections.abc import Collection
from math import isnan

from labkit_sim.tsp._errors import DATA_TYPE, INVALID, MISSING, TOO_BIG, TOO_SMALL, TspError
from labkit_sim.tsp._nodes import Value


def number(value: Value, low: float = float("-inf"), high: float = float("inf")) -> float:
    """Take a number within [low, high].

    Raises TspError -109 for nil, -104 for what is no number, 1101 and 1102 for what is out of range.
    """
    if value is None:
        raise TspError(MISSING)
    if isinstance(value, str):
        value = _converted(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or isnan(value):
        raise TspError(DATA_TYPE)
    if value > high:
        raise TspError(TOO_BIG)
    if value < low:
        raise TspError(TOO_SMALL)
    return float(value)


def _converted(text: str) -> float:
    """Convert a text as Lua does where it needs a number."""
    try:
        return float(text)
    except ValueError:
        raise TspError(DATA_TYPE) from None


def integer(value: Value, low: float = -(2**31), high: float = 2**31 - 1) -> int:
    """Take a whole number within [low, high], rounding down as the instruments do."""
    return int(number(value, low, high) // 1)


def choice(value: Value, allowed: Collection[int]) -> int:
    """Take one of some whole numbers; true and false count as 1 and 0."""
    found = number(int(value) if isinstance(value, bool) else value)
    if found not in allowed:
        raise TspError(TOO_BIG if found > max(allowed) else TOO_SMALL if found < min(allowed) else INVALID)
    return int(found)


def flag(value: Value) -> bool:
    """Take true, false, 1 or 0."""
    return bool(choice(value, (0, 1)))


def text(value: Value) -> str:
    """Take a string; a number is written as Lua writes it."""
    if value is None:
        raise TspError(MISSING)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TspError(DATA_TYPE)
    return value if isinstance(value, str) else f"{value:.14g}"
