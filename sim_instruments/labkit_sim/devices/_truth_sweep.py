"""I-V loops of a memristive synapse along a staircase, state by state, and what M26-M29 are on them.

The staircase is gone through with the exact solution of every step, without noise, ranges or apertures.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np

from labkit.core import FloatArray
from labkit_sim.devices._device import Drive, Stimulus
from labkit_sim.devices._efficiency import efficiency_quadrature
from labkit_sim.devices._memristor import Memristor, MemristorParameters, Switching

_JUMP = 0.5
_JUMP_STEPS = 3
_FIRST_STEPS = 5
_NODES = 6


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
    """One polarity of a loop: the current (A) out and back, at levels (V) of rising magnitude from the first step."""

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

    def window(self, current: float | None = None) -> float | None:
        """Give by how much |V| differs between the branches where they first pass a current (A) (M29).

        Left out, the current is half of that at the turning point. None where a branch does not reach it.
        """
        wanted = abs(self.out[-1]) / 2 if current is None else abs(current)
        out, back = (_crossing(np.abs(self.level), np.abs(branch), wanted) for branch in (self.out, self.back))
        return None if out is None or back is None else out - back

    def switching_voltage(self) -> float | None:
        """Give the voltage of the steepest change of log10 |I| on the way out, smoothed over 5 points (M27).

        None for a gradual device, whose current nowhere changes by half a decade in three steps. The first five steps
        are left out: there the current of any resistor does.
        """
        from scipy.signal import savgol_filter

        decades = np.log10(np.maximum(np.abs(self.out), 1e-18))
        jumps = np.abs(decades[_JUMP_STEPS:] - decades[:-_JUMP_STEPS])[_FIRST_STEPS - 1 :]
        if len(jumps) == 0 or np.max(jumps) < _JUMP:
            return None
        slope = np.abs(savgol_filter(decades, 5, 2, deriv=1))
        peak = _FIRST_STEPS - 1 + int(np.argmax(slope[_FIRST_STEPS - 1 : -1]))
        before, at, after = slope[peak - 1 : peak + 2]
        vertex = (before - after) / (2 * (before - 2 * at + after))
        return float(self.level[peak] + vertex * (self.level[peak + 1] - self.level[peak]))


@dataclass(frozen=True, slots=True)
class SweepTruth:
    """One loop in full, and its two lobes."""

    level: FloatArray
    current: FloatArray
    positive: Lobe
    negative: Lobe


def sweep_truth(parameters: MemristorParameters, protocol: SweepProtocol, quantile: float = 0.5) -> SweepTruth:
    """Give the last of `protocol.cycles` loops from the pristine device on, for medians over cycles.

    All writes have the efficiency that a share `quantile` of them stays below.
    """
    efficiency = efficiency_at(parameters.variation, quantile)
    return _loop(parameters, protocol, efficiency, efficiency)


def mean_over_loops(
    parameters: MemristorParameters, protocol: SweepProtocol, measure: Callable[[SweepTruth], float]
) -> float:
    """Average a figure of a loop over the efficiencies of its two writes, for means over cycles.

    Of the loops before only the average counts: each loop sees the state that loops like itself leave.
    """
    nodes, weights = efficiency_quadrature(parameters.variation, _NODES)
    loops = [[measure(_loop(parameters, protocol, float(up), float(down))) for down in nodes] for up in nodes]
    return float(weights @ np.array(loops) @ weights)


def efficiency_at(variation: float, quantile: float) -> float:
    """Give the efficiency of an event that a share `quantile` of all events stays below."""
    from scipy.special import gammaincinv

    return 1.0 if variation == 0 else float(gammaincinv(variation**-2, quantile)) * variation**2


def _loop(parameters: MemristorParameters, protocol: SweepProtocol, rising: float, falling: float) -> SweepTruth:
    device = Memristor(_with_efficiencies(parameters, rising, falling))
    levels, dwell = protocol.levels, protocol.step / protocol.rate
    read_at = np.array([protocol.reading * dwell])
    current = np.empty(len(levels))
    for _ in range(protocol.cycles):
        for place, level in enumerate(levels):
            stimulus = Stimulus({"top": Drive(float(level), protocol.limit)})
            current[place] = device.trace(stimulus, read_at)["top"][1][0]
            device.advance(stimulus, dwell)
        device.advance(Stimulus({"top": Drive(0.0)}), protocol.rest)
    top, turn = int(np.argmax(levels)), int(np.argmin(levels))
    middle, last = top + int(np.argmin(np.abs(levels[top:turn]))), len(levels) - 1
    return SweepTruth(
        levels, current, _lobe(levels, current, 0, top, middle), _lobe(levels, current, middle, turn, last)
    )


def _with_efficiencies(parameters: MemristorParameters, rising: float, falling: float) -> MemristorParameters:
    def scaled(switching: Switching, efficiency: float) -> Switching:
        return switching.model_copy(update={"rate": switching.rate * efficiency})

    return parameters.model_copy(
        update={
            "variation": 0.0,
            "potentiation": scaled(parameters.potentiation, rising),
            "depression": scaled(parameters.depression, falling),
        }
    )


def _lobe(levels: FloatArray, current: FloatArray, begin: int, turn: int, end: int) -> Lobe:
    return Lobe(levels[begin + 1 : turn + 1], current[begin + 1 : turn + 1], current[turn:end][::-1])


def _crossing(voltage: FloatArray, current: FloatArray, wanted: float) -> float | None:
    above = np.flatnonzero(current >= wanted)
    if len(above) == 0:
        return None
    after = int(above[0])
    low_current, low_voltage = (current[after - 1], voltage[after - 1]) if after else (0.0, 0.0)
    share = (wanted - low_current) / (current[after] - low_current)
    return float(low_voltage + share * (voltage[after] - low_voltage))
