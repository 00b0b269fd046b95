"""A protocol's text with other defaults: only they change, and they are read again as they were given."""

import pytest

from labkit.core import LabkitError
from labkit.protocol import compile_program, load_protocol, protocol_from_text, protocol_names, with_defaults

TEXT = """\
schema_version: 1
name: test
title: Test  # a title
terminals: {top: electrical}
parameters:
  # the amplitude
  amplitude: {default: 0.5 V, description: write pulse}
  widths:
    default:
      - 1 ms
      - 2 ms
    description: widths
  gap: {default: "min(1 ms, 2 ms)"}
sets:
  slow: {gap: 5 ms}
steps:
  - hold: {top: $amplitude}
"""


def test_only_the_default_changes():
    changed = with_defaults(TEXT, "t", {"amplitude": "0.7 V"})
    assert changed == TEXT.replace("0.5 V", "0.7 V")


def test_several_at_once_and_a_list_in_lines():
    given = {"amplitude": "-1 V", "widths": "[3 ms, 4 ms]", "gap": "max(1 ms, 3 ms)"}
    changed = with_defaults(TEXT, "t", given)
    program = compile_program(protocol_from_text(changed, "t"))
    assert program.parameters == {"amplitude": "-1 V", "widths": "[3 ms, 4 ms]", "gap": "max(1 ms, 3 ms)"}
    assert "# the amplitude" in changed
    assert "description: widths" in changed


def test_a_value_of_a_set_is_changed_in_the_set():
    changed = with_defaults(TEXT, "t", {"gap": "7 ms"}, "slow")
    assert "slow: {gap: 7 ms}" in changed
    assert 'gap: {default: "min(1 ms, 2 ms)"}' in changed


def test_what_is_not_there_cannot_be_replaced():
    with pytest.raises(LabkitError, match="no default of wdith"):
        with_defaults(TEXT, "t", {"wdith": "1 s"})


@pytest.mark.parametrize("name", protocol_names())
def test_every_shipped_protocol_can_be_given_its_own_values(name: str):
    protocol = load_protocol(name)
    program = compile_program(protocol)
    changed = with_defaults(protocol.source.text, name, program.parameters)
    again = compile_program(protocol_from_text(changed, name))
    assert again.parameters == program.parameters
    assert [type(step) for step in again.instructions] == [type(step) for step in program.instructions]
