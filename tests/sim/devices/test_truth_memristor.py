import numpy as np
import pytest
from labkit_sim.devices import Memristor, MemristorTruth, WeightProtocol, simulate_train

PROTOCOL = WeightProtocol(
    potentiation=0.5,
    depression=-0.5,
    width=0.1,
    pulses=20,
    period=1.4,
    read_delay=1.05,
    depression_pause=11.0,
    potentiation_pause=2.9,
    initial_delay=2.7,
    cycles=3,
    discarded=1,
)


def cycle(across, protocol: WeightProtocol):
    """Write one cycle as segments that end at each read: initial, then every pulse's read, P and D."""
    segments, ends = [], []
    trains = (
        (protocol.potentiation, protocol.potentiation_pause - protocol.initial_delay),
        (protocol.depression, protocol.depression_pause - protocol.read_delay),
    )
    for level, before_first in trains:
        for pulse in range(protocol.pulses):
            wait = before_first if pulse == 0 else protocol.period - protocol.width - protocol.read_delay
            segments += [(across(0.0), wait), (across(level), protocol.width), (across(0.1), protocol.read_delay)]
            ends.append(len(segments) - 1)
    return [*segments, (across(0.1), protocol.initial_delay - protocol.read_delay)], ends


def test_the_curves_are_those_of_the_noise_free_device(memristor, across) -> None:
    parameters = memristor("halide_memristor")
    device, truth = Memristor(parameters), MemristorTruth(parameters).weights(PROTOCOL)
    segments, ends = cycle(across, PROTOCOL)
    reads = simulate_train(device, segments, 4).end / 0.1
    rising, falling = reads[1:, ends[:20]], reads[1:, ends[20:]]
    assert truth.potentiation[1:] == pytest.approx(rising.mean(axis=0), rel=1e-9)
    assert truth.depression[1:] == pytest.approx(falling.mean(axis=0), rel=1e-9)
    assert truth.potentiation[0] == pytest.approx(reads[:-1, -1].mean(), rel=1e-9)
    assert truth.depression[0] == truth.potentiation[-1]
    assert truth.potentiation_read_energy == pytest.approx(0.1**2 * 0.1 * truth.potentiation[1:])
    assert truth.potentiation_step_variance == pytest.approx(np.zeros(20), abs=1e-20)


def test_curves_and_scatter_are_the_averages_of_many_random_cycles(memristor, across) -> None:
    parameters, cycles = memristor("halide_memristor", 0.2), 20_000
    truth = MemristorTruth(parameters).weights(PROTOCOL)
    segments, ends = cycle(across, PROTOCOL)
    reads = simulate_train(Memristor(parameters, seed=11), segments, cycles + 1).end / 0.1
    for first, curve, variation in (
        (0, truth.potentiation, truth.potentiation_variation),
        (20, truth.depression, truth.depression_variation),
    ):
        before = reads[:-1, -1] if first == 0 else reads[1:, ends[19]]
        levels = np.column_stack([before, reads[1:, ends[first : first + 20]]])
        standard_error = levels.std(axis=0) / np.sqrt(cycles)
        assert np.all(np.abs(levels.mean(axis=0) - curve) < 5 * standard_error + 2e-4 * curve)
        scatter = np.sqrt(np.diff(levels, axis=1).var(axis=0).mean()) / abs(curve[-1] - curve[0])
        assert scatter == pytest.approx(variation, rel=0.01)


def test_the_pulse_energy_is_the_integral_of_voltage_and_current(memristor, across) -> None:
    parameters = memristor("halide_memristor")
    truth = MemristorTruth(parameters).weights(PROTOCOL)
    device = Memristor(parameters)
    segments, _ = cycle(across, PROTOCOL)
    energies = []
    for number, (stimulus, duration) in enumerate(segments * 4):
        if number >= len(segments) and number % len(segments) % 3 == 1:
            times = np.linspace(0, duration, 2001)
            volts, amperes = device.trace(stimulus, times)["top"]
            energies.append(np.trapezoid(volts * amperes, times))
        device.advance(stimulus, duration)
    means = np.array(energies).reshape(3, 40).mean(axis=0)
    assert np.concatenate([truth.potentiation_energy, truth.depression_energy]) == pytest.approx(means, rel=1e-6)


def test_the_constant_of_lasting_populations_is_that_of_the_whole_curve(memristor) -> None:
    truth = MemristorTruth(memristor("halide_memristor"))
    weights = truth.weights(PROTOCOL)
    assert truth.switching_constant(0.5, 0.1) == pytest.approx(10, rel=0.01)
    assert weights.potentiation_constant == pytest.approx(10, rel=0.02)
    assert weights.depression_constant == pytest.approx(-7, rel=0.02)


def test_the_weights_are_long_term_when_they_are_read(memristor) -> None:
    # What is left at ten times the read delay tells a weight from a volatile response (M14: at least 90 %).
    program = [(0.5, 0.1, 1.0)] * 20
    kept = MemristorTruth(memristor("halide_memristor")).retention([], 0.0, program, np.array([1.0, 10.0]))
    assert kept[1] > 0.95


def test_retention_is_that_of_the_noise_free_device(memristor, across) -> None:
    parameters, times = memristor("halide_memristor"), np.geomspace(1, 1e4, 9)
    device = Memristor(parameters)
    for voltage, duration in [(-0.5, 0.1), (0.0, 0.1)] * 40 + [(0.0, 60.0)]:
        device.advance(across(voltage), duration)
    reference = device.trace(across(0.1), np.zeros(1))["top"][1][0]
    for voltage, duration in ([(0.5, 0.1), (0.0, 0.1)] * 10)[:-1]:
        device.advance(across(voltage), duration)
    change = device.trace(across(0.1), times)["top"][1] - reference
    truth = MemristorTruth(parameters).retention([(-0.5, 0.1, 0.1)] * 40, 60.0, [(0.5, 0.1, 0.1)] * 10, times)
    assert truth == pytest.approx(change / change[0], rel=1e-9)
    assert truth[0] == 1
    assert np.all(np.diff(truth) < 0)
