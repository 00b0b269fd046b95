"""What a virtual bench gives to whoever opens it: a VISA library and the clock of its world."""

from pathlib import Path
from typing import Any, Protocol

from labkit.core._bench import Bench
from labkit.core._time import Clock


class VirtualBench(Protocol):
    """A bench of simulated firmware wired to one virtual device."""

    @property
    def visa_library(self) -> Any:
        """The `pyvisa.highlevel.VisaLibraryBase` that serves the bench's addresses."""
        ...

    @property
    def clock(self) -> Clock:
        """The clock of the world: a wait is a jump, each command costs its latency."""
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
