"""One HiSLIP client of one instrument: messages and answers on one channel, status, locks and clear on the other.

IVI-6.1 Rev. 1.1, sections 3 (synchronized and overlapped mode) and 4 (transactions). Assumed: a lock keeps other HiSLIP
clients of the instrument out, not those on its raw socket. Not simulated: the front panel's remote and local states,
which are confirmed and change nothing; encryption and descriptors of HiSLIP 2.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from labkit_sim._bus import BusTimeout, LineDropped
from labkit_sim._status import MESSAGE_AVAILABLE, REQUEST
from labkit_sim.servers._desk import Desk, Sender
from labkit_sim.servers._hislip_messages import LONGEST_PAYLOAD, Kind, Message, NonFatalError
from labkit_sim.servers._locks import LockResult, Locks
from labkit_sim.servers._messages import LONGEST_MESSAGE

_DELIVERED = 1
"""Bit of the control code: the client has handed the last answer to its user."""
_OVERLAP = 1
_LISTENS_ONLY_TO_ANSWERS = b"xx"
"""The vendor id of PyVISA-py. It takes whatever comes on the asynchronous channel for the answer to what it asked, so
it is spared messages that it has not asked for."""
_FIRST_NUMBER, _STEP = 0xFFFF_FF00, 2
"""Of the numbers that a client gives to its messages."""
_RELEASE_WAIT = 0.5
_STATUS_WAIT = 0.05


class Session:
    """The state of one client; `channel` is where its messages come, `side` the asynchronous channel."""

    def __init__(self, desk: Desk, locks: Locks, channel: asyncio.StreamWriter, vendor: bytes, overlap: bool) -> None:
        self._desk = desk
        self._locks = locks
        self._channel = channel
        self._side: asyncio.StreamWriter | None = None
        self._unasked = vendor != _LISTENS_ONLY_TO_ANSWERS
        self._overlap = overlap
        self._largest = LONGEST_PAYLOAD
        self._sender = Sender(desk, self._respond, channel.transport.abort)
        self._answering = 0
        self._text = bytearray()
        self._too_long = False
        self._last_message = _FIRST_NUMBER - _STEP
        self._unread = False
        self._requested = False
        self._clearing = False
        self._cleared = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._synchronous: Mapping[int, Callable[[Message], Awaitable[None]]] = {
            Kind.DATA: self._data,
            Kind.DATA_END: self._data,
            Kind.TRIGGER: self._trigger,
            Kind.DEVICE_CLEAR_COMPLETE: self._clear_complete,
            Kind.ERROR: self._ignore,
        }
        self._asynchronous: Mapping[int, Callable[[Message], Awaitable[Message | None]]] = {
            Kind.ASYNC_MAX_MESSAGE_SIZE: self._maximum_size,
            Kind.ASYNC_LOCK: self._lock,
            Kind.ASYNC_LOCK_INFO: self._lock_info,
            Kind.ASYNC_REMOTE_LOCAL_CONTROL: self._remote_local,
            Kind.ASYNC_STATUS_QUERY: self._status,
            Kind.ASYNC_DEVICE_CLEAR: self._device_clear,
            Kind.ERROR: self._ignore,
        }

    def join(self, side: asyncio.StreamWriter) -> None:
        """Take the asynchronous channel: the session is complete, service requests are passed on from now on."""
        self._side = side
        self._desk.endpoint.service_requested.listeners.append(self._service_requested)

    async def leave(self) -> None:
        """End: locks are given up, both channels closed."""
        listeners = self._desk.endpoint.service_requested.listeners
        if self._service_requested in listeners:
            listeners.remove(self._service_requested)
        self._cleared.set()
        self._sender.cancel()
        for task in tuple(self._tasks):
            task.cancel()
        await self._locks.forget(self)
        for writer in (self._channel, self._side):
            if writer is not None:
                writer.close()

    async def synchronous(self, message: Message) -> None:
        """Act on a message of the synchronous channel. Raises BusTimeout or LineDropped."""
        handler = self._synchronous.get(message.kind)
        if handler is None:
            self._send(self._channel, Message(Kind.ERROR, NonFatalError.UNKNOWN_TYPE))
            return
        await handler(message)
        await self._channel.drain()

    async def asynchronous(self, message: Message) -> None:
        """Act on a message of the asynchronous channel. Raises BusTimeout or LineDropped."""
        handler = self._asynchronous.get(message.kind)
        answer = await handler(message) if handler else Message(Kind.ERROR, NonFatalError.UNKNOWN_TYPE)
        if self._side is not None and answer is not None:
            self._send(self._side, answer)
            await self._side.drain()

    @staticmethod
    def _send(writer: asyncio.StreamWriter, message: Message) -> None:
        if not writer.is_closing():
            writer.write(message.packed())

    async def _ignore(self, message: Message) -> None:
        """Take note of an error that the client tells; there is nothing to be done about it."""

    # Messages and answers

    async def _data(self, message: Message) -> None:
        if self._clearing:
            return
        if len(self._text) + len(message.payload) > LONGEST_MESSAGE:
            self._text.clear()
            self._too_long = True
        elif not self._too_long:
            self._text += message.payload
        if message.kind == Kind.DATA_END:
            await self._end_of_data(message)
        self._last_message = message.parameter

    async def _end_of_data(self, message: Message) -> None:
        text, too_long = bytes(self._text), self._too_long
        self._text.clear()
        self._too_long = False
        if not self._desk.acts_at_once(text):
            await self._sender.finish()
        self._note_delivery(message)
        if too_long:
            self._desk.overrun()
            self._send(self._channel, Message(Kind.ERROR, NonFatalError.TOO_LARGE))
        elif await self._access():
            self._answering = message.parameter
            await self._sender.send(text, True)

    def _respond(self, data: bytes, over: bool) -> None:
        if self._clearing:
            return
        parts = range(0, len(data), self._largest)
        for at in parts:
            kind = Kind.DATA_END if over and at == parts[-1] else Kind.DATA
            self._send(self._channel, Message(kind, 0, self._answering, data[at : at + self._largest]))
        self._unread = self._unread or over

    def _note_delivery(self, message: Message) -> None:
        """Learn whether the last answer was read; an unread one is interrupted in synchronized mode (section 3.1.1)."""
        if message.control & _DELIVERED:
            self._unread = False
        elif self._unread and not self._overlap:
            self._unread = False
            self._desk.interrupted()
            self._send(self._channel, Message(Kind.INTERRUPTED, 0, message.parameter))
            self._tell(Message(Kind.ASYNC_INTERRUPTED, 0, message.parameter))

    async def _trigger(self, message: Message) -> None:
        if self._clearing:
            return
        self._note_delivery(message)
        if await self._access():
            self._answering = message.parameter
            await self._sender.trigger()
        self._last_message = message.parameter

    async def _access(self) -> bool:
        """Wait until the locks leave this client through; a device clear ends the wait, and False is given."""
        if self._locks.may_talk(self):
            return True
        waits = [
            asyncio.ensure_future(self._locks.wait_for_access(self)),
            asyncio.ensure_future(self._cleared.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return not self._clearing and not self._channel.is_closing()

    # The asynchronous channel

    async def _maximum_size(self, message: Message) -> Message:
        wished = int.from_bytes(message.payload, "big")
        self._largest = min(max(wished, 1), LONGEST_PAYLOAD)
        return Message(Kind.ASYNC_MAX_MESSAGE_SIZE_RESPONSE, payload=LONGEST_PAYLOAD.to_bytes(8, "big"))

    async def _lock(self, message: Message) -> Message:
        if message.control == 1:
            result = await self._locks.request(self, message.payload, message.parameter / 1e3)
        else:
            await self._catch_up(message.parameter, _RELEASE_WAIT)
            result = await self._locks.release(self)
        return Message(Kind.ASYNC_LOCK_RESPONSE, result if isinstance(result, LockResult) else 0)

    async def _catch_up(self, number: int, patience: float) -> None:
        """Wait until the instrument has the messages up to a number, so that what is asked beside does not overtake.

        Some clients tell the number of their last message, some that of their next.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while self._last_message not in (number, number - _STEP) or not self._sender.written:
                    await asyncio.sleep(1e-3)

    async def _lock_info(self, message: Message) -> Message:
        return Message(Kind.ASYNC_LOCK_INFO_RESPONSE, int(self._locks.exclusive), self._locks.holders)

    async def _remote_local(self, message: Message) -> Message:
        return Message(Kind.ASYNC_REMOTE_LOCAL_RESPONSE)

    async def _status(self, message: Message) -> Message:
        if message.control & _DELIVERED:
            self._unread = False
        await self._catch_up(message.parameter, _STATUS_WAIT)
        status = await self._desk.poll() | (MESSAGE_AVAILABLE if self._unread else 0)
        if self._requested:
            self._requested = False
            status |= REQUEST
        return Message(Kind.ASYNC_STATUS_RESPONSE, status)

    async def _device_clear(self, message: Message) -> Message:
        self._clearing = True
        self._cleared.set()
        await self._desk.clear()
        with suppress(LineDropped):
            await self._sender.finish()
        return Message(Kind.ASYNC_DEVICE_CLEAR_ACKNOWLEDGE, _OVERLAP if self._overlap else 0)

    async def _clear_complete(self, message: Message) -> None:
        self._overlap = bool(message.control & _OVERLAP)
        self._text.clear()
        self._too_long = self._unread = self._clearing = False
        self._last_message = _FIRST_NUMBER - _STEP
        self._cleared.clear()
        self._send(self._channel, Message(Kind.DEVICE_CLEAR_ACKNOWLEDGE, _OVERLAP if self._overlap else 0))

    # What the instrument says unasked

    def _service_requested(self) -> None:
        """Hear the instrument, in whichever thread lets the world go on."""
        with suppress(RuntimeError):  # the server has stopped
            self._loop.call_soon_threadsafe(self._announce_request)

    def _announce_request(self) -> None:
        task = self._loop.create_task(self._announce())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _announce(self) -> None:
        with suppress(BusTimeout, LineDropped):
            status = await self._desk.poll() | REQUEST
            self._requested = True
            self._tell(Message(Kind.ASYNC_SERVICE_REQUEST, status))

    def _tell(self, message: Message) -> None:
        if self._unasked and self._side is not None:
            self._send(self._side, message)
