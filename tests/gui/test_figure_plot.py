"""A figure in the window: logarithms, hidden curves, what the cursor reads, and pulses behind the trace."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from labkit.app import Band, Figure, Panel, Trace
from labkit.gui._theme import Theme
from labkit.gui.plots import FigurePlot

TIME = np.linspace(0.0, 10.0, 1001)
FIGURE = Figure(
    "Trace",
    "",
    "Time",
    "s",
    (
        Panel("Current", "A", (Trace("one", TIME, 1e-9 * (TIME - 5)), Trace("two", TIME, 2e-9 + 0 * TIME, group=1))),
        Panel("Residual", "A", (Trace("one", TIME, 1e-10 * np.sin(TIME)),), zero=True),
    ),
    bands=(Band(2.0, 3.0, "first, light: 1 mW/cm²"),),
)


@pytest.fixture
def plot(qtbot) -> FigurePlot:
    made = FigurePlot(Theme(QApplication.instance(), "light"))
    qtbot.addWidget(made)
    made.resize(800, 500)
    with qtbot.waitExposed(made):
        made.show()
    made.show_figure(FIGURE)
    return made


def words_at(plot: FigurePlot, x: float, y: float) -> str:
    plot._read_out(plot.panels[0].plot.vb.mapViewToScene(QPointF(x, y)))
    return plot.readout.text()


def test_the_whole_figure_is_seen_at_first_and_again_on_demand(plot, qtbot):
    plot.panels[0].plot.setXRange(4.0, 4.1, padding=0)
    qtbot.mouseClick(plot.all_button, Qt.MouseButton.LeftButton)
    (low, high), _ = plot.panels[1].plot.viewRange()
    assert low <= 0 < 10 <= high


def test_panels_are_zoomed_together(plot):
    plot.panels[0].plot.setXRange(4.0, 5.0, padding=0)
    (low, high), _ = plot.panels[1].plot.viewRange()
    assert (low, high) == pytest.approx((4.0, 5.0), abs=0.2)


def test_a_logarithm_of_what_is_negative_is_of_its_magnitude(plot):
    plot.log_y.setChecked(True)
    current = plot.panels[0]
    assert "|Current|" in current.plot.getAxis("left").labelText
    _, y = current.drawn[0].item.getData()
    assert np.nanmax(y) == pytest.approx(np.log10(5e-9))
    assert not plot.panels[1].log_y


def test_a_curve_is_hidden_by_its_tick(plot):
    plot.legend.item(1).setCheckState(Qt.CheckState.Unchecked)
    shown = {drawn.trace.name: drawn.item.isVisible() for drawn in plot.panels[0].drawn}
    assert shown == {"one": True, "two": False}


def test_the_cursor_reads_the_nearest_point_and_the_pulse_below(plot):
    told = words_at(plot, 2.5, 2e-9)
    assert "two" in told
    assert "Current 2 nA" in told
    assert "first, light: 1 mW/cm²" in told
    assert "first" not in words_at(plot, 6.0, 2e-9)


def test_it_is_drawn_anew_in_other_colours(plot):
    theme = plot._theme
    theme.choose("dark")
    assert len(plot.panels) == 2
    plot.show_figure(None)
    assert plot.panels == []
    assert not plot.copy_button.isEnabled()
