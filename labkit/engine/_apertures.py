"""The longest aperture that every reading of a block can have."""

from collections.abc import Sequence

from labkit.core import Nanoseconds, SourceMeterCapabilities, seconds
from labkit.engine._build import ramp_dwell
from labkit.engine._followers import Leads
from labkit.engine._timing import LEAST_PULSE_SAMPLES, aperture_within
from labkit.protocol import Instruction, ProgramTerminal, Pulse, Ramp, walk

READ_WIDTHS = 2
"""Widths of a pulse that a reading after it may last: five then take the ten widths that the standard waits."""

_MARGIN = 100e-6
"""Time that a trigger model spends around a reading (s); taken off before an aperture is chosen."""


def block_aperture(
    instructions: Sequence[Instruction],
    terminal: ProgramTerminal,
    able: SourceMeterCapabilities,
    period: Nanoseconds | None,
    leads: Leads,
) -> float:
    """Choose the aperture (s) of a terminal for a block.

    One line cycle where nothing hurries; else what the sampling period, the shortest pulse (with five readings in it)
    or the fastest ramp leaves. Pulses that a generator makes are not read: only the reads after them are to be as short
    as the pulses ask for.
    """
    overhead = seconds(able.reading_overhead) + _MARGIN
    wished = terminal.aperture or 1 / able.line_frequency
    longest = [wished]
    if period is not None:
        longest.append(seconds(period) - overhead)
    settle = able.source_voltage[-1].settling
    for instruction in walk(instructions):
        if isinstance(instruction, Pulse) and terminal.name in instruction.sampled and period is None:
            longest.append((seconds(instruction.width) - settle) / LEAST_PULSE_SAMPLES - overhead)
        elif isinstance(instruction, Pulse) and instruction.terminal == terminal.name and period is None:
            width = seconds(instruction.width)
            read = (width - settle) / LEAST_PULSE_SAMPLES - overhead
            longest.append(READ_WIDTHS * width if leads.makes(instruction, able) else read)
        elif isinstance(instruction, Ramp) and terminal.name in (instruction.terminal, *instruction.sampled):
            longest.append(_of_a_step(instruction) - settle - overhead)
    return aperture_within(min(longest), able)


def _of_a_step(ramp: Ramp) -> float:
    """Give the part of a ramp's step (s) that a reading may take; of one that several terminals share, a half each."""
    dwell = seconds(ramp_dwell(ramp))
    return dwell / (1 + len(ramp.sampled))
