"""Where messages end in a stream of bytes, so that a client that leaves in the middle of one leaves nothing behind."""

import re
from collections.abc import Callable, Iterator

from labkit_sim._endpoint import Endpoint
from labkit_sim._exchange import MessageExchange
from labkit_sim._scpi_data import message_end
from labkit_sim.tsp import TspInstrument

LONGEST_MESSAGE = 8 << 20
"""Bytes that one client may send without an end of message; a list of 100 000 numbers takes 1.5 MB."""


class InputOverrun(Exception):
    """More bytes without an end of message than an instrument takes."""


class MessageStream:
    """Cuts what one client sends into messages, each with its line end."""

    def __init__(self, find_end: Callable[[str], int | None]) -> None:
        self._find_end = find_end
        self._text = ""
        self._skipping = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take bytes and give the messages that are complete.

        Raises InputOverrun for a message that is too long; all of it is dropped, up to the next line end.
        """
        text = data.decode("latin-1")
        if self._skipping:
            _, newline, text = text.partition("\n")
            self._skipping = not newline
        self._text += text
        while "\n" in text and (at := self._find_end(self._text)) is not None:
            message, self._text = self._text[: at + 1], self._text[at + 1 :]
            yield message.encode("latin-1")
        if len(self._text) > LONGEST_MESSAGE:
            self._text = ""
            self._skipping = True
            raise InputOverrun


class ByteStream:
    """Passes on what comes as it comes: a serial line knows bytes, no messages."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Give the bytes."""
        yield data


def stream_for(endpoint: Endpoint, serial: bool) -> MessageStream | ByteStream:
    """Give what cuts the messages for an instrument: SCPI knows block data, TSP scripts, other languages lines."""
    if serial:
        return ByteStream()
    if isinstance(endpoint, TspInstrument):
        return MessageStream(script_end)
    return MessageStream(message_end if isinstance(endpoint, MessageExchange) else _line_end)


def script_end(text: str) -> int | None:
    """Give where the first message of TSP ends; a script up to `endscript` is one, so that no other client gets in."""
    at = _line_end(text)
    if at is None or not _LOAD.match(text):
        return at
    end = _END_OF_SCRIPT.search(text, at)
    return None if end is None else end.end() - 1


def _line_end(text: str) -> int | None:
    at = text.find("\n")
    return at if at >= 0 else None


_LOAD = re.compile(r"[ \t]*load(?:andrun)?script\b")
_END_OF_SCRIPT = re.compile(r"^[ \t]*endscript[ \t]*\r?\n", re.MULTILINE)
