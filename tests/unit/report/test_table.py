"""The rows that terminal, page and sheet share."""

from dataclasses import replace

from labkit.core import Flag, Result
from labkit.report import FLAG_WORDS, format_conditions, markdown_table, metrics_table, shared_conditions


def test_a_good_result_is_told_with_value_interval_count_and_conditions(results: tuple[Result, ...]) -> None:
    row = metrics_table(results)[0]
    assert (row.value, row.interval) == ("8.410 ± 0.061 nA", "8.288 to 8.532 nA")
    assert (row.conditions, row.counts) == ("width 1 s", "10 pulses")
    assert [(variant.name, variant.value) for variant in row.variants] == [("relative", "42.00 ± 0.30 %")]


def test_a_withheld_result_shows_its_bound_and_the_reason_but_no_value(results: tuple[Result, ...]) -> None:
    row = metrics_table(results)[2]
    assert not row.reportable
    assert row.value == "≤ 42 pJ"
    assert row.interval == ""
    assert row.reason == "the current is below three standard uncertainties"


def test_conditions_carry_units() -> None:
    assert format_conditions({"interval": 0.5, "irradiance": 1.0}) == "interval 500 ms, irradiance 0.1 mW/cm²"


def test_conditions_that_all_results_share_are_told_once(results: tuple[Result, ...]) -> None:
    pair = [replace(result, at={"width": 1.0, "interval": float(k)}) for k, result in enumerate(results, start=1)]
    shared = shared_conditions(pair)
    assert shared == {"width": 1.0}
    assert [row.conditions for row in metrics_table(pair, shared=shared)] == [
        "interval 1 s",
        "interval 2 s",
        "interval 3 s",
    ]


def test_every_flag_is_explained_in_words() -> None:
    assert set(FLAG_WORDS) == set(Flag)
    assert all(len(words.split()) >= 4 for words in FLAG_WORDS.values())


def test_a_markdown_table_has_one_line_for_each_result_and_as_many_cells_in_each(results: tuple[Result, ...]) -> None:
    lines = markdown_table(metrics_table(results)).splitlines()
    assert len(lines) == 2 + len(results)
    assert {line.count("|") for line in lines} == {8}
