"""A dark device (P01): a slow record and a fast one of white and 1/f noise, with a drift and mains hum where asked."""

from dataclasses import dataclass

import numpy as np

from benchmarks.validation.generators._noise import Instrument
from benchmarks.validation.generators._run import RunBuilder, instants
from labkit.core import FloatArray, Kind, Run

_LONGER = 4
"""How much longer than the record the noise is made, so that it does not end as it began."""


def coloured(count: int, rate: float, white: float, corner: float, generator: np.random.Generator) -> FloatArray:
    """Give noise (A) of one-sided density white (1 + corner/f) (A^2/Hz), at readings `rate` (Hz) apart."""
    length = _LONGER * count
    frequencies = np.fft.rfftfreq(length, 1 / rate)
    density = np.zeros(len(frequencies))
    density[1:] = white * (1 + corner / frequencies[1:])
    draws = generator.standard_normal((2, len(frequencies))) / np.sqrt(2)
    spectrum = np.sqrt(density * length * rate / 2) * (draws[0] + 1j * draws[1])
    return np.asarray(np.fft.irfft(spectrum, length)[count : 2 * count], float)


@dataclass
class QuietDevice:
    """A dark device read at two rates (Hz), each for a time (s); the aperture (s) of the fast one is most of a period.

    `white` is in A^2/Hz, `corner` and `line` in Hz, `hum` the amplitude (A) at the line frequency, `drift` in A/s.
    """

    baseline: float = 1e-9
    white: float = 1e-26
    corner: float = 5.0
    drift: float = 0.0
    hum: float = 0.0
    line: float = 50.0
    slow: tuple[float, float] = (10.0, 100.0)
    fast: tuple[float, float] = (1000.0, 20.0)
    slow_aperture: float = 0.02

    def run(self, generator: np.random.Generator, gain: float = 0.0, offset: float = 0.0) -> Run:
        """Give one run, read by an ammeter of those limits."""
        built = RunBuilder(loops=())
        instrument = Instrument(gain, offset)
        slow = self._record(built, "settle", 0.0, 0, self.slow, generator)
        begin = self.slow[1] + 1.0
        fast = self._record(built, "noise", begin, len(slow), self.fast, generator)
        times = [instants(len(slow), 1 / self.slow[0]), begin + instants(len(fast), 1 / self.fast[0])]
        readings = instrument.read(np.concatenate([slow, fast]), generator)
        built.trace("drain", np.concatenate(times), 0.1, readings, instrument, self.slow_aperture)
        self._apertures(built, len(slow), len(fast))
        return built.build()

    def _record(
        self,
        built: RunBuilder,
        mark: str,
        begin: float,
        first: int,
        sampling: tuple[float, float],
        generator: np.random.Generator,
    ) -> FloatArray:
        rate, length = sampling
        count = round(rate * length)
        built.event(Kind.RECORD, mark, "drain", begin, begin + length, 0.1, samples=(first, count))
        time = begin + instants(count, 1 / rate)
        current = self.baseline + self.drift * time + coloured(count, rate, self.white, self.corner, generator)
        return np.asarray(current + self.hum * np.sin(2 * np.pi * self.line * time), float)

    def _apertures(self, built: RunBuilder, slow: int, fast: int) -> None:
        """Part the acquisition in two: the fast readings have a shorter aperture."""
        (settings,) = built.acquisitions
        short = {"aperture": 0.4 / self.fast[0], "first_sample": slow, "sample_count": fast}
        built.acquisitions = [{**settings, "sample_count": slow}, {**settings, **short}]
