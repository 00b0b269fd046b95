"""Noise of one standard deviation, and an ammeter within its specification that adds it."""

from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from scipy import signal

from labkit.core import FloatArray


def noise(kind: str, count: int, sigma: float, generator: np.random.Generator) -> FloatArray:
    """Give noise of one standard deviation: `white`, `ar1` (0.9 from reading to reading) or `flicker` (1/f power)."""
    if kind == "white":
        return sigma * generator.standard_normal(count)
    if kind == "ar1":
        shocks = generator.standard_normal(count + 100) * np.sqrt(1 - 0.9**2)
        return np.asarray(sigma * signal.lfilter([1.0], [1.0, -0.9], shocks)[100:], float)
    spectrum = np.fft.rfft(generator.standard_normal(count))
    frequencies = np.arange(len(spectrum), dtype=float)
    spectrum[1:] /= np.sqrt(frequencies[1:])
    spectrum[0] = 0.0
    shaped = np.fft.irfft(spectrum, count)
    return np.asarray(sigma * shaped / np.std(shaped), float)


class Ammeter(TypedDict, total=False):
    """Properties of an Instrument, for generators that make one."""

    gain: float
    offset: float
    resolution: float
    sigma: float
    noise: str


@dataclass
class Instrument:
    """An ammeter within its specification: limits of gain and offset, resolution (A), noise."""

    gain: float = 0.0
    offset: float = 0.0
    resolution: float = 0.0
    sigma: float = 0.0
    noise: str = "white"

    def read(self, truth: FloatArray, generator: np.random.Generator) -> FloatArray:
        """Give readings of a true current, with one gain and one offset drawn for the whole run."""
        gain, offset = generator.uniform(-1, 1, 2) * (self.gain, self.offset)
        readings = truth * (1 + gain) + offset + noise(self.noise, len(truth), self.sigma, generator)
        return np.asarray(
            np.round(readings / self.resolution) * self.resolution if self.resolution else readings, float
        )
