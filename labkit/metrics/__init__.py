"""The metrics of the standard: pure functions from a run to results with uncertainty, flags and variants."""

from labkit.metrics._baseline import BASELINE
from labkit.metrics._epsc import EPSC
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._registry import compute_metrics, load_metric, metric_names

__all__ = [
    "BASELINE",
    "EPSC",
    "Metric",
    "NotMeasured",
    "compute_metrics",
    "load_metric",
    "metric_names",
]
