"""A line in the spectrum of a response under steady light: dimming by pulse width modulation, or mains in the lamp."""

from dataclasses import dataclass

import numpy as np

from labkit.core import FloatArray
from labkit.metrics._transients import Responses

LEAST_READINGS = 32
EXCESS = 4.0
"""How much more variance light must bring than the dark has."""
SIGNIFICANCE = 1e-4
"""Of the largest line among all, for noise whose powers are exponentially distributed."""
_LOWEST, _REACH = 3, 8


@dataclass(frozen=True, slots=True)
class Ripple:
    """A line under light: frequency (Hz) as it is seen, aliases included, and amplitude (A)."""

    frequency: float
    amplitude: float


def ripple_of(found: Responses) -> Ripple | None:
    """Look for a line in the second halves of the pulses that the baselines do not have.

    The spectra of all pulses are averaged, each about a parabola; None where there is no line, or too few readings.
    """
    stretches = []
    for item in found.items:
        within = found.trace.between((item.stimulus.begin + item.stimulus.end) / 2, item.stimulus.end)
        stretches.append((within.time, within.current))
    count = min((len(current) for _, current in stretches), default=0)
    if count < LEAST_READINGS:
        return None
    basis = np.linalg.qr(np.vander(np.linspace(-1, 1, count), 3))[0]
    cut = np.array([current[:count] for _, current in stretches])
    steady = cut - (cut @ basis) @ basis.T
    if float(np.mean(steady**2)) < EXCESS * found.noise.sigma**2:
        return None
    period = float(np.median(np.diff(stretches[0][0])))
    return _line(steady, period)


def _line(steady: FloatArray, period: float) -> Ripple | None:
    power = np.mean(np.abs(np.fft.rfft(steady, axis=1)) ** 2, axis=0)
    # What a parabola leaves of a slow response falls smoothly with frequency: a line stands out of its neighbours.
    heights = np.array([power[place] / _around(power, place) for place in range(_LOWEST, len(power))])
    place = int(np.argmax(heights)) + _LOWEST
    if heights[place - _LOWEST] < np.log(len(heights) / SIGNIFICANCE) / np.log(2):
        return None
    readings = steady.shape[1]
    return Ripple(place / (readings * period), float(2 * np.sqrt(power[place])) / readings)


def _around(power: FloatArray, place: int) -> float:
    """Give the median power beside a bin."""
    near = [each for each in range(place - _REACH, place + _REACH + 1) if abs(each - place) > 1]
    return float(np.median(power[[each for each in near if 1 <= each < len(power)]]))
