"""Specifications of the Keithley 2450: 1 year, 23 +- 5 degC; data sheet 1KW-60904 as collected in the instrument notes.

Noise is the data sheet's peak-to-peak figure over six where it gives one, and 1e-6 of the range elsewhere.
"""

from labkit.core import Nanoseconds, Range, SourceMeterCapabilities

_SETTLING = 200e-6

SOURCE_VOLTAGE = tuple(
    Range(full_scale, full_scale * 2.5e-5, gain, offset, noise=full_scale * 1e-6, settling=_SETTLING)
    for full_scale, gain, offset in (
        (20e-3, 1e-3, 200e-6),
        (200e-3, 1.5e-4, 200e-6),
        (2.0, 2e-4, 300e-6),
        (20.0, 1.5e-4, 2.4e-3),
        (200.0, 1.5e-4, 24e-3),
    )
)

MEASURE_VOLTAGE = tuple(
    Range(full_scale, full_scale * 1e-6, gain, offset, noise=full_scale * 1e-6)
    for full_scale, gain, offset in (
        (20e-3, 1e-3, 150e-6),
        (200e-3, 1.2e-4, 200e-6),
        (2.0, 1.2e-4, 300e-6),
        (20.0, 1.5e-4, 1e-3),
        (200.0, 1.5e-4, 10e-3),
    )
)

SOURCE_CURRENT = tuple(
    Range(full_scale, full_scale * 5e-5, gain, offset, settling=_SETTLING)
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
    Range(full_scale, full_scale * 1e-6, gain, offset, noise=noise)
    for full_scale, gain, offset, noise in (
        (10e-9, 1e-3, 50e-12, 500e-15 / 6),
        (100e-9, 6e-4, 100e-12, 500e-15 / 6),
        (1e-6, 2.5e-4, 300e-12, 1e-12),
        (10e-6, 2.5e-4, 700e-12, 10e-12),
        (100e-6, 2e-4, 6e-9, 100e-12),
        (1e-3, 2e-4, 60e-9, 1e-9),
        (10e-3, 2e-4, 600e-9, 10e-9),
        (100e-3, 2.5e-4, 6e-6, 100e-9),
        (1.0, 3e-4, 500e-6, 1e-6),
    )
)

OVERRANGE = 1.05
NPLC = (0.01, 10.0)
BUFFER = 100_000
LIST_COMMAND_VALUES = 100
LIST_VALUES = 2500
TRIGGER_BLOCKS = 63
INTERLOCK_VOLTAGE = 21.0
LIMIT_OF_RANGE = 0.1
"""The source limit may not be below this part of the measure range in force."""

READING_OVERHEAD = Nanoseconds(156_000)
"""What a reading takes beyond its aperture (autozero off): the data sheet's 3100 readings/s at 0.01 PLC and 60 Hz. The
manual gives no such figure, so that another setting may take another time; the time stamps of the buffer tell."""
BLOCK_TIME = Nanoseconds(20_000)
"""What a block of the trigger model takes by itself. An assumption; the time stamps of the buffer tell what was
delivered."""
SETTLING = Nanoseconds(200_000)
"""How long the trigger model stays in a block that recalls another level (data sheet: the source settles in less)."""
SHORTEST_STEP = Nanoseconds(1_000_000)
"""Source settling (below 200 us), one reading at 0.01 PLC, the trigger blocks about it. The 2450 has no pulse mode."""


def capabilities(line_frequency: float) -> SourceMeterCapabilities:
    """Give what a 2450 can deliver at a line frequency (Hz)."""
    return SourceMeterCapabilities(
        model="Keithley 2450",
        source_voltage=SOURCE_VOLTAGE,
        source_current=SOURCE_CURRENT,
        measure_voltage=MEASURE_VOLTAGE,
        measure_current=MEASURE_CURRENT,
        overrange=OVERRANGE,
        compliance_current=(1e-9, 1.05),
        compliance_voltage=(2e-3, 210.0),
        shortest_step=SHORTEST_STEP,
        time_resolution=Nanoseconds(1_000),
        reading_overhead=READING_OVERHEAD,
        apertures=(NPLC[0] / line_frequency, NPLC[1] / line_frequency),
        line_frequency=line_frequency,
        buffer=BUFFER,
        written_steps=LIST_VALUES,
        trigger_output=True,
        interlock_voltage=INTERLOCK_VOLTAGE,
        source_document="Keithley 2450 data sheet and reference manual 2450-901-01",
    )
