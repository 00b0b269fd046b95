"""Learning, forgetting, learning again: the levels after each pulse of both stages, and what is left in between."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labkit.core import Flag, FloatArray, Kind, Run
from labkit.metrics._course import Course
from labkit.metrics._decay_fit import Record
from labkit.metrics._metric import NotMeasured
from labkit.metrics._series import Noise, pooled_noise
from labkit.metrics._stimuli import Event, dose_flags, events, require_events
from labkit.metrics._windows import BASELINE_TIME, Trace, Window

LEARNING, RELEARNING = "learning", "relearning"


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of training and the forgetting after it; `levels` (A above baseline) are the reads after each pulse.

    `record` counts its time (s) from the end of the last pulse. `before` is the last level before the stage (A above
    baseline).
    """

    pulses: tuple[Event, ...]
    levels: FloatArray
    before: float
    record: Record

    @property
    def peak(self) -> float:
        """The level that the training ended with (A)."""
        return float(self.levels[-1])

    def left(self, time: float) -> float:
        """Give the level that is left a time (s) after the training: the mean of the readings that end there (A)."""
        near = (self.record.time <= time) & (self.record.time >= time - BASELINE_TIME)
        last = int(np.searchsorted(self.record.time, time, side="right")) - 1
        return float(np.mean(self.record.current[near])) if np.any(near) else float(self.record.current[last])


@dataclass(frozen=True, slots=True)
class Episode:
    """One repeat: training, forgetting, training until the level is regained, forgetting."""

    learning: Stage
    relearning: Stage

    @property
    def learned(self) -> int:
        """Pulses of the first stage (N1)."""
        return len(self.learning.levels)

    @property
    def needed(self) -> float | None:
        """Pulses that regained the level of the first stage, interpolated between pulses (N2); None if it was not."""
        levels = np.concatenate([[self.relearning.before], self.relearning.levels])
        sign = np.sign(self.learning.peak) or 1.0
        reached = np.flatnonzero(sign * levels >= sign * self.learning.peak)
        if not len(reached):
            return None
        after = int(reached[0])
        if after == 0:
            return 0.0
        low, high = levels[after - 1], levels[after]
        return after - 1 + float((self.learning.peak - low) / (high - low))


@dataclass(frozen=True, slots=True)
class Episodes:
    """All repeats, with the noise of single readings and of the reads (A)."""

    trace: Trace
    optical: bool
    items: tuple[Episode, ...]
    noise: Noise
    read_noise: float
    baselines: tuple[Window, ...]
    flags: frozenset[Flag]

    def __len__(self) -> int:
        return len(self.items)

    def counts(self) -> dict[str, int]:
        """Give n at each level."""
        pulses = sum(len(item.learning.levels) + len(item.relearning.levels) for item in self.items)
        return {"pulse": pulses, "episode": len(self)}


def episodes(run: Run) -> Episodes:
    """Read a run of P14: pulses and reads marked `learning` and `relearning`, a read after each pulse.

    Raises NotMeasured when it holds none, or pulses and reads that do not go together.
    """
    remedy = f"mark the pulses and the reads after them `{LEARNING}`, then `{RELEARNING}`"
    reads = require_events(events(run, Kind.READ, [LEARNING, RELEARNING]), f"read marked `{LEARNING}`", remedy)
    pulses = require_events(events(run, Kind.PULSE, [LEARNING, RELEARNING]), f"pulse marked `{LEARNING}`", remedy)
    course = Course(run, reads[0].terminal, pulses[0].terminal)
    own = [[event for event in pulses if _around(event) == key] for key in _keys(reads)]
    heard = [[event for event in reads if _around(event) == key] for key in _keys(reads)]
    whole = [
        pair for pair in zip(own, heard, strict=True) if {event.mark for event in pair[1]} == {LEARNING, RELEARNING}
    ]
    if not whole:
        raise NotMeasured(f"no training marked `{RELEARNING}` follows one marked `{LEARNING}`", remedy)
    baselines = tuple(course.baseline(stimuli[0]) for stimuli, _ in whole)
    found = tuple(_episode(course, *pair, window.mean) for pair, window in zip(whole, baselines, strict=True))
    windows = [course.trace.rows(read.first_sample, read.sample_count) for read in reads]
    usable = [window.current for window in baselines if len(window) > 1]
    noise = pooled_noise(usable) if usable else Noise(0.0, np.ones(1), 1.0)
    return Episodes(
        course.trace,
        course.optical,
        found,
        noise,
        noise.of_mean(max(min(len(window) for window in windows), 1)),
        baselines,
        frozenset(dose_flags(pulses)).union(*(window.blocked for window in (*windows, *baselines))),
    )


def _around(event: Event) -> tuple[tuple[str, int], ...]:
    """Name the loops around the training, which tell repeats apart."""
    return tuple((name, count) for name, count in event.loops.items() if name not in (LEARNING, RELEARNING))


def _keys(reads: Sequence[Event]) -> list[tuple[tuple[str, int], ...]]:
    return list(dict.fromkeys(_around(read) for read in reads))


def _episode(course: Course, pulses: Sequence[Event], reads: Sequence[Event], baseline: float) -> Episode:
    """Give the two stages of one repeat."""
    stages = []
    for mark in (LEARNING, RELEARNING):
        own, heard = ([event for event in found if event.mark == mark] for found in (pulses, reads))
        if len(own) != len(heard):
            raise NotMeasured(
                f"{len(own)} pulses and {len(heard)} reads marked `{mark}` do not go together",
                "read once after each pulse",
            )
        levels = [course.trace.rows(read.first_sample, read.sample_count).mean - baseline for read in heard]
        after = course.after(own[-1])
        record = Record(after.time - own[-1].end, after.current - baseline)
        stages.append(Stage(tuple(own), np.array(levels), course.before(own[0]) - baseline, record))
    return Episode(*stages)
