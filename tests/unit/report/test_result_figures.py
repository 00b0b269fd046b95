"""Curves of results become figures: together where their axes agree, each under a name of its own."""

from dataclasses import replace

import numpy as np
import pytest

from labkit.core import Curve, Result
from labkit.report._figure import Figure
from labkit.report._result_figures import result_figures


def curve(name: str, count: int = 5, x_unit: str = "s", fit: bool = False) -> Curve:
    x = np.arange(count, dtype=float)
    return Curve(name, x, x**2, "time", x_unit, "ΔI", "A", 0.1 + x, x**2 + 1.0 if fit else None)


def names(figure: Figure) -> list[str]:
    return [trace.name for trace in figure.panels[0].traces if trace.style != "fit"]


def with_curves(result: Result, symbol: str, at: dict[str, float], *curves: Curve) -> Result:
    return replace(result, symbol=symbol, at=at, curves=curves)


def test_curves_with_names_of_their_own_keep_them(results: tuple[Result, ...]) -> None:
    both = with_curves(results[0], "G", {"width": 1.0}, curve("up"), curve("down"))
    (figure,) = result_figures([both], {})
    assert names(figure) == ["up", "down"]


def test_curves_of_one_name_are_told_apart_by_their_conditions(results: tuple[Result, ...]) -> None:
    pairs = [with_curves(results[0], "PPF", {"width": 1.0, "interval": k}, curve("pair")) for k in (0.1, 2.0)]
    (figure,) = result_figures(pairs, {})
    assert names(figure) == ["interval 100 ms", "interval 2 s"]


def test_curves_of_one_name_and_condition_are_told_apart_by_their_symbols(results: tuple[Result, ...]) -> None:
    sides = [with_curves(results[0], symbol, {"rate": 1.0}, curve("loop")) for symbol in ("HI₊", "HI₋")]
    (figure,) = result_figures(sides, {})
    assert names(figure) == ["HI₊ loop", "HI₋ loop"]


def test_other_axes_are_another_figure(results: tuple[Result, ...]) -> None:
    mixed = with_curves(results[0], "G", {}, curve("against time"), curve("against voltage", x_unit="V"))
    assert [figure.x_unit for figure in result_figures([mixed], {})] == ["s", "V"]


def test_residuals_are_what_the_fit_leaves(results: tuple[Result, ...]) -> None:
    (figure,) = result_figures([with_curves(results[0], "G", {}, curve("up", fit=True))], {})
    assert [trace.style for trace in figure.panels[0].traces] == ["points", "fit"]
    np.testing.assert_allclose(figure.panels[1].traces[0].y, -1.0)
    assert figure.panels[1].zero


@pytest.mark.parametrize(("count", "x_unit", "style"), [(500, "s", "line"), (500, "1", "points"), (10, "s", "points")])
def test_many_points_over_a_quantity_are_a_line_and_repeats_stay_points(
    results: tuple[Result, ...], count: int, x_unit: str, style: str
) -> None:
    (figure,) = result_figures([with_curves(results[0], "G", {}, curve("trace", count, x_unit))], {})
    assert figure.panels[0].traces[0].style == style


def test_labels_begin_with_a_capital_but_symbols_stay(results: tuple[Result, ...]) -> None:
    (figure,) = result_figures([with_curves(results[0], "G", {}, replace(curve("a"), y_label="g"))], {})
    assert (figure.x_label, figure.panels[0].label) == ("Time", "g")
