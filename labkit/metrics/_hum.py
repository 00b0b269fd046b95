"""Mains hum: where the line frequency and its harmonics come to lie in a spectrum, and whether they are there."""

from collections.abc import Sequence

import numpy as np
import yaml
from scipy import stats

from labkit.core import FloatArray, Run
from labkit.metrics._spectrum import Spectrum

LINES = 50.0, 60.0
"""Line frequencies (Hz) that are looked for where the run does not tell its own."""
HARMONICS = 20
WHOLE_CYCLES = 0.01
"""How far from a whole number of line cycles an aperture may be."""
_WIDTH = 2.0
"""Half-width of a line in a spectrum of Hann windows, in frequencies."""
_SIGNIFICANCE = 1e-4


def line_frequencies(run: Run) -> tuple[float, ...]:
    """Give the line frequency that the bench states (Hz), or both that there are."""
    try:
        stated = yaml.safe_load(run.description.bench_text)
    except yaml.YAMLError:
        return LINES
    found = stated.get("line_frequency") if isinstance(stated, dict) else None
    return (float(found),) if isinstance(found, int | float) else LINES


def rejects_hum(aperture: float, lines: Sequence[float]) -> bool:
    """Tell whether readings of an aperture (s) reject hum: a whole number of line cycles."""
    cycles = [aperture * line for line in lines]
    return any(round(each) >= 1 and abs(each - round(each)) <= WHOLE_CYCLES * round(each) for each in cycles)


def hides_hum(aperture: float, rate: float, lines: Sequence[float]) -> bool:
    """Tell whether hum would pass the aperture (s) and lie at a frequency that is none of its own."""
    return not rejects_hum(aperture, lines) and rate < 2 * min(lines)


def near_lines(spectrum: Spectrum, lines: Sequence[float]) -> FloatArray:
    """Tell of each frequency whether a line or an alias of its harmonics lies on it (bool)."""
    harmonics = np.multiply.outer(np.asarray(lines), np.arange(1, HARMONICS + 1)).ravel()
    folded = np.abs(harmonics - spectrum.rate * np.round(harmonics / spectrum.rate))
    distance = np.min(np.abs(spectrum.frequencies[:, None] - folded), axis=1)
    return np.asarray(distance <= _WIDTH * spectrum.resolution)


def hum_seen(spectrum: Spectrum, fitted: FloatArray, lines: Sequence[float]) -> float:
    """Give the rms current (A) of the line frequency itself in a spectrum; 0 where none stands out of `fitted`."""
    strongest = 0.0
    for line in lines:
        on = np.abs(spectrum.frequencies - line) <= _WIDTH * spectrum.resolution
        if not np.any(on):
            continue
        limit = float(stats.chi2.isf(_SIGNIFICANCE / int(np.sum(on)), spectrum.degrees)) / spectrum.degrees
        if np.max(spectrum.density[on] / fitted[on]) > limit:
            power = float(np.sum(spectrum.density[on] - fitted[on])) * spectrum.resolution
            strongest = max(strongest, float(np.sqrt(max(power, 0.0))))
    return strongest
