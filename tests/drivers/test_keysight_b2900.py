"""What the B2900 driver sends, what it refuses, and that a sequence comes out as it was asked for."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from labkit_drivers import KEYSIGHT_B2912A
from labkit_sim import FaultKind, FaultPlan

from labkit.core import (
    Connection,
    Cycle,
    InstrumentError,
    Nanoseconds,
    PlanRefused,
    SampleStatus,
    SourceMeterSetting,
    Step,
)

OpenRig = Callable[..., Any]
MILLISECOND = 1_000_000
SETTING = SourceMeterSetting(voltage_range=1.0, current_range=1e-4, compliance=1e-7, aperture=0.02)
FAST = SourceMeterSetting(voltage_range=1.0, current_range=1e-4, compliance=1e-3, aperture=1e-3)


def step(level: float, milliseconds: float, samples: int = 0, first: float = 0.0, period: float = 0.0) -> Step:
    times = (Nanoseconds(round(time * MILLISECOND)) for time in (milliseconds, first, period))
    duration, begin, interval = times
    return Step(level, duration, samples, begin, interval)


@pytest.fixture
def ready(open_rig: OpenRig) -> tuple[Any, Any]:
    rig = open_rig("memristor_b2902a")
    role = rig.switched_on(FAST)
    return rig, role


def test_the_compliance_is_written_in_full_and_read_back_before_the_output_goes_on(open_rig: OpenRig) -> None:
    rig = open_rig("memristor_b2902a")
    rig.switched_on(SETTING)
    written = rig.wire.written()
    on, protect = written.index(":OUTP1 1"), written.index(":SENS1:CURR:PROT 1e-07")
    assert protect < on
    assert ":SENS1:CURR:PROT?" in written[protect:on]
    assert not any(re.search(r"OUTP1.* (1|ON)$", text) for text in written[:on])


def test_the_output_stays_off_where_another_limit_is_in_force(open_rig: OpenRig) -> None:
    rig = open_rig("memristor_b2902a")
    with pytest.raises(
        InstrumentError, match=r"current limit of 0\.0001 A where 1e-10 A was set; the output stays off"
    ):
        rig.role("top").configure(SourceMeterSetting(1.0, 1e-7, 1e-10, 0.02))
    assert rig.virtual.world.outputs_off()


def test_a_ramp_is_read_once_a_step_at_the_planned_instants(ready: tuple[Any, Any]) -> None:
    rig, role = ready
    levels = [round(0.02 * k, 2) for k in range(1, 21)]
    samples = rig.run(role, tuple(step(level, 5, 1, 3.5, 1.1) for level in levels))
    assert list(samples.voltage) == pytest.approx(levels)
    assert samples.time == pytest.approx(3.5e-3 + 5e-3 * np.arange(20))
    assert not samples.status.any()
    assert (np.diff(samples.current) > -1e-8).all()


def test_pulses_and_reads_of_unlike_times_come_as_they_were_asked_for(ready: tuple[Any, Any]) -> None:
    rig, role = ready
    body = (step(0.5, 10, 5, 0.1, 1.1), step(0.0, 7), step(0.1, 6, 3, 1.0, 1.1), step(0.0, 40))
    samples = rig.run(role, (Cycle(4, body),))
    assert len(samples) == 4 * 8
    table = samples.voltage.reshape(4, 8)
    assert table == pytest.approx(np.tile([0.5] * 5 + [0.1] * 3, (4, 1)))
    wanted = np.array([0.1 + 1.1 * k for k in range(5)] + [18 + 1.1 * k for k in range(3)]) * 1e-3
    late = samples.time.reshape(4, 8) - (wanted + 63e-3 * np.arange(4)[:, None])
    assert (late > -1e-9).all()
    assert (late < 0.3e-3).all()


def test_the_block_is_read_back_in_binary_and_the_buffer_is_not_polled_during_the_run(ready: tuple[Any, Any]) -> None:
    rig, role = ready
    role.load((step(0.1, 1000, 100, 0.0, 10.0),))
    role.start()
    rig.wire.messages.clear()
    rig.virtual.clock.sleep_until(Nanoseconds(rig.virtual.clock.now() + 1_000 * MILLISECOND))
    assert role.finished()
    assert len(role.fetch()) == 100
    assert rig.wire.written() == [":STAT:OPER:COND?", ":FORM REAL,64;:FETC:ARR? (@1)", ":FORM ASC"]


def test_a_reading_beyond_its_range_is_nan_with_a_flag(ready: tuple[Any, Any]) -> None:
    rig, role = ready
    rig.virtual.faults.add(FaultPlan(rig.virtual.faults.operations + 1, FaultKind.OVERLOAD))
    samples = rig.run(role, (step(0.1, 50, 5, 0.0, 10.0),))
    assert np.isnan(samples.current).all()
    assert (samples.status & SampleStatus.OVERLOAD).all()
    _, current, status = role.measure()
    assert np.isnan(current)
    assert status & SampleStatus.OVERLOAD


def test_at_the_limit_the_measured_voltage_is_told(open_rig: OpenRig) -> None:
    rig = open_rig("memristor_b2902a")
    role = rig.switched_on(SETTING)
    samples = rig.run(role, (step(0.5, 200, 5, 50.0, 25.0),))
    assert (samples.status & SampleStatus.COMPLIANCE).all()
    assert (samples.voltage < 0.4).all()


def test_an_old_firmware_with_a_short_list_is_noticed(open_rig: OpenRig) -> None:
    def old(bench: Any) -> Any:
        entry = bench.instruments["smu"].model_copy(update={"options": {"list_points": 2500}})
        return bench.model_copy(update={"instruments": {"smu": entry}})

    role = open_rig("memristor_b2902a", old).role("top")
    role.configure(FAST)
    with pytest.raises(PlanRefused, match="holds 2500 of 3000 list points"):
        role.load(tuple(step(0.1 + 0.1 * (k % 2), 1) for k in range(3000)))


def test_both_channels_run_at_once_each_from_its_own_memory(open_rig: OpenRig) -> None:
    rig = open_rig("both_channels_b2902a")
    roles = [rig.role(name) for name in ("top", "bottom")]
    for role in roles:
        role.configure(FAST)
        role.enable_output()
    for level, role in zip((0.3, 0.1), roles, strict=True):
        role.load(tuple(step(level * k, 20, 1, 10.0, 1.1) for k in range(1, 6)))
    for role in roles:
        role.start()
    rig.virtual.clock.sleep_until(Nanoseconds(rig.virtual.clock.now() + 110 * MILLISECOND))
    assert all(role.finished() for role in roles)
    top, bottom = (role.fetch() for role in roles)
    assert top.voltage == pytest.approx(0.3 * np.arange(1, 6))
    assert bottom.voltage == pytest.approx(0.1 * np.arange(1, 6))
    # The starts are a millisecond apart, in which the device goes on.
    assert bottom.current == pytest.approx(-top.current, rel=0.05)


def test_stopping_one_channel_leaves_the_other_at_work(open_rig: OpenRig) -> None:
    rig = open_rig("both_channels_b2902a")
    top, bottom = rig.role("top"), rig.role("bottom")
    for role in (top, bottom):
        role.configure(FAST)
        role.enable_output()
        role.load((step(0.1, 1000, 100, 0.0, 10.0),))
        role.start()
    top.abort()
    assert top.finished()
    assert not bottom.finished()
    bottom.make_safe()


def test_a_step_with_a_trigger_puts_a_pulse_on_the_pin(open_rig: OpenRig) -> None:
    rig = open_rig("both_channels_b2902a")
    role = rig.role("top")
    line = rig.virtual.instrument("smu").pins["EXT3"].wire
    rising: list[int] = []
    line.changed.listeners.append(lambda: rising.append(rig.virtual.world.now) if line.level > 2 else None)
    role.configure(FAST)
    role.enable_output()
    marked = Step(0.0, Nanoseconds(50 * MILLISECOND), 5, Nanoseconds(0), Nanoseconds(10 * MILLISECOND), trigger=True)
    rig.run(role, (step(0.0, 30, 3, 0.0, 10.0), marked, marked))
    assert np.diff(rising) / MILLISECOND == pytest.approx([50])
    role.load((step(0.1, 10),))
    role.start()
    rig.virtual.clock.sleep_until(Nanoseconds(rig.virtual.clock.now() + 20 * MILLISECOND))
    assert len(rising) == 2


def test_without_a_trigger_line_a_trigger_is_refused(ready: tuple[Any, Any]) -> None:
    _, role = ready
    with pytest.raises(PlanRefused, match="no trigger line"):
        role.load((Step(0.1, Nanoseconds(MILLISECOND), trigger=True),))


def test_safe_goes_to_zero_from_where_a_list_left_the_output(ready: tuple[Any, Any]) -> None:
    rig, role = ready
    rig.run(role, (step(0.5, 1), step(0.9, 1)))
    rig.wire.messages.clear()
    role.make_safe()
    levels = [float(text.split()[1]) for text in rig.wire.written() if text.startswith(":SOUR1:VOLT ")]
    assert levels[0] == pytest.approx(0.9 * 19 / 20, abs=2e-3)
    assert levels == sorted(levels, reverse=True)
    assert levels[-1] == 0
    assert rig.virtual.world.outputs_off()


def test_a_garbled_block_is_refused(ready: tuple[Any, Any]) -> None:
    rig, role = ready
    role.load((step(0.1, 100, 10, 0.0, 10.0),))
    role.start()
    rig.virtual.clock.sleep_until(Nanoseconds(rig.virtual.clock.now() + 110 * MILLISECOND))
    rig.virtual.faults.add(FaultPlan(rig.virtual.faults.operations + 4, FaultKind.GARBAGE))
    with pytest.raises(InstrumentError, match="garbled"):
        role.fetch()


def test_another_model_at_the_address_is_refused(open_rig: OpenRig) -> None:
    rig = open_rig("memristor_b2902a")
    address = rig.bench.instruments["smu"].address
    connection = Connection("smu", address, rig.virtual.visa_library)
    with pytest.raises(InstrumentError, match="not a Keysight B2912A"):
        KEYSIGHT_B2912A.open(connection, {"top": rig.bench.terminals["top"]}, rig.virtual.clock)
