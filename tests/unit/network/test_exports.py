"""Every export, simulated again from what was written: does it give the curve that was measured?"""

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.validation.generators import Cycles, ltp_ltd_run
from labkit.core import Estimate, Flag, Interval, LabkitError, Result
from labkit.network import SIMULATORS, Parameter, export_synapse, measured_synapse
from labkit.network._aihwkit import AihwkitDevice, linear_device
from labkit.network._crosssim import lookup_table, simulate
from labkit.network._neurosim import NeuroSimDevice, neurosim_device, table_label
from labkit.network._round_trip import round_trip
from labkit.network._step_curve import exponential_steps, fit_step_curve, trajectory

SYNAPSE = Cycles(c2c=0.003)


def assignments(text: str) -> dict[str, float]:
    """Read the RealDevice block of NeuroSim as its compiler would."""
    block = text.split("RealDevice::RealDevice")[1].split("IdealDevice::", maxsplit=1)[0]
    pairs = [line.split(";")[0].split(" = ") for line in block.splitlines() if " = " in line]
    return {name: {"true": 1.0, "false": 0.0}.get(value) or float(value.replace("false", "0")) for name, value in pairs}


@pytest.mark.parametrize("simulator", SIMULATORS)
def test_an_exponential_synapse_comes_back_within_2u(measure: Any, simulator: str) -> None:
    trip = export_synapse(measure(SYNAPSE), simulator).trip
    assert trip.accepted
    assert trip.rms < 0.01
    for direction, again in trip.again.items():
        assert again in trip.measured[direction].interval
    assert "within 2u" in trip.words[0]
    assert "NOT" not in trip.words[0]


@pytest.mark.parametrize("simulator", SIMULATORS)
@pytest.mark.parametrize(("up", "down"), [(4.9, -0.01), (0.02, 5.0), (-3.0, 3.0)])
def test_noiseless_curves_of_any_bend_come_back(measure: Any, simulator: str, up: float, down: float) -> None:
    """Slow-first potentiation and fast-first depression too: the signs go through each simulator's convention."""
    trip = export_synapse(measure(Cycles(up=up, down=down), sigma=1e-15), simulator).trip
    assert trip.rms < (5e-3 if simulator == "crosssim" else 1e-3)  # whose table is looked up at the nearest column
    for direction, again in trip.again.items():
        assert again == pytest.approx(trip.measured[direction].value, abs=0.03)


def test_what_an_exponential_cannot_describe_is_said_and_kept_by_pieces(measure: Any, hesitant: Cycles) -> None:
    synapse = measure(hesitant)
    neurosim = export_synapse(synapse, "neurosim").trip
    assert not neurosim.accepted
    assert "NOT within 2u" in neurosim.words[0]
    pieces = export_synapse(synapse, "aihwkit")
    assert pieces.device_class == "PiecewiseStepDevice"
    assert pieces.trip.accepted
    assert any("no description of this device" in remark for remark in pieces.remarks)
    assert export_synapse(synapse, "crosssim").trip.accepted


def test_neurosims_text_simulates_the_measured_curve(measure: Any) -> None:
    synapse = measure(SYNAPSE)
    read = assignments(export_synapse(synapse, "neurosim").text)
    device = NeuroSimDevice(
        read["minConductance"],
        read["maxConductance"],
        (int(read["maxNumLevelLTP"]), int(read["maxNumLevelLTD"])),
        (read["NL_LTP"], read["NL_LTD"]),
    )
    assert device.simulate("potentiation", 50) == pytest.approx(synapse.train("potentiation").mean, rel=0.03)
    assert read["sigmaCtoC"] == pytest.approx(0.003 * 9e-6, rel=0.15)
    assert read["NL_LTD"] < 0 < read["NL_LTP"]


@given(st.floats(-9, 9))
def test_a_label_is_looked_up_as_it_was_rounded(label: float) -> None:
    """NeuroSim takes the entry int(100 |NL|) of a table that begins at 0.01 and ends at 9."""
    entry = int(abs(table_label(label)) * 100)
    assert entry == max(round(abs(label) * 100), 1) or abs(entry / 100 - abs(label)) <= 0.005 + 1e-9
    assert 1 <= entry <= 900
    assert math.copysign(1, table_label(label)) == math.copysign(1, label)


@given(st.integers(1, 900))
def test_a_label_keeps_its_entry_in_the_text(entry: int) -> None:
    """4.35 is the classic: 100 times it is 434.99999999999994."""
    assert int(abs(float(Parameter("NL_LTP", table_label(entry / 100), "").code)) * 100) == entry


def test_labels_beyond_the_table_are_told(measure: Any) -> None:
    found = export_synapse(measure(Cycles(up=100.0, down=-100.0, pulses=200), sigma=1e-15), "neurosim")
    assert {one.name: one.value for one in found.parameters}["NL_LTP"] == 9.0
    assert any("table ends at 9" in remark for remark in found.remarks)


@given(st.floats(-8, 8), st.floats(-8, 8), st.integers(5, 200), st.integers(5, 200))
@settings(max_examples=40, deadline=None)
def test_linear_step_device_and_neurosim_are_the_same_model(up: float, down: float, rises: int, falls: int) -> None:
    fitted = NeuroSimDevice(1e-6, 1e-5, (rises, falls), (table_label(up), table_label(down)))
    linear = linear_device(fitted)
    for direction, count in (("potentiation", rises), ("depression", falls)):
        assert linear.simulate(direction, count) == pytest.approx(fitted.simulate(direction, count), abs=1e-10)


@given(st.floats(0.001, 0.4), st.floats(0.001, 0.4))
def test_up_down_gives_both_scales_back(up: float, down: float) -> None:
    from labkit.network._aihwkit import _minimum

    assert AihwkitDevice(0.0, 1.0, *_minimum(up, down)).scales == pytest.approx((up, down))


def test_aihwkits_snippet_is_python_that_needs_aihwkit_only_inside(measure: Any) -> None:
    text = export_synapse(measure(SYNAPSE), "aihwkit").text
    names: dict[str, Any] = {}
    exec(compile(text, "device.py", "exec"), names)
    with pytest.raises(ImportError, match="aihwkit"):
        names["rpu_config"]()


def test_crosssims_mean_is_that_of_the_table_and_of_its_draws(measure: Any) -> None:
    """CrossSim averages all rows but the last, and draws the first and last row half as often."""
    curve = fit_step_curve(measure(SYNAPSE))
    table = lookup_table(curve, "depression", 1e-7, 101)
    assert table.mean == pytest.approx(curve.step(table.conductance, "depression"), rel=1e-9)
    drawn = (np.random.default_rng(1).random(200_000) * (len(table.change) - 1) + 0.5).astype(int)
    noise = table.change[drawn, 7] - table.mean[7]
    assert abs(np.mean(noise)) < 5e-10
    assert np.std(noise) == pytest.approx(1e-7, rel=0.01)


def test_crosssims_files_read_back(measure: Any) -> None:
    found = export_synapse(measure(SYNAPSE), "crosssim")
    assert set(found.tables) == {"_dG_increasing.txt", "_dG_decreasing.txt"}
    rows = [np.array(line.split(","), float) for line in found.tables["_dG_increasing.txt"].splitlines()[1:]]
    conductance, cumulative, change = rows[0], rows[1], np.array(rows[2:])
    assert change.shape == (len(cumulative), len(conductance))
    assert np.ptp(np.diff(conductance)) < 1e-4 * np.mean(np.diff(conductance))
    assert np.mean(change) > 0
    assert "params.numeric_params.update_model = 'DG_LOOKUP'" in found.text
    curve = fit_step_curve(measure(SYNAPSE))
    table = lookup_table(curve, "potentiation", 0.0, 201)
    assert simulate(table, "potentiation", 50)[-1] == pytest.approx(curve.highest, rel=0.02)


@given(st.floats(-8, 8), st.integers(5, 100))
@settings(deadline=None)
def test_exponential_steps_go_from_end_to_end(curvature: float, count: int) -> None:
    nodes = np.linspace(2e-6, 9e-6, 7)
    for direction, end in (("potentiation", 9e-6), ("depression", 2e-6)):
        steps = exponential_steps(nodes, curvature, count, direction)
        assert trajectory(nodes, steps, direction, count)[-1] == pytest.approx(end, abs=1e-12)


def test_read_noise_is_told_in_each_simulators_unit(measure: Any) -> None:
    levels = np.linspace(1e-6, 1e-5, 20)
    synapse = measure(SYNAPSE, sigma=5e-9, levels=levels)
    read = 5e-9 / math.sqrt(5) / 0.1
    named = {name: {one.name: one.value for one in export_synapse(synapse, name).parameters} for name in SIMULATORS}
    assert named["neurosim"]["readNoise"] is True
    assert named["neurosim"]["sigmaReadNoise"] == pytest.approx(read * np.sqrt(np.mean(levels**-2.0)), rel=0.1)
    assert named["aihwkit"]["w_noise"] == pytest.approx(2 * read / 9e-6, rel=0.1)
    assert named["crosssim"]["numeric_params.read_noise.sigma"] == pytest.approx(read / 9e-6, rel=0.1)


def variation(symbol: str, value: float) -> Result:
    exact = Estimate(value, 0.0, Interval(value, value))
    return Result("device_variation", "M20.log/1", f"σ_d2d({symbol})", exact, "1", "")


def test_device_to_device_variation_is_written_where_a_set_was_measured(measure: Any) -> None:
    run = ltp_ltd_run(SYNAPSE, 1, sigma=1e-10)
    known = [variation("NL_P", 0.3), variation("NL_D", 0.4), variation("ln G_max", 0.05), variation("ln G_min", 0.1)]
    found = {one.name: one for one in export_synapse(measured_synapse(run, known), "neurosim").parameters}
    assert found["sigmaDtoD"].value == pytest.approx(math.sqrt((0.09 + 0.16) / 2))
    assert found["maxConductanceVar"].value == pytest.approx(0.05 * 1e-5, rel=0.05)
    alone = {one.name: one for one in export_synapse(measured_synapse(run), "neurosim").parameters}
    assert alone["sigmaDtoD"].value == 0.0
    assert "not measured" in alone["sigmaDtoD"].meaning


def test_too_few_cycles_are_exported_as_indicative(measure: Any) -> None:
    synapse = measure(Cycles(cycles=4, c2c=0.01))
    assert any("withheld" in remark and Flag.REPEATS in remark for remark in synapse.remarks)


def test_a_synapse_that_falls_when_it_is_potentiated_is_refused(measure: Any) -> None:
    with pytest.raises(LabkitError, match="lowers the conductance") as refused:
        measure(Cycles(lowest=1e-5, change=-9e-6))
    assert "exchanged" in refused.value.remedy


def test_an_unknown_simulator_is_refused_with_the_known_ones(measure: Any) -> None:
    with pytest.raises(LabkitError, match="neurosim") as refused:
        export_synapse(measure(SYNAPSE), "neurosin")
    assert "aihwkit" in refused.value.remedy


@pytest.mark.parametrize("simulator", SIMULATORS)
def test_json_holds_parameters_and_the_verdict(measure: Any, simulator: str) -> None:
    told = json.loads(export_synapse(measure(SYNAPSE), simulator).json({"run_file": "ltp.h5"}))
    assert told["round_trip"]["accepted"] is True
    assert told["measured"]["run_file"] == "ltp.h5"
    assert all({"value", "meaning"} == set(one) for one in told["parameters"].values())


class Creeping(Cycles):
    """A synapse whose cycles keep their shape while the whole of it creeps up."""

    def walks(self, generator: np.random.Generator) -> tuple[Any, Any]:
        up, down = super().walks(generator)
        creep = 0.05 * self.change * np.arange(len(up))[:, None]
        return up + creep, down + creep + 0.05 * self.change


@pytest.mark.parametrize("simulator", SIMULATORS)
def test_a_device_that_creeps_keeps_the_shape_of_its_curves(measure: Any, simulator: str) -> None:
    """Its points are known so badly that any curve would be within 2u: then the nonlinearity decides."""
    trip = export_synapse(measure(Creeping()), simulator).trip
    assert all(trip.same.values())


def test_a_curve_of_another_bend_is_not_accepted_however_wide_u_is(measure: Any) -> None:
    synapse = measure(Creeping())
    device = neurosim_device(synapse)
    other = replace(device, labels=(device.labels[0] - 0.3, device.labels[1]))
    found = round_trip(synapse, "another bend", other.simulate)
    assert found.inside > 0.95
    assert not found.accepted
    assert "NOT as bent" in found.words[1]


def test_a_device_of_a_chip_is_chosen_by_name() -> None:
    run = ltp_ltd_run(SYNAPSE, 1, sigma=1e-10)
    words = replace(run.description.vocabulary, devices=("r0c0", "r0c1"))
    timeline = run.timeline.assign(device=np.zeros(len(run.timeline), np.int64))
    chip = replace(run, description=replace(run.description, vocabulary=words), timeline=timeline)
    assert measured_synapse(chip, device="r0c0").train("potentiation").count == 50
    with pytest.raises(LabkitError, match="2 devices") as refused:
        measured_synapse(chip)
    assert "r0c0, r0c1" in refused.value.remedy
