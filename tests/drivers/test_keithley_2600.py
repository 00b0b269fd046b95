"""The 2600B's driver on the wire and in the world: limits, sequences, two channels of one instrument."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from labkit_drivers._keithley_2600_commands import Keithley2600Commands
from pymeasure.test import expected_protocol

from labkit.core import (
    Cycle,
    InstrumentError,
    Nanoseconds,
    PlanRefused,
    SampleStatus,
    SourceMeterSetting,
    Step,
)

OpenRig = Callable[..., Any]
FollowLevel = Callable[[Any], list[tuple[int, float]]]

SETTING = SourceMeterSetting(voltage_range=1.0, current_range=1e-4, compliance=1e-4, aperture=0.02)
FAST = SourceMeterSetting(voltage_range=1.0, current_range=1e-4, compliance=1e-4, aperture=20e-6)
BENCH = "both_channels_2636b"
ALONE = "memristor_2636b"
"""Channel a on the top electrode, the bottom electrode grounded."""
MICROSECOND = 1_000
MILLISECOND = 1_000_000


def step(level: float, duration: int, samples: int = 0, first: int = 0, period: int = 0, trigger: bool = False) -> Step:
    """A step with times in us."""
    total, begin, distance = (Nanoseconds(time * MICROSECOND) for time in (duration, first, period))
    return Step(level, total, samples, begin, distance, trigger)


# Limits


def test_small_currents_are_written_as_they_are_and_not_rounded_to_zero() -> None:
    """Trap 1: `%f` makes 0.000000 of a compliance of 1e-7 A; the instrument then keeps 100 mA."""
    with expected_protocol(
        Keithley2600Commands,
        [
            (b"smua.source.limiti=1e-07", None),
            (b"smub.source.levelv=3.5e-09", None),
            (b"print(smua.source.limiti)", b"1.000000000000000e-07"),
        ],
    ) as instrument:
        instrument.channel("a").limit_current = 1e-7
        instrument.channel("b").level = 3.5e-9
        assert instrument.channel("a").limit_current == 1e-7


def test_both_limits_are_written_and_read_back_before_the_output_goes_on(open_rig: OpenRig) -> None:
    """Trap 9: in a sweep the limit of sweeps is in force, not that of the source."""
    rig = open_rig(BENCH)
    rig.switched_on(SETTING)
    written = rig.wire.written()
    on = written.index("smua.source.output=1")
    for name in ("smua.source.limiti", "smua.trigger.source.limiti"):
        assert f"{name}=0.0001" in written[:on]
    assert written[on - 1] == "smua.source.levelv=0"
    assert written[on - 2] == "print(smua.source.limiti,smua.trigger.source.limiti)"


@pytest.mark.parametrize(("bench", "least"), [("both_channels_2602b", 1e-8), (BENCH, 1e-10)])
def test_a_limit_below_the_least_is_not_taken_and_the_output_stays_off(
    open_rig: OpenRig, bench: str, least: float
) -> None:
    rig = open_rig(bench)
    smu = rig.role("top")
    smu.configure(SourceMeterSetting(1.0, 1e-7, least, 0.02))
    with pytest.raises(InstrumentError, match="current limit"):
        smu.configure(SourceMeterSetting(1.0, 1e-7, least / 2, 0.02))
    with pytest.raises(InstrumentError, match="no compliance"):
        smu.enable_output()
    assert rig.virtual.world.outputs_off()


def test_a_pulse_is_limited_to_the_compliance_and_says_so(open_rig: OpenRig) -> None:
    rig = open_rig(ALONE)
    smu = rig.switched_on(SourceMeterSetting(1.0, 1e-6, 1e-6, 20e-6))
    found = rig.run(smu, (step(0.0, 1000, 1, 500), step(1.0, 1000, 3, 200, 200), step(0.0, 1000)))
    assert np.all(found.status[1:] & SampleStatus.COMPLIANCE)
    assert np.all(np.abs(found.current) < 1.1e-6)


# Readings


def test_an_overflow_is_nan_and_a_flag_never_a_number(open_rig: OpenRig) -> None:
    rig = open_rig(ALONE)
    smu = rig.switched_on(SourceMeterSetting(1.0, 1e-9, 1e-4, 0.02))
    smu.set_level(0.3)
    rig.rest(10 * MILLISECOND)
    voltage, current, status = smu.measure()
    assert np.isnan(current)
    assert status & SampleStatus.OVERLOAD
    assert voltage == pytest.approx(0.3, abs=2e-3)
    found = rig.run(smu, (step(0.3, 500_000, 5, 0, 50_000),))
    assert np.all(np.isnan(found.current))
    assert np.all(found.status & SampleStatus.OVERLOAD)


def test_readings_come_when_they_are_due_at_the_levels_that_are_due(open_rig: OpenRig) -> None:
    rig = open_rig(BENCH)
    smu = rig.switched_on(FAST)
    pulse, wait, read = step(0.5, 1000, 4, 200, 150), step(0.0, 3000), step(0.1, 2000, 5, 500, 200)
    found = rig.run(smu, (Cycle(20, (pulse, wait, read)), step(0.0, 1000)))
    starts = np.arange(20)[:, np.newaxis] * 6e-3
    due = np.hstack((starts + 200e-6 + np.arange(4) * 150e-6, starts + 4.5e-3 + np.arange(5) * 200e-6)).ravel()
    assert len(found) == len(due)
    assert np.max(np.abs(found.time - due)) < 30e-6
    assert np.array_equal(found.voltage, np.tile([0.5] * 4 + [0.1] * 5, 20))


def test_a_pulse_of_100_us_is_made(open_rig: OpenRig, follow_level: FollowLevel) -> None:
    rig = open_rig(BENCH)
    smu = rig.switched_on(FAST)
    seen = follow_level(rig)
    rig.run(smu, (Cycle(3, (step(1.0, 100), step(0.0, 900))),))
    assert widths(seen, 0.5) == pytest.approx([100e-6] * 3, abs=2e-6)


def test_a_script_that_keeps_the_time_makes_the_same_readings(open_rig: OpenRig) -> None:
    rig = open_rig(BENCH)
    smu = rig.switched_on(SETTING)
    short = (step(0.2, 5000), step(0.1, 100_000, 3, 10_000, 25_000), step(0.0, 5000))
    found = rig.run(smu, short)
    assert any("labkit.play" in text for text in rig.wire.written())
    assert found.time == pytest.approx(np.array([15e-3, 40e-3, 65e-3]), abs=1e-3)
    assert np.allclose(found.voltage, 0.1)


def test_the_bus_is_quiet_while_a_sequence_runs(open_rig: OpenRig) -> None:
    rig = open_rig(BENCH)
    smu = rig.switched_on(SETTING)
    smu.load((step(0.1, 500_000, 5, 0, 50_000),))
    smu.start()
    before = len(rig.wire.messages)
    rig.rest(600 * MILLISECOND)
    assert len(rig.wire.messages) == before
    assert smu.finished()
    assert len(rig.wire.messages) == before + 2


def test_what_is_loaded_already_is_not_sent_again(open_rig: OpenRig) -> None:
    rig = open_rig(BENCH)
    smu = rig.switched_on(SETTING)
    sequence = tuple(step(level, 50_000, 1, 10_000) for level in (0.1, 0.2, 0.05))
    first = rig.run(smu, sequence)
    before = len(rig.wire.written())
    again = rig.run(smu, sequence)
    assert not any("loadandrunscript" in text for text in rig.wire.written()[before:])
    assert again.time == pytest.approx(first.time, abs=20e-6)
    assert np.array_equal(again.voltage, first.voltage)


def test_recordings_of_different_length_are_different(open_rig: OpenRig) -> None:
    rig = open_rig(BENCH)
    smu = rig.switched_on(FAST)
    for samples, period in ((10, 1000), (25, 1000), (25, 2000)):
        found = rig.run(smu, (step(0.0, samples * period, samples, 0, period),))
        assert found.time == pytest.approx(np.arange(samples) * period * 1e-6, abs=2e-6)


def test_a_point_between_sequences_is_one_reading(open_rig: OpenRig) -> None:
    rig = open_rig(BENCH)
    smu = rig.switched_on(FAST)
    rig.run(smu, (step(0.0, 100_000, 100, 0, 1000),))
    before = rig.session.clock.now()
    smu.measure()
    assert rig.session.clock.now() - before < 10 * MILLISECOND


def test_a_script_that_is_there_again_begins_at_its_beginning(open_rig: OpenRig) -> None:
    """A trigger timer goes on in its list of delays where it stopped."""
    rig = open_rig(BENCH)
    smu = rig.switched_on(FAST)
    sequence = (step(0.1, 1000, 1, 200), step(0.2, 3000, 1, 2000), step(0.0, 700, 1, 300))
    first = rig.run(smu, sequence)
    again = rig.run(smu, sequence)
    assert first.time == pytest.approx([200e-6, 3e-3, 4.3e-3], abs=30e-6)
    assert again.time == pytest.approx(first.time, abs=2e-6)


def test_the_level_after_a_sequence_is_that_of_its_last_step(open_rig: OpenRig) -> None:
    rig = open_rig(BENCH)
    smu = rig.switched_on(SETTING)
    rig.run(smu, (step(0.2, 200_000, 3, 0, 50_000), step(0.0, 100_000)))
    assert rig.virtual.world.drive("top").voltage == pytest.approx(0.0, abs=1e-3)
    rig.run(smu, (step(0.2, 200_000, 3, 0, 50_000),))
    assert rig.virtual.world.drive("top").voltage == pytest.approx(0.2, abs=1e-3)
    rig.rest(10 * MILLISECOND)
    assert rig.virtual.world.drive("top").voltage == pytest.approx(0.2, abs=1e-3)


def test_loading_levels_leaves_the_sample_alone(open_rig: OpenRig) -> None:
    rig = open_rig(BENCH)
    smu = rig.switched_on(SETTING)
    smu.set_level(0.05)
    smu.load(tuple(step(level, 50_000, 1) for level in (0.0, 0.5, -0.5)))
    assert rig.virtual.world.drive("top").voltage == pytest.approx(0.05, abs=1e-3)


# Two channels


def test_both_channels_run_at_a_time(open_rig: OpenRig) -> None:
    rig = open_rig(BENCH)
    top, bottom = rig.switched_on(FAST), rig.switched_on(FAST, "bottom")
    up = (Cycle(10, (step(0.2, 1000, 2, 300, 300), step(0.0, 1000, 1, 300))),)
    down = (Cycle(5, (step(-0.1, 2000, 2, 300, 300), step(0.0, 2000, 1, 300))),)
    top.load(up)
    bottom.load(down)
    top.start()
    bottom.start()
    rig.rest(50 * MILLISECOND)
    assert top.finished()
    assert bottom.finished()
    first, second = top.fetch(), bottom.fetch()
    assert np.array_equal(first.voltage, np.tile([0.2, 0.2, 0.0], 10))
    assert np.array_equal(second.voltage, np.tile([-0.1, -0.1, 0.0], 5))
    starts = np.arange(5)[:, np.newaxis] * 4e-3
    assert second.time == pytest.approx((starts + np.array([300e-6, 600e-6, 2300e-6])).ravel(), abs=30e-6)
    top.check_errors()


def test_one_channel_does_not_disturb_the_other(open_rig: OpenRig) -> None:
    rig = open_rig(BENCH)
    top, bottom = rig.switched_on(FAST), rig.switched_on(SETTING, "bottom")
    bottom.set_level(0.1)
    top.load((Cycle(100, (step(0.2, 1000, 2, 300, 300), step(0.0, 1000))),))
    top.start()
    rig.rest(20 * MILLISECOND)
    bottom.configure(FAST)
    bottom.set_level(0.05)
    bottom.load((step(0.0, 1000, 2, 300, 300),))
    bottom.abort()
    rig.rest(300 * MILLISECOND)
    assert top.finished()
    assert np.array_equal(top.fetch().voltage, np.full(200, 0.2))
    top.make_safe()
    assert rig.virtual.world.drive("bottom").voltage == pytest.approx(0.05, abs=1e-3)


def test_two_channels_cannot_share_the_script(open_rig: OpenRig) -> None:
    rig = open_rig(BENCH)
    top, bottom = rig.switched_on(SETTING), rig.switched_on(SETTING, "bottom")
    top.load((step(0.1, 100_000, 1),))
    with pytest.raises(PlanRefused, match="both channels"):
        bottom.load((step(0.1, 1000), step(0.1, 100_000, 1)))
    top.abort()
    bottom.load((step(0.1, 1000), step(0.1, 100_000, 1)))


# Trigger line


def test_a_step_pulses_the_trigger_line_at_its_edge(open_rig: OpenRig, follow_level: FollowLevel) -> None:
    rig = open_rig(BENCH, with_trigger_line)
    smu = rig.switched_on(FAST)
    rises: list[int] = []
    line = rig.virtual.instrument("smu").station.line("1")
    line.changed.listeners.append(lambda: rises.append(rig.session.clock.now()) if line.level > 2.5 else None)
    seen = follow_level(rig)
    sequence = (step(0.0, 2000, 2, 100, 200), Cycle(3, (step(0.2, 500, 1, 200, trigger=True), step(0.0, 1500))))
    rig.run(smu, sequence)
    edges = [time for time, level in seen if level > 0.1]
    assert len(rises) == 3
    assert np.max(np.abs(np.subtract(rises, edges))) < 50_000
    assert np.diff(rises) == pytest.approx([2_000_000] * 2, abs=1_000)


def test_a_trigger_without_a_line_is_refused(open_rig: OpenRig) -> None:
    smu = open_rig(BENCH).switched_on(SETTING)
    with pytest.raises(PlanRefused, match="no line"):
        smu.load((step(0.1, 1000, trigger=True),))


def test_a_2614b_has_no_digital_lines(open_rig: OpenRig) -> None:
    with pytest.raises(InstrumentError, match="no digital lines"):
        open_rig("both_channels_2614b", with_trigger_line)


# What goes wrong


def test_a_script_that_died_is_told_with_its_error(open_rig: OpenRig) -> None:
    rig = open_rig(BENCH)
    smu = rig.switched_on(SETTING)
    smu.load((step(0.1, 1000), step(0.1, 200_000, 5, 0, 25_000)))
    # What a memory error or a removed buffer would do.
    smu._wire.write("function labkit.play(smu) smu.measure.i(smu.nvbuffer1) error('gone') end")
    smu.start()
    rig.rest(300 * MILLISECOND)
    with pytest.raises(InstrumentError, match=r"-286 .*gone.*died"):
        smu.finished()


def test_a_sequence_is_not_over_before_its_readings_are_there(open_rig: OpenRig) -> None:
    rig = open_rig(BENCH)
    smu = rig.switched_on(SETTING)
    smu.load((step(0.1, 500_000, 5, 0, 100_000),))
    smu.start()
    rig.rest(250 * MILLISECOND)
    assert not smu.finished()
    rig.rest(300 * MILLISECOND)
    assert smu.finished()


def test_stopping_ends_a_script_at_work_and_brings_the_output_down(open_rig: OpenRig) -> None:
    rig = open_rig(BENCH)
    smu = rig.switched_on(SETTING)
    smu.load((step(0.5, 1000), step(0.5, 3_000_000_000, 1, 2_000_000_000)))
    smu.start()
    rig.rest(100 * MILLISECOND)
    before = rig.session.clock.now()
    smu.make_safe()
    assert rig.virtual.world.outputs_off()
    assert rig.session.clock.now() - before < 1000 * MILLISECOND


def test_an_instrument_whose_script_goes_on_after_its_runner_died_can_be_opened(open_rig: OpenRig) -> None:
    rig = open_rig(BENCH)
    smu = rig.switched_on(SETTING)
    smu._wire.write("smua.source.levelv=0.4 while true do delay(1) end")
    rig.rest(10 * MILLISECOND)
    from labkit.engine import open_bench

    second = open_bench(rig.bench, rig.virtual)
    assert second.source_meters["top"].identity().idn
    assert rig.virtual.world.outputs_off()
    for role in second.roles.values():
        role.close()


def test_a_ramp_goes_in_small_steps(open_rig: OpenRig) -> None:
    rig = open_rig(BENCH)
    smu = rig.switched_on(SETTING)
    began = rig.session.clock.now()
    smu.ramp_to(1.0, 10.0)
    levels = [float(text.split("=")[1]) for text in rig.wire.written() if text.startswith("smua.source.levelv=")]
    assert max(abs(np.diff(levels))) < 0.051
    assert rig.session.clock.now() - began >= 100 * MILLISECOND


def with_trigger_line(document: Any) -> Any:
    from labkit.core import TriggerLine

    return document.model_copy(update={"trigger_lines": (TriggerLine(source="smu:1", sink="smu:2"),)})


@pytest.fixture
def follow_level(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], list[tuple[int, float]]]:
    """Note each level that is put on a lead of the world from now on, with its time (ns)."""

    def follow(rig: Any) -> list[tuple[int, float]]:
        world, seen = rig.virtual.world, []
        set_drive = world.set_drive

        def noting(lead: str, voltage: float, *rest: float) -> None:
            seen.append((world.now, voltage))
            set_drive(lead, voltage, *rest)

        monkeypatch.setattr(world, "set_drive", noting)
        return seen

    return follow


def widths(seen: list[tuple[int, float]], above: float) -> list[float]:
    """Give how long the level stayed above a value each time (s)."""
    found, rose = [], None
    for time, level in seen:
        if level > above and rose is None:
            rose = time
        elif level <= above and rose is not None:
            found.append((time - rose) / 1e9)
            rose = None
    return found
