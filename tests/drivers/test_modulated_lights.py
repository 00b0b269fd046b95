"""Lights on a pulse generator: irradiance through the modulation input, trains by the generator, dark when safe."""

from collections.abc import Callable
from typing import Any

import pytest

from labkit.core import InstrumentError, LightTrain, LimitExceeded, Nanoseconds, PlanRefused

OpenRig = Callable[..., Any]
MILLISECOND = 1_000_000
BENCHES = ("modulated_ledd1b", "modulated_dc4104", "modulated_dc2200")


def lit(rig: Any, terminal: str = "light") -> float:
    """The irradiance at the device plane, by the nominal calibration, when bus and LED have had their time."""
    rig.session.clock.sleep_until(Nanoseconds(rig.session.clock.now() + 10 * MILLISECOND))
    wavelength = rig.bench.terminals[terminal].wavelength
    return float(rig.virtual.world.irradiance(wavelength)) / float(rig.virtual.light_factors[terminal])


@pytest.mark.parametrize("bench", BENCHES)
def test_steady_light_arrives(open_rig: OpenRig, bench: str) -> None:
    rig = open_rig(bench)
    light = rig.role("light")
    for irradiance in (5.0, 0.5, 12.0):
        light.set_irradiance(irradiance)
        assert lit(rig) == pytest.approx(irradiance, rel=0.02, abs=0.05)
        assert light.delivered_irradiance(irradiance) == pytest.approx(irradiance, rel=5e-3)
    light.set_irradiance(0.0)
    assert lit(rig) == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize("bench", BENCHES)
def test_a_train_is_made_by_the_generator(open_rig: OpenRig, bench: str) -> None:
    rig = open_rig(bench)
    light, clock = rig.role("light"), rig.session.clock
    light.load_train(LightTrain(10.0, Nanoseconds(20 * MILLISECOND), Nanoseconds(60 * MILLISECOND), 3))
    assert lit(rig) == pytest.approx(0.0, abs=0.1)
    light.start()
    began = clock.now()
    seen = []
    for k in range(16):
        clock.sleep_until(Nanoseconds(began + (20 * k + 10) * MILLISECOND))
        seen.append(rig.virtual.world.irradiance() > 5.0)
    assert seen == ([True] + [False] * 3) * 3 + [False] * 4


@pytest.mark.parametrize("bench", BENCHES)
def test_safe_is_dark_in_the_middle_of_a_train(open_rig: OpenRig, bench: str) -> None:
    rig = open_rig(bench)
    light, clock = rig.role("light"), rig.session.clock
    light.load_train(LightTrain(10.0, Nanoseconds(20 * MILLISECOND), Nanoseconds(20 * MILLISECOND), 1000))
    light.start()
    clock.sleep_until(Nanoseconds(clock.now() + 100 * MILLISECOND))
    light.make_safe()
    clock.sleep_until(Nanoseconds(clock.now() + 100 * MILLISECOND))
    assert rig.virtual.world.lights_off()
    light.set_irradiance(5.0)
    assert lit(rig) == pytest.approx(5.0, rel=0.02), "and it comes back"


@pytest.mark.parametrize("bench", BENCHES)
def test_more_light_than_the_calibration_knows_is_refused(open_rig: OpenRig, bench: str) -> None:
    rig = open_rig(bench)
    with pytest.raises(LimitExceeded):
        rig.role("light").set_irradiance(21.0)
    with pytest.raises(LimitExceeded):
        rig.role("light").load_train(LightTrain(21.0, Nanoseconds(MILLISECOND), Nanoseconds(MILLISECOND), 1))
    assert rig.virtual.world.lights_off()


@pytest.mark.parametrize("bench", BENCHES)
def test_the_generator_brings_times_counts_and_its_trigger(open_rig: OpenRig, bench: str) -> None:
    rig = open_rig(bench)
    able, source = rig.session.capabilities["light"], rig.session.capabilities["light_drive"]
    assert able.pulses == source.pulses
    assert able.trigger_input == source.trigger_input
    assert able.on_time[0] >= rig.role("light").capabilities.on_time[0]


def with_options(**options: Any) -> Callable[[Any], Any]:
    def change(document: Any) -> Any:
        entry = document.instruments["led"].model_copy(update={"options": options})
        return document.model_copy(update={"instruments": {**document.instruments, "led": entry}})

    return change


def test_an_ledd1b_whose_limit_is_not_told_is_refused(open_rig: OpenRig) -> None:
    with pytest.raises(InstrumentError, match="set by hand"):
        open_rig("modulated_ledd1b", with_options())


def test_an_ledd1b_that_cannot_give_what_the_bench_promises_is_refused(open_rig: OpenRig) -> None:
    with pytest.raises(InstrumentError, match="screw allows"):
        open_rig("modulated_ledd1b", with_options(current_limit="300 mA"))


def test_in_trigger_mode_an_ledd1b_has_one_irradiance(open_rig: OpenRig) -> None:
    rig = open_rig("modulated_ledd1b", with_options(current_limit="500 mA", mode="trigger"))
    light = rig.role("light")
    light.set_irradiance(20.0)
    assert lit(rig) == pytest.approx(20.0)
    with pytest.raises(PlanRefused, match="mode trigger"):
        light.set_irradiance(10.0)


def test_a_dc4104_asks_for_an_error_after_each_silent_set(open_rig: OpenRig) -> None:
    rig = open_rig("four_lights")
    rig.wire.messages.clear()
    rig.role("light").set_irradiance(5.0)
    assert rig.wire.written() == ["CC 0 25", "E?", "O 0 1", "E?"]


def test_the_mode_of_a_dc4104_is_set_before_any_level(open_rig: OpenRig) -> None:
    rig = open_rig("four_lights")
    written = rig.wire.written()
    rig.role("light").set_irradiance(5.0)
    assert "M 0" in written
    assert not any(text.startswith("CC") for text in written)


def test_a_dc4104_without_generator_has_no_pulse_engine_and_says_so(open_rig: OpenRig) -> None:
    rig = open_rig("four_lights")
    light = rig.role("light")
    assert light.capabilities.pulses == 0
    assert light.capabilities.on_time[1] == 0, "the PC switches every pulse"
    with pytest.raises(PlanRefused, match="no pulse engine"):
        light.load_train(LightTrain(5.0, Nanoseconds(MILLISECOND), Nanoseconds(MILLISECOND), 1))


def test_the_lights_of_one_dc4104_are_apart(open_rig: OpenRig) -> None:
    rig = open_rig("four_lights")
    rig.role("light").set_irradiance(5.0)
    rig.role("light_625").set_irradiance(2.5)
    assert lit(rig) == pytest.approx(5.0)
    assert lit(rig, "light_625") == pytest.approx(2.5)
    rig.role("light").make_safe()
    assert lit(rig) == 0.0
    assert lit(rig, "light_625") == pytest.approx(2.5)


def test_driven_and_undriven_lights_cannot_share_a_dc4104(open_rig: OpenRig) -> None:
    def mixed(document: Any) -> Any:
        red = document.terminals["light"].model_copy(update={"channel": "2", "driven_by": "", "wavelength": 625e-9})
        return document.model_copy(update={"terminals": {**document.terminals, "light_625": red}})

    with pytest.raises(InstrumentError, match="mode of a"):
        open_rig("modulated_dc4104", mixed)


def test_a_weak_light_is_what_the_nearest_milliampere_comes_to(open_rig: OpenRig) -> None:
    light = open_rig("four_lights").role("light")
    step = light.capabilities.resolution
    for asked in (0.5, 1.04, 3.333):
        assert abs(light.delivered_irradiance(asked) - asked) <= step / 2 * (1 + 1e-9)
