"""A switching cell follows its equations, whatever stands in series with it, and is bounded and passive."""

from collections.abc import Callable
from math import exp, inf, sinh

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labkit_sim.devices import (
    Device,
    Drive,
    Memristor,
    MemristorParameters,
    Path,
    Stimulus,
    SwitchingCell,
    SwitchingCellParameters,
    SwitchingCellPreset,
    preset_names,
    read_preset,
)
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from labkit.core import FloatArray

NOW = np.zeros(1)
BOLTZMANN = 8.617333262e-5
PLANCK_TIMES_LIGHT = 6.62607015e-34 * 299792458.0


def cells() -> dict[str, SwitchingCellParameters]:
    """Give the parameters of all presets of this model, formed and without scatter."""
    presets = {name: read_preset(name) for name in preset_names()}
    return {
        name: preset.parameters.model_copy(update={"variation": 0.0, "light_variation": 0.0, "forming": None})
        for name, preset in presets.items()
        if isinstance(preset, SwitchingCellPreset)
    }


CELLS = cells()

stimuli = st.builds(
    lambda voltage, limit, resistance, light, temperature: Stimulus(
        {"top": Drive(voltage, limit, resistance)}, {455e-9: light}, temperature
    ),
    st.floats(-3.0, 3.0),
    st.sampled_from([inf, 1e-3, 1e-5, 1e-7]),
    st.sampled_from([0.0, 50.0, 1e4]),
    st.sampled_from([0.0, 1.0, 100.0]),
    st.sampled_from([280.0, 300.0, 340.0]),
)
durations = st.floats(-6, 4).map(lambda decades: 10.0**decades)


class Reference:
    """The equations of a cell written out, for a solver that knows nothing of their solution."""

    def __init__(self, parameters: SwitchingCellParameters, stimulus: Stimulus) -> None:
        self.parameters, self.stimulus = parameters, stimulus
        drive = stimulus.drives["top"]
        self.emf, self.limit = abs(drive.voltage), drive.limit
        self.forward = drive.voltage > 0
        self.resistance = drive.resistance + parameters.series_resistance
        self.thermal = BOLTZMANN * stimulus.temperature

    def arrhenius(self, activation: float) -> float:
        """Give a rate over that at the reference temperature."""
        return exp(activation / BOLTZMANN * (1 / self.parameters.reference_temperature - 1 / self.stimulus.temperature))

    def absorbed(self, path: Path, photons: bool) -> float:
        own = path.light.absorber if path.light is not None and photons else None
        absorber = own or self.parameters.absorber
        assert absorber is not None
        return sum(
            level * absorber.quantum_efficiency(wavelength) * (wavelength / PLANCK_TIMES_LIGHT if photons else 1.0)
            for wavelength, level in self.stimulus.irradiance.items()
        )

    def conductance(self, levels: FloatArray) -> float:
        total = self.parameters.leakage.conductance * self.arrhenius(self.parameters.leakage.activation)
        warm = self.stimulus.temperature - self.parameters.reference_temperature
        for path, level in zip(self.parameters.paths, levels, strict=True):
            shape = level if path.bend == 0 else (exp(path.bend * level) - 1) / (exp(path.bend) - 1)
            share = path.conductance * self.arrhenius(path.conduction_activation)
            total += share * shape / (1 + path.temperature_coefficient * warm)
        return total

    def current(self, levels: FloatArray, across: float) -> float:
        scale = self.parameters.conduction_scale
        return self.conductance(levels) * (across if scale == inf else scale * sinh(across / scale))

    def across(self, levels: FloatArray) -> float:
        """Find the voltage across the paths by bracketing."""

        def miss(voltage: float) -> float:
            current = self.current(levels, voltage)
            needed = voltage + self.resistance * current
            selector = self.parameters.selector
            if selector is not None:
                branch = selector.forward if self.forward else selector.reverse
                needed += branch.scale * np.log(1 + current / branch.current)
            return max(needed / self.emf - 1, current / self.limit - 1 if self.limit < inf else -1.0)

        return self.emf if miss(self.emf) <= 0 else float(brentq(miss, 0.0, self.emf, xtol=1e-16, rtol=1e-15))

    def speed(self, path: Path, opens: bool, across: float) -> float:
        light = 1.0
        if path.lowering is not None:
            absorbed = self.absorbed(path, photons=False)
            light = exp(path.lowering.energy * absorbed / (absorbed + path.lowering.half) / self.thermal)
        if path.migration is not None:
            hop, over = path.migration, across - path.migration.threshold
            rate = 2 * hop.attempt * exp(-hop.barrier / self.thermal) * hop.jump / hop.thickness
            return light * path.efficiency * rate * sinh(max(over, 0) * hop.jump / (2 * self.thermal * hop.thickness))
        law = (
            (path.potentiation or self.parameters.potentiation)
            if opens
            else (path.depression or self.parameters.depression)
        )
        if law is None or across <= law.threshold:
            return 0.0
        rate = law.rate * (exp((across - law.threshold) / law.scale) - 1)
        return light * path.efficiency * self.arrhenius(path.write_activation) * rate

    def loss(self, path: Path) -> float:
        found = self.arrhenius(path.activation) / path.lifetime
        if path.migration is not None and path.migration.diffusive:
            hop = path.migration
            found += hop.attempt * exp(-hop.barrier / self.thermal) * (np.pi * hop.jump / hop.thickness) ** 2
        if path.lowering is not None:
            absorbed = self.absorbed(path, photons=False)
            found *= exp(path.lowering.energy * absorbed / (absorbed + path.lowering.half) / self.thermal)
        return float(found)

    def change(self, _: float, levels: FloatArray) -> list[float]:
        across, changes = self.across(levels), []
        for path, level in zip(self.parameters.paths, levels, strict=True):
            opens = self.forward == (path.polarity == "positive")
            speed = self.speed(path, opens, across)
            moved = speed * (1 - path.softness * level) if opens else -speed * (1 - path.softness * (1 - level))
            moved -= self.loss(path) * (level - path.resting)
            if path.light is not None:
                rate = path.light.cross_section * self.absorbed(path, photons=True)
                moved += rate * (1 - level) if path.light.effect == "opens" else -rate * level
            changes.append(moved)
        return changes


def start(parameters: SwitchingCellParameters, levels: FloatArray) -> SwitchingCell:
    device = SwitchingCell(parameters)
    device.levels = levels.copy()
    return device


ACTIONS = {
    "up": (0.45, inf, 0.0),
    "down": (-0.45, inf, 0.0),
    "far up behind a resistance": (0.9, inf, 2e4),
    "far down behind a resistance": (-0.6, inf, 2e4),
    "at a limit": (0.7, 2e-6, 0.0),
    "at a limit behind a resistance": (-0.7, 2e-6, 1e3),
    "at rest": (0.05, inf, 50.0),
}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", CELLS)
def test_the_state_follows_its_equations(name: str, action: str) -> None:
    voltage, limit, resistance = ACTIONS[action]
    stimulus = Stimulus({"top": Drive(voltage, limit, resistance)}, {500e-9: 5.0}, 320.0)
    levels = np.linspace(0.3, 0.6, len(CELLS[name].paths))
    reference, duration = Reference(CELLS[name], stimulus), 0.02
    solved = solve_ivp(reference.change, (0, duration), levels, "LSODA", rtol=1e-10, atol=1e-13)
    expected = np.clip(solved.y[:, -1], 0, 1)
    assert np.all((solved.y > -1e-9) & (solved.y < 1 + 1e-9)), "no bound is reached on the way"
    device = start(CELLS[name], levels)
    device.advance(stimulus, duration)
    assert device.levels == pytest.approx(expected, abs=2e-8)
    voltage_across, current = device.trace(stimulus, NOW)["top"]
    inner = reference.across(device.levels)
    assert abs(current[0]) == pytest.approx(reference.current(device.levels, inner), rel=1e-7)
    assert abs(voltage_across[0]) <= abs(voltage) * (1 + 1e-12)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(CELLS)), st.lists(st.tuples(stimuli, durations), min_size=1, max_size=4))
def test_paths_stay_between_closed_and_open_and_the_cell_is_passive(
    name: str, history: list[tuple[Stimulus, float]]
) -> None:
    device = SwitchingCell(CELLS[name])
    for stimulus, duration in history:
        voltage, current = device.trace(stimulus, np.array([0.0, duration / 7, duration]))["top"]
        assert np.all(voltage * current >= 0)
        assert np.all(np.abs(current) <= stimulus.drives["top"].limit * (1 + 1e-9))
        device.advance(stimulus, duration)
        assert np.all((device.levels >= 0) & (device.levels <= 1))


@pytest.mark.parametrize("name", CELLS)
def test_left_alone_in_the_dark_it_goes_to_rest(name: str) -> None:
    levels = np.full(len(CELLS[name].paths), 0.5)
    device = start(CELLS[name], levels)
    device.advance(Stimulus({}), 1e12)
    for level, path in zip(device.levels, CELLS[name].paths, strict=True):
        returns = path.lifetime < inf or (path.migration is not None and path.migration.diffusive)
        assert level == pytest.approx(path.resting if returns else 0.5, abs=1e-9)


@pytest.mark.parametrize("name", ["halide_memristor", "filamentary_memristor"])
@pytest.mark.parametrize(("limit", "resistance"), [(inf, 0.0), (5e-5, 0.0), (inf, 1e4), (2e-5, 1e3)])
def test_a_cell_of_straight_paths_is_the_memristor(
    memristor: Callable[[str, float], MemristorParameters],
    cell_of: Callable[..., SwitchingCellParameters],
    name: str,
    limit: float,
    resistance: float,
) -> None:
    parameters = memristor(name, 0.3)
    first: Device = Memristor(parameters, 5)
    second: Device = SwitchingCell(cell_of(parameters), 5)
    for voltage, duration in ((0.6, 0.1), (0.0, 1.0), (0.7, 1e-3), (-0.5, 0.01), (0.1, 0.1), (-0.7, 0.2)):
        stimulus = Stimulus({"top": Drive(voltage, limit, resistance)})
        offsets = np.linspace(0, duration, 5)
        one, other = (device.trace(stimulus, offsets)["top"] for device in (first, second))
        assert other[0] == pytest.approx(one[0], rel=1e-6)
        assert other[1] == pytest.approx(one[1], rel=1e-6)
        for device in (first, second):
            device.advance(stimulus, duration)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("voltage", [0.7, -0.7])
def test_it_does_not_matter_which_electrode_is_driven(name: str, voltage: float) -> None:
    first, second = SwitchingCell(CELLS[name]), SwitchingCell(CELLS[name])
    light, offsets = {455e-9: 1.0}, np.array([0.0, 1e-3, 0.1])
    top = Stimulus({"top": Drive(voltage, 1e-4), "bottom": Drive(0.0)}, light)
    bottom = Stimulus({"top": Drive(0.0), "bottom": Drive(-voltage, 1e-4)}, light)
    into_top, into_bottom = first.trace(top, offsets)["top"][1], second.trace(bottom, offsets)["bottom"][1]
    assert into_bottom == pytest.approx(-into_top, rel=1e-12)


@pytest.mark.parametrize("name", ["trap_photomemory", "negative_photoconductor"])
def test_a_dose_of_light_is_what_counts_in_pulses_short_against_every_lifetime(name: str) -> None:
    reached = []
    for irradiance, width in ((10.0, 1e-4), (1.0, 1e-3), (100.0, 1e-5)):
        device = SwitchingCell(CELLS[name])
        device.advance(Stimulus({}, {455e-9: irradiance}), width)
        reached.append(device.conductance)
    rest = SwitchingCell(CELLS[name]).conductance
    assert np.array(reached) - rest == pytest.approx(np.full(3, reached[0] - rest), rel=3e-3)
