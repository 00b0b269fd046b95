"""Bipolar memristors under closed loops, as the metrics see them and as whole runs of P15."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.validation.generators._noise import Instrument
from benchmarks.validation.generators._run import RunBuilder, instants
from labkit.core import FloatArray, Kind, Run, SampleStatus
from labkit.metrics._loops import Branch, Loop, Loops, Side


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


def loop_run(
    device: Memristor,
    seed: int,
    *,
    rates: Mapping[float, int],
    stop: float = 1.0,
    step: float = 0.02,
    sigma: float = 0.0,
    offset: float = 0.0,
    compliance: float = 1e9,
    dummy: Memristor | None = None,
) -> Run:
    """Make a run of P15: loops of a device at some rates, the main rate last; the very first loop is a forming one."""
    generator = np.random.default_rng(seed)
    ammeter = Instrument(sigma=sigma, offset=offset)
    made = RunBuilder(loops=("rate", "cycle"), valued_loops=("rate",), terminals={"top": "electrical"})
    voltage, now = _triangles(stop, step), 0.0
    time: list[FloatArray] = []
    readings: list[tuple[FloatArray, FloatArray, FloatArray]] = []
    for mark, measured in (("loop", device), ("dummy", dummy)):
        if measured is None:
            continue
        for position, (rate, count) in enumerate(rates.items()):
            for cycle in range(count):
                rows = (len(voltage) * len(time), len(voltage))
                begin, now = now, now + (len(voltage) + 1) * step / rate
                place = {"rate": position, "rate_value": rate, "cycle": cycle}
                made.event(Kind.RAMP, mark, "top", begin, now, stop, rows, **place)
                time.append(begin + instants(len(voltage), step / rate))
                readings.append(_limited(voltage, measured.currents(voltage, rate, generator), compliance))
    volts, amperes, status = (np.concatenate(column) for column in zip(*readings, strict=True))
    made.trace("top", np.concatenate(time), volts, ammeter.read(amperes, generator), ammeter, 1e-4, status)
    return made.build()


def _triangles(stop: float, step: float) -> FloatArray:
    """Give the voltages (V) of one loop 0, +stop, 0, -stop, 0."""
    up = np.arange(1, round(stop / step) + 1) * step
    return np.concatenate([[0.0], up, up[-2::-1], [0.0], -up, -up[-2::-1], [0.0]])


def _limited(voltage: FloatArray, current: FloatArray, compliance: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give voltage, current and status as a source at its current limit (A) has them."""
    beyond = np.abs(current) > compliance
    seen = np.where(beyond, voltage * compliance / np.maximum(np.abs(current), 1e-30), voltage)
    status = np.where(beyond, float(SampleStatus.COMPLIANCE), 0.0)
    return seen, np.clip(current, -compliance, compliance), status


def make_loops(
    device: Memristor,
    generator: np.random.Generator,
    rates: Mapping[float, int],
    *,
    stop: float = 1.0,
    step: float = 0.02,
    sigma: float = 0.0,
    offset: float = 0.0,
) -> Loops:
    """Make loops as the metrics see them, without a run: quick enough for thousands."""
    voltage = _triangles(stop, step)
    shift, count = generator.uniform(-offset, offset), round(stop / step)
    found = []
    for rate, cycles in rates.items():
        for _ in range(cycles):
            current = device.currents(voltage, rate, generator) + shift
            current = current + sigma * generator.standard_normal(len(voltage))
            sides = {1: _side(voltage, current, 1, count), -1: _side(voltage, current, 2 * count + 1, count)}
            found.append(Loop(rate, step, sides))
    return Loops(found[0], tuple(found), offset=offset)


def _side(voltage: FloatArray, current: FloatArray, begin: int, count: int) -> Side:
    out, back = np.arange(begin, begin + count), np.arange(begin + count - 1, begin + 2 * count - 1)[::-1]
    free = np.zeros(count, bool)
    return Side(Branch(voltage[out], current[out], free), Branch(voltage[back], current[back], free))
