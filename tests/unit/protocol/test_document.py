"""The protocol file as typed data: the published example loads, JSON keeps everything, faults are all told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.core import DocumentError
from labkit.protocol import (
    Document,
    ForEach,
    Hold,
    Pulse,
    Record,
    Relax,
    Repeat,
    UniformSampling,
    Wait,
    check_protocol,
    compile_program,
    load_protocol,
    protocol_from_text,
    protocol_names,
)

EXAMPLE = """\
# yaml-language-server: $schema=schema.json
schema_version: 1
name: ppf_optical
title: Paired-pulse facilitation, optical
implements: P03
terminals: {drain: electrical, light: optical}
parameters:
  irradiance: {default: 0.1 mW/cm^2, min: 0 mW/cm^2, description: irradiance at the device plane}
  width:      {default: 1 s}
  intervals:  {default: {logspace: [0.1 s, 20 s], points: 12}}
  read_bias:  {default: 0.1 V}
  repeats:    {default: 10}
steps:
  - hold: {drain: $read_bias}
  - record: {terminals: [drain], rate: 100 Hz}
    steps:
      - for_each: {interval: $intervals, order: random}
        steps:
          - repeat: $repeats
            steps:
              - pulse: {terminal: light, level: $irradiance, width: $width, mark: first}
              - wait: $interval
              - pulse: {terminal: light, level: $irradiance, width: $width, mark: second}
              - relax: {terminal: drain, within: 3 sigma, timeout: 300 s}
metrics: [epsc, ppf_index, ppf_decay]
"""


def test_the_example_of_the_design_means_what_it_says() -> None:
    program = compile_program(protocol_from_text(EXAMPLE, "ppf_optical.yaml"), seed=7)
    hold, record = program.instructions
    assert hold == Hold((("drain", 0.1),), line=14)
    assert isinstance(record, Record)
    assert record.sampling == UniformSampling(10_000_000)
    (loop,) = record.body
    assert isinstance(loop, ForEach)
    assert (loop.name, loop.unit, sorted(loop.positions)) == ("interval", "s", list(range(12)))
    assert loop.positions != tuple(range(12))
    declared = dict(zip(loop.positions, loop.values, strict=True))
    assert declared[0] == pytest.approx(0.1)
    assert declared[11] == pytest.approx(20.0)
    assert declared[4] / declared[3] == pytest.approx(200 ** (1 / 11))
    for value, body in zip(loop.values, loop.bodies, strict=True):
        first = Pulse("light", 1.0, 10**9, mark="first", line=21)
        second = Pulse("light", 1.0, 10**9, mark="second", line=23)
        relax = Relax("drain", 3.0, 300 * 10**9, line=24)
        assert body == (Repeat("repeat", 10, (first, Wait(round(value * 1e9), 22), second, relax), 19),)
    assert program.metrics == ("epsc", "ppf_index", "ppf_decay")
    assert program.text == EXAMPLE


@pytest.mark.parametrize("name", protocol_names())
def test_a_shipped_protocol_survives_json(name: str) -> None:
    document = load_protocol(name).document
    assert Document.model_validate_json(document.model_dump_json(by_alias=True)) == document


expressions = st.sampled_from(["1 s", "$width", "2 * $width", "min($width, 3 ms)"])
levels = st.sampled_from(["1 V", "-$bias", "0.1 mW/cm^2"])
words = st.sampled_from(["drain", "light", "gate"])
marks = st.sampled_from(["", "first", "epsc"])
pulse = st.fixed_dictionaries(
    {"terminal": words, "level": levels, "width": expressions}, optional={"mark": marks, "edge": expressions}
)
read = st.fixed_dictionaries({"terminal": words}, optional={"level": st.just("0.1 V"), "count": st.integers(1, 9)})
values = st.one_of(
    st.just("$list"),
    st.lists(expressions, min_size=1, max_size=3),
    st.just({"logspace": ["1 ms", "1 s"], "points": 4}),
    st.just({"linspace": ["0 V", "$top"], "points": "$n"}),
)
leaves = st.one_of(
    st.builds(lambda fields: {"pulse": fields}, pulse),
    st.builds(lambda fields: {"read": fields}, read),
    st.builds(lambda time: {"wait": time}, expressions),
    st.builds(lambda level: {"hold": {"drain": level}}, levels),
    st.builds(lambda fields: {"train": {**fields, "count": 3, "interval": "1 s", "as": "n"}}, pulse),
    st.builds(lambda fields: {"together": [{**fields, "at": "0 s"}]}, pulse),
    st.just({"ramp": {"terminal": "drain", "through": ["0 V", "1 V"], "rate": "1 V/s", "step": "10 mV"}}),
    st.just({"relax": {"terminal": "drain", "within": "3 sigma", "timeout": "1 min"}}),
)


def _around(inner: Any) -> Any:
    steps = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.builds(lambda n, body: {"repeat": n, "steps": body}, st.integers(1, 9), steps),
        st.builds(lambda body: {"repeat": {"count": 2, "as": "cycle"}, "steps": body}, steps),
        st.builds(lambda form, body: {"for_each": {"x": form, "order": "random"}, "steps": body}, values, steps),
        st.builds(lambda body: {"record": {"terminals": ["drain"], "rate": "1 kHz"}, "steps": body}, steps),
        st.builds(lambda body: {"until": {"read": "m", "at_least": "1 nA", "tries": 5}, "steps": body}, steps),
    )


@settings(max_examples=60)
@given(st.lists(st.recursive(leaves, _around, max_leaves=6), min_size=1, max_size=4))
def test_any_document_survives_json_and_keeps_what_was_written(steps: list[dict[str, Any]]) -> None:
    written = {"schema_version": 1, "name": "x", "title": "x", "terminals": {"drain": "electrical"}, "steps": steps}
    document = Document.model_validate(written)
    dumped = document.model_dump_json(by_alias=True, exclude_unset=True)
    again = Document.model_validate_json(dumped)
    assert again == document
    assert again.model_dump(mode="json", by_alias=True, exclude_unset=True)["steps"] == steps


def test_five_faults_of_five_kinds_are_five_problems_at_their_lines(tmp_path: Path) -> None:
    text = (
        EXAMPLE.replace("width:      {default: 1 s}", "width:      {default: 1 s, defualt: 2 s}")  # line 9, unknown key
        .replace("rate: 100 Hz", "rate: 100 V")  # line 15, wrong unit
        .replace("repeats:    {default: 10}", "repeats:    {default: 10}\n  repeats:    {default: 11}")  # 13, duplicate
        .replace("- hold: {drain: $read_bias}", "- hold: {drian: $read_bias}\n  - wait: $widht")  # 15, 16, meaning
    )
    path = tmp_path / "ppf.yaml"
    path.write_text(text)
    assert [str(problem).removeprefix(str(path)) for problem in check_protocol(path)] == [
        ':9:30: unknown key "defualt"; did you mean "default"?',
        ':13:3: duplicate key "repeats"; it stands in line 12 already',
        ':15:12: there is no terminal "drian"; did you mean "drain"?',
        ':16:11: wait: there is no parameter $widht; did you mean "width"?',
        ':17:40: rate: "100 V" is a voltage, not a frequency',
    ]


def test_checking_a_sound_file_tells_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ppf.yaml"
    path.write_text(EXAMPLE)
    assert check_protocol(path) == ()


def test_checking_looks_into_every_set(tmp_path: Path) -> None:
    path = tmp_path / "ppf.yaml"
    path.write_text(EXAMPLE + "sets:\n  long: {width: 10 V}\n  bare: {repeats: 2.5}\n")
    assert [problem.line for problem in check_protocol(path)] == [19, 27]


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ("- puls: {terminal: light}", '1:3: there is no step "puls"; did you mean "pulse"?'),
        ("- wait: 1 s\n  hold: {gate: 0 V}", "1:3: hold and wait in one step; begin each step with a dash of its own"),
        ("- wait", "1:3: a step is one key with its value: hold, ramp,"),
        ("- wait: 5", '1:9: wait: 5 has no unit; write for example "10 ms"'),
        ("- wait: true", "1:9: wait: here must be a time"),
        ("- pulse: {terminal: gate, width: 1 s}", '1:3: "level" is missing in pulse'),
        ("- repeat: 3\n  steps: []", "2:10: steps: at least 1 must stand here, not 0"),
        ("- repeat: 3", '1:3: "steps" is missing'),
        ("- hold: {}", "1:9: hold: at least 1 must stand here"),
        ("- hold: {gate: 3 Hz}", '1:16: gate: "3 Hz" is a frequency, not a voltage or an irradiance'),
        (
            "- for_each: {interval: $intervals, ordre: random}\n  steps: [{wait: $interval}]",
            '1:43: ordre: this key is not known; did you mean "order"?',
        ),
        (
            "- for_each: {a: $intervals, b: $intervals}\n  steps: [{wait: 1 s}]",
            "1:13: for_each: for_each needs one name with its values, e.g. {interval: $intervals}; here are a, b",
        ),
        ("- for_each: {order: random}\n  steps: [{wait: 1 s}]", "here is none"),
        (
            "- for_each: {Interval: $intervals}\n  steps: [{wait: 1 s}]",
            "1:24: Interval: a name is of small letters, digits and _",
        ),
        (
            "- for_each: {x: $intervals, order: reference}\n  steps: [{wait: 1 s}]",
            "1:13: for_each: `order: reference` and `reference: VALUE` go together",
        ),
        (
            "- train: {terminal: gate, level: 1 V, width: 1 s, count: 3}",
            "1:10: train: a train has either an interval (end to start) or a period (start to start)",
        ),
        (
            "- train: {terminal: gate, level: 1 V, width: 1 s, count: 3, period: 2 s, read: {terminal: gate}}",
            "a train with a read has an interval",
        ),
        (
            "- record: {terminals: [drain]}\n  steps: [{wait: 1 s}]",
            "1:11: record: a record has a rate, or a period, or `first` and `per_decade`",
        ),
        (
            "- record: {terminals: [drain], first: 1 ms}\n  steps: [{wait: 1 s}]",
            "log-spaced sampling needs both `first` and `per_decade`",
        ),
        (
            "- until: {read: m, tries: 3}\n  steps: [{wait: 1 s}]",
            "1:10: until: until needs one of at_least, at_most, at_least_read and at_most_read",
        ),
        (
            "- ramp: {terminal: gate, through: [0 V, 1 V], rate: 1 V/s}",
            "1:9: ramp: a linear ramp has a step (V), a logarithmic one has per_decade",
        ),
        ("- ramp: {terminal: gate, through: [0 V], step: 1 mV, rate: 1 V/s}", "through: at least 2 must stand here"),
        ("- pulse: {terminal: gate, level: 1 V, width: 1 s, mark: First}", '1:57: mark: "First" is no name'),
        ("- train: {terminal: gate, level: 1 V, width: 1 s, count: 3, interval: 1 s, as: 2nd}", '"2nd" is no name'),
    ],
)
def test_faults_of_form_are_told_in_plain_words(steps: str, says: str, faults: Callable[[str], list[str]]) -> None:
    assert says in faults(steps)[0]


def test_a_protocol_of_another_schema_version_is_refused() -> None:
    with pytest.raises(DocumentError, match="2:17: schema_version: 2 is not one of: 1"):
        protocol_from_text(EXAMPLE.replace("schema_version: 1", "schema_version: 2"), "x.yaml")


def test_a_terminal_with_a_capital_letter_is_refused_at_its_name() -> None:
    with pytest.raises(DocumentError, match='6:13: "Drain" is no name; a name is of small letters, digits and _'):
        protocol_from_text(EXAMPLE.replace("{drain: electrical", "{Drain: electrical"), "x.yaml")
