"""What the README and the docs show is true: their snippets are run, page by page.

Convention, told to writers in docs/how-to/contribute.md: the blocks of one page share a fresh folder and a namespace.
`console` blocks run the `labkit` command behind each `$`, and lines below it must be found in its output in that order
(`...` stands for anything, within a line too). `python` blocks run in the page's namespace. `yaml` and `text` blocks
whose first line is `# file: NAME` are written to that file. A block after `<!-- not run: REASON -->` is left alone.
"""

import io
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from labkit.cli import main
from labkit.core import load_yaml

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"(?:<!-- not run: (?P<reason>.+?) -->\n+)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.M | re.S)
LINK = re.compile(r"(?<!!)\[[^\]]+\]\((?!https?:|#)(?P<target>[^)#\s]+)|!\[[^\]]*\]\((?P<picture>[^)\s]+)\)")
FILE = re.compile(r"# file: (\S+)\n")
LANGUAGES = {"console", "python", "yaml", "text", "powershell", "json"}


@dataclass(frozen=True)
class Block:
    language: str
    text: str
    line: int


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page that are to be run."""
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        if match["reason"] is None:
            yield Block(match["language"], match["text"], text.count("\n", 0, match.start()) + 1)


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """The commands of a console block, each with the lines that are shown of its output."""
    parts = re.split(r"^\$ ", text, flags=re.M)
    assert not parts[0].strip(), f"a console block begins with $, not with {parts[0]!r}"
    for part in parts[1:]:
        command, *output = part.replace("\\\n", " ").splitlines()
        yield command, [line.strip() for line in output if line.strip() not in {"", "..."}]


def run_console(block: Block) -> None:
    for command, shown in commands(block.text):
        line, _, code = command.partition("  # exit ")
        returned, told = call(shlex.split(line))
        assert returned == int(code or 0), f"line {block.line}: {command}\n{told}"
        find_in_order(shown, told, f"line {block.line}: {command}")


def call(words: list[str]) -> tuple[int, str]:
    """Run the command line as its entry point does, without starting Python again: the status and what it says."""
    assert words[0] == "labkit", f"only labkit is run, not {words[0]}"
    told = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(told), redirect_stderr(told):
        patch.setattr(sys, "argv", words)
        patch.setenv("COLUMNS", "120")
        with pytest.raises(SystemExit) as ended:
            main()
    return int(ended.value.code or 0), told.getvalue()


def find_in_order(shown: list[str], told: str, where: str) -> None:
    """Check that the shown lines are in the output one after the other, blanks aside."""
    place = 0
    plain = re.sub(r"\s+", " ", told)
    for line in shown:
        pattern = ".*?".join(re.escape(part.strip()) for part in re.sub(r"\s+", " ", line).split("..."))
        match = re.compile(pattern).search(plain, place)
        assert match, f"{where}\ndoes not say {line!r} after what came before; it says:\n{told}"
        place = match.end()


def run_page(page: Path, folder: Path) -> int:
    """Run a page's blocks in order; gives how many there were."""
    namespace: dict[str, Any] = {"__name__": "snippets"}
    count = 0
    for block in blocks(page):
        count += 1
        assert block.language in LANGUAGES, f"line {block.line}: name the language of the block"
        named = FILE.match(block.text)
        if named:
            (folder / named[1]).parent.mkdir(parents=True, exist_ok=True)
            (folder / named[1]).write_text(block.text[named.end() :], encoding="utf-8")
        if block.language == "yaml":
            problems = load_yaml("\n" * block.line + block.text, page.name).problems
            assert not problems, "\n".join(str(problem) for problem in problems)
        elif block.language == "console":
            run_console(block)
        elif block.language == "python":
            code = compile("\n" * block.line + block.text, str(page), "exec")
            exec(code, namespace)
    return count


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_snippets_of_a_page_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    count = run_page(page, tmp_path)
    assert count == sum(1 for _ in blocks(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    targets = [match["target"] or match["picture"] for match in LINK.finditer(page.read_text(encoding="utf-8"))]
    broken = [target for target in targets if not (page.parent / target).exists()]
    assert not broken


def test_every_page_is_reached_from_the_index() -> None:
    docs = ROOT / "docs"
    indexes = [docs / "README.md", docs / "reference" / "protocols" / "README.md"]
    reached = {
        (index.parent / link).resolve()
        for index in indexes
        for link in re.findall(r"\]\(([^)#]+\.md)", index.read_text(encoding="utf-8"))
    }
    pages = {page.resolve() for page in PAGES if docs in page.parents}
    assert pages - reached == {(docs / "README.md").resolve(), (docs / "decisions" / "0000-template.md").resolve()}


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        ("```console\n$ labkit --version\nlabkit\nno such thing\n```\n", "does not say 'no such thing'"),
        ("```console\n$ rm -r /\n```\n", "only labkit is run"),
        ("```console\n$ labkit check nothing.yaml\n```\n", "line 1: labkit check nothing"),
        ("```python\nassert 1 == 2, 'one is not two'\n```\n", "one is not two"),
        ("```yaml\na: 1\na: 2\n```\n", "page.md:3:1: duplicate key"),
        ("```\nwhat is this\n```\n", "name the language"),
    ],
)
def test_a_page_that_shows_what_is_not_so_fails(page: str, complaint: str, tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(page, encoding="utf-8")
    with pytest.raises(AssertionError, match=complaint):
        run_page(tmp_path / "page.md", tmp_path)
