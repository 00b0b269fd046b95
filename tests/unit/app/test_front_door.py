"""The front door of the use cases: every name is there, and what is not asked for is not loaded."""

import subprocess
import sys

import pytest

import labkit.app

HEAVY = ("scipy", "pandas", "h5py", "numba", "matplotlib", "jinja2", "pymeasure")


def test_every_name_leads_somewhere() -> None:
    for name in labkit.app.__all__:
        assert getattr(labkit.app, name) is not None


def test_a_name_that_is_not_there_is_told() -> None:
    with pytest.raises(AttributeError, match="has no attribute"):
        labkit.app.measure_the_moon  # noqa: B018 (the look-up is what is tested)


def test_a_window_is_painted_before_fits_and_files_are_loaded() -> None:
    asked = "labkit.app.Request, labkit.app.Workbench"
    look = f"import sys, labkit.app; {asked}; print([name for name in {HEAVY} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "[]"
