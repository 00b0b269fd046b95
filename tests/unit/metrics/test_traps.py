"""The traps of metric standard, section 7: one run that falls into each, and what names it to the user.

`TRAPS` says which tests stand for a trap; those of metrics that have a test file of their own are named there. The page
docs/reference/traps.md has a row for each.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.validation.generators import (
    Cycles,
    Kept,
    Memristor,
    PulsePairs,
    SinglePulses,
    SteppedPulses,
    Writes,
    loop_run,
    ltp_ltd_run,
)
from labkit.core import Flag, FloatArray, Result, Run, Sample, Samples
from labkit.metrics import (
    CONDUCTANCE_CURVE,
    CYCLE_VARIATION,
    EPSC,
    NONLINEARITY,
    ON_OFF_RATIO,
    PPF_INDEX,
    PULSE_ENERGY,
    RETENTION,
    SADP,
    STATES,
    SWITCHING_VOLTAGE,
    compute_metrics,
)
from labkit.metrics._heating import warming
from labkit.metrics._retained import ExtrapolationRefused, extrapolation, states

ROOT = Path(__file__).parents[3]
HERE = "tests/unit/metrics/test_traps.py"
OPTICAL = "tests/unit/metrics/optical/test_"
CURVES = "tests/unit/metrics/curves/test_"
SETS = "tests/unit/metrics/sets/test_"
LONGTERM = "tests/unit/metrics/longterm/test_"
TRAPS: dict[int, tuple[str, ...]] = {
    1: (f"{HERE}::test_1_summation_is_not_sold_as_facilitation",),
    2: (f"{HERE}::test_2_the_mean_of_ratios_is_told_from_the_ratio_of_means", f"{HERE}::test_2_picking_is_told"),
    3: (
        f"{HERE}::test_3_a_weight_read_while_its_pulse_is_on_is_withheld",
        f"{HERE}::test_3_a_weight_read_before_it_has_settled_is_volatile",
    ),
    4: (f"{HERE}::test_4_a_label_keeps_its_name_its_sign_and_its_length_of_train",),
    5: (f"{HERE}::test_5_pulses_are_not_states",),
    6: (
        f"{HERE}::test_6_one_curve_has_no_uncertainty",
        f"{HERE}::test_6_samples_are_not_repeats",
        f"{SETS}device_set.py::test_five_runs_of_one_device_are_one_device",
        f"{SETS}device_variation.py::test_ten_per_cent_between_devices_are_found_under_fifteen_per_cent_between_cycles",
        f"{SETS}area_scaling.py::test_a_line_through_the_devices_as_if_each_were_an_area_claims_too_much",
    ),
    7: (f"{HERE}::test_7_the_denominator_of_a_variation_is_named",),
    8: (
        f"{HERE}::test_8_a_current_below_its_noise_has_no_energy",
        f"{HERE}::test_8_light_is_part_of_what_a_pulse_costs",
    ),
    9: (f"{HERE}::test_9_ten_years_are_not_drawn_from_three_hours", f"{HERE}::test_9_reads_that_refresh_are_told"),
    11: (f"{HERE}::test_11_a_state_read_at_compliance_is_a_bound", f"{HERE}::test_11_a_voltage_has_its_ramp_rate"),
    12: (
        f"{OPTICAL}detectivity.py::test_12_without_noise_there_is_only_an_upper_bound",
        f"{OPTICAL}detectivity.py::test_12_noise_at_another_bias_or_for_too_short_gives_no_detectivity",
    ),
    13: (
        f"{OPTICAL}responsivity.py::test_13_an_area_with_pads_is_told",
        f"{OPTICAL}responsivity.py::test_13_the_peak_of_a_gaussian_beam_is_not_its_mean",
        f"{OPTICAL}responsivity.py::test_13_light_dimmed_by_pulse_width_is_told_by_its_line",
    ),
    14: (
        f"{OPTICAL}responsivity.py::test_14_a_response_of_unknown_width_has_no_responsivity",
        f"{OPTICAL}responsivity.py::test_14_colours_at_equal_power_have_no_selectivity",
    ),
    15: (f"{HERE}::test_15_a_change_of_range_within_a_response_is_a_seam",),
    16: (
        f"{CURVES}transistor.py::test_a_kinked_curve_would_give_several_times_the_mobility_and_says_so",
        f"{CURVES}transistor.py::test_a_sweep_that_moves_the_threshold_says_so",
        f"{CURVES}transistor.py::test_an_ionic_gate_needs_a_capacitance_of_the_sweeps_rate",
    ),
    17: (
        f"{CURVES}conduction.py::test_a_permittivity_that_no_film_has_is_rejected_however_straight_the_line",
        f"{CURVES}conduction.py::test_one_temperature_proves_no_emission",
    ),
    18: (
        f"{HERE}::test_18_a_device_that_degrades_is_told",
        f"{HERE}::test_18_values_in_order_without_a_reference_are_told",
        f"{SETS}uniformity.py::test_a_gradient_that_was_measured_in_raster_order_may_be_time",
        f"{SETS}device_variation.py::test_a_sentinel_that_changed_flags_every_value_of_the_run",
    ),
    19: (
        f"{SETS}yield.py::test_all_good_says_only_so_much",
        f"{SETS}yield.py::test_what_was_chosen_after_the_fact_is_flagged",
        f"{SETS}yield.py::test_dead_devices_count_and_have_a_name",
        f"{SETS}contrast.py::test_dead_pixels_are_left_out_and_counted",
    ),
    20: ("tests/unit/network/test_accuracy.py::test_20_an_accuracy_says_that_it_is_no_hardware_evidence",),
    21: (
        f"{HERE}::test_21_an_inhibitory_current_is_told_by_its_magnitude",
        f"{CURVES}transistor.py::test_both_regimes_give_the_mobility_and_threshold_of_electrons_and_of_holes",
    ),
    22: (f"{HERE}::test_22_pulses_that_may_heat_are_told",),
}
"""Trap to the tests that stand for it, as pytest names them."""


def quietly(run: Run, name: str) -> tuple[Result, ...]:
    return compute_metrics(run, [name])


def random(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_every_test_that_stands_for_a_trap_exists() -> None:
    for places in TRAPS.values():
        for place in places:
            file, _, name = place.partition("::")
            assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), place


def test_the_page_has_a_row_for_every_trap() -> None:
    page = (ROOT / "docs" / "reference" / "traps.md").read_text(encoding="utf-8")
    assert [number for number in range(1, 23) if f"\n| {number} |" not in page] == []


def test_1_summation_is_not_sold_as_facilitation() -> None:
    (found,) = PPF_INDEX.compute(PulsePairs(intervals=(0.2,), scatter=0.05).run(random(1), sigma=1e-11))
    assert found.estimate is not None
    assert found.estimate.value > 1.3
    assert Flag.SUMMATION in found.flags
    assert found.notes["facilitation"].startswith("not shown")


def test_2_the_mean_of_ratios_is_told_from_the_ratio_of_means() -> None:
    device = PulsePairs(intervals=(0.5,), repeats=60, scatter=0.0, relaxing=(1e-3, 1e-3), width=0.2, rest=1.2)
    (noisy,) = PPF_INDEX.compute(device.run(random(2), sigma=6e-10))
    (quiet,) = PPF_INDEX.compute(device.run(random(2), sigma=1e-12))
    assert "biased by the scatter" in noisy.notes["mean of ratios"]
    assert "mean of ratios" not in quiet.notes


def test_2_picking_is_told() -> None:
    (found,) = EPSC.compute(SinglePulses(charging=0.1).run(random(3), sigma=2e-10))
    assert found.estimate is not None
    assert found.variants["maximum"].value > 1.2 * found.estimate.value
    assert "not used" in found.notes["maximum"]


def in_their_pulses(run: Run) -> Run:
    """Move each read of a weight back into the pulse before it: the current is that of the write."""
    table = run.timeline.copy()
    begins = table["begin"].where(table["kind"] == "pulse").ffill()
    ends = table["end"].where(table["kind"] == "pulse").ffill()
    driven = (table["kind"] == "read") & table["mark"].isin(["potentiation", "depression"])
    table.loc[driven, "begin"], table.loc[driven, "end"] = begins[driven], ends[driven]
    time = run.traces["top"].time.copy()
    for row in table[driven].itertuples():
        time[row.first_sample : row.first_sample + row.sample_count] = row.begin + 0.01 * np.arange(row.sample_count)
    samples = run.traces["top"]
    moved = Samples(time, samples.voltage, samples.current, samples.status)
    return replace(run, timeline=table, traces={"top": moved})


def test_3_a_weight_read_while_its_pulse_is_on_is_withheld() -> None:
    run = ltp_ltd_run(Cycles(c2c=0.01), 1, sigma=1e-9)
    assert CONDUCTANCE_CURVE.compute(run)[0].estimate is not None
    for found in CONDUCTANCE_CURVE.compute(in_their_pulses(run)) + NONLINEARITY.compute(in_their_pulses(run))[:2]:
        assert found.estimate is None
        assert Flag.DRIVEN in found.flags
        assert "while its pulse was on" in found.reason


def test_3_a_weight_read_before_it_has_settled_is_volatile() -> None:
    found = CONDUCTANCE_CURVE.compute(ltp_ltd_run(Cycles(c2c=0.01), 1, sigma=1e-9, late_share=0.6))[0]
    assert Flag.VOLATILE in found.flags


def test_4_a_label_keeps_its_name_its_sign_and_its_length_of_train() -> None:
    potentiation, depression, asymmetry = NONLINEARITY.compute(ltp_ltd_run(Cycles(c2c=0.01), 1, sigma=1e-9))
    assert potentiation.estimate is not None
    assert depression.estimate is not None
    assert asymmetry.estimate is not None
    assert potentiation.estimate.value > 0 > depression.estimate.value
    assert asymmetry.estimate.value > 4
    assert potentiation.at["pulses"] == 50
    assert "one P_max only" in potentiation.notes["label"]
    assert "A" in potentiation.variants


def test_5_pulses_are_not_states() -> None:
    levels = 1e-6 + 2e-8 * np.arange(50)
    run = ltp_ltd_run(Cycles(c2c=0.01), 1, sigma=3e-9, levels=levels)
    found = {result.symbol: result for result in STATES.compute(run)}
    assert found["N_r"].estimate is not None
    assert found["N_p"].estimate is not None
    assert found["N_r"].estimate.value < 15 < found["N_p"].estimate.value
    assert "says nothing" in found["N_p"].method


def test_6_one_curve_has_no_uncertainty() -> None:
    found = NONLINEARITY.compute(ltp_ltd_run(Cycles(c2c=0.02, cycles=1), 1, sigma=1e-9))[0]
    assert found.estimate is None
    assert Flag.REPEATS in found.flags
    assert "single_curve_ols" in found.variants


def test_6_samples_are_not_repeats() -> None:
    (found,) = EPSC.compute(SinglePulses().run(random(4), sigma=1e-11))
    assert found.counts["sample"] > 500
    assert found.counts["pulse"] == 10
    assert found.estimate is not None
    assert found.estimate.degrees_of_freedom < 10


def test_7_the_denominator_of_a_variation_is_named() -> None:
    found = CYCLE_VARIATION.compute(ltp_ltd_run(Cycles(9e-6, c2c=0.02), 1, sigma=1e-9))[0]
    assert "mean change" in found.notes["denominator"]
    assert found.estimate is not None
    assert found.variants["mean_step"].value > 20 * found.estimate.value
    assert "level" in found.variants


def test_8_a_current_below_its_noise_has_no_energy() -> None:
    run = Writes(bias=1e-5).run(random(5), sigma=1e-9)
    found = {result.symbol: result for result in PULSE_ENERGY.compute(run)}
    assert found["E_read"].estimate is None
    assert Flag.SIGNAL_TO_NOISE in found["E_read"].flags
    assert found["E_read"].bound is not None
    assert found["E_pulse"].estimate is not None


def test_8_light_is_part_of_what_a_pulse_costs() -> None:
    lit = SinglePulses(sample=Sample(active_area="5000 um^2"))
    found = {result.symbol: result for result in PULSE_ENERGY.compute(lit.run(random(6), sigma=1e-11))}
    assert found["E_opt"].estimate is not None
    unknown = {result.symbol: result for result in PULSE_ENERGY.compute(SinglePulses().run(random(6), sigma=1e-11))}
    assert unknown["E_opt"].estimate is None
    assert "active_area" in unknown["E_opt"].reason


def slowly(time: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-((time / 1e6) ** 0.3)), float)


def test_9_ten_years_are_not_drawn_from_three_hours() -> None:
    run = Kept(slowly).run(random(7), sigma=1e-9)
    ahead = extrapolation(states(run)[-1])
    assert ahead is not None
    with pytest.raises(ExtrapolationRefused, match="ten times"):
        ahead.at(3.2e8)
    further = [result for result in RETENTION.compute(run) if result.symbol == "R extrapolated"]
    assert all(Flag.EXTRAPOLATED in result.flags for result in further)
    assert not any(result.reportable for result in further)


def test_9_reads_that_refresh_are_told() -> None:
    found = RETENTION.compute(Kept(slowly, longest=10.0, per_decade=20).run(random(8), sigma=1e-9))
    assert all(Flag.DISTURBED in result.flags for result in found)


def test_11_a_state_read_at_compliance_is_a_bound() -> None:
    rates = {0.1: 5, 10.0: 5, 1.0: 20}
    (found, *_) = ON_OFF_RATIO.compute(loop_run(Memristor(), 2, rates=rates, compliance=5e-6))
    assert found.estimate is None
    assert Flag.COMPLIANCE in found.flags
    assert found.bound is not None
    assert found.bound.high == np.inf


def test_11_a_voltage_has_its_ramp_rate() -> None:
    (found, _) = SWITCHING_VOLTAGE.compute(loop_run(Memristor(scatter=0.05), 4, rates={0.1: 5, 1.0: 50}))
    assert found.estimate is not None
    assert found.at["rate"] == 1.0


def with_a_range_change(run: Run, instant: float) -> Run:
    """Let the ammeter go to a range with another offset at an instant (s)."""
    first = int(np.searchsorted(run.traces["drain"].time, instant))
    whole = run.acquisitions.iloc[0]
    before = whole.to_dict() | {"sample_count": first}
    after = whole.to_dict() | {"first_sample": first, "sample_count": len(run.traces["drain"]) - first, "offset": 5e-11}
    return replace(run, acquisitions=pd.DataFrame([before, after]))


def test_15_a_change_of_range_within_a_response_is_a_seam() -> None:
    device = SinglePulses()
    run = device.run(random(9), sigma=1e-11, offset=1e-12)
    assert Flag.SEAM not in EPSC.compute(run)[0].flags
    within = device.lead + device.width / 2
    assert Flag.SEAM in EPSC.compute(with_a_range_change(run, within))[0].flags


def steep(level: float, time: FloatArray) -> FloatArray:
    return np.asarray(level**0.7 * np.minimum(time / 0.2, 1), float)


LEVELS = tuple((float(level), 0.5) for level in np.geomspace(0.1, 10, 9))


def test_18_a_device_that_degrades_is_told() -> None:
    found = SADP.compute(SteppedPulses(LEVELS, steep, fading=0.03, shuffled=False).run(random(10), sigma=1e-12))[0]
    assert Flag.DEGRADED in found.flags


def test_18_values_in_order_without_a_reference_are_told() -> None:
    device = SteppedPulses(LEVELS, steep, references=False, shuffled=False)
    assert "drift of the device" in SADP.compute(device.run(random(11), sigma=1e-12))[0].notes["reference"]


def test_21_an_inhibitory_current_is_told_by_its_magnitude() -> None:
    run = SinglePulses().run(random(12), sigma=2e-11)
    drain = run.traces["drain"]
    mirrored = replace(run, traces={"drain": Samples(drain.time, drain.voltage, -drain.current, drain.status)})
    (holes,) = EPSC.compute(mirrored)
    assert holes.estimate is not None
    assert holes.estimate.value < 0
    assert holes.notes["type"] == "EPSC"
    (shrinking,) = EPSC.compute(SinglePulses(amplitude=-5e-10).run(random(12), sigma=2e-11))
    assert shrinking.notes["type"] == "IPSC"


def test_22_pulses_that_may_heat_are_told() -> None:
    device = Writes(level=1.0, conductance=1e-3, sample=Sample(active_area="100 um^2"))
    hot = {result.symbol: result for result in PULSE_ENERGY.compute(device.run(random(13), sigma=1e-9))}["E_pulse"]
    mild = replace(device, conductance=1e-6)
    cool = {result.symbol: result for result in PULSE_ENERGY.compute(mild.run(random(13), sigma=1e-9))}["E_pulse"]
    assert Flag.HEATED in hot.flags
    assert "heating" in hot.notes
    assert Flag.HEATED not in cool.flags


def test_22_the_estimate_of_heating_has_its_limits() -> None:
    """A short pulse warms by the heat that stays below it, a long one by what spreads into the half-space."""
    area, power = 1e-8, 1e-3
    density, radius = power / area, np.sqrt(area / np.pi)
    short = 2 * density / 1.1 * np.sqrt(5.6e-7 * 1e-7 / np.pi)
    assert warming(power, area, 1e-7) == pytest.approx(short, rel=1e-6)
    assert warming(power, area, 1e6) == pytest.approx(density * radius / 1.1, rel=1e-3)
