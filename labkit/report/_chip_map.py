"""The chip as a picture: a cell a device, coloured by a value, dead and failed ones crossed out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from labkit.report._notation import format_number
from labkit.report._svg import Placed, known, svg_head, svg_text

_PALETTE = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))
"""Five stops of the viridis scale: rising lightness, also on grey paper and for eyes that tell no colours."""
_CELL, _MARGIN, _LARGEST_SIDE = 24.0, 34.0, 620.0
_SCALE_HEIGHT, _SCALE_STEPS = 120.0, 24


def chip_map(devices: Sequence[Placed], symbol: str, unit: str, logarithmic: bool = False) -> Markup:
    """Draw the chip as an SVG picture, the value in colours, logarithmic where asked for and possible."""
    first_row, first_column = min(one.row for one in devices), min(one.column for one in devices)
    rows = max(one.row for one in devices) - first_row + 1
    columns = max(one.column for one in devices) - first_column + 1
    side = min(_CELL, _LARGEST_SIDE / max(rows, columns))
    shades = _shades(devices, logarithmic)
    width = _MARGIN + columns * side + 130
    parts = [svg_head(width, _MARGIN + max(rows * side, _SCALE_HEIGHT) + 14, f"{symbol} over the chip")]
    for one in devices:
        x, y = _MARGIN + (one.column - first_column) * side, _MARGIN + (one.row - first_row) * side
        parts.append(_cell(one, x, y, side, shades, unit))
    step = max(1, round(_CELL / side))
    parts += [
        svg_text(_MARGIN + (column + 0.5) * side, _MARGIN - 8, str(column + first_column), "middle")
        for column in range(0, columns, step)
    ]
    parts += [
        svg_text(_MARGIN - 6, _MARGIN + (row + 0.5) * side + 4, str(row + first_row), "end")
        for row in range(0, rows, step)
    ]
    parts += _scale(_MARGIN + columns * side + 18, shades, unit)
    return Markup("".join(parts) + "</svg>")  # noqa: S704 - every text in it was escaped


@dataclass(frozen=True, slots=True)
class _Shades:
    low: float
    high: float
    logarithmic: bool

    def share(self, value: float) -> float:
        if self.logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def value(self, share: float) -> float:
        if self.logarithmic:
            return float(self.low * (self.high / self.low) ** share)
        return self.low + share * (self.high - self.low)


def _shades(devices: Sequence[Placed], logarithmic: bool) -> _Shades:
    values = [one.value for one in known(devices)] or [0.0]
    low, high = min(values), max(values)
    return _Shades(low, high if high > low else low + (abs(low) or 1.0), logarithmic and low > 0)


def _colour(share: float) -> str:
    place = min(max(share, 0.0), 1.0) * (len(_PALETTE) - 1)
    index = min(int(place), len(_PALETTE) - 2)
    pairs = zip(_PALETTE[index], _PALETTE[index + 1], strict=True)
    red, green, blue = (round(one + (other - one) * (place - index)) for one, other in pairs)
    return f"rgb({red},{green},{blue})"


def _cell(one: Placed, x: float, y: float, side: float, shades: _Shades, unit: str) -> str:
    fill = _colour(shades.share(one.value)) if math.isfinite(one.value) else "var(--grid, #ddd)"
    inner = max(side - 1, 1.0)
    square = f'<rect x="{x:.1f}" y="{y:.1f}" width="{inner:.1f}" height="{inner:.1f}" fill="{fill}"/>'
    if one.fate:
        left, right, top, bottom = x + 0.2 * inner, x + 0.8 * inner, y + 0.2 * inner, y + 0.8 * inner
        lines = f"M{left:.1f} {top:.1f}L{right:.1f} {bottom:.1f}M{left:.1f} {bottom:.1f}L{right:.1f} {top:.1f}"
        square += f'<path d="{lines}" stroke="var(--bad, #b3261e)" stroke-width="2"/>'
    return f"<g><title>{escape(one.words(unit))}</title>{square}</g>"


def _scale(x: float, shades: _Shades, unit: str) -> list[str]:
    height = _SCALE_HEIGHT / _SCALE_STEPS
    parts = []
    for k in range(_SCALE_STEPS):
        y = _MARGIN + (_SCALE_STEPS - 1 - k) * height
        fill = _colour((k + 0.5) / _SCALE_STEPS)
        parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="14" height="{height + 0.5:.1f}" fill="{fill}"/>')
    for share in (0.0, 0.5, 1.0):
        y = _MARGIN + (1 - share) * _SCALE_HEIGHT + 4
        parts.append(svg_text(x + 20, y, format_number(shades.value(share), unit)))
    return parts
