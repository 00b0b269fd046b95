"""M42: filaments do not know the area, interfaces are in proportion to it; areas are what counts."""

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.validation.generators import Population
from labkit.core import Flag, LabkitError, Result
from labkit.metrics import AREA_SCALING

AREAS = (1e-12, 5e-12, 2.5e-11, 1e-10)
TRIALS = 120


def exponents(population: Population, seed: int) -> list[Result]:
    generator = np.random.default_rng(seed)
    return [AREA_SCALING.compute(population.set(generator))[0] for _ in range(TRIALS)]


@pytest.mark.parametrize("scatter", [0.0, 0.05], ids=["devices alone", "areas scatter too"])
@pytest.mark.parametrize("exponent", [0.0, 1.0])
def test_an_exponent_is_found_within_five_hundredths(
    exponent: float, scatter: float, coverage_accepted: Callable[[int, int], bool]
) -> None:
    results = exponents(Population(areas=AREAS, exponent=exponent, devices=8, area_scatter=scatter), 42)
    estimates = [result.estimate for result in results if result.estimate is not None]
    assert len(estimates) == TRIALS
    assert coverage_accepted(sum(exponent in estimate.interval for estimate in estimates), TRIALS)
    assert np.quantile([abs(estimate.value - exponent) for estimate in estimates], 0.95) < 0.06
    assert not any(Flag.CONFOUNDED in result.flags for result in results)


def test_a_line_through_the_devices_as_if_each_were_an_area_claims_too_much() -> None:
    results = exponents(Population(areas=AREAS, exponent=1.0, devices=20, area_scatter=0.1), 7)
    covered = sum(1.0 in result.variants["devices_pooled"].interval for result in results)
    assert covered < 0.8 * TRIALS


def test_the_reading_of_the_exponent_is_told() -> None:
    filament = exponents(Population(areas=AREAS, exponent=0.0, devices=8), 1)[0]
    interface = exponents(Population(areas=AREAS, exponent=1.0, devices=8), 1)[0]
    assert "filament" in filament.notes["reading"]
    assert "interface" in interface.notes["reading"]


def test_one_area_a_column_is_confounded_with_the_place() -> None:
    results = exponents(Population(areas=AREAS, devices=6, layout="columns"), 3)
    assert all(Flag.CONFOUNDED in result.flags for result in results)
    assert "the place on the chip" in results[0].notes["confounded"]


@pytest.mark.parametrize(
    ("areas", "devices", "word"),
    [
        (AREAS[:3], 8, "3 areas"),
        ((1e-12, 2e-12, 3e-12, 4e-12), 8, "decades"),
        (AREAS, 4, "4 devices at an area"),
    ],
    ids=["areas", "decades", "devices"],
)
def test_what_the_standard_asks_for_is_asked_for(areas: tuple[float, ...], devices: int, word: str) -> None:
    result = AREA_SCALING.compute(Population(areas=areas, devices=devices).set(np.random.default_rng(1)))[0]
    assert result.estimate is None
    assert Flag.REPEATS in result.flags
    assert word in result.reason


def test_without_areas_it_says_how_to_give_them() -> None:
    with pytest.raises(LabkitError) as refused:
        AREA_SCALING.compute(Population().set(np.random.default_rng(1)))
    assert "sample.yaml" in refused.value.remedy
