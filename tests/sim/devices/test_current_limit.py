import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from labkit_sim.devices import Drive, Memristor, Stimulus, load_preset
from scipy.integrate import solve_ivp

LIMIT = 50e-6


def limited_equation(parameters, voltage: float, limit: float):
    """Write the equations with the voltage that the limit leaves, for a general solver."""
    shares = np.array([part.conductance for part in parameters.populations])
    target = 1.0 if voltage > 0 else 0.0

    def change(_: float, levels: np.ndarray) -> list[float]:
        conductance = parameters.lowest_conductance + shares @ levels
        remaining = parameters.voltage(min(parameters.drive(abs(voltage)), limit / conductance))
        speed = parameters.switching(voltage).at(np.copysign(remaining, voltage))
        return [
            part.efficiency * speed * (target - level) - level / part.lifetime
            for level, part in zip(levels, parameters.populations, strict=True)
        ]

    return change


@pytest.mark.parametrize(
    ("voltage", "limit", "start", "duration"),
    [
        (0.55, 50e-6, 0.0, 10.0),  # a set that reaches the limit and stops itself
        (0.7, 200e-6, 0.0, 1.0),
        (0.6, 50e-6, 0.4, 0.5),  # beyond the limit from the start
        (-0.5, 400e-6, 0.9, 0.05),  # a reset that leaves the limit
        (-0.45, 100e-6, 0.9, 0.05),  # a reset that the limit prevents
        (0.45, 1e-3, 0.0, 0.1),  # a limit that is not reached
    ],
)
def test_the_state_under_a_limit_follows_its_equations(
    memristor, across, voltage: float, limit: float, start: float, duration: float
) -> None:
    device = Memristor(memristor("filamentary_memristor"))
    device.populations = [start] * len(device.populations)
    times = np.geomspace(1e-6, duration, 9)
    equation, levels, before, expected = limited_equation(device.parameters, voltage, limit), start, 0.0, []
    levels = np.array(device.populations)
    for time in times:
        solved = solve_ivp(equation, (before, time), levels, "LSODA", rtol=1e-10, atol=1e-14)
        levels, before = solved.y[:, -1], time
        shares = [part.conductance for part in device.parameters.populations]
        expected.append(device.parameters.lowest_conductance + levels @ shares)
    current = np.minimum(np.array(expected) * device.parameters.drive(abs(voltage)), limit)
    volts, amperes = device.trace(across(voltage, limit), times)["top"]
    assert np.abs(amperes) == pytest.approx(current, rel=1e-6)
    implied = np.array(
        [current / device.parameters.drive(abs(v)) for v, current in zip(volts, np.abs(amperes), strict=True)]
    )
    assert implied == pytest.approx(expected, rel=2e-6)


def test_a_smaller_limit_leaves_a_smaller_on_state(memristor, across) -> None:
    reached = []
    for limit in (20e-6, 50e-6, 100e-6):
        device = Memristor(memristor("filamentary_memristor"))
        device.advance(across(0.8, limit), 1.0)
        reached.append(device.conductance)
    assert reached == sorted(reached)


def test_the_voltage_ends_just_above_the_threshold(memristor, across) -> None:
    device = Memristor(memristor("filamentary_memristor"))
    device.advance(across(0.8, LIMIT), 1.0)
    volts, amperes = device.trace(across(0.8, LIMIT), np.array([0.0]))["top"]
    assert amperes[0] == pytest.approx(LIMIT)
    assert 0.25 < volts[0] < 0.25 + 8 * 0.025


def test_the_current_never_exceeds_the_limit(memristor, across) -> None:
    device = Memristor(memristor("filamentary_memristor"))
    volts, amperes = device.trace(across(0.9, LIMIT), np.geomspace(1e-9, 10, 60))["top"]
    assert np.all(amperes <= LIMIT * (1 + 1e-9))
    assert amperes[-1] == pytest.approx(LIMIT)
    assert volts[-1] < 0.5 * volts[0]


def test_splitting_an_interval_at_the_limit_changes_nothing(memristor, across) -> None:
    whole, parts = (Memristor(memristor("filamentary_memristor")) for _ in range(2))
    whole.advance(across(0.6, LIMIT), 2.0)
    for duration in (1e-4, 0.1, 0.5, 1.3999):
        parts.advance(across(0.6, LIMIT), duration)
    assert parts.conductance == pytest.approx(whole.conductance, rel=1e-7)


def test_an_enormous_overdrive_ends_at_once_and_finite(memristor, across) -> None:
    device = Memristor(memristor("filamentary_memristor"))
    device.advance(across(5.0, 5e-3), 10.0)
    assert all(0 <= level <= 1 for level in device.populations)
    assert device.conductance == pytest.approx(1925e-6, rel=1e-3)


def test_no_power_is_delivered_at_the_limit(memristor, across) -> None:
    device = Memristor(memristor("filamentary_memristor"))
    device.populations = [0.8] * 3
    volts, amperes = device.trace(across(-0.6, LIMIT), np.linspace(0, 1, 20))["top"]
    assert np.all(volts * amperes >= 0)
    assert np.all(np.abs(amperes) <= LIMIT * (1 + 1e-9))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["filamentary_memristor", "halide_memristor"]),
    st.floats(0, 1),
    st.floats(-1, 0.8).map(lambda decades: 10**decades),
    st.sampled_from([-1, 1]),
    st.floats(-4, 0.1).map(lambda decades: 10**decades),
    st.floats(-6, 5).map(lambda decades: 10**decades),
)
@example("filamentary_memristor", 0.5, 4.4, -1, 0.06, 1600.0)  # a reset that runs away within attoseconds
@example("filamentary_memristor", 0.5, 0.94, -1, 0.43, 1.9e4)
@example("halide_memristor", 0.3, 3.06, 1, 1e-3, 7e4)  # a balance of writing and forgetting at the limit
def test_any_limit_over_any_time_is_kept(name, level, size, polarity, share, duration) -> None:
    device = load_preset(name, seed=1)
    device.populations = [level] * len(device.populations)
    voltage = polarity * size
    full = device.parameters.lowest_conductance + sum(part.conductance for part in device.parameters.populations)
    limit = share * full * device.parameters.drive(size)
    stimulus = Stimulus({"top": Drive(voltage, limit)})
    volts, amperes = device.trace(stimulus, np.array([duration / 3, duration]))["top"]
    assert np.all(np.abs(amperes) <= limit * (1 + 1e-8))
    assert np.all(np.abs(volts) <= size * (1 + 1e-8))
    assert np.all(volts * amperes >= 0)
    device.advance(stimulus, duration)
    assert all(0 <= each <= 1 for each in device.populations)
