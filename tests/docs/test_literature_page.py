"""The page of published devices says what the table holds."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_of_published_devices_is_not_stale() -> None:
    code = "import sys; sys.path.insert(0, 'tools'); import write_literature as w; print(w.literature_page(), end='')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, encoding="utf-8")
    page = (ROOT / "docs" / "reference" / "literature.md").read_text(encoding="utf-8")
    assert page == done.stdout, "say `make reference`"
    assert page.count("10.") >= 72
