"""A picture of what a protocol will do: the levels of each terminal over time, with the windows that are read."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from labkit.core import Curve, LabkitError
from labkit.report._notation import Notation, notation

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = ("#1f5fa8", "#d1600f", "#1e8563", "#a83279", "#6f4fb8")
_WINDOW = "#8a939e"

Windows = Mapping[str, Sequence[tuple[float, float]]]
_NONE: Windows = MappingProxyType({})


def draw_timeline(levels: Sequence[Curve], path: Path, title: str = "", windows: Windows = _NONE) -> None:
    """Draw one panel for each terminal and write it as SVG, PNG or PDF, after the path's suffix.

    `levels` are polylines (time in s against V or W/m^2), corners written out, named after their terminals. `windows`
    maps a terminal to the stretches (begin, end in s) that are measured, which are shaded. Equal input gives an equal
    SVG. Raises LabkitError when matplotlib is not installed, or there is nothing to draw.
    """
    if not levels:
        raise LabkitError("there is nothing to draw: no terminal changes its level")
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError as error:
        raise LabkitError("matplotlib is not installed", 'pip install "labkit[report]"') from error
    with mpl.rc_context({"svg.hashsalt": "labkit", "font.size": 9.0, "axes.linewidth": 0.7}):
        figure = Figure(figsize=(9.0, 0.9 + 1.5 * len(levels)), layout="constrained")
        axes = figure.subplots(len(levels), sharex=True, squeeze=False)[:, 0]
        time = notation(max(float(np.max(np.abs(curve.x))) for curve in levels), math.nan, "s")
        for index, (curve, panel) in enumerate(zip(levels, axes, strict=True)):
            _draw_panel(panel, curve, time, _COLOURS[index % len(_COLOURS)], windows.get(curve.name, ()))
        axes[-1].set_xlabel(f"Time ({time.unit})")
        figure.suptitle(title, fontsize=11)
        figure.savefig(path, dpi=160, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)


def _draw_panel(
    panel: "Axes", curve: Curve, time: Notation, colour: str, windows: Sequence[tuple[float, float]]
) -> None:
    level = notation(float(np.max(np.abs(curve.y))), math.nan, curve.y_unit)
    to_time, to_level = 10.0**-time.power, 10.0**-level.power
    for begin, end in windows:
        panel.axvspan(begin * to_time, end * to_time, color=_WINDOW, alpha=0.25, linewidth=0)
    panel.plot(curve.x * to_time, curve.y * to_level, color=colour, linewidth=1.2, solid_joinstyle="miter")
    panel.fill_between(curve.x * to_time, curve.y * to_level, color=colour, alpha=0.12, linewidth=0)
    panel.set_ylabel(f"{curve.name}\n({level.unit})")
    panel.spines[["top", "right"]].set_visible(False)
    panel.margins(x=0.01, y=0.15)
