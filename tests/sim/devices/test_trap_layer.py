"""Layers of traps beside a transistor's channel: two absorbers, two kinds of carriers, charge that scatters."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labkit_sim.devices import (
    Drive,
    Phototransistor,
    PhototransistorPreset,
    Stimulus,
    Transistor,
    TransistorParameters,
    TransistorPreset,
    TrapLayer,
    read_preset,
)
from scipy.integrate import solve_ivp

from labkit.core import FloatArray

NOW = np.zeros(1)
CHARGE, HC = 1.602176634e-19, 6.62607015e-34 * 299792458.0


def biased(drain: float, gate: float, light: Mapping[float, float] | None = None, kelvin: float = 300.0) -> Stimulus:
    return Stimulus({"drain": Drive(drain), "gate": Drive(gate), "source": Drive(0.0)}, light or {}, kelvin)


def parameters(name: str) -> TransistorParameters:
    preset = read_preset(name)
    assert isinstance(preset, TransistorPreset)
    return preset.parameters.model_copy(update={"variation": 0.0})


def drain_current(device: Transistor | Phototransistor, drain: float, gate: float) -> float:
    return float(device.trace(biased(drain, gate), NOW)["drain"][1][0])


def response(name: str, drain: float, gate: float, light: Mapping[float, float], time: float = 1.0) -> float:
    """Give by how much light makes the current's magnitude grow (A)."""
    device = Transistor(parameters(name))
    before = abs(drain_current(device, drain, gate))
    device.advance(biased(drain, gate, light), time)
    return abs(drain_current(device, drain, gate)) - before


@settings(max_examples=15, deadline=None)
@given(st.floats(-2, 2), st.sampled_from([0.0, 0.1, 3.0]), st.floats(0.01, 5.0), st.sampled_from([280.0, 300.0]))
def test_a_transistor_with_one_layer_is_a_phototransistor(gate, irradiance, time, kelvin) -> None:
    preset = read_preset("heterojunction_phototransistor")
    assert isinstance(preset, PhototransistorPreset)
    known = preset.parameters.model_copy(update={"variation": 0.0})
    layer = TrapLayer(spectrum=known.spectrum, traps=known.traps, sensitisation=known.sensitisation)
    made = TransistorParameters(channel=known.channel, layers=(layer,), gate_leakage="10 pS")
    devices = Phototransistor(known), Transistor(made)
    for stimulus in (biased(0.1, gate, {455e-9: irradiance}, kelvin), biased(0.1, 0.0)):
        first, second = (each.trace(stimulus, np.linspace(0, time, 5)) for each in devices)
        for terminal, (voltage, current) in first.items():
            assert second[terminal][0] == pytest.approx(voltage)
            assert second[terminal][1] == pytest.approx(current, rel=1e-9, abs=1e-25)
        for device in devices:
            device.advance(stimulus, time)


@settings(max_examples=25, deadline=None)
@given(
    st.floats(-20, 20), st.sampled_from([0.0, 0.01, 1.0]), st.floats(1e-3, 3.0), st.sampled_from(["opening", "closing"])
)
def test_a_layer_follows_its_equations_where_the_gate_hinders_capture(gate, irradiance, time, polarity) -> None:
    trap = {"capture": "2 %", "full_shift": "3 V", "lifetime": "2 s", "emission_scale": "5 V", "capture_scale": "9 V"}
    layer = TrapLayer.model_validate(
        {
            "spectrum": [{"wavelength": "455 nm", "efficiency": "50 %"}],
            "traps": [trap | {"polarity": polarity}],
            "sensitisation": {"gain": "200 %", "cross_section": "1e-14 cm^2", "lifetime": "0.7 s"},
        }
    )
    channel = parameters("oxide_heterojunction").channel
    device = Transistor(TransistorParameters(channel=channel, layers=(layer,)))
    device.states[0] = np.array([0.3, 0.8])
    sign = 1 if polarity == "opening" else -1
    flux = irradiance * 0.5 * 455e-9 / HC
    capture = sign * 0.02 * CHARGE * flux / channel.insulator_capacitance * np.exp(-sign * gate / 9)

    def change(_: float, state: FloatArray) -> list[float]:
        sites, shift = state
        emission = np.exp(sign * gate / 5) / 2
        filled = capture * (1 + 2 * sites) - shift * (abs(capture) / 3 + emission)
        return [1e-18 * flux * (1 - sites) - sites / 0.7, filled]

    solved = solve_ivp(change, (0, time), [0.3, 0.8], method="LSODA", rtol=1e-10, atol=1e-13).y[:, -1]
    device.advance(biased(0.1, gate, {455e-9: irradiance}), time)
    assert device.states[0] == pytest.approx(solved, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("bias", [-40.0, 40.0])
@pytest.mark.parametrize("wavelength", [450e-9, 520e-9, 650e-9, 808e-9])
def test_an_ambipolar_device_tells_colours_by_the_sign_of_its_response(bias: float, wavelength: float) -> None:
    """Visible light: + at -40 V, - at +40 V; 808 nm: + at +40 V (experiments K05-K07)."""
    expected = -np.sign(bias) if wavelength < 700e-9 else np.sign(bias)
    assert np.sign(response("ambipolar_heterojunction", bias, bias, {wavelength: 0.25})) == expected


def test_electrons_and_holes_carry_at_either_end_of_the_gate_and_the_neutral_point_moves_with_the_charge() -> None:
    device = Transistor(parameters("carbon_heterojunction"))
    gates = np.linspace(-20, 60, 161)

    def neutral_point() -> float:
        return float(gates[np.argmin([drain_current(device, 0.1, float(gate)) for gate in gates])])

    before = neutral_point()
    device.advance(biased(0.1, 10.0, {430e-9: 0.01}), 30.0)
    assert before == pytest.approx(20.0, abs=0.5)
    assert neutral_point() == pytest.approx(before - device.shift, abs=0.6)
    assert device.shift < -0.5


def test_light_takes_current_away_by_colour_and_by_irradiance() -> None:
    """Fewer carriers and slower ones (experiment H02)."""
    weak, strong = 0.1, 10.0
    assert response("negative_phototransistor", 0.1, 0.0, {365e-9: weak}) < 0
    assert response("negative_phototransistor", 0.1, 0.0, {660e-9: strong}) > 0
    assert response("negative_phototransistor", 0.1, 0.0, {450e-9: weak}) > 0
    assert response("negative_phototransistor", 0.1, 0.0, {450e-9: strong}) < 0


def test_trapped_charge_of_either_sign_slows_what_flows() -> None:
    made = parameters("negative_phototransistor")
    bare = made.model_copy(
        update={"layers": tuple(layer.model_copy(update={"scattering": np.inf}) for layer in made.layers)}
    )
    scattering, free = Transistor(made), Transistor(bare)
    for device in (scattering, free):
        device.advance(biased(0.1, 0.0, {365e-9: 10.0}), 1.0)
    assert scattering.shift == free.shift < 0
    beyond = made.off_conductance * 0.1
    ratio = (drain_current(scattering, 0.1, 0.0) - beyond) / (drain_current(free, 0.1, 0.0) - beyond)
    held = np.abs(scattering.states[0][1:]).sum() / 12
    assert ratio == pytest.approx(1 / (1 + held), rel=1e-9)


def test_a_higher_drain_voltage_slows_the_decay() -> None:
    """Short memory becomes long (experiment D10)."""
    left = []
    for drain in (-0.1, -4.0):
        preset = read_preset("hybrid_floating_gate")
        device = preset.build(1)
        for light in ({430e-9: 1.0}, {}):
            device.advance(biased(drain, 0.0, light), 1.0)
        decay = device.trace(biased(drain, 0.0), np.array([0.0, 5.0]))["drain"][1]
        left.append(decay[1] / decay[0])
    assert left[1] > 1.5 * left[0]


def test_longer_light_makes_the_decay_slower_until_all_traps_are_full(phototransistor) -> None:
    """Shallow and deep traps (experiments F05 and F06): the part that is left grows with the width, then no more."""
    kept = []
    for width in (0.02, 0.1, 0.5, 2.0, 20.0, 60.0):
        device = Phototransistor(phototransistor("defect_phototransistor"))
        device.advance(biased(2.0, 0.0, {470e-9: 0.116}), width)
        decay = device.trace(biased(2.0, 0.0), np.array([0.2, 5.0]))["drain"][1]
        dark = drain_current(Phototransistor(device.parameters), 2.0, 0.0)
        kept.append((decay[1] - dark) / (decay[0] - dark))
    assert kept == sorted(kept)
    assert kept[1] > 1.1 * kept[0]
    assert kept[-1] == pytest.approx(kept[-2], rel=0.01)
