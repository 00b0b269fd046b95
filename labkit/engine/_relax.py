"""Wait until a current is back at its baseline, sampling all the while."""

from math import hypot, sqrt

import numpy as np

from labkit.core import Kind, Nanoseconds, Samples, Step, format_quantity
from labkit.engine._plan import Executor, RelaxBlock
from labkit.engine._recorder import Row
from labkit.engine._state import Baseline, RunState


def run_relax(state: RunState, block: RelaxBlock) -> None:
    """Sample window after window until the mean is within the criterion, or the time is up.

    The noise of a reading is taken from the baseline window, so that a decay within the present window does not widen
    the criterion. One window more follows the one that met it, as the baseline of what comes next: the one that ended
    the wait was chosen for its noise, which would put the baseline too low. A relaxation that times out is a warning:
    the metrics flag HIST.
    """
    recorder = state.recorder
    baseline = state.baselines[block.terminal]
    state.configure(block.terminal, block.setting)
    began, first = state.now(), recorder.next_sample(block.terminal)
    while True:
        window = _sample_window(state, block)
        elapsed = state.now() - began
        distance, criterion = _distance(window, baseline, block.deviations)
        back = distance <= criterion and elapsed >= block.at_least
        if back or elapsed >= block.timeout:
            break
    if back:
        _sample_window(state, block)
        elapsed = state.now() - began
    _tell(state, block, began, first)
    state.demanded += elapsed
    state.relaxed += 1
    state.relaxed_beyond += max(elapsed - max(block.at_least, block.window), 0) / 1e9
    state.due = state.now()
    if not back:
        recorder.warn(
            state.now(),
            f"{block.terminal} is {format_quantity(distance, 'A')} from its baseline after "
            f"{format_quantity(block.timeout / 1e9, 's')}; {format_quantity(criterion, 'A')} was asked",
            "raise the time-out of `relax`, erase the device before each repeat, or accept the flag HIST",
        )


def _distance(window: Samples, baseline: Baseline, deviations: float) -> tuple[float, float]:
    count = max(int(np.count_nonzero(np.isfinite(window.current))), 1)
    standard = hypot(baseline.noise / sqrt(max(baseline.count, 1)), baseline.noise / sqrt(count))
    distance = abs(float(np.nanmean(window.current)) - baseline.mean)
    return distance, deviations * standard


def _sample_window(state: RunState, block: RelaxBlock) -> Samples:
    channel, clock = state.source_meter(block.terminal), state.session.clock
    count = block.window // block.period
    step = Step(block.level, Nanoseconds(count * block.period), count, Nanoseconds(0), block.period)
    channel.load((step,))
    before = clock.now()
    channel.start()
    started = clock.now()
    instant = (before + started) // 2
    state.sleep(instant + block.window)
    state.await_end(block.terminal, started + block.window)
    samples = channel.fetch()
    first = state.recorder.samples(block.terminal, samples.shifted(state.recorder.seconds(instant)))
    able = channel.capabilities
    series = state.series_offset(block.terminal)
    state.recorder.acquisition(block.terminal, Executor.TRIGGERED, block.setting, able, first, len(samples), series)
    return samples


def _tell(state: RunState, block: RelaxBlock, began: int, first: int) -> None:
    recorder = state.recorder
    count = recorder.next_sample(block.terminal) - first
    begin, end = recorder.seconds(began), recorder.seconds(state.now())
    span = (begin, begin + block.timeout / 1e9, begin, end)
    row = Row(Kind.RELAX, "", block.terminal, *span, 1e-3, block.level, block.level, first, count, state.context)
    recorder.rows([row])
    state.progress(block.label)
