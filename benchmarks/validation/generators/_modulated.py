"""Square waves of light on a device of one pole, and noise of a known density in the dark (P19, P20)."""

from dataclasses import dataclass
from typing import Unpack

import numpy as np

from benchmarks.validation.generators._irradiances import AREA
from benchmarks.validation.generators._noise import Ammeter, Instrument
from benchmarks.validation.generators._run import RunBuilder, instants
from labkit.core import FloatArray, Kind, Run, Sample


def coloured_noise(
    density: float, exponent: float, count: int, period: float, generator: np.random.Generator
) -> FloatArray:
    """Give noise of a one-sided density (A^2/Hz) at 1 Hz that goes as 1/f^exponent, to half the sampling rate."""
    spectrum = np.fft.rfft(generator.standard_normal(count))
    frequencies = np.fft.rfftfreq(count, period)
    wanted = np.zeros(len(frequencies))
    wanted[1:] = density * frequencies[1:] ** -exponent
    return np.asarray(np.fft.irfft(spectrum * np.sqrt(wanted / (2 * period)), count), float)


def one_pole(light: FloatArray, period: float, constant: float) -> FloatArray:
    """Give what a device of one pole (s) makes of light that is constant from reading to reading.

    The values are those in the middle of each period.
    """
    kept, half = np.exp(-period / constant), np.exp(-period / 2 / constant)
    level, found = 0.0, np.empty(len(light))
    for place, goal in enumerate(light.tolist()):
        found[place] = goal + (level - goal) * half
        level = goal + (level - goal) * kept
    return found


@dataclass
class ChoppedLight:
    """Chopped light on a device that follows at once, then its noise in the dark, of a density that goes as 1/f.

    `size` (A) is the response at `irradiance` (W/m^2), `density` (A^2/Hz) that of the noise at 1 Hz.
    """

    size: float = 1e-10
    irradiance: float = 1.0
    frequency: float = 1.0
    cycles: int = 60
    dark: float = 600.0
    period: float = 1 / 43.7
    baseline: float = 1e-9
    density: float = 1e-24
    exponent: float = 1.0
    light_uncertainty: float = 0.0
    bias: float = 0.1
    bias_of_noise: float = 0.1
    noise_recorded: bool = True

    def run(self, generator: np.random.Generator) -> Run:
        """Give one run."""
        built = RunBuilder(loops=("chop",), light_uncertainty=self.light_uncertainty)
        built.sample = Sample(active_area=f"{AREA} m^2")
        lit = self.cycles / self.frequency
        time = instants(round((4 + lit + 4 + self.dark) / self.period), self.period)
        size = self.size * (1 + self.light_uncertainty * generator.standard_normal())
        current = np.full(len(time), self.baseline)
        current += coloured_noise(self.density, self.exponent, len(time), self.period, generator)
        for cycle in range(self.cycles):
            begin = 4 + cycle / self.frequency
            built.event(
                Kind.PULSE, "chopped", "light", begin, begin + 0.5 / self.frequency, self.irradiance, chop=cycle
            )
            current[(time >= begin) & (time < begin + 0.5 / self.frequency)] += size
        first = int(np.searchsorted(time, 8 + lit))
        voltage = np.where(np.arange(len(time)) < first, self.bias, self.bias_of_noise)
        if self.noise_recorded:
            span = (float(time[first]), float(time[-1]))
            built.event(Kind.RECORD, "noise", "drain", *span, samples=(first, len(time) - first))
        built.trace("drain", time, voltage, current, Instrument(), self.period / 100)
        return built.build()

    @property
    def truth(self) -> float:
        """D* (Jones)."""
        return self._over(float(np.sqrt(self.density * self.frequency**-self.exponent)))

    @property
    def shot_noise_alone(self) -> float:
        """What the dark current alone would give (Jones)."""
        return self._over(float(np.sqrt(2 * 1.602176634e-19 * self.baseline)))

    def _over(self, noise: float) -> float:
        return 100 * self.size / (self.irradiance * float(np.sqrt(AREA))) / noise


@dataclass
class SquareWave:
    """A square wave of light on a device of one pole; `constant` (s) is its time constant."""

    constant: float = 0.110 / float(np.log(9.0))
    half: float = 0.5
    periods: int = 11
    rate: float = 200.0
    size: float = 1e-9

    def run(self, generator: np.random.Generator, **ammeter: Unpack[Ammeter]) -> Run:
        """Give one run."""
        built = RunBuilder(loops=("pulse",))
        period = 1 / self.rate
        time = instants(round((2 + 2 * self.half * self.periods + 1) * self.rate), period)
        light = np.zeros(len(time))
        for cycle in range(self.periods):
            begin = 2 + 2 * self.half * cycle
            built.event(Kind.PULSE, "square", "light", begin, begin + self.half, 1.0, pulse=cycle)
            light[(time >= begin - 1e-9) & (time < begin + self.half - 1e-9)] = 1.0
        current = self.size * one_pole(light, period, self.constant)
        instrument = Instrument(**ammeter)
        # The middle of an aperture that is a hundredth of the period: readings are instants.
        built.trace("drain", time + 0.495 * period, 0.1, instrument.read(current, generator), instrument, period / 100)
        return built.build()

    @property
    def truth(self) -> float:
        """The time from 10 to 90 % (s)."""
        return self.constant * float(np.log(9.0))


@dataclass
class Modulation:
    """Light chopped at several frequencies (Hz) on a device of one pole (s)."""

    constant: float = 0.02
    lowest: float = 0.5
    highest: float = 50.0
    frequencies: int = 9
    cycles: int = 24
    samples: float = 23.3
    size: float = 1e-9

    def run(self, generator: np.random.Generator, **ammeter: Unpack[Ammeter]) -> Run:
        """Give one run; the response is exact, the readings are instants."""
        built = RunBuilder(loops=("chop", "frequency"), valued_loops=("frequency",))
        instrument = Instrument(**ammeter)
        times, currents, begin = [], [], 1.0
        for place, frequency in enumerate(np.geomspace(self.lowest, self.highest, self.frequencies).tolist()):
            for cycle in range(self.cycles):
                edge = begin + cycle / frequency
                loops = {"frequency": place, "frequency_value": frequency, "chop": cycle}
                built.event(Kind.PULSE, "chopped", "light", edge, edge + 0.5 / frequency, 1.0, **loops)
            since = np.arange(0.0, self.cycles / frequency, 1 / (self.samples * frequency))
            times.append(begin + since)
            currents.append(self.size * self._steady(since * frequency % 1.0, frequency))
            begin += self.cycles / frequency + 1.0
        time, current = np.concatenate(times), np.concatenate(currents)
        built.trace("drain", time, 0.1, instrument.read(current, generator), instrument, 1e-6)
        return built.build()

    def _steady(self, phase: FloatArray, frequency: float) -> FloatArray:
        """Give the periodic response of one pole to a square wave at a phase (0 to 1)."""
        whole = 0.5 / (frequency * self.constant)
        top = 1 / (1 + np.exp(-whole))
        since = np.where(phase < 0.5, phase, phase - 0.5) / (frequency * self.constant)
        return np.asarray(np.where(phase < 0.5, 1 - top * np.exp(-since), top * np.exp(-since)), float)

    @property
    def truth(self) -> float:
        """The frequency at which the response has fallen by 3 dB (Hz)."""
        return 1 / (2 * np.pi * self.constant)
