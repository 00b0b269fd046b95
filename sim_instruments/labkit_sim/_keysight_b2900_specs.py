"""Specifications of the Keysight B2902A and B2912A: ranges, accuracy, noise, times.

Accuracy (1 year, 23 +- 5 degC), resolution, over range, settling of the current source, limits of timers and of the
trace buffer: data sheet 5990-7009EN and user's guide. The list holds 2500 points in the SCPI reference of 2011 and
100 000 in later firmware, which is what is simulated; option `list_points` of the station makes an older one.

Assumptions, marked so below: noise (two counts rms at one line cycle), settling of the voltage source, what a reading
takes beyond its aperture (so that the data sheet's 50 000 and 100 000 readings/s come out), relays, range changes.
"""

from dataclasses import dataclass
from typing import Final

from labkit.core import Nanoseconds, Range

OVERRANGE: Final = 1.06
"""Of a measure range."""
SOURCE_OVERRANGE: Final = 1.05
INFINITE, NO_NUMBER = 9.9e37, 9.91e37
"""What stands for a reading beyond its range and for one that was not taken, in ASCII."""
APERTURES: Final = (8e-6, 2.0)
COUNTS: Final = 100_000
"""Largest trigger count, also of arm count times trigger count."""
ENDLESS: Final = 2_147_483_647
"""The count that means infinity."""
LONGEST_TIME: Final = 1e5
"""Of delays and timers (s)."""
PULSE_WIDTHS: Final = (50e-6, 1e5)
TIMER_STEP: Final = 1e-6
BUFFER_POINTS: Final = 100_000
LIST_POINTS: Final = 100_000
INTERLOCK_VOLTAGE: Final = 42.0
CHANNELS: Final = (1, 2)
PINS: Final = 14
TRIGGER_WIDTHS: Final = (10e-6, 10e-3)
HIGH: Final = 5.0
THRESHOLD: Final = 1.4

OUTPUT_RELAY: Final = Nanoseconds(3_000_000)
"""How long the output relay takes (assumption)."""
RANGE_CHANGE: Final = Nanoseconds(500_000)
"""How long a change of a measure range takes (assumption)."""
SETTLING_CONSTANTS: Final = 6.9
"""Time constants until a source is within 0.1 %. The device gets a step one time constant after the change begins: a
step there has the same area as the exponential edge, and a pulse has its width from 10 % to 90 %."""

_NOISE_COUNTS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Model:
    """What tells one model of the family from another.

    `shortest_interval` (s) is the smallest trigger timer, `overhead` what a reading takes beyond its aperture.
    """

    name: str
    shortest_interval: float
    overhead: Nanoseconds
    source_voltage: tuple[Range, ...]
    source_current: tuple[Range, ...]
    measure_voltage: tuple[Range, ...]
    measure_current: tuple[Range, ...]


_VOLTAGES: Final = (
    # full scale, gain, offset, settling
    (0.2, 1.5e-4, 225e-6, 50e-6),
    (2.0, 2e-4, 350e-6, 50e-6),
    (20.0, 1.5e-4, 5e-3, 110e-6),
    (200.0, 1.5e-4, 50e-3, 700e-6),
)
_CURRENTS: Final = (
    (10e-9, 1e-3, 50e-12, 10e-3),
    (100e-9, 6e-4, 100e-12, 10e-3),
    (1e-6, 2.5e-4, 500e-12, 500e-6),
    (10e-6, 2.5e-4, 1.5e-9, 250e-6),
    (100e-6, 2e-4, 25e-9, 250e-6),
    (1e-3, 2e-4, 200e-9, 80e-6),
    (10e-3, 2e-4, 2.5e-6, 80e-6),
    (100e-3, 2e-4, 20e-6, 80e-6),
    (1.0, 3e-4, 1.5e-3, 80e-6),
    (1.5, 5e-4, 3.5e-3, 80e-6),
    (3.0, 4e-3, 7e-3, 80e-6),
)
_COARSE_CURRENTS: Final = {1.5: 1e-6, 3.0: 10e-6}
"""Resolution of the largest ranges (A); below it is a millionth of the range."""


def _voltage_ranges(counts: float) -> tuple[Range, ...]:
    return tuple(
        Range(scale, 0.5e-6 * scale * counts, gain, offset, _NOISE_COUNTS * 0.5e-6 * scale, settling)
        for scale, gain, offset, settling in _VOLTAGES
    )


def _current_ranges(counts: float, lowest: float) -> tuple[Range, ...]:
    return tuple(
        Range(scale, step * counts, gain, offset, _NOISE_COUNTS * step, settling)
        for scale, gain, offset, settling in _CURRENTS
        if scale >= lowest
        for step in (_COARSE_CURRENTS.get(scale, 1e-6 * scale),)
    )


def _model(name: str, interval: float, overhead: int, source_counts: float, lowest: float) -> Model:
    return Model(
        name,
        interval,
        Nanoseconds(overhead),
        _voltage_ranges(source_counts),
        _current_ranges(source_counts, lowest),
        _voltage_ranges(1.0),
        _current_ranges(1.0, lowest),
    )


MODELS: Final = {
    # The B2902A sets its source in 5.5 digits, the B2912A in 6.5; only the latter has the 10 nA range.
    "B2902A": _model("B2902A", 20e-6, 12_000, 10.0, 100e-9),
    "B2912A": _model("B2912A", 10e-6, 2_000, 1.0, 10e-9),
}


def holding(ranges: tuple[Range, ...], value: float, overrange: float) -> Range | None:
    """Give the smallest range that holds a magnitude, or None."""
    magnitude = abs(value) * (1 - 1e-9)
    return next((found for found in ranges if magnitude <= found.full_scale * largest_part(found, overrange)), None)


def largest_part(found: Range, overrange: float) -> float:
    """Give how far beyond its full scale a range goes: the ranges above 1 A less than the others."""
    return min(overrange, 1.02 if overrange == OVERRANGE else 1.01) if found.full_scale in (1.5, 3.0) else overrange


def longest_settling(current_range: float) -> float:
    """Give how long a reading waits after a source change on a current range (s), the automatic wait time."""
    return next((settling for scale, _, _, settling in _CURRENTS if current_range <= scale), _CURRENTS[-1][3])
