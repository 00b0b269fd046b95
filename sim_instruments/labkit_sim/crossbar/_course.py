"""What becomes of a crossbar of memristors while what drives it stays as it is: potentials and states over time.

The cells' states move with the voltages across them, and these with the states of all. A step from t to t + h takes
each population exactly through h at the voltage that the nodal solve gives for the middle of the step (exponential
midpoint rule, second order); the same step at the mean of the voltages at both ends tells its error, which is held to a
share of each conductance, and so is the error of potentials between the steps. Where no voltage depends on the states
(one cell; lines without resistance that are all driven), one step is exact.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from labkit.core import FloatArray, IntArray
from labkit_sim.crossbar._crossbar import Solution
from labkit_sim.crossbar._memristor_cells import MemristorCells
from labkit_sim.crossbar._selected_cells import SelectedCells

Solve = Callable[[SelectedCells, Solution | None], Solution]
"""The potentials for the cells as they conduct, from those that are near to them."""

TOLERANCE = 1e-7
"""Largest error of a step, relative to each conductance."""
_BENT = 5e-3
"""Largest share by which voltages and currents in the middle of a step may lie beside the mean of its ends: a decay of
a fifth of its lifetime, from which a parabola through the three is off by less than 1e-4 of what decays."""
_SMALLEST = 1e-12
"""Of the time that is to be reached: a step so small is taken whatever its error."""


class _Moment(NamedTuple):
    """The crossbar at an instant of a course."""

    levels: FloatArray
    solution: Solution


class Ends(NamedTuple):
    """What is seen at the ends of the lines, times x lines: sources (V, NaN: none), potentials (V), currents (A).

    Word currents flow into the crossbar, bit currents out of it.
    """

    word_levels: FloatArray
    bit_levels: FloatArray
    word_potentials: FloatArray
    bit_potentials: FloatArray
    word_currents: FloatArray
    bit_currents: FloatArray


class _Step(NamedTuple):
    """A step of a course: `across` (V) and `strengths` are those of its middle, under which the populations moved."""

    begin: float
    length: float
    first: _Moment
    middle: Solution
    last: _Moment
    across: FloatArray
    strengths: FloatArray


class Course:
    """The time from now on under constant drives; the cells stay as they are until `settle`."""

    def __init__(self, cells: MemristorCells, solve: Solve, temperature: float, tolerance: float = TOLERANCE) -> None:
        self._cells = cells
        self._solve = solve
        self._temperature = temperature
        self._tolerance = tolerance
        self._steps: list[_Step] = []
        self._now = _Moment(cells.levels, solve(cells.at(cells.levels), None))
        self._reached = 0.0
        self._try = np.inf

    def along(self, times: FloatArray) -> Ends:
        """Tell what is seen at the ends of the lines at rising times (s) from the begin."""
        if len(times):
            self._reach(float(times[-1]))
        if not self._steps:
            return Ends(*(np.repeat(part[None], len(times), axis=0) for part in _ends(self._now.solution)))
        number = np.clip(np.searchsorted(self._begins, times, side="right") - 1, 0, len(self._steps) - 1)
        pieces = [_laid(self._steps[k], times[number == k]) for k in range(len(self._steps)) if np.any(number == k)]
        return Ends(*(np.concatenate(parts) for parts in zip(*pieces, strict=True)))

    def _levels_at(self, time: float) -> FloatArray:
        self._reach(time)
        if time >= self._reached or not self._steps:
            return self._now.levels
        step = self._steps[int(np.searchsorted(self._begins, time, side="right")) - 1]
        return self._moved(step.first.levels, step.across, step.strengths, time - step.begin)

    @property
    def _begins(self) -> list[float]:
        return [step.begin for step in self._steps]

    def settle(self, duration: float) -> None:
        """Bring the cells to a time (s) from the begin."""
        levels = self._levels_at(duration)
        passed = [step for step in self._steps if step.begin < duration]
        begun: IntArray = np.zeros(len(levels), np.int64)
        last = self._cells.write
        for step in passed:
            last = self._cells.polarities(step.across)
            begun = np.where((last != 0) & (last != self._cells.write), last, begun)
        self._cells.settle(levels, begun, last)

    def _reach(self, time: float) -> None:
        while self._reached < time:
            length = min(self._try, time - self._reached)
            step, error = self._step(length)
            if error > 1 and length > _SMALLEST * time:
                self._try = length * max(0.2, 0.9 * error ** (-1 / 3))
                continue
            self._steps.append(step)
            self._now = step.last
            self._reached = time if length == time - self._reached else self._reached + length
            self._try = length * min(5.0, 0.9 * max(error, 1e-6) ** (-1 / 3))

    def _step(self, length: float) -> tuple[_Step, float]:
        """Take a step, and tell its error over what is tolerated."""
        cells, first = self._cells, self._now
        begin = self._across(first)
        half = self._moved(first.levels, begin, cells.strengths(begin), length / 2)
        middle = self._moment(half, first.solution)
        across = self._across(middle)
        strengths = cells.strengths(across)
        last = self._moment(self._moved(first.levels, across, strengths, length), middle.solution)
        mean = (begin + self._across(last)) / 2
        other = self._moved(first.levels, mean, cells.strengths(mean), length)
        reached = cells.conductances_at(last.levels)
        off = np.abs(reached - cells.conductances_at(other)) / np.maximum(reached, np.finfo(float).tiny)
        three = first.solution, middle.solution, last.solution
        bent = max(_bent(*(each.voltages for each in three)), _bent(*(each.currents for each in three)))
        error = max(float(np.max(off)) / self._tolerance, (bent / _BENT) ** 1.5)
        return _Step(self._reached, length, first, middle.solution, last, across, strengths), error

    def _moment(self, levels: FloatArray, near: Solution) -> _Moment:
        """Give potentials for populations; those that are near where no voltage stands or no conductance changed."""
        cells, before = self._cells, self._now
        if not np.any(near.voltages):
            return _Moment(levels, near)
        if np.array_equal(cells.conductances_at(levels), cells.conductances_at(before.levels)):
            return _Moment(levels, before.solution)
        return _Moment(levels, self._solve(cells.at(levels), near))

    def _across(self, moment: _Moment) -> FloatArray:
        return self._cells.at(moment.levels).across(moment.solution.voltages).ravel()

    def _moved(self, levels: FloatArray, across: FloatArray, strengths: FloatArray, duration: float) -> FloatArray:
        return self._cells.moved(levels, across, strengths, duration, self._temperature)


def _ends(solution: Solution) -> Ends:
    return Ends(
        solution.bias.words,
        solution.bias.bits,
        solution.word_potentials[:, 0],
        solution.bit_potentials[-1],
        solution.word_currents,
        solution.bit_currents,
    )


def _laid(step: _Step, times: FloatArray) -> Ends:
    """Lay parabolas through begin, middle and end of a step."""
    share = ((times - step.begin) / step.length)[:, None]
    first, middle, last = (1 - share) * (1 - 2 * share), 4 * share * (1 - share), share * (2 * share - 1)
    three = _ends(step.first.solution), _ends(step.middle), _ends(step.last.solution)
    return Ends(*(first * begin + middle * between + last * end for begin, between, end in zip(*three, strict=True)))


def _bent(first: FloatArray, middle: FloatArray, last: FloatArray) -> float:
    """Tell by how much the middle lies beside the mean of the ends, over the largest there is."""
    span = float(np.max(np.abs(middle), initial=0.0))
    return float(np.max(np.abs(middle - (first + last) / 2))) / span if span else 0.0
