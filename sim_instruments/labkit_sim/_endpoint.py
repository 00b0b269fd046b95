"""What the bus and an instrument know of each other: transfers that take time, and what an instrument answers to."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from labkit.core import Nanoseconds
from labkit_sim._ports import Disturbance
from labkit_sim._process import Signal


@dataclass(frozen=True, slots=True)
class Latency:
    """What a transfer on the bus takes (s): a fixed part, an exponential jitter with this mean, and a part a byte.

    The defaults stand for USBTMC or LAN: about 1 ms a query.
    """

    write: float = 0.4e-3
    read: float = 0.4e-3
    jitter: float = 0.1e-3
    per_byte: float = 0.1e-6

    def draw(self, fixed: float, count: int, random: np.random.Generator) -> Nanoseconds:
        """Give the time that one transfer of `count` bytes takes."""
        jitter = self.jitter * random.standard_exponential() if self.jitter else 0.0
        return Nanoseconds(round(1e9 * (fixed + jitter + self.per_byte * count)))

    def of_bytes(self, count: int) -> Nanoseconds:
        """Give what of a transfer is the way of its bytes."""
        return Nanoseconds(round(1e9 * self.per_byte * count))


class Endpoint(Protocol):
    """What a bus asks of any simulated instrument, whatever its language."""

    latency: Latency
    disturbances: set[Disturbance]
    service_requested: Signal

    def error(self, code: int, message: str = "") -> None:
        """Put an error into the queue."""
        ...

    def output_ready(self) -> bool:
        """Tell whether an answer waits to be read."""
        ...

    def waiting(self) -> int:
        """Give how many bytes wait to be read."""
        ...

    def receive(self, data: bytes, end: bool) -> None:
        """Take bytes from the bus; `end` marks the last one of a message."""
        ...

    def take(self, count: int, stop: int | None) -> tuple[bytes, bool]:
        """Give at most `count` bytes of the oldest answer, up to the byte `stop`, and whether the answer is over."""
        ...

    def unanswered(self) -> None:
        """Note that the controller read and nothing came in time."""
        ...

    def serial_poll(self) -> int:
        """Give the status byte with its request bit, and clear the request."""
        ...

    def device_clear(self) -> None:
        """Empty input and output and give up the command under way."""
        ...

    def group_trigger(self) -> None:
        """Take a trigger from the bus."""
        ...


@runtime_checkable
class Working(Protocol):
    """An endpoint whose commands may take time: a network server holds other clients' messages back meanwhile."""

    def at_work(self) -> bool:
        """Tell whether a command is under way that holds up all later ones."""
        ...


@runtime_checkable
class Interruptible(Protocol):
    """An endpoint that acts on some messages while a command is under way: one that ends it, one that triggers it."""

    def acts_at_once(self, message: bytes) -> bool:
        """Tell whether such a message has no answer and need not wait for the command under way."""
        ...
