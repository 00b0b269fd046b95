"""What a 2600B puts on the wire, and what it refuses."""

from collections.abc import Callable
from typing import Any

import pytest
from labkit_sim.devices import Resistor


def test_identity(connect: Callable[..., Any]) -> None:
    for model in ("2636B", "2602B", "2614B"):
        smu = connect(model=f"keithley_{model.lower()}")
        maker, name, _, version = smu.resource.query("*IDN?").split(",")
        assert (maker, name, version) == ("Keithley Instruments Inc.", f" Model {model}", " 3.2.2")
        assert smu.ask("localnode.model") == model


def test_a_resistor_draws_its_current(smu: Any) -> None:
    smu.write("smua.source.levelv = 1 smua.source.output = smua.OUTPUT_ON")
    current, voltage = map(float, smu.ask("smua.measure.iv()").split("\t"))
    assert voltage == pytest.approx(1.0, abs=1.5e-3)
    assert current == pytest.approx(1e-4, rel=1e-3)
    assert smu.number("smua.measure.r()") == pytest.approx(1e4, rel=2e-3)
    assert smu.number("smua.measure.p()") == pytest.approx(1e-4, rel=3e-3)
    smu.write("smua.source.output = 0")
    assert smu.ask("smua.source.output") == "0.00000e+00"
    assert smu.world.outputs_off()


def test_a_current_is_sourced_up_to_the_voltage_limit(smu: Any) -> None:
    smu.write("smua.source.func = smua.OUTPUT_DCAMPS smua.source.leveli = 1e-4 smua.source.limitv = 5")
    smu.write("smua.source.output = 1")
    assert smu.number("smua.measure.v()") == pytest.approx(1.0, rel=2e-3)
    assert smu.ask("smua.source.compliance") == "false"
    smu.write("smua.source.leveli = 1e-3")
    assert smu.number("smua.measure.v()") == pytest.approx(5.0, rel=2e-3)
    assert smu.ask("smua.source.compliance") == "true"
    assert smu.number("status.measurement.instrument.smua.condition") == 1


def test_a_current_limit_holds_and_is_seen(smu: Any) -> None:
    smu.write("smua.source.limiti = 1e-5 smua.source.levelv = 1 smua.source.output = 1")
    assert smu.number("smua.measure.i()") == pytest.approx(1e-5, rel=2e-3)
    assert smu.ask("smua.source.compliance") == "true"
    assert int(smu.number("status.measurement.instrument.smua.condition")) & 2
    assert smu.number("smua.measure.v()") == pytest.approx(0.1, rel=2e-2)


@pytest.mark.parametrize("limit", ["0.000000", "-1e-3", "1e-12"])
def test_a_limit_that_is_too_small_is_refused_and_the_old_one_stays(smu: Any, limit: str) -> None:
    """What `%f` makes of 1e-7 must not be taken for a limit: the device keeps the default of 100 mA, and is told."""
    assert smu.refuses(f"smua.source.limiti = {limit}") == 1102
    assert smu.number("smua.source.limiti") == 0.1


@pytest.mark.parametrize(
    ("model", "smallest", "default"), [("keithley_2636b", 1e-10, 0.1), ("keithley_2602b", 1e-8, 1.0)]
)
def test_the_smallest_limit_is_the_models(
    connect: Callable[..., Any], model: str, smallest: float, default: float
) -> None:
    smu = connect(model=model)
    assert smu.number("smua.source.limiti") == default
    smu.write(f"smua.source.limiti = {smallest:.9g}")
    assert smu.number("smua.source.limiti") == smallest
    assert smu.refuses(f"smua.source.limiti = {smallest / 2:.9g}") == 1102


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("smua.source.levelv = 1000", 1101),
        ("smua.source.levelv = -1000", 1102),
        ("smua.source.leveli = 'x'", -104),
        ("smua.source.levelv = nil", -109),
        ("smua.source.func = 5", 1101),
        ("smua.source.limiti = 10", 1101),
        ("smua.source.rangev = 1000", 1101),
        ("smua.measure.nplc = 0", 1102),
        ("smua.measure.nplc = 100", 1101),
        ("smua.source.autorangev = 0 smua.source.rangev = 2 smua.source.levelv = 5", 1101),
        ("smua.source.limiti = 1 smua.source.levelv = 50", 1101),
        ("smua.source.compliance = 1", -286),
        ("smuc.source.levelv = 1", -286),
    ],
)
def test_what_is_refused(smu: Any, message: str, code: int) -> None:
    smu.write("smua.source.levelv = 0.5")
    assert smu.refuses(message) == code
    assert smu.number("smua.source.levelv") == 0.5


def test_ranges_follow_the_level_or_are_fixed(smu: Any) -> None:
    smu.write("smua.source.levelv = 1.5")
    assert smu.number("smua.source.rangev") == 2
    smu.write("smua.source.levelv = 0.1")
    assert smu.number("smua.source.rangev") == 0.2
    smu.write("smua.source.rangev = 5")
    assert smu.number("smua.source.rangev") == 20
    assert smu.number("smua.source.autorangev") == 0


def test_the_interlock_blocks_the_high_range(connect: Callable[..., Any]) -> None:
    smu = connect()
    smu.write("smua.source.rangev = 200")
    assert smu.refuses("smua.source.output = 1") == 802
    assert smu.number("smua.source.output") == 0
    smu.write("smua.source.rangev = 20 smua.source.output = 1")
    assert smu.refuses("smua.source.rangev = 200") == 802
    assert smu.number("smua.source.rangev") == 20
    closed = connect(interlock=True)
    closed.write("smua.source.rangev = 200 smua.source.levelv = 50 smua.source.output = 1")
    assert closed.number("smua.measure.v()") == pytest.approx(50, rel=3e-3)


def test_high_impedance_and_zero_when_off(smu: Any) -> None:
    smu.write("smua.source.offmode = smua.OUTPUT_ZERO smua.source.levelv = 1 smua.source.output = 1")
    smu.write("smua.source.output = 0")
    assert smu.number("smua.measure.i()") == pytest.approx(0, abs=1e-7)
    smu.write("smua.source.offmode = smua.OUTPUT_HIGH_Z smua.source.output = 1 smua.source.output = 0")
    smu.number("1")
    assert smu.world.outputs_off()


def test_two_channels_meet_at_one_device(connect: Callable[..., Any]) -> None:
    smu = connect(bottom=True)
    smu.write("smua.source.levelv = 1 smub.source.levelv = -1 smua.source.output = 1 smub.source.output = 1")
    assert smu.number("smua.measure.i()") == pytest.approx(2e-4, rel=2e-3)
    assert smu.number("smub.measure.i()") == pytest.approx(-2e-4, rel=2e-3)


def test_reset_brings_the_defaults_back(smu: Any) -> None:
    smu.ready(level=1.0)
    smu.write("smua.measure.count = 7 format.asciiprecision = 16", "reset()")
    assert smu.ask("smua.source.output, smua.source.levelv, smua.source.limiti, smua.measure.count") == (
        "0.00000e+00\t0.00000e+00\t1.00000e-01\t1.00000e+00"
    )
    assert smu.world.outputs_off()


def test_errors_of_a_unit_are_its_own_and_within_the_specification(connect: Callable[..., Any]) -> None:
    readings = []
    for seed in (1, 2, 3):
        smu = connect(Resistor(1e4), seed=seed)
        smu.ready(level=1.0, plc=1)
        readings.append(smu.number("smua.measure.v()"))
    assert len(set(readings)) == 3
    assert all(abs(reading - 1.0) < 2e-4 + 600e-6 + 1.5e-4 + 350e-6 for reading in readings)
