"""Section 8 of the metric standard in short form: every case with few trials, and what makes a verdict."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.validation import Case, Comparison, Group, compared, seen, told
from benchmarks.validation._anchors import Anchor, anchors
from benchmarks.validation._count import count
from benchmarks.validation._tally import as_normal
from benchmarks.validation.cases import all_cases
from labkit.core import Result
from labkit.metrics._statistics import normal_estimate, repeats_mean

CONFIDENCE = 0.999
GROUP = Group("M0", "A mean", "normal numbers", "coverage 93 to 97 %")


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in all_cases().items()])
def test_few_trials_show_no_shortfall_that_is_not_known(case: Case) -> None:
    found = {tally.row.symbol: tally.shortfalls(CONFIDENCE) for tally in count(case, case.short)}
    assert found
    assert not {symbol: short for symbol, short in found.items() if short and symbol not in case.known}


@pytest.mark.parametrize("anchor", [pytest.param(each, id=each.name) for each in anchors()])
def test_anchors_of_others_hold(anchor: Anchor) -> None:
    assert anchor.holds, anchor.found


def mean_of(generator: np.random.Generator, count: int = 10, shift: float = 0.0, scale: float = 1.0) -> Comparison:
    found = repeats_mean(generator.standard_normal(count) + shift)
    told_so = normal_estimate(found.value, scale * found.uncertainty, found.degrees_of_freedom)
    return compared(Result("mean", "M0/1", "m", told_so, "1", ""), 0.0)


def mean(**properties: float) -> Case:
    return Case("mean", GROUP, "", lambda generator: (mean_of(generator, **properties),))


def test_an_honest_interval_holds() -> None:
    (found,) = count(mean(), 400)
    assert found.verdict == "holds"
    assert found.z_spread == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(
    ("properties", "shortfall"),
    [({"shift": 0.2}, "bias"), ({"scale": 0.6}, "coverage"), ({"scale": 0.7}, "u too small")],
)
def test_a_dishonest_interval_falls_short(properties: dict[str, float], shortfall: str) -> None:
    (found,) = count(mean(**properties), 400)
    assert shortfall in found.shortfalls(CONFIDENCE)
    assert found.verdict.startswith("falls short")


def test_an_interval_of_twice_the_width_is_conservative() -> None:
    (found,) = count(mean(scale=2.0), 400)
    assert found.verdict == "conservative"


def test_flags_that_are_not_due_are_false_and_those_that_are_due_are_missed() -> None:
    def often(generator: np.random.Generator) -> tuple[Comparison, ...]:
        return (told("m", "m", *(["DRIFT"] if generator.random() < 0.5 else [])),)

    for due, shortfall in ((frozenset[str](), "false flags"), (frozenset({"DRIFT"}), "missed flags")):
        (found,) = count(Case("often", GROUP, "", often, due=due), 100)
        assert found.shortfalls(CONFIDENCE) == [shortfall]
    (found,) = count(Case("often", GROUP, "", often, allowed=frozenset({"DRIFT"})), 100)
    assert not found.shortfalls(CONFIDENCE)


def test_a_value_withheld_without_a_bound_does_not_cover() -> None:
    (found,) = count(Case("withheld", GROUP, "", lambda _: (seen("m", "m", 1.0, None),)), 50)
    assert "coverage" in found.shortfalls(CONFIDENCE)


def test_quantiles_of_students_t_become_normal_ones() -> None:
    generator = np.random.default_rng(1)
    z = generator.standard_t(4, 20_000)
    assert np.std(as_normal(z, np.full(20_000, 4.0))) == pytest.approx(1, abs=0.02)
    assert as_normal(np.array([1.5]), np.array([np.inf])) == pytest.approx([1.5])


def test_trials_are_the_same_each_time() -> None:
    assert repr(count(mean(), 10)) == repr(count(replace(mean(), condition="again"), 10))
