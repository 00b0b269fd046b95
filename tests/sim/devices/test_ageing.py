"""What water, heat, light, field and the electrodes take away from a device for good."""

from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labkit_sim.devices import (
    NITROGEN,
    Aged,
    Ageing,
    Air,
    Device,
    Drive,
    Resistor,
    Stimulus,
    load_preset,
    preset_names,
    read_preset,
)

DAY = 86400.0
NOW = np.array([0.0])
AIR = Air(humidity=0.4, oxygen=0.21)
DARK = Stimulus({}, air=AIR)


def ageing() -> Ageing:
    found = read_preset("ageing_cell").ageing
    assert found is not None
    return found


def current(device: Device, voltage: float = 0.1) -> float:
    return float(device.trace(Stimulus({"top": Drive(voltage)}), NOW)["top"][1][0])


def shelved(air: Air, time: float = 30 * DAY, **causes: object) -> float:
    """Give the share that is left after a time in some air, dark, at room temperature."""
    device = Aged(Resistor(1e6), ageing().model_copy(update=causes))
    device.advance(Stimulus({}, air=air), time)
    return device.share


def test_in_nitrogen_and_in_the_dark_only_heat_and_the_electrodes_act() -> None:
    rates = ageing().rates(Stimulus({}))
    assert {cause for cause, rate in rates.items() if rate > 0} == {"heat", "corrosion"}


def test_every_cause_has_its_own_stimulus() -> None:
    rates = ageing().rates(Stimulus({"top": Drive(1.0)}, {405e-9: 10.0}, 300.0, AIR))
    assert all(rate > 0 for rate in rates.values())


def test_the_more_humid_the_sooner_and_a_barrier_layer_slows_it() -> None:
    shares = [shelved(Air(humidity)) for humidity in (0.0, 0.4, 0.8)]
    assert shares == sorted(shares, reverse=True)
    assert shelved(Air(0.8), remedies=()) < shares[-1]


def test_blue_light_does_more_than_red_of_the_same_irradiance_and_more_still_with_oxygen() -> None:
    def rate(wavelength: float, air: Air) -> float:
        return ageing().rates(Stimulus({}, {wavelength: 10.0}, air=air))["light"]

    assert rate(365e-9, NITROGEN) > 3 * rate(450e-9, NITROGEN) / 2 > rate(620e-9, NITROGEN)
    assert rate(450e-9, AIR) == pytest.approx((1 + 10 * 0.21) * rate(450e-9, NITROGEN))


def test_heat_speeds_ageing_up_by_arrhenius_law() -> None:
    alone = Ageing.model_validate({"heat": {"rate": "1e-8 1/s", "activation": "0.9 eV"}})
    faster = alone.rate(Stimulus({}, temperature=350.0)) / alone.rate(Stimulus({}, temperature=300.0))
    assert faster == pytest.approx(exp(0.9 / 8.617333262e-5 * (1 / 300 - 1 / 350)))


def test_the_share_falls_with_the_dose() -> None:
    device = Aged(Resistor(1e6), Ageing.model_validate({"water": {"rate": "1e-6 1/s"}}))
    humid = Stimulus({}, air=Air(1.0))
    device.advance(humid, 5e5)
    assert device.share == pytest.approx(exp(-0.5), rel=1.1e-3)
    assert current(device) == pytest.approx(1e-7 * exp(-0.5), rel=1.1e-3)


def test_nothing_comes_back() -> None:
    device = load_preset("ageing_cell", 1)
    assert isinstance(device, Aged)
    device.advance(DARK, 30 * DAY)
    left = device.share
    device.advance(Stimulus({}), 300 * DAY)
    assert device.share <= left < 1


@settings(max_examples=12, deadline=None)
@given(
    st.floats(0.05, 0.95),
    st.floats(1e3, 3e5),
    st.sampled_from([0.0, 0.5, -0.5]),
    st.sampled_from([float("inf"), 2e-6]),
    st.sampled_from([0.0, 1e5]),
)
def test_two_parts_of_a_stretch_are_the_whole(share, duration, voltage, limit, resistance) -> None:
    stimulus = Stimulus({"top": Drive(voltage, limit, resistance)}, {405e-9: 100.0}, air=AIR)
    whole, parts = load_preset("ageing_cell", 1), load_preset("ageing_cell", 1)
    seen = Stimulus({"top": Drive(0.1, limit, resistance)}, air=AIR)
    foreseen = whole.trace(stimulus, np.array([0.0, duration]))["top"][1][1]
    whole.advance(stimulus, duration)
    parts.advance(stimulus, share * duration)
    parts.advance(stimulus, (1 - share) * duration)
    currents = [device.trace(seen, NOW)["top"][1][0] for device in (whole, parts)]
    assert currents[0] == pytest.approx(currents[1], rel=1e-7)
    assert whole.trace(stimulus, NOW)["top"][1][0] == pytest.approx(foreseen, rel=1e-7, abs=1e-18)


@pytest.mark.parametrize("limit", [float("inf"), 2e-8])
def test_the_leads_and_the_limit_stay_as_they_are(limit: float) -> None:
    device = Aged(Resistor(1e6), Ageing())
    device.dose = 0.5
    voltage, into = device.trace(Stimulus({"top": Drive(0.1, limit, 1e6)}), NOW)["top"]
    left = 1e6 / device.share
    assert into[0] == pytest.approx(min(0.1 / (1e6 + left), limit))
    assert voltage[0] == pytest.approx(into[0] * left)


def test_a_phototransistor_ages_as_well() -> None:
    device = load_preset("heterojunction_phototransistor", 1)
    old = Aged(load_preset("heterojunction_phototransistor", 1), ageing())
    old.dose = 0.25
    on = Stimulus({"drain": Drive(0.1), "gate": Drive(0.0)}, {455e-9: 1.0})
    fresh, aged = (each.trace(on, np.array([1.0]))["drain"][1][0] for each in (device, old))
    assert aged == pytest.approx(exp(-0.25) * fresh)


@pytest.mark.parametrize("name", preset_names())
def test_a_trace_through_many_steps_of_ageing_is_what_comes_and_moves_nothing(name: str) -> None:
    fast = Ageing.model_validate({"heat": {"rate": "0.05 1/s"}})
    device, other = Aged(load_preset(name, 5), fast), Aged(load_preset(name, 5), fast)
    drives = {terminal: Drive(0.3, 1e-4) for terminal in device.terminals[:-1]}
    stimulus = Stimulus(drives, {455e-9: 0.5})
    ahead = device.trace(stimulus, np.array([0.0, 0.05, 0.3]))
    assert device.dose == 0
    for each, parts in ((device, (0.3,)), (other, (0.02, 0.11, 0.17))):
        for part in parts:
            each.advance(stimulus, part)
        for terminal, (_, current) in each.trace(stimulus, NOW).items():
            assert current[0] == pytest.approx(ahead[terminal][1][2], rel=1e-6, abs=1e-18)
    assert device.dose == pytest.approx(0.015)
