"""Parameters: defaults, then a set or a file, then the command line; checked wherever they come from."""

from typing import Any

import pytest

from labkit.core import DocumentError, LabkitError, load_yaml
from labkit.protocol import Program, Wait, compile_program, protocol_from_text

TEXT = """\
schema_version: 1
name: trial
title: A trial
terminals: {top: electrical}
parameters:
  width: {default: 100 us, min: 1 us, max: 1 s}
  delay: {default: 10 * $width}
  times: {default: {logspace: [1 s, $delay * 1000000], points: 3}, min: 1 ms}
  count: {default: 3, min: 1}
  stop:  {default: 0.5 V}
sets:
  slow: {width: 100 ms, count: 5}
  wide: {width: 2 s}
  odd:  {wdith: 1 s, count: 3 V}
steps:
  - wait: $delay
  - for_each: {time: $times}
    steps: [{wait: $time}]
"""


def compiled(overrides: dict[str, str] | None = None, text: str = TEXT, **choices: Any) -> Program:
    return compile_program(protocol_from_text(text, "trial.yaml"), overrides, **choices)


def told(*arguments: Any, **choices: Any) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        compiled(*arguments, **choices)
    return [str(problem) for problem in caught.value.problems]


def delay(program: Program) -> int:
    first = program.instructions[0]
    assert isinstance(first, Wait)
    return first.duration


def test_a_default_may_be_computed_from_those_above_it() -> None:
    assert delay(compiled()) == 1_000_000
    assert compiled().parameters == {
        "width": "100 us",
        "delay": "1 ms",
        "times": "[1 s, 31.622776601683793 s, 1000.0 s]",
        "count": "3",
        "stop": "0.5 V",
    }


def test_a_set_takes_the_place_of_defaults_and_the_command_line_that_of_both() -> None:
    assert delay(compiled(set_name="slow")) == 1_000_000_000
    assert compiled(set_name="slow").parameters["count"] == "5"
    assert delay(compiled({"width": "50 ms"}, set_name="slow")) == 500_000_000
    assert delay(compiled({"width": "50 ms", "delay": "2 * $width"})) == 100_000_000


def test_a_parameters_file_takes_the_place_of_defaults() -> None:
    located = load_yaml("width: 20 ms\ncount: 7\n", "mine.yaml")
    assert delay(compiled(parameters_file=located)) == 200_000_000
    assert compiled(parameters_file=located).parameters["count"] == "7"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("[0.1 s, 1 min]", "[0.1 s, 1 min]"),
        ("{linspace: [1 s, 3 s], points: 3}", "{linspace: [1 s, 3 s], points: 3}"),
        ("[$width, 2 * $width]", "[100 us, 200 us]"),
    ],
)
def test_lists_are_given_as_they_are_written_in_the_file(text: str, written: str) -> None:
    if "$" in text:
        assert told({"times": text}) == [
            "command line:1:1: times: 100 us is less than the smallest value allowed, 1 ms"
        ]
        return
    assert compiled({"times": text}).parameters["times"] == written


def test_parameters_of_a_program_can_be_given_again() -> None:
    program = compiled(set_name="slow")
    assert compiled(dict(program.parameters)).instructions == program.instructions


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        ({"width": "10 V"}, 'command line:1:1: width: "10 V" is a voltage, not a time'),
        ({"width": "10"}, 'command line:1:1: width: "10" is a plain number, not a time'),
        ({"width": "2 s"}, "command line:1:1: width: 2 s is more than the largest value allowed, 1 s"),
        ({"count": "0"}, "command line:1:1: count: 0 is less than the smallest value allowed, 1"),
        ({"count": "[1, 2]"}, 'command line:1:1: count: "[1, 2]" is a list, not a single value'),
        ({"times": "1 s"}, 'command line:1:1: times: "1 s" is a single value, not a list'),
        ({"widht": "1 s"}, 'command line:1:1: widht: there is no such parameter; did you mean "width"?'),
        ({"zoo": "1 s"}, "there is no such parameter; there are: width, delay, times, count, stop"),
        ({"width": "ten"}, 'command line:1:1: width: "ten" is not a number with a unit'),
        ({"width": "{"}, 'command line:1:1: width: "{" is no value; write for example "10 ms"'),
        ({"width": "on"}, 'command line:1:1: width: "on" is no value'),
        ({"width": "$stop / (1 V/s)"}, "$stop is declared below; a parameter can use only those above it"),
    ],
)
def test_what_does_not_fit_is_told_with_where_it_was_given(overrides: dict[str, str], says: str) -> None:
    (found,) = told(overrides)
    assert says in found


def test_faults_of_a_set_are_told_at_their_lines() -> None:
    assert told(set_name="wide") == [
        "trial.yaml:13:17: width: 2 s is more than the largest value allowed, 1 s",
    ]
    assert told(set_name="odd") == [
        'trial.yaml:14:10: wdith: there is no such parameter; did you mean "width"?',
        'trial.yaml:14:29: count: "3 V" is a voltage, not a plain number',
    ]


def test_faults_of_a_parameters_file_are_told_at_its_lines() -> None:
    located = load_yaml("width: 20 V\ncount: on\nfoo: 1\n", "mine.yaml")
    assert [line.split(":")[:3] for line in told(parameters_file=located)] == [
        ["mine.yaml", "1", "8"],
        ["mine.yaml", "2", "8"],
        ["mine.yaml", "3", "1"],
    ]


def test_an_unknown_set_names_those_there_are() -> None:
    with pytest.raises(LabkitError, match='no parameter set "solw"; did you mean "slow"') as caught:
        compiled(set_name="solw")
    assert caught.value.remedy == "choose one of: slow, wide, odd"


def test_one_wrong_parameter_is_one_problem_however_often_it_is_used() -> None:
    text = TEXT.replace("width: {default: 100 us,", "width: {default: $wdith,")
    assert told(text=text) == ["trial.yaml:6:20: width: there is no parameter $wdith"]


def test_limits_of_another_kind_are_told() -> None:
    assert told(text=TEXT.replace("max: 1 s", "max: 1 V"))[0].endswith('the limit "1 V" is a voltage, not a time')
