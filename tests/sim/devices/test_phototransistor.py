import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labkit_sim.devices import Drive, Phototransistor, Stimulus, load_preset
from scipy.integrate import solve_ivp

NOW = np.array([0.0])
PRESETS = [
    "heterojunction_phototransistor",
    "linear_integrator",
    "persistent_phototransistor",
    "adapting_phototransistor",
]
CHARGE = 1.602176634e-19
HC = 6.62607015e-34 * 299792458.0

histories = st.lists(
    st.tuples(st.floats(0, 300), st.sampled_from([-2.0, 0.0, 1.0, 10.0]), st.floats(1e-4, 50.0)), min_size=1, max_size=5
)


def drives(irradiance: float, gate: float = 0.0, drain: float = 0.1) -> Stimulus:
    return Stimulus({"drain": Drive(drain), "gate": Drive(gate)}, {455e-9: irradiance})


def state_equation(parameters, irradiance: float, gate: float):
    """Write the model's equations out: shift of each trap (V), then the sensitisation."""
    flux = irradiance * 455e-9 / HC * parameters.quantum_efficiency(455e-9)
    sites = parameters.sensitisation

    def change(_: float, state: np.ndarray) -> list[float]:
        z = state[-1]
        rates = []
        for trap, shift in zip(parameters.traps, state, strict=False):
            capture = trap.capture * CHARGE * flux / parameters.channel.insulator_capacitance
            emission = np.exp(trap.sign * gate / trap.emission_scale) / trap.lifetime
            rates.append(capture * (trap.sign * (1 + sites.gain * z) - shift / trap.full_shift) - shift * emission)
        return [*rates, sites.cross_section * flux * (1 - z) - z / sites.lifetime]

    return change


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize(("irradiance", "gate"), [(1.0, 0.0), (127.0, 0.0), (1.0, 0.5), (0.0, 0.3), (0.0, -1.0)])
def test_the_state_follows_its_equations(phototransistor, name: str, irradiance: float, gate: float) -> None:
    device = Phototransistor(phototransistor(name))
    device.shifts, device.sensitised = [0.4] * len(device.shifts), 0.2
    solved = solve_ivp(
        state_equation(device.parameters, irradiance, gate), (0, 3.0), [*device.shifts, 0.2], rtol=1e-11, atol=1e-14
    )
    device.advance(drives(irradiance, gate), 3.0)
    assert [*device.shifts, device.sensitised] == pytest.approx(solved.y[:, -1], rel=1e-7)


def test_equal_rates_are_no_special_case(phototransistor) -> None:
    # In weak light the sensitisation and the shallow trap have nearly one rate, and in none of it exactly one.
    device = Phototransistor(phototransistor("heterojunction_phototransistor"))
    device.sensitised = 0.5
    solved = solve_ivp(state_equation(device.parameters, 1e-6, 0.0), (0, 1.0), [0.0, 0.0, 0.5], rtol=1e-11, atol=1e-22)
    device.advance(drives(1e-6), 1.0)
    assert device.shifts == pytest.approx(solved.y[:-1, -1], rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(histories)
def test_populations_stay_within_what_the_traps_can_hold(history) -> None:
    device = load_preset("heterojunction_phototransistor", seed=1)
    room = 1 + device.parameters.sensitisation.gain
    for irradiance, gate, duration in history:
        device.advance(drives(irradiance, gate), duration)
        assert 0 <= device.sensitised <= 1
        for shift, trap in zip(device.shifts, device.parameters.traps, strict=True):
            assert 0 <= shift <= trap.full_shift * room


@settings(max_examples=40, deadline=None)
@given(histories, st.floats(0, 100), st.floats(1e-3, 20), st.floats(0.05, 0.95), st.sampled_from(PRESETS))
def test_splitting_an_interval_changes_nothing(history, irradiance, duration, share, name: str) -> None:
    whole, parts = load_preset(name, seed=1), load_preset(name, seed=1)
    for device in (whole, parts):
        for light, gate, time in history:
            device.advance(drives(light, gate), time)
    stimulus = drives(irradiance)
    whole.advance(stimulus, duration)
    parts.advance(stimulus, share * duration)
    parts.advance(stimulus, (1 - share) * duration)
    assert parts.shifts == pytest.approx(whole.shifts, rel=1e-9, abs=1e-13)
    assert parts.sensitised == pytest.approx(whole.sensitised, rel=1e-9, abs=1e-13)


def test_in_the_dark_everything_returns_to_the_dark_current(lit) -> None:
    device = load_preset("heterojunction_phototransistor", seed=1)
    dark = device.trace(lit(), NOW)["drain"][1][0]
    device.advance(lit(10.0), 5.0)
    assert device.trace(lit(), NOW)["drain"][1][0] > 2 * dark
    device.advance(lit(), 500.0)
    assert device.trace(lit(), NOW)["drain"][1][0] == pytest.approx(dark, rel=1e-9)


def test_a_trace_shows_what_advance_will_bring(lit) -> None:
    device = load_preset("heterojunction_phototransistor", seed=4)
    ahead = device.trace(lit(1.0), np.array([1.0]))["drain"][1][0]
    device.advance(lit(1.0), 0.3)
    assert device.trace(lit(1.0), np.array([0.7]))["drain"][1][0] == pytest.approx(ahead, rel=1e-9)
    device.advance(lit(1.0), 0.7)
    assert device.trace(lit(1.0), NOW)["drain"][1][0] == pytest.approx(ahead, rel=1e-9)


def test_two_pulses_superpose_in_a_linear_integrator(phototransistor, lit) -> None:
    def response(pulses: list[float], at: float = 3.0) -> float:
        device, now = Phototransistor(phototransistor("linear_integrator")), 0.0
        dark = device.trace(lit(), NOW)["drain"][1][0]
        for begin in pulses:
            device.advance(lit(), begin - now)
            device.advance(lit(1.0), 0.4)
            now = begin + 0.4
        device.advance(lit(), at - now)
        return float(device.trace(lit(), NOW)["drain"][1][0] - dark)

    assert response([0.0, 1.5]) == pytest.approx(response([0.0]) + response([1.5]), rel=1e-12)


def test_the_response_goes_with_the_photons_that_the_spectrum_absorbs(phototransistor, lit) -> None:
    def response(wavelength: float) -> float:
        device = Phototransistor(phototransistor("linear_integrator"))
        dark, after = device.trace(lit(1.0, wavelength=wavelength), np.array([0.0, 0.01]))["drain"][1]
        return float(after - dark)

    # One quantum efficiency for all: at equal irradiance the longer wavelength brings more photons.
    assert response(600e-9) / response(400e-9) == pytest.approx(1.5, rel=1e-9)


def test_light_beyond_the_spectrum_does_nothing(phototransistor, lit) -> None:
    device = Phototransistor(phototransistor("heterojunction_phototransistor"))
    device.advance(lit(100.0, wavelength=808e-9), 10.0)
    assert device.shift == 0


def test_a_positive_gate_erases_what_darkness_keeps(phototransistor, lit) -> None:
    erased, kept = (Phototransistor(phototransistor("persistent_phototransistor")) for _ in range(2))
    for device in (erased, kept):
        device.advance(lit(1.0), 10.0)
    programmed = kept.shift
    erased.advance(lit(gate=10.0), 1.0)
    kept.advance(lit(), 1.0)
    assert kept.shift > 0.99 * programmed
    assert erased.shift < 1e-6 * programmed


def test_at_the_limit_the_drain_voltage_falls(phototransistor, lit) -> None:
    device = Phototransistor(phototransistor("heterojunction_phototransistor"))
    device.advance(lit(1.0), 5.0)
    volts, amperes = device.trace(lit(1.0, limit=1e-8), NOW)["drain"]
    assert amperes[0] == 1e-8
    assert 0 < volts[0] < 0.1
    assert device.trace(lit(1.0, drain=volts[0]), NOW)["drain"][1][0] == pytest.approx(1e-8, rel=1e-9)


def test_currents_into_the_device_add_up_to_nothing(phototransistor, lit) -> None:
    device = Phototransistor(phototransistor("heterojunction_phototransistor"))
    trace = device.trace(lit(1.0, drain=0.5, gate=2.0), np.linspace(0, 1, 4))
    assert sum(current for _, current in trace.values()) == pytest.approx(np.zeros(4), abs=1e-20)
    assert trace["gate"][1] == pytest.approx(np.full(4, 2.0 * 10e-12))


def test_an_open_gate_is_at_the_source(phototransistor) -> None:
    device = Phototransistor(phototransistor("heterojunction_phototransistor"))
    raised = Stimulus({"drain": Drive(0.6), "source": Drive(0.5)})
    grounded = Stimulus({"drain": Drive(0.1), "gate": Drive(0.0)})
    assert device.trace(raised, NOW)["drain"][1] == pytest.approx(device.trace(grounded, NOW)["drain"][1], rel=1e-9)


def test_an_open_drain_carries_no_current(phototransistor) -> None:
    volts, amperes = Phototransistor(phototransistor("linear_integrator")).trace(Stimulus({}), NOW)["drain"]
    assert (volts[0], amperes[0]) == (0, 0)


def test_light_pulses_scatter_by_the_variation(lit) -> None:
    device = load_preset("linear_integrator", seed=3)
    responses = []
    for _ in range(300):
        before, after = device.trace(lit(1.0), np.array([0.0, 0.1]))["drain"][1]
        responses.append(after - before)
        device.advance(lit(1.0), 0.1)
        device.advance(lit(), 100.0)
    assert np.std(responses) / np.mean(responses) == pytest.approx(0.015, rel=0.2)
