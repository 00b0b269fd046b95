"""A figure in the window: panels above one another, to zoom into, with a legend and a readout at the cursor."""

from collections.abc import Mapping
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QIcon, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from labkit.app import Band, Figure
from labkit.core import format_quantity
from labkit.gui._theme import DARK, Colours, Theme
from labkit.gui.plots._axes import label_axis
from labkit.gui.plots._bands import ShadedBands
from labkit.gui.plots._panel import DrawnPanel, Nearest
from labkit.gui.plots._scale import series_colours
from labkit.gui.widgets import set_role

_REACH = 40
"""How far from the cursor a point is read out (px)."""
_WIDEST_LEGEND = 210
_HELP = (
    "Drag: move. Wheel: zoom at the cursor; over an axis: only along it. Drag with the right button: stretch. "
    "Double click: show all."
)


class FigurePlot(QWidget):
    """Shows one Figure. What is not in view is not drawn, and no more points than the screen can show."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.figure: Figure | None = None
        self.panels: list[DrawnPanel] = []
        self._bands: list[ShadedBands] = []
        self.canvas: Any = pg.GraphicsLayoutWidget()
        self.canvas.setToolTip(_HELP)
        scene: Any = self.canvas.scene()
        scene.sigMouseMoved.connect(self._read_out)
        scene.sigMouseClicked.connect(self._clicked)
        self.legend = QListWidget()
        self.legend.setFrameShape(QListWidget.Shape.NoFrame)
        self.legend.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.legend.setToolTip("Take the tick away to hide a curve")
        self.legend.itemChanged.connect(self._toggle)
        self.readout = QLabel()
        set_role(self.readout, "faint")
        self.log_x = self._check("log x", "Logarithmic abscissa")
        self.log_y = self._check("log y", "Logarithmic ordinate, of the magnitude where values are negative")
        self.all_button = QPushButton("Show all")
        self.all_button.setToolTip("The whole figure (double click)")
        self.all_button.clicked.connect(self.view_all)
        self.copy_button = QPushButton("Copy picture")
        self.copy_button.setToolTip("The figure as it is shown, to the clipboard")
        self.copy_button.clicked.connect(self.copy_picture)
        self._lay_out()
        theme.changed.connect(self._repaint)
        self._repaint(theme.colours)

    def _check(self, text: str, help_text: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setToolTip(help_text)
        box.toggled.connect(lambda _: self._draw())
        return box

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.addWidget(self.readout, 1)
        for tool in (self.log_x, self.log_y, self.all_button, self.copy_button):
            tools.addWidget(tool)
        middle = QHBoxLayout()
        middle.addWidget(self.canvas, 1)
        middle.addWidget(self.legend)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(tools)
        layout.addLayout(middle, 1)

    def show_figure(self, figure: Figure | None) -> None:
        """Show a figure, or nothing."""
        self.figure = figure
        for box, wanted in ((self.log_x, figure is not None and figure.log_x), (self.log_y, _is_log(figure))):
            box.blockSignals(True)
            box.setChecked(wanted)
            box.blockSignals(False)
        self._draw()

    def picture(self) -> QPixmap:
        """Give the figure as it is shown."""
        picture: QPixmap = self.canvas.grab()
        return picture

    def copy_picture(self) -> None:
        """Put the figure as it is shown on the clipboard."""
        QApplication.clipboard().setPixmap(self.picture())

    def view_all(self) -> None:
        """Show the whole figure."""
        width = [end for panel in self.panels for end in panel.width]
        for panel in self.panels:
            panel.view_all(width)
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Thin anew for the new width."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._refresh)

    def _repaint(self, colours: Colours) -> None:
        self.canvas.setBackground(colours.base)
        self._draw()

    def _draw(self) -> None:
        self.canvas.clear()
        self.panels, self._bands = [], []
        self.readout.clear()
        figure, colours = self.figure, self._theme.colours
        for tool in (self.log_x, self.log_y, self.all_button, self.copy_button):
            tool.setEnabled(figure is not None)
        if figure is None:
            self.legend.hide()
            return
        colour_of = _colours_of(figure, colours)
        for row, panel in enumerate(figure.panels):
            plot = self._plot(row, panel.share)
            log_y = self.log_y.isChecked() and not panel.zero
            drawn = DrawnPanel(panel, plot, self.log_x.isChecked(), log_y)
            drawn.draw(colour_of, colours)
            self.panels.append(drawn)
            shade = QColor(colours.accent)
            shade.setAlpha(40)
            if figure.bands and not self.log_x.isChecked():
                self._bands.append(ShadedBands(plot, figure.bands, shade))
        for drawn in self.panels[:-1]:
            drawn.plot.setXLink(self.panels[-1].plot)
            drawn.plot.getAxis("bottom").setStyle(showValues=False)
            drawn.plot.getAxis("bottom").setPen(colours.line)
        label_axis(self.panels[-1].plot.getAxis("bottom"), figure.x_label, figure.x_unit, colours)
        self._fill_legend(colour_of)
        self.view_all()

    def _plot(self, row: int, share: float) -> Any:
        plot = self.canvas.addPlot(row=row, col=0)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.showGrid(x=True, y=True, alpha=0.12)
        plot.getAxis("left").setWidth(74)
        plot.disableAutoRange()
        plot.sigRangeChanged.connect(self._refresh)
        self.canvas.ci.layout.setRowStretchFactor(row, round(10 * share))
        return plot

    def _fill_legend(self, colour_of: Mapping[int, str]) -> None:
        names: dict[int, str] = {}
        for panel in self.panels:
            for trace in panel.panel.traces:
                names.setdefault(trace.group, trace.name)
        self.legend.blockSignals(True)
        self.legend.clear()
        for group, name in names.items():
            swatch = QPixmap(12, 12)
            swatch.fill(QColor(colour_of[group]))
            item = QListWidgetItem(QIcon(swatch), name)
            item.setToolTip(name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
            item.setData(Qt.ItemDataRole.UserRole, group)
            self.legend.addItem(item)
        self.legend.blockSignals(False)
        wide = self.legend.sizeHintForColumn(0) + 24
        self.legend.setFixedWidth(min(wide, _WIDEST_LEGEND, max(self.width() // 3, 90)))
        self.legend.setVisible(len(names) > 1)

    def _toggle(self, item: QListWidgetItem) -> None:
        for panel in self.panels:
            group = int(item.data(Qt.ItemDataRole.UserRole))
            panel.show_group(group, item.checkState() == Qt.CheckState.Checked)
        self._refresh()

    def _refresh(self) -> None:
        for panel in self.panels:
            panel.refresh(int(panel.plot.vb.width()))
        for bands in self._bands:
            bands.refresh()

    def _clicked(self, event: Any) -> None:
        if event.double():
            self.view_all()

    def _read_out(self, position: Any) -> None:
        for row, panel in enumerate(self.panels):
            box = panel.plot.vb
            if box.sceneBoundingRect().contains(position):
                place = box.mapSceneToView(position)
                found = panel.nearest(place.x(), place.y(), box.viewPixelSize())
                band = self._bands[row].at(place.x()) if self._bands else None
                self.readout.setText(self._words(panel, found, band))
                return
        self.readout.clear()

    def _words(self, panel: DrawnPanel, found: Nearest | None, band: Band | None) -> str:
        parts = []
        if found is not None and found.distance < _REACH and self.figure is not None:
            x = format_quantity(found.x, self.figure.x_unit, 6)
            y = format_quantity(found.y, panel.panel.unit)
            parts += [found.trace.name, f"{self.figure.x_label} {x}", f"{panel.panel.label} {y}"]
        if band is not None:
            parts.append(band.label)
        return " · ".join(parts)


def _is_log(figure: Figure | None) -> bool:
    return figure is not None and any(panel.log for panel in figure.panels)


def _colours_of(figure: Figure, colours: Colours) -> dict[int, str]:
    groups = sorted({trace.group for panel in figure.panels for trace in panel.traces})
    if figure.ordered and len(groups) > 1:
        return dict(zip(groups, series_colours(len(groups), colours is DARK), strict=True))
    return {group: colours.curves[k % len(colours.curves)] for k, group in enumerate(groups)}
