"""Trains of sampled voltage pulses on a two-terminal device, with displacement current (P10)."""

from dataclasses import dataclass
from typing import Unpack

import numpy as np

from benchmarks.validation.generators._noise import Ammeter, Instrument
from benchmarks.validation.generators._run import RunBuilder, instants
from labkit.core import FloatArray, Kind, Run, Sample


@dataclass
class Writes:
    """Voltage pulses on a two-terminal device: G V and a displacement current C dV/dt that dies out with R C.

    Readings are exact averages over their apertures. `conductance` (S) rises over a train to twice its value.
    """

    cycles: int = 11
    pulses: int = 10
    level: float = 1.0
    width: float = 1e-3
    readings: int = 5
    conductance: float = 1e-6
    capacitance: float = 1e-10
    settling: float = 1e-4
    bias: float = 0.1
    sample: Sample | None = None

    def run(self, generator: np.random.Generator, **ammeter: Unpack[Ammeter]) -> Run:
        """Give one run, read by an ammeter of those properties."""
        built = RunBuilder(loops=("cycle", "pulse"), terminals={"top": "electrical"})
        if self.sample is not None:
            built.sample = self.sample
        aperture = self.width / self.readings
        grid = instants(self.readings, aperture)
        now = 0.1
        time: list[FloatArray] = []
        volts: list[FloatArray] = []
        amperes: list[FloatArray] = []
        for cycle in range(self.cycles):
            for pulse in range(self.pulses):
                rows = (len(time) * self.readings, self.readings)
                place = {"cycle": cycle, "pulse": pulse}
                built.event(Kind.PULSE, "potentiation", "top", now, now + self.width, self.level, samples=rows, **place)
                time.append(now + grid)
                volts.append(np.full(self.readings, self.level))
                amperes.append(self._drive(pulse, grid, aperture))
                now += 11 * self.width
                rows = (rows[0] + self.readings, self.readings)
                built.event(Kind.READ, "potentiation", "top", now, now + self.width, self.bias, samples=rows, **place)
                time.append(now + grid)
                volts.append(np.full(self.readings, self.bias))
                amperes.append(np.full(self.readings, self.level_after(pulse) * self.bias))
                now += 0.02
        instrument = Instrument(**ammeter)
        readings = instrument.read(np.concatenate(amperes), generator)
        built.trace("top", np.concatenate(time), np.concatenate(volts), readings, instrument, aperture)
        return built.build()

    def level_after(self, pulse: int) -> float:
        """Conductance (S) after a pulse of the train."""
        return self.conductance * (1 + (pulse + 1) / self.pulses)

    def _drive(self, pulse: int, grid: FloatArray, aperture: float) -> FloatArray:
        fall = np.exp(-grid / self.settling) - np.exp(-(grid + aperture) / self.settling)
        return self.level_after(pulse) * self.level + self.capacitance * self.level / aperture * fall

    @property
    def truth(self) -> float:
        """Mean energy of a pulse (J)."""
        ohmic = np.mean([self.level_after(pulse) for pulse in range(self.pulses)]) * self.level**2 * self.width
        displaced = self.capacitance * self.level**2 * (1 - np.exp(-self.width / self.settling))
        return float(ohmic + displaced)
