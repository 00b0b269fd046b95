"""What the system says when a file cannot be written or read, as errors that a user can act on."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labkit.core import StorageError

_REMEDIES = {
    errno.ENOSPC: ("the disk is full", "free some space, or store on another disk"),
    errno.EDQUOT: ("the disk quota is used up", "free some space, or store on another disk"),
    errno.EFBIG: (
        "the file has grown beyond what is allowed",
        "store on another disk, or raise the limit of file size",
    ),
    errno.EACCES: ("permission denied", "choose a folder that you may write to"),
    errno.EPERM: ("permission denied", "choose a folder that you may write to"),
    errno.EROFS: ("the disk is read-only", "choose a folder on a disk that can be written to"),
    errno.ENOENT: ("there is no such file or folder", "check the path, or make the folder first"),
    errno.ENOTDIR: ("a part of the path is not a folder", "check the path"),
    errno.EISDIR: ("it is a folder", "give the name of a file"),
    errno.ENAMETOOLONG: ("the name is too long", "choose a shorter name"),
    errno.EEXIST: ("it exists already", "choose another name"),
    errno.EAGAIN: ("another program has it open", "close the other program, or wait until the run is over"),
    errno.EIO: ("the disk reports an error", "store on another disk, and check this one"),
}
_UNKNOWN = "check the disk and the path"


def storage_error(action: str, path: Path, error: Exception) -> StorageError:
    """Make a StorageError of what the system or HDF5 raised while doing `action` on a file."""
    reason, remedy = _REMEDIES.get(_number(error), (_first_line(error), _UNKNOWN))
    return StorageError(f"cannot {action} {path}: {reason}", remedy)


@contextmanager
def told(action: str, path: Path) -> Iterator[None]:
    """Turn the errors of the system and of HDF5 within into a StorageError."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise storage_error(action, path, error) from error


def _number(error: Exception) -> int:
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    found = re.search(r"errno = (\d+)", str(error))
    return int(found[1]) if found else 0


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
