"""A folder of runs is listed whatever is in it, quickly the second time, and opened as plain data."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from labkit.app import Request, flag_words, open_runs, place_among_published, read_catalogue, run_request
from labkit.core import Kind
from labkit.storage import read_results, read_run

INDEX = ".labkit-index.json"


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("measured")
    parameters = {"intervals": "[0.5 s, 1 s, 2 s]", "repeats": "3"}
    run_request(Request("ppf_optical", "demo_optical", virtual=True, parameters=parameters), folder / "ppf.h5")
    return folder / "ppf.h5"


@pytest.fixture
def folder(measured: Path, tmp_path: Path) -> Path:
    """The run, a copy of it in a folder within, and two files that are no runs."""
    (tmp_path / "older").mkdir()
    shutil.copy(measured, tmp_path / "ppf.h5")
    shutil.copy(measured, tmp_path / "older" / "copy.h5")
    (tmp_path / "cut.h5").write_bytes(measured.read_bytes()[:5000])
    (tmp_path / "words.h5").write_text("no run at all")
    return tmp_path


def test_every_file_is_listed_and_the_spoiled_ones_say_why(folder: Path) -> None:
    found = {entry.path.relative_to(folder).as_posix(): entry for entry in read_catalogue(folder)}
    assert set(found) == {"ppf.h5", "older/copy.h5", "cut.h5", "words.h5"}
    assert found["cut.h5"].problem
    assert found["words.h5"].problem
    run, results = read_run(folder / "ppf.h5"), read_results(folder / "ppf.h5")
    entry = found["ppf.h5"]
    assert (entry.run_id, entry.started_at) == (run.description.run_id, run.started_at)
    assert (entry.outcome, entry.virtual, entry.protocol) == ("complete", True, "ppf_optical")
    assert {(span.metric, span.symbol) for span in entry.values} == {(one.metric, one.symbol) for one in results}
    (epsc,) = (span for span in entry.values if span.symbol == "ΔI")
    assert epsc.low == epsc.high == next(one.estimate.value for one in results if one.symbol == "ΔI")


def test_what_has_not_changed_is_not_read_again(folder: Path) -> None:
    heard: list[tuple[int, int]] = []
    first = read_catalogue(folder, lambda *read: heard.append(read))
    assert len(heard) == 4
    again = read_catalogue(folder, lambda *read: heard.append(read))
    assert len(heard) == 4
    assert [repr(entry) for entry in again] == [repr(entry) for entry in first]
    shutil.copy(folder / "ppf.h5", folder / "cut.h5")
    mended = read_catalogue(folder, lambda *read: heard.append(read))
    assert len(heard) == 5
    assert next(entry for entry in mended if entry.path.name == "cut.h5").problem == ""


@pytest.mark.parametrize("spoiled", ["", "{", "[]", '{"version": 1}', '{"version": 0, "files": {}}'])
def test_a_spoiled_index_is_made_anew(folder: Path, spoiled: str) -> None:
    first = read_catalogue(folder)
    (folder / INDEX).write_text(spoiled)
    assert [repr(entry) for entry in read_catalogue(folder)] == [repr(entry) for entry in first]
    assert len(json.loads((folder / INDEX).read_text())["files"]) == 4


def test_a_file_that_went_is_listed_no_more(folder: Path) -> None:
    read_catalogue(folder)
    (folder / "older" / "copy.h5").unlink()
    assert len(read_catalogue(folder)) == 3
    assert len(json.loads((folder / INDEX).read_text())["files"]) == 3


def test_a_folder_that_is_not_there_has_no_runs(tmp_path: Path) -> None:
    assert read_catalogue(tmp_path / "nowhere") == ()


def test_an_opened_run_holds_every_reading_and_every_pulse(folder: Path) -> None:
    run = read_run(folder / "ppf.h5")
    opened = open_runs([folder / "ppf.h5"])
    trace = opened.traces[0].panels[0].traces[0]
    measured = np.isfinite(trace.y)
    assert np.array_equal(trace.y[measured], run.traces["drain"].current)
    assert len(opened.traces[0].bands) == len(run.rows(Kind.PULSE))
    assert opened.traces[0].bands[0].label.endswith("light: 0.1 mW/cm² for 1 s")


def test_an_opened_run_tells_its_results_in_words(folder: Path) -> None:
    opened = open_runs([folder / "ppf.h5"])
    (run,) = opened.runs
    assert [row.symbol for row in run.rows] == [one.symbol for one in read_results(folder / "ppf.h5")]
    assert set(opened.metrics) == {row.metric for row in run.rows}
    withheld = next(row for row in run.rows if not row.reportable)
    assert any("too few independent repeats" in words for words in flag_words(withheld))
    assert "ppf_decay" in opened.figures


def test_runs_of_one_cell_are_told_apart(folder: Path) -> None:
    opened = open_runs([folder / "ppf.h5", folder / "older" / "copy.h5"])
    assert len(opened.traces[0].panels[0].traces) == 2
    assert len({trace.group for trace in opened.traces[0].panels[0].traces}) == 2


def test_a_value_with_a_published_counterpart_stands_among_them(folder: Path) -> None:
    places = place_among_published([folder / "ppf.h5"]).places
    assert [place.title for place in places] == ["PPF index"]
    assert [lane.label for lane in places[0].lanes][-1] == "simulated"
