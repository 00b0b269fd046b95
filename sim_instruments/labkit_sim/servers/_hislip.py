"""The HiSLIP server of a bench: one port, a sub-address for each instrument (hislip0, hislip1, ...)."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Sequence

from labkit_sim.servers._desk import Desk
from labkit_sim.servers._hislip_messages import BadHeader, FatalError, Kind, Message, read_message
from labkit_sim.servers._hislip_session import Session
from labkit_sim.servers._locks import Locks

_VERSION = 0x0100
_VENDOR = int.from_bytes(b"LK", "big")


class HislipServer:
    """Takes HiSLIP connections, two for each session, and leads them to the instruments' desks."""

    def __init__(self, desks: Sequence[Desk]) -> None:
        self._places = {f"hislip{k}": (desk, Locks()) for k, desk in enumerate(desks)}
        self._sessions: dict[int, Session] = {}
        self._opened = 0

    async def connected(self, reader: StreamReader, writer: StreamWriter, told: Callable[[str, str], None]) -> None:
        """Serve a connection until it ends; `told` takes an instrument's name and who has come.

        Raises what the bus raises when a line is dropped.
        """
        try:
            first = await read_message(reader)
            if first.kind == Kind.INITIALIZE:
                await self._begin(first, reader, writer, told)
            elif first.kind == Kind.ASYNC_INITIALIZE:
                await self._join(first, reader, writer)
            else:
                _refuse(writer, FatalError.BAD_INITIALIZATION, "begin with Initialize or AsyncInitialize")
        except BadHeader:
            _refuse(writer, FatalError.BAD_HEADER, "no HiSLIP message, or one that is too large")

    async def _begin(
        self, first: Message, reader: StreamReader, writer: StreamWriter, told: Callable[[str, str], None]
    ) -> None:
        name = first.payload.decode("latin-1").lower() or "hislip0"
        place = self._places.get(name)
        if place is None:
            _refuse(writer, FatalError.BAD_INITIALIZATION, f"no {name}; there are: {', '.join(self._places)}")
            return
        desk, locks = place
        await desk.connect()
        vendor = (first.parameter & 0xFFFF).to_bytes(2, "big")
        session = Session(desk, locks, writer, vendor, bool(first.control & 1))
        number = self._number(session)
        told(desk.name, name)
        writer.write(Message(Kind.INITIALIZE_RESPONSE, first.control & 1, _VERSION << 16 | number).packed())
        try:
            await _serve(reader, session.synchronous)
        finally:
            del self._sessions[number]
            await session.leave()

    def _number(self, session: Session) -> int:
        while True:
            self._opened = (self._opened + 1) & 0xFFFF
            if self._opened not in self._sessions:
                self._sessions[self._opened] = session
                return self._opened

    async def _join(self, first: Message, reader: StreamReader, writer: StreamWriter) -> None:
        session = self._sessions.get(first.parameter & 0xFFFF)
        if session is None:
            _refuse(writer, FatalError.BAD_INITIALIZATION, "there is no such session")
            return
        session.join(writer)
        writer.write(Message(Kind.ASYNC_INITIALIZE_RESPONSE, 0, _VENDOR).packed())
        await _serve(reader, session.asynchronous)


async def _serve(reader: StreamReader, act: Callable[[Message], Awaitable[None]]) -> None:
    """Act on messages until the client leaves or gives up."""
    while True:
        try:
            message = await read_message(reader)
        except asyncio.IncompleteReadError:
            return
        if message.kind == Kind.FATAL_ERROR:
            return
        await act(message)


def _refuse(writer: StreamWriter, reason: FatalError, text: str) -> None:
    writer.write(Message(Kind.FATAL_ERROR, reason, 0, text.encode()).packed())
