"""The middle of the Protocol view: what the protocol is, its picture, its parameters, and what to do with it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from labkit.app import Study
from labkit.gui._theme import Theme
from labkit.gui.protocol._form import ParameterForm
from labkit.gui.protocol._options import RunOptions
from labkit.gui.protocol._picture import ProtocolPicture
from labkit.gui.widgets import Banner, faint, heading, set_role, title

_DEFAULTS = "defaults"


class SheetPanel(QWidget):
    """Shows a Study; what the user does here is told by the signals of its parts and by `set_chosen`."""

    set_chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.title = title("")
        self.title.setWordWrap(True)
        self.about = faint("")
        self.yields = QLabel()
        self.yields.setWordWrap(True)
        self.picture = ProtocolPicture(theme)
        self.banner = Banner()
        self.sets = QComboBox()
        self.sets.setObjectName("parameter-set")
        self.sets.setToolTip("Named sets of parameter values that the protocol brings along")
        self.sets.activated.connect(lambda _: self.set_chosen.emit(self._chosen_set()))
        self.undo = _tool("↶", "Undo the latest change of the form")
        self.redo = _tool("↷", "Do it again")
        self.reset_all = QPushButton("Reset all")
        self.reset_all.setToolTip("All parameters as the protocol or its set says")
        self.write_in = QPushButton("Write into text")
        self.write_in.setToolTip("Make the values of this form the defaults in the text, so that they can be saved")
        self.form = ParameterForm()
        self.options = RunOptions()
        self.plan = QPushButton("Plan")
        self.plan.setToolTip("See what will happen before anything happens (Ctrl+3)")
        self.enqueue = QPushButton("Add to queue")
        self.enqueue.setObjectName("add-to-queue")
        self.enqueue.setToolTip("Run it when its turn comes (Ctrl+Return)")
        self.enqueue.setShortcut("Ctrl+Return")
        set_role(self.enqueue, "primary")
        self._lay_out()

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.addWidget(heading("Parameters"))
        tools.addWidget(self.sets)
        tools.addStretch()
        for widget in (self.undo, self.redo, self.reset_all, self.write_in):
            tools.addWidget(widget)
        actions = QHBoxLayout()
        actions.addStretch()
        actions.addWidget(self.plan)
        actions.addWidget(self.enqueue)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 0, 8, 0)
        for part in (self.title, self.about, self.yields, self.picture, self.banner):
            part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            layout.addWidget(part)
        layout.addLayout(tools)
        layout.addWidget(self.form, 1)
        layout.addWidget(self.options)
        layout.addLayout(actions)

    def await_study(self) -> None:
        """Let nothing be run until it is known what the latest change means."""
        self.plan.setEnabled(False)
        self.enqueue.setEnabled(False)

    def show_study(self, study: Study, set_name: str | None) -> None:
        """Show what a protocol's text says; while it is faulty, what it said before stays."""
        self.picture.show_picture(study.picture)
        for button in (self.plan, self.enqueue):
            button.setEnabled(study.right)
        document = study.document
        if document is None:
            return
        self.title.setText(document.title)
        self.about.setText(document.description)
        metrics = ", ".join(f"<span title='{metric.description}'>{metric.title}</span>" for metric in study.metrics)
        number = f"{document.implements}: " if document.implements else ""
        self.yields.setText(f"{number}yields {metrics}" if metrics else f"{number}no metric is computed from it")
        self.yields.setToolTip("<br>".join(f"<b>{each.title}</b>: {each.description}" for each in study.metrics))
        self._offer_sets(tuple(document.sets), set_name)
        self.form.show_parameters(study.parameters)
        self.reset_all.setEnabled(bool(study.given))
        self.write_in.setEnabled(bool(study.given) and study.right)
        if study.strangers:
            names = ", ".join(study.strangers)
            self.banner.show_text(f"The text no longer has {names}", "press Reset all", "warning")
        else:
            self.banner.hide()

    def _offer_sets(self, names: tuple[str, ...], chosen: str | None) -> None:
        wanted = [_DEFAULTS, *names]
        if [self.sets.itemText(k) for k in range(self.sets.count())] != wanted:
            self.sets.clear()
            self.sets.addItems(wanted)
        self.sets.setCurrentText(chosen if chosen in names else _DEFAULTS)
        self.sets.setVisible(bool(names))

    def _chosen_set(self) -> str | None:
        text = self.sets.currentText()
        return None if text == _DEFAULTS else text


def _tool(text: str, help_text: str) -> QToolButton:
    made = QToolButton()
    made.setText(text)
    made.setToolTip(help_text)
    made.setAutoRaise(True)
    return made
