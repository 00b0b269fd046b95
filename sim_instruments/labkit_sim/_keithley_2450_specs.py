"""Specifications of the simulated Keithley 2450: ranges, accuracy, noise, times.

Accuracy: 1 year, 23 degC +-5 degC, from the data sheet. Resolution: 6.5 digits for measuring; for sourcing 2.5e-5 (V)
and 5e-5 (A) of the range. Noise is rms at an aperture of one line cycle: the data sheet's peak-to-peak figure over six.
The figures of the current ranges above 10 nA are unverified.

Times that the manual does not state are assumptions, marked so; they are chosen so that the data sheet's rates come
out: about 3100 readings/s at 0.01 PLC and 60 Hz, and about 1700 points/s of a sweep.
"""

from labkit.core import Nanoseconds, Range

OVERRANGE = 1.05
OVERFLOW = 9.9e37
NO_NUMBER = 9.91e37
SHORTEST_NPLC, LONGEST_NPLC = 0.01, 10.0


_CURRENT_PEAK_TO_PEAK = {
    10e-9: 500e-15,
    100e-9: 500e-15,
    1e-6: 5e-12,
    10e-6: 40e-12,
    100e-6: 400e-12,
    1e-3: 5e-9,
    10e-3: 40e-9,
    100e-3: 100e-9,
    1.0: 3e-6,
}


def _voltage(full_scale: float, gain: float, offset: float, peak_to_peak: float, step: float) -> Range:
    return Range(full_scale, full_scale * step, gain, offset, noise=peak_to_peak / 6, settling=200e-6)


def _current(full_scale: float, gain: float, offset: float, step: float) -> Range:
    noise = _CURRENT_PEAK_TO_PEAK[full_scale] / 6
    return Range(full_scale, full_scale * step, gain, offset, noise=noise, settling=200e-6)


SOURCE_VOLTAGE = tuple(
    _voltage(full_scale, gain, offset, noise, 2.5e-5)
    for full_scale, gain, offset, noise in (
        (20e-3, 1e-3, 200e-6, 1e-6),
        (200e-3, 1.5e-4, 200e-6, 1e-6),
        (2.0, 2e-4, 300e-6, 10e-6),
        (20.0, 1.5e-4, 2.4e-3, 100e-6),
        (200.0, 1.5e-4, 24e-3, 1e-3),
    )
)

MEASURE_VOLTAGE = tuple(
    _voltage(full_scale, gain, offset, noise, 5e-7)
    for full_scale, gain, offset, noise in (
        (20e-3, 1e-3, 150e-6, 1e-6),
        (200e-3, 1.2e-4, 200e-6, 1e-6),
        (2.0, 1.2e-4, 300e-6, 10e-6),
        (20.0, 1.5e-4, 1e-3, 100e-6),
        (200.0, 1.5e-4, 10e-3, 1e-3),
    )
)

SOURCE_CURRENT = tuple(
    _current(full_scale, gain, offset, 5e-5)
    for full_scale, gain, offset in (
        (10e-9, 1e-3, 100e-12),
        (100e-9, 6e-4, 150e-12),
        (1e-6, 2.5e-4, 400e-12),
        (10e-6, 2.5e-4, 1.5e-9),
        (100e-6, 2e-4, 15e-9),
        (1e-3, 2e-4, 150e-9),
        (10e-3, 2e-4, 1.5e-6),
        (100e-3, 2.5e-4, 15e-6),
        (1.0, 6.7e-4, 900e-6),
    )
)

MEASURE_CURRENT = tuple(
    _current(full_scale, gain, offset, 1e-6)
    for full_scale, gain, offset in (
        (10e-9, 1e-3, 50e-12),
        (100e-9, 6e-4, 100e-12),
        (1e-6, 2.5e-4, 300e-12),
        (10e-6, 2.5e-4, 700e-12),
        (100e-6, 2e-4, 6e-9),
        (1e-3, 2e-4, 60e-9),
        (10e-3, 2e-4, 600e-9),
        (100e-3, 2.5e-4, 6e-6),
        (1.0, 3e-4, 500e-6),
    )
)

OHMS_RANGES = (20.0, 200.0, 2e3, 20e3, 200e3, 2e6, 20e6, 200e6)
OHMS_TEST_CURRENTS = (100e-3, 10e-3, 1e-3, 100e-6, 10e-6, 1e-6, 100e-9, 100e-9)
"""Test current (A) of each resistance range in auto ohms; an assumption where the manual was not at hand."""

_AUTO_DELAYS = (50e-3, 50e-3, 3e-3, 2e-3, 1e-3, 1e-3, 1e-3, 1e-3, 1e-3)
_AUTO_DELAYS_HIGH_CAPACITANCE = (100e-3, 100e-3, 20e-3, 10e-3, 10e-3, 10e-3, 5e-3, 5e-3, 5e-3)

LEAST_LIMIT_OF_RANGE = 0.1
"""The source limit may not be below this part of the range it works on (data sheet: minimum 10 % of range)."""
CURRENT_LIMITS = (1e-9, 1.05)
VOLTAGE_LIMITS = (2e-3, 210.0)
INTERLOCK_VOLTAGE = 21.0
PROTECTION_LEVELS = (2, 5, 10, 20, 40, 60, 80, 100, 120, 140, 160, 180)

BUFFER_CAPACITY = 100_000
SMALLEST_BUFFER = 10
BUFFER_MEMORY = 6_875_000
"""Readings that all buffers together may hold."""
TRIGGER_BLOCKS = 63
CONFIGURATION_POINTS = 300_000
LIST_VALUES_A_COMMAND = 100
SWEEP_POINTS = 1_000_000

SOURCE_SETTLING = Nanoseconds(200_000)
"""How long a change of the source takes before the next block or reading begins."""
SOURCE_TIME_CONSTANT = Nanoseconds(29_000)
"""Of the source's exponential edge, which is within 0.1 % after SOURCE_SETTLING. The device gets a step at this time
after the change begins: a step there has the same area as the edge."""
READING_OVERHEAD = Nanoseconds(155_000)
"""What a reading takes beyond its apertures (assumption, see above)."""
BLOCK_TIME = Nanoseconds(20_000)
"""What a block of the trigger model takes by itself (assumption)."""
OUTPUT_RELAY = Nanoseconds(5_000_000)
"""How long the output relay takes (assumption)."""
SOURCE_RANGE_CHANGE = Nanoseconds(1_000_000)
"""How long a change of the source range takes, beyond settling (assumption)."""
BACKGROUND_READINGS = 1 << 24
"""How many readings of a measure block without end are planned at a time."""
STATE_REFRESH = Nanoseconds(100_000_000)
"""A wait block that has lasted so long is told as WAITING (manual, :TRIGger:STATe?)."""


def holding(ranges: tuple[Range, ...], value: float) -> Range | None:
    """Give the smallest range that holds a magnitude, overrange included, or None."""
    magnitude = abs(value) * (1 - 1e-9)
    return next((found for found in ranges if magnitude <= found.full_scale * OVERRANGE), None)


def auto_delay(current_range: float, high_capacitance: bool) -> float:
    """Give the automatic source delay (s) on a current range (reference manual, section 2, source delay)."""
    delays = _AUTO_DELAYS_HIGH_CAPACITANCE if high_capacitance else _AUTO_DELAYS
    for found, delay in zip(MEASURE_CURRENT, delays, strict=True):
        if current_range <= found.full_scale:
            return delay
    return delays[-1]
