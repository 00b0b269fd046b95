"""A bench and protocols in text, as a user writes them."""

from collections.abc import Callable

import pytest

from labkit.app import load_bench
from labkit.engine import Plan, described_capabilities, plan_program
from labkit.protocol import compile_program, protocol_from_text

HEAD = """\
schema_version: 1
name: test
title: Test
implements: P10
terminals: {terminals}
steps:
"""


@pytest.fixture
def plan_steps() -> Callable[..., Plan]:
    """Plan steps (YAML lines) on a bench that comes with labkit."""

    def plan(
        steps: str,
        bench: str = "demo_memristor",
        terminals: str = "{top: electrical}",
        devices: tuple[str, ...] = (),
    ) -> Plan:
        text = HEAD.replace("{terminals}", terminals) + steps
        program = compile_program(protocol_from_text(text, "test.yaml"))
        document = load_bench(bench).bench
        return plan_program(program, document, described_capabilities(document), devices)

    return plan
