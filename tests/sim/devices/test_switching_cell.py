"""Cells of conduction paths: what voltage, light, time and temperature do to them."""

from collections.abc import Callable

import numpy as np
import pytest
from labkit_sim.devices import Stimulus, SwitchingCell, SwitchingCellPreset, read_preset

Applied = Callable[..., Stimulus]
NOW = np.array([0.0])


def cell(name: str, seed: int = 1, **changes: object) -> SwitchingCell:
    """Give the cell of a preset without scatter of its writes, other things changed."""
    preset = read_preset(name)
    assert isinstance(preset, SwitchingCellPreset)
    return SwitchingCell(preset.parameters.model_copy(update={"variation": 0.0, **changes}), seed)


def set_once(device: SwitchingCell, across: Applied, limit: float) -> SwitchingCell:
    device.advance(across(1.5, limit), 0.1)
    return device


@pytest.mark.parametrize("name", ["ecm_cell"])
def test_a_smaller_limit_leaves_a_smaller_on_state(across: Applied, name: str) -> None:
    reached = [set_once(cell(name), across, limit).conductance for limit in (1e-5, 3e-5, 1e-4, 3e-4)]
    assert reached == sorted(reached)
    assert reached[-1] > 10 * reached[0]


def test_nothing_switches_before_the_cell_is_formed(across: Applied) -> None:
    device = cell("ecm_cell")
    device.advance(across(0.7, 1e-4), 1.0)
    assert not device.nucleation.formed
    assert device.levels.max() == 0
    set_once(device, across, 1e-4)
    assert device.nucleation.formed
    device.advance(across(-1.2), 1.0)
    assert device.conductance < 1e-6
    device.advance(across(0.7, 1e-4), 1.0)
    assert device.conductance > 1e-5


def test_a_reset_has_stages(across: Applied) -> None:
    device = set_once(cell("ecm_cell"), across, 1e-3)
    left = []
    for level in np.arange(-0.02, -1.2, -0.02):
        device.advance(across(float(level)), 0.02)
        left.append(device.conductance)
    decades = -np.diff(np.log(left))
    stages = np.flatnonzero((decades[1:-1] > decades[:-2]) & (decades[1:-1] >= decades[2:]) & (decades[1:-1] > 0.02))
    assert len(stages) >= 2
