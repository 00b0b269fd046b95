"""Labels of a time axis that is zoomed from hours to nanoseconds."""

from dataclasses import dataclass

_UNITS = ((1, "ns"), (1_000, "µs"), (1_000_000, "ms"), (1_000_000_000, "s"), (60_000_000_000, "min"))
_HOUR = (3_600_000_000_000, "h")
_STEPS = (
    *(digit * 10**power for power in range(10) for digit in (1, 2, 5)),
    *(second * 1_000_000_000 for second in (10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 18000, 36000)),
    *(day * 86_400_000_000_000 for day in (1, 2, 5, 10)),
)
_NEAR = 50
"""How many steps from zero labels still tell the whole time; beyond, they count from a place that is told once."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """Where labels stand (ns), what they say, and from when they count (empty: from the beginning)."""

    times: tuple[int, ...]
    labels: tuple[str, ...]
    origin: str


def ticks(begin: float, end: float, most: int) -> Ticks:
    """Choose at most about `most` ticks between two times (ns)."""
    wanted = (end - begin) / max(1, most)
    step = next((step for step in _STEPS if step >= wanted), _STEPS[-1])
    first = int(-(-begin // step)) * step
    times = tuple(range(first, int(end) + 1, step))
    if begin / step <= _NEAR:
        factor, unit = _unit(end, step)
        return Ticks(times, tuple(_label(time, factor, unit) for time in times), "")
    origin = first - first % (10 * step)
    factor, unit = _unit(end - origin, step)
    labels = tuple(f"+{_label(time - origin, factor, unit)}" for time in times)
    return Ticks(times, labels, f"from {exact_time(origin)}")


def _unit(largest: float, step: int) -> tuple[int, str]:
    """Choose the largest unit in which labels up to a time, a step apart, have few digits."""
    found = [pair for pair in (*_UNITS, _HOUR) if pair[0] <= largest and step * 20 % pair[0] == 0]
    return found[-1] if found else _UNITS[0]


def exact_time(time: int) -> str:
    """Write a time (ns) with all its digits, in seconds, with hours and minutes where there are any."""
    minutes, rest = divmod(time, 60_000_000_000)
    text = f"{rest / 1e9:.9f}".rstrip("0").rstrip(".")
    if not minutes:
        return f"{text} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min {text} s" if hours else f"{minutes} min {text} s"


def _label(time: int, factor: int, unit: str) -> str:
    return f"{time / factor:.6g} {unit}"
