"""A population as a picture: each device's value with its uncertainty, and what they come to."""

import math
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup, escape

from labkit.metrics import mean_over_devices
from labkit.report._notation import format_number
from labkit.report._svg import Placed, known, svg_head, svg_text
from labkit.report._value_axis import ValueAxis, value_axis

_WIDTH, _TOP, _BOTTOM, _LEFT, _RIGHT, _HEIGHT = 640.0, 14.0, 226.0, 84.0, 628.0, 256.0
_GOLDEN = 0.6180339887498949
"""Steps of this part of the width spread dots evenly, without chance."""


def strip_plot(devices: Sequence[Placed], symbol: str, unit: str, logarithmic: bool = False) -> Markup:
    """Draw devices by group as an SVG picture, with the mean of each group and its 95 % interval beside them.

    On a logarithmic axis the mean is the geometric one.
    """
    shown = known(devices)
    values = np.array([one.value for one in shown])
    axis = value_axis(values, logarithmic, _TOP, _BOTTOM)
    groups = list(dict.fromkeys(one.group for one in shown))
    lane = (_RIGHT - _LEFT) / max(len(groups), 1)
    parts = [svg_head(_WIDTH, _HEIGHT, f"{symbol} of each device")]
    for tick in axis.ticks():
        y = axis.at(tick)
        parts.append(
            f'<line x1="{_LEFT}" x2="{_RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="var(--grid, #ddd)"/>'
            + svg_text(_LEFT - 6, y + 4, format_number(tick, unit), "end")
        )
    for number, group in enumerate(groups):
        own = [one for one in shown if one.group == group]
        centre = _LEFT + (number + 0.5) * lane
        spread = min(lane, 160.0) * 0.5
        for k, one in enumerate(own):
            parts.append(_dot(one, centre - spread * (0.2 + (k * _GOLDEN) % 1 * 0.7), axis, unit))
        parts.append(_mean(own, centre + 0.25 * spread, axis))
        parts.append(
            svg_text(centre, _HEIGHT - 8, f"{group}, n = {len(own)}" if group else f"n = {len(own)}", "middle")
        )
    return Markup("".join(parts) + "</svg>")  # noqa: S704 - every text in it was escaped


def _dot(one: Placed, x: float, axis: ValueAxis, unit: str) -> str:
    y = axis.at(one.value)
    colour = "var(--bad, #b3261e)" if one.fate else "var(--trace-0, #1f5fa8)"
    bar = ""
    u = one.estimate.uncertainty if one.estimate is not None else math.nan
    if math.isfinite(u) and u > 0:
        top, bottom = axis.at(one.value + u), axis.at(one.value - u)
        bar = f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}" stroke="{colour}" opacity="0.5"/>'
    dot = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="{colour}"/>'
    return f"<g><title>{escape(one.words(unit))}</title>{bar}{dot}</g>"


def _mean(own: Sequence[Placed], x: float, axis: ValueAxis) -> str:
    if len(own) < 2:
        return ""
    mean = mean_over_devices(np.array([one.value for one in own]), axis.logarithmic)
    y, top, bottom = axis.at(mean.value), axis.at(mean.interval.high), axis.at(mean.interval.low)
    ink = 'stroke="currentColor" stroke-width="1.5"'
    lines = "".join(
        f'<line x1="{x - half:.1f}" x2="{x + half:.1f}" y1="{at:.1f}" y2="{at:.1f}" {ink}/>'
        for at, half in ((top, 5), (bottom, 5), (y, 9))
    )
    return f'{lines}<line x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}" {ink}/>'
