"""What differs between instruments that speak the 2400's dialect: ranges, identity, times.

2400: accuracy one year, 23 degC +-5 degC. The measure rows of the current ranges and of 200 mV are from the data sheet;
the other rows of the 2400, all noise figures and all times but the 7 ms and 10 ms of a source command are not verified.
The 2450's rows are those of its native language.
"""

from dataclasses import dataclass

from labkit.core import Nanoseconds, Range
from labkit_sim import _keithley_2450_specs as native

OVERFLOW, NO_NUMBER = 9.9e37, 9.91e37
OVERRANGE = native.OVERRANGE
"""How far beyond its full scale a source range goes, and a fixed measure range lets the source go."""
MEASURE_OVERRANGE = 1.055
"""How far a measure range still reads."""
SHORTEST_NPLC, LONGEST_NPLC = 0.01, 10.0
LONGEST_DELAY = 999.9999
BUFFER = 2500
MEMORY_LOCATIONS = 100
VALUES_A_COMMAND = 100
TRIGGER_LINES = 4

SOURCE_COMMAND, SOURCE_COMMAND_AUTO = Nanoseconds(7_000_000), Nanoseconds(10_000_000)
"""From the receipt of a source command to the change of the output, on a fixed and on an automatic range."""
READING_OVERHEAD = Nanoseconds(313_000)
"""What a reading takes beyond its apertures: 2081 readings/s at 0.01 PLC, 60 Hz, autozero off."""
SWEEP_OVERHEAD = Nanoseconds(165_000)
"""What a new source point takes beyond that: 1551 points/s."""
SOURCE_TIME_CONSTANT = Nanoseconds(14_000)
"""Of the source's edge, within 0.1 % after 100 us; the device gets a step of the same area at this time."""
RANGE_CHANGE = Nanoseconds(13_000_000)
"""A change of the measure range: 75 a second."""
MEMORY_RECALL = Nanoseconds(10_000_000)
"""Recalling a location of the source memory beyond the source delay."""
TRIGGER_PULSE = Nanoseconds(10_000)
LEAST_LIMIT_OF_RANGE = 1e-3
"""A compliance limit below this part of the measure range is refused with +822."""

HIGH_VOLTAGE, HIGH_CURRENT = 21.0, 0.105
"""Beyond both of these at once is beyond the power limit: 21 V at 1.05 A, or 210 V at 105 mA."""

OHMS_RANGES = (20.0, 200.0, 2e3, 20e3, 200e3, 2e6, 20e6, 200e6)
OHMS_CURRENTS = (100e-3, 10e-3, 1e-3, 100e-6, 10e-6, 1e-6, 1e-6, 100e-9)
"""Test current (A) of each resistance range in auto ohms."""

_AUTO_DELAYS = ((1.05e-6, 3e-3), (10.5e-6, 2e-3))
_OTHER_AUTO_DELAY = 1e-3


def auto_delay(current_range: float) -> float:
    """Give the automatic source delay (s) for a current range (A)."""
    return next((delay for scale, delay in _AUTO_DELAYS if current_range <= scale), _OTHER_AUTO_DELAY)


@dataclass(frozen=True, slots=True)
class Model:
    """An instrument that speaks the dialect. `interlock` is the voltage that an open interlock allows, 0 for any."""

    name: str
    identity: str
    source_voltage: tuple[Range, ...]
    source_current: tuple[Range, ...]
    measure_voltage: tuple[Range, ...]
    measure_current: tuple[Range, ...]
    interlock: float
    language: str = ""


def _ranges(rows: tuple[tuple[float, float, float, float, float], ...]) -> tuple[Range, ...]:
    return tuple(
        Range(full_scale, step, gain, offset, noise=peak_to_peak / 6, settling=100e-6)
        for full_scale, step, gain, offset, peak_to_peak in rows
    )


MODEL_2400 = Model(
    name="2400",
    identity="KEITHLEY INSTRUMENTS INC.,MODEL 2400,{serial},C30   Mar 17 2006 09:29:29/A02  /K/J",
    source_voltage=_ranges(
        (
            (0.2, 5e-6, 2e-4, 600e-6, 5e-6),
            (2.0, 50e-6, 2e-4, 600e-6, 50e-6),
            (20.0, 500e-6, 2e-4, 2.4e-3, 500e-6),
            (200.0, 5e-3, 2e-4, 24e-3, 5e-3),
        )
    ),
    source_current=_ranges(
        (
            (1e-6, 50e-12, 3.5e-4, 600e-12, 5e-12),
            (10e-6, 500e-12, 3.3e-4, 2e-9, 50e-12),
            (100e-6, 5e-9, 3.1e-4, 20e-9, 500e-12),
            (1e-3, 50e-9, 3.4e-4, 200e-9, 5e-9),
            (10e-3, 500e-9, 4.5e-4, 2e-6, 50e-9),
            (100e-3, 5e-6, 6.6e-4, 20e-6, 500e-9),
            (1.0, 50e-6, 2.7e-3, 900e-6, 50e-6),
        )
    ),
    measure_voltage=_ranges(
        (
            (0.2, 1e-6, 1.2e-4, 300e-6, 5e-6),
            (2.0, 10e-6, 1.2e-4, 300e-6, 20e-6),
            (20.0, 100e-6, 1.5e-4, 1.5e-3, 200e-6),
            (200.0, 1e-3, 1.5e-4, 10e-3, 2e-3),
        )
    ),
    measure_current=_ranges(
        (
            (1e-6, 10e-12, 2.9e-4, 300e-12, 20e-12),
            (10e-6, 100e-12, 2.7e-4, 700e-12, 200e-12),
            (100e-6, 1e-9, 2.5e-4, 6e-9, 2e-9),
            (1e-3, 10e-9, 2.7e-4, 60e-9, 20e-9),
            (10e-3, 100e-9, 3.5e-4, 600e-9, 200e-9),
            (100e-3, 1e-6, 5.5e-4, 6e-6, 2e-6),
            (1.0, 10e-6, 2.2e-3, 570e-6, 20e-6),
        )
    ),
    interlock=0.0,
)

MODEL_2450 = Model(
    name="2450",
    identity="KEITHLEY INSTRUMENTS INC.,MODEL 2450,{serial},1.7.12b",
    source_voltage=native.SOURCE_VOLTAGE,
    source_current=native.SOURCE_CURRENT,
    measure_voltage=native.MEASURE_VOLTAGE,
    measure_current=native.MEASURE_CURRENT,
    interlock=native.INTERLOCK_VOLTAGE,
    language="SCPI2400",
)


def holding(ranges: tuple[Range, ...], value: float) -> Range | None:
    """Give the smallest range that holds a magnitude, overrange included, or None."""
    return native.holding(ranges, value)
