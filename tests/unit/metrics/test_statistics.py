import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from labkit.core import Estimate, Interval
from labkit.metrics._statistics import (
    bootstrap,
    clopper_pearson,
    combine,
    coverage_factor,
    exponential_of,
    fieller,
    is_bounded,
    monte_carlo,
    normal_estimate,
    paired_ratio,
    repeats_geometric_mean,
    repeats_mean,
    two_starts,
    unpaired_ratio,
    welch_satterthwaite,
    window_mean,
    with_limits,
)

uncertainties = st.floats(1e-3, 1e3)


def test_the_mean_of_repeats_has_students_interval() -> None:
    found = repeats_mean([1.0, 2.0, 3.0, 4.0, 5.0])
    assert found.value == 3.0
    assert found.uncertainty == pytest.approx(np.sqrt(2.5 / 5))
    assert found.interval.high - 3.0 == pytest.approx(2.776445 * found.uncertainty, rel=1e-6)
    assert found.degrees_of_freedom == 4


def test_a_single_repeat_limits_nothing() -> None:
    assert not is_bounded(repeats_mean([1.0]))


@given(st.lists(st.floats(0.1, 10), min_size=3, max_size=20).filter(lambda values: np.std(values) > 1e-6))
def test_a_geometric_mean_is_a_mean_of_logarithms(values: list[float]) -> None:
    found = repeats_geometric_mean(values)
    assert found.value == pytest.approx(float(stats.gmean(values)))
    assert found.interval.low < found.value < found.interval.high
    assert found.interval.low > 0


@given(st.floats(-5, 5), uncertainties)
def test_an_exponential_keeps_the_interval_of_its_logarithm(value: float, uncertainty: float) -> None:
    bounded = min(uncertainty, 10.0)
    logarithm = normal_estimate(value, bounded)
    found = exponential_of(logarithm)
    assert np.log(found.interval.low) == pytest.approx(logarithm.interval.low, abs=1e-9)
    assert np.log(found.interval.high) == pytest.approx(logarithm.interval.high, abs=1e-9)


@pytest.mark.parametrize("degrees", [1, 2.5, 9, 1e9, np.inf])
def test_the_coverage_factor_is_that_of_student(degrees: float) -> None:
    assert coverage_factor(degrees) == pytest.approx(float(stats.t.ppf(0.975, degrees)), rel=1e-8)


@given(st.lists(st.tuples(uncertainties, st.floats(1, 100)), min_size=1, max_size=5))
def test_effective_degrees_of_freedom_lie_between_the_least_and_the_sum(parts: list[tuple[float, float]]) -> None:
    total, degrees = welch_satterthwaite(parts)
    assert total == pytest.approx(float(np.linalg.norm([u for u, _ in parts])))
    assert min(nu for _, nu in parts) <= degrees * (1 + 1e-9)
    assert degrees <= sum(nu for _, nu in parts) * (1 + 1e-9)


def test_an_instrument_limit_alone_covers_95_percent_of_its_rectangle() -> None:
    found = combine(0.0, [(0.0, np.inf)], [2.0])
    assert found.uncertainty == pytest.approx(2 / np.sqrt(3))
    assert found.interval.high == pytest.approx(0.95 * 2, rel=5e-3)


def test_small_limits_join_like_normal_contributions() -> None:
    found = combine(0.0, [(1.0, np.inf)], [0.1])
    assert found.interval.high == pytest.approx(1.96 * np.hypot(1, 0.1 / np.sqrt(3)), rel=1e-3)


@pytest.mark.parametrize(
    ("spread", "degrees", "limits"), [(1.0, 9, [1.0]), (0.1, 4, [1.0, 0.7]), (1.0, 20, [2.0, 2.0])]
)
def test_intervals_with_limits_cover_by_drawing(spread: float, degrees: float, limits: list[float]) -> None:
    generator = np.random.default_rng(1)
    drawn = spread * generator.standard_t(degrees, 200_000)
    for limit in limits:
        drawn = drawn + generator.uniform(-limit, limit, len(drawn))
    found = combine(0.0, [(spread, degrees)], limits)
    assert np.mean(np.abs(drawn) <= found.interval.high) == pytest.approx(0.95, abs=2e-3)


def test_two_commands_leave_a_triangle() -> None:
    """Each of two instruments acts anywhere within its command; 95 % of the difference lie within 1.90 u, not 1.96."""
    generator = np.random.default_rng(7)
    lengths = 5e-4
    apart = lengths * (generator.random(20_000) - generator.random(20_000))
    uncertainty = lengths * np.sqrt(2 / 12)
    assert np.std(apart) == pytest.approx(uncertainty, rel=0.02)
    found = with_limits(normal_estimate(0.0, 1e-9 * lengths), two_starts(uncertainty))
    assert found.uncertainty == pytest.approx(uncertainty)
    assert found.interval.high == pytest.approx(2 * (1 - np.sqrt(0.05)) * lengths / 2, rel=0.005)
    assert np.mean(np.abs(apart) <= found.interval.high) == pytest.approx(0.95, abs=0.005)


@given(st.floats(-10, 10), uncertainties, st.floats(3, 100), st.lists(st.floats(0, 10), max_size=3))
def test_limits_join_a_symmetric_estimate_as_they_do_its_contributions(
    value: float, uncertainty: float, degrees: float, limits: list[float]
) -> None:
    joined = with_limits(normal_estimate(value, uncertainty, degrees), limits)
    whole = combine(value, [(uncertainty, degrees)], limits)
    assert joined.uncertainty == pytest.approx(whole.uncertainty)
    assert joined.interval.high - value == pytest.approx(whole.interval.high - value, rel=1e-5)
    assert min(joined.degrees_of_freedom, 1e9) == pytest.approx(min(whole.degrees_of_freedom, 1e9))


def test_limits_leave_an_interval_longer_where_it_was() -> None:
    skew = exponential_of(normal_estimate(0.0, 0.5, 9))
    found = with_limits(skew, (0.1,))
    assert found.interval.low < skew.interval.low
    assert found.interval.high > skew.interval.high
    assert found.interval.high - 1 > 1 - found.interval.low
    assert with_limits(skew, ()) is skew
    assert with_limits(skew, (0.0,)) is skew


def test_a_ratio_of_paired_means_covers_the_truth() -> None:
    generator = np.random.default_rng(2)
    covered = 0
    for _ in range(2000):
        first = 1 + 0.2 * generator.standard_normal(10)
        second = 1.15 * first + 0.1 * generator.standard_normal(10)
        covered += 1.15 in paired_ratio(second, first).interval
    assert 0.935 <= covered / 2000 <= 0.965


@given(st.floats(0.5, 2), st.floats(0.01, 100))
def test_a_ratio_does_not_depend_on_the_unit(ratio: float, scale: float) -> None:
    first = np.array([1.0, 1.2, 0.9, 1.1])
    second = ratio * first + np.array([0.01, -0.02, 0.015, 0.0])
    one, other = paired_ratio(second, first), paired_ratio(scale * second, scale * first)
    assert one.value == pytest.approx(other.value)
    assert one.interval.low == pytest.approx(other.interval.low)
    assert one.interval.high == pytest.approx(other.interval.high)


def test_a_denominator_that_may_be_zero_leaves_the_ratio_unbounded() -> None:
    found = fieller(1.0, 1.0, np.diag([0.01, 1.0]), 9)
    assert not is_bounded(found)


def test_fieller_is_the_plain_interval_when_the_denominator_is_exact() -> None:
    found = fieller(3.0, 2.0, np.diag([0.04, 0.0]), 12)
    plain = normal_estimate(1.5, 0.1, 12)
    assert found.interval.low == pytest.approx(plain.interval.low)
    assert found.interval.high == pytest.approx(plain.interval.high)


def test_an_unpaired_ratio_covers_the_truth() -> None:
    generator = np.random.default_rng(3)
    covered = 0
    for _ in range(2000):
        top, bottom = repeats_mean(2 + generator.standard_normal(12)), repeats_mean(5 + generator.standard_normal(8))
        covered += 0.4 in unpaired_ratio(top, bottom).interval
    assert 0.935 <= covered / 2000 <= 0.965


def test_monte_carlo_propagates_what_the_guide_propagates() -> None:
    inputs = [normal_estimate(10.0, 0.1), normal_estimate(4.0, 0.2)]
    found = monte_carlo(lambda x, y: x - y, inputs)
    assert found.value == 6.0
    assert found.uncertainty == pytest.approx(np.hypot(0.1, 0.2), rel=0.02)
    assert found.interval.high == pytest.approx(6 + 1.96 * np.hypot(0.1, 0.2), rel=0.01)


def test_a_bootstrap_of_the_mean_agrees_with_student() -> None:
    data = np.random.default_rng(4).normal(3, 1, 40)
    found = bootstrap(data, lambda rows: float(np.mean(rows)))
    assert found.value == pytest.approx(float(np.mean(data)))
    assert found.uncertainty == pytest.approx(float(stats.sem(data)), rel=0.1)


@pytest.mark.parametrize(("trials", "low"), [(49, 0.927), (100, 0.964), (1024, 0.996)])
def test_a_perfect_yield_has_the_lower_bound_of_the_standard(trials: int, low: float) -> None:
    assert clopper_pearson(trials, trials).interval.low == pytest.approx(low, abs=5e-4)
    assert clopper_pearson(trials, trials).interval.high == 1.0


@given(st.integers(1, 200).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))))
def test_a_proportion_lies_in_its_interval(counts: tuple[int, int]) -> None:
    found = clopper_pearson(*counts)
    assert found.value in found.interval
    assert Interval(0.0, 1.0).low <= found.interval.low <= found.interval.high <= 1.0


def test_a_window_mean_of_white_noise_is_sigma_over_root_n() -> None:
    values = np.random.default_rng(5).normal(1, 1, 4000)
    assert window_mean(values).uncertainty == pytest.approx(1 / np.sqrt(4000), rel=0.15)


def test_an_estimate_without_scatter_is_certain() -> None:
    found: Estimate = normal_estimate(1.0, 0.0)
    assert found.interval == Interval(1.0, 1.0)
