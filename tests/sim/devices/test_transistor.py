"""The transistor: its regimes, its floating gate against its equation, its limits, and its mirror image."""

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labkit_sim.devices import (
    Barrier,
    Drive,
    Endurance,
    Film,
    FilmPreset,
    Mirrored,
    Stimulus,
    Transistor,
    TransistorParameters,
    TransistorPreset,
    TransistorTruth,
    Tunnelling,
    of_area,
    read_preset,
)
from scipy.integrate import solve_ivp

NOW = np.array([0.0])


def parameters(name: str) -> TransistorParameters:
    preset = read_preset(name)
    assert isinstance(preset, TransistorPreset)
    return preset.parameters.model_copy(update={"variation": 0.0})


def biased(gate: float, drain: float, limit: float = np.inf) -> Stimulus:
    return Stimulus({"drain": Drive(drain, limit), "gate": Drive(gate), "source": Drive(0.0)})


def drain_current(device: Transistor | Mirrored, gate: float, drain: float) -> float:
    return float(device.trace(biased(gate, drain), NOW)["drain"][1][0])


def test_the_curves_of_a_transistor_are_those_of_its_truth() -> None:
    made = parameters("field_effect_transistor")
    device, truth = Transistor(made), TransistorTruth(made)
    assert drain_current(device, 5.0, 6.0) == pytest.approx(truth.current(5.0, 6.0))
    # In saturation the root of the current is straight, and its slope is the mobility's.
    roots = [drain_current(device, gate, 6.0) ** 0.5 for gate in (2.0, 3.0)]
    slope = roots[1] - roots[0]
    gain = made.channel.insulator_capacitance * made.channel.width / made.channel.length
    assert 2 * slope**2 / gain == pytest.approx(truth.saturation_mobility(6.0), rel=1e-3)
    tight = Transistor(made.model_copy(update={"off_conductance": 0.0}))
    decades = np.log10(drain_current(tight, 0.2, 1.0) / drain_current(tight, 0.1, 1.0))
    assert 0.1 / decades == pytest.approx(truth.subthreshold_swing, rel=0.02)
    assert truth.subthreshold_swing == pytest.approx(0.080, rel=1e-3)


def test_every_current_that_enters_leaves() -> None:
    found = Transistor(parameters("field_effect_transistor")).trace(biased(3.0, 2.0), NOW)
    assert sum(float(current[0]) for _, current in found.values()) == pytest.approx(0.0, abs=1e-20)


def test_a_closed_contact_takes_current_away_and_an_open_one_none() -> None:
    made = parameters("contact_limited_transistor")
    bare = made.model_copy(update={"contact": None})
    closed, opened = (Transistor(made), 6.0), (Transistor(made), 60.0)
    assert drain_current(closed[0], closed[1], 20.0) < 0.2 * drain_current(Transistor(bare), closed[1], 20.0)
    assert drain_current(opened[0], opened[1], 5.0) == pytest.approx(
        drain_current(Transistor(bare), opened[1], 5.0), rel=1e-3
    )


def test_at_its_limit_the_drain_has_the_voltage_that_drives_just_that() -> None:
    device = Transistor(parameters("field_effect_transistor"))
    voltage, current = (float(each[0]) for each in device.trace(biased(5.0, 6.0, 1e-5), NOW)["drain"])
    assert current == pytest.approx(1e-5)
    assert drain_current(device, 5.0, voltage) == pytest.approx(1e-5, rel=1e-6)


def test_holes_are_the_mirror_image() -> None:
    made = parameters("contact_limited_transistor")
    holes = read_preset("contact_limited_transistor").build(1)
    assert isinstance(holes, Mirrored)
    assert drain_current(holes, -20.0, -10.0) == pytest.approx(-drain_current(Transistor(made), 20.0, 10.0))


@settings(max_examples=30, deadline=None)
@given(st.floats(-30, 20), st.floats(-3, 3), st.floats(1e-4, 1.0))
def test_the_floating_gate_follows_its_equation(gate: float, shift: float, time: float) -> None:
    barrier = Tunnelling(
        program=Barrier.model_validate({"scale": "1.6 V", "time": "200 d"}),
        erase=Barrier.model_validate({"scale": "0.8 V", "time": "200 d"}),
    )

    def change(_: float, state: np.ndarray) -> list[float]:
        across = gate + state[0]
        part = barrier.erase if across > 0 else barrier.program
        return [-part.scale / part.time * np.sinh(across / part.scale)]

    found = barrier.shift_after(gate, shift, time)
    solved = solve_ivp(change, (0, time), [shift], method="LSODA", rtol=1e-10, atol=1e-12).y[0, -1]
    assert found == pytest.approx(solved, rel=1e-6, abs=1e-8)


def test_stretches_of_one_gate_voltage_add_up() -> None:
    whole, halves = (Transistor(parameters("floating_gate_transistor")) for _ in range(2))
    whole.advance(biased(-30.0, 0.1), 0.02)
    for _ in range(2):
        halves.advance(biased(-30.0, 0.1), 0.01)
    assert halves.shift == pytest.approx(whole.shift)
    assert whole.shift > 0


def test_negative_gate_pulses_open_the_channel_positive_ones_close_it_and_reading_does_neither() -> None:
    device = Transistor(parameters("floating_gate_transistor"))
    before = drain_current(device, 0.0, 0.1)
    device.advance(biased(-30.0, 0.1), 0.02)
    written = drain_current(device, 0.0, 0.1)
    device.advance(biased(0.0, 0.1), 100.0)
    kept = drain_current(device, 0.0, 0.1)
    device.advance(biased(15.0, 0.1), 0.5)
    assert before < written
    assert kept == pytest.approx(written, rel=1e-3)
    assert drain_current(device, 0.0, 0.1) < before


def test_a_film_carries_what_its_laws_add_up_to_behind_any_resistance() -> None:
    preset = read_preset("space_charge_film")
    assert isinstance(preset, FilmPreset)
    made = preset.parameters
    film = Film(made)
    direct = film.trace(Stimulus({"top": Drive(4.0)}), NOW)["top"]
    assert float(direct[1][0]) == pytest.approx(made.conductance * 4 + made.square * 16)
    behind = film.trace(Stimulus({"top": Drive(4.0, np.inf, 1e5)}), NOW)["top"]
    voltage, current = float(behind[0][0]), float(behind[1][0])
    assert voltage == pytest.approx(4.0 - 1e5 * current)
    assert current == pytest.approx(made.current(voltage, 300.0))
    limited = film.trace(Stimulus({"top": Drive(-4.0, 1e-6)}), NOW)["top"]
    assert float(limited[1][0]) == -1e-6
    assert made.current(float(limited[0][0]), 300.0) == pytest.approx(-1e-6)


def test_emission_over_a_barrier_is_activated() -> None:
    preset = read_preset("schottky_film")
    assert isinstance(preset, FilmPreset)
    currents = [preset.parameters.current(1.0, temperature) / temperature**2 for temperature in (290.0, 310.0)]
    energy = np.log(currents[1] / currents[0]) / (1 / (8.617333262e-5 * 290) - 1 / (8.617333262e-5 * 310))
    lowered = np.sqrt(1.602176634e-19 / 4e-7 / (4 * np.pi * 8.8541878128e-12 * 5))
    assert energy == pytest.approx(0.66 - lowered, rel=1e-3)


@pytest.mark.parametrize(
    "name",
    ["field_effect_transistor", "contact_limited_transistor", "ambipolar_heterojunction", "optical_floating_gate"],
)
def test_every_current_goes_with_the_width_and_that_of_the_channel_with_one_over_the_length(name: str) -> None:
    made = parameters(name)
    for gate, drain in ((8.0, 1.0), (-8.0, -1.0), (0.0, 0.1)):
        one, wide = (Transistor(each).trace(biased(gate, drain), NOW) for each in (made, of_area(made, 7.0)))
        for terminal in one:
            assert wide[terminal][1] == pytest.approx(7 * one[terminal][1], rel=1e-9)
    bare = made.model_copy(update={"off_conductance": 0.0, "contact": None})
    longer = bare.model_copy(
        update={
            name: channel.model_copy(update={"length": 3 * channel.length})
            for name, channel in (("channel", bare.channel), ("holes", bare.holes))
            if channel is not None
        }
    )
    assert drain_current(Transistor(longer), 8.0, 1.0) == pytest.approx(drain_current(Transistor(bare), 8.0, 1.0) / 3)


def test_a_hopping_mobility_is_activated() -> None:
    made = parameters("field_effect_transistor").model_copy(update={"mobility_activation": 0.08, "off_conductance": 0})
    device = Transistor(made)
    found = [
        float(device.trace(replace(biased(5.0, 0.1), temperature=kelvin), NOW)["drain"][1][0]) for kelvin in (280, 320)
    ]
    energy = np.log(found[1] / found[0]) / (1 / (8.617333262e-5 * 280) - 1 / (8.617333262e-5 * 320))
    assert energy == pytest.approx(0.08, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    st.floats(-40, 40),
    st.floats(-40, 40),
    st.sampled_from([0.0, 1e4, 1e7]),
    st.sampled_from([0.0, 1e5]),
    st.floats(-5, 5),
)
def test_behind_leads_both_kinds_of_carriers_share_one_current(gate, drain, in_drain, in_source, shift) -> None:
    ambipolar = parameters("ambipolar_heterojunction")
    for update in ({"off_conductance": 0.0}, {"early_voltage": 50.0}):
        made = ambipolar.model_copy(update=update)
        shifts = np.array([shift])
        current = float(made.current(gate, drain, shifts, (in_drain, in_source))[0])
        left = drain - (in_drain + in_source) * current
        electrons = made.channel.current(gate - in_source * current, left, shifts)
        holes = -made.holes.current(-(gate - in_source * current), -left, -shifts)
        beyond = 1 + abs(left) / made.early_voltage
        expected = float((electrons + holes)[0]) * beyond + left * made.off_conductance
        assert current == pytest.approx(expected, rel=1e-6, abs=1e-22)


def test_the_terminal_whose_source_has_the_lower_limit_yields() -> None:
    """At the drain's limit the drain comes to where just that flows, at the source's the source does."""
    device = Transistor(parameters("ambipolar_heterojunction"))
    for drain_limit, source_limit in ((1e-9, np.inf), (np.inf, 1e-9)):
        drives = {"drain": Drive(-30.0, drain_limit), "gate": Drive(-30.0), "source": Drive(0.0, source_limit)}
        found = device.trace(Stimulus(drives), NOW)
        at_drain, at_source = (float(found[terminal][0][0]) for terminal in ("drain", "source"))
        assert (at_drain == -30.0) == (drain_limit == np.inf)
        assert (at_source == 0.0) == (source_limit == np.inf)
        there = Stimulus({"drain": Drive(at_drain), "gate": Drive(-30.0), "source": Drive(at_source)})
        assert float(device.trace(there, NOW)["drain"][1][0]) == pytest.approx(-1e-9, rel=1e-6)


def worn(lifetime: float, narrowing: float, stuck: str) -> Transistor:
    made = parameters("optical_floating_gate")
    endurance = Endurance.model_validate({"lifetime": lifetime, "narrowing": narrowing, "stuck": stuck})
    return Transistor(made.model_copy(update={"endurance": endurance, "layers": ()}), seed=4)


def cycled(device: Transistor, cycles: int) -> list[tuple[float, float]]:
    """Program by light and erase by the gate, and give the shift (V) after each."""
    found = []
    lit = replace(biased(0.0, 0.5), irradiance={365e-9: 1.5})
    for _ in range(cycles):
        device.advance(lit, 1.0)
        device.advance(biased(0.0, 0.5), 1.0)
        programmed = device.shift
        device.advance(biased(50.0, 0.5), 0.5)
        device.advance(biased(0.0, 0.5), 1.0)
        found.append((programmed, device.shift))
    return found


def test_a_worn_floating_gate_is_stuck_programmed() -> None:
    device = worn(lifetime=6.0, narrowing=np.inf, stuck="on")
    failure = int(device.wear.failure)
    found = cycled(device, failure + 2)
    working, dead = found[: failure - 1], found[failure - 1 :]
    assert max(erased for _, erased in working) < 0.5 < 1.0 < min(programmed for programmed, _ in working)
    assert min(erased for _, erased in dead) > 0.9 * max(programmed for programmed, _ in working)


def test_erasing_weakens_cycle_by_cycle() -> None:
    programmed, erased = zip(*cycled(worn(np.inf, 0.5, "on"), 8), strict=True)
    assert list(erased) == sorted(erased)
    assert programmed[-1] - erased[-1] < 0.5 * (programmed[0] - erased[0])


def test_a_write_keeps_the_efficiency_that_was_foreseen_and_a_copy_draws_its_own() -> None:
    made = parameters("floating_gate_transistor").model_copy(update={"variation": 0.3})
    device = Transistor(made, seed=5)
    again = deepcopy(device)
    moved = []
    for _ in range(3):
        ahead = float(device.trace(biased(-30.0, 0.1), np.array([0.02]))["drain"][1][0])
        before = device.shift
        device.advance(biased(-30.0, 0.1), 0.02)
        assert drain_current(device, -30.0, 0.1) == pytest.approx(ahead)
        moved.append(device.shift - before)
        device.advance(biased(0.0, 0.1), 0.02)
    assert len({round(each, 6) for each in moved}) == 3
    again.advance(biased(-30.0, 0.1), 0.02)
    assert again.shift == pytest.approx(moved[0]), "what the first device draws does not move the stream of the copy"


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["field_effect_transistor", "ambipolar_heterojunction"]), st.floats(-20, 20), st.floats(-20, 20))
def test_drain_and_source_may_change_places(name: str, gate: float, voltage: float) -> None:
    """A channel without a contact has two like ends: reciprocity."""
    device = Transistor(parameters(name).model_copy(update={"gate_leakage": 0.0}))
    there = Stimulus({"drain": Drive(voltage), "gate": Drive(gate), "source": Drive(0.0)})
    back = Stimulus({"drain": Drive(0.0), "gate": Drive(gate), "source": Drive(voltage)})
    first, second = (device.trace(stimulus, NOW) for stimulus in (there, back))
    assert second["source"][1] == pytest.approx(first["drain"][1], rel=1e-9, abs=1e-24)
    assert second["drain"][1] == pytest.approx(first["source"][1], rel=1e-9, abs=1e-24)
