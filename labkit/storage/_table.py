"""Tables in a file: columns of one length that grow by blocks of rows."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from labkit.storage._hdf5 import Dataset, Group, describe

Column = tuple[type[np.generic], str, str]
"""The type, unit and meaning of a column."""


def create_columns(group: Group, columns: Mapping[str, Column], chunk: int, scale: str) -> None:
    """Add empty columns that can grow.

    `chunk` is how many rows the file stores together, `scale` the column that is the dimension scale of the others:
    without one, xarray would have to invent dimensions.
    """
    for name, (kind, unit, meaning) in columns.items():
        dataset = group.create_dataset(
            name, shape=(0,), dtype=kind, maxshape=(None,), chunks=(chunk,), fillvalue=_missing(kind)
        )
        describe(dataset, unit, meaning)
    axis = group[scale]
    axis.make_scale(scale)
    for name in columns:
        if name != scale:
            group[name].dims[0].attach_scale(axis)


def _missing(kind: type[np.generic]) -> float | int | None:
    """Give what stands in a row that was never written."""
    if issubclass(kind, np.floating):
        return float("nan")
    return -1 if issubclass(kind, np.signedinteger) else None


class GrowingTable:
    """The columns of a group of an open file, and how many rows they have."""

    def __init__(self, group: Group, columns: Mapping[str, Column]) -> None:
        self._columns: dict[str, Dataset] = {name: group[name] for name in columns}
        self._rows = 0
        self._dirty = False

    def append(self, columns: Mapping[str, np.ndarray]) -> None:
        """Add rows, given as columns of one length; raises ValueError when they are not."""
        lengths = {name: len(columns[name]) for name in self._columns}
        if len(set(lengths.values())) != 1:
            raise ValueError(f"columns of unequal length: {lengths}")
        first = self._rows
        end = first + lengths.popitem()[1]
        for name, dataset in self._columns.items():
            dataset.resize(end, 0)
            dataset[first:end] = columns[name]
        self._rows = end
        self._dirty = True

    def flush(self) -> None:
        """Hand the rows to the system, where they outlive this process."""
        if not self._dirty:
            return
        for dataset in self._columns.values():
            dataset.flush()
        self._dirty = False


def read_columns(group: Group, columns: Mapping[str, Column]) -> dict[str, np.ndarray]:
    """Read a table as arrays of one length: the rows that all columns have."""
    arrays: dict[str, Any] = {name: group[name] for name in columns}
    rows = min(array.shape[0] for array in arrays.values())
    return {name: array[:rows] for name, array in arrays.items()}
