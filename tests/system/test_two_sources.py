"""Spikes on both electrodes: how well their interval is known, and whether the truth of the device is recovered."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from labkit_sim.devices import SecondOrderParameters, SecondOrderPreset, read_preset

from labkit.app import Request, run_request
from labkit.core import Kind, Run
from labkit.metrics._spike_pairs import Side, spike_pairs
from labkit.metrics._stdp import fit_window
from labkit.storage import read_run

BENCHES = ("keysight_b2902a_stdp", "keithley_2450_33522b_stdp")
TWO_COMMANDS = """\
schema_version: 1
name: two_commands
instruments:
  smu: {driver: keithley_2636b, address: "TCPIP0::192.168.1.36::5025::SOCKET"}
terminals:
  top: {instrument: smu, channel: a, maximum_voltage: 5 V, maximum_current: 10 mA}
  bottom: {instrument: smu, channel: b, maximum_voltage: 5 V, maximum_current: 10 mA}
line_frequency: 50
virtual: {device: second_order_memristor, seed: 1}
"""
SHORT = {"repeats": "1", "erase_pulses": "3", "settle": "2 s", "read_time": "2 s", "delays": "[0.2 s, 1 s, 2 s]"}
Measured = Callable[..., Run]


def intervals(run: Run) -> list[tuple[float, float, float]]:
    """Give each pair's interval as requested and as delivered, with the uncertainty of that (s)."""
    pulses = run.rows(Kind.PULSE)
    spikes = pulses[(pulses["delay"] >= 0) & pulses["mark"].isin(["pre", "post"])].sort_values("begin")
    found = []
    for _, pair in spikes.groupby(["sign_value", "delay_value"]):
        pre, post = (pair[pair["mark"] == mark].iloc[0] for mark in ("pre", "post"))
        asked = float(pre["sign_value"] * pre["delay_value"])
        doubt = float(np.hypot(pre["time_uncertainty"], post["time_uncertainty"]))
        found.append((asked, float(post["begin"] - pre["begin"]), doubt))
    return found


@pytest.fixture
def measured(tmp_path: Path) -> Measured:
    """Measure the short form of P13 on a bench."""

    def run(bench: str) -> Run:
        path = tmp_path / "run.h5"
        run_request(Request("stdp", bench, virtual=True, parameters=SHORT), path)
        return read_run(path)

    return run


@pytest.mark.parametrize("bench", BENCHES)
def test_intervals_are_delivered_to_a_hundredth_and_known_far_better(bench: str, measured: Measured) -> None:
    found = intervals(measured(bench))
    assert len(found) == 6
    for asked, delivered, doubt in found:
        assert delivered == pytest.approx(asked, rel=0.01)
        assert doubt < 1e-3 * abs(asked)


def test_the_skew_of_two_commands_is_known_and_told(measured: Measured, tmp_path: Path) -> None:
    bench = tmp_path / "bench.yaml"
    bench.write_text(TWO_COMMANDS)
    for asked, delivered, doubt in intervals(measured(str(bench))):
        assert delivered == pytest.approx(asked, abs=3e-3)
        assert 1e-5 < doubt < 1e-3


@pytest.mark.long
def test_the_window_of_a_second_order_device_is_recovered(tmp_path: Path) -> None:
    """Against the closed form of the device, from the weight that each trial began with, both sources accurate."""
    preset = read_preset("second_order_memristor")
    assert isinstance(preset, SecondOrderPreset)
    parameters = {"erase_pulses": "4", "settle": "12 s", "read_time": "2 s"}
    path = tmp_path / "run.h5"
    results = run_request(Request("stdp", BENCHES[0], virtual=True, parameters=parameters), path).results
    found = {result.symbol: result.estimate for result in results}
    for side in spike_pairs(read_run(path)).sides:
        truth = fit_window(noiseless(side, read_run(path), preset.parameters))
        sign = truth.sign
        for symbol, value in ((f"A{sign}", truth.amplitude(0.0).value), (f"τ{sign}", np.exp(truth.fit.nonlinear[0]))):
            estimate = found[symbol]
            assert estimate is not None
            assert abs(estimate.value - value) < 3 * estimate.uncertainty


def noiseless(side: Side, run: Run, device: SecondOrderParameters) -> Side:
    """Give a side with the changes that the device makes without variation."""
    changes: list[list[float]] = [[] for _ in side.intervals]
    levels = (-0.5, 0.5) if side.sign > 0 else (0.5, -0.5)
    for trial in spike_pairs(run).trials:
        if trial.paired and side.sign * trial.interval > 0:
            weight = (trial.before - device.lowest_conductance) / device.conductance
            after = device.pair_change(*levels, 0.2, abs(trial.interval), weight)
            group = int(np.argmin(np.abs(side.intervals - abs(trial.interval))))
            changes[group].append(device.conductance * (after - weight) / trial.before)
    return replace(side, changes=tuple(np.array(group) for group in changes))
