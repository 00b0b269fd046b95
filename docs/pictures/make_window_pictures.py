"""Photograph every view of the window for the docs: `xvfb-run -a -s "-screen 0 2600x1500x24" python` with this file.

Usage: make_window_pictures.py [FOLDER [WIDTH HEIGHT THEME]]; without arguments the pictures of the docs are made anew,
1366 x 768 and light, `window-run.png` dark. Everything shown was measured on virtual benches, just before.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from labkit.app import BenchChoice, Request, run_request
from labkit.gui import MainWindow, application, open_window

HERE = Path(__file__).parent
PATIENCE = 180.0
SAMPLE = "schema_version: 1\nname: film-12\ndevice: B3\nactive_area: 0.01 mm^2\n"
RUNS = (
    ("epsc", Request("epsc_optical", "demo_optical", virtual=True, parameters={"repeats": "5"})),
    ("ppf", Request("ppf_optical", "demo_optical", virtual=True, set_name="demo")),
    ("ltp-ltd", Request("ltp_ltd", "demo_memristor", virtual=True, set_name="slow")),
    ("iv", Request("iv_hysteresis", "demo_memristor", virtual=True)),
    (
        "chip",
        Request(
            "population",
            "demo_population",
            virtual=True,
            set_name="fast",
            parameters={"pulses": "10", "cycles": "2", "read_delay": "2 ms", "every": "0"},
        ),
    ),
)


@dataclass(slots=True)
class Camera:
    """Waits for what is to be seen, and photographs the window."""

    window: MainWindow
    folder: Path

    def until(self, condition: Callable[[], object]) -> None:
        """Let the window live until something is so; raises TimeoutError."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError("what was to be photographed did not come")
            QApplication.processEvents()
            time.sleep(0.01)

    def rest(self, duration: float) -> None:
        """Let the window live for a while (s)."""
        end = time.monotonic() + duration
        self.until(lambda: time.monotonic() > end)

    def shoot(self, name: str) -> None:
        """Photograph the window as it is."""
        self.rest(0.4)
        self.window.grab().save(str(self.folder / f"window-{name}.png"))


def measured(folder: Path) -> None:
    """Put run files into a folder."""
    folder.mkdir()
    sample = folder.parent / "sample.yaml"
    sample.write_text(SAMPLE, encoding="utf-8")
    for name, request in RUNS:
        print("measuring", name, flush=True)
        run_request(replace(request, sample=str(sample)), folder / f"{name}.h5")


def photograph(camera: Camera, names: tuple[str, ...]) -> None:
    """Go through the views as a user would."""
    for name in names:
        print("photographing", name, flush=True)
        SCENES[name](camera)
        camera.shoot(name)


def bench(camera: Camera) -> None:
    view = camera.window.turn_to("bench")
    camera.until(view.table.rowCount)
    view.chooser.connect_button.click()
    camera.until(lambda: view.panels is not None)
    camera.rest(2.0)


def protocol(camera: Camera) -> None:
    view = camera.window.turn_to("protocol")
    view.open("ppf_optical")
    camera.rest(2.0)


def plan(camera: Camera) -> None:
    view = camera.window.turn_to("plan")
    camera.until(lambda: view.outlook is not None)


def run(camera: Camera) -> None:
    view = camera.window.turn_to("run")
    view.queue.choose_pace(100.0)
    for protocol_name in ("ppf_optical", "epsc_optical", "sndp_optical"):
        camera.window.workspace.enqueue(Request(protocol_name, "demo_optical", virtual=True))
    camera.until(lambda: view.recording.end > 150.0)


def results(camera: Camera) -> None:
    camera.window.workspace.runs.abort()
    camera.until(lambda: camera.window.workspace.runs.request is None)
    view = camera.window.turn_to("results")
    camera.until(lambda: len(view.browser.entries) >= len(RUNS))
    camera.window.workspace.show_run(camera.window.workspace.folder / "ppf.h5")
    camera.until(lambda: view.opened is not None)
    camera.rest(1.0)


def array(camera: Camera) -> None:
    view = camera.window.turn_to("array")
    camera.until(lambda: view.chip is not None)
    camera.rest(1.0)


def ledger(camera: Camera) -> None:
    camera.window.turn_to("ledger")
    camera.rest(1.0)


SCENES: dict[str, Callable[[Camera], None]] = {
    "bench": bench,
    "protocol": protocol,
    "plan": plan,
    "run": run,
    "results": results,
    "array": array,
    "ledger": ledger,
}


def main() -> None:
    """Make the pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    width, height = (int(each) for each in sys.argv[2:4]) if len(sys.argv) > 3 else (1366, 768)
    theme = sys.argv[4] if len(sys.argv) > 4 else "light"
    folder.mkdir(exist_ok=True, parents=True)
    folder = folder.absolute()
    application()
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        runs = Path("runs")
        measured(runs)
        settings = QSettings(str(Path(place) / "settings.ini"), QSettings.Format.IniFormat)
        settings.setValue("window/theme", theme)
        window = open_window(settings, BenchChoice("demo_optical"), runs)
        window.confirm_closing = lambda: True
        window.resize(width, height)
        window.show()
        photograph(Camera(window, folder), tuple(SCENES))
        window.close()


if __name__ == "__main__":
    main()
