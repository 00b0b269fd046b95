"""Drivers opened on a virtual bench, with the world and the wire in reach of the test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from labkit_sim import VirtualBench, open_virtual_bench

from labkit.app import load_bench
from labkit.core import Bench
from labkit.engine import BenchSession, open_bench

BENCHES = Path(__file__).parent / "benches"
"""Benches for one driver each, beside those that come with labkit."""


class Wire:
    """All that went over the bus, as (direction, text)."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str]] = []

    def __call__(self, time: int, address: str, direction: str, data: bytes) -> None:
        self.messages.append((direction, data.decode("latin-1").strip()))

    def written(self) -> list[str]:
        return [text for direction, text in self.messages if direction == "write"]


class Rig:
    """An open virtual bench."""

    def __init__(self, name: str, change: Callable[[Bench], Bench] = lambda bench: bench) -> None:
        own = BENCHES / f"{name}.yaml"
        file = load_bench(str(own) if own.exists() else name)
        self.bench = change(file.bench)
        virtual = open_virtual_bench(self.bench, file.folder)
        assert isinstance(virtual, VirtualBench)
        self.virtual = virtual
        self.wire = Wire()
        virtual.bus.monitors.append(self.wire)
        self.session: BenchSession = open_bench(self.bench, virtual)

    def role(self, terminal: str) -> Any:
        return self.session.roles[terminal]


@pytest.fixture
def open_rig() -> Iterator[Callable[..., Rig]]:
    rigs: list[Rig] = []

    def make(*arguments: Any) -> Rig:
        rigs.append(Rig(*arguments))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.session.close()
