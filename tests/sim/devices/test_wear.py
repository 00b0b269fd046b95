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


def test_a_compiled_train_refuses_what_it_does_not_know(across: Applied) -> None:
    device = load_preset("worn_memristor", 1)
    assert isinstance(device, Memristor)
    with pytest.raises(ValueError, match="knows nothing of wear"):
        simulate_train(device, [(across(1.3), 0.01)], 10)
