"""What each step comes to, and every fault of meaning at its line."""

from collections.abc import Callable

import pytest

from labkit.core import DocumentError, LabkitError
from labkit.protocol import (
    ForEach,
    LogarithmicSampling,
    LoopEnd,
    Program,
    ProgramTerminal,
    Pulse,
    Ramp,
    Read,
    Record,
    Repeat,
    Together,
    UniformSampling,
    Until,
    Wait,
    compile_program,
    protocol_from_text,
    vocabulary,
)

MS = 1_000_000
Compile = Callable[..., Program]
Faults = Callable[[str], list[str]]


def test_a_train_is_a_loop_of_pulse_readings_and_gap(compiled: Compile) -> None:
    program = compiled("""
        - train: {terminal: gate, level: -2 V, width: $width, count: 4, interval: 30 ms, mark: write, as: n,
                  read: {terminal: drain, level: $bias, delay: 1 ms, count: 5, mark: check}}
    """)
    body = (
        Pulse("gate", -2.0, 10 * MS, mark="write", line=15),
        Read("drain", 0.1, 1 * MS, 5, "check", line=15),
        Wait(30 * MS, 15),
    )
    assert program.instructions == (Repeat("n", 4, body, 15),)


def test_a_period_counts_from_start_to_start(compiled: Compile) -> None:
    (loop,) = compiled(
        "- train: {terminal: light, level: $irradiance, width: $width, count: 2, period: 50 ms}"
    ).instructions
    assert loop == Repeat("pulse", 2, (Pulse("light", 10.0, 10 * MS, line=15), Wait(40 * MS, 15)), 15)


def test_pulses_together_are_put_in_order_of_time(compiled: Compile) -> None:
    (together,) = compiled("""
        - together:
            - {at: 5 ms, terminal: gate, level: 1 V, width: 20 ms, mark: post}
            - {at: 0 s, terminal: drain, level: -1 V, width: 20 ms, mark: pre}
            - {at: 25 ms, terminal: gate, level: 2 V, width: 5 ms}
    """).instructions
    assert isinstance(together, Together)
    assert [(start // MS, pulse.terminal, pulse.level) for start, pulse in together.pulses] == [
        (0, "drain", -1.0),
        (5, "gate", 1.0),
        (25, "gate", 2.0),
    ]
    assert together.duration == 30 * MS


def test_ramps_are_linear_in_volts_or_in_decades(compiled: Compile) -> None:
    program = compiled("""
        - ramp: {terminal: drain, through: [0 V, 1 V, 0 V, -1 V, 0 V], step: 20 mV, rate: 0.1 V/s, mark: loop}
        - ramp: {terminal: drain, through: [1 mV, 1 V], spacing: logarithmic, per_decade: 10, rate: 1 V/s}
    """)
    assert program.instructions == (
        Ramp("drain", (0.0, 1.0, 0.0, -1.0, 0.0), 0.02, 0.1, "linear", "loop", 15),
        Ramp("drain", (0.001, 1.0), 10.0, 1.0, "logarithmic", "", 16),
    )


def test_a_record_samples_evenly_or_in_decades(compiled: Compile) -> None:
    program = compiled("""
        - record: {terminals: [drain], rate: 3 kHz, mark: trace}
          steps: [{wait: 1 s}]
        - record: {terminals: [drain], period: 2 ms}
          steps: [{wait: 1 s}]
        - record: {terminals: [drain, gate], first: 1 ms, per_decade: 20}
          steps: [{wait: 1 s}]
    """)
    found = [(record.sampling, record.mark) for record in program.instructions if isinstance(record, Record)]
    assert found == [
        (UniformSampling(333_333), "trace"),
        (UniformSampling(2 * MS), ""),
        (LogarithmicSampling(MS, 20), ""),
    ]


def test_a_closed_loop_watches_the_read_with_its_mark(compiled: Compile) -> None:
    (loop,) = compiled("""
        - until: {read: grown, at_least: 5 nA, tries: 40, as: attempt}
          steps:
            - pulse: {terminal: light, level: $irradiance, width: $width}
            - read: {terminal: drain, level: $bias, mark: grown}
    """).instructions
    assert isinstance(loop, Until)
    assert (loop.name, loop.terminal, loop.mark, loop.comparison) == ("attempt", "drain", "grown", "at_least")
    assert (loop.current, loop.at_most) == (5e-9, 40)


def test_a_closed_loop_can_go_for_the_level_of_an_earlier_read(compiled: Compile) -> None:
    loop = compiled("""
        - read: {terminal: drain, level: $bias, mark: learned}
        - until: {read: grown, at_least_read: learned, tries: 40}
          steps: [{read: {terminal: drain, level: $bias, mark: grown}}]
    """).instructions[1]
    assert isinstance(loop, Until)
    assert (loop.comparison, loop.reference, loop.mark) == ("at_least", "learned", "grown")


def test_a_loop_over_values_can_end_at_a_read(compiled: Compile) -> None:
    rising, falling = compiled("""
        - for_each: {delay: $intervals, until: {read: grown, at_least: 5 nA}}
          steps: [{wait: $delay}, {read: {terminal: drain, level: $bias, mark: grown}}]
        - for_each: {delay: $intervals, until: {read: faded, at_most: 1 nA}}
          steps: [{read: {terminal: gate, mark: faded}}]
    """).instructions
    assert isinstance(rising, ForEach)
    assert isinstance(falling, ForEach)
    assert rising.end == LoopEnd("drain", "grown", "at_least", 5e-9)
    assert falling.end == LoopEnd("gate", "faded", "at_most", 1e-9)
    assert len(rising.bodies) == 3


def test_values_of_a_loop_and_their_steps_can_be_used_inside(compiled: Compile) -> None:
    (loop,) = compiled("""
        - for_each: {delay: $intervals}
          steps:
            - wait: $delay_step
            - pulse: {terminal: gate, level: $delay * 1 V/s, width: $delay / 10}
    """).instructions
    assert isinstance(loop, ForEach)
    assert [body[0] for body in loop.bodies] == [Wait(1000 * MS, 17), Wait(1000 * MS, 17), Wait(2000 * MS, 17)]
    assert [(body[1].level, body[1].width) for body in loop.bodies if isinstance(body[1], Pulse)] == [
        (1.0, 100 * MS),
        (2.0, 200 * MS),
        (4.0, 400 * MS),
    ]


def test_a_count_of_zero_leaves_the_loop_out(compiled: Compile) -> None:
    (loop,) = compiled("""
        - for_each: {n: [0, 2]}
          steps:
            - train: {terminal: gate, level: 1 V, width: 1 s, interval: 1 s, count: $n, mark: write}
            - repeat: {count: $n, as: again}
              steps: [{wait: 1 s}]
            - read: {terminal: drain}
    """).instructions
    assert isinstance(loop, ForEach)
    assert [len(body) for body in loop.bodies] == [1, 3]
    assert loop.unit == "1"


def test_loops_stay_loops(compiled: Compile) -> None:
    program = compiled("""
        - repeat: {count: 1000000, as: cycle}
          steps:
            - pulse: {terminal: gate, level: 1 V, width: 1 us, mark: set}
            - pulse: {terminal: gate, level: -1 V, width: 1 us, mark: reset}
    """)
    (loop,) = program.instructions
    assert isinstance(loop, Repeat)
    assert (loop.count, len(loop.body)) == (1_000_000, 2)


@pytest.mark.parametrize(
    ("every", "positions"), [(1, (-1, 0, -1, 1, -1, 2, -1)), (2, (-1, 0, 1, -1, 2, -1)), (5, (-1, 0, 1, 2, -1))]
)
def test_a_reference_brackets_the_values(every: int, positions: tuple[int, ...], compiled: Compile) -> None:
    (loop,) = compiled(f"""
        - for_each: {{delay: $intervals, order: reference, reference: 3 s, every: {every}}}
          steps: [{{wait: $delay}}]
    """).instructions
    assert isinstance(loop, ForEach)
    assert loop.positions == positions
    assert all(value == 3.0 for value, position in zip(loop.values, positions, strict=True) if position == -1)


def test_a_random_order_is_a_permutation_that_the_seed_decides(compiled: Compile) -> None:
    steps = """
        - for_each: {delay: {linspace: [1 s, 50 s], points: 50}, order: random}
          steps: [{wait: $delay}]
        - for_each: {delay: {linspace: [1 s, 50 s], points: 50}, order: random}
          steps: [{wait: $delay}]
    """
    one, two = compiled(steps, seed=1).instructions
    assert isinstance(one, ForEach)
    assert isinstance(two, ForEach)
    assert sorted(one.positions) == list(range(50))
    assert [round(value) - 1 for value in one.values] == list(one.positions)
    assert one.positions != two.positions
    assert compiled(steps, seed=1).instructions == (one, two)
    assert compiled(steps, seed=2).instructions != (one, two)


def test_terminals_carry_their_limits_and_unused_ones_are_left_out(compiled: Compile) -> None:
    program = compiled("- hold: {drain: $bias}")
    assert dict(program.terminals) == {"drain": ProgramTerminal("drain", "electrical", compliance=1e-3)}


def test_the_words_of_a_run_are_known_before_it_starts(compiled: Compile) -> None:
    words = vocabulary(
        compiled("""
        - for_each: {delay: $intervals}
          steps:
            - repeat: 2
              steps:
                - pulse: {terminal: gate, level: 1 V, width: $width, mark: first}
                - read: {terminal: drain, mark: after}
                - together: [{at: 0 s, terminal: light, level: $irradiance, width: $width, mark: flash}]
    """)
    )
    assert words.marks == ("first", "after", "flash")
    assert words.terminals == ("drain", "gate", "light")
    assert (words.loops, words.valued_loops) == (("delay", "repeat"), ("delay",))


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ("- hold: {drian: 0 V}", '1:10: there is no terminal "drian"; did you mean "drain"?'),
        (
            "- pulse: {terminal: light, level: 1 V, width: $width}",
            '1:35: level: light is optical: "1 V" is a voltage, not an irradiance',
        ),
        (
            "- pulse: {terminal: gate, level: $irradiance, width: $width}",
            '1:34: level: gate is electrical: "$irradiance" (1 mW/cm^2) is an irradiance, not a voltage',
        ),
        (
            "- pulse: {terminal: light, level: -1 mW/cm^2, width: $width}",
            '1:35: the irradiance "-1 mW/cm^2" is less than 0',
        ),
        ("- pulse: {terminal: gate, level: 1 V, width: 0 s}", '1:46: width: "0 s" must be more than 0 s'),
        ("- pulse: {terminal: gate, level: 1 V, width: 1 ms - $width}", '"1 ms - $width" (-9 ms) must be more than'),
        ("- wait: $bias", '1:9: wait: "$bias" (100 mV) is a voltage, not a time'),
        ("- wait: 3 s - 1 min", '1:9: wait: "3 s - 1 min" (-57 s) must be 0 s or more'),
        ("- wait: 100000 d", "1:9: wait: longer than ten years"),
        ("- read: {terminal: light}", "1:20: light is optical; a read needs an electrical terminal"),
        ("- read: {terminal: drain, count: 2.5}", "1:34: count: 2.5 is not a whole number"),
        ("- read: {terminal: drain, count: 0}", "1:34: count: 0 must be at least 1"),
        (
            "- ramp: {terminal: light, through: [0 V, 1 V], step: 1 mV, rate: 1 V/s}",
            "1:20: light is optical; a ramp needs an electrical terminal",
        ),
        (
            "- ramp: {terminal: gate, through: [0 V, 1 V], spacing: logarithmic, per_decade: 3, rate: 1 V/s}",
            "1:35: the corners of a logarithmic ramp are all positive or all negative",
        ),
        ("- ramp: {terminal: gate, through: [0 V, 1 V], step: 1 nV, rate: 1 V/s}", "more than 1000000 points"),
        ("- ramp: {terminal: gate, through: [0 V, 1 V], step: 1 mV, rate: -1 V/s}", '"-1 V/s" must be more than 0'),
        (
            "- relax: {terminal: drain, within: 3 sigma, timeout: 1 s}",
            "1:3: relax stands outside a record; the baseline is taken from the recorded current",
        ),
        (
            "- record: {terminals: [drain], rate: 1 Hz}\n"
            "  steps: [{relax: {terminal: gate, within: 3 sigma, timeout: 1 s}}]",
            "2:30: gate is not recorded here; recorded are: drain",
        ),
        ("- record: {terminals: [light], rate: 1 Hz}\n  steps: [{wait: 1 s}]", "a record needs an electrical terminal"),
        (
            "- record: {terminals: [drain], rate: 1 Hz}\n"
            "  steps:\n"
            "    - record: {terminals: [gate], rate: 1 Hz}\n"
            "      steps: [{wait: 1 s}]",
            "3:7: a record inside a record",
        ),
        (
            "- repeat: 2\n  steps:\n    - repeat: 3\n      steps: [{wait: 1 s}]",
            '3:15: a loop "repeat" inside a loop "repeat"; give one of them another name with `as`',
        ),
        (
            "- repeat: {count: 2, as: level}\n  steps: [{wait: 1 s}]",
            '1:26: "level" is a column of every timeline; name the loop otherwise',
        ),
        (
            "- for_each: {width: $intervals}\n  steps: [{wait: 1 s}]",
            "1:14: $width has a meaning already; name the loop otherwise",
        ),
        ("- for_each: {x: $width}\n  steps: [{wait: 1 s}]", "1:17: x: 10 ms is a single value; for_each goes through"),
        ("- for_each: {x: [1 s, 2 V]}\n  steps: [{wait: 1 s}]", "1:17: x: a list of different kinds: time, voltage"),
        ("- for_each: {x: []}\n  steps: [{wait: 1 s}]", "1:17: x: a list without values"),
        (
            "- for_each: {x: {logspace: [0 s, 1 s], points: 3}}\n  steps: [{wait: 1 s}]",
            "1:17: x: the ends of a logspace must both be positive or both negative, and not zero",
        ),
        (
            "- for_each: {x: $intervals, order: reference, reference: 1 V}\n  steps: [{wait: $x}]",
            '1:58: reference: "1 V" is a voltage, not a time',
        ),
        (
            "- for_each: {x: $intervals}\n  steps: [{wait: $x}]\n- for_each: {x: [1 V]}\n  steps: [{wait: 1 s}]",
            '3:17: the loop "x" has values of another kind elsewhere; name one of them otherwise',
        ),
        ("- wait: $intervals", "1:9: wait: $intervals is a list; go through it with for_each"),
        (
            "- read: {terminal: gate, mark: learned}\n"
            "- until: {read: m, at_most_read: learned, tries: 3}\n  steps: [{read: {terminal: drain, mark: m}}]",
            '2:34: no read of drain with the mark "learned" stands before this loop',
        ),
        (
            "- until: {read: grown, at_least: 1 nA, tries: 3}\n  steps: [{read: {terminal: drain, mark: grwon}}]",
            '1:17: no read in these steps has the mark "grown"; until needs those of one terminal',
        ),
        (
            "- until: {read: m, at_most: 1 nA, tries: 3}\n"
            "  steps: [{read: {terminal: drain, mark: m}}, {read: {terminal: gate, mark: m}}]",
            '1:17: reads of drain and gate have the mark "m"; until needs those of one terminal',
        ),
        (
            "- for_each: {x: $intervals, until: {read: grown, at_least: 1 nA}}\n  steps: [{wait: $x}]",
            '1:43: no read in these steps has the mark "grown"; until needs those of one terminal',
        ),
        (
            "- together:\n"
            "    - {at: 0 s, terminal: gate, level: 1 V, width: 10 ms}\n"
            "    - {at: 5 ms, terminal: gate, level: 1 V, width: 10 ms}",
            "3:12: begins before the pulse before it on gate has ended",
        ),
        (
            "- train: {terminal: gate, level: 1 V, width: 10 ms, count: 3, period: 9 ms}",
            "1:71: the period is shorter than the pulse",
        ),
        (
            "- record: {terminals: [drain], rate: 1 Hz}\n"
            "  steps: [{relax: {terminal: drain, within: 3 sigma, timeout: 1 s, at_least: 2 s}}]",
            "at_least is longer than the timeout",
        ),
    ],
)
def test_a_fault_of_meaning_is_told_at_its_place(steps: str, says: str, faults: Faults) -> None:
    found = faults(steps)
    assert len(found) == 1
    assert says in found[0]


def test_all_faults_of_meaning_are_told_at_once(faults: Faults) -> None:
    found = faults("""
        - hold: {drian: 0 V, gate: $irradiance}
        - for_each: {x: $intervals}
          steps:
            - wait: $x - 3 s
            - pulse: {terminal: light, level: $bias, width: $y}
        - relax: {terminal: light, within: 0 sigma, timeout: 0 s}
    """)
    assert [fault.split(":")[0] for fault in found] == ["1", "1", "4", "5", "5", "6", "6", "6", "6"]


def test_limits_belong_to_electrical_terminals(with_steps: Callable[[str], str]) -> None:
    text = with_steps("- wait: 1 s").replace("light: optical", "light: {kind: optical, compliance: 1 mA}")
    with pytest.raises(DocumentError, match="7:26: compliance belongs to an electrical terminal"):
        compile_program(protocol_from_text(text, "x.yaml"))


def test_loops_written_out_beyond_measure_are_refused(faults: Faults) -> None:
    found = faults("""
        - for_each: {a: {linspace: [0, 1], points: 1000}}
          steps:
            - for_each: {b: {linspace: [0, 1], points: 1000}}
              steps: [{wait: 1 s}]
    """)
    assert "use repeat where the values do not matter" in found[0]


def test_a_negative_seed_is_refused(compiled: Compile) -> None:
    with pytest.raises(LabkitError, match="the seed -1 is negative"):
        compiled("- wait: 1 s", seed=-1)


SAMPLED = """\
schema_version: 1
name: test
title: Test
implements: P18
terminals: {drain: electrical, gate: electrical, light: optical}
steps:
  - STEP
"""


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        ("[light]", "light is optical"),
        ("[gate]", "gate is read here already"),
        ("[drain, drain]", "drain is read here already"),
        ("[dra]", 'there is no terminal "dra"'),
    ],
)
@pytest.mark.parametrize(
    "step",
    [
        "ramp: {terminal: gate, through: [0 V, 1 V], step: 0.1 V, rate: 1 V/s, sample: NAMES}",
        "pulse: {terminal: gate, level: 1 V, width: 1 s, sample: NAMES}",
    ],
)
def test_what_is_sampled_along_is_another_electrical_terminal(step: str, names: str, fault: str) -> None:
    text = SAMPLED.replace("STEP", step.replace("NAMES", names))
    with pytest.raises(DocumentError) as faults:
        compile_program(protocol_from_text(text, "test.yaml"))
    assert fault in str(faults.value)
