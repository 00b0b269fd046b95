"""What can be done with opened runs: compute again, write a report, save the figures."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QPushButton, QWidget

from labkit.app import Analysis, analyse, export_figures, write_report
from labkit.gui._workspace import Workspace
from labkit.gui.widgets import Banner

_REPORTS = (
    (".html", "Page (HTML)", "One file that holds everything and asks nothing of a network"),
    (".pdf", "PDF", "The same, to print"),
    (".xlsx", "Workbook (XLSX)", "Values, curves and facts in sheets"),
    (".csv", "Table (CSV)", "A row a value, in SI units"),
    (".md", "Table (Markdown)", "For notes"),
    (".tex", "Table (LaTeX)", "For a paper"),
)
_PICTURES = ((".svg", "SVG"), (".png", "PNG"), (".pdf", "PDF"))


class RunActions(QWidget):
    """A row of buttons; `recomputed` tells the analyses whose results are new.

    `ask_file` and `ask_folder` ask the user where to put something, None when it is not wanted.
    """

    recomputed = Signal(object)
    written = Signal(object)

    def __init__(self, workspace: Workspace, banner: Banner) -> None:
        super().__init__()
        self._workspace = workspace
        self._banner = banner
        self._paths: list[Path] = []
        self.ask_file: Callable[[Path], Path | None] = self._ask_file
        self.ask_folder: Callable[[Path], Path | None] = self._ask_folder
        self.report_button = QPushButton("Report")
        self.report_button.setToolTip("Write a report of these runs")
        reports = QMenu(self)
        for suffix, title, help_text in _REPORTS:
            action = reports.addAction(title)
            action.setToolTip(help_text)
            action.setObjectName(f"report{suffix}")
            action.triggered.connect(partial(self._write_report, suffix))
        reports.setToolTipsVisible(True)
        self.report_button.setMenu(reports)
        self.figures_button = QPushButton("Figures")
        self.figures_button.setToolTip("Save every figure of the report as a picture, as wide as a column of a paper")
        pictures = QMenu(self)
        for suffix, title in _PICTURES:
            action = pictures.addAction(title)
            action.setObjectName(f"figures{suffix}")
            action.triggered.connect(partial(self._write_figures, suffix))
        self.figures_button.setMenu(pictures)
        self.recompute_button = QPushButton("Recompute")
        self.recompute_button.setToolTip("Compute the metrics again from the raw traces, and tell what changed")
        self.recompute_button.clicked.connect(self.recompute)
        self.folder_button = QPushButton("Open folder")
        self.folder_button.setToolTip("Show the folder of the file that was written last, else of the run")
        self.folder_button.clicked.connect(self._open_folder)
        self._written: Path | None = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for button in (self.report_button, self.figures_button, self.recompute_button, self.folder_button):
            layout.addWidget(button)
        layout.addStretch(1)

    def take(self, paths: Sequence[Path]) -> None:
        """Act on other runs."""
        self._paths = list(paths)
        self.setVisible(bool(paths))

    def recompute(self) -> None:
        """Compute the metrics of the runs again, in a thread."""
        paths = tuple(self._paths)
        self._workspace.jobs.start(
            lambda: [analyse(path) for path in paths], self._tell_changes, self._banner.show_error, "computing metrics"
        )

    def _tell_changes(self, analyses: list[Analysis]) -> None:
        changes = sum(len(each.changes) for each in analyses)
        self._workspace.messages.note(
            "Computed again: " + (f"{changes} values changed" if changes else "nothing changed")
        )
        self.recomputed.emit(analyses)
        self._workspace.runs_changed.emit()

    def _write_report(self, suffix: str) -> None:
        self._write(suffix, write_report)

    def _write(self, suffix: str, writer: Callable[[Sequence[Path], Path], object]) -> None:
        paths = tuple(self._paths)
        output = self.ask_file(paths[0].with_suffix(suffix))
        if output is not None:
            self._workspace.jobs.start(
                lambda: writer(paths, output), lambda _: self._tell(output), self._banner.show_error, "writing a report"
            )

    def _write_figures(self, suffix: str) -> None:
        paths = tuple(self._paths)
        folder = self.ask_folder(paths[0].parent)
        if folder is not None:
            self._workspace.jobs.start(
                lambda: export_figures(paths, folder, suffix),
                lambda files: self._tell(files[0] if files else folder, len(files)),
                self._banner.show_error,
                "drawing figures",
            )

    def _tell(self, output: Path, count: int = 1) -> None:
        self._written = output
        what = output.name if count == 1 else f"{count} figures"
        self._workspace.messages.note(f"Written: {what}, in {output.parent.absolute()}")
        self.written.emit(output)

    def _open_folder(self) -> None:
        folder = (self._written or self._paths[0]).parent
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder.absolute())))

    def _ask_file(self, proposed: Path) -> Path | None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Write a report", str(proposed.absolute()))
        return Path(chosen) if chosen else None

    def _ask_folder(self, proposed: Path) -> Path | None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder for the figures", str(proposed.absolute()))
        return Path(chosen) if chosen else None
