"""The name of a run's file."""

import re
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from labkit.core import RunDescription
from labkit.storage import run_path
from labkit.storage._path import _for_a_name


def test_the_name_says_when_what_and_on_which_device(tmp_path: Path, description: RunDescription) -> None:
    path = run_path(tmp_path / "new" / "runs", description)
    assert path.parent == tmp_path / "new" / "runs"
    assert path.parent.is_dir()
    assert re.fullmatch(r"\d{8}-\d{6}_ppf_optical_D3-a\.h5", path.name)


def test_two_runs_in_one_second_do_not_clash(tmp_path: Path, description: RunDescription) -> None:
    names = set()
    for _ in range(20):
        path = run_path(tmp_path, description)
        path.touch()
        names.add(path.name)
    assert len(names) == 20


def test_an_unnamed_sample_has_a_name(tmp_path: Path, description: RunDescription) -> None:
    assert run_path(tmp_path, replace(description, sample_text="")).name.endswith("_ppf_optical_1.h5")


@given(st.text())
def test_any_name_becomes_one_that_a_file_may_have(name: str) -> None:
    made = _for_a_name(name)
    assert not set(made) & set('/\\:*?"<>|\0\n')
    assert not made.startswith(".")
    assert len(made) <= 60
