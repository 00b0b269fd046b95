"""The wire to an instrument: pymeasure's VISA adapter with errors that say which instrument failed, and how."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvisa
from pymeasure.adapters import VISAAdapter
from pyvisa.resources import MessageBasedResource

from labkit.core import CommunicationLost, Connection, InstrumentError

_UNFINISHED = pyvisa.constants.StatusCode.error_timeout


@contextmanager
def _telling(connection: Connection, doing: str) -> Iterator[None]:
    try:
        yield
    except pyvisa.errors.VisaIOError as error:
        timed_out = error.error_code == _UNFINISHED
        what = f"no answer within {connection.timeout:g} s" if timed_out else str(error.description)
        raise CommunicationLost(
            f"{connection.name} ({connection.address}): {what} while {doing}",
            "check power, cable and address, then run again; `labkit plan` shows what was to come",
        ) from error
    except (pyvisa.errors.InvalidSession, UnicodeDecodeError, OSError) as error:
        raise CommunicationLost(
            f"{connection.name} ({connection.address}): {error} while {doing}", "check cable and address"
        ) from error


class Link(VISAAdapter):
    """A VISA adapter that raises CommunicationLost, naming the instrument, its address and the command."""

    def __init__(self, connection: Connection, termination: str = "\n", **settings: Any) -> None:
        self._labkit_connection = connection
        self._termination = termination
        self._settings = settings
        try:
            self._connect()
        except (ValueError, ImportError) as error:  # what PyVISA raises for a library or interface that is not there
            raise CommunicationLost(
                f"{connection.name} ({connection.address}): VISA cannot reach it: {str(error).splitlines()[0]}",
                "install a VISA library (NI-VISA, Keysight IO, pyvisa-py with PyUSB), or rehearse with --virtual",
            ) from error

    def _connect(self) -> None:
        connection = self._labkit_connection
        with _telling(connection, "connecting"):
            super().__init__(
                connection.address,
                visa_library=connection.visa_library,
                timeout=int(connection.timeout * 1000),
                read_termination=self._termination,
                write_termination=self._termination,
                **self._settings,
            )

    @property
    def _resource(self) -> MessageBasedResource:
        resource = self.connection
        if not isinstance(resource, MessageBasedResource):
            raise InstrumentError(f"{self._labkit_connection.address} takes no messages", "correct the address")
        return resource

    def _write(self, command: str, **kwargs: Any) -> None:
        with _telling(self._labkit_connection, f"sending {command!r}"):
            super()._write(command, **kwargs)

    def _read(self, **kwargs: Any) -> str:
        with _telling(self._labkit_connection, "waiting for an answer"):
            return super()._read(**kwargs)

    def read_block(self, count: int) -> npt.NDArray[np.float64]:
        """Read `count` doubles, little-endian, as a definite (`#8...`) or indefinite (`#0`) block with its line end.

        Raises InstrumentError when what arrives is not such a block.
        """
        with _telling(self._labkit_connection, "reading a block of data"), self._unterminated() as resource:
            header = resource.read_bytes(2)
            length = 8 * count
            if header[:1] != b"#" or not header[1:].isdigit():
                raise self._garbled(header)
            if digits := int(header[1:]):
                announced = resource.read_bytes(digits)
                if not announced.isdigit() or int(announced) != length:
                    raise self._garbled(header + announced)
            data = resource.read_bytes(length + 1, chunk_size=length + 1)
        if data[-1:] != b"\n":
            raise self._garbled(data[-1:])
        return np.frombuffer(data[:-1], dtype="<f8").astype(np.float64)

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
        """Make a line usable again: a device clear ends an unfinished exchange; a lost connection is opened anew.

        Raises CommunicationLost when neither helps.
        """
        try:
            with _telling(self._labkit_connection, "clearing"):
                self._resource.clear()
        except CommunicationLost:
            with suppress(pyvisa.errors.Error):
                self.connection.close()
            self._connect()

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
