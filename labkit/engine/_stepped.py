"""Blocks whose time the PC keeps: holds, waits, points one by one, readings on a logarithmic time scale."""

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
    """Bring terminals to their levels."""
    for terminal, level in block.levels:
        if terminal in state.session.lights:
            state.light(terminal).set_irradiance(level)
        elif terminal in state.session.pulse_sources:
            state.rest_generator(terminal, level)
        else:
            rate = state.session.bench.electrical()[terminal].ramp_rate
            state.source_meter(terminal).ramp_to(level, rate)
    state.due = state.now()


def run_wait(state: RunState, block: WaitBlock) -> None:
    """Sleep until the wait's end, counted from when the step before it was to end."""
    state.due += block.duration
    state.sleep_until(state.due, block.label)
    state.demanded += block.duration


def run_points(state: RunState, block: PointsBlock) -> None:
    """Set and read points at deadlines; late ones are flagged, actual times stored."""
    state.configure(block.terminal, block.setting)
    recorder, clock = state.recorder, state.session.clock
    channel = state.source_meter(block.terminal)
    began = clock.now()
    first = recorder.next_sample(block.terminal)
    offset = recorder.seconds(0)
    batch: list[tuple[float, float, float, int]] = []
    set_level, measure, now, dwell = channel.set_level, channel.measure, clock.now, block.dwell
    late = began + LATE if dwell else 1 << 62
    for k, level in enumerate(block.levels):
        if dwell:
            clock.sleep_until(Nanoseconds(began + k * dwell))
        set_level(level)
        at = now()
        voltage, current, status = measure()
        batch.append((at * 1e-9 + offset, voltage, current, status | (at > late + k * dwell) * SampleStatus.LATE))
        if len(batch) == BATCH:
            recorder.samples(block.terminal, _columns(batch))
            batch.clear()
    recorder.samples(block.terminal, _columns(batch))
    set_level(block.held)
    _tell_points(state, block, began, first)


def _columns(batch: list[tuple[float, float, float, int]]) -> Samples:
    table = np.array(batch, dtype=np.float64).reshape(-1, 4)
    return Samples(table[:, 0], table[:, 1], table[:, 2], table[:, 3].astype(np.uint8))


def _tell_points(state: RunState, block: PointsBlock, began: int, first: int) -> None:
    recorder, name = state.recorder, block.terminal
    count = len(block.levels)
    able = state.source_meter(name).capabilities
    recorder.acquisition(name, Executor.STEPPED, block.setting, able, first, count, state.series_offset(name))
    requested = began + count * block.dwell
    span = (
        recorder.seconds(began),
        recorder.seconds(requested),
        recorder.seconds(began),
        recorder.seconds(state.now()),
    )
    row = Row(Kind.RAMP, block.mark, name, *span, 1e-3, block.levels[0], block.levels[0], first, count, state.context)
    recorder.rows([row])
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
