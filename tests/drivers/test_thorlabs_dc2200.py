"""The DC2200's driver: irradiance through the calibration, limits, trains, spelling."""

from collections.abc import Callable
from typing import Any

import pytest

from labkit.core import InstrumentError, LightTrain, Nanoseconds

OpenRig = Callable[..., Any]
MILLISECOND = 1_000_000


def lit(rig: Any) -> float:
    """The irradiance at the device plane, by the nominal calibration."""
    return float(rig.virtual.world.irradiance()) / float(rig.virtual.light_factors["light"])


def test_irradiance_arrives_at_the_device_plane(open_rig: OpenRig) -> None:
    rig = open_rig("demo_optical")
    rig.role("light").set_irradiance(4.0)
    assert lit(rig) == pytest.approx(4.0, rel=5e-3)
    rig.role("light").set_irradiance(0.0)
    assert rig.virtual.world.lights_off()


def test_a_train_is_made_by_the_instrument(open_rig: OpenRig) -> None:
    rig = open_rig("demo_optical")
    light, clock = rig.role("light"), rig.session.clock
    light.load_train(LightTrain(5.0, Nanoseconds(100 * MILLISECOND), Nanoseconds(300 * MILLISECOND), 3))
    assert rig.virtual.world.lights_off()
    light.start()
    began = clock.now()
    seen = []
    for k in range(24):
        clock.sleep_until(Nanoseconds(began + (50 * k + 25) * MILLISECOND))
        seen.append(not rig.virtual.world.lights_off())
    assert seen == ([True] * 2 + [False] * 6) * 3


def test_a_head_that_bears_less_than_the_bench_says_is_refused(open_rig: OpenRig) -> None:
    def greedy(document: Any) -> Any:
        light = document.terminals["light"].model_copy(update={"maximum_current": 11.0})
        return document.model_copy(update={"terminals": {**document.terminals, "light": light}})

    with pytest.raises(InstrumentError) as refused:
        open_rig("demo_optical", greedy)
    assert "limit" in refused.value.message or "reports" in refused.value.message


def test_it_sends_the_spellings_that_every_firmware_takes(open_rig: OpenRig) -> None:
    rig = open_rig("demo_optical")
    rig.role("light").set_irradiance(1.0)
    assert any(text.startswith("SOUR1:CCUR:CURR ") for text in rig.wire.written())
    assert not any("FREQUENCY" in text.upper() for text in rig.wire.written())


def test_what_is_delivered_is_the_nearest_step(open_rig: OpenRig) -> None:
    light = open_rig("demo_optical").role("light")
    step = light.capabilities.resolution
    for asked in (1.0, 1.004, 3.333):
        assert abs(light.delivered_irradiance(asked) - asked) <= step / 2 * (1 + 1e-9)


def test_brightness_is_made_relative_to_a_limit_that_was_read_back(open_rig: OpenRig) -> None:
    rig = open_rig("demo_optical")
    light = rig.role("light")
    light.load_train(LightTrain(5.0, Nanoseconds(100 * MILLISECOND), Nanoseconds(100 * MILLISECOND), 1))
    written = rig.wire.written()
    assert written.index("SOUR1:CURR:LIM 0.025") < written.index("SOUR1:PULS:BRIG 100")
    assert "SOUR1:CURR:LIM?" in written[written.index("SOUR1:CURR:LIM 0.025") :]
    light.start()
    assert lit(rig) == pytest.approx(5.0, rel=1e-3)


def test_pulses_keep_their_irradiance_though_somebody_raised_the_limit(open_rig: OpenRig) -> None:
    rig = open_rig("demo_optical")
    light = rig.role("light")
    light.load_train(LightTrain(5.0, Nanoseconds(100 * MILLISECOND), Nanoseconds(100 * MILLISECOND), 1))
    rig.virtual.instrument("led").receive(b"SOUR1:CURR:LIM 0.1\n", True)
    light.load_train(LightTrain(5.0, Nanoseconds(200 * MILLISECOND), Nanoseconds(100 * MILLISECOND), 1))
    light.start()
    assert lit(rig) == pytest.approx(5.0, rel=1e-3)


@pytest.mark.parametrize("irradiance", [0.1, 0.13, 0.5, 2.0])
def test_weak_pulses_have_their_irradiance_under_a_large_limit(open_rig: OpenRig, irradiance: float) -> None:
    def generous(document: Any) -> Any:
        light = document.terminals["light"].model_copy(update={"maximum_current": 1.0})
        return document.model_copy(update={"terminals": {**document.terminals, "light": light}})

    rig = open_rig("demo_optical", generous)
    light = rig.role("light")
    light.load_train(LightTrain(irradiance, Nanoseconds(100 * MILLISECOND), Nanoseconds(100 * MILLISECOND), 1))
    light.start()
    assert lit(rig) == pytest.approx(light.delivered_irradiance(irradiance), rel=1e-3)
    assert abs(lit(rig) - irradiance) <= light.capabilities.resolution / 2 * (1 + 1e-6)


def test_steady_light_after_weak_pulses_has_its_own_limit_again(open_rig: OpenRig) -> None:
    rig = open_rig("demo_optical")
    light = rig.role("light")
    light.load_train(LightTrain(0.2, Nanoseconds(MILLISECOND), Nanoseconds(MILLISECOND), 1))
    light.set_irradiance(20.0)
    assert lit(rig) == pytest.approx(20.0, rel=1e-3)


def test_the_terminal_of_the_led_is_chosen_and_confirmed(open_rig: OpenRig) -> None:
    def second(document: Any) -> Any:
        light = document.terminals["light"].model_copy(update={"channel": "2"})
        return document.model_copy(update={"terminals": {**document.terminals, "light": light}})

    rig = open_rig("demo_optical", second)
    assert rig.wire.written().index("OUTP1:TERM 2") < rig.wire.written().index("SOUR1:CURR:LIM 0.1")
    rig.role("light").set_irradiance(5.0)
    assert lit(rig) == pytest.approx(5.0, rel=1e-3)


def test_a_terminal_that_there_is_not_is_refused(open_rig: OpenRig) -> None:
    def third(document: Any) -> Any:
        light = document.terminals["light"].model_copy(update={"channel": "3"})
        return document.model_copy(update={"terminals": {**document.terminals, "light": light}})

    with pytest.raises(InstrumentError, match="LED1"):
        open_rig("demo_optical", third)


def test_gated_light_is_in_ttl_mode_at_the_current_of_the_calibration(open_rig: OpenRig) -> None:
    rig = open_rig("modulated_dc2200")
    light = rig.role("light")
    light.load_train(LightTrain(5.0, Nanoseconds(MILLISECOND), Nanoseconds(MILLISECOND), 1))
    written = rig.wire.written()
    assert "SOUR1:MOD TTL" in written
    assert "SOUR1:TTL:CURR 0.1" in written
    assert rig.virtual.world.lights_off(), "the gate is low"
