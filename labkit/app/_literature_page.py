"""The result of `labkit benchmark literature` as cells of a table and as a page."""

from collections import Counter
from collections.abc import Iterator
from math import inf, isfinite, isnan
from pathlib import Path

from labkit.app._benchmark_literature import LiteratureBenchmark
from labkit.app._published_check import BY_CONSTRUCTION, CheckedValue
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

Not every pass says as much as another. Where half of the interval is more than 20 % of the value the note says how
much: a **wide** interval would have held much else. And what no preset could fail, passes **by construction**: the
number of states is the count of programmed pulses, and nothing in the presets wears out. Those checks show that the
chain goes through, cycle by cycle, and no more.

"""


def literature_cells(value: CheckedValue) -> tuple[str, ...]:
    """Give quantity, published, truth, measured, interval, verdict and reason of a value, as text."""
    published = format_number(value.published, Quantity(value.quantity).about.unit)
    truth = "" if isnan(value.truth) else format_number(value.truth, value.unit)
    measured = "" if isnan(value.value) else format_number(value.value, value.unit)
    verdict = "pass" if value.passed else "not counted" if value.confidence == "low" else "FAIL"
    return (value.quantity, published, truth, measured, _interval(value), verdict, _note(value))


def _note(value: CheckedValue) -> str:
    wide = f"wide: ± {100 * value.half_interval:.0f} %" if value.is_weak else ""
    return "; ".join(words for words in (wide, value.reason) if words)


def _counts(found: LiteratureBenchmark) -> Iterator[str]:
    numbers = Counter(value.quantity for value in found.counted)
    passed = Counter(value.quantity for value in found.counted if value.passed)
    weak = Counter(value.quantity for value in found.counted if value.is_weak)
    for name in filter(numbers.__contains__, map(str, Quantity)):
        sure = passed[name] if name in BY_CONSTRUCTION else 0
        yield f"| {name} | {numbers[name]} | {passed[name]} | {weak[name] or ''} | {sure or ''} |"
    totals = (len(found.counted), found.passed, found.weak, found.by_construction)
    yield "| **all** | " + " | ".join(f"**{total}**" for total in totals) + " |"


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
        "| quantity | numbers of high and medium confidence | pass | of these wide | of these by construction |",
        "|---|---|---|---|---|",
        *_counts(found),
        "",
    ]
    lines += ["## Numbers\n", "| device | quantity | published | truth | measured | 95 % interval | | note |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    for device in found.devices:
        for value in device.values:
            cells = (device.name, *literature_cells(value))
            lines.append("| " + " | ".join(cell.replace("|", "/").replace("\n", " ") for cell in cells) + " |")
    empty = [device.name for device in found.devices if not device.values]
    lines.append(f"\nWithout a published number, run for their own sake: {', '.join(empty)}.\n")
    return "\n".join(lines)
