"""What the panels of the terminals are made of: labelled fields in a column, and buttons below."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from labkit.gui.widgets import CheckedEdit, set_role

_FIELD = 170


def form(*rows: tuple[str, CheckedEdit, str]) -> QFormLayout:
    """Give a form of fields, each with its name and what it means."""
    layout = QFormLayout()
    layout.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
    layout.setHorizontalSpacing(12)
    layout.setVerticalSpacing(6)
    for name, field, meaning in rows:
        label = QLabel(name)
        label.setToolTip(meaning)
        field.setToolTip(f"{meaning}: {field.toolTip()}" if field.toolTip() else meaning)
        field.line.setFixedWidth(_FIELD)
        layout.addRow(label, field)
    return layout


def button(text: str, help_text: str, role: str = "") -> QPushButton:
    """Give a button."""
    made = QPushButton(text)
    made.setToolTip(help_text)
    if role:
        set_role(made, role)
    return made


def row(*widgets: QWidget) -> QHBoxLayout:
    """Put widgets side by side, to the left."""
    layout = QHBoxLayout()
    for widget in widgets:
        layout.addWidget(widget)
    layout.addStretch()
    return layout


def column(*parts: QWidget | QHBoxLayout | QVBoxLayout | QFormLayout) -> QVBoxLayout:
    """Put parts below each other, to the top."""
    layout = QVBoxLayout()
    layout.setSpacing(8)
    for part in parts:
        if isinstance(part, QWidget):
            layout.addWidget(part)
        else:
            layout.addLayout(part)
    layout.addStretch()
    return layout
