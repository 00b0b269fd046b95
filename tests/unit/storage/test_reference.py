"""docs/reference/run-file.md says what is in a file, and its examples run."""

import re
from collections.abc import Callable
from pathlib import Path

import h5py
import pytest

from labkit.core import Result
from labkit.storage import write_results

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "run-file.md"
PLACES = (
    (r"/trace_[^/]+", "/trace_<terminal>"),
    (r"/instrument/[^/]+", "/instrument/<instrument>"),
    (r"/terminals/[^/]+", "/terminals/<terminal>"),
    (r"/metrics/\d{3}_[^/]+", "/metrics/<result>"),
    (r"/variants/\d{2}_[^/]+", "/variants/<variant>"),
    (r"/curves/\d{2}_[^/]+", "/curves/<curve>"),
    (r"/timeline/(interval|repeat)$", "/timeline/<loop>"),
    (r"/timeline/interval_value$", "/timeline/<loop>_value"),
)


@pytest.fixture
def run_file(store: Callable[..., Path], results: tuple[Result, ...]) -> Path:
    """A file with everything that a file can hold."""
    path = store()
    write_results(path, results)
    return path


def place(name: str) -> str:
    for pattern, written in PLACES:
        name = re.sub(pattern, written, name)
    return name


def kind(dataset: h5py.Dataset) -> str:
    if h5py.check_string_dtype(dataset.dtype) is not None or dataset.dtype.kind == "S":
        return "text"
    return f"{dataset.dtype}{' (n)' if dataset.ndim else ''}"


def dataset_row(name: str, dataset: h5py.Dataset) -> str:
    meaning = dataset.attrs.get("description", "")
    meaning = re.sub(r"loop \w+|value of \w+", lambda found: found[0].rsplit(" ", 1)[0] + " <loop>", meaning)
    unit = "its own" if "/metrics/" in name and "units" in dataset.attrs else dataset.attrs.get("units", "")
    return f"| `{place(name)}` | {kind(dataset)} | {unit} | {meaning} |"


def rows_of(path: Path) -> tuple[set[str], set[str]]:
    """Give the beginnings of the rows of groups, and the rows of datasets."""
    groups: set[str] = set()
    datasets: set[str] = set()

    def visit(name: str, node: h5py.Group | h5py.Dataset) -> None:
        if isinstance(node, h5py.Dataset):
            datasets.add(dataset_row(name, node))
        else:
            groups.add(f"| `{place(name)}` | {node.attrs['NX_class']} |")

    with h5py.File(path, "r") as file:
        file.visititems(visit)
    return groups, datasets


def table_lines() -> list[str]:
    return [line for line in PAGE.read_text().splitlines() if line.startswith("| `entry")]


def test_every_object_of_a_file_is_on_the_page_and_nothing_else(run_file: Path) -> None:
    groups, datasets = rows_of(run_file)
    lines = table_lines()
    told_groups = {line[: line.index("|", line.index("| NX") + 1) + 1] for line in lines if "| NX" in line}
    told_datasets = {line for line in lines if "| NX" not in line}
    assert sorted(told_groups ^ groups) == []
    assert sorted(told_datasets ^ datasets) == []


def test_every_array_says_what_it_is(run_file: Path) -> None:
    def check(name: str, node: h5py.Group | h5py.Dataset) -> None:
        if isinstance(node, h5py.Dataset) and not name.startswith("entry/sample/"):
            assert node.attrs.get("description"), name

    with h5py.File(run_file, "r") as file:
        file.visititems(check)


@pytest.mark.filterwarnings("error")
def test_the_examples_of_the_page_run(run_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(run_file.parent)
    examples = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.S)
    assert len(examples) >= 4
    for example in examples:
        exec(compile(example, str(PAGE), "exec"), {})
