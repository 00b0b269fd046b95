"""The model behind a digital twin: a device along a history, its free parameters, and the preset it becomes."""

from math import inf
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labkit_sim import open_twin_model
from labkit_sim._along import currents_of
from labkit_sim.devices import Device, Drive, Stimulus, load_preset, read_preset

from labkit.core import LabkitError, StimulusHistory

WAVELENGTH = 455e-9
TERMINAL = {"halide_memristor": "top", "worn_memristor": "top", "ecm_cell": "top"}
PRESETS = (
    "halide_memristor",
    "worn_memristor",
    "heterojunction_phototransistor",
    "persistent_hole_phototransistor",
    "ecm_cell",
)
"""Compiled, compiled with wear, compiled, the mirror image, and stretch by stretch."""


def history_of(terminal: str, stretches: list[tuple[float, float, float]]) -> StimulusHistory:
    """Stretches of (duration, voltage, irradiance), and a rest behind them."""
    durations, voltages, lights = (np.array(column) for column in zip(*stretches, (1.0, 0.0, 0.0), strict=True))
    times = np.concatenate([[0.0], np.cumsum(durations)[:-1]])
    return StimulusHistory(
        times, {terminal: voltages}, {terminal: 1e-3}, {WAVELENGTH: lights}, np.full(len(times), 300.0)
    )


def stepped(device: Device, history: StimulusHistory, terminal: str, times: np.ndarray) -> np.ndarray:
    """What the world does: each stimulus after the other."""
    found = np.empty(len(times))
    edges = np.append(history.times, inf)
    for k in range(len(history.times)):
        light = {wave: float(levels[k]) for wave, levels in history.irradiance.items() if levels[k]}
        drives = {name: Drive(float(levels[k]), history.limits[name]) for name, levels in history.voltages.items()}
        stimulus = Stimulus(drives, light)
        own = (times >= edges[k]) & (times < edges[k + 1])
        if own.any():
            found[own] = device.trace(stimulus, times[own] - edges[k])[terminal][1]
        if edges[k + 1] < inf:
            device.advance(stimulus, edges[k + 1] - edges[k])
    return found


stretch = st.tuples(st.floats(1e-3, 3.0), st.sampled_from([0.0, 0.1, 0.1, 0.5, -0.5]), st.sampled_from([0.0, 0.0, 1.0]))


@pytest.mark.parametrize("preset", PRESETS)
@settings(max_examples=25)
@given(stretches=st.lists(stretch, min_size=1, max_size=8))
def test_a_device_along_a_history_is_what_the_world_makes_of_it(
    preset: str, stretches: list[tuple[float, float, float]]
) -> None:
    terminal = TERMINAL.get(preset, "drain")
    history = history_of(terminal, stretches)
    times = np.linspace(0, history.times[-1] + 1, 40)
    found = currents_of(load_preset(preset, 3), history, terminal, times)
    assert found == pytest.approx(stepped(load_preset(preset, 3), history, terminal, times), rel=1e-7, abs=1e-20)


def test_events_are_counted_and_move_only_what_comes_after_them() -> None:
    model = open_twin_model("halide_memristor", ["potentiation.rate"])
    history = history_of("top", [(0.1, 0.1, 0.0), (0.1, 0.5, 0.0), (0.1, 0.1, 0.0), (0.1, -0.5, 0.0), (0.1, 0.1, 0.0)])
    start = np.array([model.parameters[0].start])
    assert model.events(start, history) == 2
    times = np.arange(0.05, 0.5, 0.1)
    plain = model.currents(start, history, "top", times, np.ones(2))
    second = model.currents(start, history, "top", times, np.array([1.0, 1.5]))
    assert second[:3].tolist() == plain[:3].tolist()
    assert np.all(second[3:] != plain[3:])


def test_a_parameter_is_found_by_its_pattern_and_keeps_its_sign() -> None:
    model = open_twin_model("heterojunction_phototransistor", ["traps.*.lifetime", "channel.threshold"])
    assert {each.name: each.start for each in model.parameters} == {
        "traps.0.lifetime": 0.5,
        "traps.1.lifetime": 5.0,
        "channel.threshold": -0.2,
    }
    assert model.parameters[0].unit == "s"


def test_geometry_and_what_is_known_before_are_held_unless_named() -> None:
    names = {each.name for each in open_twin_model("heterojunction_phototransistor").parameters}
    assert not {"channel.width", "variation", "spectrum.0.efficiency"} & names
    assert "channel.mobility" in names


def test_a_parameter_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(LabkitError, match=r"trap\.lifetime") as told:
        open_twin_model("heterojunction_phototransistor", ["trap.lifetime"])
    assert "traps.0.lifetime" in told.value.remedy


def test_a_twin_is_a_preset_with_the_fitted_values(tmp_path: Path) -> None:
    model = open_twin_model("halide_memristor", ["lowest_conductance", "potentiation.rate"])
    values = np.array([3.21e-6, 0.0987])
    file = tmp_path / "twin.yaml"
    file.write_text(model.preset(values, "a twin", "fitted", {"lowest_conductance": "known well"}, 0.15))
    twin = open_twin_model(str(file), ["lowest_conductance", "potentiation.rate"])
    assert [each.start for each in twin.parameters] == pytest.approx(values.tolist(), rel=1e-5)
    assert dict(read_preset(str(file)).parameters)["variation"] == pytest.approx(0.15)
    assert "# lowest_conductance: known well" in file.read_text()
