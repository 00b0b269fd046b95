"""A figure of the report as a picture for a paper: SVG, PDF or PNG."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from labkit.core import FloatArray
from labkit.report._decimate import decimate
from labkit.report._figure import Figure, Panel, Trace
from labkit.report._notation import Notation, notation
from labkit.report._picture import SINGLE_COLUMN, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = ("#1f5fa8", "#d1600f", "#1e8563", "#a83279", "#6f4fb8", "#7a6a1e", "#3b8ea5", "#b3261e")
_MOST_POINTS = 2000
_MOST_NAMES = 12
"""Curves beyond which a legend tells less than the caption."""


def draw_figure(figure: Figure, path: Path, width: float = SINGLE_COLUMN) -> None:
    """Draw a figure with a width (m) as SVG, PDF or PNG, after the path's suffix.

    Text stays text in PDF; PNG has 600 dots an inch. Equal figures give equal files. Raises LabkitError for another
    suffix, or when matplotlib is not installed.
    """
    shares = [panel.share for panel in figure.panels]
    with picture(path, width, 0.25 + 0.28 * sum(shares)) as canvas:
        axes = canvas.subplots(len(shares), sharex=True, squeeze=False, gridspec_kw={"height_ratios": shares})[:, 0]
        x = _notation_of([trace.x for panel in figure.panels for trace in panel.traces], figure.x_unit)
        for place, panel in zip(axes, figure.panels, strict=True):
            _draw_panel(place, panel, figure, x)
        if figure.log_x:
            axes[0].set_xscale("log")
        elif _counts(figure):
            axes[0].xaxis.get_major_locator().set_params(integer=True)
        axes[-1].set_xlabel(_labelled(figure.x_label, x.unit))


def _draw_panel(place: "Axes", panel: Panel, figure: Figure, x: Notation) -> None:
    y = _notation_of([trace.y for trace in panel.traces], panel.unit)
    colours = _colours(figure, panel.traces)
    for trace, colour in zip(panel.traces, colours, strict=True):
        _draw_trace(place, trace, colour, x, y)
    for band in figure.bands:
        place.axvspan(*(edge * 10.0**-x.power for edge in (band.begin, band.end)), color="#f2c14e", alpha=0.3, lw=0)
    if panel.log:
        place.set_yscale("log")
    if panel.zero:
        place.axhline(0.0, color="#8a939e", linewidth=0.5, zorder=1)
    place.set_ylabel(_labelled(panel.label, y.unit))
    if 1 < len(_named(panel.traces)) <= _MOST_NAMES and not panel.zero:
        place.legend(handlelength=1.2, labelspacing=0.25)


def _draw_trace(place: "Axes", trace: Trace, colour: str, x: Notation, y: Notation) -> None:
    chosen = decimate(trace.x, trace.y, _MOST_POINTS)
    across, up = trace.x[chosen] * 10.0**-x.power, trace.y[chosen] * 10.0**-y.power
    label = "_nolegend_" if trace.style == "fit" else trace.name
    if trace.style == "points":
        bars = None if trace.uncertainty is None else trace.uncertainty[chosen] * 10.0**-y.power
        place.errorbar(across, up, bars, fmt="o", color=colour, markersize=2.4, elinewidth=0.6, label=label, zorder=3)
    else:
        place.plot(across, up, color=colour, label=label, zorder=2, alpha=0.85 if trace.style == "fit" else 1.0)


def _colours(figure: Figure, traces: Sequence[Trace]) -> list[str]:
    """Give a colour for each trace: a scale where the groups are in an order, else one of a few that differ."""
    groups = max((trace.group for trace in traces), default=0) + 1
    if not figure.ordered:
        return [_COLOURS[trace.group % len(_COLOURS)] for trace in traces]
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    scale = colormaps["viridis"]
    return [to_hex(scale(0.9 * trace.group / max(groups - 1, 1))) for trace in traces]


def _counts(figure: Figure) -> bool:
    """Whether the abscissa counts something."""
    values = [trace.x for panel in figure.panels for trace in panel.traces]
    return figure.x_unit in {"", "1"} and all(bool(np.all(each == np.round(each))) for each in values)


def _named(traces: Sequence[Trace]) -> set[str]:
    return {trace.name for trace in traces if trace.style != "fit"}


def _notation_of(arrays: Sequence[FloatArray], unit: str) -> Notation:
    largest = max((float(np.nanmax(np.abs(values), initial=0.0)) for values in arrays if len(values)), default=0.0)
    return notation(largest, math.nan, unit)


def _labelled(label: str, unit: str) -> str:
    return f"{label} ({unit})" if unit else label
