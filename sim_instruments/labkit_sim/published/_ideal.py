"""A protocol done to a device by ideal instruments: exact levels and times, readings without error or noise.

What a device's parameters say of a protocol follows from this alone: the state equations are solved exactly between the
edges of the stimulus, and no firmware, driver, planner, run file or metric takes part. Every event has its mean effect.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from labkit.core import Nanoseconds, seconds
from labkit.protocol import (
    ForEach,
    Hold,
    Instruction,
    Program,
    Pulse,
    Read,
    Record,
    Relax,
    Repeat,
    Together,
    UniformSampling,
    Wait,
    walk,
)
from labkit_sim.devices import Device, Drive, Stimulus

READING, READINGS_A_PULSE = 0.021, 10
"""What a reading takes (s): a cycle of 50 Hz mains and a little more, or a tenth of the shortest pulse that is read.

Five have to fit into a pulse (UNDER); apertures come in steps of 1, 2, 5 and each reading has its overhead, so that a
source meter takes nine or ten. A device that forgets within the train sees the difference.
"""
CYCLE = "cycle"
ALIKE = 1e-6
"""Relative difference of two cycles below which those that follow are the same."""
PEAK_SHARE, PEAK_SAMPLES = 0.05, 5
"""The peak window is the last 5 % of a pulse of light or gate, or five samples (metric standard, section 0)."""
_NODES = np.linspace(0.05, 0.95, 10)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a pulse or a read shows: times (s), level (V or W/m^2), current (A) of the terminal that is read.

    Of a pulse on another terminal, of light or of the gate, `current` is the mean over the peak window and `before`
    that just before it; of one on the terminal that is read `current` is the mean during it.
    """

    kind: Literal["pulse", "read"]
    mark: str
    terminal: str
    loops: Mapping[str, int]
    begin: float
    width: float
    level: float
    voltage: float
    current: float
    before: float = float("nan")


@dataclass(slots=True)
class IdealBench:
    """Walks through a Program. `response` is the terminal whose current is read, `wavelength` (m) that of the light."""

    device: Device
    program: Program
    wavelength: float = 0.0
    levels: dict[str, float] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    now: float = 0.0
    reading: float = READING
    period: float = 0.0

    def run(self) -> Sequence[Seen]:
        """Go through the whole Program."""
        for name in self.program.terminals:
            self.levels[name] = 0.0
        read = [one for one in walk(self.program.instructions) if isinstance(one, Pulse) and self._is_read(one)]
        self.reading = min([READING, *(seconds(pulse.width) / READINGS_A_PULSE for pulse in read)])
        self._all(self.program.instructions, {})
        return self.seen

    @property
    def response(self) -> str:
        """The terminal whose current tells the device's state: `drain` or `top`."""
        return "drain" if "drain" in self.device.terminals else "top"

    def _is_read(self, pulse: Pulse) -> bool:
        return self.response in (pulse.terminal, *pulse.sampled)

    def _all(self, instructions: Sequence[Instruction], loops: Mapping[str, int]) -> None:
        for instruction in instructions:
            self._one(instruction, loops)

    def _one(self, instruction: Instruction, loops: Mapping[str, int]) -> None:
        match instruction:
            case Hold():
                self.levels.update(instruction.levels)
            case Wait():
                self._advance(seconds(instruction.duration))
            case Pulse():
                self._pulse(instruction, loops)
            case Read():
                self._read(instruction, loops)
            case Together():
                self._together(instruction, loops)
            case Repeat():
                self._repeat(instruction, loops)
            case ForEach():
                for position, body in zip(instruction.positions, instruction.bodies, strict=True):
                    self._all(body, {**loops, instruction.name: position})
            case Record():
                if isinstance(instruction.sampling, UniformSampling):
                    self.period = seconds(instruction.sampling.period)
                self._all(instruction.body, loops)
            case Relax():
                self._advance(seconds(instruction.timeout))
            case _:
                raise NotImplementedError(f"no ideal {type(instruction).__name__}")

    def _repeat(self, repeat: Repeat, loops: Mapping[str, int]) -> None:
        """Go through a loop; rounds that have become alike are written down, not gone through again."""
        last: list[Seen] = []
        for k in range(repeat.count):
            first = len(self.seen)
            self._all(repeat.body, {**loops, repeat.name: k})
            this = self.seen[first:]
            if repeat.name == CYCLE and _alike(last, this):
                for later in range(k + 1, repeat.count):
                    self.seen += [replace(each, loops={**each.loops, CYCLE: later}) for each in this]
                return
            last = this

    def _stimulus(self) -> Stimulus:
        drives = {name: Drive(self.levels.get(name, 0.0)) for name in self.device.terminals}
        light = sum(level for name, level in self.levels.items() if name not in self.device.terminals)
        return Stimulus(drives, {self.wavelength: light} if light > 0 else {})

    def _advance(self, duration: float) -> None:
        if duration > 0:
            self.device.advance(self._stimulus(), duration)
            self.now += duration

    def _current(self, *offsets: float) -> float:
        """Give the mean current (A) of the response over offsets (s) from now, were the levels to stay."""
        return float(np.mean(self.device.trace(self._stimulus(), np.array(offsets))[self.response][1]))

    def _pulse(self, pulse: Pulse, loops: Mapping[str, int]) -> None:
        width, rest = seconds(pulse.width), self.levels[pulse.terminal]
        edge = pulse.terminal != self.response
        before = self._current(0.0)
        self.levels[pulse.terminal] = pulse.level
        window = 1 - self._peak(width) * (1 - _NODES) if edge else _NODES
        current = self._current(*(width * window))
        self.seen.append(
            Seen(
                "pulse",
                pulse.mark,
                pulse.terminal,
                dict(loops),
                self.now,
                width,
                pulse.level,
                self.levels[self.response],
                current,
                before,
            )
        )
        self._advance(width)
        self.levels[pulse.terminal] = rest

    def _peak(self, width: float) -> float:
        """Give the peak window as a share of a pulse's width (s)."""
        return min(1.0, max(PEAK_SHARE, PEAK_SAMPLES * self.period / width))

    def _read(self, read: Read, loops: Mapping[str, int]) -> None:
        rest = self.levels[read.terminal]
        if read.level is not None:
            self.levels[read.terminal] = read.level
        delay, length = seconds(read.delay), read.count * self.reading
        current, level = self._current(delay + length / 2), self.levels[read.terminal]
        self.seen.append(
            Seen("read", read.mark, read.terminal, dict(loops), self.now, delay + length, level, level, current)
        )
        self._advance(delay + length)
        self.levels[read.terminal] = rest

    def _together(self, together: Together, loops: Mapping[str, int]) -> None:
        """Go through pulses that do not overlap, in the order of their beginnings."""
        begin = self.now
        for start, pulse in sorted(together.pulses, key=lambda pair: pair[0]):
            self._advance(begin + seconds(start) - self.now)
            self._pulse(pulse, loops)
        self._advance(begin + seconds(Nanoseconds(together.duration)) - self.now)


def _alike(last: Sequence[Seen], this: Sequence[Seen]) -> bool:
    """Whether two rounds show the same currents, to a millionth."""
    if not last:
        return False
    before, now = (np.array([each.current for each in seen]) for seen in (last, this))
    return bool(np.all(np.abs(now - before) <= ALIKE * np.abs(now)))


def done(device: Device, program: Program, wavelength: float = 0.0) -> Sequence[Seen]:
    """Do a Program to a device and give what was seen; the device is changed by it."""
    return IdealBench(device, program, wavelength).run()
