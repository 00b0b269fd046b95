"""The state of a simulated 2450, and what its commands have in common."""

from collections.abc import Generator
from dataclasses import replace
from typing import ClassVar

from labkit_sim._errors import ErrorEntry, ScpiError
from labkit_sim._instrument import ScpiInstrument
from labkit_sim._keithley_2450_buffer import ReadingBuffers, Readings
from labkit_sim._keithley_2450_channel import Channel
from labkit_sim._keithley_2450_events import LINES, TIMERS, DigitalLine, EventBoard, Timer
from labkit_sim._keithley_2450_format import DataFormat
from labkit_sim._keithley_2450_lists import ConfigurationLists
from labkit_sim._keithley_2450_log import ERROR, INFORMATION, WARNING, EventLog, EventMap, LogEntry
from labkit_sim._keithley_2450_run import Parts, Store
from labkit_sim._keithley_2450_settings import Quantity, Sense, SenseSetting, SourceSetting
from labkit_sim._keithley_2450_trigger import TriggerModel
from labkit_sim._process import Wish
from labkit_sim._scpi import Answer
from labkit_sim._station import Station

LANGUAGES = ("SCPI", "TSP", "SCPI2400")
_BUFFER_FULL = 4917


class Keithley2450Core(ScpiInstrument):
    """A 2450 without its command table.

    Options of the station: `language` (`SCPI`, `TSP` or `SCPI2400`), `interlock` (whether it is closed) and
    `digital_line_<n>`, the name of the bench's wire on a line of the digital port. In another language than SCPI only
    the common commands work, and any other is an error without a reply.
    """

    IDENTITY: ClassVar[str] = "KEITHLEY INSTRUMENTS INC.,MODEL 2450,{serial},1.7.12b"

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        self.log = EventLog()
        self.errors = self.log
        self.operation_map, self.questionable_map = EventMap(self.operation), EventMap(self.questionable)
        self.language = str(station.options.get("language", "SCPI")).upper()
        if self.language not in LANGUAGES:
            raise ValueError(f"option language is {self.language}, but a 2450 speaks {', '.join(LANGUAGES)}")
        self.next_language = self.language
        self.channel = Channel(station)
        self.buffers = ReadingBuffers()
        self.source_lists: ConfigurationLists[SourceSetting] = ConfigurationLists()
        self.sense_lists: ConfigurationLists[Sense] = ConfigurationLists()
        self.format = DataFormat()
        self.board = EventBoard()
        self.lines = {number: self._digital_line(number) for number in range(1, LINES + 1)}
        self.timers = {number: Timer(f"TIM{number}", self.world, self.board) for number in range(1, TIMERS + 1)}
        for line in self.lines.values():
            self.board.listen(line.react)
        for timer in self.timers.values():
            self.board.listen(timer.react)
        self.trigger_model = TriggerModel(self._parts())

    def _digital_line(self, number: int) -> DigitalLine:
        named = self.station.options.get(f"digital_line_{number}")
        line = self.station.line(str(number)) if named is None else self.world.line(str(named))
        return DigitalLine(f"DIG{number}", self.world, self.board, line)

    def _parts(self) -> Parts:
        return Parts(
            self.channel,
            self.buffers,
            self.source_lists,
            self.sense_lists,
            self.board,
            self.lines,
            self.stores,
            self.note,
        )

    def reset(self) -> None:
        """Go back to the settings of `*RST`."""
        self.trigger_model.aborted()
        self.trigger_model.load(())
        self.channel.reset()
        self.buffers.reset()
        self.source_lists.clear()
        self.sense_lists.clear()
        self.format = DataFormat()
        self.board.happened.clear()
        for line in self.lines.values():
            line.reset()
        for timer in self.timers.values():
            timer.reset()

    # Language

    def _execute(self, unit: str) -> None:
        if self.language == "SCPI" or unit.lstrip().startswith("*"):
            super()._execute(unit)
        else:
            self.error(-285 if self.language == "TSP" else -113)

    # Events

    def format_error(self, entry: ErrorEntry | None) -> str:
        """Write an event as `code,"message;kind;time"`."""
        return entry.written() if isinstance(entry, LogEntry) else '0,"No error;0;0 0"'

    def note(self, kind: int, number: int, message: str) -> None:
        """Log an event: 1 an error, 2 a warning, 4 information."""
        if kind == ERROR:
            self.error(number, message)
        else:
            self.log.push(LogEntry(number, message, self.world.now, kind))
        self.operation_map.happened(number)
        self.questionable_map.happened(number)

    def warn(self, number: int, message: str) -> None:
        """Log a warning."""
        self.note(WARNING, number, message)

    def trigger(self) -> None:
        """Take `*TRG` or a trigger from the bus as the command event."""
        super().trigger()
        self.board.post("COMM")

    # Settings

    def check_idle(self) -> None:
        """Raise ScpiError -221 while the trigger model runs: settings of source and meter are its own then."""
        if self.trigger_model.running:
            raise ScpiError(-221, "Settings conflict: the trigger model is running")

    def set_source(self, setting: SourceSetting) -> None:
        """Change one source function; raises ScpiError with the old value kept."""
        self.check_idle()
        self.channel.set_source(setting)

    def set_sense(self, setting: SenseSetting) -> None:
        """Change one measure function."""
        self.check_idle()
        self.channel.sense = self.channel.sense.changed(setting)

    def select_sense(self, quantity: Quantity) -> None:
        """Choose what is measured; a resistance brings the current source of its range with it."""
        self.check_idle()
        channel = self.channel
        channel.sense = replace(channel.sense, active=quantity)
        channel.auto_ohms = quantity is Quantity.RESISTANCE
        if channel.auto_ohms:
            channel.change_source(channel.ohms_source(channel.sense.setting.full_scale))

    # Readings

    def stores(self, name: str) -> Store:
        """Give what puts readings into a buffer; readings that do not fit make one error."""
        buffer = self.buffers[name]
        told = False

        def store(readings: Readings) -> None:
            nonlocal told
            was_full = len(buffer) == buffer.capacity
            lost = buffer.append(readings)
            if not was_full and len(buffer) == buffer.capacity:
                self.note(INFORMATION, _BUFFER_FULL, f"Reading buffer {name} is 100% filled")
            if lost and not told:
                told = True
                self.note(ERROR, 4915, "Attempting to store past capacity of reading buffer")

        return store

    def take_readings(self, name: str, elements: list[str]) -> Generator[Wish, None, Answer]:
        """Measure as often as `:SENSe:COUNt` says; the answer is the last reading."""
        self.check_idle()
        buffer = self.buffers[name]
        yield from self.channel.measure(self.channel.sense.count, self.stores(name))
        return self.format.answer(buffer.last(), elements, buffer.first_time)

    def take_quietly(self, name: str) -> Generator[Wish, None, None]:
        """Measure as often as `:SENSe:COUNt` says, without an answer."""
        self.check_idle()
        yield from self.channel.measure(self.channel.sense.count, self.stores(name))
