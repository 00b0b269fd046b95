"""How a source meter's time is spent: apertures, readings in a pulse, the grain of its clock."""

from labkit.core import Nanoseconds, Range, SourceMeterCapabilities, nanoseconds

POWER_LINE_CYCLES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Apertures to choose from: whole line cycles reject mains hum, the shorter ones divide a cycle evenly."""

LEAST_PULSE_SAMPLES = 5
"""the metric standard: fewer readings in a pulse is UNDER."""

MOST_PULSE_SAMPLES = 50


def grid(duration: Nanoseconds, capabilities: SourceMeterCapabilities) -> Nanoseconds:
    """Round a time to the grain of the instrument's clock."""
    grain = capabilities.time_resolution
    return Nanoseconds(round(duration / grain) * grain)


def aperture_within(longest: float, capabilities: SourceMeterCapabilities) -> float:
    """Give the longest customary aperture (s) of at most `longest`; the shortest one there is when none fits."""
    shortest, largest = capabilities.apertures
    line_cycle = 1 / capabilities.line_frequency
    fitting = [cycles * line_cycle for cycles in POWER_LINE_CYCLES if cycles * line_cycle <= min(longest, largest)]
    return max([shortest, *fitting])


def reading_time(aperture: float, capabilities: SourceMeterCapabilities) -> Nanoseconds:
    """Give how long one reading takes, overhead included."""
    return Nanoseconds(nanoseconds(aperture) + capabilities.reading_overhead)


def settling(ranges: tuple[Range, ...], level: float) -> Nanoseconds:
    """Give the time after an edge that readings should keep clear of."""
    for candidate in ranges:
        if abs(level) <= candidate.full_scale:
            return nanoseconds(candidate.settling)
    return nanoseconds(ranges[-1].settling)


def quantized(ranges: tuple[Range, ...], largest: float, level: float) -> float:
    """Give the level that the source delivers on the range that `largest` takes."""
    for candidate in ranges:
        if largest <= candidate.full_scale * (1 + 1e-9):
            return round(level / candidate.resolution) * candidate.resolution
    return level
