"""A window of labkit for benchmarks, painted offscreen, with settings and runs in a folder of its own."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from labkit.app import BenchChoice
from labkit.gui import MainWindow, application, open_window

_LONGEST = 600.0


@contextmanager
def window_on(bench: str) -> Iterator[MainWindow]:
    """Open a window on a virtual bench, and look at its Run view."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        settings = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        window = open_window(settings, BenchChoice(bench), Path(folder) / "runs")
        window.resize(1366, 768)
        window.show()
        window.turn_to("run")
        try:
            yield window
        finally:
            window.confirm_closing = lambda: True
            window.close()
            os.chdir(before)


def wait_until(condition: Callable[[], bool]) -> None:
    """Let the window live until something holds."""
    running: QApplication = application()
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > _LONGEST:
            raise SystemExit("nothing came of it")
        running.processEvents()
        time.sleep(0.001)
