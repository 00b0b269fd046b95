"""YAML as plain data with positions: what is read, what is refused, and where the finger points."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from labkit.core import DocumentError, load_yaml


def refusals(text: str) -> list[tuple[int, int, str]]:
    try:
        problems = load_yaml(text, "bench.yaml").problems
    except DocumentError as error:
        problems = error.problems
    return [(problem.line, problem.column, problem.message) for problem in problems]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1e-4", 1e-4),
        ("1.0e-4", 1e-4),
        ("+2.5", 2.5),
        (".5", 0.5),
        ("-12", -12),
        ("1_000", 1000),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ('"on"', "on"),
        ("'yes'", "yes"),
        ('"12:30"', "12:30"),
        ("100 us", "100 us"),
        ("n", "n"),
        ("2026-03-01", "2026-03-01"),
        ("1.2.3", "1.2.3"),
        ("-$amplitude", "-$amplitude"),
        ("USB0::0x05E6::0x2450::04412345::INSTR", "USB0::0x05E6::0x2450::04412345::INSTR"),
    ],
)
def test_scalars_mean_what_they_look_like(written: str, meant: Any) -> None:
    found = load_yaml(f"value: {written}", "x").data["value"]
    assert found == meant
    assert type(found) is type(meant)


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, 1, 'duplicate key "a"; it stands in line 1'),
        ("light:\n  output: on\n", 2, 11, '"on" in quotes'),
        ("light: No\n", 1, 8, '"No" in quotes'),
        ("on: 5 V\n", 1, 1, '"on" in quotes'),
        ("time: 1:30\n", 1, 7, "sixties"),
        ("time: 12:30:00\n", 1, 7, "sixties"),
        ("slot: 010\n", 1, 7, "octal"),
        ("slot: 0x1F\n", 1, 7, "octal in one YAML and decimal"),
        ("a: .inf\n", 1, 4, "not a finite number"),
        ("a: .NaN\n", 1, 4, "not a finite number"),
        ("a:\n\tb: 1\n", 2, 1, "a tab"),
        ("a: &x 1\n", 1, 4, "anchors"),
        ("a: *x\n", 1, 4, "anchors"),
        ("<<: {a: 1}\n", 1, 1, "merge keys"),
        ("a: !!python/object:os.system x\n", 1, 4, "tags are not read"),
        ("a: 1\n---\nb: 2\n", 2, 1, "a second document"),
        ("a: [1, 2\nb: 3\n", 2, 2, "not YAML"),
        ("? [1, 2]\n: 3\n", 1, 3, "a key must be a word"),
        ("a: \x07\n", 1, 4, "a character that YAML does not allow"),
    ],
)
def test_what_yaml_versions_read_differently_is_refused_where_it_stands(
    text: str, line: int, column: int, says: str
) -> None:
    found = refusals(text)
    assert [place[:2] for place in found] == [(line, column)]
    assert says in found[0][2]


def test_all_refusals_of_a_file_come_at_once_and_in_order() -> None:
    assert [line for line, _, _ in refusals("a: on\nb: 1:30\nb: 2\nc: 007\n")] == [1, 2, 3, 4]


def test_nesting_without_end_is_refused_instead_of_crashing() -> None:
    assert "nested too deeply" in refusals("[" * 5000)[0][2]


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    located = load_yaml("\ufeffname: x\n", "x")
    assert located.data == {"name": "x"}


def test_every_key_and_value_knows_its_place() -> None:
    located = load_yaml("steps:\n  - pulse: {width: 1 s,\n             level: 2 V}\n", "x")
    assert (located.key(("steps",)).line, located.key(("steps",)).column) == (1, 1)
    width = located.value(("steps", 0, "pulse", "width"))
    assert (width.line, width.column) == (2, 20)
    level = located.key(("steps", 0, "pulse", "level"))
    assert (level.line, level.column) == (3, 14)
    absent = located.value(("steps", 0, "pulse", "edge"))
    assert absent == located.value(("steps", 0, "pulse"))


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(-1e9, 1e9, allow_nan=False)
    | st.text(
        st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\ufeff\ufffe\uffff")
    )
)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdefgh_", min_size=1), inner, max_size=4),
    max_leaves=20,
)


@given(documents)
def test_json_is_read_as_json_reads_it(document: Any) -> None:
    located = load_yaml(json.dumps(document, ensure_ascii=False), "x")
    assert located.problems == ()
    assert located.data == document


@given(documents)
def test_every_value_has_a_place_within_the_text(document: Any) -> None:
    text = yaml.safe_dump({"root": document}, allow_unicode=True)
    located = load_yaml(text, "x")
    lines = text.split("\n")
    for position in [*located.keys.values(), *located.values.values()]:
        assert 1 <= position.line <= len(lines)
        assert 1 <= position.column <= len(lines[position.line - 1]) + 1


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    for line, column, message in refusals(text):
        assert line >= 1
        assert column >= 1
        assert message
