"""The truths of a transistor with memory: against closed forms, and what they say of the presets."""

from dataclasses import astuple

import numpy as np
import pytest
from labkit_sim.devices import (
    GatePulse,
    LightPulse,
    PhototransistorTruth,
    ReadBias,
    SynapticTruth,
    TransistorParameters,
    TransistorPreset,
    TrapLayer,
    UpdateProtocol,
    read_preset,
)

PULSE = LightPulse(1.0, 455e-9, 0.5)
BIAS = ReadBias(0.1)


def truth_of(name: str, **changes: object) -> SynapticTruth:
    preset = read_preset(name)
    assert isinstance(preset, TransistorPreset)
    return SynapticTruth(preset.parameters.model_copy(update=changes), preset.polarity)


def test_with_one_layer_they_are_those_of_a_phototransistor(phototransistor) -> None:
    known = phototransistor("heterojunction_phototransistor")
    layer = TrapLayer(spectrum=known.spectrum, traps=known.traps, sensitisation=known.sensitisation)
    found = SynapticTruth(TransistorParameters(channel=known.channel, layers=(layer,)))
    closed = PhototransistorTruth(known)
    assert found.baseline(BIAS) == pytest.approx(closed.baseline(BIAS))
    for window in (0.0, 0.05):
        assert found.epsc(PULSE, BIAS, window) == pytest.approx(closed.epsc(PULSE, BIAS, window))
        assert found.read_energy(PULSE, BIAS, window) == pytest.approx(closed.read_energy(PULSE, BIAS, window))
        pair, expected = (each.paired_pulse(PULSE, 0.3, BIAS, window) for each in (found, closed))
        assert astuple(pair) == pytest.approx(astuple(expected))
    assert found.optical_energy(PULSE) == closed.optical_energy(PULSE)
    times = np.geomspace(0.1, 100, 7)
    rested = found.retention([(PULSE, 0.2)] * 3, times, BIAS)
    assert rested == pytest.approx(closed.retention(PULSE, 3, 0.2, times, BIAS), rel=1e-9)


def test_a_floating_gate_that_no_gate_pulse_reaches_forgets_by_the_law_of_its_barrier() -> None:
    """With tanh(s / 2 V) falling exponentially the whole course is known."""
    truth = truth_of("optical_floating_gate", layers=(), mobility_activation=0.0)
    gate = truth.parameters.floating_gate
    assert gate is not None
    times = np.geomspace(1.0, 1e6, 7)
    pulse, bias = LightPulse(1.53, 365e-9, 5.0), ReadBias(-0.1, -30.0)
    rest = ReadBias(0.0)
    left = truth.retention([(pulse, 0.0)], times, bias, rest)
    lit = resting_shift(truth, pulse)
    expected = np.array([gate.shift_after(0.0, lit, time) for time in times])
    assert left == pytest.approx(expected / expected[0], rel=1e-3)


def resting_shift(truth: SynapticTruth, pulse: LightPulse) -> float:
    """Give where light and its way back come to rest: V asinh(c tau / V)."""
    gate = truth.parameters.floating_gate
    assert gate is not None
    assert gate.light is not None
    photons = gate.light.absorbed({pulse.wavelength: pulse.irradiance})
    current = gate.light.capture * photons * 1.602176634e-19 / truth.parameters.channel.insulator_capacitance
    return float(gate.erase.scale * np.arcsinh(current * gate.erase.time / gate.erase.scale))


def test_gate_pulses_of_a_ferroelectric_potentiate_by_their_dose() -> None:
    """Without ions and in a linear channel n pulses do what one of n times the width does."""
    truth = truth_of("ferroelectric_transistor", ions=())
    bias = ReadBias(-0.1, -10.0)
    many = UpdateProtocol(GatePulse(-30.0, 2e-3), GatePulse(60.0, 1.0), 10, bias, (1e-9, 1e-9), (0.0, 0.0))
    curve = truth.weights(many)
    single = UpdateProtocol(GatePulse(-30.0, 2e-2), GatePulse(60.0, 1.0), 1, bias, (1e-9, 1e-9), (0.0, 0.0))
    assert curve.potentiation[-1] == pytest.approx(truth.weights(single).potentiation[-1], rel=1e-6)
    assert np.all(np.diff(curve.potentiation) > 0)
    assert curve.depression[-1] == pytest.approx(curve.potentiation[0], rel=1e-6)


def test_pairs_of_gate_pulses_facilitate_by_what_the_ions_have_kept() -> None:
    truth = truth_of("ferroelectric_transistor")
    pulse, bias = GatePulse(-15.0, 0.05), ReadBias(-0.1)
    near, far = (truth.paired_pulse(pulse, interval, bias, delay=0.02).global_ for interval in (0.1, 5.0))
    assert near > far > 0.9
    assert near > 1.1


def test_light_potentiates_and_the_gate_depresses_an_oxide_heterojunction() -> None:
    truth = truth_of("oxide_heterojunction")
    light, gate = LightPulse(127.0, 455e-9, 1.0), GatePulse(2.0, 0.01)
    found = truth.weights(UpdateProtocol(light, gate, 40, BIAS, (2.0, 1.0), (1.0, 0.5), cycles=2))
    assert np.all(np.diff(found.potentiation) > 0)
    assert np.all(np.diff(found.depression) < 0)
    assert found.dynamic_range > 1.3
