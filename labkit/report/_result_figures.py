"""Figures of what was computed: each metric's curves with the fit through them, and what the fit leaves."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from labkit.core import Curve, Result
from labkit.metrics import Metric
from labkit.report._figure import Figure, Panel, Trace, TraceStyle
from labkit.report._table import format_place, shared_conditions

_SERIES = 5
"""Curves from which on their colours are a scale."""
_LONG = 40
"""Points beyond which a curve over a quantity (time, voltage) is drawn as a line; over a count it stays points."""

_Key = tuple[str, str, str, str, str, bool]
_Member = tuple[Result, Curve]


def result_figures(results: Sequence[Result], metrics: Mapping[str, Metric]) -> list[Figure]:
    """Give a figure for each family of curves: one metric, one pair of axes. Titles come from the metrics declared."""
    families: dict[_Key, list[_Member]] = {}
    for result in results:
        for curve in result.curves:
            key = (result.metric, curve.x_label, curve.x_unit, curve.y_label, curve.y_unit, curve.log_x)
            families.setdefault(key, []).append((result, curve))
    shared = shared_conditions(results)
    return [_figure(key, _named(members, shared), _title(key[0], metrics)) for key, members in families.items()]


def _title(name: str, metrics: Mapping[str, Metric]) -> str:
    return metrics[name].title if name in metrics else name.replace("_", " ").capitalize()


def _sentence_case(label: str) -> str:
    """Begin a label with a capital unless it begins with a symbol: `time` but `g`, `pH`."""
    first = label.split(" ", maxsplit=1)[0]
    word = re.fullmatch(r"[a-z]{2,}([/-][a-z]+)*,?", first)
    return label[:1].upper() + label[1:] if word else label


def _named(members: Sequence[_Member], shared: Mapping[str, float]) -> list[Curve]:
    """Name curves by what tells them apart: their own names, else their conditions, else their symbols too."""
    own_names = [curve.name for _, curve in members]
    names = own_names
    if len(set(own_names)) < len(members):
        conditions = [format_place(result, shared) for result, _ in members]
        alike = len(set(own_names)) == 1 and len(set(conditions)) == len(members)
        pairs = zip(own_names, conditions, strict=True)
        names = conditions if alike else [", ".join(filter(None, pair)) for pair in pairs]
    return [
        replace(curve, name=f"{result.symbol} {name}" if names.count(name) > 1 else name)
        for (result, curve), name in zip(members, names, strict=True)
    ]


def _figure(key: _Key, curves: Sequence[Curve], metric_title: str) -> Figure:
    _, x_label, x_unit, y_label, y_unit, log_x = key
    data: list[Trace] = []
    residuals: list[Trace] = []
    for group, curve in enumerate(curves):
        style: TraceStyle = "line" if len(curve.x) > _LONG and curve.fit is None and x_unit != "1" else "points"
        data.append(Trace(curve.name, curve.x, curve.y, style, curve.y_uncertainty, group))
        if curve.fit is not None:
            data.append(Trace(f"{curve.name}, fit", curve.x, curve.fit, "fit", None, group))
            residuals.append(Trace(curve.name, curve.x, curve.y - curve.fit, "points", curve.y_uncertainty, group))
    panels = [Panel(_sentence_case(y_label), y_unit, tuple(data), share=2.4)]
    if residuals:
        panels.append(Panel("Residual", y_unit, tuple(residuals), share=1.0, zero=True))
    bars = any(trace.uncertainty is not None and trace.style == "points" for trace in data)
    caption = " ".join(
        filter(
            None,
            [
                "Points are measured, lines are fitted; below, what the fit leaves." if residuals else "",
                "Bars are standard uncertainties (k=1)." if bars else "",
            ],
        )
    )
    subject = curves[0].name if len(curves) == 1 else f"{y_label} against {x_label}"
    return Figure(
        title=f"{metric_title}: {subject}",
        caption=caption,
        x_label=_sentence_case(x_label),
        x_unit=x_unit,
        panels=tuple(panels),
        log_x=log_x,
        ordered=len(curves) >= _SERIES,
    )
