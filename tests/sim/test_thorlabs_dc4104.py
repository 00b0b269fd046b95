"""The DC4104 on its serial line: silent sets, errors that are asked for, modes, limits, and the light it makes."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from labkit_sim import Disturbance, VirtualBench
from labkit_sim.devices import Photoconductor
from pyvisa.errors import VisaIOError
from pyvisa.resources import MessageBasedResource, SerialInstrument

from labkit.core import Bench

ADDRESS = "ASRL4::INSTR"
NO_ERROR = "ERROR 0:No Error."


def optical(channel: str, wavelength: str) -> dict[str, Any]:
    return {
        "instrument": "led",
        "channel": channel,
        "wavelength": wavelength,
        "maximum_irradiance": "10 mW/cm^2",
        "maximum_current": "1 A",
        "calibration": [
            {"current": "0 mA", "irradiance": "0 mW/cm^2"},
            {"current": "1 A", "irradiance": "10 mW/cm^2"},
        ],
        "calibration_uncertainty": 0,
    }


def four_lights(driver: str = "thorlabs_dc4104") -> VirtualBench:
    bench = Bench.model_validate(
        {
            "name": "two of four lights",
            "instruments": {"led": {"driver": driver, "address": ADDRESS}},
            "terminals": {
                "blue": optical("0", "455 nm"),
                "red": optical("2", "625 nm"),
                "bottom": {"grounded": True},
            },
            "virtual": {"device": "photoconductor"},
        }
    )
    return VirtualBench(bench, Photoconductor(dark=1e-9, responsivity=1.0, area=1e-8))


@pytest.fixture
def bench() -> Iterator[VirtualBench]:
    opened = four_lights()
    yield opened
    opened.close()


@pytest.fixture
def connect(plug_in: Callable[..., MessageBasedResource]) -> Callable[[VirtualBench], SerialInstrument]:
    def open_one(bench: VirtualBench) -> SerialInstrument:
        resource = plug_in(bench, ADDRESS, "\r\n", baud_rate=115_200, timeout=500)
        assert isinstance(resource, SerialInstrument)
        return resource

    return open_one


@pytest.fixture
def led(bench: VirtualBench, connect: Callable[[VirtualBench], SerialInstrument]) -> SerialInstrument:
    return connect(bench)


def blue(bench: VirtualBench) -> float:
    return bench.world.irradiance(455e-9)


def red(bench: VirtualBench) -> float:
    return bench.world.irradiance(625e-9)


def test_it_says_who_it_is_in_any_case(led: SerialInstrument) -> None:
    assert led.query("N?") == led.query("n?") == "DC4104"
    assert led.query("H?") == "THORLABS"
    assert led.query("WL? 0") == "455.0"
    assert led.query("HN? 2") == "M625L3"
    assert led.query("HN? 1") == "n/a"


def test_sets_are_silent_and_only_the_error_tells(led: SerialInstrument) -> None:
    led.write("CC 0 250")
    with pytest.raises(VisaIOError, match="VI_ERROR_TMO"):
        led.read()
    assert led.query("E?") == NO_ERROR
    assert led.query("CC? 0") == "250"
    led.write("CC 0 1001")
    assert led.query("E?") == "ERROR 3:Parameter out of range."
    assert led.query("E?") == NO_ERROR
    assert led.query("CC? 0") == "250"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("XY 1", 1),
        ("CC 0", 2),
        ("CC 0 2.5", 2),
        ("CC 0 A", 2),
        ("CC 4 10", 3),
        ("CC -1 10", 3),
        ("M 3", 3),
        ("O 1 1", 5),
    ],
)
def test_what_is_wrong_changes_nothing_and_answers_nothing(led: SerialInstrument, line: str, code: int) -> None:
    led.write(line)
    assert led.query("E?").startswith(f"ERROR {code}:")
    assert [led.query(query) for query in ("M?", "CC? 0", "O? 0")] == ["0", "0", "0"]


def test_a_query_that_is_wrong_answers_nothing(led: SerialInstrument) -> None:
    for query in ("CC?", "CC? 9", "ZZ?"):
        with pytest.raises(VisaIOError, match="VI_ERROR_TMO"):
            led.query(query)
        assert led.query("E?") != NO_ERROR


def test_each_channel_has_its_light(bench: VirtualBench, led: SerialInstrument) -> None:
    led.write("CC 0 250")
    led.write("CC 2 500")
    assert bench.world.lights_off(), "setting a current is not switching on"
    led.write("O -1 1")
    assert led.query("E?") == NO_ERROR
    assert (blue(bench), red(bench)) == (pytest.approx(25.0), pytest.approx(50.0))
    led.write("O 0 0")
    assert led.query("E?") == NO_ERROR
    assert (blue(bench), red(bench)) == (0.0, pytest.approx(50.0))


def test_the_mode_must_be_set_before_the_level(bench: VirtualBench, led: SerialInstrument) -> None:
    led.write("BP 0 50.0")
    assert led.query("E?") == "ERROR 4:Not possible in this operation mode."
    assert led.query("BP? 0") == "0.0"
    led.write("L 0 400")
    led.write("M 1")
    led.write("CC 0 100")
    assert led.query("E?").startswith("ERROR 4:")
    led.write("BP 0 50.0")
    led.write("O 0 1")
    assert led.query("E?") == NO_ERROR
    assert blue(bench) == pytest.approx(20.0), "brightness is in percent of the limit"


def test_a_change_of_mode_switches_off(bench: VirtualBench, led: SerialInstrument) -> None:
    led.write("CC 0 250")
    led.write("O 0 1")
    led.write("M 2")
    assert led.query("O? 0") == "0"
    assert bench.world.lights_off()


def test_a_current_beyond_the_limit_becomes_the_limit_and_the_status_tells(led: SerialInstrument) -> None:
    led.write("L 2 300")
    led.write("CC 2 900")
    assert led.query("E?") == NO_ERROR
    assert led.query("CC? 2") == "300"
    status = int(led.query("R?"))
    assert status & 1 << 25
    assert status & 1 << 24, "the bit below tells that it has changed"
    assert not int(led.query("R?")) & 1 << 24
    led.write("ML 2 200")
    assert led.query("L? 2") == "200"
    led.write("L 2 201")
    assert led.query("E?").startswith("ERROR 3:")


def test_the_status_tells_which_leds_are_not_there(led: SerialInstrument) -> None:
    assert int(led.query("R?")) == 1 << 7 | 1 << 11


def test_single_selection_lets_one_led_shine(bench: VirtualBench, led: SerialInstrument) -> None:
    led.write("CC 0 100")
    led.write("CC 2 100")
    led.write("SM 1")
    led.write("O 0 1")
    led.write("O 2 1")
    assert led.query("E?") == NO_ERROR
    assert (blue(bench), red(bench)) == (0.0, pytest.approx(10.0))


def test_a_locked_led_stays_dark(bench: VirtualBench, led: SerialInstrument) -> None:
    led.write("A 0 0")
    led.write("O 0 1")
    assert led.query("E?") == "ERROR 6:LED is locked."
    assert bench.world.lights_off()


def test_in_external_mode_the_current_follows_the_input_up_to_the_limit(
    bench: VirtualBench, led: SerialInstrument
) -> None:
    line = bench.world.line("led:modulation:0")
    led.write("L 0 300")
    led.write("M 2")
    led.write("O 0 1")
    assert led.query("E?") == NO_ERROR
    seen = []
    for level in (0.0, 1.0, 2.5, 5.0, -1.0):
        line.set_level(level)
        seen.append(blue(bench))
    assert seen == pytest.approx([0.0, 10.0, 25.0, 30.0, 0.0])
    assert int(led.query("R?")) & 1 << 20
    bench.world.line("led:modulation:2").set_level(5.0)
    assert red(bench) == 0.0, "an LED that is off follows nothing"


def test_the_dc4100_has_one_input_for_all(connect: Callable[[VirtualBench], SerialInstrument]) -> None:
    bench = four_lights("thorlabs_dc4100")
    led = connect(bench)
    assert led.query("N?") == "DC4100"
    led.write("M 2")
    led.write("O -1 1")
    assert led.query("E?") == NO_ERROR
    bench.world.line("led:modulation").set_level(1.0)
    assert (blue(bench), red(bench)) == (pytest.approx(10.0), pytest.approx(10.0))
    bench.close()


def test_a_stuck_output_stays_lit_and_admits_it(bench: VirtualBench, led: SerialInstrument) -> None:
    led.write("CC 0 100")
    led.write("O 0 1")
    assert led.query("E?") == NO_ERROR
    bench.instrument("led").disturbances.add(Disturbance.STUCK_OUTPUT)
    led.write("O 0 0")
    assert led.query("O? 0") == "1"
    assert blue(bench) > 0


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_no_bytes_stop_it(junk: list[bytes]) -> None:
    bench = four_lights()
    unit = bench.instrument("led")
    for part in junk:
        unit.receive(part, end=False)
    while unit.output_ready():
        unit.take(100, None)
    unit.receive(b"\nN?\r\n", end=False)
    answers = b""
    while unit.output_ready():
        answers += unit.take(100, None)[0]
    assert answers.endswith(b"DC4104\r\n")
