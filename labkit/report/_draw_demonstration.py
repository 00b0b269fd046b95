"""The picture of a demonstration: its images side by side, its curves below."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

from labkit.core import Demonstrated
from labkit.report._picture import picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

_DOUBLE_COLUMN = 0.183
"""Width (m) of a page of most journals."""
_IN_A_ROW = 5
_FEW = 20
"""Points of a curve that are marked."""
_WIDE = 2.0
"""Images so much wider than high have a row of their own."""


def draw_demonstration(found: Demonstrated, path: Path) -> None:
    """Draw images and curves as SVG, PDF or PNG; raises LabkitError for another suffix, or without matplotlib."""
    columns = _columns(found)
    rows = math.ceil(len(found.images) / columns) if found.images else 0
    heights = [0.25 * rows] * bool(rows) + [0.4] * bool(found.curves)
    with picture(path, _DOUBLE_COLUMN, sum(heights) or 0.1) as canvas:
        parts = canvas.subfigures(max(len(heights), 1), 1, squeeze=False, height_ratios=heights or None)[:, 0]
        if rows:
            _draw_images(parts[0], found, rows, columns)
        if found.curves:
            _draw_curves(parts[-1].subplots(), found)


def _columns(found: Demonstrated) -> int:
    wide = any(image.shape[1] >= _WIDE * image.shape[0] for image in found.images.values())
    return min(2 if wide else _IN_A_ROW, max(len(found.images), 1))


def _draw_images(part: "SubFigure", found: Demonstrated, rows: int, columns: int) -> None:
    axes = part.subplots(rows, columns, squeeze=False).ravel()
    for place in axes:
        place.axis("off")
    for place, (name, image) in zip(axes, found.images.items(), strict=False):
        drawn = place.imshow(image, interpolation="nearest", cmap="viridis")
        place.set_title(name, fontsize=6)
        part.colorbar(drawn, ax=place, shrink=0.8, aspect=15)


def _draw_curves(place: "Axes", found: Demonstrated) -> None:
    for curve in found.curves:
        place.plot(curve.x, curve.y, marker="o" if len(curve.x) <= _FEW else None, markersize=2.4, label=curve.name)
    first = found.curves[0]
    place.set_xlabel(_labelled(first.x_label, first.x_unit))
    place.set_ylabel(_labelled(first.y_label, first.y_unit))
    if first.log_x:
        place.set_xscale("log")
    if found.log_y:
        place.set_yscale("log")
    place.legend()


def _labelled(label: str, unit: str) -> str:
    return label if unit in ("", "1") else f"{label} ({unit})"
