"""Blocks whose time the PC keeps: holds, waits, points one by one, readings on a logarithmic time scale."""

from collections.abc import Mapping

import numpy as np

from labkit.core import Kind, Nanoseconds, Samples, SampleStatus, seconds
from labkit.engine._plan import Executor, HoldBlock, LogRecordBlock, PointsBlock, WaitBlock
from labkit.engine._recorder import Row
from labkit.engine._state import RunState

LATE = Nanoseconds(5_000_000)
"""A point later than this is flagged: a quarter of the shortest time that the PC is trusted with."""

BATCH = 100
"""Points told at once: an event a point would cost more than the point."""


def run_hold(state: RunState, block: HoldBlock) -> None:
    """Bring terminals to their levels; the file tells them, for they act on the device until the next hold."""
    rows = []
    for terminal, level in block.levels:
        began = state.recorder.seconds(state.now())
        if terminal in state.session.lights:
            state.light(terminal).set_irradiance(level)
        elif terminal in state.session.pulse_sources:
            state.rest_generator(terminal, level)
        else:
            rate = state.session.bench.electrical()[terminal].ramp_rate
            state.source_meter(terminal).ramp_to(level, rate)
        ended = state.recorder.seconds(state.now())
        rows.append(
            Row(
                Kind.HOLD,
                "",
                terminal,
                began,
                ended,
                began,
                ended,
                (ended - began) / 2,
                level,
                level,
                -1,
                0,
                state.context,
            )
        )
    state.recorder.rows(rows)
    state.due = state.now()


def run_wait(state: RunState, block: WaitBlock) -> None:
    """Sleep until the wait's end, counted from when the step before it was to end."""
    state.due += block.duration
    state.sleep_until(state.due, block.label)
    state.demanded += block.duration


def run_points(state: RunState, block: PointsBlock) -> None:
    """Set and read points at deadlines; late ones are flagged, actual times stored."""
    settings = {block.terminal: block.setting, **block.sampled}
    for name, setting in settings.items():
        state.configure(name, setting)
    recorder, clock = state.recorder, state.session.clock
    began = clock.now()
    first = {name: recorder.next_sample(name) for name in settings}
    points = [_Points(state, name) for name in (*block.sampled, block.terminal)]
    set_level, sleep_until, dwell = state.source_meter(block.terminal).set_level, clock.sleep_until, block.dwell
    read_at = int(block.read_at)
    for k, level in enumerate(block.levels):
        if dwell:
            sleep_until(Nanoseconds(began + k * dwell))
        set_level(level)
        if read_at:
            sleep_until(Nanoseconds(began + k * dwell + read_at))
        late = began + k * dwell + read_at + LATE if dwell else 1 << 62
        for one in points:
            one.take(late)
            late = max(late, began + (k + 1) * dwell)  # those after the first only have to keep within the step
    for one in points:
        one.tell()
    state.source_meter(block.terminal).set_level(block.held)
    _tell_points(state, block, began, first)


class _Points:
    """The readings of one terminal, taken one by one and told in batches."""

    def __init__(self, state: RunState, terminal: str) -> None:
        self._recorder, self._terminal = state.recorder, terminal
        self._measure, self._now = state.source_meter(terminal).measure, state.session.clock.now
        self._offset = state.recorder.seconds(0)
        self._batch: list[tuple[float, float, float, int]] = []

    def take(self, late: int) -> None:
        """Take a reading, flagged when it begins after `late` (ns)."""
        at = self._now()
        voltage, current, status = self._measure()
        self._batch.append((at * 1e-9 + self._offset, voltage, current, status | (at > late) * SampleStatus.LATE))
        if len(self._batch) == BATCH:
            self.tell()

    def tell(self) -> None:
        """Tell what has gathered."""
        self._recorder.samples(self._terminal, _columns(self._batch))
        self._batch.clear()


def _columns(batch: list[tuple[float, float, float, int]]) -> Samples:
    table = np.array(batch, dtype=np.float64).reshape(-1, 4)
    return Samples(table[:, 0], table[:, 1], table[:, 2], table[:, 3].astype(np.uint8))


def _tell_points(state: RunState, block: PointsBlock, began: int, first: Mapping[str, int]) -> None:
    recorder, count = state.recorder, len(block.levels)
    requested = recorder.seconds(began + count * block.dwell)
    begin, end = recorder.seconds(began), recorder.seconds(state.now())
    rows = []
    for name, setting in {block.terminal: block.setting, **block.sampled}.items():
        able, series = state.source_meter(name).capabilities, state.series_offset(name)
        recorder.acquisition(name, Executor.STEPPED, setting, able, first[name], count, series)
        kind = Kind.RAMP if name == block.terminal else Kind.RECORD
        level = block.sampled_levels.get(name, block.levels[0])
        span = (begin, requested, begin, end)
        rows.append(Row(kind, block.mark, name, *span, 1e-3, level, level, first[name], count, state.context))
    recorder.rows(rows)
    state.due = state.now()
    state.demanded += count * block.dwell


def run_log_record(state: RunState, block: LogRecordBlock) -> None:
    """Take single readings at growing times after the block's start."""
    for name in block.terminals:
        state.configure(name, block.settings[name])
    recorder, clock = state.recorder, state.session.clock
    began = max(state.due, 0) or clock.now()
    first = {name: recorder.next_sample(name) for name in block.terminals}
    for time in block.times:
        state.sleep_until(began + time, block.label)
        for name in block.terminals:
            at = clock.now()
            voltage, current, status = state.source_meter(name).measure()
            late = SampleStatus.LATE if at > began + time + LATE else SampleStatus.OK
            recorder.samples(name, _columns([(recorder.seconds(at), voltage, current, status | late)]))
    state.sleep_until(began + block.duration, block.label)
    rows = []
    for name in block.terminals:
        count = recorder.next_sample(name) - first[name]
        able = state.source_meter(name).capabilities
        series = state.series_offset(name)
        recorder.acquisition(name, Executor.STEPPED, block.settings[name], able, first[name], count, series)
        span = (recorder.seconds(began), recorder.seconds(began) + seconds(block.duration))
        head = (Kind.RECORD, block.mark, name, *span, *span, 1e-3, 0.0, 0.0)
        rows.append(Row(*head, first[name], count, state.context))
    recorder.rows(rows)
    state.due = began + block.duration
    state.demanded += block.duration
