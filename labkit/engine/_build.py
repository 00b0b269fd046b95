"""Turn open-loop instructions into the tracks and trains of one timed block."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from labkit.core import (
    Capabilities,
    Kind,
    LightCapabilities,
    Nanoseconds,
    PulseCapabilities,
    SourceMeterCapabilities,
    Step,
    nanoseconds,
)
from labkit.engine._followers import Following, Leads, no_height
from labkit.engine._plan import TrainPulse
from labkit.engine._timing import MOST_PULSE_SAMPLES, grid, quantized, reading_time, settling
from labkit.engine._tracks import Context, Group, GroupLoop, Track
from labkit.protocol import ForEach, Instruction, Pulse, Ramp, Read, Repeat, Together, Wait

_CLEAR = Nanoseconds(100_000)
"""How long before the next edge of a ramp a reading ends."""

START_SKEW = Nanoseconds(5_000_000)
"""How far the starts of two channels of one instrument may lie apart: one command on the bus."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a block's instructions find: held levels, who can do what, the apertures, and the sampling if recorded."""

    held: Mapping[str, float]
    capabilities: Mapping[str, Capabilities]
    largest: Mapping[str, float]
    apertures: Mapping[str, float]
    recorded: tuple[str, ...] = ()
    period: Nanoseconds | None = None
    leads: Leads = field(default_factory=lambda: Leads({}, {}))

    def following(self, pulse: Pulse) -> Following | None:
        """Say how a pulse follows a trigger; None when its own instrument makes it."""
        return self.leads.following(pulse, self.held, self.capabilities)

    def burst(self, together: Together) -> Following | None:
        """Say how pulses of one time base follow one trigger; None when they do not."""
        return self.leads.burst(together, self.held, self.capabilities)

    def source_meter(self, terminal: str) -> SourceMeterCapabilities:
        """Give the capabilities of an electrical terminal."""
        able = self.capabilities[terminal]
        assert isinstance(able, SourceMeterCapabilities)  # noqa: S101 - checked when the program was
        return able


def ramp_levels(ramp: Ramp) -> list[float]:
    """Give the levels of a ramp, corners included, each once."""
    levels = [ramp.corners[0]]
    for start, stop in zip(ramp.corners, ramp.corners[1:], strict=False):
        levels += _between(start, stop, ramp)
    return levels


def _between(start: float, stop: float, ramp: Ramp) -> list[float]:
    if ramp.spacing == "logarithmic" and start * stop > 0:
        from math import ceil, log10

        count = max(1, ceil(abs(log10(abs(stop / start))) * ramp.step - 1e-9))
        return [start * (stop / start) ** (k / count) for k in range(1, count + 1)]
    count = max(1, -int(-(abs(stop - start) / ramp.step - 1e-9) // 1))
    return [start + (stop - start) * k / count for k in range(1, count + 1)]


def ramp_dwell(ramp: Ramp) -> Nanoseconds:
    """Give the time that a ramp stays at each level: the mean step over the rate."""
    levels = ramp_levels(ramp)
    way = sum(abs(b - a) for a, b in itertools.pairwise(levels))
    return nanoseconds(way / (len(levels) - 1) / ramp.rate) if len(levels) > 1 else Nanoseconds(0)


def read_duration(read: Read, aperture: float, able: SourceMeterCapabilities) -> Nanoseconds:
    """Give how long a read takes: its delay and its readings back to back."""
    return Nanoseconds(read.delay + read.count * reading_time(aperture, able) + 2 * able.time_resolution)


def duration_of(instruction: Instruction, around: Surroundings) -> Nanoseconds:
    """Give how long an open-loop instruction takes on this bench."""
    if isinstance(instruction, Wait | Together):
        return instruction.duration
    if isinstance(instruction, Pulse):
        return instruction.width
    if isinstance(instruction, Read):
        able = around.source_meter(instruction.terminal)
        return grid(read_duration(instruction, around.apertures[instruction.terminal], able), able)
    if isinstance(instruction, Ramp):
        return Nanoseconds(len(ramp_levels(instruction)) * ramp_dwell(instruction))
    if isinstance(instruction, Repeat):
        return Nanoseconds(instruction.count * sum(duration_of(inner, around) for inner in instruction.body))
    if isinstance(instruction, ForEach):
        return Nanoseconds(sum(duration_of(inner, around) for body in instruction.bodies for inner in body))
    raise TypeError(f"{type(instruction).__name__} has no duration of its own")


def build_track(instructions: Iterable[Instruction], terminal: str, around: Surroundings) -> Track:
    """Say what one electrical terminal does during instructions, loops kept."""
    parts: list[Group | GroupLoop] = []
    for instruction in instructions:
        parts += _parts(instruction, terminal, around)
    return _merge_holds(parts, terminal, around)


def _parts(instruction: Instruction, terminal: str, around: Surroundings) -> Iterator[Group | GroupLoop]:
    if isinstance(instruction, Repeat):
        body = build_track(instruction.body, terminal, around)
        yield GroupLoop(instruction.name, tuple(range(instruction.count)), None, (body,))
    elif isinstance(instruction, ForEach):
        bodies = tuple(build_track(body, terminal, around) for body in instruction.bodies)
        yield GroupLoop(instruction.name, instruction.positions, instruction.values, bodies)
    elif isinstance(instruction, Together) and (following := around.burst(instruction)) is not None:
        yield _led(hold(terminal, instruction.duration, around), following, terminal, around)
    elif isinstance(instruction, Together):
        yield from _together(instruction, terminal, around)
    elif isinstance(instruction, Pulse) and (following := around.following(instruction)) is not None:
        yield _led(hold(terminal, instruction.width, around), following, terminal, around)
    elif isinstance(instruction, Pulse) and instruction.terminal == terminal:
        yield _pulse(instruction, around)
    elif isinstance(instruction, Read) and instruction.terminal == terminal:
        yield _read(instruction, around)
    elif isinstance(instruction, Ramp) and terminal in (instruction.terminal, *instruction.sampled):
        yield _ramp(instruction, terminal, around)
    elif isinstance(instruction, Pulse) and terminal in instruction.sampled and terminal not in around.recorded:
        yield _beside_pulse(instruction, terminal, around)
    else:
        yield hold(terminal, duration_of(instruction, around), around)


def _led(plain: Group, following: Following, terminal: str, around: Surroundings) -> Group:
    return _triggering(plain, following, around) if around.leads.leader(following) == terminal else plain


def _triggering(plain: Group, following: Following, around: Surroundings) -> Group:
    """Hold, with a trigger at the edge; when the pulse is on this very terminal and long enough to be read, it is that.

    One that is too short for a reading stays a hold, to which the wait after it is added: the source meter then has no
    step that is shorter than it can keep.
    """
    hidden = replace(plain, steps=tuple(replace(step, trigger=True) for step in plain.steps), following=following)
    if following.source == following.terminal or following.optical or len(following.pulses) > 1:
        return hidden
    able = around.source_meter(following.terminal)
    reading = reading_time(around.apertures[following.terminal], able)
    first = settling(able.source_voltage, around.largest[following.terminal])
    step = plain.steps[0]
    if not step.samples:
        count = min(max(0, (step.duration - first) // reading), MOST_PULSE_SAMPLES)
        if not count:
            return hidden
        step = replace(step, samples=count, first=first, period=reading)
    step = replace(step, trigger=True)
    return Group(Kind.PULSE, following.mark, following.level, (step,), following.level, following=following)


def hold(terminal: str, duration: Nanoseconds, around: Surroundings) -> Group:
    """Stay at the held level, sampled when the terminal is recorded."""
    level = around.held[terminal]
    if terminal not in around.recorded or around.period is None:
        return Group(None, "", level, (Step(level, duration),), level)
    samples = duration // around.period
    return Group(None, "", level, (Step(level, duration, samples, Nanoseconds(0), around.period),), level)


def _merge_holds(parts: list[Group | GroupLoop], terminal: str, around: Surroundings) -> Track:
    merged: list[Group | GroupLoop] = []
    for part in parts:
        last = merged[-1] if merged else None
        merges = _plain(part) and isinstance(part, Group) and part.following is None
        if merges and isinstance(part, Group) and isinstance(last, Group) and _plain(last):
            longer = hold(terminal, Nanoseconds(last.duration + part.duration), around)
            steps = tuple(replace(step, trigger=last.following is not None) for step in longer.steps)
            merged[-1] = replace(longer, steps=steps, following=last.following)
        else:
            merged.append(part)
    return tuple(merged)


def _plain(part: Group | GroupLoop) -> bool:
    return isinstance(part, Group) and part.kind is None


def _together(together: Together, terminal: str, around: Surroundings) -> Iterator[Group]:
    now = 0
    for start, pulse in sorted(together.pulses, key=lambda pair: pair[0]):
        if pulse.terminal != terminal:
            continue
        if start > now:
            yield hold(terminal, Nanoseconds(start - now), around)
        yield _pulse(pulse, around)
        now = start + pulse.width
    if together.duration > now:
        yield hold(terminal, Nanoseconds(together.duration - now), around)


def _pulse(pulse: Pulse, around: Surroundings) -> Group:
    able = around.source_meter(pulse.terminal)
    width = grid(pulse.width, able)
    delivered = quantized(able.source_voltage, around.largest[pulse.terminal], pulse.level)
    if pulse.terminal in around.recorded and around.period is not None:
        step = Step(pulse.level, width, width // around.period, Nanoseconds(0), around.period)
    else:
        step = _read_through(pulse, pulse.terminal, around)
    return Group(Kind.PULSE, pulse.mark, pulse.level, (step,), delivered, width=pulse.width)


def _read_through(pulse: Pulse, terminal: str, around: Surroundings) -> Step:
    """Give the step of a terminal during a pulse, read as often as its aperture allows."""
    able = around.source_meter(terminal)
    width = grid(pulse.width, able)
    first = settling(able.source_voltage, around.largest[terminal])
    reading = reading_time(around.apertures[terminal], able)
    count = min(max(0, (width - first) // reading), MOST_PULSE_SAMPLES)
    level = pulse.level if terminal == pulse.terminal else around.held[terminal]
    return Step(level, width, count, first, reading)


def _beside_pulse(pulse: Pulse, terminal: str, around: Surroundings) -> Group:
    """Read a terminal at its held level while another one has a pulse."""
    level = around.held[terminal]
    return Group(Kind.RECORD, pulse.mark, level, (_read_through(pulse, terminal, around),), level)


def _read(read: Read, around: Surroundings) -> Group:
    able = around.source_meter(read.terminal)
    level = around.held[read.terminal] if read.level is None else read.level
    aperture = around.apertures[read.terminal]
    first = max(read.delay, settling(able.source_voltage, around.largest[read.terminal]))
    first = Nanoseconds(first)
    duration = grid(Nanoseconds(first - read.delay + read_duration(read, aperture, able)), able)
    step = Step(level, duration, read.count, first, reading_time(aperture, able))
    delivered = quantized(able.source_voltage, around.largest[read.terminal], level)
    return Group(Kind.READ, read.mark, level, (step,), delivered, lead=first)


def _ramp(ramp: Ramp, terminal: str, around: Surroundings) -> Group:
    """Give what a terminal does in a ramp: go through the levels, or stay and be read at each of them."""
    able = around.source_meter(terminal)
    dwell = grid(ramp_dwell(ramp), able)
    reading = reading_time(around.apertures[terminal], able)
    # The reading ends with its step, when the current has settled longest. Where channels are started one after
    # another, it ends early enough to be of the same step for all of them.
    clear = max(_CLEAR, able.time_resolution, min(START_SKEW, dwell // 4) if ramp.sampled else 0)
    first = Nanoseconds(max(dwell - reading - clear, 0))
    if terminal != ramp.terminal:
        held = around.held[terminal]
        steps = tuple(Step(held, dwell, 1, first, reading) for _ in ramp_levels(ramp))
        return Group(Kind.RECORD, ramp.mark, held, steps, held)
    steps = tuple(Step(level, dwell, 1, first, reading) for level in ramp_levels(ramp))
    return Group(Kind.RAMP, ramp.mark, ramp.corners[0], steps, ramp.corners[0])


def flatten(instructions: Iterable[Instruction], context: Context) -> Iterator[tuple[Instruction, Context]]:
    """Write loops out, each instruction with the iterations it stands in."""
    for instruction in instructions:
        if isinstance(instruction, Repeat):
            for k in range(instruction.count):
                yield from flatten(instruction.body, {**context, instruction.name: (k, None)})
        elif isinstance(instruction, ForEach):
            for k, body in enumerate(instruction.bodies):
                place = (instruction.positions[k], instruction.values[k])
                yield from flatten(body, {**context, instruction.name: place})
        else:
            yield instruction, context


def train_pulses(instructions: Iterable[Instruction], around: Surroundings) -> list[TrainPulse]:
    """Give the pulses that lights and generators make on their own time, with when they begin and end."""
    found: list[TrainPulse] = []
    now = 0
    for instruction, context in flatten(instructions, {}):
        if isinstance(instruction, Together):
            pulses = [(now + start, pulse) for start, pulse in instruction.pulses]
        else:
            pulses = [(now, instruction)] if isinstance(instruction, Pulse) else []
        for begin, pulse in pulses:
            able = around.capabilities[pulse.terminal]
            makes = isinstance(able, LightCapabilities | PulseCapabilities) and not no_height(pulse, around.held, able)
            if makes and around.following(pulse) is None:
                end = Nanoseconds(begin + pulse.width)
                found.append(
                    TrainPulse(pulse.terminal, Nanoseconds(begin), end, pulse.level, pulse.mark, context, pulse.edge)
                )
        now += duration_of(instruction, around)
    return found
