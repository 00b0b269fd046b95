"""The protocol that is being made: its text, the set chosen, the values given in the form, and what all that says."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from labkit.app import Request, Study, protocol_text, save_protocol, study_protocol, with_defaults
from labkit.gui._workspace import Workspace

_KEPT = "protocol/unsaved"
_PATIENCE = 200
"""How long (ms) after a change the text is looked at."""

Given = tuple[str | None, dict[str, str]]
"""A set's name and the values given over it."""


@dataclass
class Sheet:
    """One protocol in hand: the text of its file, the text as it is now, and what the form says.

    `source` is a path, or the name of a protocol that comes with labkit; `path` its file. `past` and `future` are what
    the form said before and what was undone.
    """

    source: str
    path: Path
    saved: str
    text: str
    set_name: str | None = None
    given: dict[str, str] = field(default_factory=dict)
    past: list[Given] = field(default_factory=list)
    future: list[Given] = field(default_factory=list)
    touched: str = ""
    """The parameter that the latest change was about: further ones of it are the same step."""

    @property
    def own(self) -> bool:
        """Whether it is a file of the user, which may be written."""
        return self.source == str(self.path)

    @property
    def modified(self) -> bool:
        """Whether the text is not that of the file."""
        return self.text != self.saved


class Draft(QObject):
    """Holds the sheets in hand and studies the one that is looked at.

    The text and the values given in the form are the only truth: form, editor, picture and request follow from them.
    `opened` tells another sheet, `changed` that the text or the form's values changed, `studied` a Study of the
    present state.
    """

    opened = Signal(object)
    changed = Signal()
    studied = Signal(object)
    saved = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._sheets: dict[str, Sheet] = {}
        self.sheet: Sheet | None = None
        self.study: Study | None = None
        self.devices: tuple[str, ...] = ()
        self.criteria: str | None = None
        self._turn = 0
        self._kept = _kept(str(workspace.settings.value(_KEPT, "")))
        workspace.closing.connect(self._keep)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PATIENCE)
        self._timer.timeout.connect(self._study)

    def open(self, source: str) -> None:
        """Take a protocol in hand, as it was left; raises LabkitError when there is none."""
        text, path = protocol_text(source)
        sheet = self._sheets.get(source)
        if sheet is None:
            self._sheets[source] = Sheet(source, path, text, self._kept.pop(source, text))
        elif not sheet.modified:
            sheet.text = text
        self._sheets[source].saved = text
        self.sheet = self._sheets[source]
        self.study = None
        self.opened.emit(self.sheet)
        self._study()

    def is_modified(self, source: str) -> bool:
        """Tell whether a protocol has a text that is not saved."""
        return source in self._kept or (source in self._sheets and self._sheets[source].modified)

    def set_text(self, text: str) -> None:
        """Take what the editor holds now."""
        if self.sheet is not None and text != self.sheet.text:
            self.sheet.text = text
            self._soon()

    def give(self, name: str, value: str | None) -> None:
        """Give a parameter a value as text; None takes it back."""
        sheet = self.sheet
        if sheet is None or sheet.given.get(name) == value:
            return
        self._remember(sheet, name)
        if value is None:
            sheet.given.pop(name, None)
        else:
            sheet.given[name] = value
        self._soon()

    def choose_set(self, set_name: str | None) -> None:
        """Choose a named set of values; what was given stays on top of it."""
        if self.sheet is not None and set_name != self.sheet.set_name:
            self._remember(self.sheet, "")
            self.sheet.set_name = set_name
            self._soon()

    def take_all_back(self) -> None:
        """Give nothing any more."""
        if self.sheet is not None and self.sheet.given:
            self._remember(self.sheet, "")
            self.sheet.given = {}
            self._soon()

    def text_with_given(self) -> str | None:
        """Give the text with what was given as its defaults (of the set, where that has the value)."""
        sheet = self.sheet
        return None if sheet is None else with_defaults(sheet.text, sheet.source, sheet.given, sheet.set_name)

    def undo(self) -> None:
        """Go back by one change of the form."""
        if self.sheet is not None:
            self._step(self.sheet, self.sheet.past, self.sheet.future)

    def redo(self) -> None:
        """Do again what was undone."""
        if self.sheet is not None:
            self._step(self.sheet, self.sheet.future, self.sheet.past)

    def choose_devices(self, devices: tuple[str, ...]) -> None:
        """Choose the cells of the chip to go to."""
        self.devices = devices
        self.tell()

    def choose_criteria(self, path: str | None) -> None:
        """Choose the file that says what a good device is."""
        self.criteria = path
        self.tell()

    def save(self, path: Path | None = None) -> None:
        """Write the text into its file, or into another that is in hand from then on; raises LabkitError."""
        sheet = self.sheet
        if sheet is None:
            return
        target = sheet.path if path is None else path
        save_protocol(target, sheet.text)
        if path is None:
            sheet.saved = sheet.text
        else:
            other = Sheet(str(target), target, sheet.text, sheet.text, sheet.set_name, dict(sheet.given))
            if sheet.source != other.source:
                sheet.text = sheet.saved
            self._sheets[other.source] = other
            self.open(other.source)
        self.saved.emit()

    def request(self) -> Request | None:
        """Give what would be run now; None while something is wrong."""
        if self.sheet is None or self.study is None or not self.study.right:
            return None
        return Request(
            self.sheet.source,
            self._workspace.bench.bench,
            set_name=self.sheet.set_name if self.sheet.set_name in self._sets() else None,
            parameters=dict(self.sheet.given),
            devices=self.devices,
            criteria=self.criteria,
            protocol_text=self.sheet.text,
        )

    def tell(self) -> None:
        """Tell the other views what would be run now."""
        self._workspace.set_request(self.request())

    def _keep(self) -> None:
        """Keep texts that are not saved until the window opens again, and study nothing more."""
        self._timer.stop()
        unsaved = {source: sheet.text for source, sheet in self._sheets.items() if sheet.modified}
        self._workspace.settings.setValue(_KEPT, json.dumps(self._kept | unsaved))

    def _sets(self) -> tuple[str, ...]:
        document = self.study.document if self.study is not None else None
        return tuple(document.sets) if document is not None else ()

    def _remember(self, sheet: Sheet, name: str) -> None:
        if not name or name != sheet.touched:
            sheet.past.append((sheet.set_name, dict(sheet.given)))
        sheet.touched = name
        sheet.future.clear()

    def _step(self, sheet: Sheet, taken: list[Given], kept: list[Given]) -> None:
        if not taken:
            return
        kept.append((sheet.set_name, dict(sheet.given)))
        sheet.set_name, sheet.given = taken.pop()
        sheet.touched = ""
        self._soon()

    def _soon(self) -> None:
        self._turn += 1
        self.changed.emit()
        self._timer.start()

    def _study(self) -> None:
        sheet = self.sheet
        if sheet is None:
            return
        self._timer.stop()
        self._turn += 1
        turn, text, given, set_name = self._turn, sheet.text, dict(sheet.given), sheet.set_name
        self._workspace.jobs.start(
            lambda: study_protocol(text, sheet.source, given, set_name), lambda study: self._take(turn, study)
        )

    def _take(self, turn: int, study: Study) -> None:
        if turn != self._turn:
            return
        self.study = study
        self.studied.emit(study)
        self.tell()


def _kept(text: str) -> dict[str, str]:
    """Read what was kept; nothing where that cannot be read."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return {str(source): str(kept) for source, kept in found.items()} if isinstance(found, dict) else {}
