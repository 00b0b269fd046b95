"""Whatever the command tree is given, a 2600B puts errors into its queue and goes on answering."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from labkit_sim import Station, World
from labkit_sim.devices import Resistor
from labkit_sim.keithley_2600 import Keithley2636B
from labkit_sim.tsp import Node

_VALUES = st.sampled_from(
    [
        "nil", "true", "0", "1", "-1", "2", "1e-9", "0.5", "1e30", "-1e30", "0/0", "1/0", "''", "'x'", "'1'", "{}",
        "{1, 2}", "{'x'}", "{0.1, 1e30}", "print", "smua", "smua.nvbuffer1", "smub.nvbuffer2.timestamps", "trigger",
    ]
)  # fmt: skip
_ARGUMENTS = st.lists(_VALUES, max_size=5).map(", ".join)

_LOOSE = (
    *("printbuffer", "reset", "delay", "beeper.beep", "SweepVLinMeasureI", "PulseVMeasureI", "QueryPulseConfig"),
    *("ConfigPulseVMeasureI", "ConfigPulseIMeasureVSweepLog", "InitiatePulseTest", "InitiatePulseTestDual"),
)


def tree(prefix: str, node: Node) -> Iterator[tuple[str, str]]:
    """Go through a table: (path, what can be done with it)."""
    for name in node.readers:
        yield f"{prefix}.{name}", "read"
    for name in node.writers:
        yield f"{prefix}.{name}", "write"
    for name in node.functions:
        yield f"{prefix}.{name}", "call"
    for key, child in node.children.items():
        yield from tree(f"{prefix}[{key}]" if isinstance(key, int) else f"{prefix}.{key}", child)


@pytest.fixture(scope="module")
def names() -> list[tuple[str, str]]:
    """What there is of both channels, triggers, lines and status, and the functions without a table."""
    smu = Keithley2636B(Station(World(Resistor(1e4)), "smu", "1"))
    found = list(tree("smua", smu.channels["a"].node())) + list(tree("trigger", smu.triggers.trigger_node()))
    found += list(tree("digio", smu.triggers.digital_node()))
    return found + [(name, "call") for name in _LOOSE]


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_call(connect: Callable[..., Any], names: list[tuple[str, str]], data: st.DataObject) -> None:
    smu = connect()
    instrument = smu.bench.instrument("smu")
    for _ in range(data.draw(st.integers(5, 25))):
        path, kind = data.draw(st.sampled_from(names))
        if kind == "write":
            message = f"{path} = {data.draw(_VALUES)}"
        else:
            message = f"print({path}{f'({data.draw(_ARGUMENTS)})' if kind == 'call' else ''})"
        instrument.receive(message.encode() + b"\n", True)
        smu.world.advance_to(smu.world.now + 20_000_000)
    smu.resource.clear()
    assert smu.number("1") == 1
    smu.write("reset() errorqueue.clear()")
    assert smu.error() == 0
    smu.ready(level=1.0)
    assert smu.number("smua.measure.i()") == pytest.approx(1e-4, rel=0.05)
