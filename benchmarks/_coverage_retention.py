"""What is left of a programmed state, from the state that the device really had when its programming ended (M22).

One write has one random efficiency, so that a level is not known before it was written; what it keeps then follows from
its populations and their lifetimes alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from labkit_sim.devices import MemristorPreset, PhototransistorPreset, read_preset
from scipy.optimize import brentq

from benchmarks._coverage_run import Acted, Observation
from benchmarks._coverage_statistics import Comparison, compared
from labkit.core import FloatArray, Kind, Result

LATEST = 1e12
NOTHING = 1e-9
"""An R below it is not worth an extrapolation."""
WRITING = 0.2
ERASING_GATE = 1.0
READING = 0.03


@dataclass(frozen=True, slots=True)
class Written:
    """One level: the device's state at the reference read, and after the last programming pulse (None: there was none).

    `weights` make a conductance or a current of a state, `lifetimes` in s. A read takes the mean over `window` (s).
    """

    reference: FloatArray
    programmed: FloatArray | None
    weights: FloatArray
    lifetimes: FloatArray
    window: float

    def change(self, time: float) -> float:
        """Give the change since the reference (any unit) a time (s) after programming, or after the reference."""
        begun = self.reference if self.programmed is None else self.programmed
        half = self.window / 2 / self.lifetimes
        return float(self.weights @ (begun * np.exp(-time / self.lifetimes) * np.sinh(half) / half - self.reference))

    def retained(self, time: float, start: float) -> float:
        """Give R."""
        return self.change(time) / self.change(start)

    def half_time(self, start: float) -> float:
        """Give t_50 (s); infinite when more than half stays."""

        def above(logarithm: float) -> float:
            return self.retained(float(np.exp(logarithm)), start) - 0.5

        end = float(np.log(LATEST))
        if above(end) > 0:
            return float("inf")
        begin = float(np.log(start / 1e3))
        return float(np.exp(brentq(above, begin, end, xtol=1e-12)))


def retention(preset: str) -> Callable[[Observation], list[Comparison]]:
    """Compare R and t_50 of each level."""

    def compare(seen: Observation) -> list[Comparison]:
        weights, lifetimes = _parts(preset, _resting_gate(seen.acted))
        reads = seen.run.rows(Kind.READ, "retention")
        window = float(np.median(reads["end"] - reads["begin"]))
        levels = list(_levels(seen.acted, partial(Written, weights=weights, lifetimes=lifetimes, window=window)))
        declared = sorted({result.at["state"] for result in seen.results})
        return [
            found
            for result in seen.results
            for found in _compared(result, levels[declared.index(result.at["state"])], levels[-1], seen)
        ]

    return compare


def _resting_gate(acted: tuple[Acted, ...]) -> float:
    """Give the gate's voltage (V) between the erase pulses: an accuracy away from 0, which changes the lifetimes."""
    return max(acted, key=lambda each: each.end - each.begin).voltage("gate")


def _parts(preset: str, gate: float) -> tuple[FloatArray, FloatArray]:
    """Give the weights and the lifetimes (s) of the parts of the state; a gate (V) that is not quite at 0 counts."""
    model = read_preset(preset)
    if isinstance(model, MemristorPreset):
        parts = model.parameters.populations
        return np.array([part.conductance for part in parts]), np.array([part.lifetime for part in parts])
    assert isinstance(model, PhototransistorPreset)
    traps = model.parameters.traps
    return np.ones(len(traps)), np.array([1 / model.parameters.emission(trap, gate) for trap in traps])


def _levels(acted: tuple[Acted, ...], written: Callable[[FloatArray, FloatArray | None], Written]) -> Iterator[Written]:
    """Go through what acted, level by level: erase, reference, programming, reads."""
    reference: FloatArray | None = None
    programmed: FloatArray | None = None
    writing = erased = False
    for each in acted:
        if _erases(each):
            if reference is not None:
                yield written(reference, programmed)
            reference = programmed = None
            erased = True
        elif _programs(each):
            writing = True
        else:
            if writing:
                programmed, writing = np.array(each.state), False
            if erased and reference is None and _reads(each):
                reference = np.array(each.state)
    if reference is not None:
        yield written(reference, programmed)


def _erases(each: Acted) -> bool:
    return each.voltage("top") < -WRITING or each.voltage("gate") > ERASING_GATE


def _programs(each: Acted) -> bool:
    return each.voltage("top") > WRITING or each.irradiance > 0


def _reads(each: Acted) -> bool:
    return max(each.voltage("top"), each.voltage("drain")) > READING


def _start(times: FloatArray) -> float:
    """Give the t0 of a state (s): when the read nearest to 1 s was taken."""
    return float(times[np.argmin(np.abs(np.log(times)))])


def _compared(result: Result, level: Written, fullest: Written, seen: Observation) -> Iterator[Comparison]:
    at = f"{result.at['state']:g} pulses"
    starts = {each.at["state"]: _start(each.curves[0].x) for each in seen.results if each.symbol == "R"}
    start = starts.get(result.at["state"], 1.0)
    if result.symbol in ("R", "R extrapolated"):
        truth = level.retained(result.at["time"], start)
        if result.symbol == "R" or abs(truth) > NOTHING:
            yield compared(result, truth, at)
    elif result.symbol == "t_50":
        yield compared(result, level.half_time(start), at)
    else:
        moved = level.change(result.at["time"]) - level.change(1.0)
        yield compared(result, moved / fullest.change(starts[max(starts)]), at)
