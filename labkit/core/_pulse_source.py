"""The role of a pulse generator: it puts out voltages and measures nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from labkit.core._errors import LabkitError
from labkit.core._roles import Output
from labkit.core._time import NO_TIME, Nanoseconds


@dataclass(frozen=True, slots=True)
class PulseCapabilities:
    """What a channel of a pulse generator can deliver into the load that the bench states.

    `voltage` (V) is the largest magnitude at the device, `resolution` (V) that of the level there, with the accuracy
    +-(gain x level + offset) of `gain` (a fraction) and `offset` (V); `source_resistance` (ohm) is in series whatever
    the load setting. `width` and `period` are shortest and longest, `edge` the rise times that can be set; `pulses` is
    the largest count of one burst. `trigger_input` tells whether an edge on a trigger line can start a burst,
    `trigger_delay` (ns) how long after it. `smallest_pulse` (V) is the least difference between level and base. `unfit`
    gives the reason why the generator does not make a train as it is, or None; without it the bounds above tell all.
    """

    model: str
    voltage: float
    resolution: float
    gain: float
    offset: float
    source_resistance: float
    width: tuple[Nanoseconds, Nanoseconds]
    period: tuple[Nanoseconds, Nanoseconds]
    edge: tuple[Nanoseconds, Nanoseconds]
    time_resolution: Nanoseconds
    pulses: int
    trigger_input: bool
    trigger_delay: Nanoseconds
    source_document: str
    smallest_pulse: float = 0.0
    unfit: "Callable[[PulseTrain], LabkitError | None] | None" = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class PulseTrain:
    """Equal voltage pulses that a generator makes by itself after each start.

    `base` and `level` (V at the device); `edge` is the rise time, 0 for the generator's shortest. `count` pulses
    follow a start, `period` from edge to edge. With `external` an edge on the trigger line is a start, else a command
    is.
    """

    base: float
    level: float
    width: Nanoseconds
    period: Nanoseconds
    count: int = 1
    edge: Nanoseconds = NO_TIME
    external: bool = False


@runtime_checkable
class PulseSource(Output, Protocol):
    """A channel that makes voltage pulses and measures nothing."""

    @property
    def capabilities(self) -> PulseCapabilities:
        """What the channel can deliver."""
        ...

    def enable_output(self) -> None:
        """Switch the output on at 0 V, after load and voltage limits were set and read back."""
        ...

    def set_level(self, level: float) -> None:
        """Put out a steady voltage (V at the device) from now on."""
        ...

    def delivered_level(self, level: float) -> float:
        """Give what a setting of `level` (V) comes to after the rounding of the instrument."""
        ...

    def load_train(self, train: PulseTrain) -> None:
        """Set up a train, the output at its base level, ready to start.

        Raises PlanRefused when the generator cannot make it as it is, LimitExceeded beyond the bench's limits.
        """
        ...

    def start(self) -> None:
        """Begin the loaded train, or with `external` wait for edges from now on, returning at once."""
        ...

    def abort(self) -> None:
        """Stop a train, the output at its base level."""
        ...
