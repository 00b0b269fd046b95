"""A protocol to spoil: small, valid, with every kind of thing that a check could look at."""

from collections.abc import Callable
from textwrap import dedent, indent

import pytest

from labkit.core import DocumentError
from labkit.protocol import Program, compile_program, protocol_from_text

_HEAD = """\
schema_version: 1
name: trial
title: A trial
terminals:
  drain: {kind: electrical, compliance: 1 mA}
  gate: electrical
  light: optical
parameters:
  width: {default: 10 ms, min: 1 ms, max: 1 s}
  bias: {default: 0.1 V}
  irradiance: {default: 1 mW/cm^2}
  intervals: {default: [1 s, 2 s, 4 s]}
  count: {default: 3}
steps:
"""


@pytest.fixture(scope="session")
def with_steps() -> Callable[[str], str]:
    """Give the text of a protocol with these steps, which begin in line 15."""
    return lambda steps: _HEAD + indent(dedent(steps).strip("\n"), "  ") + "\n"


@pytest.fixture(scope="session")
def compiled(with_steps: Callable[[str], str]) -> Callable[..., Program]:
    """Compile a protocol with these steps; overrides as keywords."""

    def compile_steps(steps: str, seed: int = 0, **overrides: str) -> Program:
        return compile_program(protocol_from_text(with_steps(steps), "trial.yaml"), overrides, seed=seed)

    return compile_steps


@pytest.fixture(scope="session")
def faults(compiled: Callable[..., Program]) -> Callable[[str], list[str]]:
    """Give what is told of a protocol with these steps: `line:column: message`, line 1 being the first step's."""

    def faults_of_steps(steps: str) -> list[str]:
        with pytest.raises(DocumentError) as caught:
            compiled(steps)
        return [f"{problem.line - 14}:{problem.column - 2}: {problem.message}" for problem in caught.value.problems]

    return faults_of_steps
