"""A figure as data: panels that share an abscissa, traces in them, and bands behind them."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from labkit.core import FloatArray
from labkit.report._decimate import decimate

LARGEST_TRACE = 4000
"""Points of a trace that a page holds; more are thinned, extremes kept."""
_DIGITS_Y = 6
_DIGITS_X = 10

TraceStyle = Literal["line", "points", "fit"]


@dataclass(frozen=True, slots=True)
class Trace:
    """One curve of a panel; arrays of one length, `uncertainty` (k=1) may be None.

    Traces of one `group` across the panels of a figure have one colour and one entry in the legend.
    """

    name: str
    x: FloatArray
    y: FloatArray
    style: TraceStyle = "line"
    uncertainty: FloatArray | None = None
    group: int = 0


@dataclass(frozen=True, slots=True)
class Panel:
    """One ordinate of a figure, `share` times as high as its neighbours."""

    label: str
    unit: str
    traces: tuple[Trace, ...]
    share: float = 1.0
    log: bool = False
    zero: bool = False
    """Whether zero is drawn as a line and kept in the middle: for residuals."""


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the abscissa that is shaded: a light pulse."""

    begin: float
    end: float
    label: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the page."""

    title: str
    caption: str
    x_label: str
    x_unit: str
    panels: tuple[Panel, ...]
    bands: tuple[Band, ...] = ()
    band_name: str = ""
    log_x: bool = False
    ordered: bool = False
    """Whether the groups are in an order (intervals, rates), so that their colours are a scale."""


def thinned(trace: Trace, largest: int) -> Trace:
    """Give a trace with at most `largest` of its points, extremes kept."""
    chosen = decimate(trace.x, trace.y, largest)
    uncertainty = None if trace.uncertainty is None else trace.uncertainty[chosen]
    return replace(trace, x=trace.x[chosen], y=trace.y[chosen], uncertainty=uncertainty)


def figure_json(figure: Figure) -> str:
    """Give what the page's script draws, thinned to LARGEST_TRACE points a trace; safe inside a script element."""
    data = {
        "title": figure.title,
        "x": {"label": figure.x_label, "unit": figure.x_unit, "log": figure.log_x},
        "ordered": figure.ordered,
        "bands": [[_number(b.begin, _DIGITS_X), _number(b.end, _DIGITS_X), b.label] for b in figure.bands],
        "bandName": figure.band_name,
        "panels": [_panel(panel) for panel in figure.panels],
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _panel(panel: Panel) -> dict[str, Any]:
    return {
        "label": panel.label,
        "unit": panel.unit,
        "share": panel.share,
        "log": panel.log,
        "zero": panel.zero,
        "traces": [_trace(trace) for trace in panel.traces],
    }


def _trace(trace: Trace) -> dict[str, Any]:
    shown = thinned(trace, LARGEST_TRACE)
    data: dict[str, Any] = {
        "name": trace.name,
        "style": trace.style,
        "group": trace.group,
        "x": _numbers(shown.x, _DIGITS_X),
        "y": _numbers(shown.y, _DIGITS_Y),
    }
    if shown.uncertainty is not None:
        data["u"] = _numbers(shown.uncertainty, 3)
    if len(shown.x) < len(trace.x):
        data["of"] = len(trace.x)
    return data


def _numbers(values: Sequence[float] | FloatArray, digits: int) -> list[float | None]:
    return [_number(value, digits) for value in np.asarray(values, dtype=np.float64).tolist()]


def _number(value: float, digits: int) -> float | None:
    """Round to significant digits; what is no number becomes a gap."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else None
