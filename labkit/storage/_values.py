"""The values of a run file without what stands around them: enough to find a file by what it measured."""

from dataclasses import dataclass
from pathlib import Path

from labkit.storage._hdf5 import Group, text, texts
from labkit.storage._results_read import each_result


@dataclass(frozen=True, slots=True)
class StoredValue:
    """One result in short, in SI units; `value` is None where it cannot be reported, `flags` are their codes."""

    metric: str
    symbol: str
    unit: str
    value: float | None
    flags: tuple[str, ...]


def read_values(path: Path) -> tuple[StoredValue, ...]:
    """Read the values that a run file holds, in their order, several times as fast as whole results.

    Raises StorageError.
    """
    return each_result(path, _value)


def _value(group: Group) -> StoredValue:
    attributes = group.attrs
    return StoredValue(
        metric=text(attributes["metric"]),
        symbol=text(attributes["symbol"]),
        unit=text(attributes["unit"]),
        value=float(group["value"][()]) if "value" in group else None,
        flags=texts(attributes["flags"]),
    )
