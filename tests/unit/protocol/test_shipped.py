"""The protocols that come with labkit do what the standard (metric standard, section 6) asks for."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from labkit.core import LabkitError
from labkit.protocol import (
    ForEach,
    Instruction,
    Program,
    Pulse,
    Ramp,
    Read,
    Record,
    Relax,
    Repeat,
    UniformSampling,
    Wait,
    check_protocol,
    compile_program,
    find_protocol,
    load_protocol,
    protocol_folder,
    protocol_names,
    protocol_time,
    pulse_counts,
    vocabulary,
    walk,
)


def program(name: str, set_name: str | None = None, **overrides: str) -> Program:
    return compile_program(load_protocol(name), overrides, set_name=set_name, seed=1)


def named(instructions: Sequence[Instruction], name: str) -> list[Repeat | ForEach]:
    return [inner for inner in walk(instructions) if isinstance(inner, Repeat | ForEach) and inner.name == name]


def marked(instructions: Sequence[Instruction], mark: str) -> list[Pulse | Read]:
    return [inner for inner in walk(instructions) if isinstance(inner, Pulse | Read) and inner.mark == mark]


@pytest.mark.parametrize("name", protocol_names())
def test_a_shipped_protocol_is_sound_and_says_where_it_comes_from(name: str) -> None:
    path = protocol_folder() / f"{name}.yaml"
    assert check_protocol(path) == ()
    assert path.read_text().startswith("# yaml-language-server: $schema=schema.json\n")
    document = load_protocol(name).document
    assert document.name == name
    assert document.description
    assert any(f"{document.implements}:" in reference for reference in document.references)
    assert all(parameter.description for parameter in document.parameters.values())
    for terminal in document.terminals.values():
        assert (terminal.compliance is None) == (terminal.kind != "electrical")


def test_the_five_protocols_of_the_standard_are_there() -> None:
    found = {load_protocol(name).document.implements for name in protocol_names()}
    assert {"P02", "P03", "P10", "P15", "P17"} <= found


def test_p02_pulses_once_and_records_the_decay() -> None:
    epsc = program("epsc_optical")
    (pulse,) = marked(epsc.instructions, "epsc")
    assert isinstance(pulse, Pulse)
    assert (pulse.level, pulse.width) == (pytest.approx(0.116), 20_000_000)
    assert pulse_counts(epsc.instructions) == {"light": 10}
    (record,) = (inner for inner in epsc.instructions if isinstance(inner, Record))
    assert record.sampling == UniformSampling(500_000)
    dim = program("epsc_optical", "low_light")
    (pulse,) = marked(dim.instructions, "epsc")
    assert isinstance(pulse, Pulse)
    assert (pulse.level, pulse.width) == (pytest.approx(0.005), 10_000_000)
    assert dim.parameters["read_bias"] == "-0.01 V"


def test_p05_applies_trains_and_records_a_single_pulse_as_long_as_ten_of_theirs() -> None:
    trains = program("sndp_optical")
    (pulse,), (single,) = marked(trains.instructions, "train"), marked(trains.instructions, "control")
    assert isinstance(pulse, Pulse)
    assert isinstance(single, Pulse)
    assert (pulse.level, pulse.width) == (single.level, single.width) == (pytest.approx(0.1), 100_000_000)
    assert pulse_counts(trains.instructions) == {"light": 10 * (1 + 100)}
    assert max(inner.duration for inner in walk(trains.instructions) if isinstance(inner, Wait)) >= 10_000_000_000


@pytest.mark.parametrize(
    ("name", "loop", "mark", "lowest", "highest"),
    [
        ("srdp_optical", "frequency", "train", 0.2, 10.0),
        ("sddp_optical", "width", "epsc", 0.01, 10.0),
        ("sadp_optical", "irradiance", "epsc", 0.01, 7.0),
    ],
)
def test_p06_to_p08_vary_one_thing_in_random_order_between_reference_pulses(
    name: str, loop: str, mark: str, lowest: float, highest: float
) -> None:
    found = program(name)
    (values,) = named(found.instructions, loop)
    assert isinstance(values, ForEach)
    assert (min(values.values), max(values.values)) == (pytest.approx(lowest), pytest.approx(highest))
    assert values.positions != tuple(range(len(values.values)))
    assert len(marked(found.instructions, mark)) == len(values.values)
    references = marked(found.instructions, "reference") + marked(found.instructions, "control")
    assert len(references) == len(values.values)
    relaxed = sum(isinstance(inner, Relax) for inner in walk(found.instructions))
    assert relaxed == len(references) * (3 if name == "sddp_optical" else 2)


@pytest.mark.parametrize(("set_name", "intervals", "decades"), [(None, 12, 2.3), ("demo", 8, 2.0)])
def test_p03_pairs_ten_times_at_log_spaced_intervals_with_a_control_each(
    set_name: str | None, intervals: int, decades: float
) -> None:
    ppf = program("ppf_optical", set_name)
    (loop,) = named(ppf.instructions, "interval")
    assert isinstance(loop, ForEach)
    assert len(loop.values) == intervals
    assert max(loop.values) / min(loop.values) == pytest.approx(10**decades, rel=0.01)
    assert sorted(loop.positions) == list(range(intervals))
    for value, body in zip(loop.values, loop.bodies, strict=True):
        control, wait, relax, repeat = body
        assert isinstance(control, Pulse)
        assert control.mark == "control"
        assert isinstance(wait, Wait)
        assert wait.duration / 1e9 > value + 1.0
        assert isinstance(relax, Relax)
        assert isinstance(repeat, Repeat)
        assert repeat.count == 10
        first, gap, second = repeat.body[:3]
        assert isinstance(gap, Wait)
        assert gap.duration == pytest.approx(value * 1e9, abs=1)
        assert isinstance(first, Pulse)
        assert isinstance(second, Pulse)
        assert (first.mark, second.mark) == ("first", "second")


@pytest.mark.parametrize(
    ("set_name", "pulses", "level", "width"), [(None, 60, 1.3, 100_000), ("slow", 20, 0.5, 100_000_000)]
)
def test_p10_reads_after_every_pulse_ten_widths_later(
    set_name: str | None, pulses: int, level: float, width: int
) -> None:
    ltp = program("ltp_ltd", set_name)
    (cycles,) = named(ltp.instructions, "cycle")
    assert isinstance(cycles, Repeat)
    assert cycles.count == 11
    up, down = named(cycles.body, "pulse")
    for train, sign, mark in ((up, 1, "potentiation"), (down, -1, "depression")):
        assert isinstance(train, Repeat)
        assert train.count == pulses
        pulse, wait, read, _ = train.body
        assert isinstance(pulse, Pulse)
        assert isinstance(wait, Wait)
        assert isinstance(read, Read)
        assert (pulse.level, pulse.width, pulse.mark) == (sign * level, width, mark)
        assert wait.duration + read.delay == 10 * width
        assert (read.level, read.mark) == (0.1, mark)
        assert read.count >= 5
    assert [read.mark for read in cycles.body if isinstance(read, Read)] == ["initial", "late"]
    (levels,) = named(ltp.instructions, "programmed_level")
    assert isinstance(levels, Repeat)
    assert levels.count == pulses
    (reading,) = named(levels.body, "reading")
    assert isinstance(reading, Repeat)
    assert reading.count == 30
    assert 29 / 30 * reading.count * protocol_time(reading.body) >= 10e9


def test_p10_reads_what_is_left_ten_read_delays_after_the_last_pulse() -> None:
    (cycles,) = named(program("ltp_ltd").instructions, "cycle")
    assert isinstance(cycles, Repeat)
    k = next(k for k, inner in enumerate(cycles.body) if isinstance(inner, Read) and inner.mark == "late")
    train, wait, late = cycles.body[k - 2 : k + 1]
    assert isinstance(train, Repeat)
    assert isinstance(wait, Wait)
    assert isinstance(late, Read)
    after_the_pulse = protocol_time(train.body[1:])
    assert after_the_pulse + wait.duration + late.delay == 10 * 1_000_000


def test_p15_loops_at_rates_over_three_decades_and_fifty_times_at_one() -> None:
    hysteresis = program("iv_hysteresis")
    loops = named(hysteresis.instructions, "rate")
    rates = [value for loop in loops if isinstance(loop, ForEach) for value in loop.values]
    assert len(set(rates)) >= 3
    assert max(rates) / min(rates) >= 1000
    ramps = [inner for inner in walk(hysteresis.instructions) if isinstance(inner, Ramp)]
    assert {ramp.corners for ramp in ramps} == {(0.0, 1.0, 0.0, -1.0, 0.0)}
    assert all(ramp.step <= 0.02 and ramp.mark == "loop" for ramp in ramps)
    assert max(cycle.count for cycle in named(hysteresis.instructions, "cycle") if isinstance(cycle, Repeat)) == 50
    top = hysteresis.terminals["top"]
    assert (top.compliance, top.current_range) == (1e-4, 1e-4)


@pytest.mark.parametrize(("name", "terminal"), [("retention", "top"), ("retention_optical", "drain")])
def test_p17_reads_both_states_and_three_between_over_four_decades(name: str, terminal: str) -> None:
    retention = program(name)
    (states,) = named(retention.instructions, "state")
    assert isinstance(states, ForEach)
    assert states.values[0] == 0
    assert len(states.values) >= 5
    for pulses, body in zip(states.values, states.bodies, strict=True):
        assert sum(train.count for train in named(body, "program") if isinstance(train, Repeat)) == pulses
        kinds = [read.mark for read in body if isinstance(read, Read)]
        assert kinds == ["reference"]
        (readings,) = named(body, "reading")
        assert isinstance(readings, ForEach)
        assert (readings.values[0], readings.values[-1]) == (1.0, 10_000.0)
        assert protocol_time([readings]) / 1e9 == pytest.approx(10_000, rel=1e-3)
        reads = marked([readings], "retention")
        assert all(isinstance(read, Read) and read.terminal == terminal for read in reads)
    words = vocabulary(retention)
    assert {"erase", "program", "reference", "retention"} <= set(words.marks)
    assert set(words.valued_loops) == {"state", "reading"}


def test_an_optical_retention_without_an_erase_needs_no_gate() -> None:
    assert "gate" in program("retention_optical").terminals
    assert "gate" not in program("retention_optical", erase_pulses="0").terminals


def test_a_protocol_is_found_by_name_and_by_path(tmp_path: Path) -> None:
    assert find_protocol("ppf_optical") == protocol_folder() / "ppf_optical.yaml"
    own = tmp_path / "mine.yaml"
    own.write_text("x: 1\n")
    assert find_protocol(str(own)) == own


def test_an_unknown_protocol_names_the_nearest() -> None:
    with pytest.raises(LabkitError, match='"ppf_optica"; did you mean "ppf_optical"') as caught:
        find_protocol("ppf_optica")
    assert "iv_hysteresis" in caught.value.remedy
