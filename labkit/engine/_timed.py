"""Run a timed block: load, start, let the instruments keep the time, read back, say what was delivered when."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from labkit.core import FloatArray, Kind, LightTrain, Samples, SampleStatus, Sequence, StartsTogether, TellsEdges
from labkit.engine._drift import drifts
from labkit.engine._followers import Following
from labkit.engine._plan import PlannedTrain, TimedBlock
from labkit.engine._recorder import Row
from labkit.engine._state import RunState, baseline_of
from labkit.engine._tracks import Placed, place, to_sequence

_UNIFORM = math.sqrt(12.0)


@dataclass(frozen=True, slots=True)
class Start:
    """A start command: the instant half-way through it and the standard uncertainty of that instant (ns)."""

    instant: int
    uncertainty: float

    @property
    def latest(self) -> int:
        """When the command was over, and the instrument has certainly begun (ns)."""
        return self.instant + round(self.uncertainty * _UNIFORM / 2)


@dataclass(slots=True)
class _Started:
    channels: dict[str, Start]
    trains: list[tuple[PlannedTrain, Start]]

    def skew_uncertainty(self, name: str) -> float:
        """Give the standard uncertainty (ns) of a channel's start against the first one's."""
        own, first = self.channels[name], next(iter(self.channels.values()))
        return 0.0 if own is first else float(np.hypot(own.uncertainty, first.uncertainty))


def run_timed(state: RunState, block: TimedBlock) -> None:
    """Run one block; its data and rows are told to the recorder before it returns.

    Raises InstrumentError when an instrument does not come to its end, with its readings so far told.
    """
    sequences = {name: to_sequence(track) for name, track in block.tracks.items()}
    for name in block.tracks:
        state.configure(name, block.settings[name])
    _load(state, block, sequences)
    began = state.now()
    started = _run(state, block)
    for name in block.tracks:
        _tell_track(state, block, name, started)
    _tell_trains(state, block, started, began)
    origin = min((start.instant for start in started.channels.values()), default=began)
    state.due = origin + block.duration
    state.demanded += block.demanded


def _load(state: RunState, block: TimedBlock, sequences: dict[str, Sequence]) -> None:
    for name, sequence in sequences.items():
        state.source_meter(name).load(sequence)
    loaded: set[str] = set()
    for train in block.trains:
        if train.terminal not in loaded and not train.steady:
            state.load_train(train.terminal, train.train)
        loaded.add(train.terminal)
    for follower in block.followers:
        state.load_train(follower.terminal, follower.train)
        state.train_source(follower.terminal).start()


def _timed_start(state: RunState, start: Callable[[], None]) -> Start:
    before = state.now()
    start()
    after = state.now()
    return Start((before + after) // 2, (after - before) / _UNIFORM)


def _start_channels(state: RunState, names: Iterable[str]) -> dict[str, Start]:
    """Start channels one after another; those of one instrument at one command, where it can."""
    waiting = {name: state.source_meter(name) for name in names}
    found: dict[str, Start] = {}
    while waiting:
        name, channel = next(iter(waiting.items()))
        joined = [name]
        start = channel.start
        if isinstance(channel, StartsTogether):
            joined += [other for other, meter in waiting.items() if other != name and channel.starts_with(meter)]
            start = partial(channel.start_together, [waiting[other] for other in joined[1:]])
        found |= dict.fromkeys(joined, _timed_start(state, start))
        waiting = {other: meter for other, meter in waiting.items() if other not in joined}
    return found


def _run(state: RunState, block: TimedBlock) -> _Started:
    channels = _start_channels(state, block.tracks)
    origin = min((start.instant for start in channels.values()), default=int(state.now()))
    trains = list(_run_trains(state, block, origin))
    state.sleep_until(origin + block.duration, block.label)
    for name in block.tracks:
        state.await_end(name, channels[name].latest + block.duration)
    return _Started(channels, trains)


def _run_trains(state: RunState, block: TimedBlock, origin: int) -> Iterator[tuple[PlannedTrain, Start]]:
    for k, train in enumerate(block.trains):
        earlier = [other for other in block.trains[:k] if other.terminal == train.terminal]
        if earlier:
            state.sleep_until(origin + earlier[-1].end, block.label)
            if not train.steady:
                state.load_train(train.terminal, train.train)
        state.sleep_until(origin + train.begin, block.label)
        if train.steady and isinstance(train.train, LightTrain):
            yield train, _switched(state, train.terminal, train.train, block.label)
        else:
            yield train, _timed_start(state, state.train_source(train.terminal).start)


def _switched(state: RunState, terminal: str, train: LightTrain, label: str) -> Start:
    light = state.light(terminal)
    start = _timed_start(state, partial(light.set_irradiance, train.irradiance))
    state.sleep_until(start.instant + train.on_time, label)
    light.set_irradiance(0.0)
    return start


def _tell_track(state: RunState, block: TimedBlock, name: str, started: _Started) -> None:
    channel = state.source_meter(name)
    samples = channel.fetch()
    _add_offsets(state, block, name, samples)
    recorder, start = state.recorder, started.channels[name]
    first = recorder.samples(name, samples.shifted(recorder.seconds(start.instant)))
    setting = block.settings[name]
    if len(samples):
        able, series = channel.capabilities, state.series_offset(name)
        recorder.acquisition(name, block.executor, setting, able, first, len(samples), series)
    edges = channel.edges() if isinstance(channel, TellsEdges) else None
    groups = list(place(block.tracks[name], state.context))
    drift, doubt = drifts(groups, samples, edges)
    rows: list[Row] = []
    for k, placed in enumerate(groups):
        rows += _rows(state, name, placed, first, started, drift[k : k + 2], doubt[k : k + 2])
        if placed.group.kind is Kind.READ:
            _remember_read(state, placed, name, samples)
    if name in block.recorded:
        begin, end = recorder.seconds(start.instant), recorder.seconds(start.instant + block.duration)
        uncertainty = start.uncertainty / 1e9
        level = float(samples.voltage[0]) if len(samples) else 0.0
        ended = end + float(drift[-1])
        record = (Kind.RECORD, block.record_mark, name, begin, end, begin, ended, uncertainty, level, level)
        rows.append(Row(*record, first, len(samples), state.context))
        if block.reference:
            state.baselines[name] = baseline_of(samples.current)
    recorder.rows(rows)
    _warn_of_status(state, block, name, samples)


def _add_offsets(state: RunState, block: TimedBlock, name: str, samples: Samples) -> None:
    """Add what a generator puts on the terminal during its pulses; the channel knows only its own level."""
    for placed in place(block.tracks[name], {}):
        following = placed.group.following
        if placed.group.kind is Kind.PULSE and following is not None and placed.group.samples:
            added = state.delivered(following.source, following.offset)
            samples.part(placed.first_sample, placed.group.samples).voltage[:] += added


def _rows(
    state: RunState,
    name: str,
    placed: Placed,
    first: int,
    started: _Started,
    drift: FloatArray,
    doubt: FloatArray,
) -> Iterator[Row]:
    """Give the rows of a group whose begin and end drifted (s), each with its doubt (s)."""
    recorder, group, skew = state.recorder, placed.group, started.skew_uncertainty(name) / 1e9
    begin = recorder.seconds(started.channels[name].instant) + placed.begin / 1e9
    if group.kind is None and group.following is not None:
        yield from _followed(state, placed, group.following, begin, float(drift[0]), float(np.hypot(doubt[0], skew)))
    if group.kind is None:
        return
    requested, ends = begin + group.lead / 1e9, begin + group.duration / 1e9
    yield Row(
        kind=group.kind,
        mark=group.mark,
        terminal=name,
        begin_requested=requested,
        end_requested=ends,
        begin=requested + float(drift[0]),
        end=ends + float(drift[1]),
        time_uncertainty=float(np.hypot(doubt.max(), skew)),
        level_requested=group.level,
        level=group.delivered,
        first_sample=first + placed.first_sample,
        sample_count=group.samples,
        context=placed.context,
    )


def _followed(
    state: RunState, placed: Placed, following: Following, origin: float, drift: float, doubt: float
) -> Iterator[Row]:
    """Give the rows of the pulses that another source made at the trigger of a group."""
    level = state.delivered(following.source, following.level)
    if following.source != following.terminal and not following.optical:
        level = following.level - following.offset + state.delivered(following.source, following.offset)
    delayed = drift + following.delay / 1e9
    for start, mark in following.pulses:
        begin = origin + start / 1e9
        end = begin + following.width / 1e9
        head = (Kind.PULSE, mark, following.terminal, begin, end, begin + delayed, end + delayed, doubt)
        yield Row(*head, following.level, level, -1, 0, placed.context)


def _remember_read(state: RunState, placed: Placed, name: str, samples: Samples) -> None:
    part = samples.part(placed.first_sample, placed.group.samples)
    state.latest_reads[name, placed.group.mark] = float(np.mean(part.current))


def _tell_trains(state: RunState, block: TimedBlock, started: _Started, began: int) -> None:
    recorder = state.recorder
    channels = list(started.channels.values())
    origin = min((start.instant for start in channels), default=began)
    sampling = channels[0].uncertainty if channels else 0.0
    rows = []
    for train, start in started.trains:
        delivered = state.delivered(train.terminal, train.pulses[0].level)
        skew = start.instant - origin - train.begin
        uncertainty = float(np.hypot(start.uncertainty, sampling)) / 1e9
        for pulse in train.pulses:
            begin, end = recorder.seconds(origin + pulse.begin), recorder.seconds(origin + pulse.end)
            delivered_at = (begin + skew / 1e9, end + skew / 1e9)
            head = (Kind.PULSE, pulse.mark, pulse.terminal, begin, end, *delivered_at, uncertainty)
            rows.append(Row(*head, pulse.level, delivered, -1, 0, {**state.context, **pulse.context}))
    recorder.rows(rows)


def _warn_of_status(state: RunState, block: TimedBlock, name: str, samples: Samples) -> None:
    overloads = int(np.count_nonzero(samples.status & SampleStatus.OVERLOAD))
    if overloads:
        limit = block.settings[name].current_range
        state.recorder.warn(
            state.now(),
            f"{overloads} of {len(samples)} readings of {name} exceed the range for {limit:g} A ({block.label})",
            "raise current_range in the protocol's terminals",
        )
