"""Synthetic LTP/LTD cycles and I-V loops with a known truth (METRICS.md section 8)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from labkit.core import FloatArray, Kind, Run, SampleStatus
from labkit.metrics._exponential_update import update_shape
from labkit.metrics._weight_curves import Train, WeightCurves


@dataclass
class Cycles:
    """An analogue synapse under identical pulses: exponential update, steps that scatter, noisy reads.

    Conductances in S. `c2c` is the scatter of a step and `read` the noise of a read, both relative to the change.
    """

    lowest: float = 1e-6
    change: float = 9e-6
    up: float = 2.0
    down: float = -2.0
    pulses: int = 50
    cycles: int = 10
    c2c: float = 0.0
    read: float = 0.0

    def curves(self, generator: np.random.Generator, *, offset: float = 0.0) -> WeightCurves:
        """Give LTP/LTD cycles as the metrics see them; `offset` (S) is the limit of one draw for the whole run."""
        shift = generator.uniform(-offset, offset)
        up, down = self.walks(generator)
        noise = self.read * self.change
        reads = [walk + shift + noise * generator.standard_normal(walk.shape) for walk in (up, down)]
        pulses = np.arange(self.pulses + 1.0)
        trains = {
            name: Train(name, pulses, rows, noise, 1e4)
            for name, rows in zip(("potentiation", "depression"), reads, strict=True)
        }
        return WeightCurves(trains, voltage=0.1, offset=offset, readings=5)

    def walks(self, generator: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """Give the true conductances, cycles x (pulses + 1); depression goes on from where potentiation ended."""
        x = np.linspace(0, 1, self.pulses + 1)
        up = self._walk(np.diff(update_shape(x, self.up)), generator)
        down = self._walk(np.diff(update_shape(1 - x, self.down)), generator)
        return self.lowest + self.change * up, self.lowest + self.change * (up[:, -1:] + down)

    def _walk(self, steps: FloatArray, generator: np.random.Generator) -> FloatArray:
        scattered = steps + self.c2c * generator.standard_normal((self.cycles, len(steps)))
        return np.concatenate([np.zeros((self.cycles, 1)), np.cumsum(scattered, axis=1)], axis=1)


@pytest.fixture
def synapse() -> type[Cycles]:
    """The class of synthetic synapses."""
    return Cycles


@dataclass
class PulsedRun:
    """Protocol P10 as a run: pulses, reads of several readings, late reads, the section of state reads."""

    builder: Any
    ammeter: Any
    voltage: float = 0.1
    readings: int = 5
    width: float = 0.1
    aperture: float = 0.02
    time: list[float] = field(default_factory=list)
    current: list[float] = field(default_factory=list)
    volts: list[float] = field(default_factory=list)
    status: list[int] = field(default_factory=list)
    now: float = 0.0

    def pulse(self, mark: str, level: float, **loops: float) -> None:
        """Apply one pulse."""
        self.builder.event(Kind.PULSE, mark, "top", self.now, self.now + self.width, level, **loops)
        self.now += self.width

    def read(self, mark: str, conductance: float, status: int = 0, **loops: float) -> None:
        """Read ten widths after what came before."""
        begin, first = self.now, len(self.time)
        self.now += 10 * self.width
        for _ in range(self.readings):
            self.time.append(self.now)
            self.current.append(conductance * self.voltage)
            self.volts.append(self.voltage)
            self.status.append(status)
            self.now += self.aperture
        self.builder.event(Kind.READ, mark, "top", begin, self.now, self.voltage, (first, self.readings), **loops)

    def run(self, generator: np.random.Generator) -> Run:
        """Give the run as its ammeter saw it."""
        current = self.ammeter.read(np.array(self.current), generator)
        self.builder.trace(
            "top",
            np.array(self.time),
            np.array(self.volts),
            current,
            self.ammeter,
            self.aperture,
            np.array(self.status),
        )
        return self.builder.build()


@pytest.fixture
def ltp_ltd_run(builder: Callable[..., Any], instrument: Callable[..., Any]) -> Callable[..., Run]:
    """Make a run of P10 of a synthetic synapse; the first of its cycles is spoilt, as forming would."""

    def make(
        cycles: Cycles,
        seed: int,
        *,
        sigma: float = 0.0,
        offset: float = 0.0,
        gain: float = 0.0,
        late_share: float = 1.0,
        readings: int = 5,
        status: SampleStatus = SampleStatus.OK,
        levels: FloatArray | None = None,
        state_reads: int = 30,
    ) -> Run:
        generator = np.random.default_rng(seed)
        up, down = cycles.walks(generator)
        made = PulsedRun(
            builder(loops=("cycle", "pulse", "programmed_level", "reading"), terminals={"top": "electrical"}),
            instrument(sigma=sigma, offset=offset, gain=gain),
            readings=readings,
        )
        for cycle in range(-1, len(up)):
            spoilt = 1.0 if cycle >= 0 else 3.0
            rise, fall = up[max(cycle, 0)] * spoilt, down[max(cycle, 0)] * spoilt
            made.read("initial", rise[0], cycle=cycle + 1)
            for pulse, value in enumerate(rise[1:]):
                made.pulse("potentiation", 0.5, cycle=cycle + 1, pulse=pulse)
                made.read("potentiation", value, int(status), cycle=cycle + 1, pulse=pulse)
            made.read("late", rise[0] + late_share * (rise[-1] - rise[0]), cycle=cycle + 1)
            for pulse, value in enumerate(fall[1:]):
                made.pulse("depression", -0.5, cycle=cycle + 1, pulse=pulse)
                made.read("depression", value, cycle=cycle + 1, pulse=pulse)
        for level, value in enumerate([] if levels is None else levels):
            made.pulse("state_pulse", 0.5, programmed_level=level)
            for reading in range(state_reads):
                made.read("state", value, programmed_level=level, reading=reading)
        return made.run(generator)

    return make
