import numpy as np
import pytest
from labkit_sim.devices import Drive, Lobe, Memristor, Stimulus, SweepProtocol, mean_over_loops, sweep_truth


def test_the_levels_of_a_loop_go_through_its_corners_once() -> None:
    levels = SweepProtocol(0.06, -0.04, rate=1.0, step=0.02).levels
    assert levels == pytest.approx([0, 0.02, 0.04, 0.06, 0.04, 0.02, 0, -0.02, -0.04, -0.02, 0])


def test_a_filament_sets_and_resets_abruptly(memristor) -> None:
    truth = sweep_truth(memristor("filamentary_memristor", 1.0), SweepProtocol(1.0, -1.0, 1.0, limit=5e-4))
    assert truth.positive.switching_voltage() == pytest.approx(0.43, abs=0.04)
    assert truth.negative.switching_voltage() == pytest.approx(-0.49, abs=0.04)
    assert truth.positive.ratio(0.1) == pytest.approx(truth.negative.ratio(0.1), rel=0.02)
    assert truth.positive.ratio(0.1) > 100
    assert truth.current.max() <= 5e-4 * (1 + 1e-9)


def test_an_interface_switches_gradually_and_has_a_window(memristor) -> None:
    truth = sweep_truth(memristor("halide_memristor"), SweepProtocol(1.0, -1.0, 1.0))
    assert truth.positive.switching_voltage() is None
    assert truth.negative.switching_voltage() is None
    assert truth.positive.window(3e-6) == pytest.approx(0.4, abs=0.1)


def test_drift_sets_later_when_swept_faster(memristor) -> None:
    parameters = memristor("filamentary_memristor")
    found = [sweep_truth(parameters, SweepProtocol(1.0, -1.0, rate, limit=5e-4)) for rate in (0.1, 10.0)]
    voltages = [truth.positive.switching_voltage() for truth in found]
    # A rate that grows e times every 25 mV: 58 mV a decade, seen in steps of 20 mV.
    assert voltages[1] - voltages[0] == pytest.approx(2 * 0.058, abs=0.021)


def test_an_efficient_write_sets_earlier(memristor) -> None:
    parameters, protocol = memristor("filamentary_memristor", 1.0), SweepProtocol(1.0, -1.0, 1.0, limit=5e-4)
    early, late = (
        sweep_truth(parameters, protocol, quantile).positive.switching_voltage() for quantile in (0.95, 0.05)
    )
    assert early < late


def test_a_resistors_loop_has_neither_hysteresis_nor_window_nor_jump() -> None:
    level = np.linspace(0.02, 1, 50)
    lobe = Lobe(level, level * 1e-6, level * 1e-6)
    assert lobe.hysteresis_index == 0
    assert lobe.ratio(0.1) == 1
    assert lobe.window(5e-7) == 0
    assert lobe.window(2e-6) is None
    assert lobe.switching_voltage() is None


def test_the_hysteresis_index_of_two_resistors_is_known() -> None:
    level = -np.linspace(0.02, 1, 50)
    lobe = Lobe(level, level * 1e-6, level * 3e-6)
    assert lobe.hysteresis_index == pytest.approx(0.5)
    assert lobe.ratio(0.1) == pytest.approx(3)
    assert lobe.window(6e-7) == pytest.approx(0.4)
    assert lobe.window() == pytest.approx(0.5 - 0.5 / 3)


def test_the_mean_of_a_figure_is_that_of_many_random_loops(memristor) -> None:
    parameters, protocol = memristor("halide_memristor", 0.2), SweepProtocol(1.0, -1.0, 1.0, step=0.05)
    device, levels, found = Memristor(parameters, seed=2), protocol.levels, []
    for _ in range(200):
        current = []
        for level in levels:
            current.append(device.trace(Stimulus({"top": Drive(level)}), np.array([0.05]))["top"][1][0])
            device.advance(Stimulus({"top": Drive(level)}), 0.05)
        device.advance(Stimulus({"top": Drive(0.0)}), 1.0)
        found.append(Lobe(levels[1:21], np.array(current[1:21]), np.array(current[20:40][::-1])).hysteresis_index)
    mean = mean_over_loops(parameters, protocol, lambda loop: loop.positive.hysteresis_index)
    assert np.mean(found[1:]) == pytest.approx(mean, abs=4 * np.std(found) / np.sqrt(len(found)))
    assert mean == pytest.approx(0.3, abs=0.1)
