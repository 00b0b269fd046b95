"""The Protocol view."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSplitter, QWidget

from labkit.app import BenchChoice, Shelved, Study, cells_of, library, new_protocol
from labkit.core import LabkitError
from labkit.gui._workspace import Workspace
from labkit.gui.protocol._draft import Draft, Sheet
from labkit.gui.protocol._library_panel import LibraryPanel
from labkit.gui.protocol._sheet_panel import SheetPanel
from labkit.gui.protocol._text_panel import TextPanel

_LATEST, _OWN, _SPLIT = "protocol/latest", "protocol/own", "protocol/split"
_FIRST = "ppf_optical"
_MOST_OWN = 12
_FILTER = "Protocols (*.yaml *.yml)"


class ProtocolView(QWidget):
    """Choose a protocol, set its parameters, edit its text."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self.draft = Draft(workspace, self)
        self.library = LibraryPanel()
        self.panel = SheetPanel(workspace.theme)
        self.text = TextPanel(workspace.theme)
        self.ask_new_path: Callable[[str, str], Path | None] = self._ask_new_path
        self.ask_file: Callable[[], Path | None] = self._ask_file
        self._lay_out()
        self._connect()
        workspace.jobs.start(library, self._show_library, label="reading the library")
        self._own = [path for path in _listed(workspace.settings.value(_OWN)) if Path(path).is_file()]
        self.library.show_own(self._own)
        self._offer_cells(workspace.bench)
        self._open_first()

    def _lay_out(self) -> None:
        self._split = QSplitter(Qt.Orientation.Horizontal)
        for part, stretch in ((self.library, 0), (self.panel, 3), (self.text, 4)):
            self._split.addWidget(part)
            self._split.setStretchFactor(self._split.count() - 1, stretch)
        self._split.setChildrenCollapsible(False)
        self._split.setSizes([205, 450, 560])
        state = self._workspace.settings.value(_SPLIT)
        if isinstance(state, QByteArray):
            self._split.restoreState(state)
        self._split.splitterMoved.connect(lambda *_: self._workspace.settings.setValue(_SPLIT, self._split.saveState()))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.addWidget(self._split)

    def _connect(self) -> None:
        draft, panel, text, library_panel = self.draft, self.panel, self.text, self.library
        library_panel.chosen.connect(self.open)
        library_panel.open_asked.connect(self._open_file)
        library_panel.new_asked.connect(self._new)
        draft.opened.connect(self._show_sheet)
        draft.studied.connect(self._show_study)
        draft.changed.connect(self._show_steps)
        draft.changed.connect(panel.await_study)
        draft.saved.connect(self._show_saved)
        panel.form.given.connect(draft.give)
        panel.set_chosen.connect(draft.choose_set)
        panel.undo.clicked.connect(draft.undo)
        panel.redo.clicked.connect(draft.redo)
        panel.reset_all.clicked.connect(draft.take_all_back)
        panel.write_in.clicked.connect(self._write_in)
        panel.options.devices.connect(draft.choose_devices)
        panel.options.criteria.connect(draft.choose_criteria)
        panel.plan.clicked.connect(lambda: self._workspace.view_asked.emit("plan"))
        panel.enqueue.clicked.connect(self._enqueue)
        text.editor.textChanged.connect(lambda: draft.set_text(text.editor.toPlainText()))
        text.save.clicked.connect(self._save)
        text.save_as.clicked.connect(self._save_as)
        text.revert.clicked.connect(self._revert)
        self._workspace.bench_changed.connect(self._offer_cells)
        self._workspace.line_asked.connect(self.go_to)
        self._workspace.devices_chosen.connect(panel.options.choose_cells)

    def open(self, source: str) -> None:
        """Take a protocol in hand: a path, or the name of one that comes with labkit."""
        try:
            self.draft.open(source)
        except LabkitError as error:
            self.text.banner.show_error(error)

    def go_to(self, line: int) -> None:
        """Show a line of the text."""
        self.text.editor.go_to(line)

    def _open_first(self) -> None:
        latest = str(self._workspace.settings.value(_LATEST, _FIRST))
        try:
            self.draft.open(latest)
        except LabkitError:
            self.open(_FIRST)

    def _show_library(self, protocols: tuple[Shelved, ...]) -> None:
        self.library.show_library(protocols)
        self._mark_all()
        if self.draft.sheet is not None:
            self.library.select(self.draft.sheet.source)

    def _show_sheet(self, sheet: Sheet) -> None:
        self.text.show_sheet(sheet)
        self.text.banner.hide()
        self.library.select(sheet.source)
        self._workspace.settings.setValue(_LATEST, sheet.source)
        self._show_steps()

    def _show_study(self, study: Study) -> None:
        sheet = self.draft.sheet
        if sheet is not None:
            self.panel.show_study(study, sheet.set_name)
            self.text.show_study(study)

    def _show_steps(self) -> None:
        sheet = self.draft.sheet
        if sheet is None:
            return
        self.panel.undo.setEnabled(bool(sheet.past))
        self.panel.redo.setEnabled(bool(sheet.future))
        self.text.show_file(sheet)
        self.library.mark(sheet.source, sheet.modified)

    def _show_saved(self) -> None:
        sheet = self.draft.sheet
        if sheet is not None and sheet.own:
            self._note_own(sheet.source)
            self._workspace.messages.note(f"Saved {sheet.path}")
        self._mark_all()
        self._show_steps()

    def _mark_all(self) -> None:
        for source in self.library.sources():
            self.library.mark(source, self.draft.is_modified(source))

    def _note_own(self, path: str) -> None:
        self._own = [path, *(each for each in self._own if each != path)][:_MOST_OWN]
        self._workspace.settings.setValue(_OWN, self._own)
        self.library.show_own(self._own)
        self.library.select(path)

    def _open_file(self) -> None:
        path = self.ask_file()
        if path is not None:
            self._note_own(str(path))
            self.open(str(path))

    def _new(self) -> None:
        sheet = self.draft.sheet
        if sheet is None:
            return
        path = self.ask_new_path("A protocol of your own", f"my_{sheet.path.stem}.yaml")
        if path is None:
            return
        try:
            new_protocol(path.stem, path.parent, sheet.source, sheet.text)
        except LabkitError as error:
            self.text.banner.show_error(error)
            return
        self._note_own(str(path))
        self.open(str(path))

    def _save(self) -> None:
        self._try_saving(None)

    def _save_as(self) -> None:
        sheet = self.draft.sheet
        if sheet is None:
            return
        path = self.ask_new_path("Save as", sheet.path.name if sheet.own else f"my_{sheet.path.stem}.yaml")
        if path is not None:
            self._try_saving(path)

    def _try_saving(self, path: Path | None) -> None:
        try:
            self.draft.save(path)
        except LabkitError as error:
            self.text.banner.show_error(error)
        else:
            self.text.banner.hide()

    def _revert(self) -> None:
        if self.draft.sheet is not None:
            self.text.editor.replace_text(self.draft.sheet.saved)

    def _write_in(self) -> None:
        text = self.draft.text_with_given()
        if text is not None:
            self.text.editor.replace_text(text)
            self.draft.take_all_back()

    def _enqueue(self) -> None:
        request = self._workspace.request
        if request is not None:
            self._workspace.enqueue(request)

    def _offer_cells(self, bench: BenchChoice) -> None:
        self._workspace.jobs.start(
            lambda: cells_of(bench.bench), self.panel.options.show_cells, lambda _: self.panel.options.show_cells(())
        )

    def _ask_new_path(self, caption: str, name: str) -> Path | None:
        path, _ = QFileDialog.getSaveFileName(self, caption, name, _FILTER)
        return Path(path) if path else None

    def _ask_file(self) -> Path | None:
        path, _ = QFileDialog.getOpenFileName(self, "Open a protocol", "", _FILTER)
        return Path(path) if path else None


def _listed(value: object) -> list[str]:
    """Read a list of texts from the settings, where one of one text is that text."""
    if isinstance(value, str):
        return [value]
    return [str(each) for each in value] if isinstance(value, list) else []
