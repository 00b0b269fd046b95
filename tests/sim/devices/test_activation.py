"""Thermally activated lifetimes: Arrhenius' law, and nothing else, changes with temperature."""

from dataclasses import replace
from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labkit_sim.devices import Drive, Memristor, MemristorTruth, Phototransistor, Stimulus, read_preset, simulate_train
from labkit_sim.devices._activation import BOLTZMANN

from labkit.core import FloatArray

temperatures = st.floats(250, 350)
REST, READ = Stimulus({}), Stimulus({"top": Drive(0.1)})
WRITE = Stimulus({"top": Drive(0.5)})


def activated() -> Memristor:
    preset = read_preset("activated_memristor")
    device = preset.build(3)
    assert isinstance(device, Memristor)
    return device


def at(stimulus: Stimulus, temperature: float) -> Stimulus:
    return replace(stimulus, temperature=temperature)


def written(temperature: float) -> Memristor:
    """Write at the reference temperature, for a common start."""
    device = activated()
    device.advance(WRITE, 2.0)
    device.advance(REST, 0.1)
    return device


@given(temperatures)
def test_a_lifetime_follows_the_barrier(temperature: float) -> None:
    parameters = activated().parameters
    shifted = parameters.at(temperature)
    factor = exp(0.5 / BOLTZMANN * (1 / temperature - 1 / 300))
    for before, after in zip(parameters.populations, shifted.populations, strict=True):
        assert after.lifetime == pytest.approx(before.lifetime * factor)
    assert parameters.at(300.0) is parameters
    back = [part.lifetime for part in shifted.at(300.0).populations]
    assert back == pytest.approx([part.lifetime for part in parameters.populations])


@given(temperatures, st.floats(0.1, 1000))
def test_a_warm_device_forgets_in_the_same_way_only_faster(temperature: float, time: float) -> None:
    factor = exp(0.5 / BOLTZMANN * (1 / temperature - 1 / 300))
    there, here = written(temperature), written(300.0)
    there.advance(at(REST, temperature), time * factor)
    here.advance(REST, time)
    assert there.conductance == pytest.approx(here.conductance, rel=1e-9)


@pytest.mark.parametrize("name", ["halide_memristor", "filamentary_memristor"])
def test_without_a_barrier_temperature_changes_nothing(name: str) -> None:
    def conductance(temperature: float) -> float:
        device = read_preset(name).build(3)
        assert isinstance(device, Memristor)
        for stimulus, time in ((WRITE, 0.1), (REST, 10.0)):
            device.advance(at(stimulus, temperature), time)
        return device.conductance

    assert conductance(320.0) == conductance(300.0) == conductance(280.0)


@settings(deadline=None)  # the first one compiles
@given(temperatures)
def test_a_train_is_what_advancing_gives(temperature: float) -> None:
    segments = [(at(WRITE, temperature), 0.1), (at(REST, temperature), 5.0), (at(READ, temperature), 0.1)]
    slow, quick = activated(), activated()
    simulate_train(quick, segments, 5)
    for _ in range(5):
        for stimulus, time in segments:
            slow.advance(stimulus, time)
    assert quick.conductance == pytest.approx(slow.conductance, rel=1e-9)


def test_a_train_has_one_temperature() -> None:
    with pytest.raises(ValueError, match="one temperature"):
        simulate_train(activated(), [(at(WRITE, 300.0), 0.1), (at(REST, 310.0), 1.0)], 2)


def test_the_truth_at_a_temperature_is_that_of_the_parameters_there() -> None:
    times: FloatArray = np.array([1.0, 100.0])
    erase, program = [(-0.5, 0.1, 0.1)] * 40, [(0.5, 0.1, 0.1)] * 10
    parameters = activated().parameters
    cold, warm = (MemristorTruth(parameters.at(each)).retention(erase, 20.0, program, times) for each in (280.0, 310.0))
    assert warm[1] < 0.6 < cold[1]


def test_traps_are_emptied_faster_when_warm() -> None:
    device = read_preset("persistent_phototransistor").build(1)
    assert isinstance(device, Phototransistor)
    traps = tuple(trap.model_copy(update={"activation": 0.4}) for trap in device.parameters.traps)
    parameters = device.parameters.model_copy(update={"traps": traps})
    left = []
    for temperature in (300.0, 320.0):
        one = Phototransistor(parameters, 1)
        one.advance(Stimulus({}, {455e-9: 1.0}), 5.0)
        one.advance(at(REST, temperature), 60.0)
        left.append(one.shift)
    factor = exp(0.4 / BOLTZMANN * (1 / 320 - 1 / 300))
    slow = Phototransistor(parameters, 1)
    slow.advance(Stimulus({}, {455e-9: 1.0}), 5.0)
    slow.advance(REST, 60.0 / factor)
    assert left[1] == pytest.approx(slow.shift, rel=1e-9)
    assert left[1] < left[0]
