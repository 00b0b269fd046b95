"""Clients on a stream of bytes: a raw socket, a serial line over TCP, a pseudo-terminal."""

import asyncio

from labkit_sim.servers._desk import Desk, Sender
from labkit_sim.servers._messages import ByteStream, InputOverrun, MessageStream

_CHUNK = 1 << 16
MOST_UNREAD = 64 << 20
"""Bytes of answers that are kept for a client that does not read them (a whole buffer of readings is a few MB)."""


async def serve_stream(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, desk: Desk, messages: MessageStream | ByteStream
) -> None:
    """Serve one client until it leaves; it is sent away when it does not read its answers.

    A message that is not complete when the client leaves never reaches the instrument; one that is complete is worked
    through, whether anybody waits for the answer or not.
    """

    def reply(data: bytes, over: bool) -> None:
        if writer.is_closing():
            return
        writer.write(data)
        if writer.transport.get_write_buffer_size() > MOST_UNREAD:
            writer.transport.abort()

    sender = Sender(desk, reply, writer.transport.abort)
    try:
        while data := await reader.read(_CHUNK):
            try:
                for message in messages.feed(data):
                    await sender.send(message, False)
                    await writer.drain()
            except InputOverrun:
                desk.overrun()
        await sender.finish()
    finally:
        sender.cancel()
