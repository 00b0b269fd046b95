"""Write a sequence as a Lua script of a 2600B, and say which of its readings were asked for.

Cycles stay loops, and a run of steps that differ in level only becomes one loop over a table, so that a script grows
with the structure of a sequence and not with its length. There are two ways to run it:

- `Way.TRIGGER_MODEL`, wherever it can be: the SMU's trigger model steps a source list by trigger timers, exact to their
  1 us whatever else the instrument does, and both channels may run at a time. Every step takes a reading there, asked
  for or not, because the model measures at each trigger or never; those not asked for are dropped after the transfer.
- `Way.SCRIPT`, where a step without a reading is shorter than one, or where the readings not asked for would not fit
  into the buffer: the script itself sets levels and reads against `timer.measure.t()`. Edges come some tens of
  microseconds late (jitter of the script, not added up); the instrument takes no commands until it is over.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

import numpy as np
import numpy.typing as npt

from labkit.core import Cycle, Nanoseconds, Sequence, Step, sequence_samples
from labkit_drivers._keithley_2600_data import BUFFER, READING_OVERHEAD
from labkit_drivers._keithley_2600_library import LEAD

_LINE_VALUES = 50
"""Levels on one line of a script, which keeps lines far below the 2600B's longest message."""

_LEAST_OVERHEAD = 60_000
"""What the trigger model needs beside an aperture before its next event (ns): what Keithley's pulse scripts allow."""

Mask = npt.NDArray[np.bool_]


class Way(Enum):
    """Who keeps the time of a sequence."""

    TRIGGER_MODEL = "trigger model"
    SCRIPT = "script"


@dataclass(frozen=True, slots=True)
class Script:
    """A sequence in Lua.

    `lines` are the body of a function of `step`. With `returns` they lack the last step, which goes back to the level
    that is programmed already: the end of the sweep does that by itself, without a reading. `kept` has an entry for
    each reading that goes into the buffer: whether it was asked for. `lead` is the time from the first edge to the
    first reading where the script keeps the time (ns).
    """

    way: Way
    lines: tuple[str, ...]
    kept: Mask
    lead: Nanoseconds
    returns: bool = False


def compile_sequence(sequence: Sequence, aperture: Nanoseconds, returns: bool) -> Script:
    """Write a sequence as a script for readings of an aperture (ns); `returns` tells what `goes_back` says."""
    if not _fits_trigger_model(sequence, aperture):
        kept = np.ones(sequence_samples(sequence), dtype=np.bool_)
        return Script(Way.SCRIPT, tuple(_lines(sequence, 0)), kept, _first_reading(sequence))
    swept = sequence[:-1] if returns else sequence
    return Script(Way.TRIGGER_MODEL, tuple(_lines(swept, 0)), _kept(swept), _first_reading(sequence), returns)


def goes_back(sequence: Sequence, aperture: Nanoseconds, present_level: float) -> bool:
    """Tell whether the last step only goes back to the level (V) programmed before, right after a reading.

    A sweep is over when its last reading is, and then goes back by itself.
    """
    if len(sequence) < 2 or not isinstance(last := sequence[-1], Step) or last.samples or last.trigger:
        return False
    before = _last_step(sequence[:-1])
    end = before.first + (before.samples - 1) * before.period + aperture
    return last.level == present_level and before.samples > 0 and before.duration - end <= 2 * READING_OVERHEAD


def _last_step(sequence: Sequence) -> Step:
    last = sequence[-1]
    return last if isinstance(last, Step) else _last_step(last.body)


def steps_of(sequence: Sequence) -> Iterator[Step]:
    """Go through the steps as written, each once."""
    for part in sequence:
        if isinstance(part, Step):
            yield part
        else:
            yield from steps_of(part.body)


def final_level(sequence: Sequence) -> float:
    """Give the level that the source is left at (V)."""
    return _last_step(sequence).level


def _fits_trigger_model(sequence: Sequence, aperture: Nanoseconds) -> bool:
    reading = LEAD + aperture + _LEAST_OVERHEAD
    last = sequence[-1:] if sequence and isinstance(sequence[-1], Step) else ()
    # A reading in the last step may go on beyond the end: nothing follows that it could be late for.
    inner = steps_of(sequence[: len(sequence) - len(last)])
    quick = any(not step.samples and step.duration < reading for step in inner)
    return triggers(sequence) <= BUFFER and not quick


def triggers(sequence: Sequence) -> int:
    """Count the triggers that a sequence takes, a reading each."""
    return sum(
        max(part.samples, 1) if isinstance(part, Step) else part.count * triggers(part.body) for part in sequence
    )


def _kept(sequence: Sequence) -> Mask:
    parts = [
        np.full(max(part.samples, 1), bool(part.samples))
        if isinstance(part, Step)
        else np.tile(_kept(part.body), part.count)
        for part in sequence
    ]
    return np.concatenate(parts) if parts else np.ones(0, dtype=np.bool_)


def _first_reading(sequence: Sequence) -> Nanoseconds:
    elapsed, found = _until_reading(sequence)
    return Nanoseconds(elapsed if found else 0)


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


def _arguments(step: Step) -> str:
    timing = f"{step.duration:d},{step.samples:d},{step.first:d},{step.period:d}"
    return f"{timing},true" if step.trigger else timing


def _lines(sequence: Sequence, depth: int) -> Iterator[str]:
    for alike, parts in groupby(sequence, key=lambda part: _arguments(part) if isinstance(part, Step) else ""):
        if alike:
            yield from _run([part.level for part in parts if isinstance(part, Step)], alike)
            continue
        for cycle in parts:
            if isinstance(cycle, Cycle):
                yield f"for i{depth}=1,{cycle.count:d} do"
                yield from _lines(cycle.body, depth + 1)
                yield "end"


def _run(levels: list[float], arguments: str) -> Iterator[str]:
    if len(levels) == 1:
        yield f"step({levels[0]:.9g},{arguments})"
        return
    yield "for _,level in ipairs({"
    for first in range(0, len(levels), _LINE_VALUES):
        yield ",".join(f"{level:.9g}" for level in levels[first : first + _LINE_VALUES]) + ","
    yield f"}}) do step(level,{arguments}) end"
