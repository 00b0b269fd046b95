"""What metrics share is worked out once, and the values stay what they are when it is not shared."""

import gc
import weakref
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.validation.generators import Cycles, ltp_ltd_run
from labkit.metrics import compute_metrics
from labkit.metrics._remembered import remembered
from labkit.metrics._state_levels import count_each

NAMES = ("conductance_curve", "nonlinearity", "cycle_variation", "states", "pulse_energy", "on_off_ratio")


@pytest.fixture
def asked() -> list[tuple[int, str]]:
    return []


@pytest.fixture
def lengths(asked: list[tuple[int, str]]) -> Any:
    def length(table: pd.DataFrame, column: str) -> int:
        asked.append((len(table), column))
        return int(table[column].sum())

    return remembered(length)


def test_the_same_question_is_worked_out_once(lengths: Any, asked: list[tuple[int, str]]) -> None:
    table = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
    assert [lengths(table, "a"), lengths(table, "b"), lengths(table, "a")] == [3, 7, 3]
    assert asked == [(2, "a"), (2, "b")]


def test_an_equal_object_is_another_one(lengths: Any, asked: list[tuple[int, str]]) -> None:
    table = pd.DataFrame({"a": [1, 2]})
    assert lengths(table, "a") == lengths(table.copy(), "a") == lengths(table, "a")
    assert len(asked) == 3


def test_nothing_is_kept_alive(lengths: Any) -> None:
    table = pd.DataFrame({"a": [1, 2]})
    lengths(table, "a")
    alive = weakref.ref(table)
    del table
    gc.collect()
    assert alive() is None


def test_a_device_computed_on_its_own_has_the_same_values() -> None:
    run = ltp_ltd_run(Cycles(c2c=0.02), 1, sigma=1e-9, levels=np.linspace(1e-6, 1e-5, 12))
    together = compute_metrics(run, NAMES)
    alone = [result for name in NAMES for result in compute_metrics(replace(run), [name])]
    assert [(each.symbol, each.estimate, each.flags) for each in together] == [
        (each.symbol, each.estimate, each.flags) for each in alone
    ]


@given(st.lists(st.lists(st.tuples(st.floats(0, 1), st.floats(1e-3, 0.2)), min_size=6, max_size=6), min_size=1))
def test_rows_are_counted_as_one_by_one(rows: list[list[tuple[float, float]]]) -> None:
    table = np.array(rows)
    found = count_each(table[..., 0], table[..., 1])
    assert [greedily(each[:, 0], each[:, 1]) for each in table] == list(found)


def greedily(mean: Any, sigma: Any) -> int:
    order = np.argsort(mean)
    counted = [int(order[0])]
    for index in order[1:]:
        if mean[index] - mean[counted[-1]] >= 3 * (sigma[index] + sigma[counted[-1]]):
            counted.append(int(index))
    return len(counted)
