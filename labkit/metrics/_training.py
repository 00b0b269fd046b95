"""Trains of several sizes and what is left of their responses, as P09 measures them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from labkit.core import Estimate, Flag, FloatArray, Kind, Run
from labkit.metrics._course import Course
from labkit.metrics._decay_fit import Record
from labkit.metrics._series import Trend
from labkit.metrics._statistics import paired_ratio, repeats_mean
from labkit.metrics._stimuli import Event, dose_flags, events, require_events
from labkit.metrics._transients import Response, Responses, responses_to
from labkit.metrics._windows import BASELINE_TIME, LEAST_SAMPLES

MARK, LOOP = "train", "pulse"
NEAR = 0.05
"""How far from the time asked for its window may lie, in parts of it; a single read may be further off."""
NEAR_READ = 1.3


@dataclass(frozen=True, slots=True)
class Size:
    """What makes one training larger than another: number of pulses, width (s), level (V or W/m^2)."""

    number: int
    width: float
    level: float


@dataclass(frozen=True, slots=True)
class Training:
    """All repeats of one size: `peaks` (A) at the end of each train, `records` (s, A above baseline) of what follows.

    `firsts` are the responses to the first pulses, whose baselines lie before the trains.
    """

    size: Size
    peaks: FloatArray
    records: tuple[Record, ...]
    firsts: Responses
    flags: frozenset[Flag]

    def __len__(self) -> int:
        return len(self.peaks)

    def left(self, time: float) -> FloatArray | None:
        """Give what is left a time (s) after each train (A above baseline); None where it was not recorded."""
        found = [_level_at(record, time) for record in self.records]
        return np.array(found) if all(each is not None for each in found) else None

    def share(self, time: float) -> Estimate | None:
        """Give the retained fraction r at a time (s): ratio of means, uX."""
        left = self.left(time)
        return None if left is None else paired_ratio(left, self.peaks, "%")

    def mean_left(self, time: float) -> Estimate:
        """Give the mean of what is left at a time that was recorded (A, uR)."""
        left = self.left(time)
        return repeats_mean(np.full(len(self), np.nan) if left is None else left, "A")

    @property
    def baseline_uncertainty(self) -> float:
        """Standard uncertainty of a baseline (A)."""
        return float(np.mean([self.firsts.level(item.baseline).uncertainty for item in self.firsts.items]))

    def drift(self) -> Trend:
        """Give the drift of the baselines (A/s)."""
        return self.firsts.drift()

    def counts(self) -> dict[str, int]:
        """Give n at each level."""
        return {"pulse": len(self) * self.size.number, "train": len(self)}


def _level_at(record: Record, time: float) -> float | None:
    """Give the mean over a window about a time (s), moved to where there are readings; of reads, the nearest one."""
    if len(record.time) < 2:
        return None
    width = max(BASELINE_TIME, LEAST_SAMPLES * float(np.median(np.diff(record.time))))
    if width > NEAR * time * 2:
        nearest = int(np.argmin(np.abs(np.log(record.time / time))))
        return float(record.current[nearest]) if 1 / NEAR_READ < record.time[nearest] / time < NEAR_READ else None
    end = min(time + width / 2, float(record.time[-1]))
    inside = (record.time >= end - width) & (record.time <= end)
    if not np.any(inside) or abs(float(np.mean(record.time[inside])) - time) > NEAR * time:
        return None
    return float(np.mean(record.current[inside]))


def trainings(run: Run) -> tuple[Training, ...]:
    """Read trains marked `train` in a loop `pulse`, by size in order; a single pulse is a train of one.

    Raises NotMeasured when there are none.
    """
    remedy = f"mark the pulses of the trains `{MARK}`, in a loop `{LOOP}`"
    pulses = require_events(events(run, Kind.PULSE, [MARK]), f"pulse marked `{MARK}`", remedy)
    trains: dict[tuple[tuple[str, int], ...], list[Event]] = {}
    for pulse in pulses:
        around = tuple((loop, count) for loop, count in pulse.loops.items() if loop != LOOP)
        trains.setdefault(around, []).append(pulse)
    groups: dict[Size, list[list[Event]]] = {}
    for train in trains.values():
        size = Size(len(train), round(train[0].width_requested, 9), train[0].level_requested)
        groups.setdefault(size, []).append(train)
    firsts = responses_to(run, tuple(train[0] for train in trains.values()))
    lasts = responses_to(run, tuple(train[-1] for train in trains.values()))
    course = Course(run, firsts.trace.terminal, pulses[0].terminal)
    of_first = {item.stimulus.begin: item for item in firsts.items}
    of_last = {item.stimulus.begin: item for item in lasts.items}
    order = sorted(groups, key=lambda size: (size.number, size.width, size.level))
    return tuple(_training(size, groups[size], firsts, of_first, of_last, course) for size in order)


def _training(
    size: Size,
    trains: list[list[Event]],
    firsts: Responses,
    of_first: Mapping[float, Response],
    of_last: Mapping[float, Response],
    course: Course,
) -> Training:
    begun = tuple(of_first[train[0].begin] for train in trains)
    ended = [of_last[train[-1].begin] for train in trains]
    own = Responses(firsts.trace, firsts.optical, begun, firsts.noise, firsts.light_uncertainty)
    flags = dose_flags(pulse for train in trains for pulse in train)
    flags = flags.union(*(first.baseline.blocked | last.peak.blocked for first, last in zip(begun, ended, strict=True)))
    records = []
    for first, last in zip(begun, ended, strict=True):
        window = course.after(last.stimulus)
        records.append(Record(window.time - last.stimulus.end, window.current - first.baseline.mean))
    peaks = np.array([last.level - first.baseline.mean for first, last in zip(begun, ended, strict=True)])
    return Training(size, peaks, tuple(records), own, frozenset(flags))
