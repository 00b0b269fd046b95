"""Temporal order: which electrical pulse of a train met the light."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from labkit.core import Flag, FloatArray, Kind, Result, Run
from labkit.metrics import TEMPORAL_ORDER
from labkit.metrics._metric import NotMeasured

PLACES = ((), (1,), (2,), (3,), (4,), (1, 3))
LEFT = {(): 1e-9, (1,): 2e-9, (2,): 4e-9, (3,): 7e-9, (4,): 10e-9, (1, 3): 9e-9}
"""What a train leaves (A), by the pulses that met the light."""
READINGS = 10
LENGTH = 5.0


@pytest.fixture
def made(builder: Any, instrument: Any) -> Any:
    """Make a run: trains of each kind in random order, with a scatter of what they leave, from a drifting state."""

    def make(
        left: Mapping[tuple[int, ...], float] = LEFT,
        repeats: int = 10,
        seed: int = 1,
        scatter: float = 0.03,
        sigma: float = 1e-12,
    ) -> Run:
        generator = np.random.default_rng(seed)
        built = builder(loops=("repeat",), terminals={"drain": "electrical", "gate": "electrical", "light": "optical"})
        times: list[FloatArray] = []
        currents: list[FloatArray] = []
        begin, patterns = 0.0, tuple(left)
        for repeat in range(repeats):
            for pattern in (patterns[index] for index in generator.permutation(len(patterns))):
                start = 1e-9 * generator.standard_normal()
                change = left[pattern] * (1 + scatter * generator.standard_normal())
                for mark, current, at in (("before", start, 0.0), ("after", start + change, 4.0)):
                    first = len(times) * READINGS
                    time = begin + at + 0.02 * np.arange(READINGS)
                    built.event(
                        Kind.READ, mark, "drain", time[0], time[-1] + 0.02, 0.1, (first, READINGS), repeat=repeat
                    )
                    times.append(time)
                    currents.append(np.full(READINGS, current))
                for place in range(4):
                    edge = begin + 1 + 0.5 * place
                    built.event(Kind.PULSE, "train", "gate", edge, edge + 0.05, 18.0 + 2 * place, repeat=repeat)
                    level = 1.0 if place + 1 in pattern else 0.0
                    built.event(Kind.PULSE, "train", "light", edge - 0.02, edge + 0.07, level, repeat=repeat)
                begin += LENGTH
        ammeter = instrument(sigma=sigma, gain=0.0, offset=0.0)
        current = ammeter.read(np.concatenate(currents), generator)
        built.trace("drain", np.concatenate(times), 0.1, current, ammeter, 0.02)
        run: Run = built.build()
        return run

    return make


def by_symbol(run: Run) -> dict[str, Result]:
    return {result.symbol: result for result in TEMPORAL_ORDER.compute(run)}


def test_the_ratios_are_those_of_what_the_trains_left(made: Any) -> None:
    found = by_symbol(made(scatter=0.0))
    truth = {"ΔI_late/ΔI_early": 5.0, "ΔI_late/ΔI_dark": 10.0, "ΔI_several/ΔI_late": 0.9}
    for symbol, ratio in truth.items():
        estimate = found[symbol].estimate
        assert estimate is not None
        assert estimate.value == pytest.approx(ratio, rel=2e-3)
    curve = found["ΔI_late/ΔI_early"].curves[0]
    assert curve.x.tolist() == [0, 1, 2, 3, 4]
    assert curve.y == pytest.approx([1e-9, 2e-9, 4e-9, 7e-9, 10e-9], rel=2e-3)


def test_intervals_cover_the_truth(made: Any, coverage_accepted: Any) -> None:
    covered = 0
    for seed in range(60):
        estimate = by_symbol(made(seed=seed, scatter=0.1))["ΔI_late/ΔI_early"].estimate
        assert estimate is not None
        covered += 5.0 in estimate.interval
    assert coverage_accepted(covered, 60)


def test_a_device_that_does_not_tell_the_order_has_a_ratio_of_one(made: Any) -> None:
    estimate = by_symbol(made(dict.fromkeys(PLACES, 5e-9), scatter=0.1))["ΔI_late/ΔI_early"].estimate
    assert estimate is not None
    assert 1.0 in estimate.interval
    assert estimate.interval.high < 1.5


def test_a_dark_train_that_leaves_nothing_gives_no_ratio(made: Any) -> None:
    result = by_symbol(made(LEFT | {(): 0.0}, sigma=1e-10))["ΔI_late/ΔI_dark"]
    assert result.estimate is None
    assert "do not limit" in result.reason


def test_few_repeats_are_flagged(made: Any) -> None:
    result = by_symbol(made(repeats=3))["ΔI_late/ΔI_early"]
    assert Flag.REPEATS in result.flags
    assert result.estimate is None


def test_without_the_control_trains_their_ratios_say_what_is_missing(made: Any) -> None:
    found = by_symbol(made({(1,): 2e-9, (4,): 10e-9}))
    assert found["ΔI_late/ΔI_early"].estimate is not None
    assert "light upon none" in found["ΔI_late/ΔI_dark"].reason
    assert "light upon several" in found["ΔI_several/ΔI_late"].reason


def test_light_upon_one_pulse_only_is_no_test_of_order(made: Any) -> None:
    with pytest.raises(NotMeasured) as refused:
        TEMPORAL_ORDER.compute(made({(): 1e-9, (4,): 10e-9}))
    assert "vary the place" in refused.value.remedy
