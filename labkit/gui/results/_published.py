"""Opened runs among the published devices."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QSplitter, QTextBrowser, QVBoxLayout, QWidget

from labkit.app import PublishedPlaces, place_among_published
from labkit.gui._workspace import Workspace
from labkit.gui.results._lanes_plot import LanesPlot
from labkit.gui.widgets import Banner

_DOTS = (
    "Dots are published values (filled: high confidence, open: medium, crosses: low), diamonds the opened runs "
    "(filled: measured, open: simulated) with their 95 % intervals. Rest the cursor on one to see which device it is."
)


class PublishedPanel(QWidget):
    """Reads where the runs stand when it is first looked at."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._paths: tuple[Path, ...] = ()
        self._read: tuple[Path, ...] = ()
        self.places: PublishedPlaces | None = None
        self.banner = Banner()
        self.choice = QComboBox()
        self.choice.setToolTip("Which quantity is shown")
        self.choice.currentIndexChanged.connect(self._show)
        self.plot = LanesPlot(workspace.theme)
        self.words = QTextBrowser()
        self.words.setOpenLinks(False)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(self.plot)
        splitter.addWidget(self.words)
        splitter.setSizes([330, 170])
        splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.banner)
        layout.addWidget(self.choice)
        layout.addWidget(splitter, 1)

    def take(self, paths: Sequence[Path]) -> None:
        """Look at other runs."""
        self._paths, self._read = tuple(paths), ()
        if self.isVisible():
            self._start()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        """Read when the panel comes into sight."""
        super().showEvent(event)
        if self._paths != self._read:
            self._start()

    def _start(self) -> None:
        paths = self._read = self._paths
        self.banner.hide()
        if paths:
            self._workspace.jobs.start(
                lambda: place_among_published(paths),
                lambda places: self._take(paths, places),
                self.banner.show_error,
                "looking among published devices",
            )

    def _take(self, paths: tuple[Path, ...], places: PublishedPlaces) -> None:
        if paths != self._paths:
            return
        self.places = places
        self.choice.blockSignals(True)
        self.choice.clear()
        self.choice.addItems([place.title for place in places.places])
        self.choice.blockSignals(False)
        self.choice.setVisible(bool(places.places))
        self._show(self.choice.currentIndex())

    def _show(self, index: int) -> None:
        if self.places is None:
            return
        place = self.places.places[index] if 0 <= index < len(self.places.places) else None
        self.plot.setVisible(place is not None)
        self.plot.show_place(place)
        parts = [f"<p>{escape(self.places.introduction)}</p>"]
        if place is None:
            parts.append("<p><b>Nothing that these runs measured stands in the published tables.</b></p>")
        else:
            parts.append(f"<p>{escape(place.words)} {_DOTS}</p>")
            parts += [f"<p>{escape(sentence)}</p>" for sentence in place.sentences]
        parts += [f"<p><b>{escape(symbols)}</b>: {escape(reason)}</p>" for symbols, reason in self.places.refusals]
        self.words.setHtml("".join(parts))
