"""A memristor that wears out: a lifetime in cycles, then stuck; without the parameters nothing ever changes."""

from collections.abc import Callable

import numpy as np
import pytest
from labkit_sim.devices import (
    Endurance,
    Memristor,
    MemristorParameters,
    Stimulus,
    Wear,
    load_preset,
    simulate_train,
)
from scipy import stats

Applied = Callable[..., Stimulus]


def switched(device: Memristor, across: Applied, cycles: int) -> list[float]:
    """Give the ratio of the two states in each cycle."""
    ratios = []
    for _ in range(cycles):
        levels = []
        for voltage in (1.3, -1.3):
            device.advance(across(voltage), 0.01)
            device.advance(across(0.0), 0.5)
            levels.append(device.conductance)
        ratios.append(levels[0] / levels[1])
    return ratios


def worn(memristor: Callable[..., MemristorParameters], **endurance: object) -> MemristorParameters:
    parameters = memristor("halide_memristor")
    return parameters.model_copy(update={"endurance": Endurance.model_validate(endurance)})


def test_it_switches_until_the_cycle_in_which_it_fails(
    memristor: Callable[..., MemristorParameters], across: Applied
) -> None:
    device = Memristor(worn(memristor, lifetime=30, stuck="on"), seed=3)
    ratios = switched(device, across, int(device.wear.failure) + 5)
    lost = [number for number, ratio in enumerate(ratios, 1) if ratio < 2]
    assert lost == list(range(int(device.wear.failure), len(ratios) + 1))
    assert device.conductance > 1.5e-5


def test_a_device_stuck_off_stays_in_its_high_resistance_state(
    memristor: Callable[..., MemristorParameters], across: Applied
) -> None:
    device = Memristor(worn(memristor, lifetime=5, stuck="off"), seed=3)
    switched(device, across, int(device.wear.failure) + 3)
    assert device.conductance < 4e-6


def test_a_narrowing_window_narrows_steadily(memristor: Callable[..., MemristorParameters], across: Applied) -> None:
    ratios = switched(Memristor(worn(memristor, narrowing=20), seed=1), across, 60)
    assert ratios[0] > 5
    assert ratios[-1] < 1.5
    assert np.all(np.diff(ratios[5:]) < 0)


def test_without_parameters_nothing_wears(memristor: Callable[..., MemristorParameters]) -> None:
    device = Memristor(memristor("halide_memristor", 0.2), seed=1)
    assert not device.wear.wears
    assert [device.wear.take(write) for write in (1, -1) * 1000] == [1.0] * 2000


def test_lifetimes_are_weibull_distributed() -> None:
    parameters = Endurance(lifetime=10_000, shape=1.5)
    lives = [Wear(parameters, seed).failure for seed in range(400)]
    assert stats.kstest(lives, stats.weibull_min(1.5, scale=10_000).cdf).pvalue > 0.001


def test_wear_takes_no_draw_from_the_writes() -> None:
    one, other = load_preset("halide_memristor", 5), load_preset("worn_memristor", 5)
    assert isinstance(one, Memristor)
    assert isinstance(other, Memristor)
    assert one.efficiency.take_many(20) == pytest.approx(other.efficiency.take_many(20))


def test_a_compiled_train_wears_a_memristor_as_stepping_does(
    memristor: Callable[..., MemristorParameters], across: Applied
) -> None:
    parameters = worn(memristor, lifetime=40, narrowing=30)
    trained, stepped = Memristor(parameters, seed=3), Memristor(parameters, seed=3)
    segments = [(across(1.3), 0.01), (across(0.1), 0.1), (across(-1.3), 0.01), (across(0.1), 0.1)]
    for device in (trained, stepped):
        device.advance(segments[0][0], 0.005)
    edges = simulate_train(trained, segments, 60).edges
    for place in range(len(edges) - 1):
        stepped.advance(*segments[place % 4])
        assert edges[place + 1] == pytest.approx(stepped.conductance, rel=1e-9)
    assert trained.wear.cycle == stepped.wear.cycle > stepped.wear.failure


@pytest.mark.parametrize("stuck", ["on", "off"])
def test_many_writes_wear_as_each_of_them_does(stuck: str) -> None:
    parameters = Endurance(lifetime=30, narrowing=20, stuck="on" if stuck == "on" else "off")
    many, single = Wear(parameters, 4), Wear(parameters, 4)
    writes = np.random.default_rng(1).choice([-1, 1], 100)
    for part in (writes[:0], writes[:7], writes[7:8], writes[8:]):
        assert many.take_many(part).tolist() == pytest.approx([single.take(int(write)) for write in part])
        assert many.cycle == single.cycle
