"""What a virtual bench gives to whoever opens it or serves it: a VISA library, the clock of its world, addresses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from labkit.core._bench import Bench
from labkit.core._time import Clock, Nanoseconds


class VirtualBench(Protocol):
    """A bench of simulated firmware wired to a virtual device, or to the cells of a virtual chip."""

    @property
    def visa_library(self) -> Any:
        """The `pyvisa.highlevel.VisaLibraryBase` that serves the bench's addresses."""
        ...

    @property
    def clock(self) -> Clock:
        """The clock of the world: a wait is a jump, each command costs its latency."""
        ...

    def place_mask(self, mask: Mapping[str, float]) -> None:
        """Put a mask between the lights and the chip: cell to the share (0 to 1) that reaches it; empty for none."""
        ...

    def close(self) -> None:
        """End the world."""
        ...


class OpenVirtualBench(Protocol):
    """The entry point `labkit.virtual`: make the virtual copy of a bench.

    `folder` is where a relative preset path starts; `seed` overrides the seed in the document.
    """

    def __call__(self, bench: Bench, folder: Path, seed: int | None = None) -> VirtualBench:
        """Build the world and its instruments."""
        ...


Traffic = Callable[[Nanoseconds, str, str, bytes], None]
"""Hears (instant of the world, instrument, what, bytes) of all that is carried; `what` is `write`, `read` or an event
of a connection, whose bytes are words."""


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """Where a virtual bench answers on the network, and how fast its world goes.

    `host` is the address to listen on. `port` is the first one of the raw sockets, None for what each instrument's
    address says or from 5025 on; `hislip_port` that of HiSLIP, None for no HiSLIP; 0 is any free port. `speed` is in
    seconds of the world per second of the wall; `seed` overrides the seed in the document.
    """

    host: str = "127.0.0.1"
    port: int | None = None
    hislip_port: int | None = 4880
    speed: float = 1.0
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class ServedAddress:
    """One way to reach a served instrument.

    `transport` is in words, `resource` the VISA resource name, `settings` what PyVISA's `open_resource` needs besides.
    """

    instrument: str
    driver: str
    transport: str
    resource: str
    settings: str = ""


class BenchServer(Protocol):
    """A virtual bench that answers on the network until it is closed."""

    @property
    def addresses(self) -> Sequence[ServedAddress]:
        """Where each instrument answers."""
        ...

    def close(self) -> Sequence[str]:
        """Stop: nobody is served any more, all outputs are switched off; tells in words what was ended."""
        ...


class ServeVirtualBench(Protocol):
    """The entry point `serve` of `labkit.virtual`: make the virtual copy of a bench and let it answer.

    `folder` is where a relative preset path starts. It answers when the call returns; raises LabkitError for an address
    that is taken.
    """

    def __call__(
        self, bench: Bench, folder: Path, settings: ServeSettings, traffic: Traffic | None = None
    ) -> BenchServer:
        """Build the world and listen."""
        ...
