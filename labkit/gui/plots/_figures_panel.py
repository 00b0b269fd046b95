"""The figures of what was measured, one at a time."""

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from labkit.app import Figure
from labkit.gui._theme import Theme
from labkit.gui.plots._figure_plot import FigurePlot
from labkit.gui.widgets import faint


class FiguresPanel(QWidget):
    """Several figures behind a choice; `nothing` is said when there is none."""

    def __init__(self, theme: Theme, nothing: str) -> None:
        super().__init__()
        self._figures: tuple[Figure, ...] = ()
        self.choice = QComboBox()
        self.choice.setToolTip("Which figure is shown")
        self.choice.currentIndexChanged.connect(self._show)
        self.plot = FigurePlot(theme)
        self._nothing = faint(nothing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.choice)
        layout.addWidget(self._nothing)
        layout.addWidget(self.plot, 1)
        self.show_figures(())

    def show_figures(self, figures: Sequence[Figure]) -> None:
        """Show other figures; the one of the same title as before, else the first."""
        before = self.choice.currentText()
        self._figures = tuple(figures)
        self.choice.blockSignals(True)
        self.choice.clear()
        self.choice.addItems([figure.title for figure in figures])
        self.choice.setCurrentIndex(max(self.choice.findText(before), 0) if figures else -1)
        self.choice.blockSignals(False)
        self.choice.setVisible(len(figures) > 1)
        self.plot.setVisible(bool(figures))
        self._nothing.setVisible(not figures)
        self._show(self.choice.currentIndex())

    def _show(self, index: int) -> None:
        self.plot.show_figure(self._figures[index] if 0 <= index < len(self._figures) else None)
