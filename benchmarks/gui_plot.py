"""Frames per second of 16 live curves of 10^6 points: the window's live plot against bare pyqtgraph, interleaved.

    python benchmarks/gui_plot.py [--points 1000000] [--curves 16] [--seconds 3] [--rounds 3]

Painted offscreen by Qt's raster engine in 1000 x 700 pixels; a frame is new data for every curve, then events until the
view was painted. `plain` are pyqtgraph's defaults, `own downsampling` is setDownsampling(auto, peak) with
setClipToView, `decimated first` takes the extremes of 1000 stretches of all points before each setData. In labkit's
live plot each frame brings `--new` readings a curve as the events of a run do; what is seen is the whole run, in lanes
with axes in units that follow the curves. Its terminals are measured in current and voltage: half of the curves each.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, QObject, QSettings
from PySide6.QtWidgets import QWidget

from labkit.core import RunDescription, RunStarted, Samples, SamplesTaken, Vocabulary
from labkit.gui import application
from labkit.gui._theme import Theme
from labkit.gui.run._live_plot import LivePlot
from labkit.gui.run._recording import Recording

WIDTH, HEIGHT = 1000, 700
SPAN = 10.0
WANTED = 22.0


class Paints(QObject):
    """Counts how often a widget is painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        self.count += event.type() == QEvent.Type.Paint
        return False


def signal(points: int) -> np.ndarray:
    """Give decaying currents with noise."""
    generator = np.random.default_rng(0)
    time_in_run = np.linspace(0, SPAN, points)
    return np.exp(-(time_in_run % 1.0) * 3) + 0.02 * generator.standard_normal(points)


def minmax(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the extremes of as many stretches of points as there are pixels."""
    length = len(y) // WIDTH
    blocks = y[: WIDTH * length].reshape(WIDTH, length)
    extremes = np.empty(2 * WIDTH)
    extremes[0::2], extremes[1::2] = blocks.min(1), blocks.max(1)
    return np.repeat(x[: WIDTH * length : length], 2), extremes


class Case:
    """A view and what a frame of it is."""

    def __init__(self, widget: QWidget, viewport: QWidget, feed: Callable[[int], None]) -> None:
        self.widget, self.feed = widget, feed
        self.paints = Paints(viewport)
        widget.resize(WIDTH, HEIGHT)

    def frame(self, number: int) -> None:
        before = self.paints.count
        self.feed(number)
        for _ in range(200):
            application().processEvents()
            if self.paints.count > before:
                return
        raise SystemExit("nothing was painted")

    def rate(self, seconds: float) -> float:
        """Give frames per second over about so many seconds, three frames at least."""
        self.widget.show()
        self.frame(0)
        self.frame(1)
        count, begun = 0, time.perf_counter()
        while count < 3 or time.perf_counter() - begun < seconds:
            self.frame(count)
            count += 1
        took = time.perf_counter() - begun
        self.widget.hide()
        return count / took


def bare(mode: str, curves: int, points: int) -> Case:
    import pyqtgraph as pg

    view = pg.PlotWidget()
    x = np.linspace(0, SPAN, points)
    base = signal(points)
    frames = [[np.roll(base, 997 * turn) + curve for curve in range(curves)] for turn in range(3)]
    items = [view.plot(pen=pg.intColor(curve, curves)) for curve in range(curves)]
    if mode != "plain":
        view.setRange(xRange=(0, SPAN), yRange=(-0.2, curves + 1.0), padding=0)
        view.disableAutoRange()
    if mode == "own downsampling":
        for item in items:
            item.setDownsampling(auto=True, method="peak")
            item.setClipToView(True)

    def feed(number: int) -> None:
        for item, y in zip(items, frames[number % 3], strict=True):
            item.setData(*(minmax(x, y) if mode == "decimated first" else (x, y)))

    return Case(view, view.viewport(), feed)


def live(curves: int, points: int, new: int) -> Case:
    """The live plot of a run with so many curves, half of them currents and half voltages."""
    names = tuple(f"t{k}" for k in range(curves // 2))
    plot = LivePlot(Theme(application(), "light"))
    recording = Recording()
    recording.take([RunStarted(describe(names), (), "2026-01-01T00:00:00+00:00")])
    plot.show_recording(recording)
    base = signal(points)
    step = SPAN / points
    written = 0

    def take(count: int) -> None:
        nonlocal written
        numbers = np.arange(written, written + count)
        for curve, name in enumerate(names):
            y = base[(numbers + 997 * curve) % points]
            taken = Samples(numbers * step, y + curve, 1e-6 * (y + curve), np.zeros(count, np.uint8))
            recording.take([SamplesTaken(name, taken)])
        written += count

    take(points)

    def feed(_: int) -> None:
        take(new)
        plot.refresh()

    canvas: Any = plot.canvas
    return Case(plot, canvas.viewport(), feed)


def describe(names: tuple[str, ...]) -> RunDescription:
    words = Vocabulary(marks=(), terminals=names, loops=(), valued_loops=())
    return RunDescription(
        run_id="", title="", protocol_name="", implements="", protocol_text="", bench_text="", sample_text="",
        parameters={}, metrics=(), terminals=dict.fromkeys(names, "electrical"), wavelengths={}, light_uncertainty={},
        vocabulary=words, plan="{}", seed=1, virtual=True, labkit_version="0", environment={},
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--curves", type=int, default=16)
    parser.add_argument("--new", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    application()
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    cases = {
        mode: bare(mode, options.curves, options.points) for mode in ("plain", "own downsampling", "decimated first")
    }
    cases["labkit"] = live(options.curves, options.points, options.new)
    found: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(options.rounds):
        for name, case in cases.items():
            found[name].append(case.rate(options.seconds))
    rates = {name: statistics.median(values) for name, values in found.items()}
    for name, values in found.items():
        times = [own / other for own, other in zip(found["labkit"], values, strict=True)]
        print(
            f"{name:<20}{rates[name]:>8.1f} frames/s ({min(values):.1f} to {max(values):.1f})"
            f"   labkit is {statistics.median(times):.2f} times as fast"
        )
    print(f"wanted: at least {WANTED:g} frames/s")
    print(json.dumps({"benchmark": "gui_plot", **vars(options), "rates": {k: round(v, 2) for k, v in rates.items()}}))


if __name__ == "__main__":
    main()
