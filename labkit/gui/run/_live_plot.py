"""The live traces of a run: lanes over one time axis, that follow what comes or stay where the user looks."""

from collections.abc import Mapping
from html import escape
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from labkit.core import format_quantity
from labkit.gui._theme import Colours, Theme
from labkit.gui.plots import label_axis
from labkit.gui.run._lane import Lane, MarkLane
from labkit.gui.run._recording import Recording
from labkit.gui.run._series import Series

_AXIS = 76
_ROW = 17
"""Height of the row of a mark (px)."""
_BELOW = 46
"""Height of the time axis with its label (px)."""
_SHARE = 20
"""Preferred height of a lane for each part of the whole that it gets (px)."""
_GAP = "&nbsp;&nbsp;&nbsp; "
_SHORTEST = 1e-6
_ROOM = 1.2
"""How much longer than the run so far the time axis becomes when it is full."""


class LivePlot(QWidget):
    """Shows a Recording; `refresh` draws what has come since.

    `follow` is how many seconds up to the present are shown: None for the whole run. Dragging or zooming along the time
    leaves the present; `follow_again` goes back to it. `pointed` tells what is at the cursor, or
    which curve is which, as HTML.
    """

    following_changed = Signal(bool)
    pointed = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.recording = Recording()
        self.lanes: dict[str, Lane] = {}
        self.marks: MarkLane | None = None
        self.follow: float | None = None
        self.following = True
        self.logarithmic = False
        self._stale = False
        self._room = 0.0
        self._names: tuple[str, ...] = ()
        self.canvas: Any = pg.GraphicsLayoutWidget()
        central: Any = self.canvas.ci
        self._grid: Any = central.layout
        self._grid.setSpacing(2)
        self._grid.setContentsMargins(2, 2, 8, 2)
        self.canvas.setToolTip("Drag: move. Wheel: zoom; over an axis only along it. The button Follow goes back.")
        scene: Any = self.canvas.scene()
        scene.sigMouseMoved.connect(self._point)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas)
        theme.changed.connect(self._paint)
        self._paint(theme.colours)

    def show_recording(self, recording: Recording) -> None:
        """Show another run; nothing of the one before is kept."""
        self.recording = recording
        recording.keep_magnitudes(self.logarithmic)
        self._lay_out(recording)
        self.follow_again()

    def _lay_out(self, recording: Recording) -> None:
        self.canvas.clear()
        self.lanes, self.marks, self._room = {}, None, 0.0
        kinds = recording.kinds
        self._names = tuple(kinds)
        of = {kind: [name for name, found in kinds.items() if found == kind] for kind in set(kinds.values())}
        if "electrical" in of:
            self._add("current", "Current", "A", 10, lambda: self._currents(recording))
            self._add("voltage", "Voltage", "V", 5, lambda: _voltages(recording))
        if "optical" in of:
            self._add("light", "E", "W/m^2", 5, lambda: _picked(recording.levels, of["optical"]))
        if "thermal" in of:
            self._add("temperature", "T", "K", 5, lambda: _picked(recording.levels, of["thermal"]))
        if recording.description is not None and recording.description.vocabulary.marks:
            marks = recording.description.vocabulary.marks
            plot = self._plot(1)
            plot.setMinimumHeight(_ROW * len(marks) + _BELOW)
            plot.setMaximumHeight(_ROW * len(marks) + _BELOW)
            self.marks = MarkLane(plot, marks)
        for plot in self._plots()[:-1]:
            plot.setXLink(self._plots()[-1])
            plot.getAxis("bottom").setStyle(showValues=False)
        self.set_logarithmic(self.logarithmic)
        self._paint(self._theme.colours)

    def _currents(self, recording: Recording) -> Mapping[str, Series]:
        magnitudes = recording.magnitudes
        return recording.currents if magnitudes is None else magnitudes

    def _add(self, key: str, label: str, unit: str, share: int, sources: Any) -> None:
        self.lanes[key] = Lane(self._plot(share), label, unit, sources)

    def _plot(self, share: int) -> Any:
        row = len(self._plots())
        plot = self.canvas.addPlot(row=row, col=0)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.getAxis("left").setWidth(_AXIS)
        for side in ("left", "bottom"):
            plot.getAxis(side).setStyle(maxTickLevel=1)
        plot.disableAutoRange()
        plot.setMouseEnabled(x=True, y=False)
        plot.vb.sigRangeChangedManually.connect(self._leave)
        self._grid.setRowStretchFactor(row, share)
        self._grid.setRowPreferredHeight(row, _SHARE * share)
        plot.setMinimumHeight(1)
        plot.setPreferredHeight(_SHARE * share)
        return plot

    def _plots(self) -> list[Any]:
        return [lane.plot for lane in self.lanes.values()] + ([self.marks.plot] if self.marks is not None else [])

    def set_follow(self, span: float | None) -> None:
        """Show the last `span` seconds from now on; None: the whole run."""
        self.follow = span
        self.follow_again()

    def follow_again(self) -> None:
        """Go back to the present."""
        self.following = True
        self.following_changed.emit(True)
        self.refresh()

    def freeze(self) -> None:
        """Stay at what is shown; the run goes on."""
        self.following = False
        self.following_changed.emit(False)

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Show the magnitude of the current on a logarithmic scale."""
        self.logarithmic = logarithmic
        self.recording.keep_magnitudes(logarithmic)
        lane = self.lanes.get("current")
        if lane is not None:
            lane.label = "|Current|" if logarithmic else "Current"
            lane.set_logarithmic(logarithmic)
            lane.paint(self._theme.colours, self._colour)
        self.refresh()

    def set_automatic(self, automatic: bool) -> None:
        """Let the ordinates follow the curves, or leave them to the mouse."""
        for lane in self.lanes.values():
            lane.automatic = automatic
            lane.plot.setMouseEnabled(x=True, y=not automatic)
        self.refresh()

    def refresh(self) -> None:
        """Draw what is in view, if anybody sees it."""
        if not self.isVisible():
            self._stale = True
            return
        self._stale = False
        plots = self._plots()
        if not plots:
            return
        if self.following:
            plots[-1].setXRange(*self._followed(), padding=0)
        begin, end = plots[-1].viewRange()[0]
        for lane in self.lanes.values():
            lane.refresh(begin, end, self.devicePixelRatioF(), self._colour)
        if self.marks is not None:
            self.marks.refresh(begin, end, {mark: times.values for mark, times in self.recording.marks.items()})

    def _followed(self) -> tuple[float, float]:
        """Give the times to show. The whole run gets room to grow into: an axis that moves all the time is a blur."""
        end = max(self.recording.end, _SHORTEST)
        if self.follow is not None:
            return max(0.0, end - self.follow), max(end, self.follow)
        if self.recording.finished is not None:
            return 0.0, end
        if end > self._room:
            self._room = _ROOM * end
        return 0.0, self._room

    def _leave(self, *_: object) -> None:
        self.freeze()
        self.refresh()

    def _colour(self, name: str) -> str:
        curves = self._theme.colours.curves
        return curves[self._names.index(name) % len(curves)] if name in self._names else curves[0]

    def _paint(self, colours: Colours) -> None:
        self.canvas.setBackground(colours.base)
        for lane in self.lanes.values():
            lane.paint(colours, self._colour)
        if self.marks is not None:
            self.marks.paint(colours)
        for plot in self._plots():
            plot.getAxis("bottom").setPen(colours.line)
            plot.getAxis("bottom").setTextPen(colours.faint)
        self.pointed.emit(self.legend())
        if self._plots():
            label_axis(self._plots()[-1].getAxis("bottom"), "Time", "s", colours)

    def _point(self, position: Any) -> None:
        """Tell what every curve is at the time under the cursor."""
        hit = next((plot for plot in self._plots() if plot.vb.sceneBoundingRect().contains(position)), None)
        for lane in self.lanes.values():
            lane.cursor.setVisible(hit is not None)
        if hit is None:
            self.pointed.emit(self.legend())
            return
        time = float(hit.vb.mapSceneToView(position).x())
        for lane in self.lanes.values():
            lane.cursor.setPos(time)
        words = [format_quantity(time, "s", 6)]
        for lane in self.lanes.values():
            words += [self._coloured(name, f"{name} {value}") for name, value in lane.values(time).items()]
        self.pointed.emit(_GAP.join(words))

    def legend(self) -> str:
        """Give the terminals in their colours, as HTML."""
        return _GAP.join(self._coloured(name, name) for name in self._names)

    def _coloured(self, name: str, text: str) -> str:
        return f'<span style="color: {self._colour(name)}">\u25cf</span> {escape(text)}'

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        """Draw what came while nobody looked."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """Draw anew for other pixels."""
        super().resizeEvent(event)
        self.refresh()


def _picked(levels: Mapping[str, Series], names: list[str]) -> Mapping[str, Series]:
    return {name: levels[name] for name in names if name in levels}


def _voltages(recording: Recording) -> Mapping[str, Series]:
    """Give what was measured; for a terminal that nothing measures, the pulses that were asked of it."""
    asked = {
        name: series
        for name, series in recording.levels.items()
        if recording.kinds.get(name) == "electrical" and name not in recording.voltages
    }
    return {**recording.voltages, **asked}
