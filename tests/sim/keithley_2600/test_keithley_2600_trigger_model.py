"""Sweeps, pulses and trigger lines that run by themselves."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

SWEEP = (
    "smua.trigger.source.action = smua.ENABLE",
    "smua.trigger.measure.iv(smua.nvbuffer1, smua.nvbuffer2) smua.trigger.measure.action = smua.ENABLE",
    "smua.trigger.endpulse.action = smua.SOURCE_HOLD smua.trigger.endsweep.action = smua.SOURCE_IDLE",
)


@pytest.mark.parametrize(
    ("configuration", "levels"),
    [
        ("linearv(-1, 1, 5)", [-1, -0.5, 0, 0.5, 1]),
        ("logv(0.01, 1, 3, 0)", [0.01, 0.1, 1]),
        ("listv({0.5, -0.5})", [0.5, -0.5, 0.5]),
    ],
)
def test_a_sweep_measures_at_each_level(smu: Any, configuration: str, levels: list[float]) -> None:
    smu.ready()
    smu.write(f"smua.trigger.source.{configuration} smua.trigger.count = {len(levels)}", *SWEEP)
    smu.write("smua.trigger.initiate() waitcomplete()")
    currents = smu.numbers("printbuffer(1, smua.nvbuffer1.n, smua.nvbuffer1)")
    assert currents == pytest.approx(np.array(levels) / 1e4, abs=2e-6)
    sources = smu.numbers("printbuffer(1, smua.nvbuffer1.n, smua.nvbuffer1.sourcevalues)")
    assert sources == pytest.approx(levels)
    assert smu.number("smua.measure.v()") == pytest.approx(0, abs=2e-3)


def test_twelve_thousand_points_a_second(smu: Any) -> None:
    smu.ready(plc=0.001)
    smu.write("smua.trigger.source.linearv(0, 1, 500) smua.trigger.count = 500", *SWEEP)
    smu.write("smua.trigger.initiate() waitcomplete()")
    times = smu.numbers("printbuffer(1, 500, smua.nvbuffer1.timestamps)")
    assert 11_000 < 1 / np.diff(times).mean() < 13_000


def test_a_sweep_is_seen_once_even_when_it_was_over_before_anybody_looked(smu: Any) -> None:
    smu.ready()
    smu.write("smua.trigger.source.listv({0.1}) smua.trigger.count = 1", *SWEEP, "smua.trigger.initiate()")
    smu.write("waitcomplete()")
    seen = [smu.number("status.operation.sweeping.condition") for _ in range(3)]
    assert seen == [2, 0, 0]


def test_a_sweep_begins_with_the_controllers_trigger(smu: Any) -> None:
    smu.ready()
    smu.write("smua.trigger.source.linearv(0, 1, 3) smua.trigger.count = 3", *SWEEP)
    smu.write("smua.trigger.arm.stimulus = trigger.EVENT_ID smua.trigger.initiate()")
    assert smu.number("smua.nvbuffer1.n") == 0
    smu.write("*trg", "waitcomplete()")
    assert smu.number("smua.nvbuffer1.n") == 3


@pytest.mark.parametrize("end", ["smua.abort()", "abort", "reset()"])
def test_a_sweep_that_waits_for_ever_can_be_ended(smu: Any, end: str) -> None:
    smu.ready(level=0.5)
    smu.write("smua.trigger.source.listv({1}) smua.trigger.count = 5", *SWEEP)
    smu.write("smua.trigger.source.stimulus = trigger.EVENT_ID smua.trigger.initiate()", end, "waitcomplete()")
    assert smu.number("status.operation.sweeping.condition") == 0


PULSE = (
    "trigger.timer[1].delay = 1e-3 trigger.timer[1].count = 4 trigger.timer[1].passthrough = true",
    "trigger.timer[1].stimulus = smua.trigger.ARMED_EVENT_ID",
    "trigger.timer[2].delay = 1e-4 trigger.timer[2].stimulus = trigger.timer[1].EVENT_ID",
    "smua.trigger.source.stimulus = trigger.timer[1].EVENT_ID",
    "smua.trigger.endpulse.stimulus = trigger.timer[2].EVENT_ID smua.trigger.endpulse.action = smua.SOURCE_IDLE",
    "smua.trigger.source.listv({1}) smua.trigger.source.action = smua.ENABLE smua.trigger.count = 5",
)


def edges(smu: Any) -> list[tuple[int, float]]:
    """Record (instant in ns, volts on the wire) from now on."""
    found: list[tuple[int, float]] = []
    set_drive = smu.world.set_drive

    def recorded(lead: str, voltage: float, *rest: float) -> None:
        found.append((int(smu.world.now), voltage))
        set_drive(lead, voltage, *rest)

    smu.world.set_drive = recorded
    return found


def test_pulses_of_100_us_have_their_width_and_period(smu: Any) -> None:
    smu.ready()
    smu.write(*PULSE)
    found = edges(smu)
    smu.write("smua.trigger.initiate() waitcomplete()")
    assert smu.number("1") == 1
    rising = [time for time, voltage in found if voltage > 0.5]
    falling = [time for time, voltage in found if voltage < 0.5]
    assert np.diff(rising).tolist() == [1_000_000] * 4
    assert (np.array(falling) - rising).tolist() == [100_000] * 5


def test_the_limit_of_the_trigger_model_replaces_that_of_the_source_in_a_pulse(smu: Any) -> None:
    """The trap of pulses: the DC limit of 1 uA does not protect the device while the trigger model sources."""
    smu.ready(limit=1e-6)
    smu.write(*PULSE, "smua.trigger.source.limiti = 1e-3 smua.trigger.measure.action = smua.ENABLE")
    smu.write("smua.trigger.measure.i(smua.nvbuffer1) smua.trigger.initiate() waitcomplete()")
    assert smu.numbers("printbuffer(1, 5, smua.nvbuffer1)") == pytest.approx([1e-4] * 5, rel=0.05)
    smu.write("smua.trigger.source.limiti = smua.LIMIT_AUTO smua.measure.rangei = 1e-6")
    smu.write("smua.nvbuffer1.clear() smua.trigger.initiate() waitcomplete()")
    assert smu.numbers("printbuffer(1, 5, smua.nvbuffer1)") == pytest.approx([1e-6] * 5, rel=0.05)
    assert smu.refuses("smua.trigger.source.limiti = 1e-15") == 1102


def test_a_line_pulses_at_each_source_event(smu: Any) -> None:
    smu.ready()
    line = smu.bench.instrument("smu").station.line("1")
    high: list[int] = []
    line.changed.listeners.append(lambda: high.append(int(smu.world.now)) if line.level > 1 else None)
    smu.write("digio.trigger[1].mode = digio.TRIG_RISINGM digio.trigger[1].pulsewidth = 20e-6")
    smu.write("digio.trigger[1].stimulus = trigger.timer[1].EVENT_ID", *PULSE, "smua.trigger.initiate() waitcomplete()")
    assert smu.number("1") == 1
    assert np.diff(high).tolist() == [1_000_000] * 4


def test_a_2614b_has_no_digital_lines(connect: Callable[..., Any]) -> None:
    assert connect(model="keithley_2614b").ask("digio") == "nil"


def test_the_manuals_example_of_a_pulse_train(smu: Any) -> None:
    smu.ready(range=5, current=1e-3)
    smu.write("smua.measure.autozero = smua.AUTOZERO_ONCE")
    configured = smu.ask("ConfigPulseVMeasureI(smua, 0, 5, 1e-2, 0.002, 0.2, 10, smua.nvbuffer1, 1)")
    assert configured.split("\t")[0] == "true"
    assert smu.ask("InitiatePulseTest(1)") == "true\tPulse completed"
    rows = smu.numbers("printbuffer(1, 10, smua.nvbuffer1.readings, smua.nvbuffer1.timestamps)", 2)
    assert rows[:, 0] == pytest.approx([5e-4] * 10, rel=0.01)
    assert np.diff(rows[:, 1]) == pytest.approx([0.202] * 9, abs=2e-6)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("smua.source.autorangev = 1", "Source autorange must be disabled"),
        ("smua.measure.nplc = 1", "Measurement aperture greater than pulse width"),
        ("smua.measure.autozero = smua.AUTOZERO_AUTO", "Measure autozero must be off"),
        ("smua.nvbuffer1.appendmode = 0", "Buffer must have appendmode activated to measure multiple pulses"),
    ],
)
def test_a_pulse_train_that_can_not_be_is_refused_with_a_message(smu: Any, setting: str, message: str) -> None:
    smu.ready(range=5)
    smu.write(setting)
    assert smu.ask("ConfigPulseVMeasureI(smua, 0, 5, 1e-2, 0.002, 0.2, 10, smua.nvbuffer1, 1)") == f"false\t{message}"
    assert smu.error() == 0


def test_two_channels_pulse_together(connect: Callable[..., Any]) -> None:
    smu = connect(bottom=True)
    for channel in ("smua", "smub"):
        smu.ready(channel, range=2)
    smu.write("f, m = ConfigPulseVMeasureI(smua, 0, 1, 1e-2, 1e-3, 9e-3, 5, smua.nvbuffer1, 1)")
    smu.write("f, m = ConfigPulseVMeasureI(smub, 0, -1, 1e-2, 1e-3, 9e-3, 5, smub.nvbuffer1, 2)")
    assert smu.ask("InitiatePulseTestDual(1, 2)").startswith("true")
    assert smu.numbers("printbuffer(1, 5, smua.nvbuffer1)") == pytest.approx([2e-4] * 5, rel=0.01)


def test_a_factory_sweep(smu: Any) -> None:
    smu.write("smua.measure.nplc = 0.1", "SweepVLinMeasureI(smua, -1, 1, 1e-3, 11)")
    rows = smu.numbers("printbuffer(1, 11, smua.nvbuffer1.readings, smua.nvbuffer1.sourcevalues)", 2)
    assert rows[:, 0] == pytest.approx(rows[:, 1] / 1e4, abs=2e-7)
    assert smu.world.outputs_off()
