"""The floating gate under light: its equation, its resting point, optical program and electrical erase, warmth."""

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labkit_sim.devices import (
    Acting,
    Drive,
    FloatingGate,
    Mirrored,
    Stimulus,
    Transistor,
    TransistorPreset,
    read_preset,
)
from scipy.integrate import solve_ivp

from labkit.core import FloatArray

NOW = np.zeros(1)
CAPACITANCE = 1e-4
CHARGE, HC = 1.602176634e-19, 6.62607015e-34 * 299792458.0


def floating_gate(**light: object) -> FloatingGate:
    return FloatingGate.model_validate(
        {
            "program": {"scale": "1.6 V", "time": "200 d", "activation": "0.7 eV"},
            "erase": {"scale": "0.8 V", "time": "20 d", "activation": "0.7 eV"},
            "light": {"spectrum": [{"wavelength": "455 nm", "efficiency": "50 %"}]} | light,
        }
    )


def acting(gate: float = 0.0, irradiance: float = 0.0, temperature: float = 300.0, write: float = 1.0) -> Acting:
    return Acting(gate, {455e-9: irradiance}, temperature, write, CAPACITANCE, 300.0)


def after(part: FloatingGate, shift: float, under: Acting, time: float) -> float:
    return float(part.after(np.array([shift]), under, np.array([time]))[0, 0])


def dark_drain(gate: float = 0.0, irradiance: float = 0.0, wavelength: float = 365e-9) -> Stimulus:
    drives = {"drain": Drive(-0.5), "gate": Drive(gate), "source": Drive(0.0)}
    return Stimulus(drives, {wavelength: irradiance})


def device() -> Transistor | Mirrored:
    preset = read_preset("optical_floating_gate")
    assert isinstance(preset, TransistorPreset)
    still = preset.parameters.model_copy(update={"variation": 0.0})
    return preset.model_copy(update={"parameters": still}).build(1)


def current(made: Transistor | Mirrored) -> float:
    return float(made.trace(dark_drain(), NOW)["drain"][1][0])


@settings(max_examples=60, deadline=None)
@given(
    st.floats(-20, 20),
    st.floats(-4, 4),
    st.sampled_from([0.0, 1e-6, 1e-3, 1.0, 100.0]),
    st.sampled_from(["opening", "closing"]),
    st.floats(-4, 1).map(lambda decades: 10.0**decades),
    st.sampled_from([290.0, 300.0, 340.0]),
)
def test_charge_under_light_follows_its_equation(
    gate: float, shift: float, irradiance: float, polarity: str, time: float, temperature: float
) -> None:
    light = {"capture": "2 %", "polarity": polarity, "capture_scale": "15 V", "assistance": "1 W/m^2"}
    part = floating_gate(**light).model_copy(update={"coupling": 0.6})
    sign = 1 if polarity == "opening" else -1
    photons = irradiance * 0.5 * 455e-9 / HC
    charging = sign * 0.02 * CHARGE * photons / CAPACITANCE * np.exp(-sign * gate / 15)
    warm = np.exp(-0.7 / 8.617333262e-5 * (1 / temperature - 1 / 300))

    def change(_: float, state: FloatArray) -> list[float]:
        across = 0.6 * gate + state[0]
        barrier = part.erase if across > 0 else part.program
        helped = warm * (1 + 0.5 * irradiance / 1.0)
        return [charging - helped * barrier.scale / barrier.time * np.sinh(across / barrier.scale)]

    solved = solve_ivp(change, (0, time), [shift], method="LSODA", rtol=1e-10, atol=1e-12).y[0, -1]
    found = after(part, shift, acting(gate, irradiance, temperature), time)
    assert found == pytest.approx(solved, rel=1e-6, abs=1e-8)


@given(st.floats(-3, 2).map(lambda decades: 10.0**decades))
def test_light_charges_up_to_where_as_much_goes_back_and_that_goes_with_its_logarithm(irradiance: float) -> None:
    part = floating_gate(capture="2 %")
    rests = [after(part, 0.0, acting(irradiance=level), 1e9) for level in (irradiance, 10 * irradiance)]
    assert rests[1] - rests[0] == pytest.approx(part.erase.scale * log(10), rel=1e-3)
    assert after(part, rests[0] + 3.0, acting(irradiance=irradiance), 1e9) == pytest.approx(rests[0])


@given(st.floats(-30, 30), st.floats(-5, 5), st.floats(0, 1e6))
def test_in_the_dark_the_voltage_across_the_barrier_only_falls_and_never_turns(
    gate: float, shift: float, time: float
) -> None:
    across = gate + after(floating_gate(capture="2 %"), shift, acting(gate), time)
    assert abs(across) <= abs(gate + shift) + 1e-12
    assert across * (gate + shift) >= 0


def test_warmth_shortens_every_time_by_arrhenius_law() -> None:
    part = floating_gate()
    faster = np.exp(-0.7 / 8.617333262e-5 * (1 / 330 - 1 / 300))
    warm = after(part, 3.0, acting(temperature=330.0), 1e4)
    assert warm == pytest.approx(after(part, 3.0, acting(), 1e4 * faster), rel=1e-9)
    assert warm < after(part, 3.0, acting(), 1e4)


def test_light_helps_a_gate_pulse_and_is_nothing_without_one() -> None:
    part = floating_gate(assistance="1 W/m^2")
    moved = [after(part, 0.0, acting(-24.0, irradiance), 1e-3) for irradiance in (0.0, 2.0)]
    assert moved[1] > 1.5 * moved[0] > 0
    assert after(part, 0.0, acting(0.0, 2.0), 10.0) == 0


def test_light_programs_the_dark_keeps_and_one_gate_pulse_erases() -> None:
    made = device()
    fresh = current(made)
    made.advance(dark_drain(irradiance=1.53), 5.0)
    made.advance(dark_drain(), 100.0)
    programmed = current(made)
    made.advance(dark_drain(), 3000.0)
    kept = current(made)
    made.advance(dark_drain(gate=-50.0), 0.5)
    assert programmed / fresh > 1e5
    assert 0.5 < kept / programmed < 1
    assert current(made) / fresh < 2


def test_the_shorter_the_wavelength_the_more_is_written() -> None:
    written = []
    for wavelength in (365e-9, 450e-9, 520e-9, 660e-9):
        made = device()
        made.advance(dark_drain(irradiance=0.3, wavelength=wavelength), 2.0)
        written.append(abs(current(made)))
    assert written == sorted(written, reverse=True)


def test_of_rising_gate_pulses_the_one_that_meets_the_light_decides_what_is_written() -> None:
    """Light that comes later meets a higher pulse; two early ones are worth a late one (experiments N03 and N04)."""

    def left(lit: set[int]) -> float:
        made = read_preset("temporal_order_transistor").build(1)
        for place, level in enumerate((18.0, 20.0, 22.0, 24.0)):
            made.advance(dark_drain(level, 1.0 if place in lit else 0.0), 0.05)
            made.advance(dark_drain(), 0.5)
        return abs(float(made.trace(dark_drain(), NOW)["drain"][1][0]))

    dark, *single = (left(lit) for lit in (set(), {0}, {1}, {2}, {3}))
    assert [dark, *single] == sorted([dark, *single])
    assert single[-1] > 10 * dark
    assert left({0, 2}) == pytest.approx(single[-1], rel=0.2)


def test_light_writes_by_its_dose_until_charge_goes_back() -> None:
    """Reciprocity of irradiance and time holds for little charge; of more, the slower light leaves less."""
    part = floating_gate(capture="2 %")

    def written(dose: float) -> list[float]:
        return [after(part, 0.0, acting(irradiance=level), dose / level) for level in (1e-3, 1e-2)]

    little, much = written(0.02), written(0.3)
    assert little[0] == pytest.approx(little[1], rel=1e-3)
    assert much[0] < 0.95 * much[1]
