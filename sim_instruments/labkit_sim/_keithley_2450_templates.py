"""Trigger models that a 2450 writes by itself: its templates and its sweeps."""

from dataclasses import dataclass, replace
from math import floor

import numpy as np

from labkit.core import FloatArray, Nanoseconds, nanoseconds
from labkit_sim import _keithley_2450_specs as specs
from labkit_sim._errors import ScpiError
from labkit_sim._keithley_2450_actions import BufferClear, Delay, Measure, Recall, RecallNext, SourceState
from labkit_sim._keithley_2450_block import Block
from labkit_sim._keithley_2450_branches import BranchAlways, BranchCount, BranchEvent, BranchWithin
from labkit_sim._keithley_2450_settings import SOURCE_RANGES, SourceSetting


def simple_loop(count: int, delay: Nanoseconds, buffer: str) -> list[Block]:
    """`SimpleLoop`: so many readings, a delay before each."""
    return [BufferClear(buffer), Delay(delay), Measure(buffer), BranchCount(count, 2)]


def duration_loop(duration: Nanoseconds, delay: Nanoseconds, buffer: str) -> list[Block]:
    """`DurationLoop`: output on, readings for a time, output off."""
    return [
        BufferClear(buffer),
        SourceState(True),
        Delay(delay),
        Measure(buffer),
        BranchWithin(duration, 3),
        SourceState(False),
    ]


def configuration_loop(lists: tuple[str, ...], count: int, delay: Nanoseconds, buffer: str) -> list[Block]:
    """`ConfigList`: one reading with each index of a measure and a source list."""
    return [
        BufferClear(buffer),
        Recall(tuple((name, 1) for name in lists)),
        SourceState(True),
        BranchAlways(6),
        RecallNext(lists),
        Delay(delay),
        Measure(buffer),
        BranchCount(count, 5),
        SourceState(False),
    ]


@dataclass(frozen=True, slots=True)
class SweepOptions:
    """What the sweep commands have in common; `count` 0 goes on for ever, `delay` -1 is automatic."""

    delay: float = -1.0
    count: int = 1
    abort_on_limit: bool = True
    buffer: str = "defbuffer1"


def sweep_blocks(name: str, first: int, points: int, options: SweepOptions) -> list[Block]:
    """Write a sweep over a source list from index `first` on, output on before it and off behind it."""
    delay = nanoseconds(max(options.delay, 0.0))
    blocks: list[Block] = [
        BufferClear(options.buffer),
        Recall(((name, first),)),
        SourceState(True),
        BranchAlways(6),
        RecallNext((name,)),
        Delay(delay),
        Measure(options.buffer),
    ]
    turns = 1 if options.count == 1 else 2
    if options.abort_on_limit:
        blocks.append(BranchEvent("SLIM", len(blocks) + turns + 2))
    blocks.append(BranchCount(points, 5))
    if options.count > 1:
        blocks.append(BranchCount(options.count, 2))
    elif options.count == 0:
        blocks.append(BranchAlways(2))
    blocks.append(SourceState(False))
    return blocks


def linear_levels(start: float, stop: float, points: int) -> FloatArray:
    """Give equally spaced levels."""
    return np.linspace(start, stop, points)


def stepped_levels(start: float, stop: float, step: float) -> FloatArray:
    """Give levels that are `step` apart, from `start` to at most `stop`."""
    if step <= 0:
        raise ScpiError(-222)
    points = floor(abs(stop - start) / step * (1 + 1e-9)) + 1
    if not 2 <= points <= specs.SWEEP_POINTS:
        raise ScpiError(-222)
    return np.asarray(start + np.copysign(step, stop - start) * np.arange(points), dtype=np.float64)


def logarithmic_levels(start: float, stop: float, points: int, asymptote: float) -> FloatArray:
    """Give levels whose distance from the asymptote grows by a constant factor."""
    low, high = start - asymptote, stop - asymptote
    if low * high <= 0:
        raise ScpiError(-221, "Settings conflict: a logarithmic sweep cannot meet its asymptote")
    return np.asarray(np.copysign(np.geomspace(abs(low), abs(high), points), low) + asymptote)


def there_and_back(levels: FloatArray) -> FloatArray:
    """Append the way back; the turning point is not doubled."""
    return np.concatenate((levels, levels[-2::-1]))


def sweep_settings(
    setting: SourceSetting, levels: FloatArray, ranging: str, automatic_delay: bool
) -> list[SourceSetting]:
    """Give a source setting for each level.

    `ranging` is `AUTO` (a range for each level), `BEST` (one that holds all) or `FIX` (the present one, at whose end
    levels stop). Raises ScpiError -222 for levels beyond the instrument.
    """
    largest = float(np.abs(levels).max())
    best = specs.holding(SOURCE_RANGES[setting.quantity], largest)
    if best is None:
        raise ScpiError(-222)
    if automatic_delay:
        setting = replace(setting, auto_delay=True)
    if ranging == "AUTO":
        template = replace(setting, auto_range=True)
    elif ranging == "BEST":
        template = replace(setting, auto_range=False, full_scale=best.full_scale)
    else:
        end = setting.full_scale * specs.OVERRANGE
        levels, template = np.clip(levels, -end, end), replace(setting, auto_range=False)
    return [template.with_level(level) for level in levels.tolist()]
