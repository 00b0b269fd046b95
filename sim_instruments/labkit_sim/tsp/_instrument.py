"""A simulated instrument that speaks TSP: messages are chunks of Lua, run one after the other in the world's time."""

import re
from collections import deque
from collections.abc import Generator
from typing import ClassVar

from labkit_sim._errors import ErrorEntry
from labkit_sim._instrument import ScpiInstrument
from labkit_sim._process import Signal, Wish
from labkit_sim._scpi_data import split_outside
from labkit_sim._station import Station
from labkit_sim._status import OPERATION_COMPLETE, REQUEST
from labkit_sim.tsp._arguments import choice
from labkit_sim.tsp._errors import TspError
from labkit_sim.tsp._format import NumberFormat
from labkit_sim.tsp._interpreter import Interpreter
from labkit_sim.tsp._nodes import Node, Process, Setting, Value
from labkit_sim.tsp._registers import RegisterSet
from labkit_sim.tsp._scripts import Scripts
from labkit_sim.tsp._status_table import (
    MEASUREMENT,
    MEASUREMENT_BITS,
    OPERATION_BITS,
    QUESTIONABLE_BITS,
    status_table,
)
from labkit_sim.tsp._system import publish_system

_LOAD = re.compile(r"^(loadscript|loadandrunscript)(?:\s+([A-Za-z_]\w*))?$")
_LONGEST_INPUT = 4 << 20
_FULL_OUTPUT = 4 << 20


class TspInstrument(ScpiInstrument):
    """The command interface that all TSP instruments share.

    A model derives from this class, sets IDENTITY, MODEL, REVISION and PRECISION, and in its `__init__`, after that of
    this class, publishes its own tables: `self.interpreter.publish("channel", node)`. `reset` puts its settings back.

    Beside chunks there are the common commands of IEEE 488.2 (any case), `loadscript` and `loadandrunscript` up to
    `endscript`, and `abort`, which ends a running script at once, as a device clear does. `*TRG` that arrives while a
    script runs and nothing else waits acts at once.
    """

    ERROR_DEPTH: ClassVar[int] = 100  # not verified
    MODEL: ClassVar[str] = ""
    REVISION: ClassVar[str] = ""
    PRECISION: ClassVar[int] = 6

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        self.format = NumberFormat(self.PRECISION)
        self.prompts = False
        self.show_errors = False
        self.line_frequency = Setting(station.line_frequency, lambda value: choice(value, (50, 60)))
        self._loading: list[str] | None = None
        self._load_name = ""
        self._load_runs = False
        self._drained = Signal()
        self.interpreter = Interpreter(
            self.world, self.report, self._print, self.world.random(f"{station.name} {station.serial} script")
        )
        self.scripts = Scripts(self.interpreter, self.write_line)
        self.measurement = RegisterSet(MEASUREMENT_BITS, self._status_changed)
        self.operation_set = RegisterSet(OPERATION_BITS, self._status_changed, self.operation)
        self.questionable_set = RegisterSet(QUESTIONABLE_BITS, self._status_changed, self.questionable)
        publish_system(self)
        self.publish_status()

    def reset(self) -> None:
        """Bring the settings to those of `reset()`."""
        self.format.reset()

    # Messages

    def receive(self, data: bytes, end: bool) -> None:
        """Take bytes; a message is over at a newline, or at the byte that the bus marks as the last."""
        self._input += data.decode("latin-1")
        *lines, self._input = self._input.split("\n")
        if end and self._input:
            lines.append(self._input)
            self._input = ""
        if len(self._input) > _LONGEST_INPUT:
            self._input = ""
            self.error(-363)
        for line in lines:
            self._arrived(line.strip("\r"))
        self._work()

    def _arrived(self, line: str) -> None:
        word = line.strip().lower()
        if word == "abort" and self._loading is None:
            self._abort()
        elif word == "*trg" and self._held is not None and not self._messages:
            self.trigger()
        else:
            self._messages.append(line)

    def _abort(self) -> None:
        """End the running script and forget what waits behind it."""
        held, self._held = self._held, None
        self._messages.clear()
        if held is not None:
            held.cancel()
        self.end_operations()

    def acts_at_once(self, message: bytes) -> bool:
        """Tell whether a message acts while a script runs: `abort`, and `*trg` for a script that waits for it."""
        return message.strip().lower() in (b"abort", b"*trg")

    def device_clear(self) -> None:
        """Empty input and output and end the running script; settings and status stay."""
        super().device_clear()
        self._loading = None

    def _begin_message(self, message: str) -> None:
        text = message.strip()
        if self._loading is not None:
            self._take_script_line(message)
        elif text.startswith("*"):
            self._path = ""
            self._units = deque(unit for unit in split_outside(text, ";") if unit and not unit.isspace())
            self._in_message = True
        elif load := _LOAD.match(text):
            self._loading = []
            self._load_runs, self._load_name = load[1] == "loadandrunscript", load[2] or ""
        elif text:
            self._hold(self._chunk(text))

    def _take_script_line(self, line: str) -> None:
        if self._loading is None or line.strip() != "endscript":
            if self._loading is not None:
                self._loading.append(line)
            return
        source, self._loading = "\n".join(self._loading), None
        self._hold(self._script(source, self._load_name, self._load_runs))

    def _chunk(self, text: str) -> Process:
        try:
            yield from self.interpreter.run(self.interpreter.compile(text))
        except TspError as error:
            self.report(error)
        self._prompt()

    def _script(self, source: str, name: str, run: bool) -> Process:
        try:
            script = self.scripts.load(source, name)
            if run:
                yield from self.interpreter.run(script.function)
        except TspError as error:
            self.report(error)
        self._prompt()

    def _prompt(self) -> None:
        if self.prompts:
            self._write_line(b"TSP?" if len(self.errors) else b"TSP>")

    # Answers

    def _print(self, *values: Value) -> Process:
        return self.write_line("\t".join(map(self.format.written, values)).encode("latin-1", "replace"))

    def write_line(self, line: bytes) -> Process:
        """Put a line into the output queue; a script waits while the queue is full."""
        while self.waiting() > _FULL_OUTPUT:
            yield self._drained
        self._write_line(line)

    def _write_line(self, line: bytes) -> None:
        self._output.append(line + b"\n")
        self._status_changed()

    def take(self, count: int, stop: int | None) -> tuple[bytes, bool]:
        """Give at most `count` bytes of the oldest line, up to the byte `stop`, and whether the line is over."""
        taken = super().take(count, stop)
        self._drained.fire()
        return taken

    # Errors and operations

    def report(self, error: TspError) -> None:
        """Put an error of a script into the queue."""
        self.error(error.code, error.message)

    def error(self, code: int, message: str = "") -> None:
        """Put an error into the queue, and show it when the controller wants that."""
        super().error(code, message)
        if self.show_errors:
            self._write_line(f"{code}\t{message}".encode("latin-1", "replace"))

    def format_error(self, entry: ErrorEntry | None) -> str:
        """Write an entry of the queue as a text."""
        return f"{entry.code}\t{entry.message}" if entry else "0\tQueue Is Empty"

    def operations_over(self) -> Generator[Wish, None, None]:
        """Wait until all overlapped operations are over."""
        yield from tuple(self._operations)

    # Status

    def publish_status(self) -> None:
        """Publish `status`; a model does it again after it has added register sets."""
        self.publish("status", status_table(self))

    def status_byte(self) -> int:
        """Give the status byte, with the measurement summary in bit 0."""
        byte = super().status_byte()
        if self.measurement.register.summary:
            byte |= MEASUREMENT
        enabled = byte & self._request_enable & ~REQUEST
        return byte | (REQUEST if enabled else 0)

    def reset_status(self) -> None:
        """Do what `status.reset()` does: enables and events are cleared, filters are the defaults."""
        for found in (self.measurement, self.operation_set, self.questionable_set):
            found.reset()
        self._event_status = self._event_enable = self._request_enable = 0
        self._status_changed()

    @property
    def request_enable(self) -> int:
        """The mask of the status byte's bits that request service."""
        return self._request_enable

    def set_request_enable(self, mask: int) -> None:
        """Choose the bits of the status byte that request service."""
        self._request_enable = mask & ~REQUEST
        self._status_changed()

    @property
    def event_status(self) -> int:
        """The standard event status, which stays."""
        return self._event_status

    def take_event_status(self) -> int:
        """Read the standard event status, which clears it."""
        status, self._event_status = self._event_status, 0
        self._status_changed()
        return status

    @property
    def event_enable(self) -> int:
        """The mask of the standard events that are summed up."""
        return self._event_enable

    def set_event_enable(self, mask: int) -> None:
        """Choose the standard events that are summed up."""
        self._event_enable = mask
        self._status_changed()

    # Operations

    def complete_when_idle(self) -> None:
        """Set the operation complete bit once all overlapped operations are over."""

        def note() -> Process:
            yield from self.operations_over()
            self.event_happened(OPERATION_COMPLETE)

        self.world.spawn(note())

    def clear_errors(self) -> None:
        """Clear the error queue."""
        self.errors.clear()
        self._status_changed()

    def next_error(self) -> ErrorEntry | None:
        """Take the oldest error."""
        entry = self.errors.pop()
        self._status_changed()
        return entry

    def reset_all(self) -> None:
        """Do what `reset()` and `*RST` do."""
        self.end_operations()
        self.reset()

    def publish(self, name: str, node: Node) -> None:
        """Make a table of the command set known under a global name."""
        self.interpreter.publish(name, node)
