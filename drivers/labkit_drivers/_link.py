"""The wire to an instrument: pymeasure's VISA adapter with errors that say which instrument failed, and how."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvisa
from pymeasure.adapters import VISAAdapter
from pyvisa.constants import BufferOperation
from pyvisa.resources import MessageBasedResource, SerialInstrument, TCPIPSocket

from labkit.core import CommunicationLost, Connection, InstrumentError

_UNFINISHED = pyvisa.constants.StatusCode.error_timeout
_PART = 1 << 16
"""Bytes of a long answer that are read at a time: some tens of milliseconds on the slowest usual line."""
_UNREAD = BufferOperation.discard_read_buffer | BufferOperation.discard_receive_buffer


class Link(VISAAdapter):
    """A VISA adapter that raises CommunicationLost, naming the instrument, its address and the command."""

    def __init__(self, connection: Connection, termination: str = "\n", **settings: Any) -> None:
        self._labkit_connection = connection
        self._termination = termination
        self._settings = settings
        self._lost = False
        try:
            self._connect()
        except (ValueError, ImportError) as error:  # what PyVISA raises for a library or interface that is not there
            raise CommunicationLost(
                f"{connection.name} ({connection.address}): VISA cannot reach it: {str(error).splitlines()[0]}",
                "install a VISA library (NI-VISA, Keysight IO, pyvisa-py with PyUSB), or rehearse with --virtual",
            ) from error
        if connection.clear:
            with suppress(CommunicationLost):  # not every interface can; the questions that follow tell
                self._clear()

    def _connect(self) -> None:
        connection = self._labkit_connection
        with self._telling("connecting"):
            super().__init__(
                connection.address,
                visa_library=connection.visa_library,
                timeout=int(connection.timeout * 1000),
                read_termination=self._termination,
                write_termination=self._termination,
                **self._settings,
            )
        self._drop_handlers()
        self._lost = False

    def _drop_handlers(self) -> None:
        """Keep one of the handlers that pymeasure adds to the logger of all adapters with every connection.

        A window that connects anew for each run would gather them for as long as it is open.
        """
        silent = [handler for handler in self.log.handlers if isinstance(handler, logging.NullHandler)]
        for handler in silent[1:]:
            self.log.removeHandler(handler)

    @contextmanager
    def _telling(self, doing: str) -> Iterator[None]:
        connection = self._labkit_connection
        try:
            yield
        except pyvisa.errors.VisaIOError as error:
            timed_out = error.error_code == _UNFINISHED
            self._lost = self._lost or not timed_out
            what = f"no answer within {connection.timeout:g} s" if timed_out else str(error.description)
            raise CommunicationLost(
                f"{connection.name} ({connection.address}): {what} while {doing}",
                "check power, cable and address, then run again; `labkit plan` shows what was to come",
            ) from error
        except (pyvisa.errors.InvalidSession, UnicodeDecodeError, OSError) as error:
            self._lost = self._lost or not isinstance(error, UnicodeDecodeError)
            raise CommunicationLost(
                f"{connection.name} ({connection.address}): {error} while {doing}", "check cable and address"
            ) from error

    @property
    def _resource(self) -> MessageBasedResource:
        resource = self.connection
        if not isinstance(resource, MessageBasedResource):
            raise InstrumentError(f"{self._labkit_connection.address} takes no messages", "correct the address")
        return resource

    def _write(self, command: str, **kwargs: Any) -> None:
        self._look()
        with self._telling(f"sending {command!r}"):
            super()._write(command, **kwargs)

    def _look(self) -> None:
        """Raise what ends the work of the driver, where somebody asked for that."""
        if self._labkit_connection.look is not None:
            self._labkit_connection.look()

    def _read(self, **kwargs: Any) -> str:
        with self._telling("waiting for an answer"):
            return super()._read(**kwargs)

    def read_block(self, count: int) -> npt.NDArray[np.float64]:
        """Read `count` doubles, little-endian, as a definite (`#8...`) or indefinite (`#0`) block with its line end.

        Raises InstrumentError when what arrives is not such a block.
        """
        with self._telling("reading a block of data"), self._unterminated() as resource:
            header = resource.read_bytes(2)
            length = 8 * count
            if header[:1] != b"#" or not header[1:].isdigit():
                raise self._garbled(header)
            if digits := int(header[1:]):
                announced = resource.read_bytes(digits)
                if not announced.isdigit() or int(announced) != length:
                    raise self._garbled(header + announced)
            data = self._read_long(resource, length + 1)
        if data[-1:] != b"\n":
            raise self._garbled(data[-1:])
        return np.frombuffer(data[:-1], dtype="<f8").astype(np.float64)

    def _read_long(self, resource: MessageBasedResource, count: int) -> bytes:
        """Read bytes in parts: what takes seconds can be ended in between, the rest then being left unread."""
        parts: list[bytes] = []
        while count > 0:
            self._look()
            parts.append(resource.read_bytes(min(count, _PART), chunk_size=min(count, _PART)))
            count -= len(parts[-1])
        return b"".join(parts)

    @contextmanager
    def _unterminated(self) -> Iterator[MessageBasedResource]:
        """Let no byte of a block end a transfer: a line end among the data would cost a transfer of its own."""
        resource = self._resource
        resource.read_termination = ""
        try:
            yield resource
        finally:
            resource.read_termination = "\n"

    def _garbled(self, data: bytes) -> InstrumentError:
        connection = self._labkit_connection
        return InstrumentError(
            f"{connection.name} ({connection.address}): garbled data block ({data!r})",
            "check the cable, then run again",
        )

    def recover(self) -> None:
        """Make a line usable again, with nothing on it that was left unread; opens a lost connection anew.

        Raises CommunicationLost when that does not help.
        """
        with suppress(pyvisa.errors.Error):  # a transfer that was ended had a longer one; a lost line is opened anew
            self.wait_at_most(self._labkit_connection.timeout)
        # A raw socket has no device clear, and reading until nothing comes has no end on a dead one.
        if not self._lost and not isinstance(self._resource, TCPIPSocket):
            with suppress(CommunicationLost):
                self._clear()
                return
        with suppress(pyvisa.errors.Error):
            self.connection.close()
        self._connect()
        self._clear()

    def _clear(self) -> None:
        """Leave nothing unread, by the means that the interface has: a socket that was just opened needs none."""
        resource = self._resource
        with self._telling("clearing"):
            if isinstance(resource, SerialInstrument):
                resource.flush(_UNREAD)
            elif not isinstance(resource, TCPIPSocket):
                resource.clear()

    def wait_at_most(self, timeout: float) -> None:
        """Change how long an answer may take (s)."""
        self._resource.timeout = int(timeout * 1000)


def number(text: object, connection: Connection, what: str) -> float:
    """Read a number that an instrument sent.

    Raises InstrumentError with the text as it came, when it is none.
    """
    try:
        return float(str(text).strip())
    except ValueError:
        raise InstrumentError(
            f"{connection.name} ({connection.address}) answered {text!r} where {what} was expected",
            "check cable, address and language of the instrument, then run again",
        ) from None
