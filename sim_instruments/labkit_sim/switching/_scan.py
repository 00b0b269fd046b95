"""`scan.*`: steps of channels that are closed one after the other, paced by triggers.

The trigger model is that of the 700B's reference manual, section 3: scan ready, arm, and for each step a channel
trigger, the channel action and channel ready. Not known and assumed: the arm stimulus is 0 (at once) after a reset.
"""

from collections.abc import Sequence

from labkit_sim._process import Task
from labkit_sim._world import World
from labkit_sim.switching._cards import Channel
from labkit_sim.switching._channels import Channels
from labkit_sim.tsp import (
    Detector,
    EventBoard,
    Node,
    Process,
    Stimulus,
    TspError,
    TspInstrument,
    Value,
    choice,
    integer,
    text,
)

MODE_OPEN_ALL, MODE_OPEN_SELECTIVE = 0, 1
EMPTY, BUILDING, RUNNING, ABORTED, FAILED, FAILED_INIT, SUCCESS = range(7)
STATES = {
    "EMPTY": EMPTY,
    "BUILDING": BUILDING,
    "RUNNING": RUNNING,
    "ABORTED": ABORTED,
    "FAILED": FAILED,
    "FAILED_INIT": FAILED_INIT,
    "SUCCESS": SUCCESS,
}
_MOST_STEPS = 65_535
_MOST_SCANS = 2**31 - 1
_NO_SCAN = 1300  # the instrument's own number is not known
Step = tuple[Channel, ...]


class _Gate:
    """A place in the trigger model that waits for the event of its stimulus, or lets pass when that is 0."""

    def __init__(self, world: World, board: EventBoard) -> None:
        self._detector = Detector(world)
        self.stimulus = Stimulus(board, self._detector.detect)

    def passed(self) -> Process:
        """Wait for the event."""
        if self.stimulus.event:
            yield from self._detector.taken()

    def clear(self) -> None:
        """Forget an event that came before."""
        self._detector.clear()

    def publish(self, node: Node) -> None:
        """Declare what the gate's table has."""
        node.attribute("stimulus", lambda: self.stimulus.event, self.stimulus.choose)
        node.function("clear", lambda *_: self._detector.clear())
        node.function("set", lambda *_: self._detector.detect())


class Scan:
    """The scan list of an instrument and the scan that runs, if any."""

    def __init__(self, instrument: TspInstrument, channels: Channels, board: EventBoard) -> None:
        self._instrument = instrument
        self._channels = channels
        self._board = board
        self._arm = _Gate(instrument.world, board)
        self._channel = _Gate(instrument.world, board)
        self._scan_ready, self._scan_start, self._channel_ready = board.new(), board.new(), board.new()
        self._scan_complete, self._idle = board.new(), board.new()
        self._running: Task | None = None
        self.reset()

    def reset(self) -> None:
        """Stop, forget the steps, and take the settings of `scan.reset()`."""
        self._stop()
        self._steps: list[Step] = []
        self._state, self._scans_done, self._steps_done = EMPTY, 0, 0
        self._scan_count = 1
        self._bypass = True
        self._mode = MODE_OPEN_ALL
        self._arm.stimulus.reset()
        self._channel.stimulus.choose(self._channel_ready)

    def node(self) -> Node:
        """Give the table `scan`."""
        node = Node()
        node.constants_from({"MODE_OPEN_ALL": MODE_OPEN_ALL, "MODE_OPEN_SELECTIVE": MODE_OPEN_SELECTIVE})
        node.constants_from(STATES)
        node.constants_from({"OFF": 0, "ON": 1})
        node.function("create", self._create)
        node.function("add", self._add)
        node.function("addimagestep", self._add_image_step)
        node.function("list", lambda *_: self._list())
        node.function("execute", lambda *_: self._execute())
        node.function("background", lambda *_: self._background())
        node.function("abort", lambda *_: self._abort())
        node.function("reset", lambda *_: self.reset())
        node.function("state", lambda *_: (self._state, self._scans_done, self._steps_done))
        node.attribute("stepcount", lambda: len(self._steps))
        node.attribute("scancount", lambda: self._scan_count, self._set_scan_count)
        node.attribute("bypass", lambda: int(self._bypass), self._set_bypass)
        node.attribute("mode", lambda: self._mode, self._set_mode)
        trigger = node.child("trigger")
        trigger.constant("EVENT_SCAN_READY", self._scan_ready)
        trigger.constant("EVENT_SCAN_START", self._scan_start)
        trigger.constant("EVENT_CHANNEL_READY", self._channel_ready)
        trigger.constant("EVENT_SCAN_COMP", self._scan_complete)
        trigger.constant("EVENT_IDLE", self._idle)
        self._arm.publish(trigger.child("arm"))
        self._channel.publish(trigger.child("channel"))
        trigger.function("clear", lambda *_: self._clear())
        return node

    # The list

    def _create(self, channels: Value = "", *_: Value) -> None:
        self._stop()
        self._steps = []
        self._state = EMPTY
        self._add(channels)

    def _add(self, channels: Value = None, *_: Value) -> None:
        self._append(self._channels.table.steps(text(channels)))

    def _add_image_step(self, channels: Value = None, *_: Value) -> None:
        self._append([tuple(self._channels.table.read(text(channels)))])

    def _append(self, steps: Sequence[Step]) -> None:
        if len(self._steps) + len(steps) > _MOST_STEPS:
            raise TspError(-223)
        self._steps += steps
        if steps:
            self._state = BUILDING

    def _list(self) -> str:
        lines = ["Init) OPEN..."]
        closed: set[Channel] = set()
        for index, step in enumerate(self._steps, 1):
            lines.append(f"{index}) STEP: {_names(step)}")
            if opening := closed - set(step):
                lines.append(f"OPEN: {_names(self._channels.table.in_order(opening))}")
            lines.append(f"CLOSE: {_names(step)}")
            closed = set(step)
        return "\n".join(lines) if self._steps else "Empty Scan"

    # The scan

    def _execute(self) -> Process:
        task = self._begin()
        yield task

    def _background(self) -> None:
        self._begin()

    def _begin(self) -> Task:
        if not self._steps:
            raise TspError(_NO_SCAN, "Scan list is empty")
        self._stop()
        self._clear()
        self._running = self._instrument.begin_operation(self._run(tuple(self._steps), self._scan_count))
        return self._running

    def _run(self, steps: Sequence[Step], scans: int) -> Process:
        self._state, self._scans_done, self._steps_done = RUNNING, 0, 0
        try:
            yield from self._open_before(steps)
            self._board.fire(self._scan_ready)
            before: Step = ()
            for scan in range(scans):
                yield from self._arm.passed()
                self._board.fire(self._scan_start)
                for index, step in enumerate(steps):
                    if not (self._bypass and scan == index == 0):
                        yield from self._channel.passed()
                    yield from self._channels.switch(before, step)
                    before = step
                    self._steps_done = index + 1
                    self._board.fire(self._channel_ready)
                self._scans_done = scan + 1
                self._board.fire(self._scan_complete)
            self._state = SUCCESS
        except TspError as error:
            self._state = FAILED
            self._instrument.report(error)
        finally:
            if self._state == RUNNING:
                self._state = ABORTED
        self._board.fire(self._idle)

    def _open_before(self, steps: Sequence[Step]) -> Process:
        closed = self._channels.closed
        scanned = {channel for step in steps for channel in step}
        return self._channels.switch(closed if self._mode == MODE_OPEN_ALL else closed & scanned, ())

    def _abort(self) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            self._running = None

    def _clear(self) -> None:
        self._arm.clear()
        self._channel.clear()

    # Settings

    def _set_scan_count(self, value: Value) -> None:
        self._scan_count = integer(value, 1, _MOST_SCANS)

    def _set_bypass(self, value: Value) -> None:
        self._bypass = bool(choice(value, (0, 1)))

    def _set_mode(self, value: Value) -> None:
        self._mode = choice(value, (MODE_OPEN_ALL, MODE_OPEN_SELECTIVE))


def _names(channels: Sequence[Channel]) -> str:
    return ",".join(channel.name for channel in channels)
