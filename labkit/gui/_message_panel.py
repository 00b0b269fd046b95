"""The messages at the bottom: the latest in one line, all of them on demand."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from labkit.gui._messages import Gravity, Message, MessageLog
from labkit.gui.widgets import set_role

_ROLES = {Gravity.NOTE: "faint", Gravity.WARNING: "warning", Gravity.ERROR: "bad"}


class MessagePanel(QWidget):
    """Shows the latest message with what to do about it, and keeps those before."""

    def __init__(self, log: MessageLog) -> None:
        super().__init__()
        self._log = log
        self._latest = QLabel("Ready")
        self._latest.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._latest.setWordWrap(True)
        set_role(self._latest, "faint")
        self._all = QListWidget()
        self._all.setWordWrap(True)
        self._all.setMaximumHeight(180)
        self._all.hide()
        self._toggle = QPushButton("Messages")
        self._toggle.setCheckable(True)
        self._toggle.setToolTip("Everything that labkit has told since the window opened (Ctrl+M)")
        self._toggle.setShortcut("Ctrl+M")
        self._toggle.toggled.connect(self._all.setVisible)
        line = QHBoxLayout()
        line.addWidget(self._latest, 1)
        line.addWidget(self._toggle, alignment=Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 6)
        layout.addWidget(self._all)
        layout.addLayout(line)
        log.added.connect(self._add)

    def _add(self, message: Message) -> None:
        self._latest.setText(f"{message.text} — {message.remedy}" if message.remedy else message.text)
        set_role(self._latest, _ROLES[message.gravity])
        lines = [f"{message.at:%H:%M:%S}  {message.gravity.value}: {message.text}"]
        if message.remedy:
            lines.append(f"          {message.remedy}")
        self._all.addItem(QListWidgetItem("\n".join(lines)))
        self._all.scrollToBottom()
        errors = sum(each.gravity is Gravity.ERROR for each in self._log.messages)
        self._toggle.setText(f"Messages ({errors} errors)" if errors else f"Messages ({len(self._log.messages)})")
