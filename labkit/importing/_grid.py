"""A file of foreign make as rows of text cells that know where they stand."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from labkit.core import LabkitError, Problem

if TYPE_CHECKING:
    import pandas as pd

WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
_WHITESPACE = " "
_LAYOUTS = (("\t", "."), ("\t", ","), (";", ","), (";", "."), (",", "."), (_WHITESPACE, "."), (_WHITESPACE, ","))
"""Delimiter and decimal sign, in the order of preference where several fit."""
_SNIFFED = 2000
_NUMBER = re.compile(r"[-+]?(\d+[.]?\d*|[.]\d+)([eEdD][-+]?\d+)?")
_MISSING = frozenset({"", "nan", "na", "n/a", "#n/a", "--", "-", "null", "none"})


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a text file or of a sheet.

    `lines` are the numbers (from 1) of the rows in the file; `texts` the lines of a text file word for word, empty for
    a workbook.
    """

    file: str
    rows: Sequence[Sequence[str]]
    lines: Sequence[int]
    decimal: str = "."
    delimiter: str = ""
    texts: Sequence[str] = field(default=(), repr=False)

    def number(self, text: str) -> float | None:
        """Read a cell: NaN where it says that there is no value, None where it is no number.

        Thousands separators are refused: `1,234` is one number here and another one there.
        """
        return read_number(text, self.decimal)

    def problem(self, row: int, cell: int, message: str) -> Problem:
        """Make a problem that points at a cell; in a workbook the column is the number of the cell."""
        line = self.lines[row]
        if not self.texts:
            return Problem(self.file, line, cell + 1, message)
        text = self.texts[line - 1] if line <= len(self.texts) else ""
        return Problem(self.file, line, _column(text, self.delimiter, cell), message)


def read_number(text: str, decimal: str = ".") -> float | None:
    """Read a number as labs write them: NaN for a word that says there is none, None for what is no number.

    >>> read_number("1,5E-9", ",")
    1.5e-09
    >>> read_number("1,234.5") is None
    True
    """
    word = text.strip().strip('"').replace("\u2212", "-")
    if word.lower() in _MISSING:
        return float("nan")
    if decimal == ",":
        if "." in word:
            return None
        word = word.replace(",", ".")
    if not _NUMBER.fullmatch(word):
        return None
    return float(word.replace("d", "e").replace("D", "e"))


def read_grid(path: Path, delimiter: str | None = None, decimal: str | None = None, sheet: str | None = None) -> Grid:
    """Read a file; delimiter and decimal sign are found where they are not given.

    Raises LabkitError when it cannot be read.
    """
    if path.suffix.lower() in WORKBOOKS:
        return _workbook(path, sheet)
    texts = _text(path).splitlines()
    found = _layout(texts, delimiter, decimal)
    return _split(str(path), texts, *found)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise LabkitError(f"there is no file {path}", "give the path of a file that exists") from error
    except OSError as error:
        raise LabkitError(f"cannot read {path}: {error.strerror}", "check the path and its permissions") from error
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")  # what instruments on Windows write, for the micro sign


def _layout(texts: Sequence[str], delimiter: str | None, decimal: str | None) -> tuple[str, str]:
    """Find the delimiter and the decimal sign by which most lines are rows of numbers."""
    candidates = [
        (sign, point)
        for sign, point in _LAYOUTS
        if (delimiter is None or sign == delimiter) and (decimal is None or point == decimal)
    ]
    if delimiter is not None and not candidates:
        candidates = [(delimiter, decimal or ".")]
    if len(candidates) == 1:
        return candidates[0]
    head = texts[:_SNIFFED]
    return max(candidates, key=lambda each: _score(head, *each))


def _score(texts: Sequence[str], delimiter: str, decimal: str) -> tuple[int, int]:
    rows = _split("", texts, delimiter, decimal).rows
    numbers = [sum(_is_number(cell, decimal) for cell in row) for row in rows]
    return sum(count > 1 for count in numbers), sum(numbers)


def _is_number(cell: str, decimal: str) -> bool:
    value = read_number(cell, decimal)
    return value is not None and value == value


def _split(name: str, texts: Sequence[str], delimiter: str, decimal: str) -> Grid:
    if delimiter == _WHITESPACE:
        rows = [line.split() for line in texts]
        return Grid(name, rows, range(1, len(texts) + 1), decimal, delimiter, texts)
    reader = csv.reader(texts, delimiter=delimiter)
    found, lines = [], []
    for row in reader:
        found.append([cell.strip() for cell in row])
        lines.append(reader.line_num)
    return Grid(name, found, lines, decimal, delimiter, texts)


def _column(text: str, delimiter: str, cell: int) -> int:
    if delimiter == _WHITESPACE:
        starts = [match.start() for match in re.finditer(r"\S+", text)]
        return starts[cell] + 1 if cell < len(starts) else len(text) + 1
    begin = 0
    for _ in range(cell):
        end = text.find(delimiter, begin)
        if end < 0:
            return len(text) + 1
        begin = end + 1
    return begin + len(text[begin:]) - len(text[begin:].lstrip()) + 1


def _workbook(path: Path, sheet: str | None) -> Grid:
    import pandas as pd

    if not path.is_file():
        raise LabkitError(f"there is no file {path}", "give the path of a file that exists")
    try:
        book = pd.read_excel(path, sheet_name=None, header=None, dtype=object, engine="calamine")
    except ImportError as error:
        raise LabkitError(
            f"reading {path.name} needs the package python-calamine",
            'say `pip install "labkit[report]"`, or save the sheet as CSV',
        ) from error
    except Exception as error:  # the reader's own errors have no common base
        raise LabkitError(f"{path} is no workbook that can be read: {error}", "save the sheet as CSV") from error
    if sheet is not None and sheet not in book:
        raise LabkitError(f'{path.name} has no sheet "{sheet}"', f"choose one of: {', '.join(map(str, book))}")
    grids = [_sheet(path, table) for name, table in book.items() if sheet is None or name == sheet]
    if not grids:
        raise LabkitError(f"{path.name} has no sheets", "save the data as CSV")
    return max(grids, key=_numbers)  # exports carry their settings on further sheets


def _sheet(path: Path, table: "pd.DataFrame") -> Grid:
    rows = [["" if cell is None or cell != cell else str(cell) for cell in row] for row in table.to_numpy()]
    return Grid(str(path), rows, range(1, len(rows) + 1))


def _numbers(grid: Grid) -> int:
    return sum(sum(_is_number(cell, ".") for cell in row) > 1 for row in grid.rows)
