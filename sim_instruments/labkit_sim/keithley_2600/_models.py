"""Specifications of the simulated 2602B, 2614B and 2636B: ranges, accuracy, noise, limits, times.

Accuracy: 1 year, 23 degC +-5 degC, % of reading + offset. The tables of the 2602B were read in its data sheet. The
2614B has the same currents up to 1 A; its voltage ranges, its top range, and the 2636B's voltage ranges and current
ranges below 1 uA are UNVERIFIED (recalled). Noise is rms at one line cycle: the data sheet's peak-to-peak figure over
six where it has one, else a millionth of the range. Below one line cycle the data sheet derates the accuracy by a part
of the range; a third of that is taken as additional rms noise.

Times that are no specification are assumptions, chosen so that the data sheet's rates come out: 20 000 readings/s at
0.001 PLC and 60 Hz into a buffer, 12 000 points/s of a sweep.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import inf, log10
from typing import Final

from labkit.core import Range

OVERFLOW: Final = 9.91e37
OVERRANGE_SOURCE: Final = 1.01
OVERRANGE_MEASURE: Final = 1.02
SHORTEST_NPLC, LONGEST_NPLC = 0.001, 25.0

READING_OVERHEAD: Final = 33_000  # ns beside the aperture
SOURCE_ACTION: Final = 10_000  # ns from a source event to its completion
SOURCE_LATENCY: Final = 10_000  # ns from a setting to the edge on the wire
END_PULSE_ACTION: Final = 20_000  # ns
OUTPUT_RELAY: Final = 5_000_000  # ns, assumed
SOURCE_RANGE_CHANGE: Final = 2_500_000  # ns
MEASURE_RANGE_CHANGE: Final = 150_000  # ns
VOLTAGE_SETTLING: Final = 50_000  # ns
REFERENCES_EXPIRE: Final = 10_000_000_000  # ns, assumed

_DERATING = ((1.0, 0.0), (0.1, 1e-4), (0.01, 7.5e-4), (0.001, 8e-3))
"""Aperture (PLC) and what it adds to the uncertainty (part of the range)."""

_Row = tuple[float, float, float]


def excess_noise(power_line_cycles: float) -> float:
    """Give the rms noise (part of the range) that a short aperture adds; between the data sheet's points log-log."""
    if power_line_cycles >= 1.0:
        return 0.0
    if power_line_cycles >= _DERATING[1][0]:  # from nothing to the first point
        return _DERATING[1][1] / 3 * -log10(power_line_cycles)
    for (above, high), (below, low) in pairwise(_DERATING[1:]):
        if power_line_cycles >= below or below == SHORTEST_NPLC:
            part = (log10(above) - log10(power_line_cycles)) / (log10(above) - log10(below))
            return 10 ** (log10(high) + part * (log10(low) - log10(high))) / 3
    return 0.0


def _source_voltage(*rows: _Row) -> tuple[Range, ...]:
    return tuple(Range(full, full * 5e-5, gain, offset, settling=50e-6) for full, gain, offset in rows)


def _source_current(*rows: tuple[float, float, float, float]) -> tuple[Range, ...]:
    return tuple(Range(full, full * 2e-5, gain, offset, settling=settling) for full, gain, offset, settling in rows)


def _measure(*rows: _Row, noise: dict[float, float] | None = None) -> tuple[Range, ...]:
    known = noise or {}
    return tuple(
        Range(full, full * 1e-6, gain, offset, known[full] / 6 if full in known else full * 1e-6)
        for full, gain, offset in rows
    )


_NOISE = {100e-9: 5e-12, 1e-6: 25e-12, 10e-6: 60e-12, 100e-6: 3e-9, 1e-3: 6e-9, 10e-3: 200e-9}

_SOURCE_CURRENT = (
    (1e-6, 3e-4, 800e-12, 2e-3),
    (10e-6, 3e-4, 5e-9, 500e-6),
    (100e-6, 3e-4, 60e-9, 150e-6),
    (1e-3, 3e-4, 300e-9, 150e-6),
    (10e-3, 3e-4, 6e-6, 150e-6),
    (100e-3, 3e-4, 30e-6, 150e-6),
    (1.0, 5e-4, 1.8e-3, 150e-6),
)
_MEASURE_CURRENT = (
    (1e-6, 2.5e-4, 500e-12),
    (10e-6, 2.5e-4, 1.5e-9),
    (100e-6, 2e-4, 25e-9),
    (1e-3, 2e-4, 200e-9),
    (10e-3, 2e-4, 2.5e-6),
    (100e-3, 2e-4, 20e-6),
    (1.0, 3e-4, 1.5e-3),
)

_SOURCE_6_V = _source_voltage((0.1, 2e-4, 250e-6), (1.0, 2e-4, 400e-6), (6.0, 2e-4, 1.8e-3), (40.0, 2e-4, 12e-3))
_MEASURE_6_V = _measure((0.1, 1.5e-4, 150e-6), (1.0, 1.5e-4, 200e-6), (6.0, 1.5e-4, 1e-3), (40.0, 1.5e-4, 8e-3))
_SOURCE_20_V = _source_voltage((0.2, 2e-4, 375e-6), (2.0, 2e-4, 600e-6), (20.0, 2e-4, 5e-3), (200.0, 2e-4, 50e-3))
_MEASURE_20_V = _measure((0.2, 1.5e-4, 225e-6), (2.0, 1.5e-4, 350e-6), (20.0, 1.5e-4, 5e-3), (200.0, 1.5e-4, 50e-3))


@dataclass(frozen=True, slots=True)
class Model:
    """What tells one model from another.

    `envelope` holds (voltage range, largest current there) in rising voltage. `interlocked` is the voltage range that
    needs the interlock, infinite for a model without one. `digital_lines` is 0 for the models without a digital port.
    """

    name: str
    source_voltage: tuple[Range, ...]
    measure_voltage: tuple[Range, ...]
    source_current: tuple[Range, ...]
    measure_current: tuple[Range, ...]
    envelope: tuple[tuple[float, float], ...]
    smallest_current_limit: float
    smallest_voltage_limit: float
    default_current_limit: float
    default_voltage_limit: float
    interlocked: float
    measure_delay_auto: bool
    digital_lines: int

    def largest_current(self, voltage_range: float) -> float:
        """Give the largest current (A) at a voltage range."""
        return next(current for voltage, current in self.envelope if voltage_range <= voltage)

    def largest_voltage(self, current_range: float) -> float:
        """Give the largest voltage (V) at a current range."""
        return max(voltage for voltage, current in self.envelope if current_range <= current)


MODEL_2602B: Final = Model(
    name="2602B",
    source_voltage=_SOURCE_6_V,
    measure_voltage=_MEASURE_6_V,
    source_current=_source_current((100e-9, 6e-4, 100e-12, 20e-3), *_SOURCE_CURRENT, (3.0, 6e-4, 4e-3, 150e-6)),
    measure_current=_measure((100e-9, 5e-4, 100e-12), *_MEASURE_CURRENT, (3.0, 5e-4, 3.5e-3), noise=_NOISE),
    envelope=((6.0, 3.0), (40.0, 1.0)),
    smallest_current_limit=10e-9,
    smallest_voltage_limit=10e-3,
    default_current_limit=1.0,
    default_voltage_limit=40.0,
    interlocked=inf,
    measure_delay_auto=False,
    digital_lines=14,
)

MODEL_2614B: Final = Model(
    name="2614B",
    source_voltage=_SOURCE_20_V,
    measure_voltage=_MEASURE_20_V,
    source_current=_source_current((100e-9, 6e-4, 100e-12, 20e-3), *_SOURCE_CURRENT, (1.5, 6e-4, 4e-3, 150e-6)),
    measure_current=_measure((100e-9, 5e-4, 100e-12), *_MEASURE_CURRENT, (1.5, 5e-4, 3.5e-3), noise=_NOISE),
    envelope=((20.0, 1.5), (200.0, 0.1)),
    smallest_current_limit=10e-9,
    smallest_voltage_limit=20e-3,
    default_current_limit=0.1,
    default_voltage_limit=20.0,
    interlocked=200.0,
    measure_delay_auto=False,
    digital_lines=0,
)

MODEL_2636B: Final = Model(
    name="2636B",
    source_voltage=_SOURCE_20_V,
    measure_voltage=_MEASURE_20_V,
    source_current=_source_current(
        (1e-9, 1.5e-3, 2e-12, 20e-3),
        (10e-9, 1.5e-3, 5e-12, 20e-3),
        (100e-9, 6e-4, 50e-12, 20e-3),
        *_SOURCE_CURRENT,
        (1.5, 6e-4, 4e-3, 150e-6),
    ),
    measure_current=_measure(
        (100e-12, 1.5e-3, 120e-15),
        (1e-9, 1.5e-3, 240e-15),
        (10e-9, 1.5e-3, 3e-12),
        (100e-9, 6e-4, 40e-12),
        (1e-6, 2.5e-4, 400e-12),
        *_MEASURE_CURRENT[1:],
        (1.5, 5e-4, 3.5e-3),
        noise=_NOISE,
    ),
    envelope=((20.0, 1.5), (200.0, 0.1)),
    smallest_current_limit=100e-12,
    smallest_voltage_limit=20e-3,
    default_current_limit=0.1,
    default_voltage_limit=20.0,
    interlocked=200.0,
    measure_delay_auto=True,
    digital_lines=14,
)

MEASURE_DELAYS: Final = ((1e-10, 15e-3), (1e-9, 5e-3), (1e-8, 2e-3), (1e-7, 500e-6), (1e-6, 150e-6), (inf, 50e-6))
"""Current range (A) up to which the automatic measure delay is this (s); assumed."""


def automatic_delay(current_range: float) -> float:
    """Give the automatic measure delay (s) of a current range."""
    return next(delay for full_scale, delay in MEASURE_DELAYS if current_range <= full_scale)


def holding(ranges: tuple[Range, ...], value: float) -> Range | None:
    """Give the smallest range that holds a value, or None."""
    return next((found for found in ranges if abs(value) <= found.full_scale * (1 + 1e-9)), None)
