"""Numbers as labs write them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.core import DocumentError
from labkit.importing import find_table, read_grid

NUMBERS = st.floats(-1e12, 1e12, allow_nan=False).filter(lambda value: value == 0 or abs(value) > 1e-15)
FORMATS = st.sampled_from(["{:.17e}", "{:.17E}", "{!r}", "{:+.17e}"])


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=3, max_size=8),
    layout=st.sampled_from([(";", ","), ("\t", ","), ("\t", "."), (",", "."), (";", "."), (" ", ",")]),
    written=FORMATS,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_a_number_is_the_same_in_every_notation(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[float, float, float]],
    layout: tuple[str, str],
    written: str,
    encoding: str,
    ending: str,
) -> None:
    delimiter, decimal = layout
    lines = [delimiter.join(written.format(value).replace(".", decimal) for value in row) for row in rows]
    path = tmp_path_factory.getbasetemp() / "numbers.txt"
    path.write_bytes((delimiter.join(["t/µs", "a", "b"]) + ending + ending.join(lines) + ending).encode(encoding))
    table = find_table(read_grid(path, delimiter, decimal))
    found = np.column_stack([table.values(column) for column in range(3)])
    assert np.array_equal(found, np.array(rows))
    assert table.headings[0].unit == "µs"


def test_delimiter_and_decimal_sign_are_found(tmp_path: Path) -> None:
    path = tmp_path / "german.csv"
    path.write_text("U (V);I (nA)\n0,1;1,5\n0,2;2,5\n0,3;3,5\n", encoding="utf-8")
    table = find_table(read_grid(path))
    assert table.values(1) == pytest.approx([1.5, 2.5, 3.5])


def test_a_cell_that_is_no_number_is_told_at_its_place(tmp_path: Path) -> None:
    path = tmp_path / "typo.csv"
    path.write_text("V (V),I (A)\n0.1,1e-9\n0.2,2e-9\n0.3,3e-9\n0.4,4e-9x\n0.5,5e-9\n", encoding="utf-8")
    with pytest.raises(DocumentError) as told:
        find_table(read_grid(path))
    assert str(told.value).startswith(f'{path}:5:5: "4e-9x" is not a number')


def test_a_row_that_lost_a_cell_is_not_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_text("a,b,c\n1,2,3\n1,2,3\n1,2,3\n1,2\n1,2,3\n", encoding="utf-8")
    with pytest.raises(DocumentError, match=r"short.csv:5:1: 2 cells, where the rows above have 3"):
        find_table(read_grid(path))


def test_readings_beyond_the_range_are_not_values(tmp_path: Path) -> None:
    path = tmp_path / "overflow.csv"
    path.write_text("V,I\n0.1,1e-9\n0.2,9.9E+37\n0.3,-9.91E37\n0.4,nan\n", encoding="utf-8")
    found = find_table(read_grid(path)).values(1)
    assert np.isinf(found[1:3]).all()
    assert np.isnan(found[3])
