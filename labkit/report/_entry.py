"""What a report is made of: a run with its results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from labkit.core import LabkitError, Result, Run
from labkit.metrics import Metric, load_metric


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """A run, the results computed from it, and where both come from.

    `source` is the run file's name as a reader should see it. `metrics` are the declarations behind the results, by
    name: titles, formulas and references of the page come from there.
    """

    run: Run
    results: Sequence[Result]
    source: str = ""
    metrics: Mapping[str, Metric] = field(default_factory=dict)


def report_entry(run: Run, results: Sequence[Result], source: str = "") -> ReportEntry:
    """Make an entry with the declarations of all metrics that are installed."""
    metrics = {}
    for name in dict.fromkeys(result.metric for result in results):
        try:
            metrics[name] = load_metric(name)
        except LabkitError:  # a result of a metric that is not installed here is still worth its row
            continue
    return ReportEntry(run, results, source, metrics)
