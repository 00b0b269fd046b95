"""Text and frames in the few styles that the window has (see the style sheet of the theme)."""

from PySide6.QtWidgets import QFrame, QLabel, QLayout, QWidget


def title(text: str) -> QLabel:
    """Give the title of a view."""
    return _styled(text, "title")


def heading(text: str) -> QLabel:
    """Give the heading of a part of a view."""
    return _styled(text, "heading")


def faint(text: str) -> QLabel:
    """Give an explanation that stands back; it wraps."""
    label = _styled(text, "faint")
    label.setWordWrap(True)
    return label


def card(layout: QLayout) -> QFrame:
    """Give a frame around what belongs together."""
    frame = QFrame()
    set_role(frame, "card")
    frame.setLayout(layout)
    return frame


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget a style: `good`, `warning`, `bad`, `faint`, `primary`, `danger`, ..."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def _styled(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    return label
