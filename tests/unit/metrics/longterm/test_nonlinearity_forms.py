"""M16: the other forms, against the benchmark table of the standard."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from labkit.core import Flag, Result
from labkit.metrics._exponential_update import update_shape
from labkit.metrics._nonlinearity_forms import (
    departures,
    half_way_gap,
    jang_exponent,
    longest_gap,
    nonlinearity_forms,
    shared_departure,
    straightness,
)

TABLE = [
    # NL, A/P_max, delta_max, R², ANL, first over last step, alpha at DR 10 and 100, SNL
    (0.1, 12.6, 0.010, 0.9999, 0.02, 1.08, 1.04, 1.03, 0.0001),
    (1.0, 1.25, 0.099, 0.989, 0.20, 2.2, 1.42, 1.31, 0.005),
    (2.4, 0.50, 0.238, 0.937, 0.46, 7.1, 2.10, 1.86, 0.029),
    (4.88, 0.20, 0.483, 0.731, 0.85, 133, 3.98, 3.55, 0.124),
]
"""metric standard M16, a mirror-symmetric exponential device read after each of 50 pulses."""


@pytest.mark.parametrize("row", TABLE)
def test_benchmark_table(row: tuple[float, ...]) -> None:
    _, constant, delta, squared, gap, _, alpha_10, alpha_100, shared = row
    k, x = 1 / constant, np.linspace(0, 1, 51)
    up, down = np.array([k]), np.array([-k])
    assert float(departures(k)) == pytest.approx(delta, abs=1e-3)
    assert straightness(k, x) == pytest.approx(squared, abs=1.5e-3)
    assert float(half_way_gap(up, down)[0]) == pytest.approx(gap, abs=5e-3)
    assert float(longest_gap(up, down)[0]) == pytest.approx(gap, abs=5e-3)
    assert jang_exponent(k, 10, x) == pytest.approx(alpha_10, abs=6e-3)
    assert jang_exponent(k, 100, x) == pytest.approx(alpha_100, abs=6e-3)
    assert abs(float(shared_departure(up, down)[0])) == pytest.approx(shared, abs=6e-4)


@pytest.mark.parametrize("row", TABLE)
def test_first_over_last_step(row: tuple[float, ...]) -> None:
    steps = np.diff(update_shape(np.linspace(0, 1, 51), 1 / row[1]))
    assert steps[0] / steps[-1] == pytest.approx(row[5], rel=0.02)


def _by_symbol(results: tuple[Result, ...]) -> Mapping[str, Result]:
    return {result.symbol: result for result in results}


def test_a_clean_device_gives_the_table(synapse: Any) -> None:
    found = _by_symbol(nonlinearity_forms(synapse(lowest=1e-6, change=9e-6).curves(np.random.default_rng(1))))
    expected = {
        "δ_max,P": 0.238,
        "δ_max,D": 0.238,
        "R²_P": 0.937,
        "α_P": 2.10,
        "ANL": 0.46,
        "ANL_max": 0.46,
        "SNL": 0.029,
    }
    for symbol, value in expected.items():
        estimate = found[symbol].estimate
        assert estimate is not None
        assert estimate.value == pytest.approx(value, abs=5e-3)


def test_a_retracing_device_is_all_shared(synapse: Any) -> None:
    found = _by_symbol(nonlinearity_forms(synapse(up=2.0, down=2.0).curves(np.random.default_rng(1))))
    asymmetric, shared = found["ANL_max"].estimate, found["SNL"].estimate
    assert asymmetric is not None
    assert shared is not None
    assert asymmetric.value == pytest.approx(0, abs=1e-6)
    assert shared.value == pytest.approx(0.238, abs=1e-3)


def test_jang_exponent_of_its_own_curve() -> None:
    x = np.linspace(0, 1, 51)
    assert jang_exponent(0.0, 10, x) == pytest.approx(1, abs=1e-4)
    assert jang_exponent(-1.0, 10, x) < 1 < jang_exponent(1.0, 10, x)


def test_without_a_lowest_conductance_there_is_no_exponent(synapse: Any) -> None:
    curves = synapse(lowest=1e-8, change=9e-6, c2c=0.01, read=0.02).curves(np.random.default_rng(2))
    result = _by_symbol(nonlinearity_forms(curves))["α_P"]
    assert result.estimate is None
    assert Flag.SIGNAL_TO_NOISE in result.flags
