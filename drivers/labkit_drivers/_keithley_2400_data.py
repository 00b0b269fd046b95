"""Specifications of the instruments that speak the 2400's dialect: 1 year, 23 +- 5 degC.

2400: measure ranges of current and 200 mV from the data sheet; the other rows, noise and times but the 7 ms of a source
command are not verified. The 2450's ranges are those of its native driver.
"""

from math import inf

from labkit.core import Nanoseconds, Range, SourceMeterCapabilities
from labkit_drivers import _keithley_2450_data as native

_SETTLING = 100e-6
OVERRANGE = 1.05
NPLC = (0.01, 10.0)
POINTS = 2500
"""Readings in memory, values of a list, and passages of the trigger model."""
LIST_COMMAND_VALUES = 100
SHORTEST_STEP = Nanoseconds(1_000_000)
"""The arm timer's shortest, with a reading at 0.01 PLC in it."""
TIME_RESOLUTION = Nanoseconds(100_000)
"""Of source delay and trigger delay."""
READING_OVERHEAD = Nanoseconds(800_000)
"""What a point is given beyond its aperture, autozero off: 478 us from the data sheet's 1551 points/s, and what makes
the shortest reading one of the arm timer's shortest ticks."""
LIMIT_OF_RANGE = 1e-3
"""The compliance may not be below this part of the measure range."""

_SOURCE_VOLTAGE = tuple(
    Range(full_scale, step, 2e-4, offset, noise=full_scale * 4e-6, settling=_SETTLING)
    for full_scale, step, offset in (
        (0.2, 5e-6, 600e-6),
        (2.0, 50e-6, 600e-6),
        (20.0, 500e-6, 2.4e-3),
        (200.0, 5e-3, 24e-3),
    )
)
_SOURCE_CURRENT = tuple(
    Range(full_scale, full_scale * 5e-5, gain, offset, settling=_SETTLING)
    for full_scale, gain, offset in (
        (1e-6, 3.5e-4, 600e-12),
        (10e-6, 3.3e-4, 2e-9),
        (100e-6, 3.1e-4, 20e-9),
        (1e-3, 3.4e-4, 200e-9),
        (10e-3, 4.5e-4, 2e-6),
        (100e-3, 6.6e-4, 20e-6),
        (1.0, 2.7e-3, 900e-6),
    )
)
_MEASURE_VOLTAGE = tuple(
    Range(full_scale, full_scale * 5e-6, gain, offset, noise=full_scale * 2e-6)
    for full_scale, gain, offset in (
        (0.2, 1.2e-4, 300e-6),
        (2.0, 1.2e-4, 300e-6),
        (20.0, 1.5e-4, 1.5e-3),
        (200.0, 1.5e-4, 10e-3),
    )
)
_MEASURE_CURRENT = tuple(
    Range(full_scale, full_scale * 1e-5, gain, offset, noise=full_scale * 3.5e-6)
    for full_scale, gain, offset in (
        (1e-6, 2.9e-4, 300e-12),
        (10e-6, 2.7e-4, 700e-12),
        (100e-6, 2.5e-4, 6e-9),
        (1e-3, 2.7e-4, 60e-9),
        (10e-3, 3.5e-4, 600e-9),
        (100e-3, 5.5e-4, 6e-6),
        (1.0, 2.2e-3, 570e-6),
    )
)

_RANGES = {
    "2400": (_SOURCE_VOLTAGE, _SOURCE_CURRENT, _MEASURE_VOLTAGE, _MEASURE_CURRENT),
    "2450": (native.SOURCE_VOLTAGE, native.SOURCE_CURRENT, native.MEASURE_VOLTAGE, native.MEASURE_CURRENT),
}
_DOCUMENTS = {
    "2400": "Keithley 2400 data sheet and user's manual 2400S-900-01",
    "2450": "Keithley 2450 data sheet, in the command set SCPI2400",
}


def capabilities(model: str, line_frequency: float) -> SourceMeterCapabilities:
    """Give what a "2400", or a "2450" in its dialect, can deliver at a line frequency (Hz)."""
    source_voltage, source_current, measure_voltage, measure_current = _RANGES[model]
    return SourceMeterCapabilities(
        model=f"Keithley {model}" + (" (SCPI2400)" if model == "2450" else ""),
        source_voltage=source_voltage,
        source_current=source_current,
        measure_voltage=measure_voltage,
        measure_current=measure_current,
        overrange=OVERRANGE,
        compliance_current=(1e-9, 1.05),
        compliance_voltage=(200e-6, 210.0),
        shortest_step=SHORTEST_STEP,
        time_resolution=TIME_RESOLUTION,
        reading_overhead=READING_OVERHEAD,
        apertures=(NPLC[0] / line_frequency, NPLC[1] / line_frequency),
        line_frequency=line_frequency,
        buffer=POINTS,
        written_steps=POINTS,
        source_document=_DOCUMENTS[model],
        one_pace=True,
        interlock_voltage=native.INTERLOCK_VOLTAGE if model == "2450" else inf,
    )
