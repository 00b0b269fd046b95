"""What the blocks of a trigger model act on while it runs."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from labkit.core import Nanoseconds
from labkit_sim import _keithley_2450_specs as specs
from labkit_sim._keithley_2450_buffer import ReadingBuffers, Readings
from labkit_sim._keithley_2450_channel import Channel
from labkit_sim._keithley_2450_events import DigitalLine, EventBoard
from labkit_sim._keithley_2450_lists import ConfigurationLists
from labkit_sim._keithley_2450_settings import Sense, SourceSetting
from labkit_sim._process import Task, Until, Wish

Store = Callable[[Readings], None]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the instrument that a trigger model works with.

    `store` gives what puts readings into a buffer of a name; `log` takes the kind (1 error, 2 warning, 4 information),
    number and text of an event.
    """

    channel: Channel
    buffers: ReadingBuffers
    source_lists: ConfigurationLists[SourceSetting]
    sense_lists: ConfigurationLists[Sense]
    board: EventBoard
    lines: Mapping[int, DigitalLine]
    store: Callable[[str], Store]
    log: Callable[[int, int, str], None]

    def lists_of(self, name: str) -> ConfigurationLists[SourceSetting] | ConfigurationLists[Sense]:
        """Give the kind of configuration lists that has this name; raises ScpiError -224 when neither has."""
        lists = self.source_lists if name in self.source_lists else self.sense_lists
        lists.size(name)
        return lists


@dataclass(frozen=True, slots=True)
class Pace:
    """`count` readings into `buffer`, `pause` (ns) after each, up to the counting block `branch`."""

    buffer: str
    count: int
    pause: int
    branch: int


@dataclass(slots=True)
class TriggerRun:
    """One run of a trigger model.

    `at` is the run's own time (ns), which blocks without visible effect move ahead of the world's; `counters` holds how
    often each counting block was reached, `passed` the blocks that act once, `latest` the last two readings of each
    measure block.
    """

    parts: Parts
    began: int
    at: int
    place: int = 1
    waiting_since: int | None = None
    counters: dict[int, int] = field(default_factory=dict)
    passed: set[int] = field(default_factory=set)
    latest: dict[int, tuple[float, float]] = field(default_factory=dict)
    latest_measure: int = 0
    background: Task | None = None

    def spend(self, time: int = specs.BLOCK_TIME) -> None:
        """Let a block take its time."""
        self.at += time

    def catch_up(self) -> Until:
        """Give the wait until the world is where the run is."""
        return Until(Nanoseconds(self.at))

    def follow(self) -> None:
        """Set the run's time to the world's."""
        self.at = max(self.at, self.parts.channel.world.now)

    def store(self, buffer: str) -> Store:
        """Give what takes the readings of the present measure block."""
        place, put = self.place, self.parts.store(buffer)
        self.latest_measure = place

        def keep(rows: Readings) -> None:
            if len(rows):
                before = self.latest.get(place, (float("nan"),) * 2)[1]
                self.latest[place] = (
                    float(rows["reading"][-2]) if len(rows) > 1 else before,
                    float(rows["reading"][-1]),
                )
            put(rows)

        return keep

    def end_background(self) -> None:
        """Stop readings that go on beside the blocks."""
        background, self.background = self.background, None
        if background is not None:
            background.cancel()

    def measure(self, buffer: str, count: int) -> Generator[Wish, None, None]:
        """Take readings and note whether the source was at its limit."""
        yield self.catch_up()
        limited = yield from self.parts.channel.measure(count, self.store(buffer))
        self.follow()
        if limited or self.parts.channel.limited():
            self.parts.board.post("SLIM")

    def may_pace(self, pace: Pace) -> bool:
        """Whether a loop may be taken as one sampling: it begins anew, and its readings are alike."""
        return self.counters.get(pace.branch, 0) in (0, pace.count) and self.parts.channel.may_pace()

    def measure_paced(self, pace: Pace) -> Generator[Wish, None, None]:
        """Take the readings of a whole loop, and stand behind it."""
        self.end_background()
        yield self.catch_up()
        limited = yield from self.parts.channel.measure(pace.count, self.store(pace.buffer), pace.pause)
        self.follow()
        self.spend(pace.pause - specs.BLOCK_TIME)
        yield self.catch_up()
        if limited or self.parts.channel.limited():
            self.parts.board.post("SLIM")
        self.counters[pace.branch] = pace.count
        self.place = pace.branch + 1

    def measure_on(self, buffer: str) -> Generator[Wish, None, None]:
        """Begin readings that go on until the next measure block."""
        yield self.catch_up()
        channel = self.parts.channel

        def go_on() -> Generator[Wish, None, Any]:
            while True:
                yield from channel.measure(specs.BACKGROUND_READINGS, self.store(buffer))

        self.background = channel.world.spawn(go_on())

    def recall(self, name: str, index: int) -> Generator[Wish, None, None]:
        """Put a setting of a list in force; a source that changes takes its settling."""
        channel = self.parts.channel
        if name not in self.parts.source_lists:
            channel.sense = self.parts.sense_lists.recall(name, index)
            return
        yield self.catch_up()
        setting = self.parts.source_lists.recall(name, index)
        if channel.change_source(channel.source.recalled(setting)):
            self.spend(specs.SOURCE_SETTLING)
