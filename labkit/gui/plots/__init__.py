"""Plots that several views use; importing this loads pyqtgraph."""

from labkit.gui.plots._axes import label_axis
from labkit.gui.plots._figure_plot import FigurePlot
from labkit.gui.plots._figures_panel import FiguresPanel
from labkit.gui.plots._metrics_panel import MetricsPanel
from labkit.gui.plots._scale import scale_colours, series_colours

__all__ = ["FigurePlot", "FiguresPanel", "MetricsPanel", "label_axis", "scale_colours", "series_colours"]
