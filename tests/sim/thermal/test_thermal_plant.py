"""The heat of a stage: what the equations promise, whatever the heater does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from labkit_sim._thermal_plant import StageHeat, ThermalPlant

powers = st.floats(0, 50)
times = st.floats(0.01, 2000)


def plant(power: float = 0.0, cooled: bool = True) -> ThermalPlant:
    made = ThermalPlant(StageHeat())
    made.set_coolant(cooled)
    made.set_power(power)
    return made


@given(powers, st.booleans(), times, times)
def test_two_stretches_are_one(power: float, cooled: bool, first: float, second: float) -> None:
    cut, whole = plant(power, cooled), plant(power, cooled)
    cut.advance(first)
    cut.advance(second)
    whole.advance(first + second)
    assert cut.state == pytest.approx(whole.state, abs=1e-9)


@given(powers, st.booleans())
def test_in_the_end_all_heat_flows_off(power: float, cooled: bool) -> None:
    made = plant(power, cooled)
    made.advance(1e6)
    plate, device = made.state
    heat = made.heat
    lost = heat.losses * (plate - heat.ambient) + heat.exposure * (device - heat.ambient)
    lost += heat.cooling * (plate - heat.base) if cooled else 0.0
    assert lost == pytest.approx(power, abs=1e-9)
    assert made.unrest == pytest.approx(0, abs=1e-9)


def test_without_heater_and_coolant_it_stays_at_ambient() -> None:
    made = plant(0.0, cooled=False)
    made.advance(1e4)
    assert made.state == pytest.approx([300.0, 300.0])


def test_the_device_lags_behind_the_plate_and_ends_nearer_to_ambient() -> None:
    made = plant()
    made.advance(10.0)
    assert made.state[1] > made.state[0] + 0.5
    made.advance(1e5)
    assert 0 < made.state[1] - made.state[0] < 0.2


def test_it_agrees_with_small_steps() -> None:
    made, heat = plant(20.0), StageHeat()
    plate, device, step = 300.0, 300.0, 1e-3
    for _ in range(60_000):
        through = heat.contact * (plate - device)
        out = heat.cooling * (plate - heat.base) + heat.losses * (plate - heat.ambient)
        plate += step * (20.0 - out - through) / heat.plate
        device += step * (through - heat.exposure * (device - heat.ambient)) / heat.device
    made.advance(60.0)
    assert made.state == pytest.approx(np.array([plate, device]), abs=1e-3)
