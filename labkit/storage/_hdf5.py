"""The part of h5py that run files need, with types: h5py has none of its own."""

import os
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any, Literal, Protocol, Self, cast

import h5py
import numpy as np

LIBRARY_VERSIONS = ("v110", "v110")
"""HDF5 1.10 is the first format with SWMR and the last that every reader in use understands."""

Text = h5py.string_dtype()


class Dataset(Protocol):
    """An array in a file."""

    @property
    def attrs(self) -> MutableMapping[str, Any]:
        """The attributes."""
        ...

    @property
    def shape(self) -> tuple[int, ...]:
        """The present size."""
        ...

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of an element."""
        ...

    @property
    def dims(self) -> Any:
        """The dimension scales, one list an axis."""
        ...

    def __getitem__(self, key: object) -> Any: ...

    def __setitem__(self, key: object, value: object) -> None: ...

    def resize(self, size: int, axis: int) -> None:
        """Change the length of an axis."""
        ...

    def make_scale(self, name: str) -> None:
        """Make it a dimension scale."""
        ...

    def flush(self) -> None:
        """Hand what is buffered to the system."""
        ...


class Group(Protocol):
    """A folder in a file."""

    @property
    def attrs(self) -> MutableMapping[str, Any]:
        """The attributes."""
        ...

    def __getitem__(self, name: str) -> Any: ...

    def __delitem__(self, name: str) -> None: ...

    def __contains__(self, name: object) -> bool: ...

    def __iter__(self) -> Iterator[str]: ...

    def create_group(self, name: str, track_order: bool | None = None) -> "Group":
        """Make a folder."""
        ...

    def create_dataset(
        self,
        name: str,
        shape: tuple[int, ...] | None = None,
        dtype: object = None,
        data: object = None,
        chunks: tuple[int, ...] | None = None,
        maxshape: tuple[int | None, ...] | None = None,
        fillvalue: object = None,
    ) -> Dataset:
        """Make an array."""
        ...


class File(Group, Protocol):
    """An open file."""

    @property
    def id(self) -> Any:
        """HDF5's own handle of the file."""
        ...

    def flush(self) -> None:
        """Hand what is buffered to the system."""
        ...

    def close(self) -> None:
        """Write what is left and close."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exception: object) -> None: ...


def create_file(path: Path) -> File:
    """Make a new file, replacing what has the name; raises OSError."""
    return _open(path, "w")


def open_to_write(path: Path) -> File:
    """Open a closed file to add to it; raises OSError."""
    return _open(path, "r+")


def open_to_append(path: Path) -> File:
    """Open a closed file for SWMR, to add rows while others read; raises OSError.

    In one step: a file opened to write and switched to SWMR afterwards is, in between, one that nobody can read.
    """
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_V110, h5py.h5f.LIBVER_V110)
    access.set_fclose_degree(h5py.h5f.CLOSE_STRONG)
    opened = h5py.h5f.open(os.fsencode(path), h5py.h5f.ACC_RDWR | h5py.h5f.ACC_SWMR_WRITE, access)
    return cast(File, h5py.File(opened))  # type: ignore[no-untyped-call]  # h5py has no types


def open_to_read(path: Path, swmr: bool = False) -> File:
    """Open to read, with `swmr` also a file that is being written or whose writer was killed; raises OSError."""
    return cast(File, h5py.File(path, "r", swmr=swmr))  # type: ignore[no-untyped-call]  # h5py has no types


def _open(path: Path, mode: Literal["w", "r+"]) -> File:
    file = h5py.File(path, mode, libver=LIBRARY_VERSIONS, track_order=True)  # type: ignore[no-untyped-call]  # h5py has no types
    return cast(File, file)


def disconnect(file: File) -> None:
    """Cut an open file off from the disk: what HDF5 still writes to it is lost, and no longer fails.

    HDF5 keeps what it could not write and tries again when it closes and when the process ends, where it hangs or
    crashes after a second failure.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, file.id.get_vfd_handle())
    os.close(nowhere)


def add_group(parent: Group, name: str, nexus_class: str, **attributes: object) -> Group:
    """Add a group of a NeXus base class, whose members keep their order."""
    group = parent.create_group(name, track_order=True)
    group.attrs["NX_class"] = nexus_class
    for attribute, value in attributes.items():
        group.attrs[attribute] = value
    return group


def add_value(parent: Group, name: str, value: object, unit: str = "", description: str = "") -> Dataset:
    """Add an array or a scalar that stays as it is."""
    dataset = parent.create_dataset(name, data=value)
    return describe(dataset, unit, description)


def text_array(values: tuple[str, ...]) -> Any:
    """Give texts as an array that can be an attribute, also where there are none."""
    return np.array(values, dtype=Text)


def describe(dataset: Dataset, unit: str, description: str) -> Dataset:
    """Add the attributes `units` and `description` where there is something to say."""
    if unit:
        dataset.attrs["units"] = unit
    if description:
        dataset.attrs["description"] = description
    return dataset


def text(value: object) -> str:
    """Read a text that h5py gives as bytes, as numpy bytes or as str."""
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def texts(values: Any) -> tuple[str, ...]:
    """Read a list of texts."""
    return tuple(text(value) for value in values)
