"""Put right what a killed writer left, without any other tool."""

import os
from pathlib import Path

from labkit.core import StorageError
from labkit.storage import _superblock
from labkit.storage._failures import told
from labkit.storage._presence import in_use


def recover(path: Path) -> bool:
    """Make a run file whose writer was killed open for every program again; tell whether there was anything to do.

    Only the file's superblock is changed (48 bytes: flags, end-of-file address, checksum). Raises StorageError when the
    file is no run file or is still in use.
    """
    with told("recover", path):
        block = _read(path)
        if block.flags == 0:
            return False
        if in_use(path):
            raise StorageError(
                f"{path} is in use: its run is going on, or another program has it open",
                "wait for the run, or close the other program; on a network disk, recover a copy on a local disk",
            )
        with path.open("r+b") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            file.write(block.closed(size))
            file.flush()
            os.fsync(file.fileno())
    return True


def left_open(path: Path) -> bool:
    """Tell whether the file is being written, or was when its writer was killed."""
    return _read(path).flags != 0


def _read(path: Path) -> _superblock.Superblock:
    with path.open("rb") as file:
        block = _superblock.parse(file.read(_superblock.SIZE))
    if block is None:
        raise StorageError(f"{path} is not a run file of labkit", "give the .h5 file that `labkit run` wrote")
    return block
