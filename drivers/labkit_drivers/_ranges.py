"""Which range of an instrument holds a magnitude."""

from labkit.core import PlanRefused, Range


def smallest_range(ranges: tuple[Range, ...], level: float, overrange: float) -> Range:
    """Give the smallest range that holds a magnitude.

    Raises PlanRefused when none does.
    """
    for candidate in ranges:
        if abs(level) <= candidate.full_scale * overrange * (1 + 1e-9):
            return candidate
    raise PlanRefused(f"{level:g} is above the largest range {ranges[-1].full_scale:g}", "use another instrument")
