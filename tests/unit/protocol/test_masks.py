"""Masks over an array: named, written out, or in a file; laid on arrays of any size."""

from collections.abc import Callable
from pathlib import Path

import pytest

from labkit.protocol import FULL, fitted, pattern_names
from labkit.protocol._masks import read_pattern

HERE = Path()


def drawn(pattern: tuple[tuple[float, ...], ...]) -> list[str]:
    return ["".join("#" if value else "." for value in row) for row in pattern]


@pytest.mark.parametrize("name", [name for name in pattern_names() if name != FULL])
def test_letters_are_five_by_five_with_both_regions(name: str) -> None:
    pattern = read_pattern(name, HERE)
    assert len(pattern) == 5
    assert all(len(row) == 5 for row in pattern)
    assert {value for row in pattern for value in row} == {0.0, 1.0}


def test_the_x_of_five_by_five_is_enlarged_to_ten_by_ten() -> None:
    large = fitted(read_pattern("x", HERE), 10, 10)
    assert drawn(large)[:4] == ["##......##", "##......##", "..##..##..", "..##..##.."]


def test_on_thirty_two_cells_the_letter_stands_in_the_middle_and_the_rest_is_dark() -> None:
    large = fitted(read_pattern("x", HERE), 32, 32)
    assert sum(map(sum, large)) == 9 * 36
    assert drawn(large)[0] == "." * 32
    assert drawn(large)[1][1] == "#"


def test_full_covers_every_array() -> None:
    assert fitted(read_pattern(FULL, HERE), 3, 4) == ((1.0,) * 4,) * 3


def test_a_file_holds_rows_of_marks_or_transmissions(tmp_path: Path) -> None:
    (tmp_path / "marks.txt").write_text("#.\n.#\n\n")
    (tmp_path / "grey.csv").write_text("0, 0.5\n1, 0.25\n")
    assert read_pattern("marks.txt", tmp_path) == ((1.0, 0.0), (0.0, 1.0))
    assert read_pattern("grey.csv", tmp_path) == ((0.0, 0.5), (1.0, 0.25))


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("y", "no pattern"),
        (("#.", "#"), "different lengths"),
        (("0, 1.5",), "between 0 and 1"),
        (("a b",), "no row of a mask"),
        ("missing.txt", "no file"),
    ],
)
def test_what_is_no_mask_is_told(written: str | tuple[str, ...], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        read_pattern(written, HERE)


def test_a_mask_larger_than_the_array_does_not_fit() -> None:
    with pytest.raises(ValueError, match="larger than the array of 2 x 2"):
        fitted(read_pattern("x", HERE), 2, 2)


@pytest.mark.parametrize(
    ("steps", "fault"),
    [
        ("- expose: {terminal: gate, mask: x, level: 1 V, width: 1 s}", "an exposure needs an optical terminal"),
        ("- expose: {terminal: light, mask: y, level: 1 W/m^2, width: 1 s}", 'no pattern "y"'),
        (
            "- for_each_device: all\n  steps:\n    - expose: {terminal: light, mask: x, level: 1 W/m^2, width: 1 s}",
            "inside a loop over devices",
        ),
    ],
)
def test_exposures_that_make_no_sense_are_refused(steps: str, fault: str, faults: Callable[[str], list[str]]) -> None:
    assert any(fault in each for each in faults(steps))
