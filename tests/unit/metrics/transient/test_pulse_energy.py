from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks.validation.generators import Instrument, RunBuilder
from labkit.core import Flag, Kind, Result, Run, Sample
from labkit.metrics import PULSE_ENERGY

Writes = Callable[..., Any]


def energies(run: Run) -> dict[str, Result]:
    return {result.symbol: result for result in PULSE_ENERGY.compute(run)}


def test_the_energy_of_a_write_holds_its_displacement_current(writes: Writes) -> None:
    device = writes(readings=50)
    found = energies(device.run(np.random.default_rng(1), sigma=1e-15))["E_pulse"]
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(device.truth, rel=1e-3)
    assert found.at == {"level": 1.0, "width": 1e-3}


def test_read_and_write_energies_follow_their_formulas(writes: Writes) -> None:
    device = writes(capacitance=0.0)
    found = energies(device.run(np.random.default_rng(2), sigma=1e-15))
    mean = np.mean([device.level_after(pulse) for pulse in range(device.pulses)])
    assert found["E_amp"].estimate is not None
    assert found["E_read"].estimate is not None
    assert found["E_amp"].estimate.value == pytest.approx(mean * 1e-3, rel=1e-6)
    assert found["E_read"].estimate.value == pytest.approx(0.1 * mean * 0.1 * 1e-3, rel=1e-6)


def test_the_first_cycle_is_left_out(writes: Writes) -> None:
    found = energies(writes(cycles=6).run(np.random.default_rng(3), sigma=1e-9))["E_pulse"]
    assert found.counts["pulse"] == 50
    assert found.counts["repeat"] == 5


def test_an_electrical_write_has_no_optical_energy(writes: Writes) -> None:
    found = energies(writes().run(np.random.default_rng(4), sigma=1e-9))["E_opt"]
    assert found.estimate is None
    assert "not light" in found.reason


def test_light_costs_irradiance_times_area_times_width(single_pulses: Any) -> None:
    device = single_pulses(sample=Sample(active_area="5000 um^2"), light_uncertainty=0.03)
    found = energies(device.run(np.random.default_rng(5), sigma=1e-11))
    optical = found["E_opt"].estimate
    assert optical is not None
    assert optical.value == pytest.approx(1.0 * 5e-9 * 1.0)
    assert optical.uncertainty == pytest.approx(0.03 * optical.value)
    assert found["E_opt"].variants["per area"].value == pytest.approx(1.0)
    assert found["E_amp"].estimate is None


def test_without_an_area_the_optical_energy_says_what_is_missing(single_pulses: Any) -> None:
    found = energies(single_pulses().run(np.random.default_rng(6), sigma=1e-11))["E_opt"]
    assert found.estimate is None
    assert "active_area" in found.reason


def test_a_pulse_current_below_the_noise_gives_an_upper_limit(writes: Writes) -> None:
    device = writes(conductance=1e-12, capacitance=0.0)
    found = energies(device.run(np.random.default_rng(7), sigma=1e-9))["E_pulse"]
    assert found.estimate is None
    assert Flag.SIGNAL_TO_NOISE in found.flags
    assert found.bound is not None
    assert found.bound.low == 0
    assert device.truth in found.bound


def test_pulses_that_were_not_sampled_have_no_energy(writes: Writes) -> None:
    run = writes().run(np.random.default_rng(8), sigma=1e-9)
    timeline = run.timeline.copy()
    pulses = timeline["kind"] == "pulse"
    timeline.loc[pulses, ["first_sample", "sample_count"]] = [-1, 0]
    timeline.loc[pulses, ["begin", "end"]] += 2e-3
    found = energies(replace(run, timeline=timeline))["E_pulse"]
    assert found.estimate is None
    assert "not measured" in found.reason


def test_what_a_pulse_bought_is_told_beside_what_it_cost(single_pulses: Any) -> None:
    device = single_pulses(after=lambda time: 0.5 + 0.5 * np.exp(-time / 0.2), scatter=0.0)
    bought = energies(device.run(np.random.default_rng(9), sigma=1e-12))["ΔG_retained"]
    assert bought.estimate is not None
    edge = device.amplitude * (1 - np.exp(-device.width / device.charging))
    assert bought.estimate.value == pytest.approx(0.5 * edge / 0.1, rel=0.02)


def gated(drain_read: bool = True, offset: float = 0.0, cycles: int = 3, fading: float = 0.0) -> Run:
    """Make gate pulses of 10 V, 0.1 s into 1 nA of leakage at 0.5 V on the drain, with a read of 2 uA after each.

    From cycle to cycle the drain's current loses the part `fading` of what it began with.
    """
    made = RunBuilder(("cycle", "pulse"), (), {"drain": "electrical", "gate": "electrical"})
    ammeters = {"drain": Instrument(offset=offset), "gate": Instrument()}
    times: dict[str, list[float]] = {"drain": [], "gate": []}
    for cycle in range(cycles):
        for pulse in range(5):
            begin, loops = 10.0 * cycle + pulse, {"cycle": cycle, "pulse": pulse}
            within = [begin + 0.01 * k for k in range(10)]
            made.event(Kind.PULSE, "potentiation", "gate", begin, begin + 0.1, 10.0, (len(times["gate"]), 10), **loops)
            times["gate"] += within
            times["drain"] += within if drain_read else []
            made.event(
                Kind.READ, "potentiation", "drain", begin + 0.5, begin + 0.55, 0.5, (len(times["drain"]), 5), **loops
            )
            times["drain"] += [begin + 0.5 + 0.01 * k for k in range(5)]
    for name, volts, amperes in (("drain", 0.5, 2e-6), ("gate", 10.0, 1e-9)):
        at = np.array(times[name])
        left = 1 - fading * (at // 10.0) if name == "drain" else np.ones(len(at))
        made.trace(name, at, volts, amperes * left, ammeters[name], 0.01)
    return made.build()


def test_a_gate_pulse_costs_what_gate_and_drain_take() -> None:
    found = energies(gated())["E_pulse"]
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(0.1 * (10.0 * 1e-9 + 0.5 * 2e-6))
    assert "left out" not in found.notes


def test_a_drain_that_was_not_read_is_said_to_be_left_out() -> None:
    found = energies(gated(drain_read=False))["E_pulse"]
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(0.1 * 10.0 * 1e-9)
    assert found.notes["left out"] == "drain: not read during the pulses"


def test_every_terminal_has_the_limits_of_its_own_meter() -> None:
    estimate = energies(gated(offset=1e-9))["E_pulse"].estimate
    assert estimate is not None
    assert estimate.uncertainty == pytest.approx(0.1 * 0.5 * 1e-9 / np.sqrt(3), rel=1e-3)


def test_an_energy_below_what_the_offset_may_be_is_an_upper_limit() -> None:
    found = energies(gated(offset=5e-6))["E_pulse"]
    assert found.estimate is None
    assert Flag.SIGNAL_TO_NOISE in found.flags
    assert found.bound is not None
    assert found.bound.high > 0.1 * 0.5 * 2e-6


@pytest.mark.parametrize(("fading", "flagged"), [(0.02, True), (0.005, False)])
def test_cycles_that_go_on_changing_are_flagged(fading: float, flagged: bool) -> None:
    found = energies(gated(cycles=11, fading=fading))
    for symbol in ("E_pulse", "E_read"):
        assert (Flag.DEGRADED in found[symbol].flags) is flagged
        assert found[symbol].reportable


def test_light_that_began_late_by_a_command_is_within_the_interval_of_its_energies(single_pulses: Any) -> None:
    """All repeats share the error, so that their scatter does not tell it."""
    device = single_pulses(scatter=0.0, charging=10.0)
    run = device.run(np.random.default_rng(10), sigma=1e-13)
    late = 0.05
    timeline = run.timeline.copy()
    lit = timeline["kind"] == "pulse"
    timeline.loc[lit, ["begin", "end"]] -= late
    exact = energies(run)
    for uncertainty, told in ((0.0, False), (late, True)):
        timeline.loc[lit, "time_uncertainty"] = uncertainty
        found = energies(replace(run, timeline=timeline))
        for symbol in ("E_read", "E_pulse"):
            truth, estimate = exact[symbol].estimate, found[symbol].estimate
            assert truth is not None
            assert estimate is not None
            assert (truth.value in estimate.interval) is told
