"""Closed current-voltage loops of a run: 0, +V, 0, -V, 0, split into branches of one polarity (P15)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from labkit.core import FloatArray, Kind, Run, SampleStatus
from labkit.metrics._metric import NotMeasured
from labkit.metrics._stimuli import Event, events, require_events
from labkit.metrics._windows import Trace, trace_of

POLARITIES = (1, -1)
POLARITY_NAMES: Mapping[int, str] = {1: "positive", -1: "negative"}
SHORTEST_BRANCH = 5
UNKNOWN_RATE = float("nan")
"""The ramp rate of data without times: this one object, so that it finds itself as a key."""
_UNUSABLE = int(SampleStatus.OVERLOAD | SampleStatus.INVALID)


@dataclass(frozen=True, slots=True)
class Branch:
    """One way of the ramp at one polarity, in the order of rising |V|.

    Arrays of one length: `voltage` (V, as programmed, signed), `current` (A), `limited` where the source was at its
    current limit.
    """

    voltage: FloatArray
    current: FloatArray
    limited: npt.NDArray[np.bool_]

    @property
    def magnitude(self) -> FloatArray:
        """|V| (V), rising."""
        return np.asarray(np.abs(self.voltage), float)

    def current_at(self, magnitude: FloatArray | float) -> FloatArray:
        """Give the current (A) at |V|, interpolated between points; beyond the ends that of the end."""
        return np.asarray(np.interp(magnitude, self.magnitude, self.current), float)

    def every_second(self, first: int) -> "Branch":
        """Give the branch at half as many points: the even ones (`first` 0) or the odd ones (1)."""
        chosen = slice(first, None, 2)
        return Branch(self.voltage[chosen], self.current[chosen], self.limited[chosen])

    def limited_at(self, magnitude: float) -> bool:
        """Tell whether a point beside |V| was at the current limit."""
        index = int(np.searchsorted(self.magnitude, magnitude))
        return bool(np.any(self.limited[max(index - 1, 0) : index + 1]))


@dataclass(frozen=True, slots=True)
class Side:
    """The two branches of one polarity: away from zero, and back."""

    forward: Branch
    backward: Branch

    @property
    def stop(self) -> float:
        """The largest |V| (V)."""
        return float(self.forward.magnitude[-1])


@dataclass(frozen=True, slots=True)
class Loop:
    """One loop: its nominal ramp `rate` (V/s), `step` (V) and the sides by polarity (1, -1)."""

    rate: float
    step: float
    sides: Mapping[int, Side]
    saturated: bool = False


@dataclass(frozen=True, slots=True)
class Loops:
    """The loops of a run that are repeats, in order of time; `first` of all may have formed the device.

    `gain` and `offset` (A) are the limits of the ammeter, `compliance` (A) the source's current limit. `dummies` are
    loops of a known resistor in the device's place.
    """

    first: Loop
    loops: tuple[Loop, ...]
    dummies: tuple[Loop, ...] = ()
    gain: float = 0.0
    offset: float = 0.0
    compliance: float = float("nan")

    @property
    def rates(self) -> tuple[float, ...]:
        """The ramp rates (V/s), rising; NaN last, where it is unknown."""
        rates = {loop.rate for loop in self.loops if not np.isnan(loop.rate)}
        unknown = any(np.isnan(loop.rate) for loop in self.loops)
        return (*sorted(rates), *((UNKNOWN_RATE,) if unknown else ()))

    @property
    def main_rate(self) -> float:
        """The rate with the most loops, the slowest of equals."""
        return max(self.rates, key=lambda rate: (len(self.at_rate(rate)), -rate))

    @property
    def main(self) -> tuple[Loop, ...]:
        """The loops at the main rate."""
        return self.at_rate(self.main_rate)

    def at_rate(self, rate: float) -> tuple[Loop, ...]:
        """Give the loops of one rate (V/s)."""
        return tuple(loop for loop in self.loops if same_rate(loop.rate, rate))

    def sides(self, polarity: int, rate: float | None = None) -> tuple[Side, ...]:
        """Give the sides of one polarity, at the main rate or another."""
        chosen = self.main if rate is None else self.at_rate(rate)
        return tuple(loop.sides[polarity] for loop in chosen if polarity in loop.sides)

    def dummy_sides(self, polarity: int, rate: float) -> tuple[Side, ...]:
        """Give the sides of one polarity of the dummy's loops at a rate."""
        return tuple(
            loop.sides[polarity] for loop in self.dummies if same_rate(loop.rate, rate) and polarity in loop.sides
        )

    @property
    def polarities(self) -> tuple[int, ...]:
        """The polarities that were swept at the main rate."""
        return tuple(polarity for polarity in POLARITIES if self.sides(polarity))

    @property
    def step(self) -> float:
        """The voltage step (V) at the main rate."""
        return float(np.median([loop.step for loop in self.main]))

    def at(self) -> dict[str, float]:
        """Give the conditions that every value of a loop belongs to."""
        found = {"rate": self.main_rate, "step": self.step, "compliance": self.compliance}
        return {name: value for name, value in found.items() if np.isfinite(value)}


def same_rate(one: float, other: float) -> bool:
    """Tell whether two ramp rates are the same; unknown ones (NaN) are."""
    return one == other or bool(np.isnan(one) and np.isnan(other))


def read_loops(run: Run) -> Loops:
    """Read the ramps marked `loop` and `dummy` of a run.

    Raises NotMeasured when there is no loop.
    """
    remedy = "ramp 0, +V, 0, -V, 0 with the mark loop (protocol P15)"
    found = require_events(events(run, Kind.RAMP, ("loop",)), "current-voltage loop", remedy)
    terminal = found[0].terminal
    trace = trace_of(run, terminal)
    loops = _loops(trace, found)
    if not loops:
        raise NotMeasured("no loop of the run has branches of five points", remedy)
    dummies = _loops(trace, events(run, Kind.RAMP, ("dummy",), terminal))
    accuracy = trace.accuracy_at(found[0].begin)
    table = run.acquisitions
    limits = table.loc[table["terminal"] == terminal, "compliance"]
    return Loops(
        first=loops[0],
        loops=repeated(loops),
        dummies=dummies,
        gain=accuracy.gain,
        offset=accuracy.offset,
        compliance=float(limits.max()) if len(limits) else float("nan"),
    )


def repeated(loops: tuple[Loop, ...]) -> tuple[Loop, ...]:
    """Give the loops that are repeats: without the very first, and without those after a loop of another rate.

    A loop begins in the state that the one before it left, which after another rate (or a rest) is not that of its
    equals. Where every loop of a rate follows another rate, they are equals and all stay.
    """
    after_equals = {id(loop) for before, loop in pairwise(loops) if same_rate(before.rate, loop.rate)}
    rates = [loop.rate for loop in loops if id(loop) in after_equals]
    later = loops[1:] or loops
    return tuple(
        loop for loop in later if id(loop) in after_equals or not any(same_rate(loop.rate, rate) for rate in rates)
    )


def _loops(trace: Trace, ramps: Sequence[Event]) -> tuple[Loop, ...]:
    loops = [_loop(trace, ramp) for ramp in ramps if ramp.terminal == trace.terminal and ramp.sample_count > 0]
    return tuple(loop for loop in loops if loop.sides)


def _loop(trace: Trace, ramp: Event) -> Loop:
    chosen = slice(ramp.first_sample, ramp.first_sample + ramp.sample_count)
    status = trace.status[chosen]
    limited = (status & int(SampleStatus.COMPLIANCE)) != 0
    voltage = programmed_voltage(trace.voltage[chosen], limited)
    current = trace.current[chosen]
    usable = ((status & _UNUSABLE) == 0) & np.isfinite(current)
    step = float(np.median(np.abs(np.diff(voltage)))) if len(voltage) > 1 else 0.0
    # A rate that is declared to be unknown (data without times) is not measured on a time axis that only counts.
    rate = ramp.values["rate"] if "rate" in ramp.values else _measured_rate(voltage, trace.time[chosen])
    sides = {}
    for polarity in POLARITIES:
        side = _side(polarity, step, voltage, current, limited, usable)
        if side is not None:
            sides[polarity] = side
    return Loop(rate, step, sides, bool(np.any(~usable)))


def _measured_rate(voltage: FloatArray, time: FloatArray) -> float:
    speed = float(np.median(np.abs(np.diff(voltage)) / np.diff(time))) if len(time) > 1 else float("nan")
    return float(f"{speed:.2g}")  # loops of one programmed rate must compare equal


def _side(
    polarity: int,
    step: float,
    voltage: FloatArray,
    current: FloatArray,
    limited: npt.NDArray[np.bool_],
    usable: npt.NDArray[np.bool_],
) -> Side | None:
    places = np.flatnonzero(polarity * voltage > step / 4)
    if len(places) == 0:
        return None
    turn = int(np.argmax(polarity * voltage[places]))
    forward, backward = places[: turn + 1], places[turn:][::-1]
    forward, backward = forward[usable[forward]], backward[usable[backward]]
    if min(len(forward), len(backward)) < SHORTEST_BRANCH:
        return None
    return Side(
        *(
            Branch(voltage[rows], current[rows], limited[rows])
            for rows in (_rising(forward, voltage), _rising(backward, voltage))
        )
    )


def _rising(rows: npt.NDArray[np.intp], voltage: FloatArray) -> npt.NDArray[np.intp]:
    return rows[np.argsort(np.abs(voltage[rows]), kind="stable")]


def programmed_voltage(measured: FloatArray, limited: npt.NDArray[np.bool_]) -> FloatArray:
    """Give the ramp (V) as programmed where the source was at its current limit and could not hold it.

    The ramp goes on at its step from the last point before the limit, and back to the first point after it.
    """
    if not np.any(limited):
        return measured
    steady = ~limited[1:] & ~limited[:-1]
    if not np.any(steady):
        return measured
    step = float(np.median(np.abs(np.diff(measured)[steady])))
    voltage = measured.copy()
    for begin, end in _stretches(limited):
        if begin >= 2 and end + 2 <= len(measured):
            voltage[begin:end] = _bridged(measured, begin, end, step)
    return voltage


def _bridged(measured: FloatArray, begin: int, end: int, step: float) -> FloatArray:
    numbers = np.arange(1.0, end - begin + 1)
    before, after = measured[begin - 1], measured[end]
    way_in, way_out = np.sign(before - measured[begin - 2]), np.sign(measured[end + 1] - after)
    if way_in == way_out:
        return np.asarray(before + (after - before) * numbers / (end - begin + 1), float)
    onward, homeward = before + way_in * step * numbers, after - way_out * step * numbers[::-1]
    turned = np.minimum(onward, homeward) if way_in > 0 else np.maximum(onward, homeward)
    return np.asarray(turned, float)


def _stretches(mask: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(begin), int(end)) for begin, end in zip(edges[::2], edges[1::2], strict=True)]
