"""The limits of a bench in manual use: what is beyond them is refused in words, before anything is sent."""

from math import isfinite

from labkit.core import LimitExceeded, Nanoseconds, PlanRefused, PulseCapabilities, format_quantity

_ROUNDING = 1 + 1e-9


def check_level(terminal: str, level: float, most: float, unit: str, named: str, least: float | None = None) -> None:
    """Raise LimitExceeded for a level of a magnitude above `most`, or below `least`; `named` is the bench's key."""
    if isfinite(level) and abs(level) <= most * _ROUNDING and (least is None or level >= least):
        return
    asked = format_quantity(level, unit)
    if least is not None and level < least:
        raise LimitExceeded(
            f"{terminal}: {asked} is below {format_quantity(least, unit)}, the least that it can be",
            f"choose {format_quantity(least, unit)} to {format_quantity(most, unit)}",
        )
    raise LimitExceeded(
        f"{terminal}: {asked} is beyond the {format_quantity(most, unit)} that bench and instrument allow",
        f"choose at most {format_quantity(most, unit)}, or raise {named} in bench.yaml if the device bears it",
    )


def check_current(terminal: str, compliance: float, most: float) -> None:
    """Raise LimitExceeded for a compliance (A) that is none, or above what the bench allows."""
    if 0 < compliance <= most * _ROUNDING:
        return
    raise LimitExceeded(
        f"{terminal}: a compliance of {format_quantity(compliance, 'A')} is not above 0 A and at most "
        f"{format_quantity(most, 'A')}",
        "choose another compliance, or raise maximum_current in bench.yaml if the device bears it",
    )


def check_aperture(terminal: str, aperture: float | None, bounds: tuple[float, float]) -> None:
    """Raise PlanRefused for an integration time (s) that the instrument does not have; None is its own choice."""
    if aperture is None or bounds[0] / _ROUNDING <= aperture <= bounds[1] * _ROUNDING:
        return
    shown = " to ".join(format_quantity(bound, "s") for bound in bounds)
    raise PlanRefused(
        f"{terminal}: a reading of {format_quantity(aperture, 's')}; the instrument integrates for {shown}",
        f"choose {shown}",
    )


def check_width(terminal: str, width: float, bounds: tuple[Nanoseconds, Nanoseconds]) -> None:
    """Raise PlanRefused for a width (s) outside what the instrument can make (ns)."""
    low, high = (bound / 1e9 for bound in bounds)
    if low / _ROUNDING <= width <= high * _ROUNDING:
        return
    shown = f"{format_quantity(low, 's')} to {format_quantity(high, 's')}"
    raise PlanRefused(
        f"{terminal}: a pulse of {format_quantity(width, 's')}; the instrument makes {shown}",
        f"choose a width of {shown}",
    )


def check_pulse(terminal: str, level: float, able: PulseCapabilities) -> None:
    """Raise PlanRefused for a pulse from 0 V that is too small for the generator."""
    if abs(level) >= able.smallest_pulse / _ROUNDING:
        return
    least = format_quantity(able.smallest_pulse, "V")
    raise PlanRefused(
        f"{terminal}: a pulse of {format_quantity(level, 'V')} is smaller than the {least} that a {able.model} makes",
        f"choose a level of at least {least}, or put an attenuator behind the generator",
    )
