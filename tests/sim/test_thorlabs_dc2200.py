"""The DC2200 over PyVISA: what is sent, what comes back, and what light it makes in the world."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from labkit_sim import Disturbance, ThorlabsDC2200, VirtualBench
from pyvisa.errors import VisaIOError
from pyvisa.resources import MessageBasedResource

from labkit.core import Nanoseconds

NO_ERROR = '0,"No error"'
MILLISECOND = 1_000_000


def firmware(bench: VirtualBench) -> ThorlabsDC2200:
    found = bench.instrument("led")
    assert isinstance(found, ThorlabsDC2200)
    return found


def true_irradiance(bench: VirtualBench, calibrated: float) -> float:
    """Irradiance (W/m^2) that a calibrated one (mW/cm^2) comes to on this bench."""
    return bench.light_factors["light"] * calibrated * 10


def watch(bench: VirtualBench, duration: int) -> list[tuple[int, bool]]:
    """Edges of the light from now on: time since the first (ns), on or off."""
    edges: list[tuple[int, bool]] = []

    def look() -> None:
        lit = not bench.world.lights_off()
        if not edges or edges[-1][1] != lit:
            edges.append((int(bench.world.now), lit))

    firmware(bench).marker.changed.listeners.append(look)
    bench.clock.sleep_until(Nanoseconds(bench.world.now + duration))
    return [(time - edges[0][0], lit) for time, lit in edges] if edges else []


def test_it_says_who_it_is_and_which_heads_it_has(led: MessageBasedResource) -> None:
    assert led.query("*IDN?") == "Thorlabs,DC2200,M00123456,1.2.0"
    assert led.query("SYST:VERS?") == "1999.0"
    assert led.query("SYST:HEAD1:IDN?") == "Thorlabs,M455L3,M00123456,1.0.0"
    assert led.query("SYST:HEAD2:IDN?") == "Thorlabs,no head,no head,-2.0.0"
    assert led.query("OUTPUT:TERMINAL1:TEST:STATUS?;:OUTPut:TERMinal2:TEST:STATus?") == "1;0"
    assert led.query("SYST:ERR?") == NO_ERROR


def test_constant_current_is_a_step_of_light_along_the_calibration(
    bench: VirtualBench, led: MessageBasedResource
) -> None:
    led.write("SOURCE1:MODE CC")
    led.write("SOURCE1:CCURENT:CURRENT 0.25")
    assert bench.world.lights_off(), "setting a current is not switching on"
    led.write("OUTPUT1:STATE ON")
    assert bench.world.irradiance(455e-9) == pytest.approx(true_irradiance(bench, 3.0))
    led.write("SOUR:CCUR 750 mA")
    assert bench.world.irradiance(455e-9) == pytest.approx(true_irradiance(bench, 8.0))
    led.write("OUTPUT1:STATE OFF")
    assert bench.world.lights_off()
    assert led.query("SYST:ERR?") == NO_ERROR


def test_the_read_back_is_off_by_no_more_than_the_specification(led: MessageBasedResource) -> None:
    led.write("SOUR:CCUR 0.5;:OUTP ON")
    assert float(led.query("SENSE3:CURRENT:DATA?")) == pytest.approx(0.5, abs=20e-3)
    assert float(led.query("MEASure:CURRent:DC?")) != 0.5
    assert float(led.query("MEASure:VOLTage:DC?")) > 0
    led.write("OUTP OFF")
    assert float(led.query("MEAS:CURR?")) == 0


def test_the_spelling_traps(bench: VirtualBench, led: MessageBasedResource) -> None:
    led.write("SOURCE1:CCURRENT:CURRENT 0.1")
    assert led.query("SYST:ERR?") == '-113,"Undefined header"'
    for header in ("FREQ", "FREQENCY", "FREQency", "FREQUENCY"):
        led.write(f"SOURCE1:PWM:{header} 5")
        assert led.query("SYST:ERR?") == NO_ERROR
    firmware(bench).strict_frequency = True
    led.write("SOURCE1:PWM:FREQUENCY 7")
    assert led.query("SYST:ERR?") == '-113,"Undefined header"'
    assert float(led.query("SOUR:PWM:FREQ?")) == 5


def test_brightness_is_relative_to_the_limit(bench: VirtualBench, led: MessageBasedResource) -> None:
    led.write("SOUR:CURR:LIM 0.5;:SOUR:MODE CB;CBR:BRIG 50;:OUTP ON")
    assert bench.world.irradiance() == pytest.approx(true_irradiance(bench, 3.0))
    led.write("SOUR:CURR:LIM 0.2")
    assert bench.world.irradiance() == pytest.approx(true_irradiance(bench, 1.2))


def test_the_limit_clips_without_an_error_and_says_so_when_asked(
    bench: VirtualBench, led: MessageBasedResource
) -> None:
    led.write("SOUR:CURR:LIM 0.3;:SOUR:CCUR:CURR 0.8;:OUTP ON")
    assert led.query("SYST:ERR?") == NO_ERROR
    assert float(led.query("SOUR:CCUR:CURR?")) == pytest.approx(0.3)
    assert led.query("SOURce1:CURRent:LIMit:TRIPped?") == "1"
    assert bench.world.irradiance() == pytest.approx(true_irradiance(bench, 3.6))
    led.write("SOUR:CCUR:CURR 0.2")
    assert led.query("SOUR:CURR:LIM:TRIP?") == "0"
    led.write("SOUR:CURR:LIM 0.1")
    assert bench.world.irradiance() == pytest.approx(true_irradiance(bench, 1.2)), "lowering the limit acts at once"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("SOUR:CURR:LIM 11", -222),
        ("SOUR:CCUR:CURR -0.1", -222),
        ("SOUR:PULS:ONT 11", -222),
        ("SOUR:PULS:ONT 100 NS", -222),
        ("SOUR:PULS:COUN 1001", -222),
        ("SOUR:MODE LASER", -224),
        ("SOUR:PWM:DCYC 100", -222),
        ("SOUR2:MODE CC", -114),
        ("OUTP:TERM 3", -222),
    ],
)
def test_what_is_out_of_range_is_refused_and_changes_nothing(
    led: MessageBasedResource, command: str, code: int
) -> None:
    header = command.split(maxsplit=1)[0].replace("SOUR2", "SOUR")
    before = led.query(f"{header}?")
    led.write(command)
    assert led.query("SYST:ERR?").startswith(f"{code},")
    assert led.query(f"{header}?") == before


def test_minimum_and_maximum_can_be_asked(led: MessageBasedResource) -> None:
    assert float(led.query("SOUR:TTL:CURR? MAX")) == 1.0
    assert float(led.query("SOUR:PULS:ONT? MIN")) == 1e-6


def test_the_pulse_engine_keeps_its_times_and_then_switches_off(bench: VirtualBench, led: MessageBasedResource) -> None:
    led.write("SOUR1:MODE PULS;PULS:BRIG 50;ONTime 1.234 ms;OFFTime 0.001;COUNt 3")
    led.write("OUTP ON")
    edges = watch(bench, 20 * MILLISECOND)
    # The first pulse was lit when the watch began.
    assert edges == [(0, False), (1_000_000, True), (2_234_000, False), (3_234_000, True), (4_468_000, False)]
    assert led.query("OUTP?") == "0"
    assert led.query("SYST:ERR?") == NO_ERROR


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(on=st.integers(1, 3000), off=st.integers(1, 3000), count=st.integers(1, 20))
def test_every_train_has_its_count_of_pulses_to_the_microsecond(
    open_bench: Callable[[], VirtualBench], on: int, off: int, count: int
) -> None:
    bench = open_bench()
    led = firmware(bench)
    edges: list[tuple[int, float]] = []
    led.marker.changed.listeners.append(lambda: edges.append((int(bench.world.now), led.marker.level)))
    led.receive(f"SOUR:MODE PULS;PULS:BRIG 10;ONT {on}e-6;OFFT {off}e-6;COUN {count};:OUTP ON\n".encode(), end=True)
    bench.world.advance_to(10**9)
    times = np.array([time for time, _ in edges])
    begins = np.arange(count) * (on + off) * 1000
    assert list(times) == sorted([*begins, *(begins + on * 1000)])
    assert bench.world.lights_off()


def test_pwm_has_the_duty_and_goes_on_until_it_is_switched_off(bench: VirtualBench, led: MessageBasedResource) -> None:
    led.write("SOURCE1:MODE PWM;PWM:CURRENT 0.01;FREQ 100;DCYCLE 25;COUNT 0;:OUTPUT1:STATE ON")
    edges = watch(bench, 200 * MILLISECOND)
    assert len(edges) in (39, 40, 41)
    assert edges[:3] == [(0, False), (7_500_000, True), (10_000_000, False)]
    assert led.query("OUTP?") == "1"
    assert led.query("*OPC?") == "1", "a train is no operation that anybody waits for"
    led.write("OUTP OFF")
    assert watch(bench, 50 * MILLISECOND) == []
    assert bench.world.lights_off()


def test_a_train_goes_on_when_the_client_has_gone(bench: VirtualBench, led: MessageBasedResource) -> None:
    for message in ("MODE PWM", "PWM:CURRENT 0.01", "PWM:FREQUENCY 5", "PWM:DCYCLE 50", "PWM:COUNT 20"):
        led.write(f"SOURCE1:{message}")
    led.write("OUTPUT1:STATE ON")
    led.close()
    edges = watch(bench, 10_000 * MILLISECOND)
    assert sum(not lit for _, lit in edges) == 20
    assert edges[-1] == (19 * 200 * MILLISECOND, False)


def test_ttl_follows_the_modulation_input(bench: VirtualBench, led: MessageBasedResource) -> None:
    led.write("SOUR:MODE TTL;TTL:CURR 0.5;:OUTP ON")
    line = bench.world.line("led:modulation")
    lit = []
    for level in (0.0, 1.5, 2.0, 1.5, 0.8, 1.5, 5.0):
        line.set_level(level)
        lit.append(not bench.world.lights_off())
    assert lit == [False, False, True, True, False, False, True]
    led.write("OUTP OFF")
    assert bench.world.lights_off()
    line.set_level(0.0)
    line.set_level(5.0)
    assert bench.world.lights_off()


def test_changing_mode_or_terminal_or_resetting_switches_off(bench: VirtualBench, led: MessageBasedResource) -> None:
    for message in ("SOUR:MODE CB", "*RST", "OUTP:TERM 2"):
        led.write("OUTP:TERM 1;:SOUR:MODE CC;CCUR 0.1;:OUTP ON")
        assert not bench.world.lights_off()
        led.write(message)
        assert bench.world.lights_off(), message
    led.write("OUTP ON")
    assert led.query("SYST:ERR?").startswith("-241"), "there is no head on terminal 2"


def test_protections_switch_off_and_hold(bench: VirtualBench, led: MessageBasedResource) -> None:
    for protection, query in {
        "interlock": "OUTPUT1:PROTECTION:INTLOCK:TRIPPED?",
        "driver temperature": "OUTPUT1:PROTECTION:TEMPERATURE:DRIVER:TRIPPED?",
        "head temperature": "OUTPUT1:PROTECTION:TEMPERATURE:HEAD:TRIPPED?",
    }.items():
        led.write("SOUR:CCUR 0.1;:OUTP ON")
        assert led.query(query) == "0"
        firmware(bench).trip(protection)
        assert bench.world.lights_off()
        assert led.query(query) == "1"
        led.write("OUTP ON")
        assert led.query("SYST:ERR?").startswith("-221")
        assert bench.world.lights_off()
        firmware(bench).trip(protection, tripped=False)


def test_a_stuck_output_stays_lit_and_admits_it(bench: VirtualBench, led: MessageBasedResource) -> None:
    led.write("SOUR:CCUR 0.1;:OUTP ON")
    firmware(bench).disturbances.add(Disturbance.STUCK_OUTPUT)
    led.write("OUTP OFF")
    assert led.query("OUTP?") == "1"
    assert not bench.world.lights_off()


def test_a_command_that_fails_answers_nothing(led: MessageBasedResource) -> None:
    with pytest.raises(VisaIOError, match="VI_ERROR_TMO"):
        led.query("SOUR1:CURRENT:BLIMIT?")
    assert led.query("SYST:ERR?") == '-113,"Undefined header"'
    assert led.query("SYST:ERR?") == '-420,"Query UNTERMINATED"'


def test_the_truth_differs_from_the_calibration_by_the_seed(open_bench: Callable[..., VirtualBench]) -> None:
    factors = np.array([open_bench(seed).light_factors["light"] for seed in range(200)])
    assert factors.mean() == pytest.approx(1.0, abs=4 * 0.05 / np.sqrt(200))
    assert factors.std() == pytest.approx(0.05, rel=0.2)
    assert open_bench(3).light_factors["light"] == factors[3]
