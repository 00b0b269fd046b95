"""Every protocol runs on a bench that can deliver it, and is refused, with the remedy, on one that cannot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from labkit.app import Request, plan_request, run_request
from labkit.core import LabkitError
from labkit.protocol import load_protocol, protocol_names


@dataclass(frozen=True)
class Asked:
    """A protocol as a user asks for it on a shipped bench."""

    bench: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    set_name: str | None = None
    devices: tuple[str, ...] = ()

    def request(self, protocol: str, sample: Path | None = None) -> Request:
        return Request(
            protocol,
            self.bench,
            str(sample) if sample else None,
            virtual=True,
            set_name=self.set_name,
            parameters=self.parameters,
            devices=self.devices,
        )


@dataclass(frozen=True)
class Row:
    """What a protocol is run with (as short as it goes), what must have a value then, and who must refuse it.

    `remedy` holds words of the refusal's remedy.
    """

    delivered: Asked
    values: frozenset[str]
    refused: Asked
    remedy: str


SAMPLE = """\
schema_version: 1
name: film 1
active_area: 0.1 mm^2
channel_width: 1000 um
channel_length: 100 um
gate_capacitance: 11.5 nF/cm^2
thickness: 400 nm
permittivity_static: 30
permittivity_optical: 4.5
temperature: 300 K
"""
"""What a user states of the sample where a metric needs its geometry."""

ROWS: Mapping[str, Row] = {
    "epsc_optical": Row(
        Asked(
            "demo_optical",
            {"repeats": "5", "irradiance": "0.1 mW/cm^2", "width": "1 s", "rate": "100 Hz", "read_bias": "0.1 V"},
        ),
        frozenset({"B", "ΔI", "τ_1", "τ_2", "E_pulse", "E_opt"}),
        Asked("demo_optical", {"irradiance": "50 mW/cm^2"}),
        "lower the irradiance",
    ),
    "ppf_optical": Row(
        Asked("demo_optical", {"settle": "5 s"}, "demo"),
        frozenset({"ΔI", "PPF", "C_1", "τ_1"}),
        Asked("demo_optical", {"rate": "50 kHz"}),
        "a Keysight B2902A reaches 50 kHz",
    ),
    "sndp_optical": Row(
        Asked("demo_optical", {}, "demo"),
        frozenset({"PTP (A10/A1)", "A20/A1", "G", "n₀"}),
        Asked("demo_memristor"),
        "choose a bench that has it",
    ),
    "srdp_optical": Row(
        Asked("demo_optical", {}, "demo"),
        frozenset({"slope per decade"}),
        Asked("demo_optical", {"width": "200 us", "rate": "50 kHz"}),
        "a Keysight B2902A reaches 50 kHz",
    ),
    "sddp_optical": Row(
        Asked("demo_optical", {}, "demo"),
        frozenset({"τ_w", "ΔI_s"}),
        Asked("demo_optical", {"irradiance": "5 mW/cm^2"}),
        "lower the irradiance",
    ),
    "sadp_optical": Row(
        Asked("demo_optical", {}, "demo"),
        frozenset({"γ by range"}),
        Asked("demo_optical", {"irradiances": "[1 uW/cm^2, 100 mW/cm^2]"}),
        "lower the irradiance",
    ),
    "responsivity": Row(
        Asked(
            "demo_linear_range",
            {
                "irradiances": "{logspace: [1 uW/cm^2, 1 mW/cm^2], points: 10}",
                "dim_irradiances": "{logspace: [1 nW/cm^2, 0.5 uW/cm^2], points: 9}",
                "rate": "20 Hz",
                "settle": "5 s",
            },
        ),
        frozenset({"LDR", "D*", "NEP"}),
        Asked("demo_linear_range", {"irradiances": "{logspace: [1 nW/cm^2, 1 mW/cm^2], points: 61}"}),
        "put a neutral-density filter before the light",
    ),
    "speed": Row(
        Asked("demo_speed", {"settle": "2 s"}, "meter"),
        frozenset({"t_r", "t_f", "f_3dB"}),
        Asked("demo_speed"),
        "sample at 2.81 kHz or slower",
    ),
    "adaptation": Row(
        Asked(
            "demo_adaptation",
            {"irradiances": "[356.69 uW/cm^2]", "gates": "[-10 V, 10 V]", "timeout": "300 s"},
        ),
        frozenset({"CCR"}),
        Asked("demo_optical"),
        "put a source on gate in bench.yaml",
    ),
    "temporal_order": Row(
        Asked("demo_temporal_order"),
        frozenset({"ΔI_late/ΔI_early", "ΔI_several/ΔI_late"}),
        Asked("demo_memory"),
        "lower the level, or raise maximum_voltage",
    ),
    "spectral_response": Row(
        Asked("demo_spectrum", {"settle": "5 s"}),
        frozenset({"ΔI", "ℛ", "EQE", "S"}),
        Asked("demo_optical"),
        "add a terminal light_365 to bench.yaml",
    ),
    "ltp_ltd": Row(
        Asked("demo_memristor", {"cycles": "11", "noise_reads": "30"}, "slow"),
        frozenset({"NL_P", "NL_D", "DR", "N_p", "σ_c2c,P", "σ_c2c,D"}),
        Asked("demo_memristor"),
        "a Keysight B2902A reaches 50 us",
    ),
    "ltp_ltd_lit": Row(
        Asked("demo_photoelectric"),
        frozenset({"ΔG_P", "ΔG_D", "NL_P", "NL_D", "DR"}),
        Asked("demo_photoelectric", {"irradiance": "1 W/cm^2"}),
        "lower the irradiance",
    ),
    "forming": Row(
        Asked("demo_forming"),
        frozenset({"V_form", "forming-free"}),
        Asked("demo_forming", {"largest": "6 V"}),
        "lower the level, or raise maximum_voltage",
    ),
    "iv_hysteresis": Row(
        Asked("demo_memristor", {"cycles": "10", "rates": "[0.1 V/s, 10 V/s]", "rate_cycles": "5"}),
        frozenset({"HI₊", "HI₋"}),
        Asked("demo_memristor", {"positive": "50 V"}),
        "bench.yaml",
    ),
    "dark_noise": Row(
        Asked("demo_optical", {}, "demo"),
        frozenset({"B", "dB/dt", "σ_B", "S_w"}),
        Asked("demo_optical", {"rate": "50 kHz"}),
        "a Keysight B2902A reaches 50 kHz",
    ),
    "relearning": Row(
        Asked("demo_memory", {}, "demo"),
        frozenset({"S", "r₂/r₁"}),
        Asked("demo_optical"),
        "choose a bench that has",
    ),
    "stp_to_ltp": Row(
        Asked("demo_memory", {"counts": "[1, 5, 20, 50]", "settle": "5 s"}),
        frozenset({"r", "n_LT"}),
        Asked("demo_optical"),
        "choose a bench that has",
    ),
    "ppf_electrical": Row(
        Asked(
            "keithley_2636b_memristor",
            {"intervals": "[10 ms]", "erase_pulses": "20"},
            "demo",
            ("r1c1",),
        ),
        frozenset({"PPF"}),
        Asked("demo_memristor"),
        "a Keysight 33522B reaches 16 ns",
    ),
    "ppf_gate": Row(
        Asked("keithley_2636b_ferroelectric", {"intervals": "[0.1 s]"}, "demo"),
        frozenset({"ΔI", "PPF"}),
        Asked("demo_optical"),
        "in bench.yaml in place of the ground",
    ),
    "sadp_electrical": Row(
        Asked("demo_memristor", {"repeats": "8", "erase_pulses": "10"}, "demo"),
        frozenset({"ΔI", "γ", "V_th"}),
        Asked("demo_memristor", {"width": "100 us"}),
        "a Keysight B2902A reaches 50 us",
    ),
    "stdp": Row(
        Asked("keysight_b2902a_stdp", {"erase_pulses": "8"}),
        frozenset({"A₊", "A₋", "τ₊", "τ₋"}),
        Asked("demo_memristor"),
        "put a source on bottom in bench.yaml in place of the ground",
    ),
    "endurance": Row(
        Asked("demo_worn_memristor", {"cycles": "300"}),
        frozenset({"N_f"}),
        Asked("demo_memristor", {"width": "100 us"}),
        "a Keysight B2902A reaches 50 us",
    ),
    "endurance_optoelectronic": Row(
        Asked(
            "keithley_2450_photomemory",
            {
                "cycles": "20",
                "settle": "5 s",
                "reset": "2 V",
                "read_bias": "0.1 V",
                "irradiance": "0.02 mW/cm^2",
                "light_width": "30 ms",
            },
        ),
        frozenset({"N_f"}),
        Asked("keithley_2450_photomemory", {"irradiance": "50 mW/cm^2"}),
        "lower the irradiance",
    ),
    # A window that no device has: the failure is seen in the first cycle.
    "endurance_gate": Row(
        Asked("keithley_2636b_ferroelectric", {"cycles": "20", "read_bias": "-0.1 V", "window": "1e9"}),
        frozenset({"N_f"}),
        Asked("keithley_2450_transistor"),
        "lower the level, or raise maximum_voltage",
    ),
    "dynamic_range": Row(
        Asked("demo_memristor", {"potentiation": "0.8 V", "cycles": "6", "high_range": "8 uA", "low_range": "1 uA"}),
        frozenset({"DR", "G_max", "G_min"}),
        Asked("demo_memristor", {"width": "100 us"}),
        "a Keysight B2902A reaches 50 us",
    ),
    "dynamic_range_optoelectronic": Row(
        Asked(
            "keithley_2450_photomemory",
            {"cycles": "6", "settle": "5 s", "depression": "2 V", "read_bias": "0.1 V", "low_range": "100 nA"},
        ),
        frozenset({"DR", "G_max", "G_min"}),
        Asked("keithley_2450_photomemory", {"irradiance": "50 mW/cm^2"}),
        "lower the irradiance",
    ),
    "dynamic_range_gate": Row(
        Asked("keithley_2636b_ferroelectric", {"cycles": "6", "read_bias": "-0.1 V", "low_range": "100 nA"}),
        frozenset({"DR", "G_max", "G_min"}),
        Asked("keithley_2450_transistor"),
        "lower the level, or raise maximum_voltage",
    ),
    "endurance_ltp_ltd": Row(
        Asked("demo_worn_memristor", {"cycles": "300", "pulses": "5", "width": "50 ms", "potentiation": "0.7 V"}),
        frozenset({"N_c", "N_pulses"}),
        Asked("demo_memristor"),
        "a Keysight B2902A reaches 50 us",
    ),
    "arrhenius": Row(
        Asked("demo_stage", {}, "demo"),
        frozenset({"E_a", "E_a (σT)"}),
        Asked("demo_stage", {"temperatures": "[250 K, 270 K, 290 K, 310 K]"}),
        "choose temperatures from 265 K",
    ),
    "transfer": Row(
        Asked(
            "keysight_b2902a_transistor",
            {"rates": "[1 V/s]", "main_rate": "2 V/s", "step": "50 mV", "drain_linear": "1 V"},
        ),
        frozenset({"μ_lin", "μ_sat", "V_th", "r", "ΔV_th"}),
        Asked("keithley_2450_transistor"),
        "put gate and drain on the channels of one source meter",
    ),
    "output": Row(
        Asked("keysight_b2902a_transistor", {"gates": "[1 V, 3 V]", "rate": "2 V/s"}),
        frozenset({"R_on", "m_out", "λ"}),
        Asked("demo_optical"),
        "in bench.yaml in place of the ground",
    ),
    "ltp_ltd_gate": Row(
        Asked("keithley_2636b_transistor", {"pulses": "12"}),
        frozenset({"ΔG_P", "ΔG_D", "NL_P", "NL_D", "DR", "E_read", "ΔG_retained"}),
        Asked("keithley_2636b_optical"),
        "lower the level, or raise maximum_voltage",
    ),
    "ltp_ltd_optoelectronic": Row(
        Asked("keithley_2636b_photomemory", {"pulses": "12", "gate_off": "2 s"}),
        frozenset({"ΔG_P", "ΔG_D", "DR", "E_read", "E_pulse"}),
        Asked("keithley_2450_photomemory", {"irradiance": "50 mW/cm^2"}),
        "lower the irradiance",
    ),
    "population": Row(
        Asked("demo_population", {"devices": "3", "pulses": "10", "every": "2"}),
        frozenset({"G_check"}),
        Asked("demo_memristor"),
        "write the matrix and the cells of the chip under `switch`",
    ),
    "crossbar_read": Row(
        Asked("demo_crossbar", {"readings": "5"}),
        frozenset({"G_check"}),
        Asked("demo_memristor"),
        "write the matrix and the cells of the chip under `switch`",
    ),
    "crossbar_read_grounded": Row(
        Asked("demo_crossbar_grounded", {"readings": "5"}),
        frozenset({"G_check"}),
        Asked("demo_crossbar"),
        "bottom",
    ),
    "array_image": Row(
        Asked("demo_array_5x5", {"frames": "3", "frame_wait": "1 s"}),
        frozenset({"C_M", "C(t)/C(0)"}),
        Asked("demo_optical"),
        "write the matrix and the cells of the chip under `switch`",
    ),
    "array_image_colours": Row(
        Asked("demo_array_5x5", {"frames": "2", "frame_wait": "1 s"}),
        frozenset({"C_M"}),
        Asked("demo_array_5x5", {"irradiance": "5 mW/cm^2"}),
        "lower the irradiance",
    ),
    "array_weights": Row(
        Asked("demo_array_5x5", {"irradiance": "0.05 mW/cm^2", "pulses": "[1, 2]"}),
        frozenset({"r", "C(n)/C(1)"}),
        Asked("demo_array_5x5"),
        "put a neutral-density filter before the light",
    ),
    "array_image_signs": Row(
        Asked("demo_array_ambipolar", {"rest": "20 s"}),
        frozenset({"p_colour", "ΔI_colour"}),
        Asked("demo_array_5x5"),
        "put a source on gate in bench.yaml",
    ),
    "conduction": Row(
        Asked("demo_film", {"cycles": "2"}),
        frozenset({"m", "μ_MG"}),
        Asked("demo_film", {"width": "100 us"}),
        "a Keysight B2902A reaches 50 us",
    ),
    "conduction_thermal": Row(
        Asked("demo_film_stage", {"cycles": "1"}),
        frozenset({"ε_r (Schottky)"}),
        Asked("demo_film"),
        "add a terminal stage to bench.yaml",
    ),
    "retention": Row(
        Asked("demo_memristor", {"times": "{logspace: [1 s, 100 s], points: 6}"}),
        frozenset({"R"}),
        Asked("demo_memristor", {"width": "100 us"}),
        "a Keysight B2902A reaches 50 us",
    ),
    "retention_gate": Row(
        Asked(
            "keithley_2636b_ferroelectric",
            {"times": "{logspace: [1 s, 100 s], points: 6}", "read_bias": "-0.1 V"},
        ),
        frozenset({"R"}),
        Asked("demo_optical"),
        "in bench.yaml in place of the ground",
    ),
    "retention_optical": Row(
        Asked("demo_transistor", {"times": "{logspace: [1 s, 100 s], points: 6}", "settle": "10 s"}),
        frozenset({"R"}),
        Asked("demo_optical"),
        "choose a bench that has one",
    ),
}


def test_the_library_has_no_protocol_without_a_row() -> None:
    assert sorted(ROWS) == sorted(protocol_names())


def test_every_protocol_of_the_standard_is_there() -> None:
    implemented = {load_protocol(name).document.implements for name in protocol_names()}
    assert implemented == {f"P{number:02d}" for number in range(1, 25)}


@pytest.mark.parametrize("protocol", ROWS)
def test_a_bench_that_can_delivers_it_and_its_metrics_have_values(protocol: str, tmp_path: Path) -> None:
    row = ROWS[protocol]
    sample = tmp_path / "sample.yaml"
    sample.write_text(SAMPLE)
    results = run_request(row.delivered.request(protocol, sample), tmp_path / "run.h5").results
    assert {result.metric for result in results} == set(load_protocol(protocol).document.metrics)
    missing = {f"{each.symbol}: {each.reason}" for each in results if each.symbol in row.values and not each.reportable}
    assert missing == set()
    assert row.values <= {result.symbol for result in results}


@pytest.mark.parametrize("protocol", ROWS)
def test_a_bench_that_cannot_refuses_it_with_a_remedy(protocol: str) -> None:
    row = ROWS[protocol]
    with pytest.raises(LabkitError) as refusal:
        plan_request(row.refused.request(protocol)).require()
    assert row.remedy in str(refusal.value)


@pytest.mark.parametrize("protocol", ROWS)
def test_it_says_what_it_measures_and_which_standard_it_implements(protocol: str) -> None:
    document = load_protocol(protocol).document
    assert document.implements
    assert document.description
    assert all(parameter.description for parameter in document.parameters.values())
