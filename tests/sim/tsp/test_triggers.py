"""Timers, blenders and digital lines: events at their times."""

from typing import Any

import pytest


def edges(terminal: Any, port: str) -> list[tuple[float, float]]:
    """Record (instant in us, level) of a line from now on."""
    found: list[tuple[float, float]] = []
    line = terminal.instrument.station.line(port)
    line.changed.listeners.append(lambda: found.append((terminal.world.now * 1e-3, line.level)))
    return found


def test_a_timer_makes_its_events_on_time(terminal: Any) -> None:
    terminal.send(
        "trigger.timer[1].delay = 1e-3 trigger.timer[1].count = 3 trigger.timer[1].passthrough = true",
        "trigger.timer[1].stimulus = trigger.EVENT_ID",
        "digio.trigger[1].mode = digio.TRIG_RISINGM digio.trigger[1].pulsewidth = 100e-6",
        "digio.trigger[1].stimulus = trigger.timer[1].EVENT_ID",
    )
    terminal.lines()
    found = edges(terminal, "1")
    began = terminal.world.now * 1e-3
    terminal.send("*TRG")
    terminal.lines()
    rising = [time - began for time, level in found if level > 1]
    falling = [time - began for time, level in found if level < 1]
    assert rising == pytest.approx([0, 1000, 2000, 3000])
    assert falling == pytest.approx([100, 1100, 2100, 3100])


def test_a_list_of_delays_is_gone_through_in_turn(terminal: Any) -> None:
    terminal.send(
        "trigger.timer[2].delaylist = {1e-3, 3e-3} trigger.timer[2].count = 3",
        "trigger.timer[2].stimulus = trigger.generator[1].EVENT_ID",
        "digio.trigger[2].mode = digio.TRIG_FALLING digio.trigger[2].stimulus = trigger.timer[2].EVENT_ID",
    )
    terminal.lines()
    found = edges(terminal, "2")
    began = terminal.world.now * 1e-3
    terminal.send("trigger.generator[1].assert()")
    terminal.lines()
    assert [time - began for time, level in found if level < 1] == pytest.approx([1010, 4010, 5010], abs=15)


def test_a_blender_waits_for_all_or_takes_any(terminal: Any) -> None:
    terminal.send(
        "trigger.blender[1].stimulus[1] = trigger.generator[1].EVENT_ID",
        "trigger.blender[1].stimulus[2] = trigger.generator[2].EVENT_ID",
        "trigger.generator[1].assert()",
    )
    assert terminal.ask("print(trigger.blender[1].wait(0.01))") == "false"
    terminal.send("trigger.generator[2].assert()")
    assert terminal.ask("print(trigger.blender[1].wait(0.01))") == "true"
    terminal.send("trigger.blender[1].orenable = true", "trigger.generator[1].assert()")
    assert terminal.ask("print(trigger.blender[1].wait(0.01))") == "true"


def test_a_line_sees_the_edge_of_its_mode(terminal: Any) -> None:
    line = terminal.instrument.station.line("3")
    terminal.send("digio.trigger[3].mode = digio.TRIG_FALLING")
    assert terminal.ask("print(digio.readbit(3))") == "1.00000e+00"
    line.set_level(0.0)
    assert terminal.ask("print(digio.trigger[3].wait(0))") == "true"
    line.set_level(5.0)
    assert terminal.ask("print(digio.trigger[3].wait(0.1))") == "false"
    terminal.send("digio.trigger[3].mode = digio.TRIG_BYPASS digio.writebit(3, 0)")
    terminal.lines()
    assert line.level == 0.0


def test_reset_stops_a_timer(terminal: Any) -> None:
    terminal.send(
        "trigger.timer[1].delay = 0.1 trigger.timer[1].count = 0 trigger.timer[1].stimulus = trigger.EVENT_ID"
    )
    terminal.lines()
    terminal.send("*TRG")
    assert terminal.ask("print(trigger.timer[1].wait(0.5))") == "true"
    terminal.send("trigger.timer[1].reset()")
    assert terminal.ask("print(trigger.timer[1].wait(0.5), trigger.timer[1].count)") == "false\t1.00000e+00"


@pytest.mark.parametrize("message", ["trigger.timer[1].delay = 0", "trigger.timer[1].stimulus = 99999"])
def test_what_a_timer_refuses(terminal: Any, message: str) -> None:
    assert terminal.refuses(message) in (1101, 1102)
