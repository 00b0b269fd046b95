"""The Results view: runs found, opened, laid over each other, computed again, reported."""

import math
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from labkit.app import Request, run_request
from labkit.gui.results import ResultsView
from labkit.storage import read_results, write_results


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a PPF run on the virtual bench, a shorter one in a folder within it, and a file that is spoiled."""
    folder = tmp_path_factory.mktemp("measured")
    (folder / "older").mkdir()
    (folder / "sample.yaml").write_text("schema_version: 1\nname: chip-7\ndevice: B3\n")
    short = {"intervals": "[0.5 s, 1 s, 2 s]", "repeats": "10", "rate": "50 Hz"}
    ppf = Request("ppf_optical", "demo_optical", str(folder / "sample.yaml"), virtual=True, parameters=short)
    run_request(ppf, folder / "ppf.h5")
    epsc = Request("epsc_optical", "demo_optical", virtual=True, parameters={"repeats": "3", "rate": "50 Hz"})
    run_request(epsc, folder / "older" / "epsc.h5")
    (folder / "spoiled.h5").write_bytes((folder / "ppf.h5").read_bytes()[:3000])
    return folder


@pytest.fixture
def view(open_labkit, qtbot, measured: Path, tmp_path: Path) -> ResultsView:
    """The view, on a copy of that folder."""
    shutil.copytree(measured, tmp_path / "runs")
    window = open_labkit()
    shown = window.turn_to("results")
    qtbot.waitUntil(lambda: len(shown.browser.entries) == 3)
    return shown


def names(view: ResultsView) -> list[str]:
    return sorted(entry.path.name for entry in view.browser.shown)


def look_for(view: ResultsView, qtbot, text: str, expected: list[str]) -> None:
    view.browser.search.clear()
    qtbot.keyClicks(view.browser.search, text)
    qtbot.waitUntil(lambda: names(view) == expected)


def open_files(view: ResultsView, qtbot, *files: str) -> None:
    rows = [k for k, entry in enumerate(view.browser.shown) if entry.path.name in files]
    with qtbot.waitSignal(view.shown):
        view.browser.table.select(rows)


def test_runs_are_found_by_what_they_measured(view, qtbot):
    look_for(view, qtbot, "PPF > 120 %", ["ppf.h5"])
    look_for(view, qtbot, "PPF > 300 %", [])
    look_for(view, qtbot, "sample:chip-7", ["ppf.h5"])
    look_for(view, qtbot, "protocol:epsc outcome:complete", ["epsc.h5"])


def test_a_search_that_cannot_be_read_is_told_at_its_place(view, qtbot):
    qtbot.keyClicks(view.browser.search, "PPF > 120 parsec")
    qtbot.waitUntil(lambda: names(view) == [])
    view.browser.search.clear()
    qtbot.keyClicks(view.browser.search, "PPF > much")
    qtbot.waitUntil(lambda: "much" in view.browser.told.text())


def test_a_spoiled_file_is_shown_as_such_and_is_no_obstacle(view, qtbot):
    assert "1 files that cannot be read" in view.browser.told.text()
    open_files(view, qtbot, "spoiled.h5")
    assert "spoiled.h5" in view.banner.text
    open_files(view, qtbot, "ppf.h5")
    assert view.banner.text == ""
    assert view.opened.runs[0].path.name == "ppf.h5"


def test_a_value_is_shown_with_its_fit_its_residuals_and_its_definition(view, qtbot):
    open_files(view, qtbot, "ppf.h5")
    view.tabs.setCurrentWidget(view.metrics)
    rows = view.opened.runs[0].rows
    decay = next(k for k, row in enumerate(rows) if row.metric == "ppf_decay")
    view.metrics.table.select([decay])
    figure = view.metrics.figures.plot.figure
    assert [panel.label for panel in figure.panels][-1] == "Residual"
    words = view.metrics.words.toPlainText()
    assert rows[decay].definition in words
    assert "Decay of paired-pulse facilitation" in words


def test_two_runs_are_laid_over_each_other(view, qtbot):
    open_files(view, qtbot, "ppf.h5", "epsc.h5")
    current = view.traces.plot.figure.panels[0]
    assert {trace.name for trace in current.traces} == {"chip-7, cell B3", "unnamed, cell 1"}
    assert view.traces.plot.legend.isVisible()


def test_a_trace_keeps_its_extremes_however_far_one_zooms_out(view, qtbot):
    open_files(view, qtbot, "ppf.h5")
    plot = view.traces.plot
    (drawn,) = plot.panels[0].drawn
    x, y = drawn.item.getData()
    assert len(x) < len(drawn.trace.x) / 2
    finite = drawn.trace.y[drawn.trace.y == drawn.trace.y]
    assert (y[y == y].min(), y[y == y].max()) == (finite.min(), finite.max())
    plot.panels[0].plot.setXRange(40.0, 40.2, padding=0)
    inside = (drawn.trace.x >= 40.0) & (drawn.trace.x <= 40.2)
    x, _ = drawn.item.getData()
    assert inside.sum() <= len(x) <= inside.sum() + 4


def test_computing_again_says_what_changed(view, qtbot):
    open_files(view, qtbot, "epsc.h5")
    with qtbot.waitSignal(view.actions_bar.recomputed):
        qtbot.mouseClick(view.actions_bar.recompute_button, Qt.MouseButton.LeftButton)
    assert "nothing changed" in view._workspace.messages.messages[-1].text


@pytest.mark.parametrize("suffix", [".html", ".csv"])
def test_a_report_is_written_where_the_user_says(view, qtbot, tmp_path: Path, suffix):
    open_files(view, qtbot, "ppf.h5")
    view.actions_bar.ask_file = lambda proposed: tmp_path / f"report{suffix}"
    with qtbot.waitSignal(view.actions_bar.written):
        view.actions_bar.findChild(QAction, f"report{suffix}").trigger()
    assert "PPF" in (tmp_path / f"report{suffix}").read_text(encoding="utf-8")


def test_a_figure_and_a_table_come_to_the_clipboard(view, qtbot):
    open_files(view, qtbot, "ppf.h5")
    qtbot.mouseClick(view.traces.plot.copy_button, Qt.MouseButton.LeftButton)
    assert not QApplication.clipboard().pixmap().isNull()
    view.tabs.setCurrentWidget(view.metrics)
    view.metrics.table.clearSelection()
    qtbot.mouseClick(view.metrics.copy_button, Qt.MouseButton.LeftButton)
    lines = QApplication.clipboard().text().splitlines()
    assert len(lines) == 1 + len(view.opened.runs[0].rows)


def test_a_run_that_another_view_shows_is_opened(view, qtbot, tmp_path: Path):
    with qtbot.waitSignal(view.shown):
        view._workspace.show_run(tmp_path / "runs" / "older" / "epsc.h5")
    assert view.opened.runs[0].path.name == "epsc.h5"


def test_the_run_that_was_looked_at_last_is_open_again(view, open_labkit, qtbot):
    open_files(view, qtbot, "epsc.h5")
    again = open_labkit().turn_to("results")
    qtbot.waitUntil(lambda: again.opened is not None)
    assert again.opened.runs[0].path.name == "epsc.h5"


def test_a_run_that_came_is_listed(view, qtbot, tmp_path: Path):
    shutil.copy(tmp_path / "runs" / "ppf.h5", tmp_path / "runs" / "again.h5")
    view._workspace.runs_changed.emit()
    qtbot.waitUntil(lambda: len(view.browser.entries) == 4)


def test_a_run_stands_among_the_published_devices(view, qtbot):
    open_files(view, qtbot, "ppf.h5")
    view.tabs.setCurrentWidget(view.published)
    qtbot.waitUntil(lambda: view.published.places is not None)
    place = view.published.plot.place
    assert "PPF" in place.title or "facilitation" in place.title.lower()
    assert [lane.label for lane in place.lanes][-1] == "simulated"
    assert "chip-7, cell B3 (simulated)" in view.published.words.toPlainText()


def test_a_set_agrees_with_itself_number_by_number(view, qtbot):
    open_files(view, qtbot, "ppf.h5")
    view.tabs.setCurrentWidget(view.compare)
    qtbot.mouseClick(view.compare.keep_buttons[0], Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(view.compare.compared) as told:
        qtbot.mouseClick(view.compare.keep_buttons[1], Qt.MouseButton.LeftButton)
    assert told.args[0]
    assert "differ" not in {row[-1] for row in told.args[0]}


def test_sets_with_nothing_in_common_say_what_to_do(view, qtbot):
    open_files(view, qtbot, "ppf.h5")
    view.compare.keep(0)
    open_files(view, qtbot, "spoiled.h5")
    assert not view.compare.keep_buttons[1].isEnabled()


def test_what_a_new_computation_changed_is_listed(view, qtbot, tmp_path: Path):
    path = tmp_path / "runs" / "ppf.h5"
    stored = read_results(path)
    write_results(path, [each for each in stored if each.metric != "ppf_index"])
    open_files(view, qtbot, "ppf.h5")
    with qtbot.waitSignal(view.actions_bar.recomputed):
        view.actions_bar.recompute()
    rows = view.changes.table.row_count()
    assert rows == sum(each.metric == "ppf_index" for each in stored)
    assert f"{rows} of {len(stored)} values changed" in view.changes.told.text()


def test_an_old_table_becomes_a_run_that_is_shown(view, qtbot, tmp_path):
    times = [0.02 * k for k in range(2000)]
    lit = [1.0 if 10 <= t < 11 else 0.0 for t in times]
    left = [math.exp(min(11 - t, 0.0) / 2) if t >= 10 else 0.0 for t in times]
    rows = "".join(f"{t:.2f},{1 + x:.3f},{y:g}\n" for t, x, y in zip(times, left, lit, strict=True))
    (tmp_path / "old.csv").write_text("Time (s),I (nA),Irradiance (mW/cm^2)\n" + rows, encoding="utf-8")
    dialog = view.browser.import_table(tmp_path / "old.csv")
    qtbot.waitUntil(lambda: "protocol: P02" in dialog.map.toPlainText() and dialog.table.model().rowCount() == 50)
    good = dialog.map.toPlainText()
    dialog.map.setPlainText(good.replace("protocol: P02", "protocol: P99"))
    qtbot.waitUntil(lambda: not dialog.go.isEnabled())
    assert "line" in dialog.state.text()
    dialog.map.setPlainText(good)
    qtbot.waitUntil(dialog.go.isEnabled)
    with qtbot.waitSignal(dialog.imported, timeout=60_000):
        dialog.import_now()
    qtbot.waitUntil(lambda: view.opened is not None and view.opened.runs[0].path.name == "old.h5", timeout=30_000)
    assert view.metrics.table.model().rowCount() > 0


def test_a_table_that_cannot_be_imported_tells_why_and_stays_open(view, qtbot, tmp_path):
    (tmp_path / "old.csv").write_text("t (s),I (A)\n" + "".join(f"{k},1e-9\n" for k in range(1, 30)), encoding="utf-8")
    dialog = view.browser.import_table(tmp_path / "old.csv")
    qtbot.waitUntil(dialog.go.isEnabled)
    dialog.import_now()
    qtbot.waitUntil(lambda: "the current before programming is needed" in dialog.banner.text)
    assert dialog.isVisible()
    assert dialog.go.isEnabled()
    dialog.reject()
