"""Devices that wear out: lifetimes from a Weibull distribution, and runs of endurance with both states read (P16)."""

from dataclasses import dataclass, field, replace

import numpy as np

from benchmarks.validation.generators._noise import Instrument
from benchmarks.validation.generators._run import RunBuilder
from labkit.core import Estimate, Interval, Kind, Result, Run, Sample
from labkit.metrics import DeviceSet, MeasuredDevice

_READINGS = 5
_APERTURE = 1e-3
_STEP = 0.01


@dataclass
class Lifetimes:
    """Devices whose cycles to failure are Weibull distributed; a test ends after `test` cycles (None: never)."""

    devices: int = 10
    scale: float = 1000.0
    shape: float = 1.5
    test: float | None = None

    def quantile(self, share: float) -> float:
        """Give the cycles by which a share of all such devices has failed."""
        return self.scale * float((-np.log1p(-share)) ** (1 / self.shape))

    def set(self, generator: np.random.Generator) -> DeviceSet:
        """Draw one set of devices with the endurance that each showed."""
        lives = self.scale * generator.weibull(self.shape, self.devices)
        return DeviceSet("lives", tuple(self._device(number, float(life)) for number, life in enumerate(lives)))

    def _device(self, number: int, life: float) -> MeasuredDevice:
        test = np.inf if self.test is None else self.test
        failed = life <= test
        estimate = Estimate(life, 0.0, Interval(life, life)) if failed else None
        bound = None if failed else Interval(test, np.inf)
        at = {"window": 2.0, "read_voltage": 0.1}
        result = Result("endurance", "M24.three_in_a_row/1", "N_f", estimate, "1", "drawn", at=at, bound=bound)
        return MeasuredDevice(Sample(name="chip", device=f"{number + 1}"), (result,), float(number))


@dataclass
class SwitchingRun:
    """A device that goes between two states (S) until it is stuck in one from the cycle `fails` on.

    Both states of every `every`-th cycle are read, with `scatter` from cycle to cycle; `pulses` of one polarity make a
    state. `slips` are single cycles in which the reset did not work. `window` is the declared W.
    """

    cycles: int = 50
    low: float = 2e-5
    high: float = 2e-6
    fails: int | None = None
    stuck: str = "on"
    every: int = 1
    pulses: int = 1
    scatter: float = 0.05
    slips: tuple[int, ...] = ()
    window: str = "2"
    states: tuple[str, ...] = ("lrs", "hrs")
    compliance: tuple[int, ...] = ()
    instrument: Instrument = field(default_factory=Instrument)

    def run(self, generator: np.random.Generator) -> Run:
        """Give one run."""
        build = RunBuilder(loops=("cycle",), terminals={"top": "electrical"})
        currents: list[float] = []
        times: list[float] = []
        limited: list[int] = []
        now = 0.0
        for cycle in range(1, self.cycles + 1):
            for polarity, state in (("set", "lrs"), ("reset", "hrs")):
                for _ in range(self.pulses):
                    build.event(Kind.PULSE, polarity, "top", now, now + _STEP, 1.0, cycle=cycle - 1)
                    now += 2 * _STEP
                if cycle % self.every == 0 and state in self.states:
                    level = self._level(cycle, state) * float(np.exp(self.scatter * generator.standard_normal()))
                    read = (len(currents), _READINGS)
                    build.event(Kind.READ, state, "top", now, now + _STEP, 0.1, read, cycle=cycle - 1)
                    times += [now + k * _APERTURE for k in range(_READINGS)]
                    currents += [0.1 * level] * _READINGS
                    limited += [2 if cycle in self.compliance else 0] * _READINGS
                    now += 2 * _STEP
        readings = self.instrument.read(np.array(currents), generator)
        status = np.array(limited, float)
        build.trace("top", np.array(times), 0.1, readings, self.instrument, _APERTURE, status)
        run = build.build()
        return replace(run, description=replace(run.description, parameters={"window": self.window}))

    def _level(self, cycle: int, state: str) -> float:
        failed = self.fails is not None and cycle >= self.fails
        if (failed and self.stuck == "on") or cycle in self.slips:
            return self.low
        if failed:
            return self.high
        return self.low if state == "lrs" else self.high
