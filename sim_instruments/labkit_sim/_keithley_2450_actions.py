"""Blocks of a 2450's trigger model that act on the source, the meter, the buffers and the lines, or wait."""

from dataclasses import dataclass

from labkit.core import Nanoseconds
from labkit_sim._keithley_2450_block import ActingBlock, Effect
from labkit_sim._keithley_2450_run import TriggerRun


@dataclass(frozen=True, slots=True)
class BufferClear(ActingBlock):
    """Empty a buffer."""

    NAME = "BUFFER_CLEAR"
    buffer: str

    def act(self, run: TriggerRun) -> Effect:
        """Clear."""
        yield run.catch_up()
        run.parts.buffers[self.buffer].clear()
        return run.place + 1

    def settings(self) -> str:
        """Tell the buffer."""
        return f"BUFFER: {self.buffer}"


@dataclass(frozen=True, slots=True)
class Recall(ActingBlock):
    """Put settings of a source list, a measure list or one of each in force."""

    NAME = "CONFIG_RECALL"
    lists: tuple[tuple[str, int], ...]

    def act(self, run: TriggerRun) -> Effect:
        """Recall the given indices."""
        for name, index in self.lists:
            yield from run.recall(name, index)
        return run.place + 1

    def settings(self) -> str:
        """Tell lists and indices."""
        return " ".join(f"CONFIG_LIST: {name} INDEX: {index}" for name, index in self.lists)


@dataclass(frozen=True, slots=True)
class RecallNext(ActingBlock):
    """Put the settings after the latest ones of lists in force, or, `backwards`, those before."""

    NAME = "CONFIG_NEXT"
    lists: tuple[str, ...]
    backwards: bool = False

    def act(self, run: TriggerRun) -> Effect:
        """Recall the next or previous indices."""
        for name in self.lists:
            lists = run.parts.lists_of(name)
            index = lists.index_before(name) if self.backwards else lists.index_after(name)
            yield from run.recall(name, index)
        return run.place + 1

    def settings(self) -> str:
        """Tell the lists."""
        direction = " BACKWARDS" if self.backwards else ""
        return " ".join(f"CONFIG_LIST: {name}" for name in self.lists) + direction


@dataclass(frozen=True, slots=True)
class SourceState(ActingBlock):
    """Switch the output."""

    NAME = "SOURCE_OUTPUT"
    on: bool

    def act(self, run: TriggerRun) -> Effect:
        """Switch."""
        yield run.catch_up()
        run.parts.channel.set_output(self.on)
        return run.place + 1

    def settings(self) -> str:
        """Tell the state."""
        return f"OUTPUT: {'ON' if self.on else 'OFF'}"


@dataclass(frozen=True, slots=True)
class Delay(ActingBlock):
    """Wait for a fixed time."""

    NAME = "DELAY_CONSTANT"
    duration: Nanoseconds

    def act(self, run: TriggerRun) -> Effect:
        """Wait."""
        run.spend(self.duration)
        yield run.catch_up()
        return run.place + 1

    def settings(self) -> str:
        """Tell the time."""
        return f"DELAY: {self.duration / 1e9:.9f}"


@dataclass(frozen=True, slots=True)
class DynamicDelay(ActingBlock):
    """Wait for a user delay of the source or of the measure function."""

    NAME = "DELAY_DYNAMIC"
    of_source: bool
    number: int

    def act(self, run: TriggerRun) -> Effect:
        """Wait."""
        channel = run.parts.channel
        delays = channel.source.setting.user_delays if self.of_source else channel.sense.setting.user_delays
        run.spend(round(delays[self.number - 1] * 1e9))
        yield run.catch_up()
        return run.place + 1

    def settings(self) -> str:
        """Tell which delay."""
        return f"USER_DELAY: {'SOURCE' if self.of_source else 'MEASURE'}{self.number}"


@dataclass(frozen=True, slots=True)
class Measure(ActingBlock):
    """Take readings; `count` None goes on beside the later blocks, 0 ends that."""

    NAME = "MEASURE"
    buffer: str
    count: int | None = 1

    def act(self, run: TriggerRun) -> Effect:
        """Measure."""
        run.end_background()
        if self.count is None:
            yield from run.measure_on(self.buffer)
        elif self.count:
            yield from run.measure(self.buffer, self.count)
        return run.place + 1

    def settings(self) -> str:
        """Tell buffer and count."""
        return f"BUFFER: {self.buffer} COUNT: {'INF' if self.count is None else self.count}"


@dataclass(frozen=True, slots=True)
class Notify(ActingBlock):
    """Post a notify event."""

    NAME = "NOTIFY"
    number: int

    def act(self, run: TriggerRun) -> Effect:
        """Post."""
        yield run.catch_up()
        run.parts.board.post(f"NOT{self.number}")
        return run.place + 1

    def settings(self) -> str:
        """Tell the event."""
        return f"NOTIFY: {self.number}"


@dataclass(frozen=True, slots=True)
class Wait(ActingBlock):
    """Wait for one of several events, or for all of them; `clear` forgets what happened before."""

    NAME = "WAIT"
    events: tuple[str, ...]
    clear: bool = False
    every: bool = False

    def act(self, run: TriggerRun) -> Effect:
        """Wait."""
        yield run.catch_up()
        board = run.parts.board
        if self.clear:
            board.happened.difference_update(self.events)
        run.waiting_since = run.at
        while not self._met(board.happened):
            yield board.posted
        run.waiting_since = None
        board.happened.difference_update(self.events)
        run.follow()
        return run.place + 1

    def _met(self, happened: set[str]) -> bool:
        return happened.issuperset(self.events) if self.every else not happened.isdisjoint(self.events)

    def settings(self) -> str:
        """Tell the events."""
        return f"EVENT: {(' AND ' if self.every else ' OR ').join(self.events)}"


@dataclass(frozen=True, slots=True)
class DigitalOutput(ActingBlock):
    """Set digital output lines to a pattern."""

    NAME = "DIGITAL_IO"
    pattern: int
    mask: int

    def act(self, run: TriggerRun) -> Effect:
        """Write the lines of the mask."""
        yield run.catch_up()
        for number, line in run.parts.lines.items():
            bit = 1 << (number - 1)
            if self.mask & bit:
                line.write(bool(self.pattern & bit))
        return run.place + 1

    def settings(self) -> str:
        """Tell pattern and mask."""
        return f"BIT_PATTERN: {self.pattern} BIT_MASK: {self.mask}"


@dataclass(frozen=True, slots=True)
class LogEvent(ActingBlock):
    """Put an event into the event log; `kind` is 1 for an error, 2 for a warning, 4 for information."""

    NAME = "LOG_EVENT"
    kind: int
    number: int
    message: str

    def act(self, run: TriggerRun) -> Effect:
        """Log; an error ends the model when it is an abort."""
        yield run.catch_up()
        run.parts.log(self.kind, {4: 2733, 2: 2737, 1: 2741}[self.kind] + self.number, self.message)
        return run.place + 1

    def settings(self) -> str:
        """Tell the message."""
        return f"TYPE: {self.kind} MESSAGE: {self.message}"
