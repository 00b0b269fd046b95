"""The DC2200's driver: irradiance through the calibration, limits, trains, spelling."""

from collections.abc import Callable
from typing import Any

import pytest

from labkit.core import InstrumentError, LightTrain, LimitExceeded, Nanoseconds

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


def test_more_light_than_the_calibration_knows_is_refused(open_rig: OpenRig) -> None:
    rig = open_rig("demo_optical")
    with pytest.raises(LimitExceeded):
        rig.role("light").set_irradiance(21.0)
    assert rig.virtual.world.lights_off()


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
