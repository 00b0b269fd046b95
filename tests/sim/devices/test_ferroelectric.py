"""The ferroelectric gate: its master equation, Merz's law, partial reversal, fading, warmth and light."""

from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labkit_sim.devices import Acting, Drive, Ferroelectric, Stimulus, load_preset
from scipy.integrate import solve_ivp

from labkit.core import FloatArray

NOW = np.zeros(1)
ATTEMPT = 2e-5


def film(**changes: object) -> Ferroelectric:
    given_ = {"full_shift": "6 V", "activation_voltage": "220 V", "spread": "10 %", "attempt_time": "20 us"} | changes
    return Ferroelectric.model_validate(given_)


def acting(gate: float, irradiance: float = 0.0, temperature: float = 300.0) -> Acting:
    return Acting(gate, {455e-9: irradiance}, temperature, 1.0, 1e-4, 300.0)


def after(part: Ferroelectric, stretches: list[tuple[float, float]], state: FloatArray | None = None) -> FloatArray:
    """Give the state after stretches of (gate voltage, time)."""
    state = part.rest() if state is None else state
    for gate, time in stretches:
        state = part.after(state, acting(gate), np.array([time]))[0]
    return state


def shift(part: Ferroelectric, state: FloatArray) -> float:
    return float(part.shift(state[np.newaxis])[0])


LIGHT = {
    "spectrum": [{"wavelength": "455 nm", "efficiency": "50 %"}],
    "photovoltage": "3 V",
    "onset": "1 W/m^2",
    "poling": 0.8,
    "depolarising": "30 %",
}


@settings(max_examples=25, deadline=None)
@given(
    st.floats(-40, 40),
    st.floats(0, 1),
    st.floats(-4, 2).map(lambda decades: 10.0**decades),
    st.sampled_from([0.0, 5.0]),
    st.sampled_from([290.0, 300.0, 340.0]),
)
def test_regions_follow_their_master_equation(
    gate: float, up: float, time: float, irradiance: float, temperature: float
) -> None:
    part = film(imprint="-4 V", depolarising="2 V", light=LIGHT)
    photovoltage = 3.0 * log(1 + 0.5 * irradiance / 1.0)
    poling, against = gate - 4 + 0.8 * photovoltage, 2 + 0.3 * photovoltage
    start = np.full(len(part.rest()), up)
    found = part.after(start, acting(gate, irradiance, temperature), np.array([time]))[0]

    def rate(activation: float, voltage: float) -> float:
        return exp(-activation * 300 / temperature / voltage) / ATTEMPT if voltage > 0 else 0.0

    for region in (0, 15, 31):
        rising, falling = (rate(part.activations[region], voltage) for voltage in (poling + against, against - poling))

        def change(_: float, part_up: FloatArray, up: float = rising, down: float = falling) -> FloatArray:
            return up * (1 - part_up) - down * part_up

        solved = solve_ivp(change, (0, time), [up], method="LSODA", rtol=1e-9, atol=1e-12).y[0, -1]
        assert found[region] == pytest.approx(solved, rel=1e-6, abs=1e-9)


@given(st.lists(st.tuples(st.floats(-60, 60), st.floats(0, 1e3)), max_size=6))
def test_no_history_takes_a_region_beyond_all_up_or_all_down(stretches: list[tuple[float, float]]) -> None:
    part = film(depolarising="3 V")
    state = after(part, stretches)
    assert np.all((state >= 0) & (state <= 1))
    assert abs(shift(part, state)) <= part.full_shift


@given(st.lists(st.tuples(st.floats(-60, 60), st.floats(0, 1e2)), max_size=5))
def test_a_film_without_imprint_has_no_preferred_direction(stretches: list[tuple[float, float]]) -> None:
    part = film(depolarising="1 V")
    turned = [(-gate, time) for gate, time in stretches]
    assert shift(part, after(part, turned)) == pytest.approx(-shift(part, after(part, stretches)), abs=1e-9)


def test_the_switching_time_follows_merz_law_and_its_activation_the_temperature() -> None:
    part = film(spread="0 %")
    down = after(part, [(-60.0, 1e3)])

    def switching_time(gate: float, temperature: float) -> float:
        state = part.after(down, acting(gate, temperature=temperature), np.array([1e-6]))[0]
        return -1e-6 / log((1 - state[0]) / (1 - down[0]))

    times = {(gate, kelvin): switching_time(gate, kelvin) for gate in (25.0, 40.0) for kelvin in (300.0, 330.0)}
    slope = log(times[25.0, 300.0] / times[40.0, 300.0]) / (1 / 25 - 1 / 40)
    warm = log(times[25.0, 330.0] / times[40.0, 330.0]) / (1 / 25 - 1 / 40)
    assert slope == pytest.approx(220.0, rel=1e-6)
    assert warm == pytest.approx(220.0 * 300 / 330, rel=1e-6)


def test_width_and_amplitude_decide_how_much_is_reversed() -> None:
    part = film()
    down = after(part, [(-60.0, 10.0)])
    by_width = [shift(part, after(part, [(24.0, width)], down)) for width in (5e-3, 20e-3, 0.1, 1.0)]
    by_level = [shift(part, after(part, [(level, 20e-3)], down)) for level in (15.0, 20.0, 30.0, 50.0)]
    for found in (by_width, by_level):
        assert np.all(np.diff(found) > 0)
    assert by_level[-1] == pytest.approx(part.full_shift, rel=0.01)


def test_a_depolarising_voltage_lets_either_polarization_fade_and_an_imprint_turns_the_film() -> None:
    fading = film(depolarising="9 V")
    up = after(fading, [(60.0, 10.0)])
    left = [shift(fading, after(fading, [(0.0, time)], up)) for time in (1.0, 1e4, 1e12)]
    assert fading.full_shift > left[0] > left[1] > left[2]
    assert left[2] == pytest.approx(0, abs=1e-6)
    printed = film(imprint="-9 V")
    assert shift(printed, after(printed, [(60.0, 10.0), (0.0, 1e12)])) == pytest.approx(-printed.full_shift)


def test_light_writes_with_a_gate_pulse_more_than_both_apart() -> None:
    part = film(activation_voltage="90 V", light=LIGHT)

    def written(gate: float, irradiance: float) -> float:
        return shift(part, part.after(part.rest(), acting(gate, irradiance), np.array([0.02]))[0])

    assert written(8.0, 5.0) > 2 * (written(8.0, 0.0) + written(0.0, 5.0)) > 0


def test_light_alone_lets_a_polarization_fade_where_it_only_screens() -> None:
    part = film(activation_voltage="60 V", light=LIGHT | {"poling": 0.0, "depolarising": "100 %"})
    for pole in (60.0, -60.0):
        poled = after(part, [(pole, 10.0)])
        lit = part.after(poled, acting(0.0, 5.0), np.array([1e4]))[0]
        assert abs(shift(part, lit)) < 0.01 * abs(shift(part, poled))


def driven(gate: float = 0.0) -> Stimulus:
    return Stimulus({"drain": Drive(-0.5), "gate": Drive(gate), "source": Drive(0.0)})


def test_long_pulses_saturate_the_transistor_soon_and_short_ones_leave_it_half_way() -> None:
    """Potentiation by width (experiment G05): the first of ten pulses does the more the longer they are."""

    def course(width: float) -> FloatArray:
        made = load_preset("ferroelectric_transistor", 1)
        made.advance(driven(30.0), 10.0)
        made.advance(driven(), 5.0)
        found = []
        for _ in range(11):
            found.append(abs(float(made.trace(driven(), NOW)["drain"][1][0])))
            made.advance(driven(-30.0), width)
            made.advance(driven(), 3.0)
        return np.array(found)

    short, usual, long = (course(width) for width in (5e-3, 20e-3, 0.2))
    for found in (short, usual, long):
        assert np.all(np.diff(found) > 0)
    firsts = [(found[1] - found[0]) / (found[-1] - found[0]) for found in (short, usual, long)]
    assert firsts == sorted(firsts)
    assert short[-1] < 0.5 * long[-1]


def test_ions_follow_a_weak_gate_pulse_and_go_back_while_the_polarization_stays() -> None:
    made = load_preset("ferroelectric_transistor", 1)
    made.advance(driven(-30.0), 0.02)
    decay = np.abs(made.trace(driven(), np.array([0.0, 0.4, 4.0, 40.0]))["drain"][1])
    assert decay[0] > decay[1] > decay[2]
    assert decay[3] == pytest.approx(decay[2], rel=1e-3)
