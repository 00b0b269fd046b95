"""The base of all SCPI firmware: who it is, its place on the bench, and the commands that IEEE 488.2 demands.

A firmware class has a `TABLE` of commands (`ScpiInstrument.TABLE.extended(...)`), whose functions are its methods.
"""

from collections.abc import Generator
from typing import ClassVar

from labkit_sim._endpoint import Latency
from labkit_sim._errors import ErrorEntry
from labkit_sim._exchange import MessageExchange
from labkit_sim._process import Wish
from labkit_sim._scpi import Answer, Command, CommandTable, Reply, event
from labkit_sim._scpi_data import Call
from labkit_sim._station import Station
from labkit_sim._status import OPERATION_COMPLETE, REQUEST


class ScpiInstrument(MessageExchange):
    """A simulated instrument that speaks SCPI; it knows its manual, and nothing of who talks to it."""

    ERROR_DEPTH: ClassVar[int] = 20
    IDENTITY: ClassVar[str] = "labkit,SCPI,{serial},1.0"

    def __init__(self, station: Station) -> None:
        super().__init__(station.world, self.ERROR_DEPTH)
        self.station = station
        self.latency = Latency()
        self.disturbances = station.disturbances

    def identity(self) -> str:
        """Give the answer to `*IDN?`."""
        return self.IDENTITY.format(serial=self.station.serial)

    def reset(self) -> None:
        """Bring the settings to those of `*RST`."""

    def format_error(self, entry: ErrorEntry | None) -> str:
        """Write an entry of the error queue as the dialect does; None is the empty queue."""
        return f'{entry.code},"{entry.message}"' if entry else '0,"No error"'

    # IEEE 488.2 and what SCPI-99 demands

    def _identity(self, call: Call) -> Reply:
        return self.identity()

    def _reset(self, call: Call) -> Reply:
        self.end_operations()
        self.reset()
        return None

    def _clear_status(self, call: Call) -> Reply:
        self.errors.clear()
        self._event_status = 0
        self.operation.event = self.questionable.event = 0
        self._status_changed()
        return None

    def _operations_over(self) -> Generator[Wish, None, None]:
        yield from tuple(self._operations)

    def _operation_complete(self, call: Call) -> Reply:
        def note() -> Generator[Wish, None, None]:
            yield from self._operations_over()
            self.event_happened(OPERATION_COMPLETE)

        self.world.spawn(note())
        return None

    def _is_operation_complete(self, call: Call) -> Reply:
        if not self.busy:
            return "1"

        def wait() -> Generator[Wish, None, Answer]:
            yield from self._operations_over()
            return "1"

        return wait()

    def _wait(self, call: Call) -> Reply:
        return self._operations_over() if self.busy else None

    def _set_event_enable(self, call: Call) -> Reply:
        self._event_enable = call.integer(0, 0, 255)
        self._status_changed()
        return None

    def _get_event_enable(self, call: Call) -> Reply:
        return str(self._event_enable)

    def _take_event_status(self, call: Call) -> Reply:
        status, self._event_status = self._event_status, 0
        self._status_changed()
        return str(status)

    def _set_request_enable(self, call: Call) -> Reply:
        self._request_enable = call.integer(0, 0, 255) & ~REQUEST
        self._status_changed()
        return None

    def _get_request_enable(self, call: Call) -> Reply:
        return str(self._request_enable)

    def _get_status_byte(self, call: Call) -> Reply:
        return str(self.status_byte())

    def _self_test(self, call: Call) -> Reply:
        return "0"

    def _trigger(self, call: Call) -> Reply:
        self.trigger()
        return None

    def _next_error(self, call: Call) -> Reply:
        entry = self.errors.pop()
        self._status_changed()
        return self.format_error(entry)

    def _all_errors(self, call: Call) -> Reply:
        entries = []
        while entry := self.errors.pop():
            entries.append(self.format_error(entry))
        self._status_changed()
        return ",".join(entries) or self.format_error(None)

    def _error_count(self, call: Call) -> Reply:
        return str(len(self.errors))

    def _version(self, call: Call) -> Reply:
        return "1999.0"

    def _preset_status(self, call: Call) -> Reply:
        self.operation.preset()
        self.questionable.preset()
        self._status_changed()
        return None

    TABLE = CommandTable(
        (
            Command("*IDN", query=_identity, query_arguments=(0, 0)),
            event("*RST", _reset),
            event("*CLS", _clear_status),
            Command("*OPC", _operation_complete, _is_operation_complete, (0, 0), (0, 0)),
            event("*WAI", _wait),
            Command("*ESE", _set_event_enable, _get_event_enable, query_arguments=(0, 0)),
            Command("*ESR", query=_take_event_status, query_arguments=(0, 0)),
            Command("*SRE", _set_request_enable, _get_request_enable, query_arguments=(0, 0)),
            Command("*STB", query=_get_status_byte, query_arguments=(0, 0)),
            Command("*TST", query=_self_test, query_arguments=(0, 0)),
            event("*TRG", _trigger),
        )
    )
    """The commands that IEEE 488.2 demands of every instrument."""

    ERROR_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command(":SYSTem:ERRor[:NEXT]", query=_next_error, query_arguments=(0, 0)),
        Command(":SYSTem:ERRor:COUNt", query=_error_count, query_arguments=(0, 0)),
        Command(":SYSTem:ERRor:ALL", query=_all_errors, query_arguments=(0, 0)),
        Command(":SYSTem:VERSion", query=_version, query_arguments=(0, 0)),
        event(":STATus:PRESet", _preset_status),
    )
    """What SCPI-99 adds; a firmware whose dialect differs leaves it out."""
