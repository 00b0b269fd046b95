import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

from labkit.core import Flag, Result
from labkit.metrics import RETENTION
from labkit.metrics._half_time import half_time
from labkit.metrics._retained import ExtrapolationRefused, State, extrapolation, states

LOG = logging.getLogger(__name__)
Kept = Callable[..., Any]
LAWS = {
    "KWW": lambda time: np.exp(-np.sqrt(time / 1000)),
    "power": lambda time: np.maximum(time, 1e-3) ** -0.15,
    "log": lambda time: 1 - 0.07 * np.log(np.maximum(time, 1e-3)),
}
TEN_YEARS = 3.2e8


def stable(time: Any) -> Any:
    return np.exp(-((time / 1e6) ** 0.3))


def of_state(results: tuple[Result, ...], symbol: str, state: float = 40.0) -> Result:
    (found,) = [result for result in results if result.symbol == symbol and result.at["state"] == state]
    return found


def test_a_fading_state_tells_what_is_left_and_when_half_was(kept: Kept) -> None:
    device = kept(LAWS["KWW"])
    found = RETENTION.compute(device.run(np.random.default_rng(1), sigma=1e-11))
    left, half = of_state(found, "R").estimate, of_state(found, "t_50").estimate
    assert left is not None
    assert half is not None
    assert left.value == pytest.approx(device.retained(1e4), rel=2e-3)
    assert half.value == pytest.approx(device.half_time, rel=0.02)
    assert of_state(found, "R").variants["at 100 s"].value == pytest.approx(device.retained(100), rel=2e-3)


def test_a_half_time_that_was_not_seen_is_a_lower_bound(kept: Kept) -> None:
    found = of_state(RETENTION.compute(kept(stable).run(np.random.default_rng(2), sigma=1e-9)), "t_50")
    assert found.estimate is None
    assert found.bound is not None
    assert found.bound.low == pytest.approx(1e4, rel=1e-3)
    assert found.bound.high == np.inf
    assert "not observed" in found.reason


def test_a_state_that_was_never_written_has_a_drift_and_no_retention(kept: Kept) -> None:
    found = RETENTION.compute(kept(stable).run(np.random.default_rng(3), sigma=1e-9))
    assert [result.symbol for result in found if result.at["state"] == 0] == ["drift of the low state"]
    drift = of_state(found, "drift of the low state", 0.0).estimate
    assert drift is not None
    assert 0.0 in drift.interval


@pytest.mark.parametrize("seed", range(20))
def test_ten_years_are_refused_after_three_hours(kept: Kept, seed: int) -> None:
    found = states(kept(stable).run(np.random.default_rng(seed), sigma=2e-9))
    ahead = extrapolation(found[-1])
    assert ahead is not None
    assert len(ahead.fits) >= 2
    with pytest.raises(ExtrapolationRefused, match="ten times"):
        ahead.at(TEN_YEARS)


def test_a_decade_further_the_models_give_a_range_and_no_value(kept: Kept) -> None:
    device = kept(stable)
    run = device.run(np.random.default_rng(4), sigma=1e-9)
    found = of_state(RETENTION.compute(run), "R extrapolated")
    assert Flag.EXTRAPOLATED in found.flags
    assert found.at["time"] == pytest.approx(1e5, rel=1e-3)
    assert found.estimate is None
    assert found.bound is not None
    assert device.retained(1e5) in found.bound
    ahead = extrapolation(states(run)[-1])
    assert ahead is not None
    models = ahead.at(found.at["time"])
    assert [name in found.reason for name in models] == [True] * 3
    assert all(each.interval.low in found.bound and each.interval.high in found.bound for each in models.values())


def test_reads_that_take_their_time_may_disturb(kept: Kept) -> None:
    device = kept(stable, longest=10.0, per_decade=20)
    found = RETENTION.compute(device.run(np.random.default_rng(5), sigma=1e-9))
    assert all(Flag.DISTURBED in result.flags for result in found)


def test_gain_and_offset_of_the_instrument_cancel(kept: Kept) -> None:
    device = kept(LAWS["log"])
    run = device.run(np.random.default_rng(6), sigma=1e-12)
    tilted = device.run(np.random.default_rng(6), sigma=1e-12, gain=0.05, offset=1e-7)
    plain, other = (of_state(RETENTION.compute(each), "R").estimate for each in (run, tilted))
    assert plain is not None
    assert other is not None
    assert plain.value == pytest.approx(other.value, rel=1e-3)


def of_times(law: Any, per_decade: int, sigma: float, random: np.random.Generator, timing: float = 0.0) -> State:
    """A state read at 1 to 100 s with noise of R; two commands tell to `timing` (s) from when its times count."""
    time = np.geomspace(1, 100, 2 * per_decade + 1)
    late = timing * float(np.sqrt(1.5)) * np.sum(random.uniform(-1, 1, 2))
    change = law(time - late) + sigma * random.standard_normal(len(time))
    spread = np.full(len(time), sigma)
    return State(1.0, time, change, spread, 0.0, 0.0, 0.1, 100.0, 0.001, frozenset(), 1, time_uncertainty=timing)


FADING = {
    "one exponential": lambda time: np.exp(-(time - 1) / 5),
    "two exponentials": lambda time: 0.3 * np.exp(-(time - 1) / 2) + 0.7 * np.exp(-(time - 1) / 15),
    "stretched": lambda time: np.exp(-np.sqrt(time / 8) + np.sqrt(1 / 8)),
}


def half_of(law: Any) -> float:
    return float(brentq(lambda time: law(np.array([time]))[0] - 0.5 * law(np.array([1.0]))[0], 1.0, 100.0))


@pytest.mark.parametrize("law", FADING)
def test_half_times_between_exact_readings_are_interpolated_to_two_ten_thousandths(law: str) -> None:
    """Five readings a decade; the curve between them is no parabola, and t_50 no worse for it."""
    found, _ = half_time(of_times(FADING[law], 5, 1e-9, np.random.default_rng(1)))
    assert found is not None
    assert found.value == pytest.approx(half_of(FADING[law]), rel=2e-4)
    assert half_of(FADING[law]) in found.interval
    assert found.uncertainty < 1e-3 * found.value


@pytest.mark.parametrize("timing", [0.0, 0.02])
@pytest.mark.parametrize("law", FADING)
@pytest.mark.parametrize("trials", [200, pytest.param(2000, marks=pytest.mark.long)])
def test_half_times_are_covered_where_the_curve_shows(
    law: str, timing: float, trials: int, coverage_accepted: Callable[[int, int], bool]
) -> None:
    """Noise of half a per mille; the instant of programming is known to the last 20 ms, or exactly."""
    covered = 0
    for seed in range(trials):
        found, interval = half_time(of_times(FADING[law], 5, 5e-4, np.random.default_rng(seed), timing))
        assert found is not None
        covered += half_of(FADING[law]) in interval
    LOG.info("%s, %g s: t_50 %.3f", law, timing, covered / trials)
    assert coverage_accepted(covered, trials)


def test_a_state_that_falls_while_it_is_read_is_not_noisy(kept: Kept) -> None:
    """In 0.1 s of reading, an exponential of 0.5 s falls by a fifth, in a curve."""
    device = kept(lambda time: np.exp(-time / 0.5) + np.exp(-time / 5), longest=100.0)
    spread = [states(device.run(np.random.default_rng(seed), sigma=1e-11))[2].uncertainty[0] for seed in range(20)]
    assert np.sqrt(np.mean(np.square(spread))) == pytest.approx(1e-11 / np.sqrt(10), rel=0.05)
