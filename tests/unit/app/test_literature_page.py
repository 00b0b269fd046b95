"""The page of the literature benchmark tells weak passes from telling ones."""

from dataclasses import replace

import pytest

from labkit.app import CheckedDevice, CheckedValue, LiteratureBenchmark, literature_cells, literature_page

VALUE = CheckedValue(
    "ppf", "high", 1.3, "PPF", 1.3, 1.4, 1.2, 1.6, "%", passed=True, reason="SUMMATION", protocol="ppf_optical"
)


def benchmark(*values: CheckedValue) -> LiteratureBenchmark:
    return LiteratureBenchmark((CheckedDevice(1, "T1.1 [1]", "published_001", values, ("ppf_optical",), 1.0),))


@pytest.mark.parametrize(("low", "high", "note"), [(1.2, 1.6, "SUMMATION"), (0.7, 2.1, "wide: ± 50 %; SUMMATION")])
def test_an_interval_that_holds_much_is_noted(low: float, high: float, note: str) -> None:
    value = replace(VALUE, low=low, high=high)
    assert literature_cells(value)[-1] == note
    assert benchmark(value).weak == (low < 1)


def test_what_failed_is_not_called_a_weak_pass() -> None:
    assert benchmark(replace(VALUE, low=0.7, high=2.1, passed=False)).weak == 0


def test_an_open_side_is_no_wide_interval() -> None:
    alive = replace(VALUE, quantity="endurance_two_state", value=float("nan"), low=100.0, high=float("inf"))
    assert alive.half_interval == 0
    assert benchmark(alive).weak == 0
    assert benchmark(alive).by_construction == 1


def test_the_counts_stand_apart() -> None:
    states = replace(VALUE, quantity="states", published=50.0, truth=50.0, value=50.0, low=50.0, high=50.0, unit="1")
    page = literature_page(benchmark(VALUE, replace(VALUE, low=0.7, high=2.1), states))
    assert "| ppf | 2 | 2 | 1 |  |" in page
    assert "| states | 1 | 1 |  | 1 |" in page
    assert "| **all** | **3** | **3** | **1** | **1** |" in page
