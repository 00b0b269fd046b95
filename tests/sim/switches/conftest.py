"""A switch matrix that stands by itself, with the wire and its contacts in reach."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import pyvisa
from labkit_sim import VirtualBench
from labkit_sim.devices import Resistor
from pyvisa.resources import MessageBasedResource

from labkit.core import Bench, Crosspoint, Nanoseconds


class Matrix:
    """One matrix behind PyVISA."""

    def __init__(self, driver: str, address: str, **options: Any) -> None:
        document = {
            "name": "a matrix",
            "instruments": {"matrix": {"driver": driver, "address": address, "options": options}},
            "terminals": {"top": {"grounded": True}, "bottom": {"grounded": True}},
            "virtual": {"device": "resistor"},
        }
        self.bench = VirtualBench(Bench.model_validate(document), Resistor(1e3))
        self._manager = pyvisa.ResourceManager(self.bench.visa_library)
        wire = self._manager.open_resource(address, read_termination="\n", write_termination="\n")
        assert isinstance(wire, MessageBasedResource)
        self.wire = wire
        self.firmware: Any = self.bench.instrument("matrix")

    def write(self, line: str) -> None:
        self.wire.write(line)

    def query(self, line: str) -> str:
        return str(self.wire.query(line))

    @property
    def contacts(self) -> set[str]:
        """The contacts that conduct now, as `row-column`."""
        closed: frozenset[Crosspoint] = self.firmware.station.switchboard.closed
        return {f"{point.row}-{point.column}" for point in closed}

    def history(self, duration: int, line: str) -> list[tuple[int, set[str]]]:
        """Send a line; give each change of the contacts in the next `duration` ns: time since the first, which."""
        seen: list[tuple[int, set[str]]] = []
        before = self.contacts
        self.write(line)
        end = self.bench.world.now + duration
        while self.bench.world.now < end:
            self.bench.clock.sleep_until(Nanoseconds(self.bench.world.now + 100_000))
            if self.contacts != before:
                before = self.contacts
                seen.append((int(self.bench.world.now), before))
        return [(time - seen[0][0], contacts) for time, contacts in seen]

    def pass_time(self, duration: float) -> None:
        self.bench.clock.sleep_until(Nanoseconds(self.bench.world.now + round(duration * 1e9)))

    def close(self) -> None:
        self._manager.close()
        self.bench.close()


@pytest.fixture
def open_matrix() -> Iterator[Callable[..., Matrix]]:
    opened: list[Matrix] = []

    def make(driver: str, address: str, **options: Any) -> Matrix:
        opened.append(Matrix(driver, address, **options))
        return opened[-1]

    yield make
    for matrix in opened:
        matrix.close()
