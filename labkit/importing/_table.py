"""The table of numbers within a file: where it begins and ends, what its columns are called."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labkit.core import DocumentError, FloatArray, LabkitError, parse_quantity
from labkit.importing._grid import Grid

_EASY_EXPERT = ("DataName", "DataValue")
_SHORTEST = 3
_OVERFLOW = 9e36
"""Keithley and Keysight write 9.9E37 (9.91E37) for a reading beyond the range (for none)."""
_UNIT_WORDS = {"amp dc": "A", "amp": "A", "a": "A", "volt dc": "V", "volt": "V", "v": "V", "ohm": "ohm"}
_BRACKETED = re.compile(r"(?P<name>.*?)\s*[\[(](?P<unit>[^\])]*)[\])]\s*")
_DIVIDED = re.compile(r"(?P<name>.*\S)\s*(?:/|,|_|\s)\s*(?P<unit>[^\s/,_]+(?:/[^\s/,_]+)?)")


@dataclass(frozen=True, slots=True)
class Heading:
    """A column as the file calls it: its words, and the unit that they hold ("" where none is told)."""

    text: str
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of one file.

    `rows` are the rows of the grid that hold numbers, `shift` how many cells stand before the first column. `block`
    counts, for every row, the repeats of the table in the file, as exports of several runs have them.
    """

    grid: Grid
    headings: tuple[Heading, ...]
    rows: tuple[int, ...]
    block: tuple[int, ...]
    header_line: int | None
    shift: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def blocks(self) -> int:
        """How often the table is repeated in the file."""
        return max(self.block) + 1

    def cell(self, row: int, column: int) -> str:
        """Give a cell; "" beyond the end of its row."""
        cells = self.grid.rows[self.rows[row]]
        index = column + self.shift
        return cells[index] if index < len(cells) else ""

    def values(self, column: int) -> FloatArray:
        """Give a column as numbers; NaN for cells that are empty, infinite for readings beyond the range.

        Raises DocumentError at every cell that is no number (the first ten).
        """
        found = np.empty(len(self))
        problems = []
        for row in range(len(self)):
            text = self.cell(row, column)
            value = self.grid.number(text)
            if value is None:
                sign = "a point" if self.grid.decimal == "." else "a comma"
                message = (
                    f'"{text}" is not a number (expected one with {sign} as decimal sign); correct the cell, '
                    f"or set `table: {{decimal: ...}}` in the map"
                )
                problems.append(self.grid.problem(self.rows[row], column + self.shift, message))
                value = np.nan
            found[row] = value
        if problems:
            raise DocumentError(problems[:10])
        found[np.abs(found) > _OVERFLOW] = np.inf
        return found

    def find(self, wanted: str | int) -> int | None:
        """Give the column that is called so, or has this number (from 1)."""
        if isinstance(wanted, int):
            return wanted - 1 if 1 <= wanted <= len(self.headings) else None
        exact = [index for index, heading in enumerate(self.headings) if wanted in (heading.text, heading.name)]
        low = wanted.strip().lower()
        loose = [index for index, heading in enumerate(self.headings) if low == heading.name.lower()]
        return next(iter(exact or loose), None)


def find_table(grid: Grid, header_line: int | None = None) -> Table:
    """Find the table: rows of two numbers or more of one length, and the words above them.

    Words below it (settings) end it; where the same words stand above more numbers, those are further blocks. Raises
    LabkitError when there is no table, DocumentError for a row of another shape within it.
    """
    first = next((row for row in grid.rows if row and row[0] == _EASY_EXPERT[0]), None)
    if first is not None:
        return _easy_expert(grid)
    begin = 0 if header_line is None else next(i for i, line in enumerate(grid.lines) if line >= header_line)
    start = _start(grid, begin + (header_line is not None))
    header = _header(grid, start, begin if header_line is not None else None)
    width = max(len(grid.rows[start]), len(grid.rows[header]) if header is not None else 0)
    numeric = [grid.number(cell) is not None and cell.strip() != "" for cell in grid.rows[start]]
    rows, block = _body(grid, start, header, numeric)
    headings = tuple(
        _heading(grid, header, start, column) if header is not None else Heading("", "", "") for column in range(width)
    )
    told = _units_beside(grid, start, headings)
    return Table(grid, told, rows, block, None if header is None else grid.lines[header])


def _units_beside(grid: Grid, start: int, headings: Sequence[Heading]) -> tuple[Heading, ...]:
    """Take the unit from a column `Unit` at the right, where the buffers of Keithley's touch screens have it."""
    cells = grid.rows[start]
    found = list(headings)
    for column, heading in enumerate(headings[1:]):
        if heading.text.lower() == "unit" and column + 1 < len(cells):
            unit = _UNIT_WORDS.get(cells[column + 1].strip().lower(), "")
            found[column] = Heading(found[column].text, found[column].name, found[column].unit or unit)
    return tuple(found)


def _counts(grid: Grid, row: int) -> tuple[int, int]:
    """Give how many cells of a row are numbers, and how many are words."""
    read = [grid.number(cell) for cell in grid.rows[row]]
    return sum(value is not None and value == value for value in read), sum(value is None for value in read)


def _start(grid: Grid, begin: int) -> int:
    run = 0
    for row in range(begin, len(grid.rows)):
        numbers, _ = _counts(grid, row)
        same = run == 0 or len(grid.rows[row]) == len(grid.rows[row - 1])
        run = run + 1 if numbers > 1 and same else int(numbers > 1)
        if run == _SHORTEST:
            return row - _SHORTEST + 1
    raise LabkitError(
        f"{grid.file} holds no table of numbers",
        "give a file with two columns of numbers or more; name delimiter and decimal sign in the map: "
        '`table: {delimiter: ";", decimal: ","}`',
    )


def _header(grid: Grid, start: int, given: int | None) -> int | None:
    if given is not None:
        return given
    for row in range(start - 1, max(start - 4, -1), -1):
        numbers, words = _counts(grid, row)
        if words > 1 and numbers == 0 and len(grid.rows[row]) >= len(grid.rows[start]) - 1:
            above = row - 1
            if _is_unit_row(grid, row) and above >= 0 and _counts(grid, above)[1] > 1:
                return above
            return row
    return None


def _is_unit_row(grid: Grid, row: int) -> bool:
    cells = [cell for cell in grid.rows[row] if cell.strip()]
    return bool(cells) and all(_known_unit(cell.strip("[]() ")) for cell in cells)


def _known_unit(text: str) -> bool:
    if not text:
        return False
    try:
        parse_quantity(f"1 {text}")
    except ValueError:
        return False
    return True


def _heading(grid: Grid, header: int, start: int, column: int) -> Heading:
    cells = grid.rows[header]
    text = cells[column].strip() if column < len(cells) else ""
    below = grid.rows[header + 1] if start > header + 1 else []
    if column < len(below) and _known_unit(below[column].strip("[]() ")):
        return Heading(text, text, below[column].strip("[]() "))
    return heading_of(text)


def heading_of(text: str) -> Heading:
    """Read the words above a column: "I_D [nA]", "Voltage (V)", "Time/s".

    >>> heading_of("Drain current [nA]")
    Heading(text='Drain current [nA]', name='Drain current', unit='nA')
    """
    bracketed = _BRACKETED.fullmatch(text)
    if bracketed:
        unit = bracketed["unit"].strip()
        return Heading(text, bracketed["name"].strip(), unit) if _known_unit(unit) else Heading(text, text, "")
    divided = _DIVIDED.fullmatch(text)
    if divided and _known_unit(divided["unit"]) and not divided["unit"].isdigit():
        return Heading(text, divided["name"].strip(), divided["unit"])
    return Heading(text, text, "")


def _body(
    grid: Grid, start: int, header: int | None, numeric: Sequence[bool]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    rows: list[int] = []
    block: list[int] = []
    number, inside = 0, True
    for row in range(start, len(grid.rows)):
        numbers, words = _counts(grid, row)
        if inside and numbers + words == 0:
            inside = _goes_on(grid, row)
        elif inside and numbers > 0 and len(grid.rows[row]) == len(grid.rows[start]):
            _check(grid, row, numeric)
            rows.append(row)
            block.append(number)
        elif inside and numbers > 1:
            message = (
                f"{len(grid.rows[row])} cells, where the rows above have {len(grid.rows[start])}; correct the row, "
                "or name the last line of the table in the map"
            )
            raise DocumentError([grid.problem(row, 0, message)])
        elif header is not None and list(grid.rows[row]) == list(grid.rows[header]):
            number, inside = number + 1, True
        elif words and not (inside and _is_unit_row(grid, row)):
            inside = False
    return tuple(rows), tuple(block)


def _goes_on(grid: Grid, row: int) -> bool:
    """Tell whether numbers follow an empty line at once: then it separates nothing."""
    following = next((later for later in range(row + 1, len(grid.rows)) if any(grid.rows[later])), None)
    return following is not None and _counts(grid, following)[0] > 1


def _check(grid: Grid, row: int, numeric: Sequence[bool]) -> None:
    for column, (cell, number) in enumerate(zip(grid.rows[row], numeric, strict=True)):
        if number and grid.number(cell) is None:
            message = f'"{cell}" is not a number, as the cells above it are; correct or empty the cell'
            raise DocumentError([grid.problem(row, column, message)])


def _easy_expert(grid: Grid) -> Table:
    """Read what EasyEXPERT exports: every line begins with a word, those of the table with DataName or DataValue."""
    header = next(index for index, row in enumerate(grid.rows) if row and row[0] == _EASY_EXPERT[0])
    rows, block, number = [], [], -1
    for index, row in enumerate(grid.rows):
        if row and row[0] == _EASY_EXPERT[0]:
            number += 1
        elif row and row[0] == _EASY_EXPERT[1]:
            rows.append(index)
            block.append(max(number, 0))
    if not rows:
        raise LabkitError(f"{grid.file} holds no line DataValue", "export the measured data, not the setup alone")
    headings = tuple(heading_of(cell) for cell in grid.rows[header][1:])
    return Table(grid, headings, tuple(rows), tuple(block), grid.lines[header], shift=1)
