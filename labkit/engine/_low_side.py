"""A source meter on the device's other electrode, seen from the terminal that the protocol names.

A generator drives the terminal, the source meter holds the other electrode at virtual ground and measures there. A
positive level of the terminal is a negative one of the channel, and current into the terminal comes out of it.
"""

from collections import abc
from collections.abc import Callable
from dataclasses import replace

from labkit.core import (
    Check,
    Cycle,
    Identity,
    IntArray,
    OutputState,
    Samples,
    SelfChecking,
    Sequence,
    SourceMeter,
    SourceMeterCapabilities,
    SourceMeterSetting,
    Step,
    TellsEdges,
)


def turned(sequence: Sequence) -> Sequence:
    """Give a sequence with every level's sign changed."""
    return tuple(
        Cycle(part.count, turned(part.body))
        if isinstance(part, Cycle)
        else Step(-part.level, part.duration, part.samples, part.first, part.period, part.trigger)
        for part in sequence
    )


class LowSide:
    """A SourceMeter whose voltages and currents have their signs changed."""

    def __init__(self, channel: SourceMeter) -> None:
        self._channel = channel
        self.identity: Callable[[], Identity] = channel.identity
        self.check_errors: Callable[[], None] = channel.check_errors
        self.make_safe: Callable[[], None] = channel.make_safe
        self.close: Callable[[], None] = channel.close
        self.configure: Callable[[SourceMeterSetting], None] = channel.configure
        self.enable_output: Callable[[], None] = channel.enable_output
        self.start: Callable[[], None] = channel.start
        self.finished: Callable[[], bool] = channel.finished
        self.abort: Callable[[], None] = channel.abort

    @property
    def capabilities(self) -> SourceMeterCapabilities:
        """What the channel can deliver."""
        return self._channel.capabilities

    def checks(self) -> abc.Sequence[Check]:
        """Give what the channel tells of itself, where it does."""
        return self._channel.checks() if isinstance(self._channel, SelfChecking) else ()

    def output_state(self) -> OutputState:
        """Ask what the output does now; the level (V) is the terminal's."""
        found = self._channel.output_state()
        return replace(found, level=None if found.level is None else -found.level)

    def set_level(self, level: float) -> None:
        """Bring the terminal to a voltage (V) against the channel's electrode."""
        self._channel.set_level(-level)

    def ramp_to(self, level: float, rate: float) -> None:
        """Bring the terminal to a voltage (V) at a rate (V/s)."""
        self._channel.ramp_to(-level, rate)

    def measure(self) -> tuple[float, float, int]:
        """Take one reading: voltage (V) and current (A) of the terminal, SampleStatus bits."""
        voltage, current, status = self._channel.measure()
        return -voltage, -current, status

    def load(self, sequence: Sequence) -> None:
        """Write a sequence of the terminal's levels into the channel's memory."""
        self._channel.load(turned(sequence))

    def fetch(self) -> Samples:
        """Read back the readings of the sequence, as the terminal's."""
        found = self._channel.fetch()
        return Samples(found.time, -found.voltage, -found.current, found.status)

    def edges(self) -> IntArray | None:
        """Tell when the steps of the sequence began, where the channel tells."""
        return self._channel.edges() if isinstance(self._channel, TellsEdges) else None
