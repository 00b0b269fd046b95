import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labkit_sim.devices import Drive, Memristor, Stimulus, load_preset, read_preset
from scipy.integrate import solve_ivp

PRESETS = ["halide_memristor", "filamentary_memristor"]
NOW = np.array([0.0])

voltages = st.floats(-1.2, 1.2)
durations = st.floats(1e-6, 100.0)
histories = st.lists(st.tuples(voltages, durations), min_size=1, max_size=6)


def state_equation(parameters, voltage: float, efficiency: float = 1.0):
    """Write the model's equations out, for a solver that knows nothing of their solution."""
    speed = efficiency * parameters.switching(voltage).at(voltage)
    shares = parameters.populations
    target = 1.0 if voltage > 0 else 0.0

    def change(_: float, levels: np.ndarray) -> list[float]:
        return [
            part.efficiency * speed * (target - level) - level / part.lifetime
            for level, part in zip(levels, shares, strict=True)
        ]

    return change


@settings(max_examples=40, deadline=None)
@given(histories, st.sampled_from(PRESETS))
def test_populations_stay_between_empty_and_full(history, name: str) -> None:
    device = load_preset(name, seed=1)
    for voltage, duration in history:
        device.advance(Stimulus({"top": Drive(voltage)}), duration)
        assert all(0 <= level <= 1 for level in device.populations)


@settings(max_examples=40, deadline=None)
@given(histories, voltages, durations, st.floats(0.05, 0.95), st.sampled_from(PRESETS))
def test_splitting_an_interval_changes_nothing(history, voltage, duration, share, name: str) -> None:
    whole, parts = load_preset(name, seed=1), load_preset(name, seed=1)
    for device in (whole, parts):
        for before, time in history:
            device.advance(Stimulus({"top": Drive(before)}), time)
    stimulus = Stimulus({"top": Drive(voltage)})
    whole.advance(stimulus, duration)
    parts.advance(stimulus, share * duration)
    parts.advance(stimulus, (1 - share) * duration)
    assert parts.populations == pytest.approx(whole.populations, rel=1e-9, abs=1e-13)


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("voltage", [0.4, 0.5, -0.45, -0.1, 0.0])
def test_the_state_follows_its_equations(memristor, across, name: str, voltage: float) -> None:
    device = Memristor(memristor(name))
    device.populations = [0.3] * len(device.populations)
    solved = solve_ivp(
        state_equation(device.parameters, voltage), (0, 2.0), device.populations, "LSODA", rtol=1e-11, atol=1e-14
    )
    device.advance(across(voltage), 2.0)
    assert device.populations == pytest.approx(solved.y[:, -1], rel=1e-8)


def test_a_trace_shows_what_advance_will_bring(across) -> None:
    device = load_preset("halide_memristor", seed=4)
    ahead = device.trace(across(0.5), np.array([0.1]))["top"][1][0]
    device.advance(across(0.5), 0.1)
    assert device.trace(across(0.5), NOW)["top"][1][0] == pytest.approx(ahead, rel=1e-12)


def test_a_trace_leaves_the_device_as_it_is(across) -> None:
    device, untouched = load_preset("halide_memristor", seed=4), load_preset("halide_memristor", seed=4)
    device.trace(across(0.5), np.linspace(0, 1, 5))
    for each in (device, untouched):
        each.advance(across(0.5), 0.1)
    assert device.populations == untouched.populations


def test_a_seed_repeats_and_another_differs(across) -> None:
    def written(seed: int) -> float:
        device = load_preset("halide_memristor", seed)
        for _ in range(5):
            device.advance(across(0.5), 0.1)
            device.advance(across(0.0), 1.0)
        return device.conductance

    assert written(1) == written(1)
    assert written(1) != written(2)


def test_without_voltage_everything_returns_to_the_lowest_conductance(memristor, across) -> None:
    device = Memristor(memristor("halide_memristor"))
    device.advance(across(0.8), 10.0)
    device.advance(across(0.0), 1e10)
    assert device.conductance == pytest.approx(device.parameters.lowest_conductance, rel=1e-9)


def test_a_thousand_seconds_of_reading_writes_nothing(memristor, across) -> None:
    read, left_alone = (Memristor(memristor("halide_memristor")) for _ in range(2))
    for device in (read, left_alone):
        device.advance(across(0.5), 1.0)
    read.advance(across(0.1), 1000.0)
    left_alone.advance(across(0.0), 1000.0)
    assert read.conductance == left_alone.conductance


def test_reads_are_ohmic(memristor, across) -> None:
    device = Memristor(memristor("halide_memristor"))
    low, high = (device.trace(across(v), NOW)["top"][1][0] / v for v in (0.01, 0.1))
    assert high == pytest.approx(low, rel=1e-3)


@settings(max_examples=40, deadline=None)
@given(histories, voltages)
def test_the_device_never_delivers_power(history, voltage: float) -> None:
    device = load_preset("halide_memristor", seed=2)
    for before, time in history:
        device.advance(Stimulus({"top": Drive(before)}), time)
    trace = device.trace(Stimulus({"top": Drive(voltage), "bottom": Drive(0.1)}), np.array([0.0, 0.5]))
    assert np.all(sum(volts * amperes for volts, amperes in trace.values()) >= 0)


def test_identical_pulses_approach_the_bound_exponentially(memristor, across) -> None:
    # One population that stays: G = G_min + B (1 - exp(-P / A)) with A = 1 / (rate x width), exactly.
    parameters = memristor("halide_memristor")
    lasting = parameters.populations[-1].model_copy(update={"lifetime": float("inf")})
    device = Memristor(parameters.model_copy(update={"populations": (lasting,)}))
    a = 1 / (parameters.potentiation.at(0.5) * 0.1)
    for pulse in range(1, 31):
        device.advance(across(0.5), 0.1)
        device.advance(across(0.0), 1.0)
        expected = parameters.lowest_conductance + lasting.conductance * (1 - np.exp(-pulse / a))
        assert device.conductance == pytest.approx(expected, rel=1e-12)


def test_the_volatile_part_is_gone_after_ten_lifetimes(memristor, across) -> None:
    device = Memristor(memristor("halide_memristor"))
    device.advance(across(0.5), 0.1)
    in_pulse = device.populations[0]
    device.advance(across(0.0), 0.6)
    assert device.populations[0] == pytest.approx(in_pulse * np.exp(-10))


def test_each_write_has_its_own_efficiency_and_keeps_it(across) -> None:
    preset = read_preset("halide_memristor")
    device = preset.build(seed=7)
    steps = []
    for _ in range(200):
        device.populations = [0.0] * len(device.populations)
        device.advance(across(0.5), 0.04)
        halfway = -np.log1p(-device.populations[-1])
        device.advance(across(0.5), 0.04)
        assert -np.log1p(-device.populations[-1]) == pytest.approx(2 * halfway, rel=1e-6)
        steps.append(halfway)
        device.advance(across(0.0), 1.0)
    assert np.std(steps) / np.mean(steps) == pytest.approx(0.2, rel=0.2)
