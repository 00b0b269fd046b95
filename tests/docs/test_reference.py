"""The reference pages say what the code declares."""

import subprocess
import sys
from pathlib import Path

from benchmarks.validation.__main__ import PAGE, counted_cases
from benchmarks.validation._anchors import anchors
from benchmarks.validation._page import page
from benchmarks.validation.cases import all_cases
from labkit.core import TIMELINE_COLUMNS

ROOT = Path(__file__).parents[2]


def test_the_list_of_metrics_is_not_stale() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tools'); import write_reference; print(write_reference.metrics_page(), end='')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, encoding="utf-8")
    assert (ROOT / "docs" / "reference" / "metrics.md").read_text(encoding="utf-8") == done.stdout, (
        "say `make reference`"
    )


def test_every_column_of_the_timeline_is_explained() -> None:
    page = (ROOT / "docs" / "reference" / "run-file.md").read_text(encoding="utf-8")
    assert not [name for name in TIMELINE_COLUMNS if f"/{name}`" not in page]


def test_the_page_of_the_validation_says_what_was_counted() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(all_cases(), counted_cases(), anchors()), (
        "say `python -m benchmarks.validation --trials 0 --page`"
    )
