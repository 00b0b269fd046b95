"""Masks over an array: named patterns, patterns written out, and files of either."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from labkit.core import LabkitError, did_you_mean, read_text

Pattern = tuple[tuple[float, ...], ...]
"""Rows of transmissions, 0 dark to 1 open."""

FULL = "full"
"""The mask that is none: every cell sees the whole light."""

_SIGNS: Mapping[str, str] = {
    "5": "##### #.... ####. ....# ####.",
    "8": ".###. #...# .###. #...# .###.",
    "c": ".###. #.... #.... #.... .###.",
    "d": "####. #...# #...# #...# ####.",
    "g": ".#### #.... #..## #...# .####",
    "h": "#...# #...# ##### #...# #...#",
    "i": "..#.. ..#.. ..#.. ..#.. ..#..",
    "l": "#.... #.... #.... #.... #####",
    "n": "#...# ##..# #.#.# #..## #...#",
    "o": ".###. #...# #...# #...# .###.",
    "t": "##### ..#.. ..#.. ..#.. ..#..",
    "u": "#...# #...# #...# #...# .###.",
    "x": "#...# .#.#. ..#.. .#.#. #...#",
    "z": "##### ...#. ..#.. .#... #####",
}
_OPEN, _DARK = "#Xx1", ".-0"


def pattern_names() -> tuple[str, ...]:
    """Name the patterns that need no file: `full`, and figures and letters of 5 x 5."""
    return (FULL, *_SIGNS)


def read_pattern(written: str | Sequence[str], folder: Path) -> Pattern:
    """Give the pattern of a name, of rows, or of a file relative to `folder`; `full` has one open cell.

    A row is of `#` (open) and `.` (dark), or of transmissions from 0 to 1 between commas or spaces. Raises LabkitError
    or ValueError with what is wrong.
    """
    if not isinstance(written, str):
        return _pattern(list(written))
    if written == FULL:
        return ((1.0,),)
    if written in _SIGNS:
        return _pattern(_SIGNS[written].split())
    if "." not in written and "/" not in written:
        near = did_you_mean(written, pattern_names()) or f"; there are: {', '.join(pattern_names())}, or a file"
        raise ValueError(f'there is no pattern "{written}"{near}')
    try:
        return _pattern([line for line in read_text(folder / written).splitlines() if line.strip()])
    except LabkitError as error:
        raise ValueError(error.message) from error


def _pattern(lines: Sequence[str]) -> Pattern:
    rows = tuple(_row(line) for line in lines)
    if not rows or len({len(row) for row in rows}) != 1:
        raise ValueError("the rows of a mask have different lengths")
    if not all(0 <= value <= 1 for row in rows for value in row):
        raise ValueError("the transmission of a mask lies between 0 and 1")
    return rows


def _row(line: str) -> tuple[float, ...]:
    text = line.strip()
    if all(mark in _OPEN + _DARK for mark in text):
        return tuple(1.0 if mark in _OPEN else 0.0 for mark in text)
    try:
        return tuple(float(word) for word in text.replace(",", " ").split())
    except ValueError:
        raise ValueError(f'"{text}" is no row of a mask: write # and ., or transmissions from 0 to 1') from None


def fitted(pattern: Pattern, rows: int, columns: int) -> Pattern:
    """Lay a pattern on an array: as it is where the sizes agree, else as many times as large as fits, in the middle.

    What is around it is dark; `full` covers everything. Raises ValueError for a pattern larger than the array.
    """
    if len(pattern) == len(pattern[0]) == 1:
        return tuple((pattern[0][0],) * columns for _ in range(rows))
    high, wide = len(pattern), len(pattern[0])
    scale = min(rows // high, columns // wide)
    if scale < 1:
        raise ValueError(f"a mask of {high} x {wide} is larger than the array of {rows} x {columns}")
    top, left = (rows - scale * high) // 2, (columns - scale * wide) // 2

    def at(row: int, column: int) -> float:
        inside = 0 <= row - top < scale * high and 0 <= column - left < scale * wide
        return pattern[(row - top) // scale][(column - left) // scale] if inside else 0.0

    return tuple(tuple(at(row, column) for column in range(columns)) for row in range(rows))
