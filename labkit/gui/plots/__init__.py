"""Plots that several views use; importing this loads pyqtgraph."""

from labkit.gui.plots._axes import label_axis
from labkit.gui.plots._figure_plot import FigurePlot
from labkit.gui.plots._scale import scale_colours, series_colours

__all__ = ["FigurePlot", "label_axis", "scale_colours", "series_colours"]
