"""Trains of equal pulses as they were measured: the amplitude of every pulse, and the single-pulse controls."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from labkit.core import Estimate, Flag, FloatArray, Kind, Run
from labkit.metrics._metric import NotMeasured
from labkit.metrics._pairs import LEAST_GAP, level_over, residual_of_controls
from labkit.metrics._series import Noise
from labkit.metrics._stimuli import Event, dose_flags, events, require_events
from labkit.metrics._transients import READ_DELAY, Response, Responses, degraded, middle_of_peak, responses_to
from labkit.metrics._windows import Trace, not_restored

MARK = "train"
LOOP = "pulse"
SAME_PERIOD = 0.01
LARGEST_DUTY = 0.5
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Trains:
    """All repeats of one train: `members` holds the responses, repeats x pulses; `period` (s) is start to start.

    `firsts` are the responses to the first pulses, whose baselines lie before the trains, `controls` those to the
    single pulses of the run; `values` are those of the `for_each` loops around.
    """

    trace: Trace
    members: tuple[tuple[Response, ...], ...]
    firsts: Responses
    controls: Responses | None
    period: float
    values: dict[str, float]

    def __len__(self) -> int:
        return len(self.members)

    @property
    def pulses(self) -> int:
        """How many pulses a train has."""
        return len(self.members[0])

    @property
    def stimulus(self) -> Event:
        """The first pulse."""
        return self.members[0][0].stimulus

    @property
    def duty(self) -> float:
        """Which part of the time a pulse is on."""
        return self.stimulus.width / self.period

    @property
    def noise(self) -> Noise:
        """The noise of the baselines."""
        return self.firsts.noise

    @property
    def amplitudes(self) -> FloatArray:
        """Levels at the edges above the baseline before the train (A), repeats x pulses."""
        return np.array([[item.level - items[0].baseline.mean for item in items] for items in self.members])

    def before(self, number: int) -> FloatArray:
        """Give the level just before a pulse (from 1) above the baseline before the train (A), one entry a repeat.

        NaN where the gap has fewer than 5 readings.
        """
        found = []
        for items in self.members:
            earlier, pulse = items[number - 2].stimulus, items[number - 1].stimulus
            window = self.trace.before(pulse.begin - pulse.time_uncertainty, earlier.end + earlier.time_uncertainty)
            found.append(window.mean - items[0].baseline.mean if len(window) >= LEAST_GAP else np.nan)
        return np.array(found)

    def settled(self) -> FloatArray | None:
        """Give the level 10 pulse widths after a train above the baseline before it (A); None where it is cut off."""
        found = []
        for items in self.members:
            last = items[-1]
            begin = last.stimulus.end + READ_DELAY * last.stimulus.width
            level = level_over(self.trace, begin, begin + self._window(1))
            if level is None or begin + self._window(1) > last.until:
                return None
            found.append(level - items[0].baseline.mean)
        return np.array(found)

    def residual(self, number: int) -> tuple[Estimate, str] | None:
        """Give what single pulses add up to at a pulse (from 1), in parts of one, and where it was taken from.

        The responses to the pulses before it, each that of a single-pulse control, superposed. None without controls
        whose record is as long as the train until there.
        """
        if self.controls is None:
            return None
        remains, amplitudes = [], []
        for item in self.controls.items:
            left = self._left_by(item, number)
            if left is not None:
                remains.append(left)
                amplitudes.append(item.amplitude)
        if not remains:
            return None
        return residual_of_controls(np.array(remains), np.array(amplitudes), self.noise, number - 1)

    def _left_by(self, control: Response, number: int) -> float | None:
        total, length = 0.0, self._window(number)
        ends = np.array([items[number - 1].stimulus.end for items in self.members])
        for place in range(number - 1):
            begins = np.array([items[place].stimulus.begin for items in self.members])
            end = control.stimulus.begin + float(np.median(ends - begins))
            level = (
                level_over(self.controls.trace, end - length, end) if self.controls and end <= control.until else None
            )
            if level is None:
                return None
            total += level - control.baseline.mean
        return total

    def _window(self, number: int) -> float:
        """Give the length of the peak window of a pulse (s)."""
        peaks = [items[number - 1] for items in self.members]
        return 2 * float(np.median([item.stimulus.end - middle_of_peak(item.stimulus, item.peak) for item in peaks]))

    def flags(self, number: int, family: int = 1) -> set[Flag]:
        """Give the flags that the first pulse, another one (from 1) and the baselines raise.

        `family` is how many trains of pulses one value rests on (see `degraded`).
        """
        raised = set(dose_flags(item.stimulus for items in self.members for item in items[:number]))
        for items in self.members:
            raised |= items[0].baseline.blocked | items[0].peak.blocked | items[number - 1].peak.blocked
        if not_restored([self.firsts.level(items[0].baseline) for items in self.members]):
            raised.add(Flag.HISTORY)
        series = [self.firsts] + ([self.controls] if self.controls is not None else [])
        if any(degraded(each.amplitudes, family * len(series)) for each in series):
            raised.add(Flag.DEGRADED)
        if self.duty > LARGEST_DUTY + _ROUNDING:
            raised.add(Flag.DUTY)
        return raised

    def conditions(self) -> dict[str, float]:
        """Give what the trains have in common: irradiance or level, width, period."""
        return self.firsts.conditions() | {"period": self.period}

    def counts(self) -> dict[str, int]:
        """Give n at each level."""
        readings = sum(len(item.peak) for items in self.members for item in items)
        baselines = sum(len(items[0].baseline) for items in self.members)
        return {"sample": readings + baselines, "pulse": len(self) * self.pulses, "train": len(self)}


def pulse_trains(run: Run) -> tuple[Trains, ...]:
    """Read the trains of a run: pulses marked `train` in a loop `pulse`, single ones marked `control`.

    Repeats of the same train (stimulus, period, values of the loops around) stand together, in order of period; one
    that was broken off is left out. Raises NotMeasured when there are no trains.
    """
    remedy = f"mark the pulses of a train `{MARK}`, in a loop `{LOOP}`"
    pulses = require_events(events(run, Kind.PULSE, [MARK]), f"pulse marked `{MARK}`", remedy)
    pieces = [piece for piece in _pieces(pulses) if len(piece) > 1]
    if not pieces:
        raise NotMeasured(f"the run holds no two pulses marked `{MARK}` in one train", remedy)
    controls = events(run, Kind.PULSE, ["control"])
    singles = responses_to(run, controls) if controls else None
    trains: list[Trains] = []
    for terminal in sorted({piece[0].terminal for piece in pieces}):
        own = [piece for piece in pieces if piece[0].terminal == terminal]
        found = responses_to(run, tuple(pulse for piece in own for pulse in piece))
        firsts = responses_to(run, tuple(piece[0] for piece in own))
        trains += [_trains(found, firsts, group, singles) for group in _alike(own)]
    return tuple(sorted(trains, key=lambda each: each.period))


def _pieces(pulses: Sequence[Event]) -> list[list[Event]]:
    """Cut pulses into trains: a new one begins where the loop around goes on or the count starts again."""
    pieces = [[pulses[0]]]
    for earlier, later in pairwise(pulses):
        if _around(earlier) != _around(later) or later.loops.get(LOOP, 0) <= earlier.loops.get(LOOP, 0):
            pieces.append([])
        pieces[-1].append(later)
    return pieces


def _around(pulse: Event) -> dict[str, int]:
    return {loop: count for loop, count in pulse.loops.items() if loop != LOOP}


def _period(train: Sequence[Event]) -> float:
    return float(np.median([later.begin - earlier.begin for earlier, later in pairwise(train)]))


def _alike(pieces: Sequence[list[Event]]) -> list[list[list[Event]]]:
    groups: list[list[list[Event]]] = []
    for piece in pieces:
        for group in groups:
            if _same(piece, group[0]):
                group.append(piece)
                break
        else:
            groups.append([piece])
    return groups


def _same(one: Sequence[Event], other: Sequence[Event]) -> bool:
    left, right = one[0], other[0]
    stimulus = (left.terminal, left.level_requested, left.width_requested, dict(left.values))
    if stimulus != (right.terminal, right.level_requested, right.width_requested, dict(right.values)):
        return False
    return abs(_period(one) - _period(other)) <= SAME_PERIOD * _period(other)


def _trains(found: Responses, firsts: Responses, group: Sequence[list[Event]], controls: Responses | None) -> Trains:
    """Gather the repeats of one train from the responses to all pulses and to all first pulses of a terminal."""
    pulses = max(len(train) for train in group)
    whole = [train for train in group if len(train) == pulses]
    of = {item.stimulus.begin: item for item in found.items}
    items = tuple(tuple(of[pulse.begin] for pulse in train) for train in whole)
    own = replace(firsts, items=tuple(each[0] for each in items))
    first = whole[0][0]
    same = controls is not None and _as_control(controls, first)
    period = round(float(np.median([_period(train) for train in whole])), 9)
    return Trains(found.trace, items, own, controls if same else None, period, dict(first.values))


def _as_control(controls: Responses, pulse: Event) -> bool:
    single = controls.items[0].stimulus
    same = (single.terminal, single.level_requested) == (pulse.terminal, pulse.level_requested)
    return same and abs(single.width_requested - pulse.width_requested) <= SAME_PERIOD * pulse.width_requested
