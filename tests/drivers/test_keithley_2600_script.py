"""A sequence becomes Lua whose tables, given to the 2600B's trigger model, are that sequence again."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labkit_drivers._keithley_2600_layout import goes_back, recording_interval, triggers
from labkit_drivers._keithley_2600_library import LEAD, LIBRARY, LIST_MEAN
from labkit_drivers._keithley_2600_script import Script, Way, compile_sequence
from lupa.lua51 import LuaRuntime

from labkit.core import Cycle, Nanoseconds, Sequence, Step, sequence_duration, sequence_samples, sequence_steps

APERTURE = Nanoseconds(20_000)
ELSEWHERE = 9.0
"""A level programmed before that no sequence here goes back to."""
MICROSECOND = 1_000


def step(level: float, duration: int, samples: int = 0, first: int = 0, period: int = 0, trigger: bool = False) -> Step:
    """A step with times in us."""
    times = (Nanoseconds(time * MICROSECOND) for time in (duration, first, period))
    total, begin, distance = times
    return Step(level, total, samples, begin, distance, trigger)


@pytest.fixture(scope="module")
def lua() -> Any:
    runtime = LuaRuntime()
    runtime.execute(LIBRARY)
    return runtime


def lay(lua: Any, script: Script) -> Any:
    lua.execute("\n".join(("t = labkit.lay(function(step)", *script.lines, "end)")))
    return lua.globals().t


def values(table: Any, count: int) -> Any:
    """A list as the instrument uses it: again from the beginning when it is at its end."""
    found = list(table.values())
    return np.array([found[k % len(found)] for k in range(count)])


@st.composite
def readable_steps(draw: st.DrawFn) -> Step:
    samples = draw(st.integers(0, 5))
    period = draw(st.integers(200, 2000))
    first = draw(st.integers(0, 400))
    spare = draw(st.integers(0, 500))
    level = draw(st.sampled_from([0.0, 0.1, 0.5, -0.5]))
    return step(level, first + max(samples, 1) * period + spare, samples, first, period, draw(st.booleans()))


sequences = st.recursive(
    st.lists(readable_steps(), min_size=1, max_size=4).map(tuple),
    lambda inner: st.lists(st.builds(Cycle, st.integers(1, 4), inner), min_size=1, max_size=2).map(tuple),
    max_leaves=3,
)


def asked(sequence: Sequence) -> tuple[Any, Any, Any]:
    """Reading times, levels at them, times of trigger pulses (ns), written out."""
    now, readings, levels, pulses = 0, [], [], []
    for one in sequence_steps(sequence):
        if one.trigger:
            pulses.append(now)
        for k in range(one.samples):
            readings.append(now + one.first + k * one.period)
            levels.append(one.level)
        now += one.duration
    return np.array(readings), np.array(levels), np.array(pulses)


@given(sequence=sequences)
@settings(deadline=None)
def test_the_tables_are_the_sequence_again(lua: Any, sequence: Sequence) -> None:
    script = compile_sequence(sequence, APERTURE, ELSEWHERE)
    assert script.way is Way.TRIGGER_MODEL
    table = lay(lua, script)
    count = int(table.n)
    wait, delay, level = (values(column, count) for column in (table.wait, table.delay, table.level))
    assert count == len(script.kept) == triggers(sequence)
    assert np.sum(wait) == pytest.approx(sequence_duration(sequence) / 1e9, abs=1e-9)
    edges = np.concatenate(([0.0], np.cumsum(wait)[:-1]))
    readings, levels, pulses = asked(sequence)
    late = (edges + delay)[script.kept] - readings / 1e9
    # A reading asked for at the edge itself comes as soon as a timer can make it.
    assert np.all((late > -1e-9) & (late <= LIST_MEAN / 1e9 + 1e-9))
    assert np.all(level[script.kept] == levels)
    assert np.count_nonzero(script.kept) == sequence_samples(sequence)
    assert table.marks.n == len(pulses)
    if len(pulses):
        gaps = values(table.marks.gap, len(pulses) - 1) if len(pulses) > 1 else []
        made = np.cumsum(np.concatenate(([table.marks.first / 1e9], gaps)))
        assert np.allclose(made, pulses / 1e9, atol=1e-9)


@given(sequence=sequences)
@settings(deadline=None)
def test_no_delay_list_is_one_that_the_instrument_refuses(lua: Any, sequence: Sequence) -> None:
    table = lay(lua, compile_sequence(sequence, APERTURE, ELSEWHERE))
    for column in (table.delay, table.wait):
        delays = list(column.values())
        assert min(delays) >= 8e-6
        assert len(delays) == 1 or np.mean(delays) >= LIST_MEAN / 1e9 * (1 - 1e-9)


def test_a_long_recording_is_a_table_of_one_row(lua: Any) -> None:
    script = compile_sequence((step(0.1, 60_000_000, 6000, 0, 10_000),), APERTURE, ELSEWHERE)
    table = lay(lua, script)
    assert table.n == 6000
    assert [len(list(column.values())) for column in (table.level, table.wait, table.delay)] == [1, 1, 1]
    assert table.delay[1] == pytest.approx(LEAD / 1e9)


def test_a_recording_at_the_present_level_needs_no_sweep() -> None:
    hold, lit = step(0.1, 1_000_000, 100, 0, 10_000), step(0.1, 20_000, 2, 0, 10_000, trigger=True)
    recording = compile_sequence((hold, Cycle(3, (lit, hold))), APERTURE, 0.1)
    assert recording.way is Way.RECORDING
    assert recording.interval == 10_000_000
    assert len(recording.kept) == 100 + 3 * 102
    assert compile_sequence((hold,), APERTURE, 0.1).lines == ()
    assert recording_interval((hold,), APERTURE, 0.2) is None
    assert recording_interval((hold, step(0.1, 1000, 1, 0, 1000)), APERTURE, 0.1) is None
    assert recording_interval((step(0.1, 1_005_000, 100, 0, 10_000), lit), APERTURE, 0.1) is None
    assert recording_interval((lit, step(0.1, 1_005_000, 100, 0, 10_000)), APERTURE, 0.1) == 10_000_000


def test_a_million_pulses_are_a_few_lines() -> None:
    train = Cycle(1000, (Cycle(1000, (step(1.0, 200), step(0.0, 800))), step(0.1, 1000, 5, 100, 150)))
    assert len(compile_sequence((train,), APERTURE, ELSEWHERE).lines) < 10


def test_levels_of_a_ramp_are_one_loop() -> None:
    ramp = tuple(step(k / 500, 10_000, 1, 5000, 200) for k in range(501))
    lines = compile_sequence(ramp, APERTURE, ELSEWHERE).lines
    assert len(lines) < 20
    assert max(map(len, lines)) < 1000


def test_the_script_keeps_the_time_where_the_trigger_model_would_read_too_long() -> None:
    short = (step(0.1, 1000), step(0.0, 100_000, 2, 0, 25_000), step(0.0, 1000))
    assert compile_sequence(short, Nanoseconds(20_000_000), ELSEWHERE).way is Way.SCRIPT
    assert compile_sequence(short, APERTURE, ELSEWHERE).way is Way.TRIGGER_MODEL
    pulses = (Cycle(10, (step(1.0, 100), step(0.0, 900))),)
    assert compile_sequence(pulses, APERTURE, ELSEWHERE).way is Way.TRIGGER_MODEL


def test_going_back_to_the_level_before_takes_no_reading_and_no_time() -> None:
    aperture = Nanoseconds(20_000_000)
    read, back = step(0.1, 95_300, 4, 200, 25_000), step(0.0, 1000)
    assert goes_back((read, back), aperture, 0.0)
    assert len(compile_sequence((read, back), aperture, 0.0).kept) == 4
    assert not goes_back((read, back), aperture, 0.5)
    assert len(compile_sequence((read, back), aperture, 0.5).kept) == 5
    assert not goes_back((step(0.1, 200_000, 4, 200, 25_000), back), aperture, 0.0)


def test_readings_not_asked_for_do_not_fill_the_buffer() -> None:
    train = (Cycle(100_000, (step(1.0, 200), step(0.0, 800))), step(0.1, 1000, 5, 100, 150))
    script = compile_sequence(train, APERTURE, ELSEWHERE)
    assert script.way is Way.SCRIPT
    assert len(script.kept) == 5
    assert script.lead == 100_000 * 1_000_000 + 100_000


PLAYED = """
clock, events = 0, {}
timer = {reset = function() start = clock end, measure = {t = function() clock = clock + 2e-6 return clock - start end}}
function delay(duration) clock = clock + duration end
local function note(kind, value) table.insert(events, {kind, clock - start, value}) end
digio = {trigger = {{assert = function() note("pulse", 0) end}}}
smua = {nvbuffer1 = {}, measure = {}, source = setmetatable({}, {__newindex = function(_, _, v) note("edge", v) end})}
function smua.measure.i(buffer)
  for k = 1, smua.measure.count do
    note("reading", 0)
    if k < smua.measure.count then clock = clock + smua.measure.interval end
  end
  clock = clock + aperture
end
"""
"""Just so much of a 2600B as a script that keeps the time itself needs; reading its timer costs 2 us."""


@given(sequence=sequences)
@settings(deadline=None)
def test_played_by_the_script_edges_and_readings_come_when_due_and_lateness_does_not_add_up(sequence: Sequence) -> None:
    lua = LuaRuntime()
    lua.execute(LIBRARY)
    lua.execute(PLAYED)
    lua.globals().aperture = APERTURE / 1e9
    lines = compile_sequence(sequence, APERTURE, ELSEWHERE).lines
    lua.execute("\n".join(("labkit.play(smua, function(step)", *lines, "end, 1)")))
    events = [tuple(event.values()) for event in lua.globals().events.values()]
    made = {
        kind: np.array([time for found, time, _ in events if found == kind]) for kind in ("edge", "reading", "pulse")
    }
    readings, _, pulses = asked(sequence)
    edges = np.concatenate(([0], np.cumsum([one.duration for one in sequence_steps(sequence)])[:-1]))
    for times, due in ((made["edge"], edges), (made["reading"], readings), (made["pulse"], pulses)):
        late = times - due / 1e9
        assert np.all((late > -1e-9) & (late < 10e-6))
    assert [value for kind, _, value in events if kind == "edge"] == [one.level for one in sequence_steps(sequence)]
