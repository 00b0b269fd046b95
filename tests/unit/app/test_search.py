"""Runs are found by words, by fields and by what they measured; units are minded."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.app import CatalogueEntry, ValueSpan, parse_search, span_words
from labkit.core import LabkitError

ENTRY = CatalogueEntry(
    Path("runs/20261122_ppf.h5"),
    run_id="abc",
    title="Paired-pulse facilitation, optical",
    protocol="ppf_optical",
    implements="P03",
    sample="chip-7",
    device="B3",
    started_at="2026-11-22T10:00:00+00:00",
    outcome="complete",
    virtual=True,
    values=(
        ValueSpan("ppf_index", "PPF", "%", 3, 1.2, 1.6, ("SUMMATION",)),
        ValueSpan("ppf_decay", "τ", "s", 1, 2.5, 2.5),
        ValueSpan("epsc", "ΔI", "A", 1, 4e-8, 4e-8),
        ValueSpan("states", "N_r", "1", 0, float("nan"), float("nan"), ("REP",)),
    ),
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "facilitation chip-7",
        "PPF > 150 %",
        "PPF > 150",
        "ppf<130",
        "ppf_index >= 1.6e2",
        "tau < 3 s",
        "τ > 2000 ms",
        "deltaI > 10 nA",
        "sample:chip-7 device:b3 protocol:P03",
        "date:2026-11-22 outcome:complete",
        "PPF > 150 % chip-7 virtual",
        "flag:summation metric:tau",
    ],
)
def test_a_run_is_found_by(text):
    assert parse_search(text)(ENTRY)


@pytest.mark.parametrize(
    "text",
    ["chip-8", "PPF > 160", "PPF > 150 s", "tau > 3 s", "sample:ppf", "N_r > 0", "sigma > 1", "PPF > 150 chip-8"],
)
def test_a_run_is_not_found_by(text):
    assert not parse_search(text)(ENTRY)


@pytest.mark.parametrize("text", ["PPF >", "PPF > much", "PPF > 3 chip-7 tau < "])
def test_a_comparison_without_a_number_is_told(text):
    with pytest.raises(LabkitError, match=r"PPF|tau") as told:
        parse_search(text)
    assert "PPF > 150 %" in told.value.remedy


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_or_refused_in_words(text):
    told = ""
    try:
        parse_search(text)(ENTRY)
    except LabkitError as error:
        told = error.remedy
    assert not told or any(sign in text for sign in "<>")


def test_a_span_is_told_from_end_to_end():
    assert span_words(ENTRY.values[0]) == "120 % … 160 %"
    assert span_words(ENTRY.values[1]) == "2.5 s"
    assert span_words(ENTRY.values[3]) == "—"
