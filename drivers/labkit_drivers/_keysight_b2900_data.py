"""Specifications of the Keysight B2902A and B2912A: 1 year, 23 +- 5 degC; data sheet 5990-7009EN and user's guide.

Noise is taken as two counts rms at one line cycle. Settling of the voltage source is that of a step of the range.
"""

from dataclasses import dataclass

from labkit.core import Nanoseconds, Range, SourceMeterCapabilities

OVERRANGE = 1.06
APERTURES = (8e-6, 2.0)
BUFFER = 100_000
"""Readings of one channel's trace memory, and the largest product of arm count and trigger count."""
LIST_POINTS = 100_000
"""Of the present firmware; the first ones (2011) had 2500. What was written is read back."""
SHORTEST_PULSE = Nanoseconds(50_000)
GRAIN = Nanoseconds(10_000)
"""What planned times are multiples of. Timers count in 1 us, but a whole sequence has one common period, and only round
times have one that is long enough."""
TIMER_STEP = Nanoseconds(1_000)
LONGEST_TIMER = 1e5
LIST_COMMAND_VALUES = 2500
"""Values written with one command."""

_VOLTAGES = (
    (0.2, 1.5e-4, 225e-6, 50e-6),
    (2.0, 2e-4, 350e-6, 50e-6),
    (20.0, 1.5e-4, 5e-3, 110e-6),
    (200.0, 1.5e-4, 50e-3, 700e-6),
)
_CURRENTS = (
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
"""Full scale, gain, offset, settling."""


@dataclass(frozen=True, slots=True)
class Model:
    """What tells one model from the other.

    `source_counts` is the step of the source in counts of the meter, `lowest_current` the smallest range (A).
    """

    name: str
    shortest_interval: Nanoseconds
    reading_overhead: Nanoseconds
    source_counts: float
    lowest_current: float


MODELS = {
    # The overheads give the data sheet's 50 000 and 100 000 readings/s at the shortest aperture.
    "B2902A": Model("B2902A", Nanoseconds(20_000), Nanoseconds(12_000), 10.0, 100e-9),
    "B2912A": Model("B2912A", Nanoseconds(10_000), Nanoseconds(2_000), 1.0, 10e-9),
}


def _voltage(counts: float) -> tuple[Range, ...]:
    return tuple(
        Range(scale, 0.5e-6 * scale * counts, gain, offset, noise=1e-6 * scale, settling=settling)
        for scale, gain, offset, settling in _VOLTAGES
    )


def _current(counts: float, lowest: float) -> tuple[Range, ...]:
    return tuple(
        Range(scale, step * counts, gain, offset, noise=2 * step, settling=settling)
        for scale, gain, offset, settling in _CURRENTS
        if scale >= lowest
        for step in ({1.5: 1e-6, 3.0: 10e-6}.get(scale, 1e-6 * scale),)
    )


def capabilities(model: Model, line_frequency: float) -> SourceMeterCapabilities:
    """Give what one channel can deliver at a line frequency (Hz)."""
    measured = _current(1.0, model.lowest_current)
    return SourceMeterCapabilities(
        model=f"Keysight {model.name}",
        source_voltage=_voltage(model.source_counts),
        source_current=_current(model.source_counts, model.lowest_current),
        measure_voltage=_voltage(1.0),
        measure_current=measured,
        overrange=OVERRANGE,
        compliance_current=(0.01 * measured[0].full_scale, 3.03),
        compliance_voltage=(2e-3, 210.0),
        shortest_step=SHORTEST_PULSE,
        time_resolution=GRAIN,
        reading_overhead=model.reading_overhead,
        apertures=APERTURES,
        line_frequency=line_frequency,
        buffer=BUFFER,
        written_steps=LIST_POINTS,
        source_document="Keysight B2900A data sheet 5990-7009EN and SCPI command reference B2910-90030",
        trigger_output=True,
    )
