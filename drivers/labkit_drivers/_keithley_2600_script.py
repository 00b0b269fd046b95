"""Write a sequence as a Lua script of a 2600B, and say which of its readings were asked for.

Cycles stay loops, and a run of steps that differ in level only becomes one loop over a table, so that a script grows
with the structure of a sequence and not with its length. There are three ways to run it:

- `Way.RECORDING`, where the source stays at its level and the readings are evenly spaced: an overlapped measurement
  with count and interval; trigger timers make the pulses on the trigger line.
- `Way.TRIGGER_MODEL`, else wherever it can be: the SMU's trigger model steps a source list by trigger timers, exact to
  their 1 us whatever else the instrument does. Every step takes a reading there, asked for or not, because the model
  measures at each trigger or never; those not asked for are dropped after the transfer.
- `Way.SCRIPT`, where a step without a reading is shorter than one, or where the readings not asked for would not fit
  into the buffer: the script itself sets levels and reads against `timer.measure.t()`. Edges come some tens of
  microseconds late (jitter of the script, not added up); the instrument takes no commands until it is over, so that
  the other channel cannot run beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

import numpy as np

from labkit.core import Cycle, FloatArray, Nanoseconds, Sequence, Step
from labkit_drivers import _keithley_2600_layout as layout

_LINE_VALUES = 50
"""Levels on one line of a script, which keeps lines far below the 2600B's longest message."""


class Way(Enum):
    """Who keeps the time of a sequence."""

    RECORDING = "overlapped measurement"
    TRIGGER_MODEL = "trigger model"
    SCRIPT = "script"


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    """A sequence in Lua.

    `lines` are the body of a function of `step`. With `returns` they lack the last step, which goes back to the level
    that is programmed already: the end of the sweep does that by itself, without a reading. `interval` (ns) is that of
    a recording. `kept` has an entry for each reading that goes into the buffer, whether it was asked for; `levels` (V)
    has one for each that was. `lead` (ns) is the time from the first edge to the first reading, where not the trigger
    model keeps the time. `final_level` (V) is what the source is left at.
    """

    way: Way
    lines: tuple[str, ...]
    kept: layout.Mask
    levels: FloatArray
    lead: Nanoseconds
    final_level: float
    returns: bool = False
    interval: Nanoseconds = Nanoseconds(0)  # noqa: RUF009 - a NewType call is the plain integer

    def written_as(self, other: "Script") -> bool:
        """Tell whether it reads the same in the instrument: count and interval of a recording are not written there."""
        return (self.way, self.lines, self.returns) == (other.way, other.lines, other.returns)


def compile_sequence(sequence: Sequence, aperture: Nanoseconds, present_level: float) -> Script:
    """Write a sequence as a script for readings of an aperture (ns), from the level (V) that is programmed now."""
    levels, final = layout.levels_read(sequence), layout.last_step(sequence).level
    every = np.ones(len(levels), dtype=np.bool_)
    interval = layout.recording_interval(sequence, aperture, present_level)
    if interval is not None:
        lines = tuple(_lines(sequence, 0)) if any(step.trigger for step in layout.steps_of(sequence)) else ()
        return Script(Way.RECORDING, lines, every, levels, Nanoseconds(0), final, interval=interval)
    lead = layout.first_reading(sequence)
    if not layout.fits_trigger_model(sequence, aperture):
        return Script(Way.SCRIPT, tuple(_lines(sequence, 0)), every, levels, lead, final)
    returns = layout.goes_back(sequence, aperture, present_level)
    swept = sequence[:-1] if returns else sequence
    kept = layout.asked_for(swept)
    return Script(Way.TRIGGER_MODEL, tuple(_lines(swept, 0)), kept, levels, lead, final, returns)


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
