"""Find metrics by entry point, and compute them for a run."""

import traceback
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from labkit.core import VISIT, LabkitError, PluginError, Result, Run, load_plugin, plugin_names
from labkit.metrics._device_set import device_set
from labkit.metrics._metric import Metric
from labkit.metrics._set_metric import DeviceSet, SetMetric
from labkit.metrics._unknown import told, unknowns, with_trial, without_unknown

_GROUP = "labkit.metrics"
_SET_GROUP = "labkit.set_metrics"
_DEFECTS = (ArithmeticError, ValueError, TypeError, LookupError, np.linalg.LinAlgError)
"""What a metric that was not prepared for some data raises; the other metrics of an hour's run must not suffer."""


def metric_names() -> tuple[str, ...]:
    """Give the names of all installed metrics, sorted."""
    return plugin_names(_GROUP)


def load_metric(name: str) -> Metric:
    """Give a metric by its name.

    Raises PluginError when no such metric is installed.
    """
    metric = load_plugin(_GROUP, name)
    if not isinstance(metric, Metric):
        raise PluginError(f"the entry point {_GROUP}:{name} is not a Metric", "let it name a Metric object")
    return metric


def set_metric_names() -> tuple[str, ...]:
    """Give the names of all installed metrics over sets of devices, sorted."""
    return plugin_names(_SET_GROUP)


def load_set_metric(name: str) -> SetMetric:
    """Give a metric over sets of devices by its name.

    Raises PluginError when no such metric is installed.
    """
    metric = load_plugin(_SET_GROUP, name)
    if not isinstance(metric, SetMetric):
        raise PluginError(f"the entry point {_SET_GROUP}:{name} is not a SetMetric", "let it name a SetMetric object")
    return metric


def compute_metrics(run: Run, names: Iterable[str]) -> tuple[Result, ...]:
    """Compute metrics of a run, in the order of their names; of a run over devices, for each of them.

    Set metrics come last, computed of the devices of the run and the results of the others.
    A metric that the run cannot carry, that is not installed or that fails, gives one result with the reason and no
    value; the others are not touched by it.
    """
    wanted = tuple(names)
    of_sets = [name for name in wanted if name in set_metric_names()]
    alone = [name for name in wanted if name not in of_sets]
    results = _of_devices(run, alone) if run.devices else [result for name in alone for result in _compute(run, name)]
    if of_sets:
        results += compute_set_metrics(device_set([(run, results)]), of_sets)
    return tuple(results)


def _of_devices(run: Run, names: Sequence[str]) -> list[Result]:
    """Compute metrics for each device; the results of a later visit tell by their condition `visit` that they are."""
    return [
        replace(result, device=device, at={**result.at, VISIT: visit} if visit else result.at)
        for device in run.devices
        for visit, part in enumerate(run.visits(device))
        for name in names
        for result in _compute(part, name)
    ]


def compute_set_metrics(devices: DeviceSet, names: Iterable[str]) -> tuple[Result, ...]:
    """Compute set metrics of a set of devices, in the order of their names.

    One that the set cannot carry gives one result with the reason and no value.
    """
    return tuple(result for name in names for result in _compute_set(devices, name))


def _compute_set(devices: DeviceSet, name: str) -> tuple[Result, ...]:
    try:
        metric = load_set_metric(name)
    except LabkitError as error:
        return (_without_value(name, "", "", error),)
    try:
        return metric.compute(devices)
    except LabkitError as error:
        return (_without_value(name, metric.definition, metric.unit, error),)
    except _DEFECTS as error:
        return (_without_value(name, metric.definition, metric.unit, _defect(name, error)),)


def _compute(run: Run, name: str) -> tuple[Result, ...]:
    try:
        metric = load_metric(name)
    except LabkitError as error:
        return (_without_value(name, "", "", error),)
    try:
        return _computed(metric, run)
    except LabkitError as error:
        return (_without_value(name, metric.definition, metric.unit, error),)
    except _DEFECTS as error:
        return (_without_value(name, metric.definition, metric.unit, _defect(name, error)),)


def _defect(name: str, error: Exception) -> LabkitError:
    place = traceback.extract_tb(error.__traceback__)[-1]
    return LabkitError(
        f"the metric {name} failed: {type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})",
        "this is a defect of the metric, not of the run, whose data are safe: report it, then `labkit analyse` again",
    )


def _computed(metric: Metric, run: Run) -> tuple[Result, ...]:
    unknown = unknowns(run)
    if not unknown:
        return metric.compute(run)
    return tuple(told(metric.compute(without_unknown(run)), metric.compute(with_trial(run)), unknown))


def _without_value(name: str, definition: str, unit: str, error: LabkitError) -> Result:
    notes = {"remedy": error.remedy} if error.remedy else {}
    return Result(name, definition, name, None, unit, "not computed", reason=error.message, notes=notes)
