"""Films under short pulses of rising and falling voltage, at one temperature or several (M30)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.validation.generators._noise import Instrument
from benchmarks.validation.generators._run import RunBuilder
from labkit.core import FloatArray, Kind, Run, Sample

BOLTZMANN = 8.617333262e-5
CHARGE = 1.602176634e-19
VACUUM = 8.8541878128e-12
THICKNESS, AREA = 4e-7, 4e-6
_READINGS = 5

Law = Callable[[FloatArray, float], FloatArray]
"""Current (A) at voltages (V) and a temperature (K)."""


def ohmic_child(linear: float, square: float) -> Law:
    """Give I = aV + bV^2 (A/V, A/V^2)."""
    return lambda voltage, _: np.asarray(linear * voltage + square * voltage**2, float)


def trap_filling(linear: float, voltage: float, exponent: float = 6.0) -> Law:
    """Give an ohmic current (A/V) that rises with a power above a voltage (V)."""
    return lambda volts, _: np.asarray(linear * volts * np.maximum(volts / voltage, 1.0) ** (exponent - 1), float)


def schottky(permittivity: float, barrier: float = 0.66) -> Law:
    """Give thermionic emission over a barrier (eV) that the field lowers by eps_r, what comes back taken off."""

    def current(voltage: FloatArray, temperature: float) -> FloatArray:
        thermal = BOLTZMANN * temperature
        lowered = np.sqrt(CHARGE * voltage / (4 * np.pi * VACUUM * permittivity * THICKNESS))
        emitted = AREA * 1.2e6 * temperature**2 * np.exp((lowered - barrier) / thermal)
        return np.asarray(emitted * -np.expm1(-voltage / thermal), float)

    return current


def poole_frenkel(permittivity: float, barrier: float = 0.5, conductivity: float = 1e-2) -> Law:
    """Give emission from traps (eV), with a conductivity (S/m) that they would have without a barrier."""

    def current(voltage: FloatArray, temperature: float) -> FloatArray:
        lowered = 2 * np.sqrt(CHARGE * voltage / (4 * np.pi * VACUUM * permittivity * THICKNESS))
        activated = np.exp((lowered - barrier) / (BOLTZMANN * temperature))
        return np.asarray(AREA * conductivity * voltage / THICKNESS * activated, float)

    return current


def film(permittivity_optical: float = 4.5, permittivity_static: float = 30.0, **stated: object) -> Sample:
    """Give what a sample file states of the film: 400 nm, 0.04 cm^2."""
    known = {
        "active_area": AREA,
        "thickness": THICKNESS,
        "permittivity_optical": permittivity_optical,
        "permittivity_static": permittivity_static,
        "temperature": 300.0,
        **stated,
    }
    return Sample().model_copy(update=known)


@dataclass(frozen=True)
class FilmPulses:
    """Pulses of P conduction on a film: voltages a decade, cycles, scatter of each current (relative)."""

    law: Law
    lowest: float = 0.1
    highest: float = 10.0
    per_decade: int = 15
    cycles: int = 2
    scatter: float = 0.01
    marks: tuple[str, ...] = ("up", "down")
    temperatures: Sequence[float] = ()
    loss: float = 0.0
    """How much less current flows on the way down (relative)."""

    def run(self, generator: np.random.Generator, sample: Sample, ammeter: Instrument | None = None) -> Run:
        """Make the run."""
        meter = Instrument() if ammeter is None else ammeter
        terminals = {"top": "electrical", **({"stage": "thermal"} if self.temperatures else {})}
        made = RunBuilder(("cycle", "voltage"), ("voltage",), terminals, sample=sample)
        decades = np.log10(self.highest / self.lowest)
        levels = np.geomspace(self.lowest, self.highest, round(decades * self.per_decade) + 1)
        times: list[float] = []
        currents: list[float] = []
        volts: list[float] = []
        now = 0.0
        for temperature in self.temperatures or (300.0,):
            if self.temperatures:
                made.event(Kind.TEMPERATURE, "", "stage", now, now + 1.0, temperature)
                now += 1.0
            truth = self.law(levels, temperature)
            for cycle in range(self.cycles):
                for mark in self.marks:
                    order = np.arange(len(levels)) if mark == "up" else np.arange(len(levels))[::-1]
                    for place in order.tolist():
                        rows = (len(times), _READINGS)
                        at = {"cycle": cycle, "voltage": place, "voltage_value": float(levels[place])}
                        made.event(Kind.PULSE, mark, "top", now, now + 0.1, float(levels[place]), rows, **at)
                        share = (1 - self.loss) if mark == "down" else 1.0
                        drawn = float(truth[place]) * share * (1 + self.scatter * generator.standard_normal())
                        times += [now + 0.02 * k for k in range(_READINGS)]
                        currents += [drawn] * _READINGS
                        volts += [float(levels[place])] * _READINGS
                        now += 0.2
        readings = meter.read(np.array(currents), generator)
        made.trace("top", np.array(times), np.array(volts), readings, meter, 0.01)
        return made.build()
