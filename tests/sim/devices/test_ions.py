"""Mobile ions: their equation, their bounds, the way back, and one barrier for both ways."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labkit_sim.devices import Acting, IonDrift
from scipy.integrate import solve_ivp

IONS = IonDrift.model_validate(
    {"full_shift": "3 V", "rate": "0.3 1/s", "scale": "12 V", "lifetime": "0.4 s", "activation": "0.3 eV"}
)


def acting(gate: float, temperature: float = 300.0) -> Acting:
    return Acting(gate, {}, temperature, 1.0, 1e-4, 300.0)


def after(start: float, gate: float, time: float, temperature: float = 300.0) -> float:
    return float(IONS.after(np.array([start]), acting(gate, temperature), np.array([time]))[0, 0])


@settings(max_examples=40, deadline=None)
@given(st.floats(-1, 1), st.floats(-60, 60), st.floats(0, 5), st.sampled_from([280.0, 300.0, 330.0]))
def test_ions_follow_their_equation(start: float, gate: float, time: float, temperature: float) -> None:
    warm = np.exp(-0.3 / 8.617333262e-5 * (1 / temperature - 1 / 300))
    drift = warm * 0.3 * np.sinh(abs(gate) / 12 * 300 / temperature)
    solved = solve_ivp(
        lambda _, x: drift * (np.sign(gate) - x) - warm * x / 0.4, (0, time), [start], rtol=1e-9, atol=1e-12
    ).y[0, -1]
    assert after(start, gate, time, temperature) == pytest.approx(solved, rel=1e-6, abs=1e-9)


@given(st.floats(-1, 1), st.floats(-1e4, 1e4), st.floats(0, 1e6))
def test_no_more_than_all_of_them_drift(start: float, gate: float, time: float) -> None:
    assert abs(after(start, gate, time)) <= 1


def test_let_go_they_spread_evenly_again_within_their_lifetime() -> None:
    assert after(0.5, 0.0, 0.4) == pytest.approx(0.5 / np.e)
    assert after(0.5, 0.0, 40.0) == pytest.approx(0, abs=1e-12)


def test_ions_of_the_other_sign_do_the_opposite() -> None:
    closing = IONS.model_copy(update={"polarity": "closing"})
    states = np.array([[0.3], [-0.2]])
    assert np.array_equal(closing.shift(states), -IONS.shift(states))
    assert IONS.shift(states) == pytest.approx([0.9, -0.6])
