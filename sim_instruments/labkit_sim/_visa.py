"""The VISA library of a virtual bench: what PyVISA asks of a backend, over the bus of the bench."""

import itertools
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pyvisa import constants, highlevel, rname
from pyvisa.constants import (
    AccessModes,
    BufferOperation,
    EventAttribute,
    EventMechanism,
    EventType,
    Lock,
    ResourceAttribute,
    StatusCode,
    TriggerProtocol,
)
from pyvisa.typing import VISAEventContext, VISAHandler, VISARMSession, VISASession
from pyvisa.util import DebugInfo, LibraryPath

from labkit_sim._bus import Bus, BusTimeout, LineDropped
from labkit_sim._visa_attributes import Attributes

_LONGEST_WAIT = 86_400.0
"""What an infinite time-out comes to (s of the world): a day without an answer is none."""

_UNREAD = BufferOperation.discard_read_buffer | BufferOperation.discard_receive_buffer

_serial = itertools.count(1)


@dataclass(slots=True)
class _Session:
    """An open resource: its attributes, what has happened to it, and its lock."""

    address: str
    attributes: Attributes
    queued: "deque[VISAEventContext]" = field(default_factory=deque)
    enabled: EventMechanism | int = 0
    handlers: list[tuple[VISAHandler, Any]] = field(default_factory=list)
    listener: Callable[[], None] | None = None


class VisaLibrary(highlevel.VisaLibraryBase):
    """PyVISA's view of one bench. `VisaLibrary.serving(bus)` makes one; each has a library path of its own."""

    _bus: Bus | None
    _sessions: dict[int, _Session]
    _locks: dict[str, int]
    _numbers: "itertools.count[int]"
    _pending: "deque[tuple[_Session, VISASession, VISAEventContext]]"

    @staticmethod
    def serving(bus: Bus) -> "VisaLibrary":
        """Make a library for the instruments of a bus."""
        library = VisaLibrary(LibraryPath(f"virtual bench {next(_serial)}"))
        if not isinstance(library, VisaLibrary):
            raise TypeError(f"PyVISA made a {type(library).__name__}")
        library.connect(bus)
        return library

    def connect(self, bus: Bus) -> None:
        """Serve the instruments of a bus."""
        self._bus = bus

    @staticmethod
    def get_library_paths() -> Iterable[LibraryPath]:
        """Give no path: a virtual bench is opened by its file."""
        return ()

    @staticmethod
    def get_debug_info() -> DebugInfo:
        """Say what this is."""
        return {"Version": "labkit", "Description": "simulated instruments of a bench file"}

    def _init(self) -> None:
        self._bus = None
        self._sessions = {}
        self._locks = {}
        self._numbers = itertools.count(1)
        self._pending = deque()

    def disconnect(self) -> None:
        """Give up the bench: from now on every operation finds the line dead."""
        self._bus = None

    # Sessions

    def open_default_resource_manager(self) -> tuple[VISARMSession, StatusCode]:
        """Open a session of the resource manager."""
        number = VISARMSession(next(self._numbers))
        return number, self.handle_return_value(number, StatusCode.success)

    def list_resources(self, session: VISARMSession, query: str = "?*::INSTR") -> tuple[str, ...]:
        """Give the addresses of the bench that match a VISA expression."""
        return rname.filter(self._bus.endpoints if self._bus else (), query)

    def open(
        self,
        session: VISARMSession,
        resource_name: str,
        access_mode: AccessModes = AccessModes.no_lock,
        open_timeout: int = constants.VI_TMO_IMMEDIATE,
    ) -> tuple[VISASession, StatusCode]:
        """Open a session to an address of the bench."""
        try:
            address = str(rname.ResourceName.from_string(resource_name))
        except rname.InvalidResourceName:
            return self._refused(StatusCode.error_invalid_resource_name)
        if self._bus is None or address not in self._bus.endpoints:
            return self._refused(StatusCode.error_resource_not_found)
        if address in self._locks:
            return self._refused(StatusCode.error_resource_locked)
        number = VISASession(next(self._numbers))
        opened = _Session(address, Attributes(address, resource_name))
        status = self._carried(lambda bus: bus.open(address, opened.attributes.timeout or _LONGEST_WAIT))
        if status < 0:
            return self._refused(status)
        self._sessions[number] = opened
        if access_mode == AccessModes.exclusive_lock:
            self._locks[address] = number
        return number, self.handle_return_value(number, StatusCode.success)

    def _refused(self, status: StatusCode) -> tuple[VISASession, StatusCode]:
        return VISASession(0), self.handle_return_value(None, status)

    def close(self, session: VISASession | VISAEventContext | VISARMSession) -> StatusCode:
        """Close a session, which gives up its lock."""
        opened = self._sessions.pop(session, None)
        if opened is not None:
            self._listen(opened, None)
            if self._locks.get(opened.address) == session:
                del self._locks[opened.address]
        return self.handle_return_value(session, StatusCode.success)

    # Bytes

    def write(self, session: VISASession, data: bytes) -> tuple[int, StatusCode]:
        """Write bytes; the last one ends the message where the interface can say so."""
        opened = self._sessions[session]
        end = opened.attributes.sends_end

        def carry(bus: Bus) -> None:
            bus.write(opened.address, bytes(data), end, self._wait(opened))

        status = self._done(session, self._carried(carry, session))
        return len(data), status

    def read(self, session: VISASession, count: int) -> tuple[bytes, StatusCode]:
        """Read at most `count` bytes: to the termination character, to the end of the message or until full."""
        opened = self._sessions[session]
        stop = opened.attributes.termination
        taken = bytearray()
        over = False

        def carry(bus: Bus) -> None:
            nonlocal over
            while not over and len(taken) < count:
                part, ended = bus.read(opened.address, count - len(taken), stop, self._wait(opened))
                taken.extend(part)
                stopped = stop is not None and taken.endswith(bytes([stop]))
                over = stopped or (ended and opened.attributes.message_based)
                if opened.attributes.message_based:
                    break

        status = self._carried(carry, session)
        if status == StatusCode.success:
            status = self._reading_ended(taken, stop, over)
        return bytes(taken), self._done(session, status)

    @staticmethod
    def _reading_ended(taken: bytearray, stop: int | None, over: bool) -> StatusCode:
        if stop is not None and taken.endswith(bytes([stop])):
            return StatusCode.success_termination_character_read
        return StatusCode.success if over else StatusCode.success_max_count_read

    def clear(self, session: VISASession) -> StatusCode:
        """Send a device clear."""
        opened = self._sessions[session]
        return self._done(session, self._carried(lambda bus: bus.clear(opened.address, self._wait(opened)), session))

    def flush(self, session: VISASession, mask: BufferOperation) -> StatusCode:
        """Flush buffers: only the one of a serial port's receiver holds anything on this side."""
        opened = self._sessions[session]
        serial = opened.address.startswith("ASRL")
        if self._bus is not None and serial and mask & _UNREAD:
            self._bus.purge(opened.address)
        return self._done(session, StatusCode.success)

    def read_stb(self, session: VISASession) -> tuple[int, StatusCode]:
        """Read the status byte by a serial poll."""
        opened = self._sessions[session]
        polled: list[int] = []

        def carry(bus: Bus) -> None:
            polled.append(bus.poll(opened.address, self._wait(opened)))

        status = self._done(session, self._carried(carry, session))
        return polled[0], status

    def assert_trigger(self, session: VISASession, protocol: TriggerProtocol) -> StatusCode:
        """Send a trigger."""
        opened = self._sessions[session]
        return self._done(session, self._carried(lambda bus: bus.trigger(opened.address, self._wait(opened)), session))

    def gpib_control_ren(self, session: VISASession, mode: constants.RENLineOperation) -> StatusCode:
        """Take the state of the remote line, which no simulated front panel minds."""
        return self._done(session, StatusCode.success)

    def _wait(self, opened: _Session) -> float:
        timeout = opened.attributes.timeout
        return _LONGEST_WAIT if timeout is None else timeout

    def _carried(self, carry: Callable[[Bus], None], session: int | None = None) -> StatusCode:
        """Do something on the bus and say how it went in the words of VISA."""
        bus = self._bus
        if bus is None:
            return StatusCode.error_connection_lost
        if session is not None and self._locks.get(self._sessions[session].address, session) != session:
            return StatusCode.error_resource_locked
        try:
            carry(bus)
        except BusTimeout:
            return StatusCode.error_timeout
        except LineDropped:
            return StatusCode.error_connection_lost
        return StatusCode.success

    def _done(self, session: VISASession, status: StatusCode) -> StatusCode:
        self._deliver()
        return self.handle_return_value(session, status)

    # Locks

    def lock(
        self, session: VISASession, lock_type: Lock, timeout: int, requested_key: str | None = None
    ) -> tuple[str, StatusCode]:
        """Take the lock of a resource for a session; a shared one is not refused to others."""
        address = self._sessions[session].address
        if self._locks.get(address, session) != session:
            return "", self.handle_return_value(session, StatusCode.error_resource_locked)
        if lock_type == Lock.exclusive:
            self._locks[address] = session
        key = requested_key or f"labkit-{session}"
        return key, self.handle_return_value(session, StatusCode.success)

    def unlock(self, session: VISASession) -> StatusCode:
        """Give up the lock of a session."""
        address = self._sessions[session].address
        if self._locks.get(address) != session:
            return self.handle_return_value(session, StatusCode.error_session_not_locked)
        del self._locks[address]
        return self.handle_return_value(session, StatusCode.success)

    # Attributes

    def get_attribute(
        self,
        session: VISASession | VISAEventContext | VISARMSession,
        attribute: ResourceAttribute | EventAttribute,
    ) -> tuple[Any, StatusCode]:
        """Give the state of an attribute."""
        opened = self._sessions.get(session)
        if opened is None:
            if attribute == EventAttribute.event_type:
                return EventType.service_request, StatusCode.success
            return None, self.handle_return_value(session, StatusCode.error_nonsupported_attribute)
        if attribute == ResourceAttribute.asrl_avalaible_number and self._bus is not None:
            return self._bus.endpoints[opened.address].waiting(), StatusCode.success
        found, value = opened.attributes.get(attribute)
        status = StatusCode.success if found else StatusCode.error_nonsupported_attribute
        return value, self.handle_return_value(session, status)

    def set_attribute(self, session: VISASession, attribute: ResourceAttribute, attribute_state: Any) -> StatusCode:
        """Set the state of an attribute."""
        return self.handle_return_value(session, self._sessions[session].attributes.set(attribute, attribute_state))

    # Events: a service request, for those who wait or handle

    def enable_event(
        self, session: VISASession, event_type: EventType, mechanism: EventMechanism, context: None = None
    ) -> StatusCode:
        """Let service requests be queued or handled."""
        if event_type != EventType.service_request:
            return self.handle_return_value(session, StatusCode.error_invalid_event)
        opened = self._sessions[session]
        opened.enabled |= mechanism
        self._listen(opened, session)
        return self.handle_return_value(session, StatusCode.success)

    def disable_event(self, session: VISASession, event_type: EventType, mechanism: EventMechanism) -> StatusCode:
        """Let service requests pass unnoticed again."""
        opened = self._sessions[session]
        opened.enabled &= ~mechanism
        if not opened.enabled:
            self._listen(opened, None)
        return self.handle_return_value(session, StatusCode.success)

    def discard_events(self, session: VISASession, event_type: EventType, mechanism: EventMechanism) -> StatusCode:
        """Forget queued service requests."""
        self._sessions[session].queued.clear()
        return self.handle_return_value(session, StatusCode.success)

    def wait_on_event(
        self, session: VISASession, in_event_type: EventType, timeout: int
    ) -> tuple[EventType, VISAEventContext, StatusCode]:
        """Wait for a service request, on the clock of the world."""
        opened = self._sessions[session]
        wait = _LONGEST_WAIT if timeout == constants.VI_TMO_INFINITE else timeout / 1e3
        if self._bus is not None:
            self._bus.wait(lambda: bool(opened.queued), wait)
        if not opened.queued:
            none = VISAEventContext(0)
            return in_event_type, none, self.handle_return_value(session, StatusCode.error_timeout)
        context = opened.queued.popleft()
        return EventType.service_request, context, self.handle_return_value(session, StatusCode.success)

    def install_handler(
        self, session: VISASession, event_type: EventType, handler: VISAHandler, user_handle: Any
    ) -> tuple[VISAHandler, Any, Any, StatusCode]:
        """Install a handler of service requests; it is called after the operation during which one comes."""
        self._sessions[session].handlers.append((handler, user_handle))
        return handler, user_handle, handler, self.handle_return_value(session, StatusCode.success)

    def uninstall_handler(
        self, session: VISASession, event_type: EventType, handler: VISAHandler, user_handle: Any = None
    ) -> StatusCode:
        """Take a handler away."""
        handlers = self._sessions[session].handlers
        if (handler, user_handle) not in handlers:
            return self.handle_return_value(session, StatusCode.error_handler_not_installed)
        handlers.remove((handler, user_handle))
        return self.handle_return_value(session, StatusCode.success)

    def _listen(self, opened: _Session, session: VISASession | None) -> None:
        """Begin to hear the instrument's service requests, or stop when `session` is None."""
        if self._bus is None:
            return
        listeners = self._bus.endpoints[opened.address].service_requested.listeners
        if session is None and opened.listener is not None:
            listeners.remove(opened.listener)
            opened.listener = None
        elif session is not None and opened.listener is None:
            opened.listener = lambda: self._requested(opened, session)
            listeners.append(opened.listener)

    def _requested(self, opened: _Session, session: VISASession) -> None:
        context = VISAEventContext(next(self._numbers))
        if opened.enabled & EventMechanism.queue:
            opened.queued.append(context)
        if opened.enabled & EventMechanism.handler:
            self._pending.append((opened, session, context))

    def _deliver(self) -> None:
        """Call the handlers of requests that came during an operation."""
        while self._pending:
            opened, session, context = self._pending.popleft()
            for handler, user_handle in tuple(opened.handlers):
                handler(session, EventType.service_request, context, user_handle)
