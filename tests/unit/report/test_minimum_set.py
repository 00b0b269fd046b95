"""The badge "standard" is earned by all of the minimum reporting set and by nothing less."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from labkit.core import Estimate, Interval, Result, Run
from labkit.report import ReportEntry, minimum_set

HELD = (
    ("nonlinearity", "NL_P"),
    ("nonlinearity", "NL_D"),
    ("states", "N_r"),
    ("dynamic_range", "DR"),
    ("cycle_variation", "σ_c2c,P"),
    ("pulse_energy", "E_pulse"),
    ("pulse_energy", "E_opt"),
    ("retention", "R"),
    ("endurance", "N_f"),
    ("cycle_endurance", "N_c"),
)
OF_THE_SET = (("device_variation", "CV"), ("yield", "k/n"))


def result(metric: str, symbol: str) -> Result:
    return Result(metric, f"{metric}/1", symbol, Estimate(1.0, 0.1, Interval(0.8, 1.2)), "1", "test")


@pytest.fixture
def run(make_run: Callable[..., Run]) -> Run:
    run = make_run()
    stated = {
        "active_area": 1e-7,
        "temperature": 296.0,
        "relative_humidity": 0.3,
        "atmosphere": "N2",
        "ambient_light": "dark box",
    }
    return replace(run, sample=run.sample.model_copy(update=stated))


def test_all_of_it_earns_the_badge(run: Run) -> None:
    entry = ReportEntry(run, [result(*each) for each in HELD])
    found = minimum_set([entry], [result(*each) for each in OF_THE_SET])
    assert found.missing == ()
    assert found.badge == "standard"


@pytest.mark.parametrize("left_out", [*HELD, *OF_THE_SET])
def test_one_thing_less_does_not(run: Run, left_out: tuple[str, str]) -> None:
    entry = ReportEntry(run, [result(*each) for each in HELD if each != left_out])
    found = minimum_set([entry], [result(*each) for each in OF_THE_SET if each != left_out])
    (missing,) = found.missing
    assert missing.remedy
    assert not found.complete


def test_what_is_withheld_does_not_count_and_a_bound_does(run: Run) -> None:
    results = [result(*each) for each in HELD]
    withheld = [replace(each, estimate=None, reason="noise") for each in results]
    assert len(minimum_set([ReportEntry(run, withheld)]).missing) == 10
    bounded = [replace(each, bound=Interval(1e3, float("inf"))) for each in withheld]
    assert len(minimum_set([ReportEntry(run, bounded)]).missing) == 2


def test_area_and_environment_must_be_stated_for_every_run(run: Run) -> None:
    entry = ReportEntry(run, [result(*each) for each in HELD])
    bare = replace(entry, run=replace(run, sample=run.sample.model_copy(update={"atmosphere": ""})))
    missing = minimum_set([entry, bare], [result(*each) for each in OF_THE_SET]).missing
    assert [each.name for each in missing] == ["environment"]
