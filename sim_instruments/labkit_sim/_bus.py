"""The bus of a virtual bench: carries bytes between a client and the instruments, takes its time, and has faults.

PyVISA and network servers stand on this one class, so that latencies, time-outs and faults are the same for all.
"""

import os
import signal
import sys
from collections.abc import Callable, Mapping

import numpy as np

from labkit.core import Nanoseconds
from labkit_sim._addresses import is_stream
from labkit_sim._clock import WorldClock
from labkit_sim._endpoint import Endpoint
from labkit_sim._faults import FaultKind, FaultPlan, Faults
from labkit_sim._places import Places
from labkit_sim._ports import Disturbance
from labkit_sim._world import World

Monitor = Callable[[Nanoseconds, str, str, bytes], None]
"""Hears (instant, address, `write` or `read`, bytes) of everything that is carried."""

_GARBAGE = np.frombuffer(b"\x80\x9f\xa5\xbf\xd7\xff?~^|@$", dtype=np.uint8)
"""No digit, no letter, no separator: garbage that could pass for a reading would test nothing."""

_AT_ONCE = signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL
"""What ends a process without its leave; Windows ends it by any signal."""

_DISTURBANCES = {
    FaultKind.OVERLOAD: Disturbance.OVERLOAD,
    FaultKind.COMPLIANCE: Disturbance.COMPLIANCE,
    FaultKind.STUCK_OUTPUT: Disturbance.STUCK_OUTPUT,
}


class BusTimeout(Exception):
    """Nothing came in time."""


class LineDropped(Exception):
    """The connection is lost."""


class Bus:
    """The addresses of a bench and the instruments behind them."""

    def __init__(
        self,
        endpoints: Mapping[str, Endpoint],
        world: World,
        clock: WorldClock,
        faults: Faults,
        places: Places | None = None,
    ) -> None:
        self.endpoints = dict(endpoints)
        self.clock = clock
        self.faults = faults
        self._places = places or Places(world.seed)
        self.monitors: list[Monitor] = []
        self._lock = world.lock
        self._random = world.random("bus")
        self._dropped: set[str] = set()

    def open(self, address: str, timeout: float) -> None:
        """Connect anew; what was dropped before is there again. Raises BusTimeout or LineDropped."""
        self._dropped.discard(address)
        self._begin(address, "open", timeout)
        if is_stream(address):
            self.purge(address)

    def purge(self, address: str) -> None:
        """Let go of what waits to be read: it belonged to a connection that is no more, or the host discards it."""
        endpoint = self.endpoints[address]
        with self._lock:
            while endpoint.output_ready():
                endpoint.take(endpoint.waiting(), None)

    def write(self, address: str, data: bytes, end: bool, timeout: float) -> None:
        """Carry bytes to an instrument; `end` marks the last of a message. Raises BusTimeout or LineDropped."""
        fault = self._begin(address, "write", timeout)
        endpoint = self.endpoints[address]
        sent = self._garbage(data) if fault is FaultKind.GARBAGE else data

        def act() -> None:
            self._tell(address, "write", sent)
            with self._lock:
                endpoint.receive(sent, end)

        self._transfer(address, data, len(data), act)

    def read(self, address: str, count: int, stop: int | None, timeout: float) -> tuple[bytes, bool]:
        """Carry at most `count` bytes of an answer, up to the byte `stop`, and tell whether the answer is over.

        Waits up to `timeout` (s) for the answer. Raises BusTimeout or LineDropped.
        """
        fault = self._begin(address, "read", timeout)
        endpoint = self.endpoints[address]
        if not self.wait(endpoint.output_ready, timeout):
            with self._lock:
                endpoint.unanswered()
            raise BusTimeout
        with self._lock:
            data, over = endpoint.take(count, stop)
        self._pass(endpoint.latency.draw(endpoint.latency.read, len(data), self._random))
        if fault is FaultKind.GARBAGE:
            data = self._garbage(data)
        self._tell(address, "read", data)
        return data, over

    def wait(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Let time pass until a condition is true, at most for `timeout` (s); give the condition."""
        return self.clock.wait_until(condition, Nanoseconds(self.clock.now() + round(timeout * 1e9)))

    def clear(self, address: str, timeout: float) -> None:
        """Send a device clear. Raises BusTimeout or LineDropped."""
        self._begin(address, "clear", timeout)
        self._transfer(address, b"clear", 0, self._locked(self.endpoints[address].device_clear))

    def poll(self, address: str, timeout: float) -> int:
        """Read the status byte. Raises BusTimeout or LineDropped."""
        self._begin(address, "poll", timeout)
        endpoint = self.endpoints[address]
        self._pass(endpoint.latency.draw(endpoint.latency.read, 1, self._random))
        with self._lock:
            return endpoint.serial_poll()

    def trigger(self, address: str, timeout: float) -> None:
        """Send a trigger. Raises BusTimeout or LineDropped."""
        self._begin(address, "trigger", timeout)
        self._transfer(address, b"trigger", 0, self._locked(self.endpoints[address].group_trigger))

    def interrupted(self, address: str) -> None:
        """Tell an instrument that a new message came before the answer to the last one was read: -410."""
        with self._lock:
            self.endpoints[address].error(-410)

    def overrun(self, address: str) -> None:
        """Tell an instrument that more came without an end of message than it takes: -363."""
        with self._lock:
            self.endpoints[address].error(-363)

    def _transfer(self, address: str, command: bytes, count: int, act: Callable[[], None]) -> None:
        """Let a transfer of `count` bytes take its time; once they are there, the instrument acts at a place of it."""
        latency = self.endpoints[address].latency
        duration = latency.draw(latency.write, count, self._random)
        rest = duration - min(latency.of_bytes(count), duration)
        after = Nanoseconds(round(rest * (1 - self._places.of(address, command))))
        self._pass(Nanoseconds(duration - after))
        act()
        self._pass(after)

    def _locked(self, act: Callable[[], None]) -> Callable[[], None]:
        def acting() -> None:
            with self._lock:
                act()

        return acting

    def _begin(self, address: str, operation: str, timeout: float) -> FaultKind | None:
        """Count the operation and let a fault strike; give the kind of one that the operation itself must act on."""
        if address in self._dropped:
            raise LineDropped
        with self._lock:
            plan = self.faults.next_operation(address, operation)
        if plan is None:
            return None
        self._strike(plan, address, timeout)
        return plan.kind

    def _strike(self, plan: FaultPlan, address: str, timeout: float) -> None:
        if plan.kind is FaultKind.KILL:
            os.kill(os.getpid(), _AT_ONCE)
        elif plan.kind is FaultKind.NO_ANSWER:
            self._pass(Nanoseconds(round(timeout * 1e9)))
            raise BusTimeout
        elif plan.kind is FaultKind.LATE_ANSWER:
            self._late(timeout, plan.delay)
        elif plan.kind is FaultKind.DROPPED_LINE:
            self._dropped.add(address)
            raise LineDropped
        elif plan.kind is FaultKind.ERROR_IN_QUEUE:
            with self._lock:
                self.endpoints[address].error(plan.code, plan.message)
        elif plan.kind in _DISTURBANCES:
            self.endpoints[address].disturbances.add(_DISTURBANCES[plan.kind])

    def _late(self, timeout: float, delay: float | None) -> None:
        """Let the delay pass; when it is longer than the time-out the operation fails, and an answer stays unread."""
        in_time = delay is not None and delay <= timeout
        self._pass(Nanoseconds(round((delay if in_time and delay is not None else timeout) * 1e9)))
        if not in_time:
            raise BusTimeout

    def _pass(self, duration: Nanoseconds) -> None:
        self.clock.sleep_until(Nanoseconds(self.clock.now() + duration))

    def _garbage(self, data: bytes) -> bytes:
        """Spoil all bytes but line ends, so that messages stay apart."""
        spoiled = self._random.choice(_GARBAGE, len(data)).tobytes()
        return bytes(old if old in b"\r\n" else new for old, new in zip(data, spoiled, strict=True))

    def _tell(self, address: str, direction: str, data: bytes) -> None:
        for monitor in self.monitors:
            monitor(self.clock.now(), address, direction, data)
