"""Two-terminal families measured from the wires of the instruments on, against the truths of their parameters."""

from collections.abc import Mapping
from pathlib import Path

from labkit_sim.devices import (
    CellTruth,
    LightPulse,
    SwitchingCellParameters,
    SwitchingCellPreset,
    WeightProtocol,
    read_preset,
)

from labkit.app import Request, run_request
from labkit.core import Result

ELECTRICAL = """\
schema_version: 1
name: cell
instruments:
  smu: {driver: keithley_2450, address: "USB0::0x05E6::0x2450::04454321::INSTR"}
terminals:
  top: {instrument: smu, maximum_voltage: 5 V, maximum_current: 10 mA, ramp_rate: 10 V/s}
  bottom: {grounded: true}
line_frequency: 50
"""
OPTICAL = """\
schema_version: 1
name: cell
instruments:
  smu: {driver: keithley_2450, address: "USB0::0x05E6::0x2450::04412345::INSTR"}
  led: {driver: thorlabs_dc2200, address: "USB0::0x1313::0x80C8::M00412345::INSTR"}
terminals:
  drain: {instrument: smu, wired_to: top, maximum_voltage: 5 V, maximum_current: 1 mA, ramp_rate: 10 V/s}
  bottom: {grounded: true}
  light:
    instrument: led
    wavelength: 455 nm
    maximum_irradiance: 2 mW/cm^2
    maximum_current: 100 mA
    calibration: [{current: 0 mA, irradiance: 0 mW/cm^2}, {current: 100 mA, irradiance: 2 mW/cm^2}]
    calibration_uncertainty: 3 %
line_frequency: 50
"""


LIGHT_MEMORY = """\
model: switching_cell
description: two kinds of traps that light fills and that empty within seconds
source: illustrative
parameters:
  leakage: {conductance: 2 nS}
  paths:
    - {conductance: 60 nS, efficiency: 0 %, lifetime: 0.3 s, light: {cross_section: 1e-16 cm^2}}
    - {conductance: 40 nS, efficiency: 0 %, lifetime: 2 s, light: {cross_section: 1e-16 cm^2}}
  absorber: {spectrum: [{wavelength: 455 nm, efficiency: 60 %}]}
  light_variation: 2 %
"""


def parameters(preset: str, folder: Path | None = None) -> SwitchingCellParameters:
    found = read_preset(preset, folder)
    assert isinstance(found, SwitchingCellPreset)
    return found.parameters


def measured(folder: Path, bench: str, preset: str, protocol: str, values: Mapping[str, str]) -> list[Result]:
    """Run a protocol on a virtual bench of a preset."""
    file = folder / "bench.yaml"
    file.write_text(f"{bench}virtual: {{device: {preset}, seed: 2}}\n")
    request = Request(protocol, str(file), virtual=True, parameters=values)
    return list(run_request(request, folder / "run.h5").results)


def agrees(results: list[Result], symbol: str, truth: float, accuracy: float = 0.0) -> None:
    """Check that the first value is within four of its uncertainties of the truth, beside a relative `accuracy`."""
    first = next(each.estimate for each in results if each.symbol == symbol)
    assert first is not None, symbol
    assert abs(first.value - truth) <= 4 * first.uncertainty + accuracy * abs(truth)


def test_a_metallisation_cell_forms_and_then_sets_and_resets(tmp_path: Path) -> None:
    values = {"positive": "1.5 V", "rates": "[5 V/s]", "rate_cycles": "1", "cycles": "3"}
    found = {each.symbol: each for each in measured(tmp_path, ELECTRICAL, "ecm_cell", "iv_hysteresis", values)}
    on_off, hysteresis = found["I_on/I_off"].bound, found["HI₋"].bound
    assert on_off is not None
    assert on_off.low > 1000
    assert hysteresis is not None
    assert hysteresis.low > 0.9


def test_a_uniform_cell_has_the_linear_weights_of_its_truth(tmp_path: Path) -> None:
    values = {"potentiation": "2 V", "width": "40 ms", "pulses": "20", "read_delay": "0.4 s"}
    results = measured(tmp_path, ELECTRICAL, "dion_jacobson_cell", "ltp_ltd", values)
    protocol = WeightProtocol(2.0, -2.0, 0.04, 20, period=0.6, read_delay=0.4, cycles=10)
    truth = CellTruth(parameters("dion_jacobson_cell")).weights(protocol)
    agrees(results, "DR", truth.dynamic_range)
    agrees(results, "G_max", float(truth.potentiation[-1]))
    agrees(results, "NL_P", truth.potentiation_nonlinearity)
    assert abs(truth.potentiation_nonlinearity) < 1e-3


def test_a_light_memory_of_two_terminals_shows_the_pairs_of_its_truth(tmp_path: Path) -> None:
    (tmp_path / "memory.yaml").write_text(LIGHT_MEMORY)
    values = {"irradiance": "1 mW/cm^2", "width": "1 s", "intervals": "[0.3 s]", "settle": "5 s"}
    results = measured(tmp_path, OPTICAL, "memory.yaml", "ppf_optical", values)
    truth, window = CellTruth(parameters("memory.yaml", tmp_path)), 0.05
    pulse = LightPulse(10.0, 455e-9, 1.0)
    agrees(results, "PPF", truth.paired_light(pulse, 0.3, 0.1, window).global_)
    # The light is off by what its calibration is uncertain by; the amplitude nearly follows.
    agrees(results, "ΔI", truth.epsc(pulse, 0.1, window), 3 * 0.03)
