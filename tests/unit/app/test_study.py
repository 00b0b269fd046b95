"""A protocol while it is being made: its parameters in force, its faults at their places, its picture."""

import pytest

from labkit.app import library, protocol_text, save_protocol, study_protocol
from labkit.core import LabkitError
from labkit.protocol import protocol_folder, protocol_names

TEXT = """\
schema_version: 1
name: test
title: Test
terminals:
  top: {kind: electrical, compliance: 1 mA}
parameters:
  amplitude: {default: 0.5 V, min: 0 V, max: 1 V, description: write pulse}
  width: {default: 10 ms}
  gap: {default: 10 * $width}
  intervals: {default: {logspace: [1 ms, 1 s], points: 4}}
sets:
  slow: {width: 1 s}
steps:
  - hold: {top: 0 V}
  - for_each: {interval: $intervals}
    steps:
      - pulse: {terminal: top, level: $amplitude, width: $width, mark: write}
      - wait: $gap + $interval
metrics: [pulse_energy]
"""


def parameter(study, name):
    return next(each for each in study.parameters if each.name == name)


def test_a_form_knows_value_kind_limits_and_where_the_default_stands():
    study = study_protocol(TEXT, "test.yaml")
    amplitude = parameter(study, "amplitude")
    assert (amplitude.value, amplitude.usual, amplitude.giver) == ("0.5 V", "0.5 V", "default")
    assert (amplitude.dimension, amplitude.minimum, amplitude.maximum) == ("voltage", "0 V", "1 V")
    assert (amplitude.line, amplitude.column) == (7, 24)
    assert parameter(study, "intervals").several
    assert study.right
    assert study.picture is not None
    assert [metric.name for metric in study.metrics] == ["pulse_energy"]


def test_what_depends_on_a_given_value_follows_it():
    study = study_protocol(TEXT, "test.yaml", {"width": "20 ms"})
    gap = parameter(study, "gap")
    assert (gap.value, gap.usual, gap.formula) == ("200 ms", "100 ms", "10 * $width")
    assert parameter(study, "width").giver == "given"


def test_a_computed_value_is_shown_without_the_last_digits_of_the_arithmetic():
    study = study_protocol(TEXT.replace("10 * $width", "$width * 0.1 * 3"), "test.yaml")
    assert parameter(study, "gap").value == "3 ms"


def test_a_set_is_the_usual_and_what_is_given_goes_before_it():
    study = study_protocol(TEXT, "test.yaml", {}, "slow")
    assert (parameter(study, "width").value, parameter(study, "width").giver) == ("1 s", "set")
    assert parameter(study, "gap").value == "10 s"
    study = study_protocol(TEXT, "test.yaml", {"width": "2 s"}, "slow")
    assert (parameter(study, "width").value, parameter(study, "width").usual) == ("2 s", "1 s")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("width", "10 V", "is a voltage, not a time"),
        ("amplitude", "2 V", "more than the largest value allowed, 1 V"),
        ("width", "10 parsecs", 'unknown unit "parsecs"'),
        ("intervals", "1 s", "a single value, not a list"),
        ("width", "[", "is no value"),
    ],
)
def test_a_wrong_value_is_told_at_its_parameter(name, text, words):
    study = study_protocol(TEXT, "test.yaml", {name: text})
    assert words in parameter(study, name).fault
    assert parameter(study, name).value == text
    assert not [problem for problem in study.problems if problem.file != "test.yaml"]
    assert not study.right


def test_faults_of_the_text_are_told_at_their_places():
    study = study_protocol(TEXT.replace("width: $width", "widht: $width"), "test.yaml")
    assert [(problem.line, problem.column) for problem in study.problems] == [(17, 9), (17, 51)]
    assert not study.right
    study = study_protocol(TEXT.replace("[pulse_energy]", "[puls_energy]"), "test.yaml")
    assert [problem.line for problem in study.problems] == [19]
    assert "pulse_energy" in study.problems[0].message


def test_a_fault_in_a_set_that_is_not_chosen_is_told():
    study = study_protocol(TEXT.replace("{width: 1 s}", "{width: 1 V}"), "test.yaml")
    assert [problem.line for problem in study.problems] == [12]


def test_text_that_is_no_yaml_is_told_with_its_line():
    study = study_protocol(TEXT + "  - {", "test.yaml")
    assert study.document is None
    assert study.problems
    assert study.problems[0].line >= 19


def test_a_value_for_a_parameter_that_is_gone_is_told():
    study = study_protocol(TEXT, "test.yaml", {"wdith": "1 s"})
    assert study.strangers == ("wdith",)
    assert not study.right


def test_the_library_has_every_protocol_once_under_what_it_measures():
    shelved = library()
    assert sorted(each.name for each in shelved) == list(protocol_names())
    subjects = [each.subject for each in shelved]
    assert subjects == sorted(subjects, key=subjects.index)
    assert "Others" not in subjects
    assert next(each.name for each in shelved if "facilitation" in each.words()) == "ppf_optical"


@pytest.mark.parametrize("name", protocol_names())
def test_every_shipped_protocol_is_right_and_has_a_picture(name: str):
    text, path = protocol_text(name)
    study = study_protocol(text, name)
    assert path.stem == name
    assert study.right
    assert study.picture is not None
    assert all(parameter.dimension and not parameter.fault for parameter in study.parameters)


def test_what_comes_with_labkit_is_not_written_over(tmp_path):
    with pytest.raises(LabkitError, match="comes with labkit"):
        save_protocol(protocol_folder() / "ppf_optical.yaml", TEXT)
    save_protocol(tmp_path / "new" / "test.yaml", TEXT)
    assert protocol_text(str(tmp_path / "new" / "test.yaml"))[0] == TEXT
