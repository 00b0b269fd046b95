"""The reference pages say what the code declares."""

import subprocess
import sys
from pathlib import Path

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
