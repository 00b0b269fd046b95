"""The window of labkit, painted offscreen; what it remembers goes into a file of the test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSettings

from labkit.app import BenchChoice
from labkit.gui import MainWindow, open_window

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def open_labkit(qtbot, settings: QSettings, tmp_path: Path, monkeypatch) -> Iterator[OpenWindow]:
    """Open the window on a bench, in a folder of its own; it is closed at the end, and safe then."""
    monkeypatch.chdir(tmp_path)
    opened: list[MainWindow] = []

    def open_on(bench: str = "demo_optical", virtual: bool = True) -> MainWindow:
        window = open_window(settings, BenchChoice(bench, virtual), tmp_path / "runs")
        opened.append(window)
        with qtbot.waitActive(window):
            window.show()
        return window

    yield open_on
    for window in opened:
        window.confirm_closing = lambda: True
        window.close()
        window.deleteLater()
