"""Questions about a sequence that decide who keeps its time in a 2600B, and what its buffer will hold."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from labkit.core import FloatArray, Nanoseconds, PlanRefused, Sequence, SourceMeterCapabilities, Step
from labkit_drivers._keithley_2600_data import BUFFER, READING_OVERHEAD, Model
from labkit_drivers._keithley_2600_library import LEAD

_LEAST_OVERHEAD = 60_000
"""What a reading needs beside its aperture before the next event (ns): what Keithley's pulse scripts allow."""
_LONGEST_INTERVAL = 1_000_000_000
"""Of smuX.measure.interval (ns; reference manual)."""

Mask = npt.NDArray[np.bool_]


def steps_of(sequence: Sequence) -> Iterator[Step]:
    """Go through the steps as written, each once."""
    for part in sequence:
        if isinstance(part, Step):
            yield part
        else:
            yield from steps_of(part.body)


def last_step(sequence: Sequence) -> Step:
    """Give the step that ends a sequence."""
    last = sequence[-1]
    return last if isinstance(last, Step) else last_step(last.body)


def triggers(sequence: Sequence) -> int:
    """Count the triggers that a sequence takes in the trigger model, a reading each."""
    return sum(
        max(part.samples, 1) if isinstance(part, Step) else part.count * triggers(part.body) for part in sequence
    )


def fits_trigger_model(sequence: Sequence, aperture: Nanoseconds) -> bool:
    """Tell whether the trigger model can run it: all its readings in the buffer, no unread step shorter than one."""
    reading = LEAD + aperture + _LEAST_OVERHEAD
    last = sequence[-1:] if isinstance(sequence[-1], Step) else ()
    # A reading in the last step may go on beyond the end: nothing follows that it could be late for.
    inner = steps_of(sequence[: len(sequence) - len(last)])
    quick = any(not step.samples and step.duration < reading for step in inner)
    return triggers(sequence) <= BUFFER and not quick


def alone(sequence: Sequence, aperture: Nanoseconds, present_level: float) -> PlanRefused | None:
    """Give why the other channel cannot run beside a sequence: a script keeps its time, which keeps all; or None."""
    if recording_interval(sequence, aperture, present_level) is not None or fits_trigger_model(sequence, aperture):
        return None
    return one_channel_at_a_time()


def one_channel_at_a_time() -> PlanRefused:
    """Say why two channels do not run at a time."""
    return PlanRefused(
        "both channels of a 2600B have a sequence, and one of them needs the script",
        "make steps without a reading longer than one reading, take fewer readings, or use a second instrument",
    )


def described(model: Model, line_frequency: float) -> SourceMeterCapabilities:
    """Give what a channel can deliver at a line frequency (Hz), and what tells that it must run alone."""
    return replace(model.capabilities(line_frequency), alone=alone)


def recording_interval(sequence: Sequence, aperture: Nanoseconds, present_level: float) -> Nanoseconds | None:
    """Give the one interval between all readings of a sequence that stays at the present level (V), None for others."""
    steps = list(steps_of(sequence))
    interval = steps[0].period
    if not aperture + _LEAST_OVERHEAD <= interval <= _LONGEST_INTERVAL:
        return None
    for step in steps:
        whole = step.duration == step.samples * interval
        # What the last step has left over after its readings is waited for outside.
        ends = step is steps[-1] and step is sequence[-1] and step.duration > step.samples * interval
        alike = step.level == present_level and step.first == 0 and step.period == interval and step.samples > 0
        if not (alike and (whole or ends)):
            return None
    return interval


def goes_back(sequence: Sequence, aperture: Nanoseconds, present_level: float) -> bool:
    """Tell whether the last step only goes back to the level (V) programmed before, right after a reading.

    A sweep is over when its last reading is, and then goes back by itself.
    """
    if len(sequence) < 2 or not isinstance(last := sequence[-1], Step) or last.samples or last.trigger:
        return False
    before = last_step(sequence[:-1])
    end = before.first + (before.samples - 1) * before.period + aperture
    return last.level == present_level and before.samples > 0 and before.duration - end <= 2 * READING_OVERHEAD


def asked_for(sequence: Sequence) -> Mask:
    """Tell of each trigger's reading whether the sequence asks for it."""
    return _written_out(sequence, lambda step: np.full(max(step.samples, 1), bool(step.samples))).astype(np.bool_)


def levels_read(sequence: Sequence) -> FloatArray:
    """Give the programmed level (V) of each reading that a sequence asks for."""
    return _written_out(sequence, lambda step: np.full(step.samples, step.level))


def first_reading(sequence: Sequence) -> Nanoseconds:
    """Give the time from the first edge to the first reading (ns), 0 where there is none."""
    elapsed, found = _until_reading(sequence)
    return Nanoseconds(elapsed if found else 0)


def _written_out(sequence: Sequence, row: Callable[[Step], npt.NDArray[np.generic]]) -> npt.NDArray[np.float64]:
    parts = [
        row(part) if isinstance(part, Step) else np.tile(_written_out(part.body, row), part.count) for part in sequence
    ]
    return np.concatenate(parts).astype(np.float64)


def _until_reading(sequence: Sequence) -> tuple[int, bool]:
    elapsed = 0
    for part in sequence:
        if isinstance(part, Step):
            if part.samples:
                return elapsed + part.first, True
            elapsed += part.duration
        else:
            inside, found = _until_reading(part.body)
            if found:
                return elapsed + inside, True
            elapsed += part.count * inside
    return elapsed, False
