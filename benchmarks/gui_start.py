"""From the start of a process to its first painted window: `labkit gui` against a bare pyqtgraph window.

    python benchmarks/gui_start.py [--rounds 11]

Cold processes in turn, offscreen, with byte-code in place and files in the page cache. `labkit gui` goes from its
command line to the window with its first view, Bench; its event loop is replaced by one that ends after the first
paint. The bare window is a pyqtgraph PlotWidget with one curve in a QMainWindow.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._cold import cold_ratios

WANTED = 1.3
BARE = """
from PySide6.QtWidgets import QApplication, QMainWindow
import pyqtgraph as pg
application = QApplication([])
window = QMainWindow()
plot = pg.PlotWidget()
plot.plot([0.0, 1.0, 2.0], [0.0, 1.0, 0.0])
window.setCentralWidget(plot)
window.resize(1280, 720)
painted = plot.viewport()
window.show()
"""
LABKIT = """
import sys
from PySide6.QtWidgets import QApplication, QMainWindow
sys.argv = ["labkit", "gui", "--bench", "demo_optical"]
def until_painted(application=None):
    application = QApplication.instance()
    painted = next(widget for widget in application.topLevelWidgets() if isinstance(widget, QMainWindow))
    exec(UNTIL_PAINTED, {"application": application, "painted": painted})
QApplication.exec = until_painted
from labkit.cli import main
main()
"""
UNTIL_PAINTED = """
import os
from PySide6.QtCore import QEvent, QObject
class Paints(QObject):
    painted = False
    def eventFilter(self, watched, event):
        Paints.painted = Paints.painted or event.type() == QEvent.Type.Paint
        return False
paints = Paints()
painted.installEventFilter(paints)
while not Paints.painted:
    application.processEvents()
application.processEvents()
os._exit(0)
"""
COMMANDS = {"bare pyqtgraph window": BARE + UNTIL_PAINTED, "labkit gui": f"UNTIL_PAINTED = {UNTIL_PAINTED!r}\n{LABKIT}"}
BASELINE = "bare pyqtgraph window"
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
    "QT_QPA_PLATFORM": "offscreen"
}


def seconds(code: str) -> float:
    """Give how long a process took to paint; it ends there."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        environment = ENVIRONMENT | {"HOME": folder, "XDG_CONFIG_HOME": folder}
        command = [sys.executable, "-c", code]
        subprocess.run(command, check=True, env=environment, cwd=folder, stderr=subprocess.DEVNULL)
        return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=11)
    options = parser.parse_args()
    cases = {name: partial(seconds, code) for name, code in COMMANDS.items()}
    ratios = cold_ratios(cases, BASELINE, options.rounds)
    print(f"wanted: at most {WANTED:g}")
    print(json.dumps({"benchmark": "gui_start", "ratios": ratios}))


if __name__ == "__main__":
    main()
