"""Two sets of runs: E_n and overlap tell agreement from difference, and from intervals that could not tell."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from labkit.core import Estimate, Interval, Result, Run
from labkit.report import Agreement, ReportEntry, agreement_lines, agreements, write_agreements_csv

MakeRun = Callable[..., Run]


@pytest.fixture
def entry(make_run: MakeRun) -> Callable[..., ReportEntry]:
    run = make_run()

    def make(value: float, half: float, device: str = "A1", at: float = 0.5) -> ReportEntry:
        estimate = Estimate(value, half / 2, Interval(value - half, value + half), np.inf, "1")
        result = Result("ppf_index", "M4.global/1", "PPF", estimate, "1", "test", at={"interval": at})
        return ReportEntry(replace(run, sample=run.sample.model_copy(update={"device": device})), (result,))

    return make


def only(one: list[ReportEntry], other: list[ReportEntry]) -> Agreement:
    (found,) = agreements(one, other)
    return found


def test_intervals_that_meet_agree_and_others_differ(entry: Callable[..., ReportEntry]) -> None:
    near = only([entry(1.50, 0.03)], [entry(1.52, 0.03)])
    assert near.normalized_error == pytest.approx(0.02 / np.hypot(0.03, 0.03))
    assert near.overlap == pytest.approx(0.04 / 0.06)
    assert near.verdict == "agree"
    far = only([entry(1.5, 0.03)], [entry(1.6, 0.03)])
    assert (far.verdict, far.overlap) == ("differ", 0.0)


def test_wide_intervals_cannot_tell(entry: Callable[..., ReportEntry]) -> None:
    assert only([entry(1.5, 2.0)], [entry(3.0, 4.0)]).verdict == "cannot tell"


def test_conditions_asked_for_alike_are_matched_and_others_are_not(entry: Callable[..., ReportEntry]) -> None:
    assert only([entry(1.5, 0.1, at=0.5000001)], [entry(1.5, 0.1, at=0.5)]).counts == (1, 1)
    assert agreements([entry(1.5, 0.1, at=0.5)], [entry(1.5, 0.1, at=1.0)]) == []


def test_several_devices_stand_by_their_mean_over_devices(entry: Callable[..., ReportEntry]) -> None:
    values = [1.4, 1.5, 1.6, 1.7]
    found = only([entry(value, 0.001, f"A{k}") for k, value in enumerate(values)], [entry(1.5, 0.05)])
    assert found.counts == (4, 1)
    assert found.one.value == pytest.approx(np.mean(values))
    assert found.one.uncertainty == pytest.approx(np.std(values, ddof=1) / 2)
    assert found.one.degrees_of_freedom == 3


def test_runs_of_one_device_are_no_devices(entry: Callable[..., ReportEntry]) -> None:
    runs = [entry(1.4, 0.01, "A1"), entry(1.6, 0.01, "A1"), entry(2.0, 0.01, "A2")]
    found = only(runs, [entry(1.5, 0.05)])
    assert found.counts == (2, 1)
    assert found.one.value == pytest.approx((1.5 + 2.0) / 2)


def test_a_bench_and_its_copy_agree_in_nineteen_of_twenty(entry: Callable[..., ReportEntry]) -> None:
    generator = np.random.default_rng(3)
    pairs = generator.normal(1.5, 0.05, (400, 2))
    differ = sum(only([entry(a, 0.098)], [entry(b, 0.098)]).verdict == "differ" for a, b in pairs)
    assert 8 <= differ <= 34  # 5 % of 400, the exact binomial 99.9 % interval


def test_the_table_and_the_file_hold_each_number(entry: Callable[..., ReportEntry], tmp_path: Path) -> None:
    found = agreements([entry(1.5, 0.03)], [entry(1.6, 0.03)])
    headings, line = agreement_lines(found, ("ours", "theirs"))
    assert dict(zip(headings, line, strict=True))["theirs"] == "1.600 ± 0.015"
    write_agreements_csv([*found, replace(found[0], symbol="other")], tmp_path / "sets.csv")
    assert len((tmp_path / "sets.csv").read_text(encoding="utf-8").splitlines()) == 3
