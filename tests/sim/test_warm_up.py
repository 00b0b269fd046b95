"""A light that is brighter while it is cold, as an option of its instrument."""

from itertools import pairwise
from typing import Any

import pytest
from labkit_sim import OpticalPort, World, wire
from labkit_sim.devices import Photoconductor

from labkit.core import Bench, LabkitError

SECOND = 1_000_000_000


def lamp(**options: Any) -> tuple[World, OpticalPort]:
    calibration = [
        {"current": "0 mA", "irradiance": "0 mW/cm^2"},
        {"current": "1 A", "irradiance": "10 mW/cm^2"},
    ]
    light = {
        "instrument": "led",
        "wavelength": "455 nm",
        "maximum_irradiance": "10 mW/cm^2",
        "maximum_current": "1 A",
        "calibration": calibration,
        "calibration_uncertainty": "0 %",
    }
    instruments = {"led": {"driver": "any", "options": options}}
    bench = Bench.model_validate({"name": "lamp", "instruments": instruments, "terminals": {"light": light}})
    world = World(Photoconductor(1e-9, 1.0, 1e-8))
    return world, wire(bench, world).stations["led"].optical_port()


def test_without_the_option_the_light_keeps_to_its_calibration() -> None:
    world, port = lamp()
    port.light(0.5)
    assert world.next_event is None
    assert world.irradiance() == pytest.approx(50.0)


def test_a_cold_led_is_brighter_and_settles_at_its_calibration() -> None:
    world, port = lamp(warm_up="4 %", warm_up_time="20 s")
    port.light(0.5)
    seen = [world.irradiance()]
    for second in range(1, 400):
        world.advance_to(second * SECOND)
        seen.append(world.irradiance())
    assert seen[0] == pytest.approx(50.0 * 1.02), "half of the current, half of the heat"
    assert seen[20] == pytest.approx(50.0 * (1 + 0.02 / 2.71828), rel=2e-4)
    assert seen[-1] == pytest.approx(50.0, rel=3e-4)
    assert all(later <= before for before, later in pairwise(seen))
    assert world.next_event is None, "settled: nothing is left to follow"


def test_a_warm_led_is_at_its_calibration_at_once_and_a_dimmed_one_below() -> None:
    world, port = lamp(warm_up="4 %", warm_up_time="20 s")
    port.light(1.0)
    world.advance_to(400 * SECOND)
    port.light(0.0)
    assert world.lights_off()
    port.light(1.0)
    assert world.irradiance() == pytest.approx(100.0, rel=3e-4)
    port.light(0.5)
    assert world.irradiance() == pytest.approx(50.0 * 0.98, rel=3e-4)
    port.light(0.0)
    world.advance_to(800 * SECOND)
    port.light(1.0)
    assert world.irradiance() == pytest.approx(104.0, rel=3e-4), "cold again"


def test_a_pulsed_led_leaves_no_more_than_one_look_ahead() -> None:
    world, port = lamp(warm_up="4 %", warm_up_time="20 s")
    for k in range(1000):
        world.advance_to(k * 1_000_000)
        port.light(1.0 if k % 2 else 0.0)
    looks = 0
    while world.next_event is not None:
        world.advance_to(world.next_event)
        looks += 1
    assert looks < 600
    assert world.irradiance() == pytest.approx(100.0, rel=3e-4)


@pytest.mark.parametrize(
    "options", [{"warm_up": "-1 %"}, {"warm_up": "2 %", "warm_up_time": "0 s"}, {"warm_up": "2 V"}]
)
def test_what_is_no_warm_up_is_told(options: dict[str, str]) -> None:
    with pytest.raises(LabkitError):
        lamp(**options)
