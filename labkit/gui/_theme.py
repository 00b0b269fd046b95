"""Light and dark: the palette of the widgets and the colours of the plots."""

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

Choice = Literal["system", "light", "dark"]
CHOICES: tuple[Choice, ...] = ("system", "light", "dark")


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of one theme, as #rrggbb.

    `curves` can be told apart by the colour-blind (after Okabe and Ito); `real` and `virtual` mark what stands behind
    a bench, `good`, `warning` and `bad` a state.
    """

    window: str
    base: str
    raised: str
    line: str
    text: str
    faint: str
    accent: str
    on_accent: str
    good: str
    warning: str
    bad: str
    real: str
    virtual: str
    curves: tuple[str, ...]


LIGHT = Colours(
    window="#f4f5f7",
    base="#ffffff",
    raised="#ffffff",
    line="#d5d9e0",
    text="#1c2230",
    faint="#667085",
    accent="#1f5fbf",
    on_accent="#ffffff",
    good="#1d7f4e",
    warning="#a15c00",
    bad="#c0271c",
    real="#c0271c",
    virtual="#1f6f8b",
    curves=("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#56b4e9", "#7a4fbf", "#444b59"),
)
DARK = Colours(
    window="#171a21",
    base="#1e222b",
    raised="#242936",
    line="#39404f",
    text="#e6e9ef",
    faint="#98a1b3",
    accent="#6ea8ff",
    on_accent="#0c1220",
    good="#5cc98e",
    warning="#f0b429",
    bad="#ff7b72",
    real="#ff7b72",
    virtual="#5cc3dd",
    curves=("#56b4e9", "#ff9f43", "#2fd0a5", "#e79bc9", "#f0e442", "#8fbcff", "#b69cff", "#c3c9d6"),
)


def _palette(colours: Colours) -> QPalette:
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, colour in {
        roles.Window: colours.window,
        roles.WindowText: colours.text,
        roles.Base: colours.base,
        roles.AlternateBase: colours.window,
        roles.Text: colours.text,
        roles.Button: colours.raised,
        roles.ButtonText: colours.text,
        roles.BrightText: colours.bad,
        roles.ToolTipBase: colours.raised,
        roles.ToolTipText: colours.text,
        roles.PlaceholderText: colours.faint,
        roles.Highlight: colours.accent,
        roles.HighlightedText: colours.on_accent,
        roles.Link: colours.accent,
        roles.Mid: colours.line,
        roles.Midlight: colours.line,
        roles.Dark: colours.line,
        roles.Light: colours.raised,
        roles.Accent: colours.accent,
    }.items():
        palette.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.faint))
    return palette


def _style_sheet(colours: Colours) -> str:
    return f"""
    QToolTip {{ color: {colours.text}; background: {colours.raised}; border: 1px solid {colours.line}; padding: 4px; }}
    QLabel[role="title"] {{ font-size: 15pt; font-weight: 600; }}
    QLabel[role="heading"] {{ font-weight: 600; }}
    QLabel[role="faint"] {{ color: {colours.faint}; }}
    QLabel[role="good"] {{ color: {colours.good}; }}
    QLabel[role="warning"] {{ color: {colours.warning}; }}
    QLabel[role="bad"] {{ color: {colours.bad}; }}
    QLabel[role="reading"] {{ font-size: 14pt; }}
    QPushButton[role="virtual"]:checked {{ background: {colours.virtual}; color: {colours.on_accent};
        border: none; border-radius: 4px; padding: 6px 10px; font-weight: 600; }}
    QPushButton[role="real"]:checked {{ background: {colours.real}; color: {colours.on_accent};
        border: none; border-radius: 4px; padding: 6px 10px; font-weight: 600; }}
    QPushButton[role="toggle"]:checked {{ background: {colours.accent}; color: {colours.on_accent};
        border: none; border-radius: 4px; padding: 6px 10px; font-weight: 600; }}
    QLineEdit[role="wrong"] {{ border: 1px solid {colours.bad}; border-radius: 2px; }}
    QFrame[role="card"] {{ background: {colours.raised}; border: 1px solid {colours.line}; border-radius: 6px; }}
    QFrame[role="banner-error"] {{ background: {colours.raised}; border: 1px solid {colours.bad}; border-radius: 6px; }}
    QFrame[role="banner-warning"] {{ background: {colours.raised}; border: 1px solid {colours.warning};
        border-radius: 6px; }}
    QPushButton[role="primary"] {{ background: {colours.accent}; color: {colours.on_accent}; border: none;
        border-radius: 4px; padding: 6px 14px; font-weight: 600; }}
    QPushButton[role="primary"]:disabled {{ background: {colours.line}; color: {colours.faint}; }}
    QPushButton[role="danger"] {{ background: {colours.bad}; color: {colours.on_accent}; border: none;
        border-radius: 4px; padding: 6px 14px; font-weight: 700; }}
    QLineEdit {{ background: {colours.base}; border: 1px solid {colours.line}; border-radius: 3px; padding: 2px 4px; }}
    QLineEdit:focus {{ border-color: {colours.accent}; }}
    QAbstractSpinBox QLineEdit, QComboBox QLineEdit {{ border: none; padding: 0; }}
    QCheckBox::indicator {{ width: 12px; height: 12px; border: 1px solid {colours.faint}; border-radius: 2px;
        background: {colours.base}; }}
    QCheckBox::indicator:checked {{ background: {colours.accent}; border-color: {colours.accent}; }}
    QListWidget#navigation {{ background: {colours.window}; border: none; border-right: 1px solid {colours.line};
        outline: none; }}
    QListWidget#navigation::item {{ padding: 0 14px; border-left: 3px solid transparent; color: {colours.text}; }}
    QListWidget#navigation::item:selected {{ background: {colours.base}; color: {colours.accent};
        border-left: 3px solid {colours.accent}; }}
    """


class Theme(QObject):
    """The theme in force; `changed` tells the colours of a new one, for what paints itself."""

    changed = Signal(object)

    def __init__(self, application: QApplication, choice: Choice = "system") -> None:
        super().__init__(application)
        self._application = application
        self.choice: Choice = choice
        self.colours = LIGHT
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(lambda _: self.choose(self.choice) if self.choice == "system" else None)
        self.choose(choice)

    def choose(self, choice: Choice) -> None:
        """Take a theme."""
        self.choice = choice
        dark = choice == "dark" or (
            choice == "system" and QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        )
        self.colours = DARK if dark else LIGHT
        self._application.setPalette(_palette(self.colours))
        self._application.setStyleSheet(_style_sheet(self.colours))
        self.changed.emit(self.colours)
