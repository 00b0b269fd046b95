"""I-V loops of a memristive synapse along a staircase, state by state, and what M26-M29 are on them.

The staircase is gone through with the exact solution of every step, without noise, ranges or apertures.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np

from labkit.core import FloatArray
from labkit_sim.devices._device import Drive, Stimulus
from labkit_sim.devices._memristor import Memristor, MemristorParameters, Switching

_JUMP = 0.5
_JUMP_STEPS = 3


@dataclass(frozen=True, slots=True)
class SweepProtocol:
    """Loops 0, `positive`, 0, `negative`, 0 (V) in steps of `step` (V) at `rate` (V/s) with a current limit (A) (P15).

    Each level is read `reading` of its time after its beginning; `rest` (s) at 0 V follows each loop.
    """

    positive: float
    negative: float
    rate: float
    step: float = 0.02
    limit: float = inf
    rest: float = 1.0
    cycles: int = 3
    reading: float = 1.0

    @property
    def levels(self) -> FloatArray:
        """The levels of one loop (V): each corner once, then on to the next."""
        corners = (0.0, self.positive, 0.0, self.negative, 0.0)
        parts = [np.zeros(1)]
        for begin, end in pairwise(corners):
            count = max(round(abs(end - begin) / self.step), 1)
            parts.append(np.linspace(begin, end, count + 1)[1:])
        return np.concatenate(parts)


@dataclass(frozen=True, slots=True)
class Lobe:
    """One polarity of a loop: the current (A) out and back, at levels (V) that rise in magnitude."""

    level: FloatArray
    out: FloatArray
    back: FloatArray

    @property
    def hysteresis_index(self) -> float:
        """HI = integral |I_back - I_out| dV / integral (|I_back| + |I_out|) dV (M28)."""
        apart = np.trapezoid(np.abs(self.back - self.out), np.abs(self.level))
        return float(apart / np.trapezoid(np.abs(self.back) + np.abs(self.out), np.abs(self.level)))

    def ratio(self, read_voltage: float) -> float:
        """Give the larger over the smaller current of the two branches at a read voltage (M26)."""
        size = np.abs(self.level)
        out, back = (float(np.interp(abs(read_voltage), size, np.abs(branch))) for branch in (self.out, self.back))
        return max(out, back) / min(out, back)

    def window(self, current: float) -> float | None:
        """Give the voltage between the branches at a constant current (A), both as magnitudes (M29); None if beyond."""
        voltages = [_crossing(np.abs(self.level), np.abs(branch), abs(current)) for branch in (self.out, self.back)]
        out, back = voltages
        return None if out is None or back is None else out - back

    def switching_voltage(self) -> float | None:
        """Give the voltage of the steepest change of log10 |I / V| on the way out (M27).

        None for a gradual device, whose conductance nowhere changes by half a decade in three steps. I / V, because the
        current of any resistor changes by decades close to 0 V.
        """
        decades = np.log10(np.abs(self.out[1:] / self.level[1:]))
        if len(decades) <= _JUMP_STEPS:
            return None
        if np.max(np.abs(decades[_JUMP_STEPS:] - decades[:-_JUMP_STEPS])) < _JUMP:
            return None
        steepest = int(np.argmax(np.abs(np.diff(decades))))
        return float((self.level[steepest + 1] + self.level[steepest + 2]) / 2)


@dataclass(frozen=True, slots=True)
class SweepTruth:
    """One loop in full, and its two lobes."""

    level: FloatArray
    current: FloatArray
    positive: Lobe
    negative: Lobe


def sweep_truth(parameters: MemristorParameters, protocol: SweepProtocol, quantile: float = 0.5) -> SweepTruth:
    """Give the last of `protocol.cycles` loops from the pristine device on.

    All writes have the efficiency that a share `quantile` of them stays below: 0.5 for medians over cycles.
    """
    device = Memristor(_with_efficiency(parameters, efficiency_at(parameters.variation, quantile)))
    levels, dwell = protocol.levels, protocol.step / protocol.rate
    current = np.empty(len(levels))
    for _ in range(protocol.cycles):
        for place, level in enumerate(levels):
            stimulus = Stimulus({"top": Drive(float(level), protocol.limit)})
            current[place] = device.trace(stimulus, np.array([protocol.reading * dwell]))["top"][1][0]
            device.advance(stimulus, dwell)
        device.advance(Stimulus({"top": Drive(0.0)}), protocol.rest)
    top, turn = int(np.argmax(levels)), int(np.argmin(levels))
    middle = top + int(np.argmin(np.abs(levels[top:turn])))
    last = len(levels) - 1
    return SweepTruth(
        levels, current, _lobe(levels, current, 0, top, middle), _lobe(levels, current, middle, turn, last)
    )


def efficiency_at(variation: float, quantile: float) -> float:
    """Give the efficiency of an event that a share `quantile` of all events stays below."""
    from scipy.special import gammaincinv

    return 1.0 if variation == 0 else float(gammaincinv(variation**-2, quantile)) * variation**2


def _with_efficiency(parameters: MemristorParameters, efficiency: float) -> MemristorParameters:
    def scaled(switching: Switching) -> Switching:
        return switching.model_copy(update={"rate": switching.rate * efficiency})

    return parameters.model_copy(
        update={
            "variation": 0.0,
            "potentiation": scaled(parameters.potentiation),
            "depression": scaled(parameters.depression),
        }
    )


def _lobe(levels: FloatArray, current: FloatArray, begin: int, turn: int, end: int) -> Lobe:
    return Lobe(levels[begin : turn + 1], current[begin : turn + 1], current[turn : end + 1][::-1])


def _crossing(voltage: FloatArray, current: FloatArray, wanted: float) -> float | None:
    above = np.flatnonzero(current >= wanted)
    if len(above) == 0 or above[0] == 0:
        return None
    before, after = above[0] - 1, above[0]
    share = (wanted - current[before]) / (current[after] - current[before])
    return float(voltage[before] + share * (voltage[after] - voltage[before]))
