"""Metrics, written beside the raw traces of a finished run."""

import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

from labkit.core import Curve, Estimate, Interval, Result, StorageError
from labkit.storage._failures import told
from labkit.storage._hdf5 import Group, add_group, add_value, open_to_write, text, text_array
from labkit.storage._layout import ENTRY, METRICS, add_program
from labkit.storage._presence import in_use
from labkit.storage._recover import left_open, recover


def write_results(path: Path, results: Sequence[Result]) -> None:
    """Put results into a run file in place of those it has; nothing else in it changes.

    Works on a copy beside the file that takes its place when it is whole and on the disk: a kill leaves the old results
    or the new ones. A file that a killed writer left is put right on the way. Raises StorageError.
    """
    with told("write metrics to", path):
        if left_open(path) and in_use(path):
            raise StorageError(f"{path} is still being written", "wait until its run is over")
        handle, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".part", dir=path.parent)
        os.close(handle)
        copy = Path(name)
        try:
            shutil.copyfile(path, copy)
            shutil.copymode(path, copy)
            recover(copy)
            _replace_results(copy, results)
            _synchronize(copy)
            os.replace(copy, path)
        finally:
            copy.unlink(missing_ok=True)


def _synchronize(path: Path) -> None:
    """Wait until a file is on the disk: it is about to replace the only copy of the data."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _replace_results(path: Path, results: Sequence[Result]) -> None:
    with open_to_write(path) as file:
        entry: Group = file[ENTRY]
        _add_end_time(entry)
        if METRICS in entry:
            del entry[METRICS]
        group = add_group(entry, METRICS, "NXprocess")
        add_program(group, version("labkit"), "what computed them")
        add_value(group, "date", datetime.now(UTC).isoformat(timespec="seconds"), "", "when, ISO 8601")
        digits = max(3, len(str(len(results))))
        for number, result in enumerate(results):
            _add_result(group, f"{number:0{digits}d}_{_plain(result.symbol or result.metric)}", result)


def _add_end_time(entry: Group) -> None:
    """Repeat the end of the run as the variable-length text that NeXus wants, which cannot be written under SWMR."""
    finished_at = text(entry["finished_at"][()])
    if finished_at and "end_time" not in entry:
        add_value(entry, "end_time", finished_at, "", "the same as finished_at, once metrics were computed")


def _plain(name: str) -> str:
    """Turn a name into one that every reader of HDF5 takes."""
    return re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_") or "value"


def _add_result(parent: Group, name: str, result: Result) -> None:
    group = add_group(parent, name, "NXcollection")
    group.attrs.update(
        metric=result.metric,
        definition=result.definition,
        symbol=result.symbol,
        unit=result.unit,
        method=result.method,
        reason=result.reason,
        device=result.device,
        flags=text_array(tuple(str(flag) for flag in result.flags)),
    )
    if result.estimate is not None:
        _add_estimate(group, result.estimate)
    if result.bound is not None:
        _add_interval(group, "bound", result.bound, result.unit, "what the data allow where there is no value")
    _add_attributes(group, "at", result.at)
    _add_attributes(group, "counts", result.counts)
    _add_attributes(group, "notes", result.notes)
    variants = add_group(group, "variants", "NXcollection")
    for position, (variant, estimate) in enumerate(result.variants.items()):
        inner = add_group(variants, f"{position:02d}_{_plain(variant)}", "NXcollection")
        inner.attrs["name"] = variant
        _add_estimate(inner, estimate)
    if result.repeats:
        repeats = add_value(group, "repeats", np.array(result.repeats), result.unit, "what each repeat gives alone")
        repeats.make_scale("repeats")  # a dimension of its own, which readers of netCDF4 ask for
    curves = add_group(group, "curves", "NXcollection")
    for position, curve in enumerate(result.curves):
        _add_curve(curves, f"{position:02d}_{_plain(curve.name)}", curve)


def _add_estimate(group: Group, estimate: Estimate) -> None:
    add_value(group, "value", np.float64(estimate.value), estimate.unit, "the estimate")
    add_value(group, "uncertainty", np.float64(estimate.uncertainty), estimate.unit, "standard uncertainty (k=1)")
    _add_interval(group, "interval", estimate.interval, estimate.unit, "95 % interval")
    add_value(group, "degrees_of_freedom", np.float64(estimate.degrees_of_freedom), "", "of the uncertainty")


def _add_interval(group: Group, name: str, interval: Interval, unit: str, meaning: str) -> None:
    add_value(group, f"{name}_low", np.float64(interval.low), unit, f"{meaning}, lower end")
    add_value(group, f"{name}_high", np.float64(interval.high), unit, f"{meaning}, upper end")


def _add_attributes(group: Group, name: str, values: Mapping[str, float] | Mapping[str, str]) -> None:
    """Add a group with names and values as its attributes, whose names may hold any character."""
    add_group(group, name, "NXparameters").attrs.update(values)


def _add_curve(parent: Group, name: str, curve: Curve) -> None:
    group = add_group(parent, name, "NXdata", signal="y", axes=text_array(("x",)), x_indices=0)
    group.attrs["name"] = curve.name
    group.attrs["log_x"] = curve.log_x
    add_value(group, "title", curve.name, "", "title of the plot")
    columns = {
        "x": (curve.x, curve.x_unit, curve.x_label, "abscissa"),
        "y": (curve.y, curve.y_unit, curve.y_label, "ordinate"),
    }
    if curve.y_uncertainty is not None:
        columns["y_errors"] = (curve.y_uncertainty, curve.y_unit, f"u({curve.y_label})", "standard uncertainty (k=1)")
    if curve.fit is not None:
        columns["fit"] = (curve.fit, curve.y_unit, f"{curve.y_label}, fit", "fit of the ordinate")
        group.attrs["auxiliary_signals"] = text_array(("fit",))
    for column, (values, unit, label, meaning) in columns.items():
        add_value(group, column, values, unit, meaning).attrs["long_name"] = label
    group["x"].make_scale("x")
    for column in columns:
        if column != "x":
            group[column].dims[0].attach_scale(group["x"])
