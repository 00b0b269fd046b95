"""Run files that were read a moment ago: looked at from several sides, they are read once."""

from functools import lru_cache
from pathlib import Path

from labkit.core import Result, Run
from labkit.storage import read_results, read_run

_KEPT = 4
"""Files that are kept in memory."""


def read_measured(path: Path) -> tuple[Run, tuple[Result, ...]]:
    """Read a run with its stored results; one that has not changed since it was read last is not read again.

    Raises StorageError.
    """
    try:
        state = path.stat()
        stamp = state.st_mtime_ns, state.st_size
    except OSError:  # reading it tells why
        stamp = (0, 0)
    return _read(path.absolute(), stamp)


@lru_cache(_KEPT)
def _read(path: Path, stamp: tuple[int, int]) -> tuple[Run, tuple[Result, ...]]:
    return read_run(path), read_results(path)
