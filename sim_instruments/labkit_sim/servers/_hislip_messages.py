"""HiSLIP on the wire: message types and their framing (IVI-6.1 Rev. 1.1, sections 2.2 to 2.4)."""

import asyncio
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct

_HEADER = Struct("!2sBBIQ")
PROLOGUE = b"HS"
LONGEST_PAYLOAD = 1 << 20
"""What one message may carry; longer texts come as several (bytes)."""


class Kind(IntEnum):
    """The message types that a server of Rev. 1.1 knows."""

    INITIALIZE = 0
    INITIALIZE_RESPONSE = 1
    FATAL_ERROR = 2
    ERROR = 3
    ASYNC_LOCK = 4
    ASYNC_LOCK_RESPONSE = 5
    DATA = 6
    DATA_END = 7
    DEVICE_CLEAR_COMPLETE = 8
    DEVICE_CLEAR_ACKNOWLEDGE = 9
    ASYNC_REMOTE_LOCAL_CONTROL = 10
    ASYNC_REMOTE_LOCAL_RESPONSE = 11
    TRIGGER = 12
    INTERRUPTED = 13
    ASYNC_INTERRUPTED = 14
    ASYNC_MAX_MESSAGE_SIZE = 15
    ASYNC_MAX_MESSAGE_SIZE_RESPONSE = 16
    ASYNC_INITIALIZE = 17
    ASYNC_INITIALIZE_RESPONSE = 18
    ASYNC_DEVICE_CLEAR = 19
    ASYNC_SERVICE_REQUEST = 20
    ASYNC_STATUS_QUERY = 21
    ASYNC_STATUS_RESPONSE = 22
    ASYNC_DEVICE_CLEAR_ACKNOWLEDGE = 23
    ASYNC_LOCK_INFO = 24
    ASYNC_LOCK_INFO_RESPONSE = 25


class FatalError(IntEnum):
    """Why a connection is given up."""

    UNIDENTIFIED = 0
    BAD_HEADER = 1
    INCOMPLETE_CONNECTION = 2
    BAD_INITIALIZATION = 3


class NonFatalError(IntEnum):
    """Why one message was not acted on."""

    UNIDENTIFIED = 0
    UNKNOWN_TYPE = 1
    UNKNOWN_CONTROL = 2
    TOO_LARGE = 4


class BadHeader(Exception):
    """What came is no HiSLIP."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: type, control code, parameter, payload."""

    kind: int
    control: int = 0
    parameter: int = 0
    payload: bytes = b""

    def packed(self) -> bytes:
        """Give the bytes on the wire."""
        return _HEADER.pack(PROLOGUE, self.kind, self.control, self.parameter, len(self.payload)) + self.payload


async def read_message(reader: asyncio.StreamReader) -> Message:
    """Read one message; raises BadHeader, and IncompleteReadError when the client has left."""
    prologue, kind, control, parameter, length = _HEADER.unpack(await reader.readexactly(_HEADER.size))
    if prologue != PROLOGUE or length > LONGEST_PAYLOAD:
        raise BadHeader
    return Message(kind, control, parameter, await reader.readexactly(length) if length else b"")
