"""Metrics, read back from a run file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from labkit.core import Curve, Estimate, Flag, Interval, Result
from labkit.storage._failures import told
from labkit.storage._hdf5 import Group, text, texts
from labkit.storage._layout import ENTRY, METRICS
from labkit.storage._reader import open_run_file

T = TypeVar("T")


def read_results(path: Path) -> tuple[Result, ...]:
    """Read the results that a run file holds, in their order; none where no metric was computed.

    Raises StorageError.
    """
    return each_result(path, _result)


def each_result(path: Path, read: Callable[[Group], T]) -> tuple[T, ...]:
    """Read what is wanted of each result that a run file holds, in their order; raises StorageError."""
    with told("read", path), open_run_file(path) as file:
        entry: Group = file[ENTRY]
        if METRICS not in entry:
            return ()
        group = entry[METRICS]
        return tuple(read(group[name]) for name in group if name[:1].isdigit())


def _result(group: Group) -> Result:
    attributes = group.attrs
    return Result(
        metric=text(attributes["metric"]),
        definition=text(attributes["definition"]),
        symbol=text(attributes["symbol"]),
        estimate=_estimate(group) if "value" in group else None,
        unit=text(attributes["unit"]),
        method=text(attributes["method"]),
        at={name: float(value) for name, value in _attributes(group["at"]).items()},
        counts={name: int(value) for name, value in _attributes(group["counts"]).items()},
        variants={text(variant.attrs["name"]): _estimate(variant) for variant in _members(group["variants"])},
        flags=tuple(Flag(flag) for flag in texts(attributes["flags"])),
        reason=text(attributes["reason"]),
        device=text(attributes.get("device", "")),
        bound=_interval(group, "bound") if "bound_low" in group else None,
        notes={name: text(value) for name, value in _attributes(group["notes"]).items()},
        curves=tuple(_curve(curve) for curve in _members(group["curves"])),
        repeats=tuple(float(value) for value in group["repeats"][()]) if "repeats" in group else (),
    )


def _members(group: Group) -> list[Group]:
    return [group[name] for name in group]


def _attributes(group: Group) -> dict[str, Any]:
    return {name: value for name, value in group.attrs.items() if name != "NX_class"}


def _estimate(group: Group) -> Estimate:
    return Estimate(
        value=float(group["value"][()]),
        uncertainty=float(group["uncertainty"][()]),
        interval=_interval(group, "interval"),
        degrees_of_freedom=float(group["degrees_of_freedom"][()]),
        unit=text(group["value"].attrs.get("units", "")),
    )


def _interval(group: Group, name: str) -> Interval:
    return Interval(float(group[f"{name}_low"][()]), float(group[f"{name}_high"][()]))


def _curve(group: Group) -> Curve:
    def column(name: str) -> Any:
        return np.asarray(group[name][()], np.float64) if name in group else None

    def label(name: str, attribute: str) -> str:
        return text(group[name].attrs.get(attribute, ""))

    return Curve(
        name=text(group.attrs["name"]),
        x=column("x"),
        y=column("y"),
        x_label=label("x", "long_name"),
        x_unit=label("x", "units"),
        y_label=label("y", "long_name"),
        y_unit=label("y", "units"),
        y_uncertainty=column("y_errors"),
        fit=column("fit"),
        log_x=bool(group.attrs["log_x"]),
    )
