"""Make a bench safe by hand."""

from collections.abc import Iterator

from labkit.app._documents import BenchFile
from labkit.engine import Rescued, open_virtual, rescue


def make_safe(file: BenchFile, patience: float, virtual: bool = False) -> Iterator[Rescued]:
    """Make each instrument of a bench safe, and tell of each; `patience` (s) is for one that does not answer."""
    world = open_virtual(file.bench, file.folder) if virtual else None
    try:
        yield from rescue(file.bench, patience, world)
    finally:
        if world is not None:
            world.close()
