"""The live traces: they keep up with a run, stay where the user looks, and draw no more than the screen can show."""

import numpy as np
import pytest

from labkit.core import RunDescription, RunStarted, Samples, SamplesTaken, Vocabulary
from labkit.gui import application
from labkit.gui._theme import DARK, Theme
from labkit.gui.run._lane import ticks
from labkit.gui.run._live_plot import LivePlot
from labkit.gui.run._recording import Recording

WORDS = Vocabulary(marks=(), terminals=("top",), loops=(), valued_loops=())
DESCRIPTION = RunDescription(
    run_id="", title="", protocol_name="", implements="", protocol_text="", bench_text="", sample_text="",
    parameters={}, metrics=(), terminals={"top": "electrical"}, wavelengths={}, light_uncertainty={}, vocabulary=WORDS,
    plan="{}", seed=1, virtual=True, labkit_version="0", environment={},
)  # fmt: skip


@pytest.fixture
def plot(qtbot, qapp) -> LivePlot:
    made = LivePlot(Theme(application(), "light"))
    qtbot.addWidget(made)
    made.resize(900, 500)
    with qtbot.waitExposed(made):
        made.show()
    recording = Recording()
    recording.take([RunStarted(DESCRIPTION, (), "2026-01-01T00:00:00+00:00")])
    made.show_recording(recording)
    return made


def measure(plot: LivePlot, begin: float, end: float, count: int, current: float = 1e-9) -> None:
    time = np.linspace(begin, end, count)
    taken = Samples(time, np.full(count, 0.1), np.full(count, current), np.zeros(count, np.uint8))
    plot.recording.take([SamplesTaken("top", taken)])
    plot.refresh()


def shown(plot: LivePlot) -> tuple[float, float]:
    low, high = plot.lanes["current"].plot.viewRange()[0]
    return low, high


def test_the_whole_run_is_in_view_with_room_to_grow_into(plot: LivePlot) -> None:
    measure(plot, 0.0, 10.0, 100)
    begin, end = shown(plot)
    assert begin == 0.0
    assert 10.0 <= end <= 12.1
    measure(plot, 10.0, 10.5, 10)
    assert shown(plot) == (begin, end)
    measure(plot, 10.5, 100.0, 100)
    assert 100.0 <= shown(plot)[1] <= 121.0


def test_the_last_seconds_move_with_the_present(plot: LivePlot) -> None:
    plot.set_follow(1.0)
    measure(plot, 0.0, 10.0, 1000)
    assert shown(plot) == pytest.approx((9.0, 10.0))
    measure(plot, 10.0, 12.0, 1000)
    assert shown(plot) == pytest.approx((11.0, 12.0))


def test_a_view_that_was_moved_stays_until_it_is_to_follow_again(plot: LivePlot) -> None:
    measure(plot, 0.0, 10.0, 1000)
    box = plot.lanes["current"].plot.vb
    box.setXRange(2.0, 3.0, padding=0)
    box.sigRangeChangedManually.emit([True, False])
    assert not plot.following
    measure(plot, 10.0, 20.0, 1000)
    assert shown(plot) == (2.0, 3.0)
    plot.follow_again()
    assert shown(plot)[1] >= 20.0


def test_a_million_readings_are_drawn_with_as_many_points_as_there_are_pixels(plot: LivePlot) -> None:
    measure(plot, 0.0, 100.0, 1_000_000)
    x, _ = plot.lanes["current"].curves["top"].getData()
    assert len(x) <= 2 * (plot.width() + 3)


def test_a_logarithmic_axis_shows_magnitudes(plot: LivePlot) -> None:
    measure(plot, 0.0, 10.0, 100, current=-1e-9)
    plot.set_logarithmic(True)
    _, y = plot.lanes["current"].curves["top"].getData()
    assert y == pytest.approx(np.full(len(y), -9.0))
    plot.set_logarithmic(False)
    _, y = plot.lanes["current"].curves["top"].getData()
    assert y == pytest.approx(np.full(len(y), -1e-9))


def test_the_cursor_reads_every_curve(plot: LivePlot) -> None:
    measure(plot, 0.0, 10.0, 1001, current=2e-9)
    told: list[str] = []
    plot.pointed.connect(told.append)
    box = plot.lanes["current"].plot.vb
    plot.canvas.scene().sigMouseMoved.emit(box.sceneBoundingRect().center())
    assert "2 nA" in told[-1]
    assert "100 mV" in told[-1]


def test_another_theme_repaints_it(plot: LivePlot) -> None:
    measure(plot, 0.0, 10.0, 100)
    plot._theme.choose("dark")
    pen = plot.lanes["current"].curves["top"].opts["pen"]
    assert pen.color().name() == DARK.curves[0]
    plot._theme.choose("light")


def test_one_tick_is_drawn_for_the_marks_of_a_pixel() -> None:
    times = np.array([0.0, 0.01, 0.02, 5.0, 9.99, 12.0])
    assert ticks(times, 0.0, 10.0, 100).tolist() == [0.0, 5.0, 9.99]
