"""The response against the voltage of an electrical pulse: a power law above a threshold."""

from collections.abc import Callable
from typing import Any

import numpy as np

from labkit.core import Flag, Kind, Run
from labkit.metrics import SADP

VOLTAGES = (0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8, 1.0)


def written(builder: Any, instrument: Any, levels: tuple[float, ...], law: Callable[[float], float]) -> Run:
    """Voltage pulses on a two-terminal device, each read before and after; 5 % scatter."""
    generator = np.random.default_rng(1)
    built = builder(loops=("voltage", "repeat"), valued_loops=("voltage",), terminals={"top": "electrical"})
    time, current, now = [], [], 0.0
    for position, level in enumerate(levels):
        for repeat in range(8):
            place = {"voltage": position, "repeat": repeat, "voltage_value": level}
            size = law(level) * (1 + 0.05 * generator.standard_normal())
            built.event(Kind.PULSE, "erase", "top", now, now + 0.1, -1.0, **place)
            for begin, mark, value in ((now + 0.2, "before", 0.0), (now + 0.5, "epsc", size)):
                rows = (10 * len(time), 10)
                built.event(Kind.READ, mark, "top", begin, begin + 0.1, 0.05, samples=rows, **place)
                time.append(begin + 0.01 * np.arange(10))
                current.append(1e-7 + value + 1e-12 * generator.standard_normal(10))
            built.event(Kind.PULSE, "epsc", "top", now + 0.35, now + 0.36, level, **place)
            now += 1.0
    built.trace("top", np.concatenate(time), 0.05, np.concatenate(current), instrument(), 0.005)
    run: Run = built.build()
    return run


def above(level: float) -> float:
    return float(np.sign(level)) * 1e-8 * (abs(level) - 0.2) ** 1.5


def test_voltages_have_a_threshold_and_an_exponent_above_it(builder: Any, instrument: Any) -> None:
    found = {result.symbol: result for result in SADP.compute(written(builder, instrument, VOLTAGES, above))}
    for symbol, truth in (("γ", 1.5), ("V_th", 0.2)):
        estimate = found[symbol].estimate
        assert estimate is not None
        assert truth in estimate.interval
        assert estimate.uncertainty < 0.1 * truth
    assert found["γ"].definition == "M10.voltage/1"
    assert found["γ"].at["highest_level"] == 1.0


def test_a_response_without_a_threshold_has_only_the_exponent_above_zero(builder: Any, instrument: Any) -> None:
    run = written(builder, instrument, VOLTAGES, lambda level: 1e-8 * float(np.exp(level / 0.1 - 10)))
    exponent = next(result for result in SADP.compute(run) if result.symbol == "γ")
    assert exponent.estimate is None
    assert Flag.AT_BOUND in exponent.flags
    assert "V_th = 0" in exponent.variants


def test_negative_voltages_are_a_series_of_their_own(builder: Any, instrument: Any) -> None:
    levels = tuple(sign * level for sign in (1.0, -1.0) for level in VOLTAGES)
    thresholds = [
        result for result in SADP.compute(written(builder, instrument, levels, above)) if result.symbol == "V_th"
    ]
    assert sorted(result.at["highest_level"] for result in thresholds) == [-1.0, 1.0]
    assert all(result.estimate is not None for result in thresholds)
