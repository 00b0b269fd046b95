"""M23: what an activation energy is taken from, and from what it is not."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.validation.generators import Activated, Kept, arrhenius
from labkit.core import Flag, Result, Sample
from labkit.metrics import ARRHENIUS, NotMeasured
from labkit.metrics._arrhenius_fit import Logarithms, fit_line, scale_error
from labkit.metrics._temperatures import BOLTZMANN, stays

LAW = arrhenius(0.5)
SIGMA = 5e-9


def results(device: Activated, seed: int = 1) -> dict[str, Result]:
    found = ARRHENIUS.compute(device.run(np.random.default_rng(seed), sigma=SIGMA))
    assert len(found) == 2
    return {result.symbol: result for result in found}


def line_points(energy: float, temperatures: list[float], shift: float = 0.0) -> tuple[Logarithms, ...]:
    ways = [1] + [int(np.sign(after - before)) for before, after in pairwise(temperatures)]
    inverse = [1 / (BOLTZMANN * temperature) for temperature in temperatures]
    return tuple(
        Logarithms(x, way, np.array([energy * x - 15 + (shift if way < 0 else 0.0)] * 2))
        for x, way in zip(inverse, ways, strict=True)
    )


@given(st.floats(0.05, 2.0), st.floats(-3, 3))
def test_an_exact_line_gives_its_slope_and_the_gap_between_the_ways(energy: float, shift: float) -> None:
    line = fit_line(line_points(energy, [280, 290, 300, 310, 300, 290, 280], shift))
    assert line is not None
    assert line.gap is not None
    assert line.gap.value == pytest.approx(shift, abs=1e-6)
    straight = fit_line(line_points(energy, [280, 290, 300, 310]))
    assert straight is not None
    assert straight.slope == pytest.approx(energy, abs=1e-9)
    assert straight.gap is None


def test_a_line_needs_a_degree_of_freedom() -> None:
    assert fit_line(line_points(0.5, [280, 290])) is None


def test_a_thermometer_that_is_wrong_at_both_ends_turns_the_line() -> None:
    temperatures = np.array([273.0, 283.0, 293.0, 303.0, 313.0])
    true = 1 / (BOLTZMANN * temperatures)
    shown = 1 / (BOLTZMANN * (temperatures + np.linspace(-0.2, 0.2, 5)))
    slope = np.polyfit(shown, 0.5 * true, 1)[0]
    assert abs(slope - 0.5) == pytest.approx(scale_error(0.5, 0.2, true), rel=0.05)


def test_the_temperature_is_the_one_that_was_measured_not_the_setpoint() -> None:
    device = Activated(LAW, (300.0, 310.0, 320.0, 330.0), accuracy=2.0)
    run = device.run(np.random.default_rng(3), sigma=SIGMA)
    found = stays(run)
    assert [stay.setpoint for stay in found] == [300.0, 310.0, 320.0, 330.0]
    assert [stay.way for stay in found] == [1, 1, 1, 1]
    off = [stay.temperature - stay.setpoint for stay in found]
    assert max(map(abs, off)) > 0.1
    assert np.diff(off, n=2) == pytest.approx([0, 0], abs=0.05)


def test_the_value_has_variants_counts_and_the_window() -> None:
    found = results(Activated(LAW, scatter=0.02))["E_a"]
    assert found.estimate is not None
    assert found.estimate.unit == "eV"
    assert set(found.variants) == {"t_50 - t_0", "KWW τ"}
    assert found.counts == {"repeat": 12, "temperature": 4, "stay": 4}
    assert found.at == pytest.approx({"lowest temperature": 300.0, "highest temperature": 330.0}, abs=0.1)
    assert found.notes["transitions"] == "the sample file declares none"


def test_a_conductance_that_does_not_change_gives_the_thermal_energy() -> None:
    found = results(Activated(LAW))["E_a (σT)"]
    assert found.estimate is not None
    assert BOLTZMANN * 315 in found.estimate.interval
    assert found.notes["k_B T"].startswith("27.1 meV")


def test_temperatures_at_which_half_was_not_seen_are_left_out_whole() -> None:
    device = Activated(LAW, (255.0, 300.0, 310.0, 320.0, 330.0), longest=1000.0)
    found = results(device)["E_a"]
    assert "255 K" in found.notes["not observed"]
    assert found.counts["temperature"] == 4
    assert found.estimate is not None
    assert 0.5 in found.estimate.interval


def test_each_phase_has_a_value_of_its_own() -> None:
    temperatures = (270.0, 276.0, 282.0, 288.0, 300.0, 306.0, 312.0, 318.0)

    def law(temperature: float) -> float:
        return arrhenius(0.7 if temperature < 295 else 0.4, at=295.0)(temperature)

    sample = Sample.model_validate({"transitions": ["294 K", "500 K"]})
    run = Activated(law, temperatures, scatter=0.02, sample=sample).run(np.random.default_rng(5), sigma=SIGMA)
    cold, warm = (each for each in ARRHENIUS.compute(run) if each.symbol == "E_a")
    for found, energy in ((cold, 0.7), (warm, 0.4)):
        assert Flag.TRANSITION in found.flags
        assert found.estimate is not None
        assert energy in found.estimate.interval
        assert found.notes["transitions"] == "the window crosses 294 K; this is one side"


def test_a_transition_outside_the_window_is_told_and_does_no_harm() -> None:
    found = results(Activated(LAW, sample=Sample.model_validate({"transitions": ["340 K"]})))["E_a"]
    assert Flag.TRANSITION not in found.flags
    assert found.notes["transitions"] == "none lies in the window"


def test_a_temperature_that_wanders_is_flagged() -> None:
    assert Flag.DRIFT in results(Activated(LAW, wander=0.5))["E_a"].flags


def test_a_run_without_temperatures_is_told_what_to_run() -> None:
    run = Kept(lambda time: np.exp(-time / 100), longest=100.0).run(np.random.default_rng(1), sigma=SIGMA)
    with pytest.raises(NotMeasured, match="went to no temperature"):
        ARRHENIUS.compute(run)
