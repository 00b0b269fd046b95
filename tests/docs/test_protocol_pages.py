"""The page of each protocol says what its file, the metrics and the shipped benches say."""

import runpy
from pathlib import Path

import pytest

from labkit.protocol import protocol_names

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "reference" / "protocols"
PAGES = runpy.run_path(str(ROOT / "tools" / "write_protocols.py"))


@pytest.mark.parametrize("name", protocol_names())
def test_the_page_of_a_protocol_is_not_stale(name: str) -> None:
    written = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    assert written == PAGES["protocol_page"](name), "say `make reference`"
    assert (FOLDER / f"{name}.svg").is_file(), "say `make docs-pictures`"


def test_the_list_of_protocols_is_not_stale() -> None:
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == PAGES["index_page"](), "say `make reference`"
    names = {path.stem for path in FOLDER.iterdir()} - {"README"}
    assert names == set(protocol_names()), "there are pages of protocols that are gone"
