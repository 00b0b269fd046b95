"""The step `temperature`, and values that are gone through both ways."""

import pytest

from labkit.core import DocumentError
from labkit.protocol import (
    ForEach,
    Program,
    Temperature,
    compile_program,
    preview,
    protocol_from_text,
    protocol_time,
    vocabulary,
)

TEXT = """\
schema_version: 1
name: test
title: Test
terminals: {top: electrical, stage: thermal}
parameters:
  temperatures: {default: [280 K, 290 K, 300 K]}
steps:
  - for_each: {temperature: $temperatures, order: both_ways}
    steps:
      - temperature: {terminal: stage, setpoint: $temperature, within: 0.2 K, dwell: 60 s, timeout: 30 min}
      - read: {terminal: top, level: 0.1 V, count: 5, mark: r}
"""
STEP = "temperature: {terminal: stage, setpoint: $temperature, within: 0.2 K, dwell: 60 s, timeout: 30 min}"


def compiled(text: str = TEXT) -> Program:
    return compile_program(protocol_from_text(text, "test.yaml"))


def fault(step: str) -> str:
    with pytest.raises(DocumentError) as refused:
        compiled(TEXT.replace(STEP, step))
    return str(refused.value)


def test_both_ways_goes_up_and_comes_back_at_the_same_positions() -> None:
    (loop,) = compiled().instructions
    assert isinstance(loop, ForEach)
    assert loop.values == (280.0, 290.0, 300.0, 300.0, 290.0, 280.0)
    assert loop.positions == (0, 1, 2, 2, 1, 0)


def test_a_temperature_is_compiled_to_kelvin_and_nanoseconds() -> None:
    text = TEXT.replace("within: 0.2 K", "within: 200 mK").replace("timeout: 30 min", "timeout: 30 min, rate: 3 K/min")
    (loop,) = compiled(text).instructions
    assert isinstance(loop, ForEach)
    assert loop.bodies[1][0] == Temperature("stage", 290.0, 0.2, 60_000_000_000, 1_800_000_000_000, 0.05, "", 10)


def test_a_wrong_unit_is_told_at_its_place() -> None:
    assert "zero of its own" in fault(STEP.replace("$temperature", "25 degC"))
    assert 'test.yaml:10:50: setpoint: "300 s" is a time, not a temperature' in fault(
        STEP.replace("$temperature", "300 s")
    )
    assert "is no tolerance" in fault(STEP.replace("0.2 K", "273.35 K"))
    assert "not a heating rate" in fault(STEP.replace("min}", "min, rate: 5 V/s}"))


def test_impossible_temperatures_and_times_are_refused() -> None:
    assert "must be more than 0" in fault(STEP.replace("$temperature", "0 K"))
    assert "the dwell is longer than the timeout" in fault(STEP.replace("60 s", "31 min"))


def test_it_needs_a_thermal_terminal() -> None:
    assert "top is electrical; a temperature needs a thermal terminal" in fault(STEP.replace("stage", "top"))
    assert "brought to a level by the step `temperature`" in fault("hold: {stage: 0 V}")
    assert "a record needs an electrical terminal" in fault(
        "record: {terminals: [stage], rate: 1 Hz}\n        steps: [{wait: 1 s}]"
    )


def test_nothing_is_sampled_while_it_settles() -> None:
    inside = f"record: {{terminals: [top], rate: 10 Hz}}\n        steps:\n          - {STEP}"
    assert "nothing is sampled while it settles" in fault(inside)


def test_the_dwell_is_what_the_protocol_itself_asks_for() -> None:
    program = compiled()
    assert protocol_time(program.instructions) == 6 * 60_000_000_000
    assert vocabulary(program).terminals == ("top", "stage")


def test_the_picture_shows_kelvin_from_the_first_setpoint_on() -> None:
    drawn = preview(compiled(), rounds=3)
    (line,) = [line for line in drawn.lines if line.unit == "K"]
    assert set(line.level) == {280.0, 290.0, 300.0}
    assert [span.kind for span in drawn.spans if span.terminal == "stage"] == ["temperature"] * 3
