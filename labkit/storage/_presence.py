"""Whether the writer of a file is alive: it holds a lock that the system lets go of when the process ends.

HDF5 itself lets go of its own lock once a file is open for SWMR. A shared lock does not keep readers out, and keeps out
every program that would open the file to write.
"""

import os
import sys
from pathlib import Path

_FAR = 1 << 62
"""Where Windows locks a byte: beyond any file, because its locks would keep readers out."""


class Presence:
    """A lock on a file that says that its writer is alive."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR)
        _lock(self._handle, shared=True)

    def end(self) -> None:
        """Let go of the lock."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def in_use(path: Path) -> bool:
    """Tell whether some program holds the file; True as well where the file system does not know locks."""
    handle = os.open(path, os.O_RDWR)
    try:
        return not _lock(handle, shared=False)
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int, shared: bool) -> bool:
        os.lseek(handle, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(handle: int, shared: bool) -> bool:
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
