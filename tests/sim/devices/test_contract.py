"""What every device keeps, of whatever family: time, charge, energy, limits, and looking without touching."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labkit_sim.devices import Device, Drive, Stimulus, load_preset, preset_names

from labkit.core import FloatArray

NOW = np.zeros(1)
LONGEST = {"drain": 5.0, "gate": 40.0, "source": 0.5, "top": 1.5, "bottom": 0.5}
"""The largest voltage (V) that a terminal is given."""
NOTHING = 1e-18
"""A current (A) of six electrons a second."""
STORES_ENERGY = {"resistor_capacitor"}
PRESETS = preset_names()

limits = st.sampled_from([inf, inf, 1e-4, 1e-7, 1e-10])
resistances = st.sampled_from([0.0, 0.0, 50.0, 1e4])
irradiances = st.sampled_from([0.0, 0.0, 1e-3, 0.1, 10.0])
wavelengths = st.sampled_from([365e-9, 455e-9, 660e-9, 808e-9])
temperatures = st.sampled_from([280.0, 300.0, 330.0])
durations = st.floats(-4, 2).map(lambda decades: 10.0**decades)


@st.composite
def stimuli(draw: st.DrawFn, name: str) -> Stimulus:
    """Draw anything that a bench could do to the device of a preset."""
    terminals = load_preset(name, 1).terminals
    drives = {}
    for terminal in terminals:
        largest = LONGEST[terminal]
        drives[terminal] = Drive(draw(st.floats(-largest, largest)), draw(limits), draw(resistances))
    light = {draw(wavelengths): draw(irradiances)}
    return Stimulus(drives, light, draw(temperatures))


def currents(device: Device, stimulus: Stimulus, offsets: FloatArray) -> FloatArray:
    """Give the currents (A) into all terminals, a row each."""
    found = device.trace(stimulus, offsets)
    return np.stack([found[terminal][1] for terminal in device.terminals])


def close(first: FloatArray, second: FloatArray) -> bool:
    """Whether currents agree to a millionth of the largest of them at their instant, or to nothing measurable."""
    size = np.maximum(np.abs(first), np.abs(second)).max(axis=0)
    return bool(np.all(np.abs(first - second) <= 1e-6 * size + NOTHING))


@pytest.mark.parametrize("name", PRESETS)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_time_is_time_however_it_is_cut_and_looked_at(name: str, data: st.DataObject) -> None:
    before, now = data.draw(stimuli(name)), data.draw(stimuli(name))
    duration, share = data.draw(durations), data.draw(st.floats(0.05, 0.95))
    whole, parts, watched = (load_preset(name, 3) for _ in range(3))
    for device in (whole, parts, watched):
        device.advance(before, 0.01)
    ahead = currents(whole, now, np.array([share * duration, duration]))
    dense = currents(watched, now, np.linspace(0, duration, 7))
    whole.advance(now, duration)
    watched.advance(now, duration)
    parts.advance(now, share * duration)
    assert close(currents(parts, now, NOW), ahead[:, :1]), "what was foreseen has come"
    parts.advance(now, (1 - share) * duration)
    for device in (whole, parts, watched):
        assert close(currents(device, now, NOW), ahead[:, 1:])
    assert close(dense[:, -1:], ahead[:, 1:]), "a trace does not depend on how densely it is asked"


@pytest.mark.parametrize("name", PRESETS)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_charge_energy_and_limits_are_kept_at_every_instant(name: str, data: st.DataObject) -> None:
    before, now = data.draw(stimuli(name)), data.draw(stimuli(name))
    device = load_preset(name, 3)
    device.advance(before, data.draw(durations))
    found = device.trace(now, np.array([0.0, 1e-3, 1.0]))
    voltage, current = (np.stack([found[terminal][part] for terminal in device.terminals]) for part in (0, 1))
    assert np.isfinite(voltage).all()
    size = np.abs(current).max()
    assert np.abs(current.sum(axis=0)).max() <= 1e-9 * size, "what enters leaves"
    for row, terminal in zip(current, device.terminals, strict=True):
        # What leaks from the gate leaves through the source beside the channel's current, which is what is limited.
        beside = np.abs(found["gate"][1]) if terminal == "source" else 0.0
        assert np.all(np.abs(row) <= now.drives[terminal].limit * (1 + 1e-7) + beside)
    power = (voltage * current).sum(axis=0)
    if name not in STORES_ENERGY:
        assert np.all(power >= -1e-9 * np.abs(voltage * current).max()), "no device gives energy"


@pytest.mark.parametrize("name", PRESETS)
@settings(max_examples=3, deadline=None)
@given(data=st.data())
def test_with_all_terminals_at_one_voltage_nothing_flows(name: str, data: st.DataObject) -> None:
    device = load_preset(name, 3)
    before = data.draw(stimuli(name))
    device.advance(before, data.draw(durations))
    grounded = Stimulus(dict.fromkeys(device.terminals, Drive(0.3)), before.irradiance, before.temperature)
    if name not in STORES_ENERGY:
        assert np.abs(currents(device, grounded, np.array([0.0, 1.0]))).max() == 0
    opened = Stimulus(dict.fromkeys(device.terminals, Drive(0.0, 0.0)), before.irradiance, before.temperature)
    assert np.abs(currents(device, opened, np.array([0.0, 1.0]))).max() <= NOTHING


@pytest.mark.parametrize("name", PRESETS)
def test_light_of_no_irradiance_is_darkness_and_faint_light_nearly(name: str) -> None:
    dark, unlit, faint = (load_preset(name, 3) for _ in range(3))
    drives = {terminal: Drive(0.1) for terminal in dark.terminals[:1]}
    for device, light in ((dark, {}), (unlit, {455e-9: 0.0}), (faint, {455e-9: 1e-12})):
        device.advance(Stimulus(drives, light), 1.0)
    after = [currents(device, Stimulus(drives), NOW) for device in (dark, unlit, faint)]
    assert np.array_equal(after[0], after[1])
    assert close(after[0], after[2])


@pytest.mark.parametrize("name", PRESETS)
def test_a_seed_makes_the_same_device_again(name: str) -> None:
    found = []
    for _ in range(2):
        device = load_preset(name, 11)
        first = device.terminals[0]
        gate = {"gate": Drive(-20.0)} if "gate" in device.terminals else {}
        for drives, light in (({first: Drive(1.0, 1e-3)} | gate, 0.0), ({first: Drive(0.1)}, 1.0)):
            device.advance(Stimulus(drives, {455e-9: light}), 0.1)
        found.append(currents(device, Stimulus({first: Drive(0.1)}), NOW))
    assert np.array_equal(*found)
