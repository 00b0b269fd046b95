"""Find metrics by entry point, and compute them for a run."""

from collections.abc import Iterable
from dataclasses import replace

from labkit.core import LabkitError, PluginError, Result, Run, load_plugin, plugin_names
from labkit.metrics._metric import Metric
from labkit.metrics._unknown import told, unknowns, with_trial, without_unknown

_GROUP = "labkit.metrics"


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


def compute_metrics(run: Run, names: Iterable[str]) -> tuple[Result, ...]:
    """Compute metrics of a run, in the order of their names; of a run over devices, for each of them.

    A metric that the run cannot carry, or that is not installed, gives one result with the reason and no value; the
    others are not touched by it.
    """
    wanted = tuple(names)
    if not run.devices:
        return tuple(result for name in wanted for result in _compute(run, name))
    return tuple(
        replace(result, device=device)
        for device in run.devices
        for name in wanted
        for result in _compute(run.of_device(device), name)
    )


def _compute(run: Run, name: str) -> tuple[Result, ...]:
    try:
        metric = load_metric(name)
    except LabkitError as error:
        return (_without_value(name, "", "", error),)
    try:
        return _computed(metric, run)
    except LabkitError as error:
        return (_without_value(name, metric.definition, metric.unit, error),)


def _computed(metric: Metric, run: Run) -> tuple[Result, ...]:
    unknown = unknowns(run)
    if not unknown:
        return metric.compute(run)
    return tuple(told(metric.compute(without_unknown(run)), metric.compute(with_trial(run)), unknown))


def _without_value(name: str, definition: str, unit: str, error: LabkitError) -> Result:
    notes = {"remedy": error.remedy} if error.remedy else {}
    return Result(name, definition, name, None, unit, "not computed", reason=error.message, notes=notes)
