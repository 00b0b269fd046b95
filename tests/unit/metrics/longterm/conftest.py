"""Synthetic LTP/LTD cycles and I-V loops with a known truth (metric standard, section 8)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from labkit.core import Estimate, FloatArray, Kind, Run, SampleStatus
from labkit.metrics._exponential_update import update_shape
from labkit.metrics._loops import Branch, Loop, Loops, Side
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


@dataclass
class Drifting(Cycles):
    """A synapse whose pulses have a random efficiency: large first steps scatter most, and later ones make up for it.

    `c2c` is the coefficient of variation of the efficiency (gamma distributed), `up` and `down` P_max over A.
    """

    def walks(self, generator: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """Give the true conductances, cycles x (pulses + 1); each half-cycle starts from its end state."""
        up = 1 - self._left(self.up, generator)
        down = self._left(-self.down, generator)
        return self.lowest + self.change * up, self.lowest + self.change * (up[:, -1:] * down)

    def _left(self, curvature: float, generator: np.random.Generator) -> FloatArray:
        doses = generator.gamma(self.c2c**-2, self.c2c**2, (self.cycles, self.pulses)) * curvature / self.pulses
        return np.asarray(
            np.exp(-np.concatenate([np.zeros((self.cycles, 1)), np.cumsum(doses, axis=1)], axis=1)), float
        )


@pytest.fixture
def synapse() -> type[Cycles]:
    """The class of synthetic synapses."""
    return Cycles


@pytest.fixture
def drifting_synapse() -> type[Drifting]:
    """The class of synapses whose pulses have a random efficiency."""
    return Drifting


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


@dataclass
class Memristor:
    """A bipolar memristor under closed loops: SET on the way to +V, RESET on the way to -V, ohmic states.

    Conductances in S, voltages in V. `abrupt` jumps within `width` V (logistic in log I); otherwise the state moves
    with the voltage over the whole branch. `capacitance` (F) adds displacement current, `scatter` is the standard
    deviation of ln I of each state and of the switching voltages (relative) from cycle to cycle.
    """

    off: float = 1e-6
    on: float = 1e-4
    set_voltage: float = 0.7
    reset_voltage: float = 0.6
    width: float = 0.002
    scatter: float = 0.0
    capacitance: float = 0.0
    delay: float = 0.0

    def currents(self, voltage: FloatArray, rate: float, generator: np.random.Generator) -> FloatArray:
        """Give the currents (A) of one loop 0, +V, 0, -V, 0."""
        on, off = np.exp(self.scatter * generator.standard_normal(2)) * (self.on, self.off)
        set_at, reset_at = np.exp(self.scatter * generator.standard_normal(2)) * (self.set_voltage, self.reset_voltage)
        top, bottom = int(np.argmax(voltage)), int(np.argmin(voltage))
        middle = top + int(np.argmin(np.abs(voltage[top:bottom])))
        size = np.abs(voltage)
        shift = self.delay * rate
        state = np.zeros(len(voltage))
        state[: top + 1] = _logistic((size[: top + 1] - set_at - shift) / self.width)
        state[top + 1 : middle] = state[top]
        state[middle : bottom + 1] = state[top] * _logistic(
            -(size[middle : bottom + 1] - reset_at - shift) / self.width
        )
        state[bottom + 1 :] = state[bottom]
        slope = np.gradient(voltage) * rate / np.median(np.abs(np.diff(voltage)))
        return np.asarray(voltage * off * (on / off) ** state + self.capacitance * slope, float)


def _logistic(argument: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-np.clip(argument, -300, 300))), float)


@pytest.fixture
def memristor() -> type[Memristor]:
    """The class of synthetic memristors."""
    return Memristor


@pytest.fixture
def loop_run(builder: Callable[..., Any], instrument: Callable[..., Any]) -> Callable[..., Run]:
    """Make a run of P15: loops of a device at some rates, the main rate last; the very first loop is a forming one."""

    def make(
        device: Any,
        seed: int,
        *,
        rates: dict[float, int],
        stop: float = 1.0,
        step: float = 0.02,
        sigma: float = 0.0,
        offset: float = 0.0,
        compliance: float = 1e9,
        dummy: Any = None,
    ) -> Run:
        generator = np.random.default_rng(seed)
        ammeter = instrument(sigma=sigma, offset=offset)
        made = builder(loops=("rate", "cycle"), valued_loops=("rate",), terminals={"top": "electrical"})
        up = np.arange(1, round(stop / step) + 1) * step
        voltage = np.concatenate([[0.0], up, up[-2::-1], [0.0], -up, -up[-2::-1], [0.0]])
        time, volts, amperes, status, now = [], [], [], [], 0.0
        for mark, measured in (("loop", device), ("dummy", dummy)):
            for position, (rate, count) in enumerate(rates.items() if measured else ()):
                for cycle in range(count):
                    current = measured.currents(voltage, rate, generator)
                    limited = np.abs(current) > compliance
                    seen = np.where(limited, voltage * compliance / np.maximum(np.abs(current), 1e-30), voltage)
                    current = np.clip(current, -compliance, compliance)
                    begin, first = now, sum(len(part) for part in time)
                    time.append(now + np.arange(len(voltage)) * step / rate)
                    now += (len(voltage) + 1) * step / rate
                    volts.append(seen)
                    amperes.append(current)
                    status.append(np.where(limited, int(SampleStatus.COMPLIANCE), 0))
                    made.event(
                        Kind.RAMP,
                        mark,
                        "top",
                        begin,
                        now,
                        stop,
                        (first, len(voltage)),
                        rate=position,
                        rate_value=rate,
                        cycle=cycle,
                    )
        read = ammeter.read(np.concatenate(amperes), generator)
        made.trace("top", np.concatenate(time), np.concatenate(volts), read, ammeter, 1e-4, np.concatenate(status))
        return made.build()

    return make


@dataclass
class Coverage:
    """Counts how often intervals hold the truth, and how far values lie from it."""

    truth: float
    values: list[float] = field(default_factory=list)
    uncertainties: list[float] = field(default_factory=list)
    covered: int = 0

    def add(self, estimate: Estimate | None) -> None:
        """Take one estimate; one without a value counts as a miss."""
        if estimate is None:
            self.values.append(float("nan"))
            return
        self.values.append(estimate.value)
        self.uncertainties.append(estimate.uncertainty)
        self.covered += self.truth in estimate.interval

    @property
    def trials(self) -> int:
        """How many estimates."""
        return len(self.values)

    @property
    def bias(self) -> float:
        """Mean deviation from the truth."""
        return float(np.nanmean(self.values)) - self.truth

    @property
    def bias_uncertainty(self) -> float:
        """Standard error of the bias."""
        return float(np.nanstd(self.values) / np.sqrt(self.trials))


@pytest.fixture
def coverage() -> type[Coverage]:
    """The class that counts coverage."""
    return Coverage


@pytest.fixture
def make_loops() -> Callable[..., Loops]:
    """Make loops as the metrics see them, without a run: quick enough for thousands."""

    def make(
        device: Memristor,
        generator: np.random.Generator,
        rates: dict[float, int],
        *,
        stop: float = 1.0,
        step: float = 0.02,
        sigma: float = 0.0,
        offset: float = 0.0,
    ) -> Loops:
        up = np.arange(1, round(stop / step) + 1) * step
        voltage = np.concatenate([[0.0], up, up[-2::-1], [0.0], -up, -up[-2::-1], [0.0]])
        shift, count = generator.uniform(-offset, offset), len(up)
        found = []
        for rate, cycles in rates.items():
            for _ in range(cycles):
                current = device.currents(voltage, rate, generator) + shift
                current = current + sigma * generator.standard_normal(len(voltage))
                found.append(
                    Loop(
                        rate,
                        step,
                        {1: _side(voltage, current, 1, count), -1: _side(voltage, current, 2 * count + 1, count)},
                    )
                )
        return Loops(found[0], tuple(found), offset=offset)

    return make


def _side(voltage: FloatArray, current: FloatArray, begin: int, count: int) -> Side:
    out, back = np.arange(begin, begin + count), np.arange(begin + count - 1, begin + 2 * count - 1)[::-1]
    free = np.zeros(count, bool)
    return Side(Branch(voltage[out], current[out], free), Branch(voltage[back], current[back], free))
