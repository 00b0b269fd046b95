"""What the review describes of each two-terminal family, done by its preset: forming, stages, area, heat, light."""

from collections.abc import Callable
from dataclasses import replace
from math import exp, log

import numpy as np
import pytest
from labkit_sim.devices import (
    Drive,
    Endurance,
    Hopping,
    Stimulus,
    SwitchingCell,
    SwitchingCellParameters,
    SwitchingCellPreset,
    of_area,
    read_preset,
)
from scipy import stats

from labkit.core import FloatArray

Applied = Callable[..., Stimulus]
NOW = np.zeros(1)
BOLTZMANN = 8.617333262e-5
REST = Stimulus({})


def parameters(name: str, **changes: object) -> SwitchingCellParameters:
    """Give a preset's parameters without scatter of its writes, other things changed."""
    preset = read_preset(name)
    assert isinstance(preset, SwitchingCellPreset)
    return preset.parameters.model_copy(update={"variation": 0.0, "light_variation": 0.0, **changes})


def cell(name: str, seed: int = 1, **changes: object) -> SwitchingCell:
    return SwitchingCell(parameters(name, **changes), seed)


def current(device: SwitchingCell, stimulus: Stimulus) -> float:
    return float(device.trace(stimulus, NOW)["top"][1][0])


def pulsed(device: SwitchingCell, pulse: Stimulus, width: float, rest: float, count: int) -> FloatArray:
    """Give the conductance after each of some pulses and its rest."""
    found = []
    for _ in range(count):
        device.advance(pulse, width)
        device.advance(REST, rest)
        found.append(device.conductance)
    return np.array(found)


# Electrochemical metallisation


def test_a_smaller_limit_leaves_a_smaller_on_state(across: Applied) -> None:
    reached = []
    for limit in (1e-5, 3e-5, 1e-4, 3e-4):
        device = cell("ecm_cell")
        device.advance(across(1.5, limit), 0.1)
        reached.append(device.conductance)
    assert reached == sorted(reached)
    assert reached[-1] > 10 * reached[0]


def test_setting_is_abrupt(across: Applied) -> None:
    """Most of the decades of a sweep are passed within a tenth of a volt."""
    device, levels = cell("ecm_cell", forming=None), np.arange(0.0, 0.8, 0.01)
    decades = []
    for level in levels:
        device.advance(across(float(level), 1e-4), 0.01)
        decades.append(np.log10(device.conductance))
    steps = np.diff(decades)
    assert steps.sum() > 3
    assert max(np.convolve(steps, np.ones(10))) > 0.8 * steps.sum()


def test_nothing_switches_before_the_cell_is_formed(across: Applied) -> None:
    device = cell("ecm_cell")
    device.advance(across(0.7, 1e-4), 1.0)
    assert not device.nucleation.formed
    assert device.levels.max() == 0
    device.advance(across(1.5, 1e-4), 0.1)
    assert device.nucleation.formed
    device.advance(across(-1.2), 1.0)
    assert device.conductance < 1e-6
    device.advance(across(0.7, 1e-4), 1.0)
    assert device.conductance > 1e-5


def test_a_reset_has_a_stage_for_each_filament(across: Applied) -> None:
    device = cell("ecm_cell")
    device.advance(across(1.5, 1e-4), 0.1)
    left = []
    for level in np.arange(-0.02, -1.2, -0.02):
        device.advance(across(float(level)), 0.02)
        left.append(device.conductance)
    lost = -np.diff(np.log(left))
    stages = (lost[1:-1] > lost[:-2]) & (lost[1:-1] >= lost[2:]) & (lost[1:-1] > 0.02)
    assert np.count_nonzero(stages) == 3


def test_a_reactive_layer_keeps_filaments_from_bridging_at_low_voltages(across: Applied) -> None:
    low, high = cell("reactive_ecm_cell"), cell("reactive_ecm_cell")
    grown = []
    for _ in range(10):
        partial = pulsed(low, across(0.35, 1e-4), 0.1, 0.5, 1)[0]
        grown.append(float(low.levels[0]))
    assert np.all(np.diff(grown) > 0)
    assert grown[-1] < 0.3
    assert pulsed(high, across(0.8, 1e-3), 0.1, 0.5, 1)[0] > 100 * partial
    low.advance(REST, 60.0)
    assert low.levels[0] < 0.1 * grown[-1], "the iodine eats what has grown"


def test_the_layer_that_reacts_lowers_the_current_before_the_set(across: Applied) -> None:
    device = cell("reactive_ecm_cell")
    seen = [current(device, across(0.3)) / 0.3]
    for _ in range(5):
        device.advance(across(0.3), 0.5)
        seen.append(current(device, across(0.3)) / 0.3)
    assert min(seen) < 0.99 * seen[0]


# Forming


def forming_times(name: str, voltage: float, count: int) -> FloatArray:
    return np.array([cell(name, seed).nucleation.time_left(voltage) for seed in range(count)])


def test_nucleation_is_a_poisson_process_and_sooner_at_a_higher_voltage() -> None:
    forming = parameters("ecm_cell").forming
    assert forming is not None
    times = forming_times("ecm_cell", 1.2, 300)
    assert stats.kstest(times, stats.expon(scale=1 / forming.nucleation.at(1.2)).cdf).pvalue > 0.001
    assert np.median(forming_times("ecm_cell", 1.3, 300)) < 0.3 * np.median(times)


def test_forming_begins_where_the_trace_says(across: Applied) -> None:
    device = cell("ecm_cell")
    wait = device.nucleation.time_left(1.2)
    seen = device.trace(across(1.2, 1e-4), wait * np.array([0.0, 0.999, 2.0]))["top"][1]
    assert seen[0] == pytest.approx(seen[1])
    assert seen[2] > 10 * seen[1]
    device.advance(across(1.2, 1e-4), 0.999 * wait)
    assert not device.nucleation.formed
    device.advance(across(1.2, 1e-4), 0.002 * wait)
    assert device.nucleation.formed


@pytest.mark.parametrize("first", [1, -1])
def test_either_first_polarity_sets_and_the_other_resets(across: Applied, first: int) -> None:
    device = cell("either_polarity_cell")
    device.advance(across(first * 0.9, 5e-5), 1.0)
    on = device.conductance
    device.advance(across(-first * 0.6), 0.3)
    assert device.conductance < 0.05 * on
    device.advance(across(first * 0.6, 5e-5), 0.3)
    assert device.conductance > 0.1 * on


def test_a_cell_that_forms_with_one_polarity_only_does_not_form_with_the_other(across: Applied) -> None:
    device = cell("ecm_cell")
    device.advance(across(-3.0, 1e-4), 10.0)
    assert not device.nucleation.formed


def test_a_forming_free_cell_is_on_as_made(across: Applied) -> None:
    device = cell("forming_free_cell")
    as_made = device.conductance
    device.advance(across(-0.8), 0.3)
    off = device.conductance
    assert as_made > 80 * off
    device.advance(across(0.8), 0.3)
    assert device.conductance == pytest.approx(as_made, rel=0.02)


# Uniform and filamentary migration


def test_mobility_and_diffusion_obey_einsteins_relation() -> None:
    hop = Hopping.model_validate(
        {"barrier": "0.3 eV", "jump": "0.6 nm", "thickness": "150 nm", "attempt": "1e9 1/s", "diffusive": True}
    )
    for temperature in (280.0, 300.0, 340.0):
        law = hop.at(temperature)
        mobility = law.rate / law.scale * hop.thickness**2
        diffusion = law.diffusion * hop.thickness**2 / np.pi**2
        assert diffusion / mobility == pytest.approx(BOLTZMANN * temperature)


def test_barriers_of_the_two_phases_bar_one_way_and_leave_the_other() -> None:
    def speed(name: str) -> float:
        found = parameters(name)
        return found.law(found.paths[0], True, 300.0).rate

    thermal = BOLTZMANN * 300
    assert speed("dion_jacobson_cell") / speed("ruddlesden_popper_cell") == pytest.approx(exp(2.28 / thermal))
    assert speed("ruddlesden_popper_cell") * 3.15e7 * 1e10 < 1e-9, "in ten billion years"


def test_uniform_migration_is_linear_and_symmetric_and_filaments_are_not(across: Applied) -> None:
    def departures(name: str, pulse: float, width: float) -> tuple[float, float]:
        """Give by how much the curves leave the straight line, of their range, up and down."""
        device = cell(name)
        up = pulsed(device, across(pulse), width, 0.1, 50)
        down = pulsed(device, across(-pulse), width, 0.1, 50)
        straight = [np.linspace(curve[0], curve[-1], 50) for curve in (up, down)]
        sizes = [
            np.abs(curve - line).max() / abs(np.ptp(curve)) for curve, line in zip((up, down), straight, strict=True)
        ]
        return sizes[0], sizes[1]

    assert max(departures("dion_jacobson_cell", 2.0, 0.03)) < 1e-3
    assert min(departures("ruddlesden_popper_cell", 0.8, 0.03)) > 0.1


def test_a_step_of_uniform_migration_is_the_same_anywhere_up_to_the_end_of_the_film(across: Applied) -> None:
    steps = np.diff(pulsed(cell("dion_jacobson_cell"), across(2.0), 0.1, 0.0, 60))
    assert steps[:10] == pytest.approx(np.full(10, steps[0]), rel=1e-4)
    assert steps[-1] == pytest.approx(0, abs=1e-12)


def test_ions_that_drifted_come_back_and_a_second_pulse_finds_some_of_them(across: Applied) -> None:
    parts = parameters("drift_diffusive_cell")
    device = SwitchingCell(parts)
    rest = device.conductance
    device.advance(across(1.0), 0.05)
    first = device.conductance - rest
    back = 1 / parts.loss(parts.paths[0], 300.0)
    device.advance(REST, 0.1 * back)
    device.advance(across(1.0), 0.05)
    assert device.conductance - rest > 1.5 * first
    device.advance(REST, 25 * back)
    assert device.conductance == pytest.approx(rest, rel=1e-6)


# Area and temperature


def states(name: str, ratio: float) -> tuple[float, float]:
    """Give the resistance (ohm) closed and open of a cell of another area."""
    found = of_area(parameters(name, forming=None), ratio)
    assert isinstance(found, SwitchingCellParameters)
    closed, opened = SwitchingCell(found), SwitchingCell(found)
    opened.levels[0] = 1.0
    return 1 / closed.conductance, 1 / opened.conductance


def test_the_low_resistance_of_a_filament_does_not_know_the_area_and_the_high_one_does() -> None:
    high, low = np.array([states("metallisation_vacancy_cell", ratio) for ratio in (0.1, 1.0, 10.0)]).T
    assert high[1:] / high[:-1] == pytest.approx([0.1, 0.1])
    assert low == pytest.approx(np.full(3, low[0]), rel=0.025)


def test_the_interface_of_a_uniform_cell_goes_with_the_area_in_both_states() -> None:
    high, low = np.array([states("dion_jacobson_cell", ratio) for ratio in (0.1, 1.0, 10.0)]).T
    assert high[1:] / high[:-1] == pytest.approx([0.1, 0.1])
    assert low[1:] / low[:-1] == pytest.approx([0.1, 0.1])


def test_the_high_resistance_falls_with_temperature_and_the_low_one_rises() -> None:
    found = parameters("metallisation_vacancy_cell")
    closed, opened = SwitchingCell(found), SwitchingCell(found)
    opened.levels[0] = 1.0
    temperatures = (280.0, 300.0, 320.0, 340.0)
    high = np.array([1 / closed.conductance_at(temperature) for temperature in temperatures])
    low = np.array([1 / opened.conductance_at(temperature) for temperature in temperatures])
    assert np.all(np.diff(high) < 0)
    assert np.all(np.diff(low) > 0)
    slope = np.polyfit(1 / (BOLTZMANN * np.array(temperatures)), np.log(high), 1)[0]
    assert slope == pytest.approx(found.leakage.activation)
    metal = found.paths[0]
    assert found.share(metal, 300.0) / found.share(metal, 340.0) == pytest.approx(
        1 + 40 * metal.temperature_coefficient
    )


@pytest.mark.parametrize("name", ["either_polarity_cell", "dion_jacobson_cell", "drift_diffusive_cell"])
def test_a_warm_cell_writes_faster(across: Applied, name: str) -> None:
    changes = []
    for temperature in (290.0, 300.0, 310.0):
        device = cell(name, forming=None)
        device.advance(replace(across(0.6), temperature=temperature), 1e-3)
        changes.append(float(device.levels[0]))
    assert changes == sorted(changes)
    assert changes[0] < 0.9 * changes[1]


# Light


BLUE, RED = 455e-9, 635e-9


def lit(voltage: float, wavelength: float, irradiance: float) -> Stimulus:
    return Stimulus({"top": Drive(voltage)}, {wavelength: irradiance})


def test_voltage_writes_in_the_light_and_hardly_in_the_dark() -> None:
    dark, bright = cell("photoelectric_cell"), cell("photoelectric_cell")
    for _ in range(20):
        dark.advance(lit(0.5, 405e-9, 0.0), 0.1)
        bright.advance(lit(0.5, 405e-9, 2500.0), 0.1)
        for device in (dark, bright):
            device.advance(REST, 0.5)
    assert bright.levels[0] > 10 * dark.levels[0]
    assert bright.levels[0] < 0.9


def test_what_a_voltage_leaves_grows_with_the_light_up_to_a_bound() -> None:
    left = []
    for irradiance in (0.0, 10.0, 100.0, 1e6):
        device = cell("lateral_light_assisted_cell")
        device.advance(lit(5.0, BLUE, irradiance), 0.01)
        device.advance(REST, 1e-3)
        left.append(device.conductance)
    assert left == sorted(left)
    path = parameters("lateral_light_assisted_cell").paths[0]
    assert path.lowering is not None
    assert path.lowering.at(1e9) == pytest.approx(path.lowering.energy)


def test_ten_pulses_of_light_climb_and_a_part_stays(across: Applied) -> None:
    device = cell("trap_photomemory")
    seen = []
    for _ in range(10):
        device.advance(lit(0.1, BLUE, 10.0), 0.1)
        seen.append(current(device, across(0.1)))
        device.advance(across(0.1), 0.4)
    assert np.all(np.diff(seen) > 0)
    assert np.all(np.diff(seen, 2) < 0), "free traps grow fewer"
    device.advance(REST, 10.0)
    deep = current(device, across(0.1))
    assert current(cell("trap_photomemory"), across(0.1)) < deep < seen[-1]


def test_pulses_of_light_differ_as_much_as_the_preset_says(across: Applied) -> None:
    changes = []
    for seed in range(300):
        device = cell("trap_photomemory", seed, light_variation=0.1)
        ahead = device.trace(lit(0.1, BLUE, 1.0), np.array([0.01]))["top"][1][0]
        device.advance(lit(0.1, BLUE, 1.0), 0.01)
        seen = current(device, across(0.1))
        assert seen == pytest.approx(ahead, rel=1e-12), "a trace shows the pulse that will be"
        changes.append(seen - current(cell("trap_photomemory"), across(0.1)))
    assert np.std(changes) / np.mean(changes) == pytest.approx(0.1, rel=0.15)


def test_cells_of_a_chip_see_the_light_more_or_less_well() -> None:
    found = parameters("trap_photomemory", device_variation=0.2)
    drawn = [found.varied(np.random.default_rng(seed)).paths[0] for seed in range(300)]
    sections = np.array([path.light.cross_section for path in drawn if path.light is not None])
    assert len(sections) == 300
    assert np.std(np.log(sections)) == pytest.approx(np.sqrt(np.log1p(0.2**2)), rel=0.15)


def test_no_voltage_moves_a_light_memory(across: Applied) -> None:
    device = cell("trap_photomemory")
    device.advance(across(5.0), 100.0)
    assert np.all(device.levels == 0)


def test_the_colour_decides_the_sign_of_the_photocurrent(across: Applied) -> None:
    dark = current(cell("negative_photoconductor"), across(0.1))
    red, blue = cell("negative_photoconductor"), cell("negative_photoconductor")
    red.advance(lit(0.1, RED, 10.0), 2.0)
    blue.advance(lit(0.1, BLUE, 10.0), 2.0)
    assert current(red, across(0.1)) < 0.7 * dark
    assert current(blue, across(0.1)) > 1.2 * dark
    for device in (red, blue):
        device.advance(REST, 200.0)
        assert current(device, across(0.1)) == pytest.approx(dark)


# Selectors


def test_a_self_rectifying_cell_blocks_backwards_and_can_be_erased(across: Applied) -> None:
    device = cell("self_rectifying_cell")
    assert current(device, across(0.3)) > 1000 * -current(device, across(-0.3))
    pulsed(device, across(0.7), 0.1, 0.5, 10)
    written = device.conductance
    pulsed(device, across(-3.0), 0.1, 0.5, 10)
    assert device.conductance < 0.5 * written


def test_half_of_a_voltage_does_nothing_to_a_selected_cell(across: Applied) -> None:
    device = cell("selector_gated_cell")
    device.advance(across(1.2, 1e-4), 0.1)
    on, levels = current(device, across(1.0)), device.levels.copy()
    assert current(device, across(0.5)) < 0.1 * on
    assert current(device, across(1 / 3)) < 1e-3 * on
    device.advance(across(-0.5), 10.0)
    assert device.levels == pytest.approx(levels, rel=0.01)
    device.advance(across(-1.2), 1.0)
    assert device.conductance < 1e-5


def test_a_selector_takes_the_voltage_of_its_law(across: Applied) -> None:
    found = parameters("selector_gated_cell")
    assert found.selector is not None
    device = SwitchingCell(found)
    device.levels[:] = 0.3
    total, through = device.trace(across(0.6, 1e-3), NOW)["top"]
    inner = found.conduction_scale * np.arcsinh(through[0] / device.conductance / found.conduction_scale)
    assert total[0] == pytest.approx(inner + found.selector.forward.scale * log(1 + through[0] / 1e-12))


# The end


def test_a_cell_wears_out_as_a_memristor_does(across: Applied) -> None:
    device = cell("forming_free_cell", seed=3, endurance=Endurance(lifetime=20, stuck="on"))
    offs = []
    for _ in range(int(device.wear.failure) + 3):
        device.advance(across(0.8), 0.3)
        device.advance(across(-0.8), 0.3)
        offs.append(device.conductance)
    failed = [number for number, off in enumerate(offs, 1) if off > 1e-5]
    assert failed == list(range(int(device.wear.failure), len(offs) + 1))
