"""What went wrong, at the place where it matters, with what to do."""

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from labkit.core import LabkitError
from labkit.gui.widgets._labels import set_role


class Banner(QFrame):
    """A line with a message and its remedy, hidden while there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plain = ""
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._dismiss = QPushButton("Dismiss")
        self._dismiss.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.addWidget(self._text)
        layout.addWidget(self._dismiss, alignment=Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def text(self) -> str:
        """What it says, as plain text; empty while it is hidden."""
        return "" if self.isHidden() else self._plain

    def show_error(self, error: BaseException) -> None:
        """Show an error."""
        if isinstance(error, LabkitError):
            self.show_text(error.message, error.remedy)
        else:
            self.show_text(f"{type(error).__name__}: {error}")

    def show_text(self, message: str, remedy: str = "", gravity: str = "error") -> None:
        """Show a message; `gravity` is `error` or `warning`."""
        self._plain = f"{message}\n{remedy}" if remedy else message
        lines = escape(message).replace("\n", "<br>")
        self._text.setText(f"{lines}<br><i>{escape(remedy)}</i>" if remedy else lines)
        set_role(self, f"banner-{gravity}")
        self.show()
