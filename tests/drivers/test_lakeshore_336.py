"""The 336's driver: what it sends, where a ramp begins, what a broken sensor comes to, coolant and heater together."""

from collections.abc import Callable
from typing import Any

import pytest

from labkit.core import InstrumentError

OpenRig = Callable[..., Any]
SECOND = 1_000_000_000


def wait(rig: Any, seconds: float) -> None:
    rig.session.clock.sleep_until(rig.session.clock.now() + int(seconds * SECOND))


def with_options(**options: Any) -> Callable[[Any], Any]:
    def change(document: Any) -> Any:
        entry = document.instruments["thermal"]
        changed = entry.model_copy(update={"options": {**entry.options, **options}})
        return document.model_copy(update={"instruments": {**document.instruments, "thermal": changed}})

    return change


def with_stage(**fields: Any) -> Callable[[Any], Any]:
    def change(document: Any) -> Any:
        stage = document.terminals["stage"].model_copy(update=fields)
        return document.model_copy(update={"terminals": {**document.terminals, "stage": stage}})

    return change


def test_a_temperature_is_reached_and_kept(open_rig: OpenRig) -> None:
    rig = open_rig("demo_stage")
    stage = rig.role("stage")
    stage.set_temperature(290.0, 5 / 60)
    wait(rig, 300)
    able = rig.session.capabilities["stage"]
    readings = []
    for _ in range(30):
        wait(rig, 5)
        readings.append(stage.temperature())
    assert max(abs(one - 290.0) for one in readings) < able.stability
    assert abs(rig.virtual.world.temperature - 290.0) < able.accuracy


def test_the_first_ramp_begins_where_the_stage_is_and_the_next_at_its_setpoint(open_rig: OpenRig) -> None:
    rig = open_rig("demo_stage")
    rig.wire.messages.clear()
    rig.role("stage").set_temperature(305.0, 5 / 60)
    sent = rig.wire.written()
    assert sent[0] == "RAMP 1,0,0"
    begin = next(command for command in sent if command.startswith("SETP"))
    assert float(begin.partition(",")[2]) == pytest.approx(300.0, abs=0.1)
    assert sent.index("RAMP 1,1,5.0") < sent.index("SETP 1,305.000000") < sent.index("RANGE 1,3")
    rig.wire.messages.clear()
    rig.role("stage").set_temperature(290.0, 2 / 60)
    assert [command for command in rig.wire.written() if "SETP" in command] == ["SETP 1,290.000000"]


def test_the_coolant_flows_with_the_heater_and_stops_with_it(open_rig: OpenRig) -> None:
    rig = open_rig("demo_stage")
    firmware = rig.virtual.instrument("thermal")
    rig.role("stage").set_temperature(270.0, 5 / 60)
    assert firmware.station.thermal["1"]._plant.cooled
    rig.role("stage").make_safe()
    assert not firmware.station.thermal["1"]._plant.cooled
    assert rig.virtual.world.heaters_off()


def test_a_sensor_that_is_not_there_is_told(open_rig: OpenRig) -> None:
    rig = open_rig("demo_stage")
    rig.virtual.instrument("thermal")._sensors.clear()
    with pytest.raises(InstrumentError, match="there is no sensor"):
        rig.role("stage").temperature()


def test_an_open_heater_is_told(open_rig: OpenRig) -> None:
    rig = open_rig("demo_stage", with_stage(channel="2"))
    loop = rig.virtual.instrument("thermal")._loops["2"]
    loop.port = None
    rig.role("stage").set_temperature(305.0, 0.05)
    with pytest.raises(InstrumentError, match="circuit is open"):
        rig.role("stage").temperature()


@pytest.mark.parametrize("options", [{"heater_range": "highest"}, {"coolant_relay": 3}])
def test_an_option_that_makes_no_sense_is_refused(open_rig: OpenRig, options: dict[str, Any]) -> None:
    with pytest.raises(InstrumentError, match="option"):
        open_rig("demo_stage", with_options(**options))


def test_a_stage_on_an_output_that_does_not_heat_is_refused(open_rig: OpenRig) -> None:
    with pytest.raises(InstrumentError, match="no stage on output 1 or 2"):
        open_rig("demo_stage", with_stage(channel="3"))


def test_it_can_say_how_sensor_and_heater_are(open_rig: OpenRig) -> None:
    (check,) = open_rig("demo_stage").role("stage").checks()
    assert check.finding == "right"
    assert "265 K to 320 K are allowed" in check.detail
