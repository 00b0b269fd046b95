"""Write docs/reference/metrics.md from what is declared in the code: metrics and flags.

Usage: .venv/bin/python tools/write_reference.py
"""

from collections.abc import Iterator
from pathlib import Path

from labkit.core import Flag
from labkit.metrics import Metric, SetMetric, load_metric, load_set_metric, metric_names, set_metric_names
from labkit.report import FLAG_WORDS

TARGET = Path(__file__).parent.parent / "docs" / "reference" / "metrics.md"
HEADING = """# Metrics and flags

This page is written by `make reference` from the declarations in the code.

A definition-id has a version: a changed formula is another definition. Units are SI; `%` is a ratio shown in percent.
"""
OF_SETS = """# Metrics of a set of devices

Of one run over the devices of a chip, or of many run files: [Measure a population](../how-to/measure-a-population.md).
"""


def metrics_page() -> str:
    """Give the page as Markdown."""
    metrics = sorted((load_metric(name) for name in metric_names()), key=_order)
    of_sets = sorted((load_set_metric(name) for name in set_metric_names()), key=_order)
    parts = [
        HEADING,
        *(_metric(metric) for metric in metrics),
        OF_SETS,
        *(_metric(metric) for metric in of_sets),
        "## Flags\n",
        *_flags(),
    ]
    return "\n".join(parts) + "\n"


def _order(metric: Metric | SetMetric) -> tuple[int, str]:
    number = metric.definition.removeprefix("M").partition(".")[0].partition("/")[0]
    return int(number) if number.isdigit() else 1000, metric.name


def _metric(metric: Metric | SetMetric) -> str:
    lines = [
        f"## {metric.title}: `{metric.name}`\n",
        f"`{metric.definition}` · unit {metric.unit}\n",
        f"```text\n{metric.formula}\n```\n",
        f"{metric.description}\n",
    ]
    if metric.requires:
        lines.append(f"It needs {'; '.join(metric.requires)}.\n")
    if metric.reference:
        lines.append(f"Reference: {metric.reference}\n")
    return "\n".join(lines)


def _flags() -> Iterator[str]:
    yield "A fatal flag withholds the value.\n"
    yield "| flag | | meaning |"
    yield "|---|---|---|"
    for flag in Flag:
        yield f"| `{flag.value}` | {'fatal' if flag.fatal else 'warning'} | {FLAG_WORDS[flag]} |"


if __name__ == "__main__":
    TARGET.write_text(metrics_page(), encoding="utf-8")
