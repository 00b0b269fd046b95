"""The parameters of a protocol as a form."""

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from labkit.app import ParameterInForce
from labkit.gui.widgets import CheckedEdit, faint, heading, set_role


class ParameterField(QWidget):
    """One parameter: its name, its value, what it is, and a button that takes a given value back.

    `given` tells the text that somebody typed, or None when it is to be as usual.
    """

    given = Signal(object)

    def __init__(self, parameter: ParameterInForce) -> None:
        super().__init__()
        self.name = QLabel(parameter.name)
        self.name.setContentsMargins(0, 5, 0, 0)
        self.edit = CheckedEdit(lambda _: None)
        self.edit.setObjectName(f"parameter-{parameter.name}")
        self.reset = QToolButton()
        self.reset.setText("↺")
        self.reset.setAutoRaise(True)
        self.reset.clicked.connect(lambda: self.given.emit(None))
        self.about = faint(parameter.description)
        self.edit.line.textEdited.connect(self._typed)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 2, 0, 4)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(1)
        layout.addWidget(self.name, 0, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.edit, 0, 1)
        layout.addWidget(self.reset, 0, 2, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.about, 1, 1, 1, 2)
        layout.setColumnMinimumWidth(0, 110)
        layout.setColumnStretch(1, 1)
        self.usual = ""
        self.show_parameter(parameter)

    def show_parameter(self, parameter: ParameterInForce) -> None:
        """Show what a parameter is worth now; what somebody is typing stays."""
        self.usual = parameter.usual
        if not self._means_same(parameter.value):
            self.edit.set_text(parameter.value)
        self.edit.show_error(parameter.fault)
        self.edit.line.setPlaceholderText(parameter.usual)
        given = parameter.giver == "given"
        set_role(self.name, "heading" if given else "")
        self.reset.setEnabled(given)
        self.reset.setToolTip(f"Back to {parameter.usual}" if given else "As the protocol says")
        self.about.setText(parameter.description)
        self.about.setVisible(bool(parameter.description))
        self.edit.line.setToolTip(_explained(parameter))
        self.name.setToolTip(_explained(parameter))

    def _means_same(self, value: str) -> bool:
        return self.edit.text == value or (self.edit.line.hasFocus() and not self.edit.text and value == self.usual)

    def _typed(self, text: str) -> None:
        text = text.strip()
        self.given.emit(None if text in ("", self.usual) else text)


def _explained(parameter: ParameterInForce) -> str:
    """Say all there is to know of a parameter."""
    kind = "a plain number" if parameter.dimension == "ratio" else parameter.dimension
    rows = [f"<b>{escape(parameter.name)}</b>: {escape(parameter.description)}"]
    rows.append(f"{'a list, each ' if parameter.several else ''}{escape(kind)}")
    limits = [("at least", parameter.minimum), ("at most", parameter.maximum)]
    rows += [f"{word} {escape(limit)}" for word, limit in limits if limit]
    word = "of the set" if parameter.giver == "set" else "as usual"
    formula = f" = {escape(parameter.formula)}" if parameter.formula else ""
    rows.append(f"{word}: {escape(parameter.usual)}{formula}")
    return "<br>".join(rows)


class ParameterForm(QScrollArea):
    """A field for each parameter, in the order of the file.

    `given` tells a name and the text typed for it, or None when it is to be as usual.
    """

    given = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, ParameterField] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_parameters(self, parameters: Sequence[ParameterInForce]) -> None:
        """Show parameters; fields that are there already are kept."""
        if [parameter.name for parameter in parameters] != list(self.fields):
            self._rebuild(parameters)
            return
        for parameter in parameters:
            self.fields[parameter.name].show_parameter(parameter)

    def _rebuild(self, parameters: Sequence[ParameterInForce]) -> None:
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.setSpacing(2)
        self.fields = {}
        for parameter in parameters:
            made = ParameterField(parameter)
            made.given.connect(lambda text, name=parameter.name: self.given.emit(name, text))
            self.fields[parameter.name] = made
            layout.addWidget(made)
        if not parameters:
            layout.addWidget(heading("No parameters"))
            layout.addWidget(faint("This protocol declares none: what it does stands in its text."))
        layout.addStretch()
        self.setWidget(inside)
