import numpy as np
import pytest
from labkit_sim.devices import Device, Drive, Photoconductor, Resistor, ResistorCapacitor, Stimulus
from scipy.integrate import solve_ivp

NOW = np.array([0.0])


def test_a_resistor_obeys_ohm_in_both_directions(across) -> None:
    device: Device = Resistor(1e5)
    for voltage in (0.5, -0.5):
        trace = device.trace(across(voltage), NOW)
        assert trace["top"][1][0] == pytest.approx(voltage / 1e5)
        assert trace["bottom"][1][0] == -trace["top"][1][0]


def test_at_the_limit_the_voltage_of_a_resistor_falls(across) -> None:
    voltage, current = Resistor(1e5).trace(across(-5.0, 1e-5), NOW)["top"]
    assert current[0] == -1e-5
    assert voltage[0] == pytest.approx(-1.0)


def test_an_open_terminal_carries_no_current() -> None:
    voltage, current = Resistor(1e5).trace(Stimulus({"bottom": Drive(2.0)}), NOW)["top"]
    assert current[0] == 0
    assert voltage[0] == 2.0


def test_a_photoconductor_adds_up_the_light_of_all_wavelengths() -> None:
    device = Photoconductor(dark=1e-9, responsivity=0.5, area=1e-6)
    lit = Stimulus({"top": Drive(0.2)}, {455e-9: 1.0, 365e-9: 3.0})
    assert device.trace(lit, NOW)["top"][1][0] == pytest.approx(0.2 * (1e-9 + 0.5e-6 * 4))


def test_a_capacitor_charges_with_its_time_constant(across) -> None:
    device = ResistorCapacitor(resistance=1e7, capacitance=20e-9, series=1e6)
    current = device.trace(across(1.0), np.array([0.0, 0.02]))["top"][1]
    assert current == pytest.approx([1e-7 + 1e-6, 1e-7 + 1e-6 / np.e])


@pytest.mark.parametrize(("voltage", "limit"), [(1.0, 4e-7), (-0.8, 2e-7), (0.3, 5e-7)])
def test_a_limited_source_charges_a_capacitor_as_the_equations_say(across, voltage: float, limit: float) -> None:
    resistance, capacitance, series = 1e7, 20e-9, 1e6
    device = ResistorCapacitor(resistance, capacitance, series, charge_voltage=0.1)
    times = np.linspace(0, 0.2, 41)

    def node(stored: float) -> float:
        total = 1 / resistance + 1 / series
        current = np.clip(voltage * total - stored / series, -limit, limit)
        return (current + stored / series) / total

    solved = solve_ivp(
        lambda _, y: [(node(y[0]) - y[0]) / (series * capacitance)],
        (0, 0.2),
        [0.1],
        t_eval=times,
        rtol=1e-10,
        atol=1e-14,
        max_step=2e-4,
    )
    expected = [node(stored) for stored in solved.y[0]]
    assert device.trace(across(voltage, limit), times)["top"][0] == pytest.approx(expected, rel=1e-6)


def test_splitting_the_charging_changes_nothing(across) -> None:
    whole, parts = (ResistorCapacitor(1e7, 20e-9, 1e6) for _ in range(2))
    whole.advance(across(1.0, 4e-7), 0.05)
    for duration in (0.001, 0.019, 0.03):
        parts.advance(across(1.0, 4e-7), duration)
    assert parts.charge_voltage == pytest.approx(whole.charge_voltage, rel=1e-12)
