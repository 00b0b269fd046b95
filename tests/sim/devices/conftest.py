"""Devices without randomness, and the stimuli that drive them."""

from collections.abc import Callable

import pytest
from labkit_sim.devices import (
    Drive,
    MemristorParameters,
    MemristorPreset,
    Path,
    PhototransistorParameters,
    PhototransistorPreset,
    Stimulus,
    SwitchingCellParameters,
    SwitchingCellPreset,
    read_preset,
)

Applied = Callable[..., Stimulus]


@pytest.fixture
def across() -> Applied:
    """Give the stimulus of a voltage across a two-terminal device."""

    def stimulus(voltage: float, limit: float = float("inf")) -> Stimulus:
        return Stimulus({"top": Drive(voltage, limit)})

    return stimulus


@pytest.fixture
def lit() -> Applied:
    """Give the stimulus of a biased phototransistor under light (W/m^2 by default at 455 nm)."""

    def stimulus(
        irradiance: float = 0.0,
        drain: float = 0.1,
        gate: float = 0.0,
        limit: float = float("inf"),
        wavelength: float = 455e-9,
    ) -> Stimulus:
        drives = {"drain": Drive(drain, limit), "gate": Drive(gate), "source": Drive(0.0)}
        return Stimulus(drives, {wavelength: irradiance})

    return stimulus


@pytest.fixture
def memristor() -> Callable[[str, float], MemristorParameters]:
    """Give a preset's parameters with another variation."""

    def parameters(name: str, variation: float = 0.0) -> MemristorParameters:
        preset = read_preset(name)
        assert isinstance(preset, MemristorPreset)
        return preset.parameters.model_copy(update={"variation": variation})

    return parameters


@pytest.fixture
def phototransistor() -> Callable[[str, float], PhototransistorParameters]:
    """Give a preset's parameters with another variation."""

    def parameters(name: str, variation: float = 0.0) -> PhototransistorParameters:
        preset = read_preset(name)
        assert isinstance(preset, PhototransistorPreset)
        return preset.parameters.model_copy(update={"variation": variation})

    return parameters


@pytest.fixture
def cell_of() -> Callable[[MemristorParameters], SwitchingCellParameters]:
    """Write a memristor down as a switching cell."""
    template = read_preset("ageing_cell")
    assert isinstance(template, SwitchingCellPreset)

    def written(found: MemristorParameters) -> SwitchingCellParameters:
        paths = tuple(
            Path.model_validate({"conductance": "1 uS"}).model_copy(
                update={"conductance": part.conductance, "lifetime": part.lifetime, "efficiency": part.efficiency}
            )
            for part in found.populations
        )
        leakage = template.parameters.leakage.model_copy(update={"conductance": found.lowest_conductance})
        shared = {"potentiation", "depression", "conduction_scale", "variation", "reference_temperature"}
        update = {name: value for name, value in found if name in shared}
        return template.parameters.model_copy(update={"leakage": leakage, "paths": paths} | update)

    return written
