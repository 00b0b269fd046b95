"""A picture of what a protocol will do: the level of each terminal over time, with what is read and left out."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from labkit.core import LabkitError
from labkit.protocol import Line, Preview, Span
from labkit.report._notation import Notation, format_number, notation
from labkit.report._provenance import format_duration
from labkit.report._schematic import Stretch, schematic

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = ("#1f5fa8", "#d1600f", "#1e8563", "#a83279", "#6f4fb8")
_READ, _RELAX, _OMITTED = "#1e8563", "#8a939e", "#b3261e"
_CHARACTERS = 150
"""How many small characters go across a panel."""


def draw_timeline(preview: Preview, path: Path, title: str = "", to_scale: bool = True) -> None:
    """Draw one panel for each terminal and write it as SVG, PNG or PDF, after the path's suffix.

    Reads are shaded green, relaxations hatched; a dotted line tells how many rounds of a loop are left out there. Not
    `to_scale`, every stretch of time is wide enough to be seen and has its length written below it. Equal previews give
    equal SVG. Raises LabkitError when matplotlib is not installed or there is nothing to draw.
    """
    if not preview.lines or preview.duration <= 0:
        raise LabkitError("there is nothing to draw: the protocol takes no time")
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError as error:
        raise LabkitError("matplotlib is not installed", 'pip install "labkit[report]"') from error
    with mpl.rc_context({"svg.hashsalt": "labkit", "font.size": 9.0, "axes.linewidth": 0.7, "hatch.linewidth": 0.4}):
        figure = Figure(figsize=(9.0, 1.1 + 1.5 * len(preview.lines)), layout="constrained")
        panels = list(figure.subplots(len(preview.lines), sharex=True, squeeze=False)[:, 0])
        stretches: tuple[Stretch, ...] = ()
        time = notation(preview.duration, math.nan, "s")
        if not to_scale:
            preview, stretches = schematic(preview)
            time = notation(1.0, math.nan, "1")
        for index, (line, panel) in enumerate(zip(preview.lines, panels, strict=True)):
            spans = [span for span in preview.spans if span.terminal == line.terminal]
            _draw_line(panel, line, time, _COLOURS[index % len(_COLOURS)])
            _draw_spans(panel, spans, time)
        _draw_omitted(panels, [span for span in preview.spans if span.kind == "omitted"], time)
        if to_scale:
            panels[-1].set_xlabel(f"Time ({time.unit}){_left_out(preview)}")
        else:
            rows = _label_stretches(panels[-1], stretches)
            panels[-1].set_xlabel(f"Time, not to scale{_left_out(preview)}", labelpad=4 + 12 * rows)
        figure.suptitle(title, fontsize=11)
        metadata = {"Date": None} if path.suffix.lower() == ".svg" else None
        figure.savefig(path, dpi=160, metadata=metadata)


def _left_out(preview: Preview) -> str:
    return f"; {format_duration(preview.omitted)} of further rounds left out" if preview.omitted > 0 else ""


def _label_stretches(panel: "Axes", stretches: Sequence[Stretch]) -> int:
    """Write the length of each stretch below it, where there is room, and tell how many rows that took."""
    edges = [stretches[0].begin, *(stretch.end for stretch in stretches)]
    panel.set_xticks(edges, [""] * len(edges))
    labels = [((each.begin + each.end) / 2, format_number(each.duration, "s")) for each in stretches]
    placed = list(_placed(labels, panel.get_xlim(), rows=2))
    for x, text, row in placed:
        height = -0.06 - 0.11 * row
        panel.text(x, height, text, transform=panel.get_xaxis_transform(), ha="center", va="top", fontsize=7)
    return max(row for _, _, row in placed) + 1


def _draw_line(panel: "Axes", line: Line, time: Notation, colour: str) -> None:
    level = notation(float(np.max(np.abs(line.level))), math.nan, line.unit)
    x, y = line.time * 10.0**-time.power, line.level * 10.0**-level.power
    panel.plot(x, y, color=colour, linewidth=1.2, solid_joinstyle="miter", zorder=3)
    if line.unit != "K":  # zero kelvin is no level to begin at
        panel.fill_between(x, y, color=colour, alpha=0.14, linewidth=0, zorder=2)
    panel.set_ylabel(f"{line.terminal}\n({level.unit})")
    panel.spines[["top", "right"]].set_visible(False)
    panel.margins(x=0.01, y=0.3)


def _draw_spans(panel: "Axes", spans: Sequence[Span], time: Notation) -> None:
    scale = 10.0**-time.power
    for span in spans:
        if span.kind == "read":
            panel.axvspan(span.begin * scale, span.end * scale, color=_READ, alpha=0.2, linewidth=0, zorder=1)
        elif span.kind in {"relax", "temperature"}:
            ends = span.begin * scale, span.end * scale
            panel.axvspan(*ends, facecolor="none", edgecolor=_RELAX, hatch="///", linewidth=0, alpha=0.6, zorder=1)
    named = [
        ((span.begin + span.end) / 2 * scale, span.label)
        for span in spans
        if span.label and span.kind in {"pulse", "read", "relax"}
    ]
    for x, text, row in _placed(named, panel.get_xlim(), rows=2):
        height = 0.99 - 0.1 * row
        panel.text(x, height, text, transform=panel.get_xaxis_transform(), ha="center", va="top", fontsize=7)


def _placed(
    labels: Sequence[tuple[float, str]], limits: tuple[float, float], rows: int
) -> Iterator[tuple[float, str, int]]:
    """Put centred labels within limits into the first of some rows in which they do not touch; else leave them out."""
    low, high = limits
    filled = [-math.inf] * rows
    for wish, text in sorted(labels):
        half = (len(text) + 1) / 2 * (high - low) / _CHARACTERS
        x = min(max(wish, low + half), high - half)
        row = next((row for row, end in enumerate(filled) if x - half >= end), None)
        if row is not None:
            filled[row] = x + half
            yield x, text, row


def _draw_omitted(panels: Sequence["Axes"], spans: Sequence[Span], time: Notation) -> None:
    at: dict[float, list[str]] = {}
    for span in spans:
        at.setdefault(span.begin * 10.0**-time.power, []).append(span.label)
    for moment in at:
        for panel in panels:
            panel.axvline(moment, color=_OMITTED, linestyle=":", linewidth=1, zorder=4)
    labels = [(moment, ", ".join(texts)) for moment, texts in at.items()]
    for x, text, row in _placed(labels, panels[0].get_xlim(), rows=3):
        height = 1.02 + 0.1 * row
        panels[0].text(
            x, height, text, transform=panels[0].get_xaxis_transform(), ha="center", fontsize=7, color=_OMITTED
        )
