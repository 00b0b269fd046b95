"""The base of all SCPI firmware: input, output, error queue, status bytes, and the commands that IEEE 488.2 demands.

A firmware class has a `TABLE` of commands (`ScpiInstrument.TABLE.extended(...)`), whose functions are its methods.
A function gives the answer at once, or is a process (a generator) that takes time in the world; commands that came
after it wait, as they do in an instrument, while the controller goes on.
"""

from collections import deque
from collections.abc import Generator
from typing import ClassVar

from labkit_sim._errors import MESSAGES, ErrorEntry, ErrorQueue, ScpiError, StatusRegister
from labkit_sim._process import Process, Signal, Task, Wish
from labkit_sim._scpi import Answer, Command, CommandTable, Reply, event
from labkit_sim._scpi_data import Call, message_end, split_outside
from labkit_sim._station import Latency, Station

ERROR_AVAILABLE, QUESTIONABLE, MESSAGE_AVAILABLE, EVENT_SUMMARY, REQUEST, OPERATION = 4, 8, 16, 32, 64, 128
"""Bits of the status byte."""

OPERATION_COMPLETE, QUERY_ERROR, DEVICE_ERROR, EXECUTION_ERROR, COMMAND_ERROR, POWER_ON = 1, 4, 8, 16, 32, 128
"""Bits of the standard event status register."""


class ScpiInstrument:
    """A simulated instrument that speaks SCPI; it knows its manual, and nothing of who talks to it."""

    TABLE: ClassVar[CommandTable]
    ERROR_DEPTH: ClassVar[int] = 20
    IDENTITY: ClassVar[str] = "labkit,SCPI,{serial},1.0"

    def __init__(self, station: Station) -> None:
        self.station = station
        self.world = station.world
        self.latency = Latency()
        self.disturbances = station.disturbances
        self.errors = ErrorQueue(self.ERROR_DEPTH)
        self.operation = StatusRegister(self._status_changed)
        self.questionable = StatusRegister(self._status_changed)
        self.triggered = Signal()
        self.service_requested = Signal()
        self._event_status = POWER_ON
        self._event_enable = 0
        self._request_enable = 0
        self._requesting = False
        self._summary_before = False
        self._input = ""
        self._messages: deque[str] = deque()
        self._units: deque[str] = deque()
        self._path = ""
        self._answers: list[bytes] = []
        self._in_message = False
        self._output: deque[bytes] = deque()
        self._held: Task | None = None
        self._operations: list[Task] = []

    # What a firmware class says of itself

    def identity(self) -> str:
        """Give the answer to `*IDN?`."""
        return self.IDENTITY.format(serial=self.station.serial)

    def reset(self) -> None:
        """Bring the settings to those of `*RST`."""

    def format_error(self, entry: ErrorEntry | None) -> str:
        """Write an entry of the error queue as the dialect does; None is the empty queue."""
        return f'{entry.code},"{entry.message}"' if entry else '0,"No error"'

    def trigger(self) -> None:
        """Act on `*TRG` or a trigger from the bus: fires `triggered`."""
        self.triggered.fire()

    def begin_operation(self, process: Process) -> Task:
        """Start a process that goes on beside later commands; `*OPC`, `*OPC?` and `*WAI` wait for it."""
        task = self.world.spawn(self._guarded(process))
        self._operations = [found for found in self._operations if not found.done]
        if not task.done:
            self._operations.append(task)
        return task

    def end_operations(self) -> None:
        """Give up all processes that `begin_operation` started."""
        operations, self._operations = self._operations, []
        for task in operations:
            task.cancel()

    @property
    def busy(self) -> bool:
        """Whether an operation is under way."""
        return any(not task.done for task in self._operations)

    # Errors and status

    def error(self, code: int, message: str = "") -> None:
        """Put an error into the queue and set its bit of the event status."""
        text = message or MESSAGES.get(code, "Device-specific error")
        self.errors.push(ErrorEntry(code, text, self.world.now))
        self._event_status |= _event_bit(code)
        self._status_changed()

    def event_happened(self, bit: int) -> None:
        """Set a bit of the standard event status."""
        self._event_status |= bit
        self._status_changed()

    def status_byte(self) -> int:
        """Give the status byte as `*STB?` does, with the master summary in bit 6."""
        byte = ERROR_AVAILABLE if len(self.errors) else 0
        byte |= QUESTIONABLE if self.questionable.summary else 0
        byte |= MESSAGE_AVAILABLE if self._output else 0
        byte |= EVENT_SUMMARY if self._event_status & self._event_enable else 0
        byte |= OPERATION if self.operation.summary else 0
        return byte | (REQUEST if byte & self._request_enable & ~REQUEST else 0)

    def _status_changed(self) -> None:
        if not self._request_enable:
            self._requesting = self._summary_before = False
            return
        summary = bool(self.status_byte() & REQUEST)
        if summary and not self._summary_before:
            self._requesting = True
            self.service_requested.fire()
        elif not summary:
            self._requesting = False
        self._summary_before = summary

    # The bus

    def output_ready(self) -> bool:
        """Tell whether an answer waits to be read."""
        return bool(self._output)

    def waiting(self) -> int:
        """Give how many bytes wait to be read."""
        return sum(map(len, self._output))

    def receive(self, data: bytes, end: bool) -> None:
        """Take bytes; a message is over at a newline, or at the byte that the bus marks as the last."""
        self._input += data.decode("latin-1")
        while (at := message_end(self._input)) is not None:
            message, self._input = self._input[:at], self._input[at + 1 :]
            self._messages.append(message)
        if end and self._input:
            self._messages.append(self._input)
            self._input = ""
        self._work()

    def take(self, count: int, stop: int | None) -> tuple[bytes, bool]:
        """Give at most `count` bytes of the oldest answer, up to the byte `stop`, and whether the answer is over."""
        if not self._output:
            return b"", False
        answer = self._output[0]
        if stop is not None and (found := answer.find(stop, 0, count)) >= 0:
            count = found + 1
        part, rest = answer[:count], answer[count:]
        if rest:
            self._output[0] = rest
        else:
            self._output.popleft()
            self._status_changed()
        return part, not rest

    def unanswered(self) -> None:
        """Note that the controller read and nothing came: -420, unless a command is still at work."""
        if self._held is None and not self._output:
            self.error(-420)

    def serial_poll(self) -> int:
        """Give the status byte with its request bit, and clear the request."""
        byte = self.status_byte() & ~REQUEST | (REQUEST if self._requesting else 0)
        self._requesting = False
        return byte

    def device_clear(self) -> None:
        """Empty input and output and give up the command under way; settings and status stay."""
        held, self._held = self._held, None
        self._input = ""
        self._messages.clear()
        self._units.clear()
        self._answers.clear()
        self._in_message = False
        self._output.clear()
        if held is not None:
            held.cancel()
        self._status_changed()

    def group_trigger(self) -> None:
        """Take a trigger from the bus."""
        self.trigger()

    # Commands at work

    def _work(self) -> None:
        while self._held is None:
            if self._units:
                self._execute(self._units.popleft())
            elif self._in_message:
                self._end_message()
            elif self._messages:
                self._begin_message(self._messages.popleft())
            else:
                return

    def _begin_message(self, message: str) -> None:
        self._path = ""
        units = [unit for unit in split_outside(message, ";") if unit and not unit.isspace()]
        if not units:
            return
        self._in_message = True
        if self._output:
            self._output.clear()
            self.error(-410)
        self._units.extend(units)

    def _end_message(self) -> None:
        self._in_message = False
        if self._answers:
            self._output.append(b";".join(self._answers) + b"\n")
            self._answers = []
            self._status_changed()

    def _execute(self, unit: str) -> None:
        try:
            target, call = self.TABLE.call(unit, self._path)
            self._path = target.path
            reply = target.handler(self, call)
        except ScpiError as error:
            self.error(error.code, error.message)
            if -200 < error.code <= -100:
                self._units.clear()
            return
        if isinstance(reply, Generator):
            self._hold(reply)
        else:
            self._answer(reply)

    def _answer(self, answer: Answer) -> None:
        if answer is not None:
            self._answers.append(answer if isinstance(answer, bytes) else answer.encode("latin-1"))

    def _hold(self, process: Generator[Wish, None, Answer]) -> None:
        task = self.world.spawn(self._guarded(process))
        if task.done:
            self._answer(task.result)
            return
        self._held = task

        def go_on() -> None:
            if self._held is task:
                self._held = None
                self._answer(task.result)
                self._work()

        task.finished.listeners.append(go_on)

    def _guarded(self, process: Generator[Wish, None, Answer]) -> Generator[Wish, None, Answer]:
        try:
            return (yield from process)
        except ScpiError as error:
            self.error(error.code, error.message)
            return None

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


def _event_bit(code: int) -> int:
    if -200 < code <= -100:
        return COMMAND_ERROR
    if -300 < code <= -200:
        return EXECUTION_ERROR
    if -500 < code <= -400:
        return QUERY_ERROR
    return DEVICE_ERROR
