"""The right of the Protocol view: the text, what is wrong with it, and its file."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from labkit.app import Study
from labkit.gui._theme import Theme
from labkit.gui.protocol._draft import Sheet
from labkit.gui.widgets import Banner, YamlEditor, set_role

_PLACE = Qt.ItemDataRole.UserRole


class TextPanel(QWidget):
    """The editor with its file's name above and the list of faults below; a click on a fault goes to its place."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.file = QLabel()
        self.file.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.file.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.editor = YamlEditor(theme.colours)
        theme.changed.connect(self.editor.recolour)
        self.banner = Banner()
        self.problems = QListWidget()
        self.problems.setObjectName("problems")
        self.problems.setWordWrap(True)
        self.problems.setMaximumHeight(120)
        self.problems.itemClicked.connect(self._go)
        self.problems.itemActivated.connect(self._go)
        self.state = QLabel()
        self.save = _button("Save", "Write the text into its file (Ctrl+S)", "Ctrl+S")
        self.save_as = _button("Save as…", "Write the text into another file, which is shown then", "Ctrl+Shift+S")
        self.revert = _button("Revert", "Back to what the file holds; Ctrl+Z brings the text back")
        top = QHBoxLayout()
        top.addWidget(self.file, 1)
        for button in (self.save, self.save_as, self.revert):
            top.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addWidget(self.banner)
        layout.addWidget(self.editor, 1)
        layout.addWidget(self.state)
        layout.addWidget(self.problems)

    def show_sheet(self, sheet: Sheet) -> None:
        """Show a protocol's text anew."""
        self.editor.setPlainText(sheet.text)
        self.show_file(sheet)

    def show_file(self, sheet: Sheet) -> None:
        """Show whose text it is and whether it is saved."""
        name = str(sheet.path) if sheet.own else f"{sheet.source} (comes with labkit; Save as… to keep changes)"
        self.file.setText(f"{name} — not saved" if sheet.modified else name)
        self.file.setToolTip(str(sheet.path))
        self.save.setEnabled(sheet.modified and sheet.own)
        self.revert.setEnabled(sheet.modified)

    def show_study(self, study: Study) -> None:
        """Underline and list what is wrong; write values in force behind the defaults that they replace."""
        self.editor.show_problems(study.problems)
        self.editor.show_hints(_hints(study))
        self.problems.clear()
        for problem in study.problems:
            item = QListWidgetItem(f"line {problem.line}: {problem.message}")
            item.setData(_PLACE, (problem.line, problem.column))
            self.problems.addItem(item)
        self.problems.setVisible(bool(study.problems))
        count = len(study.problems)
        faults = [parameter.name for parameter in study.parameters if parameter.fault]
        if count:
            self.state.setText(f"{count} fault{'s' if count > 1 else ''}")
        elif faults:
            self.state.setText(f"the value given for {', '.join(faults)} is wrong")
        else:
            self.state.setText("no faults")
        set_role(self.state, "bad" if count or faults else "good")

    def _go(self, item: QListWidgetItem) -> None:
        line, column = item.data(_PLACE)
        self.editor.go_to(line, column)


def _hints(study: Study) -> Mapping[int, str]:
    found: dict[int, str] = {}
    for parameter in study.parameters:
        if parameter.giver != "default" and not parameter.fault:
            word = "set" if parameter.giver == "set" else "form"
            found[parameter.line] = f"◂ {parameter.value} ({word})"
    return found


def _button(text: str, help_text: str, shortcut: str = "") -> QPushButton:
    made = QPushButton(text)
    made.setToolTip(help_text)
    if shortcut:
        made.setShortcut(shortcut)
    return made
