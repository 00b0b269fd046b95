"""Published and measured values side by side as a picture for a paper."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labkit.literature import Confidence
from labkit.report._among_published import Placing
from labkit.report._lanes import Dot, Kind, Lane, extent, kinds, lanes
from labkit.report._notation import Notation, notation
from labkit.report._picture import SINGLE_COLUMN, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PROPORTION = 0.72
_SOFT, _STRONG = "#5b6675", "#d1600f"
_MARKS: dict[Kind, dict[str, Any]] = {
    Confidence.HIGH: {"marker": "o", "color": _SOFT, "markersize": 3.0},
    Confidence.MEDIUM: {"marker": "o", "color": _SOFT, "markersize": 3.0, "markerfacecolor": "none"},
    Confidence.LOW: {"marker": "x", "color": _SOFT, "markersize": 3.0, "alpha": 0.7},
    "measured": {"marker": "D", "color": _STRONG, "markersize": 3.4},
    "simulated": {"marker": "D", "color": _STRONG, "markersize": 3.4, "markerfacecolor": "none"},
}
_ARROW = 12.0
"""Length (pt) of the arrow of an open side."""


def draw_lanes(placing: Placing, path: Path, width: float = SINGLE_COLUMN) -> None:
    """Draw a placing with a width (m) as SVG, PDF or PNG, after the path's suffix; simulated values are called so.

    Equal placings give equal files. Raises LabkitError for another suffix, or when matplotlib is not installed.
    """
    about = placing.quantity.about
    found = lanes(placing)
    with picture(path, width, _PROPORTION) as canvas:
        place = canvas.subplots()
        shown = _notation(found, about.unit, about.wide)
        for number, lane in enumerate(found):
            for dot in lane.dots:
                _draw(place, dot, number + dot.across, shown)
        if about.wide:
            place.set_yscale("log")
        place.set_xticks(range(len(found)), [f"{lane.label}\nn = {len(lane.dots)}" for lane in found])
        place.set_xlim(-0.5, len(found) - 0.5)
        place.set_ylabel(f"{about.title} ({shown.unit})" if shown.unit else about.title)
        for kind, name in kinds(found).items():
            place.plot([], [], linestyle="none", label=name, **_MARKS[kind])
        canvas.legend(loc="outside upper center", ncols=4, handletextpad=0.1, columnspacing=0.8)


def _notation(found: Sequence[Lane], unit: str, wide: bool) -> Notation:
    """Choose the unit of the axis: the SI unit where it goes over decades, percent for ratios."""
    largest = float(max(extent(found, wide), default=1.0))
    chosen = notation(largest, math.nan, unit)
    return Notation(0, "" if unit == "1" else unit, 0) if wide else chosen


def _draw(place: "Axes", dot: Dot, x: float, shown: Notation) -> None:
    scale = 10.0**-shown.power
    if dot.value is not None:
        place.plot(x, dot.value * scale, linestyle="none", zorder=3, **_MARKS[dot.kind])
    if isinstance(dot.kind, Confidence):
        return
    low, high = dot.reach.low * scale, dot.reach.high * scale
    if not math.isfinite(low):
        return
    if math.isinf(dot.interval.high) or math.isinf(dot.interval.low):
        ahead = _ARROW if math.isinf(dot.interval.high) else -_ARROW
        arrow = {"arrowstyle": "<-", "color": _STRONG, "shrinkA": 0, "shrinkB": 0}
        place.annotate("", (x, low), (0, ahead), textcoords="offset points", arrowprops=arrow)
        place.plot(x, low, linestyle="none", marker="_", color=_STRONG, markersize=6.0)
    else:
        place.vlines(x, low, high, color=_STRONG, linewidth=1.0, zorder=3)
