from pathlib import Path

import numpy as np
import pytest
from labkit_sim.devices import Device, Drive, Stimulus, load_preset, preset_names, read_preset

from labkit.core import DocumentError, LabkitError

RESISTOR = """\
model: resistor
description: mine
source: illustrative
parameters: {resistance: 47 kohm}
"""


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_builds_and_says_where_its_values_come_from(name: str) -> None:
    preset = read_preset(name)
    assert preset.description
    assert preset.source
    device = load_preset(name, seed=1)
    trace = device.trace(Stimulus({device.terminals[0]: Drive(0.1, 1e-3)}), np.array([0.0, 1.0]))
    assert set(trace) == set(device.terminals)
    assert all(np.isfinite(current).all() for _, current in trace.values())


@pytest.mark.parametrize("name", preset_names())
def test_no_preset_claims_to_reproduce_a_device(name: str) -> None:
    source = read_preset(name).source
    assert source.startswith("illustrative")
    assert "10." not in source or "not a reproduction" in source


def test_a_preset_of_the_users_own_is_read_beside_the_bench(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(RESISTOR)
    device = load_preset("mine.yaml", seed=1, folder=tmp_path)
    assert device.trace(Stimulus({"top": Drive(1.0)}), np.array([0.0]))["top"][1][0] == pytest.approx(1 / 47e3)


def test_an_unknown_preset_is_told_with_what_there_is() -> None:
    with pytest.raises(LabkitError, match='there is no preset "halide_memristr"; did you mean "halide_memristor"'):
        load_preset("halide_memristr", seed=1)


@pytest.mark.parametrize(
    ("written", "replaced", "fault"),
    [
        ("47 kohm", "47 kV", 'mine.yaml:4:26: resistance: "47 kV" is not a resistance'),
        ("47 kohm", "-1 ohm", "must be more than 0"),
        ("model: resistor", "model: resistr", 'mine.yaml:1:8: model: "resistr" is not one of'),
        ("resistance", "resistence", "unknown key"),
    ],
)
def test_a_fault_in_a_preset_is_told_with_its_line(tmp_path: Path, written: str, replaced: str, fault: str) -> None:
    (tmp_path / "mine.yaml").write_text(RESISTOR.replace(written, replaced))
    with pytest.raises(DocumentError) as told:
        read_preset("mine.yaml", tmp_path)
    assert fault in str(told.value)


@pytest.mark.parametrize("name", preset_names())
def test_cells_of_a_preset_without_device_variation_are_alike(name: str) -> None:
    preset = read_preset(name)
    stimulus = Stimulus({preset.build(1).terminals[0]: Drive(0.1)}, {455e-9: 1.0})
    first, second = (device.trace(stimulus, np.array([0.0])) for device in (preset.build(1), preset.build_cell(2)))
    for terminal, (_, current) in first.items():
        assert second[terminal][1] == pytest.approx(current)


@pytest.mark.parametrize(
    "name", ["halide_memristor", "dion_jacobson_cell", "heterojunction_phototransistor", "resistor"]
)
def test_cells_differ_as_much_as_the_preset_says(name: str) -> None:
    preset = read_preset(name)
    spread = preset.model_copy(update={"parameters": preset.parameters.model_copy(update={"device_variation": 0.2})})
    terminal = preset.build(1).terminals[0]
    stimulus, now = Stimulus({terminal: Drive(0.1)}), np.array([0.0])

    def current(device: Device) -> float:
        return float(device.trace(stimulus, now)[terminal][1][0])

    drawn = np.array([current(spread.build_cell(seed)) for seed in range(400)]) / current(preset.build(1))
    if name == "resistor":
        drawn = 1 / drawn
    assert drawn.mean() == pytest.approx(1.0, abs=4 * 0.2 / 20)
    assert drawn.std() == pytest.approx(0.2, rel=0.2)
    assert current(spread.build_cell(7)) == current(spread.build_cell(7))
