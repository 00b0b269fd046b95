"""The LEDD1B beside a bench: its light follows the voltage at its modulation input."""

from typing import Any

import pytest
from labkit_sim import VirtualBench
from labkit_sim.devices import Photoconductor

from labkit.core import Bench, LabkitError, Nanoseconds


def lit_bench(**options: Any) -> VirtualBench:
    bench = Bench.model_validate(
        {
            "name": "a light without interface",
            "instruments": {"led": {"driver": "thorlabs_ledd1b", "options": options}},
            "terminals": {
                "light": {
                    "instrument": "led",
                    "wavelength": "455 nm",
                    "maximum_irradiance": "12 mW/cm^2",
                    "maximum_current": "1.2 A",
                    "calibration": [
                        {"current": "0 mA", "irradiance": "0 mW/cm^2"},
                        {"current": "1.2 A", "irradiance": "12 mW/cm^2"},
                    ],
                    "calibration_uncertainty": 0,
                },
                "bottom": {"grounded": True},
            },
            "virtual": {"device": "photoconductor"},
        }
    )
    return VirtualBench(bench, Photoconductor(dark=1e-9, responsivity=1.0, area=1e-8))


def irradiance_at(bench: VirtualBench, level: float) -> float:
    bench.world.line("led:modulation").set_level(level)
    bench.clock.sleep_until(Nanoseconds(bench.world.now + 1_000_000))
    return bench.world.irradiance(455e-9)


def test_the_current_is_the_voltage_over_five_volts_times_the_limit() -> None:
    bench = lit_bench(current_limit="500 mA")
    seen = [irradiance_at(bench, level) for level in (0.0, 1.0, 5.0, 8.0, -3.0)]
    assert seen == pytest.approx([0.0, 10.0, 50.0, 50.0, 0.0])


def test_the_screw_has_its_stops() -> None:
    assert irradiance_at(lit_bench(current_limit="3 A"), 5.0) == pytest.approx(120.0)
    assert irradiance_at(lit_bench(current_limit="1 mA"), 5.0) == pytest.approx(20.0)


def test_in_trigger_mode_a_logic_level_switches() -> None:
    bench = lit_bench(current_limit="1 A", mode="trigger")
    seen = [irradiance_at(bench, level) for level in (0.0, 1.5, 2.5, 1.5, 0.5)]
    assert seen == pytest.approx([0.0, 0.0, 100.0, 100.0, 0.0])


def test_in_continuous_mode_the_knob_alone_counts() -> None:
    bench = lit_bench(current_limit="1 A", mode="continuous", knob=0.3)
    assert irradiance_at(bench, 0.0) == irradiance_at(bench, 5.0) == pytest.approx(30.0)


def test_the_light_comes_a_time_constant_after_the_voltage() -> None:
    bench = lit_bench(current_limit="1 A")
    bench.world.line("led:modulation").set_level(5.0)
    bench.clock.sleep_until(Nanoseconds(bench.world.now + 31_000))
    assert bench.world.lights_off()
    bench.clock.sleep_until(Nanoseconds(bench.world.now + 1_000))
    assert not bench.world.lights_off()


def test_a_mode_that_there_is_not_is_refused() -> None:
    with pytest.raises(LabkitError, match="no mode"):
        lit_bench(mode="strobe")
