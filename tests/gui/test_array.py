"""The Array view: a 4 x 4 array is measured, shown as a map, its cells clicked and chosen."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from labkit.app import Request, run_request
from labkit.gui.array import ArrayView

BENCH = """\
schema_version: 1
name: chip
instruments:
  smu: {driver: keysight_b2902a, address: "TCPIP0::192.168.1.29::inst0::INSTR"}
  matrix: {driver: keysight_b2201a, address: "GPIB0::22::INSTR"}
terminals:
  top: {instrument: smu, channel: "1", maximum_voltage: 5 V, maximum_current: 10 mA}
  bottom: {grounded: true}
switch:
  instrument: matrix
  rows: {top: "1", bottom: "14"}
  crossbar: {rows: ["1", "2", "3", "4"], columns: ["13", "14", "15", "16"]}
line_frequency: 50
virtual:
  device: halide_memristor
  seed: 3
  chip:
    variation: 20 %
    cells: {r2c3: {defect: short}, r4c4: {defect: open}}
"""
PROTOCOL = """\
schema_version: 1
name: check
title: Check of a chip
implements: P23
terminals: {top: {kind: electrical, compliance: 1 mA, current_range: 10 uA}}
steps:
  - route: none
  - read: {terminal: top, level: 0.1 V, count: 5, mark: leakage}
  - for_each_device: {devices: all, order: random}
    steps:
      - read: {terminal: top, level: 0.1 V, count: 5, mark: check}
metrics: [check_read, yield, uniformity]
"""
CRITERIA = """\
schema_version: 1
name: alive
criteria: [{symbol: G_check, min: 1 uS, max: 8 uS}]
failure_modes:
  short: [{symbol: G_check, flags: [CMP, SAT]}]
  open: [{symbol: G_check, flags: [SNR]}]
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a bench of 4 x 4 cells, a protocol, and a run over all of them in `runs`."""
    folder = tmp_path_factory.mktemp("lab")
    for name, text in {"bench": BENCH, "check": PROTOCOL, "criteria": CRITERIA}.items():
        (folder / f"{name}.yaml").write_text(text)
    (folder / "runs").mkdir()
    criteria, bench = str(folder / "criteria.yaml"), str(folder / "bench.yaml")
    request = Request(str(folder / "check.yaml"), bench, virtual=True, criteria=criteria)
    run_request(request, folder / "runs" / "chip.h5")
    return folder


@pytest.fixture
def window(open_labkit, lab: Path):
    """The window on that bench, before it is told of the runs."""
    return open_labkit(str(lab / "bench.yaml"))


@pytest.fixture
def view(window, qtbot, lab: Path) -> ArrayView:
    window.workspace.choose_folder(lab / "runs")
    shown = window.turn_to("array")
    qtbot.waitUntil(lambda: shown.chip is not None)
    return shown


def click(view: ArrayView, qtbot, name: str, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.mouseClick(view.map, Qt.MouseButton.LeftButton, modifier, view.map.centre_of(name))


def test_every_cell_has_its_value_and_the_dead_ones_their_fate(view):
    assert view.value.currentText().startswith("G_check")
    cells = view.chip.values[0].cells
    assert len(cells) == 16
    assert {name for name, cell in cells.items() if cell.fate} == {"r2c3", "r4c4"}
    assert "not good: short" in view.map.words("r2c3")
    assert "G_check = " in view.map.words("r1c1")
    good = [cell.estimate.value for cell in cells.values() if not cell.fate]
    assert (view.map.shades.low, view.map.shades.high) == (min(good), max(good))


def test_a_larger_value_has_a_lighter_colour_and_a_dead_cell_none(view):
    cells = view.chip.values[0].cells
    names = sorted((name for name in cells if not cells[name].fate), key=lambda name: cells[name].estimate.value)
    picture = view.map.grab().toImage()
    ratio = picture.devicePixelRatio()
    inside = QPoint(10, -14)  # beside the mark of one that stands out

    def lightness(name: str) -> float:
        colour = picture.pixelColor((view.map.centre_of(name) + inside) * ratio)
        return 0.2126 * colour.redF() + 0.7152 * colour.greenF() + 0.0722 * colour.blueF()

    shades = [lightness(name) for name in names]
    assert shades == sorted(shades)
    assert shades[-1] > shades[0] + 0.4
    dead = picture.pixelColor((view.map.centre_of("r2c3") + inside) * ratio)
    assert dead.name() not in {view.map.shades.colour(cells[name].estimate.value).name() for name in names}


def test_a_click_on_a_cell_shows_its_traces_and_metrics(view, qtbot):
    with qtbot.waitSignal(view.side.cell_shown):
        click(view, qtbot, "r3c2")
    assert view.side.title.text() == "Cell r3c2"
    trace = view.side.traces.plot.figure.panels[0].traces[0]
    assert len(trace.x) == 5
    rows = view.side.opened.runs[0].rows
    assert {result.device for result in view.side.opened.runs[0].results} == {"r3c2"}
    assert view.side.metrics.table.row_count() == len(rows)


def test_the_set_is_told_with_its_yield(view):
    symbols = [row.symbol for row in view.chip.rows]
    assert any("yield" in symbol.lower() or symbol == "Y" for symbol in symbols)
    assert "G_check at least 1 uS and at most 8 uS" in view.side.set_words.text()


def test_cells_are_chosen_by_click_and_frame_and_run_over(view, window, qtbot):
    click(view, qtbot, "r1c1")
    click(view, qtbot, "r1c3", Qt.KeyboardModifier.ShiftModifier)
    assert view.map.selection == {"r1c1", "r1c3"}
    first, last = view.map.centre_of("r2c1"), view.map.centre_of("r3c2")
    qtbot.mousePress(view.map, Qt.MouseButton.LeftButton, pos=first)
    qtbot.mouseMove(view.map, (first + last) / 2)
    qtbot.mouseMove(view.map, last)
    qtbot.mouseRelease(view.map, Qt.MouseButton.LeftButton, pos=last)
    assert view.map.selection == {"r2c1", "r2c2", "r3c1", "r3c2"}
    with qtbot.waitSignal(window.workspace.devices_chosen) as told:
        qtbot.mouseClick(view.run_button, Qt.MouseButton.LeftButton)
    assert told.args[0] == ("r2c1", "r2c2", "r3c1", "r3c2")
    assert window.views["protocol"].isVisible()


def test_a_report_of_the_chip_is_written_and_its_map_copied(view, qtbot, tmp_path: Path):
    view.ask_file = lambda proposed: tmp_path / "chip.html"
    with qtbot.waitSignal(view.written):
        qtbot.mouseClick(view.report_button, Qt.MouseButton.LeftButton)
    assert "r2c3: short" in (tmp_path / "chip.html").read_text(encoding="utf-8")
    qtbot.mouseClick(view.copy_button, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().pixmap().size() == view.map.grab().size()


def test_criteria_that_come_afterwards_are_used_and_flagged(view, qtbot, tmp_path: Path):
    (tmp_path / "later.yaml").write_text(CRITERIA.replace("max: 8 uS", "max: 3 uS"))
    with qtbot.waitSignal(view.shown):
        view.use_criteria(str(tmp_path / "later.yaml"))
    share = next(row for row in view.chip.rows if row.metric == "yield")
    assert "SELECT" in [flag.value for flag in share.flags]


def test_the_map_is_walked_with_the_keys(view, qtbot):
    click(view, qtbot, "r1c1")
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Space):
        qtbot.keyClick(view.map, key)
    assert view.map.current == "r2c2"
    assert view.map.selection == {"r1c1", "r2c2"}


def test_before_any_run_the_cells_of_the_bench_can_be_chosen(window, qtbot):
    view = window.turn_to("array")
    qtbot.waitUntil(lambda: len(view.map.places) == 16)
    qtbot.mouseClick(view.all_button, Qt.MouseButton.LeftButton)
    assert len(view.map.selection) == 16
    assert "not measured" in view.map.words("r1c1")


def test_a_bench_without_a_matrix_says_what_to_do(open_labkit, qtbot):
    view = open_labkit("demo_optical").turn_to("array")
    qtbot.waitUntil(view.empty.isVisible)
    assert "switch matrix" in view.empty.text()
