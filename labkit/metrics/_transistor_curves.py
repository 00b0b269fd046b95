"""Transfer and output curves of a run: a swept terminal, and the drain's and gate's current at each step (P18)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labkit.core import FloatArray, Kind, Run, SampleStatus
from labkit.metrics._metric import NotMeasured
from labkit.metrics._stimuli import Event, events
from labkit.metrics._windows import Accuracy, Trace, trace_of

DRAIN, GATE = "drain", "gate"
LEAST_POINTS = 10
_SWITCHING = 3.0
"""How much more current must flow at one end of a transfer curve than at the other."""
_UNUSABLE = int(SampleStatus.OVERLOAD | SampleStatus.INVALID)


@dataclass(frozen=True, slots=True)
class Branches:
    """Curves of one kind at one condition: points of rising drive, one row a cycle, forward and backward.

    `drive` (V, points) is the swept voltage in the direction in which the channel opens (or the current grows), `sign`
    what turns it and the currents into their magnitudes; `held` (V) is the other terminal's voltage, signed. Currents
    (A, cycles x points) are turned likewise. `limited` tells where a point was at a current limit in any cycle.
    """

    drive: FloatArray
    forward: FloatArray
    backward: FloatArray
    gate_forward: FloatArray
    gate_backward: FloatArray
    limited: npt.NDArray[np.bool_]
    saturated: bool
    sign: int
    held: float
    rate: float

    @property
    def cycles(self) -> int:
        """How many cycles."""
        return len(self.forward)

    @property
    def span(self) -> float:
        """The swept range (V)."""
        return float(np.ptp(self.drive))

    @property
    def gate(self) -> FloatArray:
        """The gate's current (A, cycles x points), without displacement: the mean of both directions."""
        return (self.gate_forward + self.gate_backward) / 2


@dataclass(frozen=True, slots=True)
class Curves:
    """The curves of one mark, by held voltage and ramp rate, with the accuracy of both terminals' instruments."""

    branches: tuple[Branches, ...]
    drain: Accuracy
    gate: Accuracy

    @property
    def held(self) -> tuple[float, ...]:
        """The held voltages (V), rising in magnitude."""
        return tuple(sorted({each.held for each in self.branches}, key=abs))

    def at(self, held: float) -> tuple[Branches, ...]:
        """Give the curves at a held voltage, rising in rate."""
        return tuple(sorted((each for each in self.branches if each.held == held), key=lambda each: each.rate))

    def main(self, held: float) -> Branches:
        """Give the curves at the rate with the most cycles, the slowest of equals."""
        return max(self.at(held), key=lambda each: (each.cycles, -each.rate))


@dataclass(frozen=True, slots=True)
class _Sweep:
    held: float
    rate: float
    voltage: FloatArray
    drain: FloatArray
    gate: FloatArray
    limited: npt.NDArray[np.bool_]
    saturated: bool


def transfer_curves(run: Run) -> Curves | None:
    """Read the ramps of the gate marked `transfer`, or None when there are none."""
    return _curves(run, "transfer", GATE, _opening)


def output_curves(run: Run) -> Curves | None:
    """Read the ramps of the drain marked `output`, or None when there are none."""
    return _curves(run, "output", DRAIN, lambda sweep: 1 if sweep.voltage[np.argmax(np.abs(sweep.voltage))] > 0 else -1)


def _curves(run: Run, mark: str, swept: str, direction: Callable[[_Sweep], int]) -> Curves | None:
    ramps = events(run, Kind.RAMP, (mark,), swept)
    if not ramps:
        return None
    other = DRAIN if swept == GATE else GATE
    beside = events(run, Kind.RECORD, (mark,), other)
    remedy = f"sample the {other} in the ramp of the {swept} (`sample: [{other}]`, protocol P18)"
    if len(beside) != len(ramps):
        raise NotMeasured(f"the {other} was not sampled in each ramp marked {mark}", remedy)
    traces = trace_of(run, swept), trace_of(run, other)
    sweeps = [_sweep(*pair, *traces, swept) for pair in zip(ramps, beside, strict=True)]
    groups: dict[tuple[float, float, int], list[_Sweep]] = {}
    for sweep in sweeps:
        groups.setdefault((sweep.held, sweep.rate, len(sweep.voltage)), []).append(sweep)
    branches = tuple(_branches(group, direction(group[0])) for group in groups.values())
    accuracy = {trace.terminal: trace.accuracy_at(ramps[0].end) for trace in traces}
    return Curves(branches, accuracy[DRAIN], accuracy[GATE])


def _sweep(ramp: Event, beside: Event, swept: Trace, other: Trace, name: str) -> _Sweep:
    own, beyond = (slice(event.first_sample, event.first_sample + event.sample_count) for event in (ramp, beside))
    voltage, count = swept.voltage[own], ramp.sample_count
    if count != beside.sample_count or count < LEAST_POINTS:
        raise NotMeasured("a ramp was cut off", "run the protocol to its end")
    lag = np.abs(swept.time[own] - other.time[beyond])
    if np.any(lag > np.median(np.diff(swept.time[own])) / 2):
        raise NotMeasured("drain and gate were not read in the same step", "ramp more slowly, or on one instrument")
    status = swept.status[own] | other.status[beyond]
    drain, gate = (
        (swept.current[own], other.current[beyond]) if name == DRAIN else (other.current[beyond], swept.current[own])
    )
    return _Sweep(
        held=beside.level_requested,
        rate=ramp.values.get("rate", _measured_rate(voltage, swept.time[own])),
        voltage=voltage,
        drain=drain,
        gate=gate,
        limited=(status & int(SampleStatus.COMPLIANCE)) != 0,
        saturated=bool(np.any(status & _UNUSABLE)),
    )


def _measured_rate(voltage: FloatArray, time: FloatArray) -> float:
    speed = np.median(np.abs(np.diff(voltage)) / np.diff(time))
    return float(f"{float(speed):.2g}")


def _opening(sweep: _Sweep) -> int:
    """Tell which way the gate opens the channel: 1 for electrons, -1 for holes."""
    order = np.argsort(sweep.voltage)
    size = np.abs(sweep.drain[order])
    count = max(len(size) // 20, 2)
    low, high = float(np.nanmean(size[:count])), float(np.nanmean(size[-count:]))
    if max(low, high) < _SWITCHING * min(low, high):
        raise NotMeasured(
            "the gate does not switch the channel: the drain current differs by less than three times",
            "sweep the gate further, or look for a short",
        )
    return 1 if high > low else -1


def _branches(sweeps: Sequence[_Sweep], sign: int) -> Branches:
    drives = [sign * sweep.voltage for sweep in sweeps]
    turn = int(np.argmax(np.mean(drives, axis=0)))
    drive = np.mean([each[: turn + 1] for each in drives], axis=0)
    return Branches(
        drive=drive,
        forward=_rows([_size(sweep)[: turn + 1] for sweep in sweeps]),
        backward=_rows([_back(_size(sweep), each, turn, drive) for sweep, each in zip(sweeps, drives, strict=True)]),
        gate_forward=_rows([sweep.gate[: turn + 1] for sweep in sweeps]),
        gate_backward=_rows([_back(sweep.gate, each, turn, drive) for sweep, each in zip(sweeps, drives, strict=True)]),
        limited=np.any([sweep.limited[: turn + 1] for sweep in sweeps], axis=0),
        saturated=any(sweep.saturated for sweep in sweeps),
        sign=sign,
        held=sweeps[0].held,
        rate=sweeps[0].rate,
    )


def _size(sweep: _Sweep) -> FloatArray:
    """Give the drain's current (A) with the sign of its majority: holes flow the other way."""
    return sweep.drain * (1.0 if np.nansum(sweep.drain) >= 0 else -1.0)


def _back(values: FloatArray, drive: FloatArray, turn: int, at: FloatArray) -> FloatArray:
    """Lay the way back on the drives of the way there; the turning point, which belongs to that, is extrapolated."""
    if len(values) - turn <= LEAST_POINTS:
        return np.full(len(at), np.nan)
    back, own = drive[turn + 1 :][::-1], values[turn + 1 :][::-1]
    found = np.interp(at, back, own)
    beyond = at > back[-1]
    found[beyond] = own[-1] + (own[-1] - own[-2]) / (back[-1] - back[-2]) * (at[beyond] - back[-1])
    return np.asarray(found, float)


def _rows(rows: Sequence[FloatArray]) -> FloatArray:
    return np.asarray(np.array(rows), float)
