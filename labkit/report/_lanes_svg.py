"""Published and measured values as a picture that a page holds as it is."""

import math
from collections.abc import Sequence

from markupsafe import Markup, escape

from labkit.literature import Confidence
from labkit.report._among_published import Placing
from labkit.report._lanes import Dot, Kind, Lane, extent, kinds, lanes
from labkit.report._notation import format_number
from labkit.report._svg import svg_head, svg_text
from labkit.report._value_axis import ValueAxis, value_axis

_WIDTH, _TOP, _BOTTOM, _LEFT, _RIGHT, _HEIGHT = 640.0, 14.0, 226.0, 84.0, 628.0, 290.0
_RADIUS = 3.4
_SOFT, _STRONG = "var(--soft, #5b6675)", "var(--trace-1, #d1600f)"


def lanes_svg(placing: Placing) -> Markup:
    """Draw a placing as SVG: a dot for each published value, its shape after its confidence, the measured ones last.

    A bar is a 95 % interval, an arrow a side that is not bounded. Each dot tells what it is when pointed at.
    """
    about = placing.quantity.about
    found = lanes(placing)
    axis = value_axis(extent(found, about.wide), about.wide, _TOP, _BOTTOM)
    width = (_RIGHT - _LEFT) / len(found)
    parts = [svg_head(_WIDTH, _HEIGHT, f"{about.title} of published and measured devices")]
    for tick in axis.ticks():
        y = axis.at(tick)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(svg_text(_LEFT - 6, y + 4, format_number(tick, about.unit), "end"))
    for number, lane in enumerate(found):
        parts.append(_lane(lane, _LEFT + (number + 0.5) * width, width, axis))
    return Markup("".join([*parts, _legend(found), "</svg>"]))  # noqa: S704 - every text in it was escaped


def _lane(lane: Lane, centre: float, width: float, axis: ValueAxis) -> str:
    dots = "".join(_dot(dot, centre + dot.across * width, axis) for dot in lane.dots)
    counted = svg_text(centre, _BOTTOM + 34, f"n = {len(lane.dots)}", "middle")
    return f'{dots}{svg_text(centre, _BOTTOM + 19, lane.label, "middle")}<g opacity="0.7">{counted}</g>'


def _dot(dot: Dot, x: float, axis: ValueAxis) -> str:
    drawn = "" if dot.value is None else _mark(dot.kind, x, axis.at(dot.value))
    if not isinstance(dot.kind, Confidence):
        drawn += _bar(dot, x, axis)
    return f"<g><title>{escape(dot.words)}</title>{drawn}</g>"


def _mark(kind: Kind, x: float, y: float) -> str:
    """Draw a mark: filled, hollow or a cross after the confidence; a diamond for measured, hollow if simulated."""
    if not isinstance(kind, Confidence):
        reach = 1.5 * _RADIUS
        path = f"M{x - reach:.1f} {y:.1f}l{reach} {-reach}l{reach} {reach}l{-reach} {reach}z"
        fill = _STRONG if kind == "measured" else "none"
        return f'<path d="{path}" fill="{fill}" stroke="{_STRONG}" stroke-width="1.4"/>'
    if kind is Confidence.LOW:
        low, step = -_RADIUS + 0.4, 2 * (_RADIUS - 0.4)
        path = f"M{x + low:.1f} {y + low:.1f}l{step:.1f} {step:.1f}m0 {-step:.1f}l{-step:.1f} {step:.1f}"
        return f'<path d="{path}" stroke="{_SOFT}" stroke-width="1.2" fill="none" opacity="0.7"/>'
    fill = _SOFT if kind is Confidence.HIGH else "none"
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_RADIUS}" fill="{fill}" stroke="{_SOFT}" stroke-width="1.2" '
        'opacity="0.8"/>'
    )


def _bar(dot: Dot, x: float, axis: ValueAxis) -> str:
    """Draw an interval; an open side as an arrow from the bound."""
    if not math.isfinite(dot.reach.low):
        return ""
    low, high = axis.at(dot.reach.low), axis.at(dot.reach.high)
    line = f"M{x:.1f} {low:.1f}V{high:.1f}"
    if math.isinf(dot.interval.high) and math.isfinite(dot.interval.low):
        line = f"M{x - 6:.1f} {low:.1f}h12m-6 0v-18m-4 5l4 -5l4 5"
    elif math.isinf(dot.interval.low) and math.isfinite(dot.interval.high):
        line = f"M{x - 6:.1f} {high:.1f}h12m-6 0v18m-4 -5l4 5l4 -5"
    return f'<path d="{line}" stroke="{_STRONG}" stroke-width="1.6" fill="none"/>'


def _legend(found: Sequence[Lane]) -> str:
    y, x = _HEIGHT - 8, _LEFT
    parts = []
    for kind, name in kinds(found).items():
        parts.append(_mark(kind, x, y - 4) + svg_text(x + 10, y, name))
        x += 30 + 6.8 * len(name)
    return "".join(parts)
