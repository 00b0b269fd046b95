import numpy as np
import pytest
from labkit_sim.devices import Drive, Stimulus, load_preset, simulate_train

GATED = {"drain": Drive(0.1), "gate": Drive(0.0)}


def two_terminal(levels: list[tuple[float, float, float]]):
    return [(Stimulus({"top": Drive(voltage, limit)}), duration) for voltage, limit, duration in levels]


TRAINS = {
    "halide_memristor": two_terminal([(0.5, 1e-3, 0.1), (0.1, 1e-3, 1.0), (-0.5, 1e-3, 0.1), (0.1, 1e-3, 1.0)]),
    "filamentary_memristor": two_terminal([(0.6, 2e-4, 1e-3), (0.1, 2e-4, 0.5), (-0.8, 2e-3, 1e-3), (0.1, 2e-4, 0.5)]),
    "heterojunction_phototransistor": [
        (Stimulus(GATED, {455e-9: 1.0}), 1.0),
        (Stimulus(GATED), 1.0),
        (Stimulus({"drain": Drive(0.1, 2e-8), "gate": Drive(2.0)}), 0.01),
        (Stimulus({"drain": Drive(1.0), "gate": Drive(-0.3)}), 1.0),
    ],
    "adapting_phototransistor": [
        (Stimulus({"drain": Drive(0.1), "gate": Drive(-5.0)}, {455e-9: 5.0}), 20.0),
        (Stimulus({"drain": Drive(0.1), "gate": Drive(5.0)}), 20.0),
    ],
    "linear_integrator": [(Stimulus(GATED, {455e-9: 1.0}), 0.5), (Stimulus(GATED), 2.0)],
}


@pytest.mark.parametrize("name", TRAINS)
def test_a_train_is_what_stepping_through_it_gives(name: str) -> None:
    segments, cycles = TRAINS[name], 12
    compiled, stepped = load_preset(name, seed=5), load_preset(name, seed=5)
    for device in (compiled, stepped):  # a state, and a write or a light pulse that is still going on
        device.advance(segments[0][0], 0.01)
    train = simulate_train(compiled, segments, cycles)
    for cycle in range(cycles):
        for place, (stimulus, duration) in enumerate(segments):
            edges = stepped.trace(stimulus, np.array([0.0, duration]))[stepped.terminals[0]][1]
            assert [train.begin[cycle, place], train.end[cycle, place]] == pytest.approx(edges, rel=1e-9)
            stepped.advance(stimulus, duration)
    for stimulus, duration in segments:  # and both go on alike
        after = [device.trace(stimulus, np.array([duration]))[device.terminals[0]][1] for device in (compiled, stepped)]
        assert after[0] == pytest.approx(after[1], rel=1e-9)
        compiled.advance(stimulus, duration)
        stepped.advance(stimulus, duration)


def test_no_cycles_leave_the_device_as_it_is() -> None:
    device, untouched = load_preset("halide_memristor", seed=5), load_preset("halide_memristor", seed=5)
    assert simulate_train(device, TRAINS["halide_memristor"], 0).end.shape == (0, 4)
    assert device.conductance == untouched.conductance
    assert device.efficiency.next == untouched.efficiency.next


def test_the_conductance_neither_escapes_nor_drifts_over_many_cycles() -> None:
    device = load_preset("halide_memristor", seed=5)
    read = simulate_train(device, TRAINS["halide_memristor"], 20_000).end[:, 3] / 0.1
    assert read.min() > 2e-6
    assert read.max() < 22e-6
    assert read[10_000:].mean() == pytest.approx(read[100:10_000].mean(), rel=0.02)
