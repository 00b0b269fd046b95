"""The truths of a switching cell, against other truths, the device in a ramp, and formulas."""

from collections.abc import Callable
from math import exp

import numpy as np
import pytest
from labkit_sim.devices import (
    CellTruth,
    Drive,
    LightPulse,
    MemristorParameters,
    MemristorTruth,
    Stimulus,
    SwitchingCell,
    SwitchingCellParameters,
    SwitchingCellPreset,
    WeightProtocol,
    read_preset,
)

from labkit.core import LabkitError

NOW = np.zeros(1)
PULSES = WeightProtocol(potentiation=0.5, depression=-0.5, width=0.1, pulses=20, period=1.4, read_delay=1.0, cycles=3)


def parameters(name: str) -> SwitchingCellParameters:
    preset = read_preset(name)
    assert isinstance(preset, SwitchingCellPreset)
    return preset.parameters


def test_a_cell_of_straight_paths_has_the_weights_and_the_retention_of_the_memristor(
    memristor: Callable[[str, float], MemristorParameters], cell_of: Callable[..., SwitchingCellParameters]
) -> None:
    known = memristor("halide_memristor", 0.0)
    cell, truth = CellTruth(cell_of(known)), MemristorTruth(known)
    mine, other = cell.weights(PULSES), truth.weights(PULSES)
    assert mine.potentiation == pytest.approx(other.potentiation, rel=1e-9)
    assert mine.depression == pytest.approx(other.depression, rel=1e-9)
    assert mine.potentiation_nonlinearity == pytest.approx(other.potentiation_nonlinearity, rel=1e-6)
    times = np.geomspace(1, 1e4, 7)
    program = [(Stimulus({"top": Drive(0.5)}), 0.1), (Stimulus({}), 0.4)] * 4 + [(Stimulus({"top": Drive(0.5)}), 0.1)]
    expected = truth.retention([], 0.0, [(0.5, 0.1, 0.4)] * 5, times)
    assert cell.retention(program, times) == pytest.approx(expected, rel=1e-9)


def test_equal_steps_have_no_nonlinearity() -> None:
    protocol = WeightProtocol(2.0, -2.0, width=0.03, pulses=50, period=0.2, read_delay=0.1, cycles=3)
    weights = CellTruth(parameters("dion_jacobson_cell")).weights(protocol)
    assert abs(weights.potentiation_nonlinearity) < 1e-3
    assert abs(weights.depression_nonlinearity) < 1e-3


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_that_share_of_the_cells_has_formed_by_the_forming_voltage(quantile: float) -> None:
    found = parameters("ecm_cell")
    rate, step = 1.0, 0.002
    voltage = CellTruth(found).forming_voltage(rate, quantile)
    ramp = np.arange(0.8, voltage, step)
    formed = 0
    for seed in range(200):
        nucleation = SwitchingCell(found, seed).nucleation
        for level in ramp:
            nucleation.advance(float(level), step / rate)
        formed += nucleation.formed
    assert formed / 200 == pytest.approx(quantile, abs=4 * (quantile * (1 - quantile) / 200) ** 0.5 + 0.02)


def test_a_slower_ramp_forms_at_a_lower_voltage() -> None:
    found = parameters("ecm_cell")
    assert found.forming is not None
    truth = CellTruth(found)
    voltages = [truth.forming_voltage(rate) for rate in (10.0, 1.0, 0.1)]
    assert voltages == sorted(voltages, reverse=True)
    assert voltages[0] - voltages[1] == pytest.approx(found.forming.nucleation.scale * np.log(10), rel=0.05)


def test_a_cell_that_needs_no_forming_says_so() -> None:
    with pytest.raises(LabkitError, match="needs no forming"):
        CellTruth(parameters("forming_free_cell")).forming_voltage(1.0)


def test_the_two_resistances_go_with_temperature_as_the_materials_do() -> None:
    truth = CellTruth(parameters("metallisation_vacancy_cell"))
    assert truth.resistance(False, 320.0) < truth.resistance(False, 300.0)
    assert truth.resistance(True, 320.0) > truth.resistance(True, 300.0)


PULSE = LightPulse(irradiance=10.0, wavelength=455e-9, width=0.1)


def test_the_decay_after_light_is_what_the_device_shows() -> None:
    found = parameters("trap_photomemory")
    truth, device = CellTruth(found), SwitchingCell(found.model_copy(update={"light_variation": 0.0}))
    dark = Stimulus({"top": Drive(0.1)})
    baseline = device.trace(dark, NOW)["top"][1][0]
    device.advance(Stimulus({"top": Drive(0.1)}, {PULSE.wavelength: PULSE.irradiance}), PULSE.width)
    terms = truth.decay(PULSE, 0.1)
    assert [term.lifetime for term in terms] == [0.8, 120.0]
    for time in (0.0, 0.5, 5.0, 50.0):
        expected = sum(term.amplitude * exp(-time / term.lifetime) for term in terms)
        assert device.trace(dark, np.array([time]))["top"][1][0] - baseline == pytest.approx(expected, rel=1e-9)
    assert truth.epsc(PULSE, 0.1) == pytest.approx(sum(term.amplitude for term in terms))


def test_red_light_takes_current_away() -> None:
    truth = CellTruth(parameters("negative_photoconductor"))
    red = LightPulse(10.0, 635e-9, 1.0)
    assert truth.epsc(red, 0.1) < 0 < truth.epsc(PULSE, 0.1)
    assert truth.decay(red, 0.1)[-1].amplitude < 0


def test_the_three_indices_of_paired_light_are_told_apart() -> None:
    truth = CellTruth(parameters("trap_photomemory"))
    pair = truth.paired_light(PULSE, 0.3, 0.1)
    far = truth.paired_light(PULSE, 3000.0, 0.1)
    assert pair.global_ > 1 > pair.local
    assert pair.excess < 1, "traps that are full are not filled again"
    assert (far.global_, far.local, far.excess) == pytest.approx((1, 1, 1), abs=1e-6)


def test_bent_paths_have_no_exponential_decay() -> None:
    with pytest.raises(LabkitError, match="no sum of exponentials"):
        CellTruth(parameters("lateral_light_assisted_cell")).decay(PULSE, 0.1)
