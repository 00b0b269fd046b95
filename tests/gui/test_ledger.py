"""The Ledger view: what devices have lived through, and how a run that was killed comes into it."""

import shutil
from pathlib import Path

import h5py
import pytest
from PySide6.QtCore import Qt

from labkit.app import Request, note_run, run_request
from labkit.gui.ledger import LedgerView


def as_if_real(source: Path, target: Path, run_id: str) -> None:
    """Copy a run of the virtual bench as the file that a real one would have left."""
    shutil.copy(source, target)
    with h5py.File(target, "r+") as file:
        entry = file["entry"]
        entry["labkit/virtual"][()] = False
        del entry["identifier_experiment"]
        entry["identifier_experiment"] = run_id


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs that are in the ledger, one that is not, and one of the virtual bench."""
    folder = tmp_path_factory.mktemp("lab")
    runs = folder / "runs"
    runs.mkdir()
    (folder / "sample.yaml").write_text("schema_version: 1\nname: chip-7\ndevice: B3\n")
    request = Request("epsc_optical", "demo_optical", str(folder / "sample.yaml"), True, parameters={"repeats": "2"})
    run_request(request, runs / "virtual.h5")
    for name in ("first", "second", "killed"):
        as_if_real(runs / "virtual.h5", runs / f"{name}.h5", name)
    for name in ("first", "second"):
        note_run(runs / f"{name}.h5")
    return folder


@pytest.fixture
def view(open_labkit, qtbot, lab: Path, tmp_path: Path) -> LedgerView:
    shutil.copytree(lab, tmp_path / "lab")
    window = open_labkit()
    window.workspace.choose_folder(tmp_path / "lab" / "runs")
    shown = window.turn_to("ledger")
    qtbot.waitUntil(lambda: shown.look is not None and bool(shown.look.lives))
    return shown


def test_a_device_is_told_with_its_sum_its_runs_and_its_course(view):
    (life,) = view.look.lives
    assert (life.sample, life.device, life.runs) == ("chip-7", "B3", 2)
    assert view.table.row_count() == 1
    assert view.runs.row_count() == 2
    (pulses,) = view.course.plot.figure.panels
    assert pulses.label == "Pulses"
    assert pulses.traces[0].y[-1] == sum(life.wear.pulses.values())


def test_a_device_that_is_not_looked_for_is_not_shown(view, qtbot):
    qtbot.keyClicks(view.search, "C9")
    assert (view.table.row_count(), view.runs.row_count()) == (0, 0)
    view.search.clear()
    view.sample.setCurrentText("chip-7")
    assert (view.table.row_count(), view.runs.row_count()) == (1, 2)


def test_a_killed_run_is_missed_and_comes_in(view, qtbot):
    qtbot.waitUntil(lambda: view.missing == ("killed.h5",))
    assert "1 run files are not in it" in view.told.text()
    qtbot.mouseClick(view.rebuild_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.look.lives[0].runs == 3)
    qtbot.waitUntil(lambda: view.missing == ())


def test_a_run_of_the_history_is_opened_in_the_results(view, qtbot):
    view.runs.select([0])
    with qtbot.waitSignal(view._workspace.run_shown) as told:
        view._open_run(view.runs.model().index(0, 0))
    assert told.args[0].name in {"first.h5", "second.h5"}


def test_without_a_ledger_it_says_when_there_will_be_one(open_labkit, qtbot):
    view = open_labkit().turn_to("ledger")
    qtbot.waitUntil(lambda: view.look is not None)
    assert "virtual bench wear nothing" in view.told.text()
