"""Spike pairs of a run: a weight read before, spikes on two terminals, the weight read after (P13)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from labkit.core import Flag, FloatArray, Kind, Run
from labkit.metrics._declared import declared
from labkit.metrics._dose_response import fitted_variances
from labkit.metrics._metric import NotMeasured
from labkit.metrics._stimuli import Event, events, require_events
from labkit.metrics._windows import Trace, Window, trace_of

KNOWN = 0.01
"""Share of an interval that its skew must be known to (P13)."""
ALIKE = 0.02
"""Intervals that differ by less than this share are repeats of one."""
TOUCHING = 0.01
"""Share of a spike's width by which two spikes may overlap for the rounding of their times."""
_NO_SCATTER = 1e-12


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial: spikes between two reads of the weight.

    `before`, `after` and, half-way to the latter, `settling` are conductances (S, NaN where it was not read); `pre` and
    `post` the spikes that had a level. `blocked` are the flags of the readings.
    """

    pre: tuple[Event, ...]
    post: tuple[Event, ...]
    before: float
    after: float
    settling: float
    wait: float
    blocked: frozenset[Flag]

    @property
    def change(self) -> float:
        """The change of the weight, in parts of the weight before."""
        return self.after / self.before - 1

    @property
    def paired(self) -> bool:
        """Whether both terminals spiked."""
        return bool(self.pre and self.post)

    @property
    def pairings(self) -> int:
        """How many spikes each terminal had."""
        return max(len(self.pre), len(self.post))

    @property
    def interval(self) -> float:
        """Onset of the postsynaptic spike minus that of the presynaptic one, as delivered (s), mean over pairings."""
        return float(np.mean([post.begin - pre.begin for pre, post in self._pairs()]))

    @property
    def interval_uncertainty(self) -> float:
        """The standard uncertainty of the interval (s)."""
        pairs = self._pairs()
        return float(np.mean([np.hypot(pre.time_uncertainty, post.time_uncertainty) for pre, post in pairs]))

    @property
    def overlaps(self) -> bool:
        """Whether a pair of spikes overlaps by more than the rounding of their times."""
        return any(
            min(pre.end, post.end) - max(pre.begin, post.begin) > TOUCHING * min(pre.width, post.width)
            for pre, post in self._pairs()
        )

    def _pairs(self) -> Sequence[tuple[Event, Event]]:
        return list(zip(self.pre, self.post, strict=False))


@dataclass(frozen=True, slots=True)
class Side:
    """The trials with intervals of one sign, repeats of an interval together, in order of |interval|.

    `intervals` (s) are magnitudes as delivered; `changes` one array of relative changes an interval. `overlapping`
    tells which intervals are shorter than the spikes.
    """

    sign: int
    intervals: FloatArray
    changes: tuple[FloatArray, ...]
    overlapping: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.intervals)

    @property
    def repeats(self) -> FloatArray:
        """How often each interval was measured."""
        return np.array([len(group) for group in self.changes])

    @property
    def means(self) -> FloatArray:
        """The mean change of each interval."""
        return np.array([float(np.mean(group)) for group in self.changes])

    @property
    def uncertainty(self) -> FloatArray:
        """The standard uncertainty of each mean, its variance smoothed: a constant part and one in proportion."""
        return np.asarray(_scatter(self.changes) / np.sqrt(self.repeats), float)


@dataclass(frozen=True, slots=True)
class SpikePairs:
    """What a run tells of spike timing: the sides, the spikes alone, and what was left out and why."""

    trials: tuple[Trial, ...]
    sides: tuple[Side, ...]
    pre_only: FloatArray
    post_only: FloatArray
    declared_overlap: bool
    offset: float
    """Limit of the ammeter's offset, in parts of the current before."""
    left_out: Mapping[str, str]

    @property
    def control_scatter(self) -> FloatArray:
        """The scatter of a single change by the presynaptic and by the postsynaptic spike alone, as all groups tell."""
        groups = [group for side in self.sides for group in side.changes if len(group) > 1]
        return _scatter([*groups, self.pre_only, self.post_only])[-2:]


def _scatter(groups: Sequence[FloatArray]) -> FloatArray:
    """Give the standard deviation of a change in each group: a constant part and one in proportion to its mean."""
    counts = np.array([len(group) for group in groups])
    single = np.array([float(np.var(group, ddof=1)) if len(group) > 1 else 0.0 for group in groups])
    if not np.any(single > 0):
        return np.full(len(groups), _NO_SCATTER)
    means = np.array([float(np.mean(group)) for group in groups])
    parts = np.column_stack([np.ones(len(groups)), means**2])
    return np.sqrt(fitted_variances(single, counts, parts))


def spike_pairs(run: Run) -> SpikePairs:
    """Read the trials of a run.

    Raises NotMeasured when the run holds no spike pairs between reads marked `before` and `after`.
    """
    remedy = "read the weight before and after spikes marked pre and post (protocol P13)"
    reads = require_events(events(run, Kind.READ, ("before", "settling", "after")), "reads about spike pairs", remedy)
    spikes = require_events(events(run, Kind.PULSE, ("pre", "post")), "spikes marked pre and post", remedy)
    terminal = reads[0].terminal
    trace = trace_of(run, terminal)
    trials = tuple(_trials([read for read in reads if read.terminal == terminal], spikes, trace))
    if not any(trial.paired for trial in trials):
        raise NotMeasured("the run holds no pair of spikes between two reads", remedy)
    overlap = declared(run, "overlap", 0.0) > 0  # none is allowed unless the protocol says so
    kept, left_out = _usable(trials, overlap)
    currents = [abs(trial.before * reads[0].level) for trial in trials]
    return SpikePairs(
        trials,
        tuple(side for sign in (1, -1) if (side := _side(kept, sign)) is not None),
        np.array([trial.change for trial in trials if trial.pre and not trial.post]),
        np.array([trial.change for trial in trials if trial.post and not trial.pre]),
        overlap,
        abs(trace.accuracy_at(reads[0].begin).offset) / float(np.median(currents)),
        left_out,
    )


def _trials(reads: Sequence[Event], spikes: Sequence[Event], trace: Trace) -> Iterator[Trial]:
    strongest = max(abs(spike.level) for spike in spikes)
    begins = np.array([spike.begin for spike in spikes])
    starts = [index for index, read in enumerate(reads) if read.mark == "before"]
    for start, stop in zip(starts, [*starts[1:], len(reads)], strict=True):
        ends = [read for read in reads[start:stop] if read.mark == "after"]
        if not ends:
            continue
        first, last = np.searchsorted(begins, [reads[start].begin, ends[0].begin])
        between = [spike for spike in spikes[first:last] if abs(spike.level) > 1e-6 * strongest]
        if not between:
            continue
        chosen = {read.mark: read for read in reads[start:stop]} | {"after": ends[0]}
        windows = {mark: trace.rows(read.first_sample, read.sample_count) for mark, read in chosen.items()}
        levels = {mark: _conductance(window, chosen[mark]) for mark, window in windows.items()}
        yield Trial(
            tuple(spike for spike in between if spike.mark == "pre"),
            tuple(spike for spike in between if spike.mark == "post"),
            levels["before"],
            levels["after"],
            levels.get("settling", float("nan")),
            ends[0].begin - max(spike.end for spike in between),
            frozenset().union(*(window.blocked for window in windows.values())),
        )


def _conductance(window: Window, read: Event) -> float:
    level = read.level if np.isfinite(read.level) and read.level else float(np.mean(window.voltage))
    return window.mean / level if level else float("nan")


def _usable(trials: Sequence[Trial], may_overlap: bool) -> tuple[list[Trial], dict[str, str]]:
    pairs = [trial for trial in trials if trial.paired]
    unequal = [trial for trial in pairs if len(trial.pre) != len(trial.post)]
    overlapping = [] if may_overlap else [trial for trial in pairs if trial.overlaps]
    at_once = [trial for trial in pairs if abs(trial.interval) <= trial.interval_uncertainty or trial.interval == 0]
    unknown = [trial for trial in pairs if trial.interval_uncertainty > KNOWN * abs(trial.interval)]
    reasons = {
        "as many spikes before as after are missing": unequal,
        "spikes overlap, undeclared": overlapping,
        "interval 0": at_once,
        "interval not known to 1 %": [trial for trial in unknown if trial not in at_once],
        "no conductance before": [trial for trial in pairs if not trial.before > 0],
    }
    dropped = {id(trial) for group in reasons.values() for trial in group}
    told = {f"left out ({why})": f"{len(group)} trials" for why, group in reasons.items() if group}
    return [trial for trial in pairs if id(trial) not in dropped], told


def _side(trials: Sequence[Trial], sign: int) -> Side | None:
    own = sorted((trial for trial in trials if sign * trial.interval > 0), key=lambda trial: abs(trial.interval))
    if not own:
        return None
    groups: list[list[Trial]] = [[own[0]]]
    for trial in own[1:]:
        if abs(trial.interval) > (1 + ALIKE) * abs(groups[-1][0].interval):
            groups.append([])
        groups[-1].append(trial)
    return Side(
        sign,
        np.array([float(np.mean([abs(trial.interval) for trial in group])) for group in groups]),
        tuple(np.array([trial.change for trial in group]) for group in groups),
        tuple(any(trial.overlaps for trial in group) for group in groups),
    )
