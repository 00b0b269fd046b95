"""The result of `labkit benchmark literature` as cells of a table and as a page."""

from collections import Counter
from math import inf, isfinite, isnan
from pathlib import Path

from labkit.app._benchmark_literature import LiteratureBenchmark
from labkit.app._published_check import CheckedValue
from labkit.core import LabkitError
from labkit.literature import Quantity
from labkit.report import format_number

_HEAD = """# The published numbers against labkit

This page is written by `labkit benchmark literature -o docs/reference/literature-benchmark.md`.

Each of the 72 published devices has a preset: a model of its family with parameters that were solved so that the truth
computed from them **equals the published number**. The benchmark runs the matching standard protocol on each preset
through simulated instruments, drivers, planner, run file and metrics, and sets what was measured beside the truth. It
checks labkit. It says nothing about the devices: a fitted number is not a reproduced one, and most conditions (pulse
widths, intervals, voltages) are ours, because the tables do not tell them. How each number becomes a truth stands in
[presets of published devices](literature-presets.md).

A number **passes** when the 95 % interval of the metric holds the truth, or the value is within 2 % of it. Retention
passes when in addition more than half is left after the published time; endurance, when the device is alive after the
published number of cycles, all of them read. Numbers of low confidence are not counted, nor is any preset sized after
them.

"""


def literature_cells(value: CheckedValue) -> tuple[str, ...]:
    """Give quantity, published, truth, measured, interval, verdict and reason of a value, as text."""
    published = format_number(value.published, Quantity(value.quantity).about.unit)
    truth = "" if isnan(value.truth) else format_number(value.truth, value.unit)
    measured = "" if isnan(value.value) else format_number(value.value, value.unit)
    verdict = "pass" if value.passed else "not counted" if value.confidence == "low" else "FAIL"
    return (value.quantity, published, truth, measured, _interval(value), verdict, value.reason)


def _interval(value: CheckedValue) -> str:
    if not isfinite(value.low) and not isfinite(value.high):
        return ""
    if value.high == inf:
        return f"≥ {format_number(value.low, value.unit)}"
    return f"{format_number(value.low, value.unit)} to {format_number(value.high, value.unit)}"


def write_literature_page(found: LiteratureBenchmark, path: Path) -> None:
    """Write the page. Raises LabkitError for a name that is not one of Markdown."""
    if path.suffix != ".md":
        raise LabkitError(f"{path.name} is no page", "give a name that ends in .md")
    path.write_text(literature_page(found), encoding="utf-8")


def literature_page(found: LiteratureBenchmark) -> str:
    """Give the page: counts by quantity, then every number."""
    lines = [
        _HEAD,
        f"{len(found.devices)} of the 72 devices were run.\n",
        "## Counts\n",
        "| quantity | numbers of high and medium confidence | pass |",
        "|---|---|---|",
    ]
    numbers = Counter(value.quantity for value in found.counted)
    passed = Counter(value.quantity for value in found.counted if value.passed)
    lines += [f"| {name} | {numbers[name]} | {passed[name]} |" for name in map(str, Quantity) if numbers[name]]
    lines.append(f"| **all** | **{len(found.counted)}** | **{found.passed}** |\n")
    lines += ["## Numbers\n", "| device | quantity | published | truth | measured | 95 % interval | | note |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    for device in found.devices:
        for value in device.values:
            cells = (device.name, *literature_cells(value))
            lines.append("| " + " | ".join(cell.replace("|", "/").replace("\n", " ") for cell in cells) + " |")
    empty = [device.name for device in found.devices if not device.values]
    lines.append(f"\nWithout a published number, run for their own sake: {', '.join(empty)}.\n")
    return "\n".join(lines)
