"""Sources behind a resistance, on either terminal or on both: dividers, Kirchhoff, energy, limits."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labkit_sim.devices import (
    Device,
    Drive,
    Memristor,
    Phototransistor,
    Resistor,
    ResistorCapacitor,
    Segment,
    Stimulus,
    load_preset,
    simulate_train,
)
from scipy.integrate import solve_ivp

NOW = np.array([0.0])
TIMES = np.concatenate((NOW, np.geomspace(1e-7, 1.0, 25)))
TWO_TERMINAL = ("resistor", "resistor_capacitor", "halide_memristor", "filamentary_memristor")

voltages = st.floats(-1.5, 1.5)
resistances = st.sampled_from([0.0, 0.5, 50.0, 1e3, 1e5])
limits = st.sampled_from([inf, 1e-3, 1e-5, 1e-7])
drives = st.builds(Drive, voltages, limits, resistances)


def test_fifty_ohm_into_fifty_ohm_halves_and_a_megohm_takes_it_all() -> None:
    generator = Stimulus({"top": Drive(2.0, resistance=50.0)})
    voltage, current = Resistor(50.0).trace(generator, NOW)["top"]
    assert (voltage[0], current[0]) == pytest.approx((1.0, 0.02))
    voltage, _ = Resistor(1e6).trace(generator, NOW)["top"]
    assert voltage[0] == pytest.approx(2.0 / 1.00005)


def test_a_generator_on_top_and_a_virtual_ground_at_the_bottom_share_the_current() -> None:
    trace = Resistor(950.0).trace(Stimulus({"top": Drive(1.0, resistance=50.0), "bottom": Drive(0.0, 1e-2)}), NOW)
    assert trace["top"][0][0] == pytest.approx(0.95)
    assert trace["top"][1][0] == pytest.approx(1e-3)
    assert trace["bottom"][0][0] == pytest.approx(0.0)
    assert trace["bottom"][1][0] == pytest.approx(-1e-3)


def test_the_source_meter_that_is_at_its_limit_lets_its_terminal_go() -> None:
    trace = Resistor(950.0).trace(Stimulus({"top": Drive(1.0, resistance=50.0), "bottom": Drive(0.0, 1e-4)}), NOW)
    assert trace["bottom"][1][0] == pytest.approx(-1e-4)
    assert trace["top"][0][0] == pytest.approx(1.0 - 50 * 1e-4)
    assert trace["bottom"][0][0] == pytest.approx(1.0 - 1000 * 1e-4)


def test_with_an_open_bottom_the_whole_device_is_at_the_voltage_of_its_top() -> None:
    for preset in TWO_TERMINAL:
        trace = load_preset(preset, 1).trace(Stimulus({"top": Drive(0.3), "bottom": Drive(0.0, 0.0)}), NOW)
        assert trace["top"][0][0] == trace["bottom"][0][0] == 0.3
        assert trace["top"][1][0] == 0


@pytest.mark.parametrize("preset", TWO_TERMINAL)
@settings(max_examples=40, deadline=None)
@given(before=voltages, top=drives, bottom=drives)
def test_kirchhoff_and_the_limits_hold_at_every_instant(preset: str, before: float, top: Drive, bottom: Drive) -> None:
    device = load_preset(preset, 1)
    device.advance(Stimulus({"top": Drive(before, 1e-3)}), 1e-3)
    trace = device.trace(Stimulus({"top": top, "bottom": bottom}), TIMES)
    (at_top, into_top), (at_bottom, into_bottom) = trace["top"], trace["bottom"]
    assert np.array_equal(into_top, -into_bottom)
    for drive, voltage, current in ((top, at_top, into_top), (bottom, at_bottom, into_bottom)):
        assert (np.abs(current) <= drive.limit * (1 + 1e-9)).all()
        free = np.abs(into_top) < min(top.limit, bottom.limit) * (1 - 1e-6)
        behind = drive.voltage - drive.resistance * current
        assert voltage[free] == pytest.approx(behind[free], abs=1e-9)


@pytest.mark.parametrize("preset", ["resistor", "halide_memristor", "filamentary_memristor"])
@settings(max_examples=40, deadline=None)
@given(voltage=voltages, resistance=resistances)
def test_what_the_source_gives_is_lost_in_lead_and_device(preset: str, voltage: float, resistance: float) -> None:
    device = load_preset(preset, 1)
    across, current = device.trace(Stimulus({"top": Drive(voltage, resistance=resistance)}), TIMES)["top"]
    given_power, in_lead, in_device = voltage * current, resistance * current**2, across * current
    assert given_power == pytest.approx(in_lead + in_device, rel=1e-9, abs=1e-30)
    assert (in_device >= 0).all(), "a passive device"


@pytest.mark.parametrize("preset", ["resistor_capacitor", "halide_memristor", "filamentary_memristor"])
@settings(max_examples=25, deadline=None)
@given(
    voltage=voltages,
    resistance=resistances,
    limit=limits,
    share=st.floats(0.05, 0.95),
    duration=st.sampled_from([1e-6, 1e-4, 1e-2, 1.0]),
)
def test_two_parts_of_a_stretch_are_the_whole(
    preset: str, voltage: float, resistance: float, limit: float, share: float, duration: float
) -> None:
    stimulus = Stimulus({"top": Drive(voltage, limit, resistance)})
    whole, parts = load_preset(preset, 1), load_preset(preset, 1)
    foreseen = whole.trace(stimulus, np.array([duration]))["top"][1][0]
    whole.advance(stimulus, duration)
    parts.advance(stimulus, share * duration)
    parts.advance(stimulus, (1 - share) * duration)
    currents = [device.trace(stimulus, NOW)["top"][1][0] for device in (whole, parts)]
    assert currents == pytest.approx([foreseen, foreseen], rel=1e-6, abs=1e-18)


@pytest.mark.parametrize("preset", ["halide_memristor", "filamentary_memristor"])
@pytest.mark.parametrize(
    ("voltage", "resistance", "limit"),
    [(0.8, 1e3, inf), (-0.8, 1e3, inf), (0.9, 1e5, inf), (0.8, 5e3, 5e-5), (0.5, 0.5, inf)],
)
def test_a_memristor_behind_a_resistance_follows_its_equations(
    memristor, preset: str, voltage: float, resistance: float, limit: float
) -> None:
    """A general solver, with the voltage across found by bisection at every step."""
    parameters = memristor(preset)
    device = Memristor(parameters)
    device.populations = [0.5] * len(device.populations)
    shares = np.array([part.conductance for part in parameters.populations])
    target, emf = float(voltage > 0), abs(voltage)

    def across(conductance: float) -> float:
        low, high = 0.0, min(emf, parameters.voltage(limit / conductance) if limit < inf else emf)
        if high + resistance * conductance * parameters.drive(high) <= emf:
            return high
        for _ in range(100):
            middle = (low + high) / 2
            above = middle + resistance * conductance * parameters.drive(middle) > emf
            low, high = (low, middle) if above else (middle, high)
        return low

    def change(_: float, levels: np.ndarray) -> list[float]:
        remaining = across(parameters.lowest_conductance + shares @ levels)
        speed = parameters.switching(voltage).at(np.copysign(remaining, voltage))
        return [
            part.efficiency * speed * (target - level) - level / part.lifetime
            for level, part in zip(levels, parameters.populations, strict=True)
        ]

    solved = solve_ivp(change, (0, 0.1), device.populations, "LSODA", rtol=1e-10, atol=1e-14)
    conductance = parameters.lowest_conductance + shares @ solved.y[:, -1]
    device.advance(Stimulus({"top": Drive(voltage, limit, resistance)}), 0.1)
    assert device.conductance == pytest.approx(conductance, rel=1e-6)


def test_a_resistance_stops_a_set_where_it_takes_the_voltage(memristor) -> None:
    reached = []
    for resistance in (1e3, 5e3, 2e4):
        device = Memristor(memristor("filamentary_memristor"))
        device.advance(Stimulus({"top": Drive(0.8, resistance=resistance)}), 1.0)
        reached.append(device.conductance)
    assert reached == sorted(reached, reverse=True)


@pytest.mark.parametrize(("resistance", "limit"), [(1e5, inf), (1e6, 4e-7), (1e5, 2e-7)])
def test_a_capacitor_behind_a_resistance_charges_as_the_equations_say(resistance: float, limit: float) -> None:
    load, capacitance, series, voltage = 1e7, 20e-9, 1e6, 1.0
    device = ResistorCapacitor(load, capacitance, series, charge_voltage=0.1)

    def node(stored: float) -> float:
        free = (voltage / resistance + stored / series) / (1 / resistance + 1 / load + 1 / series)
        current = np.clip((voltage - free) / resistance, -limit, limit)
        return free if abs(current) < limit else (current + stored / series) / (1 / load + 1 / series)

    times = np.linspace(0, 0.2, 21)
    solved = solve_ivp(
        lambda _, y: [(node(y[0]) - y[0]) / (series * capacitance)],
        (0, 0.2),
        [0.1],
        t_eval=times,
        rtol=1e-10,
        atol=1e-14,
        max_step=2e-4,
    )
    found = device.trace(Stimulus({"top": Drive(voltage, limit, resistance)}), times)["top"][0]
    assert found == pytest.approx([node(stored) for stored in solved.y[0]], abs=1e-6)


biases = st.floats(-1.0, 1.0)


def shift_after(stimulus: Stimulus, duration: float) -> float:
    """Give the threshold shift (V) of a new device after a stimulus."""
    device = load_preset("heterojunction_phototransistor", 1)
    assert isinstance(device, Phototransistor)
    device.advance(stimulus, duration)
    return device.shift


@settings(max_examples=60)
@given(gate=biases, drain=drives, source=drives, light=st.sampled_from([0.0, 1.0, 20.0]))
def test_the_channel_and_its_leads_carry_one_current(gate: float, drain: Drive, source: Drive, light: float) -> None:
    device = load_preset("heterojunction_phototransistor", 1)
    assert isinstance(device, Phototransistor)
    drives = {"gate": Drive(gate), "drain": drain, "source": source}
    stimulus = Stimulus(drives, {455e-9: light})
    trace = device.trace(stimulus, TIMES)
    (at_drain, current), (at_source, out) = trace["drain"], trace["source"]
    assert out == pytest.approx(-current - trace["gate"][1], abs=1e-18)
    limit = min(drain.limit, source.limit)
    assert (np.abs(current) <= limit).all()
    free = np.abs(current) < limit
    assert at_drain[free] == pytest.approx((drain.voltage - drain.resistance * current)[free], abs=1e-12)
    assert at_source[free] == pytest.approx((source.voltage + source.resistance * current)[free], abs=1e-12)
    direct = Stimulus({"gate": Drive(gate), "source": Drive(source.voltage)}, stimulus.irradiance)
    for k in np.flatnonzero(free)[[0, -1]] if free.any() else ():
        # The channel without leads, driven where they end; its traps are those of the gate against the source's drive.
        shift = np.array([shift_after(direct, TIMES[k])])
        alone = device.parameters.channel.current(gate - at_source[k], at_drain[k] - at_source[k], shift)
        assert current[k] == pytest.approx(alone[0], rel=1e-9, abs=1e-13 * device.parameters.channel.gain)


@pytest.mark.parametrize("preset", ["halide_memristor", "heterojunction_phototransistor"])
def test_a_train_through_a_resistance_is_the_same_as_step_by_step(preset: str) -> None:
    terminal, light = ("top", {}) if preset == "halide_memristor" else ("drain", {455e-9: 5.0})
    segments: list[Segment] = [
        (Stimulus({terminal: Drive(0.7, 1e-3, 1e4)}, light), 0.01),
        (Stimulus({terminal: Drive(0.1, 1e-3, 1e4)}), 0.1),
        (Stimulus({terminal: Drive(-0.7, 1e-3)}), 0.01),
    ]
    stepped: Device = load_preset(preset, 1)
    currents = []
    for _ in range(5):
        for stimulus, duration in segments:
            currents.append(stepped.trace(stimulus, NOW)[terminal][1][0])
            stepped.advance(stimulus, duration)
    device = load_preset(preset, 1)
    assert isinstance(device, Memristor | Phototransistor)
    train = simulate_train(device, segments, 5)
    assert train.begin.ravel() == pytest.approx(currents, rel=1e-9)
