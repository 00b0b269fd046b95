"""Specifications of the Keithley 2636B, 2602B and 2614B: 1 year, 23 +- 5 degC, as collected in the instrument notes.

The 2602B's table was read in its data sheet; the 2614B shares its currents and has the voltage ranges of the 261xB. The
2636B's ranges below 1 uA and its voltage ranges are UNVERIFIED: recalled, not read. Check them against the data sheet
of your own instrument before you quote an uncertainty below 1 uA. Noise is the data sheet's peak-to-peak figure over
six where it gives one, and 1e-6 of the range elsewhere.
"""

from dataclasses import dataclass
from math import inf

from labkit.core import Nanoseconds, Range, SourceMeterCapabilities

_RESOLUTION = 5e-5
"""Step of a source over its range: 5 uV on 100 mV, 2 pA on 100 nA."""
_SETTLING = 50e-6
"""Voltage source below 20 V (data sheet: below 50 us; the 200 V range takes longer)."""

_Row = tuple[float, float, float]
"""Full scale, gain, offset."""


def _source_voltage(rows: tuple[_Row, ...]) -> tuple[Range, ...]:
    return tuple(Range(full, full * _RESOLUTION, gain, offset, full * 1e-6, _SETTLING) for full, gain, offset in rows)


def _measure_voltage(rows: tuple[_Row, ...]) -> tuple[Range, ...]:
    return tuple(Range(full, full * 1e-6, gain, offset, full * 1e-6) for full, gain, offset in rows)


_SOURCE_6_V = _source_voltage(((0.1, 2e-4, 250e-6), (1.0, 2e-4, 400e-6), (6.0, 2e-4, 1.8e-3), (40.0, 2e-4, 12e-3)))
_MEASURE_6_V = _measure_voltage(
    ((0.1, 1.5e-4, 150e-6), (1.0, 1.5e-4, 200e-6), (6.0, 1.5e-4, 1e-3), (40.0, 1.5e-4, 8e-3))
)
_SOURCE_20_V = _source_voltage(((0.2, 2e-4, 375e-6), (2.0, 2e-4, 600e-6), (20.0, 2e-4, 5e-3), (200.0, 2e-4, 50e-3)))
_MEASURE_20_V = _measure_voltage(
    ((0.2, 1.5e-4, 225e-6), (2.0, 1.5e-4, 350e-6), (20.0, 1.5e-4, 5e-3), (200.0, 1.5e-4, 50e-3))
)

_SOURCE_CURRENT = tuple(
    Range(full, full * 2e-5, gain, offset, settling=settling)
    for full, gain, offset, settling in (
        (100e-9, 6e-4, 100e-12, 20e-3),
        (1e-6, 3e-4, 800e-12, 2e-3),
        (10e-6, 3e-4, 5e-9, 500e-6),
        (100e-6, 3e-4, 60e-9, 150e-6),
        (1e-3, 3e-4, 300e-9, 150e-6),
        (10e-3, 3e-4, 6e-6, 150e-6),
        (100e-3, 3e-4, 30e-6, 150e-6),
        (1.0, 5e-4, 1.8e-3, 150e-6),
    )
)
_SOURCE_3_A = Range(3.0, 60e-6, 6e-4, 4e-3, settling=150e-6)
_SOURCE_1A5 = Range(1.5, 30e-6, 6e-4, 4e-3, settling=150e-6)
_SOURCE_LOW_CURRENT = (
    Range(1e-9, 20e-15, 1.5e-3, 2e-12, settling=20e-3),
    Range(10e-9, 200e-15, 1.5e-3, 5e-12, settling=20e-3),
    Range(100e-9, 2e-12, 6e-4, 50e-12, settling=20e-3),
)

_MEASURE_CURRENT = tuple(
    Range(full, full * 1e-6, gain, offset, noise)
    for full, gain, offset, noise in (
        (100e-9, 5e-4, 100e-12, 5e-12 / 6),
        (1e-6, 2.5e-4, 500e-12, 25e-12 / 6),
        (10e-6, 2.5e-4, 1.5e-9, 60e-12 / 6),
        (100e-6, 2e-4, 25e-9, 3e-9 / 6),
        (1e-3, 2e-4, 200e-9, 6e-9 / 6),
        (10e-3, 2e-4, 2.5e-6, 200e-9 / 6),
        (100e-3, 2e-4, 20e-6, 1e-7),
        (1.0, 3e-4, 1.5e-3, 1e-6),
    )
)
_MEASURE_3_A = Range(3.0, 3e-6, 5e-4, 3.5e-3, 3e-6)
_MEASURE_1A5 = Range(1.5, 1.5e-6, 5e-4, 3.5e-3, 1.5e-6)
_MEASURE_LOW_CURRENT = tuple(
    Range(full, full * 1e-6, gain, offset, full * 1e-6)
    for full, gain, offset in (
        (100e-12, 1.5e-3, 120e-15),
        (1e-9, 1.5e-3, 240e-15),
        (10e-9, 1.5e-3, 3e-12),
        (100e-9, 6e-4, 40e-12),
        (1e-6, 2.5e-4, 400e-12),
    )
)

OVERRANGE = 1.02
"""Measure ranges read to 102 %, source ranges go to 101 %."""
NPLC = (0.001, 25.0)
BUFFER = 80_000
"""Readings of a dedicated buffer with time stamps. The data sheet (SPEC-2602B) has more than 60 000 with time stamps
and source values, more than 140 000 with neither: 84 000 in between. The driver asks the instrument before it relies
on it."""
WRITTEN_STEPS = 10_000
"""Steps that a script writes down: some 30 bytes each, in a script memory of megabytes."""
SHORTEST_STEP = Nanoseconds(100_000)
READING_OVERHEAD = Nanoseconds(80_000)
"""What one reading of a sweep takes beyond its aperture: 12 000 points/s at 0.001 PLC (data sheet) leave 67 us, and
Keithley's own pulse scripts allow 60 us."""


@dataclass(frozen=True, slots=True)
class Model:
    """What tells one model of the family from another: ranges (V, A), smallest limit (A), digital lines, interlock.

    `interlock_voltage` (V) is the range above which the interlock must be closed.
    """

    name: str
    source_voltage: tuple[Range, ...]
    source_current: tuple[Range, ...]
    measure_voltage: tuple[Range, ...]
    measure_current: tuple[Range, ...]
    smallest_limit: float
    digital_lines: int
    interlock_voltage: float = inf

    def capabilities(self, line_frequency: float) -> SourceMeterCapabilities:
        """Give what a channel can deliver at a line frequency (Hz)."""
        return SourceMeterCapabilities(
            model=f"Keithley {self.name}",
            source_voltage=self.source_voltage,
            source_current=self.source_current,
            measure_voltage=self.measure_voltage,
            measure_current=self.measure_current,
            overrange=OVERRANGE,
            compliance_current=(self.smallest_limit, self.source_current[-1].full_scale),
            compliance_voltage=(10e-3, self.source_voltage[-1].full_scale),
            shortest_step=SHORTEST_STEP,
            time_resolution=Nanoseconds(1_000),
            reading_overhead=READING_OVERHEAD,
            apertures=(NPLC[0] / line_frequency, NPLC[1] / line_frequency),
            line_frequency=line_frequency,
            buffer=BUFFER,
            written_steps=WRITTEN_STEPS,
            source_document="Keithley Series 2600B data sheet and reference manual 2600BS-901-01",
            trigger_output=self.digital_lines > 0,
            interlock_voltage=self.interlock_voltage,
        )


MODEL_2636B = Model(
    name="2636B",
    source_voltage=_SOURCE_20_V,
    source_current=(*_SOURCE_LOW_CURRENT, *_SOURCE_CURRENT[1:], _SOURCE_1A5),
    measure_voltage=_MEASURE_20_V,
    measure_current=(*_MEASURE_LOW_CURRENT, *_MEASURE_CURRENT[2:], _MEASURE_1A5),
    smallest_limit=100e-12,
    digital_lines=14,
    interlock_voltage=20.0,
)
MODEL_2602B = Model(
    name="2602B",
    source_voltage=_SOURCE_6_V,
    source_current=(*_SOURCE_CURRENT, _SOURCE_3_A),
    measure_voltage=_MEASURE_6_V,
    measure_current=(*_MEASURE_CURRENT, _MEASURE_3_A),
    smallest_limit=10e-9,
    digital_lines=14,
)
MODEL_2614B = Model(
    name="2614B",
    source_voltage=_SOURCE_20_V,
    source_current=(*_SOURCE_CURRENT, _SOURCE_1A5),
    measure_voltage=_MEASURE_20_V,
    measure_current=(*_MEASURE_CURRENT, _MEASURE_1A5),
    smallest_limit=10e-9,
    digital_lines=0,
    interlock_voltage=20.0,
)
"""The 2604B, 2614B and 2634B have no digital I/O."""
