"""What a program asks for before any instrument is known: its time and its pulses; and its picture."""

from collections.abc import Callable

import numpy as np
import pytest

from labkit.core import seconds
from labkit.protocol import (
    Preview,
    Program,
    compile_program,
    load_protocol,
    preview,
    protocol_names,
    protocol_time,
    pulse_counts,
)

Compile = Callable[..., Program]

STEPS = """
- hold: {drain: $bias, light: 0 mW/cm^2}
- record: {terminals: [drain], rate: 100 Hz}
  steps:
    - for_each: {delay: $intervals}
      steps:
        - repeat: 5
          steps:
            - pulse: {terminal: light, level: $irradiance, width: 100 ms, mark: first}
            - wait: $delay
            - pulse: {terminal: light, level: $irradiance, width: 100 ms, mark: second}
            - relax: {terminal: drain, within: 3 sigma, timeout: 100 s, at_least: 2 s}
- ramp: {terminal: gate, through: [0 V, 1 V, -1 V, 0 V], step: 10 mV, rate: 0.5 V/s}
- read: {terminal: drain, level: 0.5 V, delay: 20 ms, count: 5, mark: after}
"""


def test_the_time_of_a_protocol_is_the_sum_of_what_it_writes_down(compiled: Compile) -> None:
    expected = 5 * (1 + 2 + 4) + 3 * 5 * (0.1 + 0.1 + 2) + 4 / 0.5 + 0.02
    assert seconds(protocol_time(compiled(STEPS).instructions)) == pytest.approx(expected, abs=1e-9)


def test_pulses_are_counted_through_loops(compiled: Compile) -> None:
    assert pulse_counts(compiled(STEPS).instructions) == {"light": 30}
    endurance = compiled("""
        - repeat: {count: 1000000, as: cycle}
          steps:
            - train: {terminal: gate, level: 1 V, width: 1 us, interval: 1 us, count: 3}
            - together:
                - {at: 0 s, terminal: light, level: $irradiance, width: 1 us}
                - {at: 1 us, terminal: gate, level: -1 V, width: 1 us}
    """)
    assert pulse_counts(endurance.instructions) == {"gate": 4_000_000, "light": 1_000_000}


def level_at(drawn: Preview, terminal: str, time: float) -> float:
    (line,) = (line for line in drawn.lines if line.terminal == terminal)
    return float(line.level[np.searchsorted(line.time, time, side="right") - 1])


def test_the_picture_shows_the_first_rounds_and_counts_the_rest(compiled: Compile) -> None:
    drawn = preview(compiled(STEPS), rounds=2)
    assert [span.label for span in drawn.spans if span.kind == "omitted"] == [
        "3 more of repeat",
        "3 more of repeat",
        "1 more of delay",
    ]
    assert sum(span.kind == "pulse" for span in drawn.spans) == 2 * 2 * 2
    left_out = 3 * (0.2 + 2 + 1) + 3 * (0.2 + 2 + 2) + 5 * (0.2 + 2 + 4)
    assert drawn.omitted == pytest.approx(left_out)


def test_a_pulse_is_drawn_at_its_level_and_returns_to_the_held_one(compiled: Compile) -> None:
    drawn = preview(compiled(STEPS))
    first = next(span for span in drawn.spans if span.kind == "pulse")
    middle = (first.begin + first.end) / 2
    assert level_at(drawn, "light", middle) == 10.0
    assert level_at(drawn, "light", first.end + 0.01) == 0.0
    assert level_at(drawn, "drain", middle) == 0.1
    (read,) = (span for span in drawn.spans if span.kind == "read")
    assert level_at(drawn, "drain", (read.begin + read.end) / 2) == 0.5
    assert drawn.lines[0].level[-1] == 0.1


def test_a_ramp_is_drawn_through_its_corners(compiled: Compile) -> None:
    drawn = preview(compiled("- ramp: {terminal: gate, through: [0 V, 1 V, -1 V], step: 10 mV, rate: 0.5 V/s}"))
    (line,) = drawn.lines
    corners = dict(zip(line.time.tolist(), line.level.tolist(), strict=True))
    assert corners[2.0] == 1.0
    assert np.interp(4.0, line.time[:-2], line.level[:-2]) == 0.0
    assert drawn.duration == 6.0


@pytest.mark.parametrize("name", protocol_names())
@pytest.mark.parametrize("rounds", [1, 3])
def test_every_shipped_protocol_can_be_drawn(name: str, rounds: int) -> None:
    program = compile_program(load_protocol(name))
    drawn = preview(program, rounds)
    assert [line.terminal for line in drawn.lines] == list(program.terminals)
    for line in drawn.lines:
        assert np.all(np.diff(line.time) >= 0)
        assert line.time[-1] == drawn.duration
    for span in drawn.spans:
        assert 0 <= span.begin <= span.end <= drawn.duration


def test_one_round_of_outer_loops_and_two_of_inner_ones_can_be_asked_for(compiled: Compile) -> None:
    drawn = preview(compiled(STEPS), rounds=2, outer_rounds=1)
    assert sum(span.kind == "pulse" for span in drawn.spans) == 2 * 2
    assert [span.label for span in drawn.spans if span.kind == "omitted"] == ["3 more of repeat", "2 more of delay"]


def test_the_round_that_stands_for_all_is_one_that_leaves_nothing_out(compiled: Compile) -> None:
    steps = """
- for_each: {state: [0, 3]}
  steps:
    - train: {terminal: gate, level: 1 V, width: 10 ms, interval: 10 ms, count: $state, mark: program, as: program}
    - read: {terminal: drain, level: 0.5 V, count: 1, mark: state}
"""
    drawn = preview(compiled(steps), outer_rounds=1)
    assert [span.label for span in drawn.spans if span.kind == "pulse"] == ["program", "program"]
