"""Fresh cells: the first read of all, with the leakage past them, and the first sweeps, which may form them."""

from dataclasses import dataclass, field, replace
from typing import Unpack

import numpy as np

from benchmarks.validation.generators._noise import Ammeter, Instrument
from benchmarks.validation.generators._run import RunBuilder, instants
from labkit.core import FloatArray, Kind, Run, SampleStatus

_STEP, _DWELL, _READ = 0.01, 0.02, 0.05
_COMPLIANCE = 5e-5
_READINGS = 5
_RISE = 1.3
"""How much a gradual device gains at each step beyond its threshold."""


@dataclass
class FreshCell:
    """A cell that is swept to rising stop voltages until its read is at the level declared as formed.

    It jumps from `as_made` to `on` (S) at `forms_at` (V, magnitude), or rises by steps where `gradual`. From
    `volatile` (V) on it conducts as long as half of that voltage is on it. `polarity` is the sign of the sweeps,
    `largest` (V) the last stop, `formed` (A) the declared level at the read voltage of 50 mV.
    """

    forms_at: float = 0.723
    as_made: float = 1e-7
    on: float = 5e-5
    formed: float = 5e-7
    polarity: int = 1
    volatile: float = np.inf
    gradual: bool = False
    largest: float = 1.0

    def run(self, generator: np.random.Generator, **ammeter: Unpack[Ammeter]) -> Run:
        """Give one run."""
        taken = _Taken()
        conductance = self.as_made
        taken.read("as_made", conductance, -1)
        for place, stop in enumerate(np.arange(0.1, self.largest + 1e-9, 0.05)):
            voltage = self.polarity * _swept(float(stop))
            current, conductance = self._sweep(voltage, conductance)
            taken.add(Kind.RAMP, "forming", voltage, current, place)
            taken.read("after", conductance, place)
            if conductance * _READ >= self.formed:
                break
        run = taken.run(Instrument(**ammeter), generator)
        declared = {"formed": f"{self.formed} A", "rate": f"{_STEP / _DWELL} V/s"}
        return replace(run, description=replace(run.description, parameters=declared))

    def _sweep(self, voltage: FloatArray, conductance: float) -> tuple[FloatArray, float]:
        """Give the currents of a sweep, and the conductance that is left."""
        current = np.empty_like(voltage)
        jumped = False
        for k, level in enumerate(voltage):
            if abs(level) >= self.forms_at:
                conductance = min(conductance * _RISE, self.on) if self.gradual else self.on
            jumped = jumped or abs(level) >= self.volatile
            now = self.on if jumped and abs(level) > self.volatile / 2 else conductance
            current[k] = np.clip(level * now, -_COMPLIANCE, _COMPLIANCE)
        return current, conductance


@dataclass
class _Taken:
    """Sweeps and reads as they were taken, one after another."""

    volts: list[FloatArray] = field(default_factory=list)
    amperes: list[FloatArray] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._built = RunBuilder(loops=("stop",), valued_loops=("stop",), terminals={"top": "electrical"})

    def add(self, kind: Kind, mark: str, voltage: FloatArray, current: FloatArray, place: int) -> None:
        first, count = sum(map(len, self.volts)), len(voltage)
        begin, end = first * _DWELL, (first + count) * _DWELL
        self._built.event(kind, mark, "top", begin, end, float(voltage[0]), (first, count), stop=place)
        self.volts.append(voltage)
        self.amperes.append(current)

    def read(self, mark: str, conductance: float, place: int) -> None:
        level = np.full(_READINGS, _READ)
        self.add(Kind.READ, mark, level, level * conductance, place)

    def run(self, instrument: Instrument, generator: np.random.Generator) -> Run:
        exact = np.concatenate(self.amperes)
        readings = instrument.read(exact, generator)
        self._built.trace("top", instants(len(exact), _DWELL), np.concatenate(self.volts), readings, instrument, _DWELL)
        return self._built.build()


def _swept(stop: float) -> FloatArray:
    """Give a sweep 0, stop, 0 (V)."""
    up = np.linspace(0, stop, round(abs(stop) / _STEP) + 1)
    return np.concatenate([up, up[-2::-1]])


@dataclass
class CheckedCell:
    """A cell read at 0.1 V before anything else, and with all relays open: `leakage` (S) flows past it.

    The ammeter limits the current to `compliance` (A).
    """

    conductance: float = 1e-6
    leakage: float = 1e-9
    compliance: float = 1e-5
    readings: int = 10

    def run(self, generator: np.random.Generator, **ammeter: Unpack[Ammeter]) -> Run:
        """Give one run."""
        built = RunBuilder(terminals={"top": "electrical"})
        level = 0.1
        currents = []
        for place, (mark, through) in enumerate((("check", self.conductance), ("leakage", 0.0))):
            rows = (place * self.readings, self.readings)
            begin = rows[0] * _DWELL
            built.event(Kind.READ, mark, "top", begin, begin + self.readings * _DWELL, level, rows)
            currents.append(np.full(self.readings, level * (through + self.leakage)))
        instrument = Instrument(**ammeter)
        exact = np.concatenate(currents)
        limited = exact > self.compliance
        readings = instrument.read(np.minimum(exact, self.compliance), generator)
        status = np.where(limited, int(SampleStatus.COMPLIANCE), 0).astype(float)
        built.trace("top", instants(len(exact), _DWELL), level, readings, instrument, _DWELL, status)
        return built.build()
