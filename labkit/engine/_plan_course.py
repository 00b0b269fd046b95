"""The course of a Plan: what each terminal will do when, as asked for and as the instruments deliver it."""

from collections.abc import Iterable, Iterator, Mapping

from labkit.core import (
    Bench,
    Capabilities,
    Kind,
    Nanoseconds,
    SourceMeterSetting,
    format_quantity,
    nanoseconds,
    seconds,
)
from labkit.engine._estimates import ROUTE_TIME
from labkit.engine._followers import generator_behind
from labkit.engine._plan import (
    ExposeBlock,
    HoldBlock,
    LogRecordBlock,
    LoopBlock,
    Node,
    Plan,
    PointsBlock,
    RelaxBlock,
    RouteBlock,
    TemperatureBlock,
    TimedBlock,
    UntilBlock,
    WaitBlock,
)
from labkit.engine._requirements import largest_level
from labkit.engine._tell import executor_of
from labkit.engine._track_course import Delivery, delivery_of, follower_part, track_part, train_part
from labkit.engine._tracks import Group, Track
from labkit.protocol import (
    LEVEL_UNITS,
    Course,
    Happening,
    Lane,
    Part,
    Piece,
    Readings,
    Rounds,
    loop,
    rounds_of,
    row,
)

_ROUTE = nanoseconds(ROUTE_TIME)


def plan_course(plan: Plan, bench: Bench, capabilities: Mapping[str, Capabilities]) -> Course:
    """Say what every terminal of a plan does in time; its duration is that of the estimates.

    Relaxations are drawn at their least, loops that end by what is measured once.
    """
    lanes = []
    for name, terminal in plan.program.terminals.items():
        largest = largest_level(plan.program.instructions, name)
        own = delivery_of(capabilities.get(name), largest)
        source = delivery_of(capabilities.get(generator_behind(bench, name)), largest)
        if terminal.kind == "optical":
            source = Delivery(own.level, own.edge, source.delay)
        lanes.append(Lane(name, LEVEL_UNITS[terminal.kind], row(_LaneOf(name, own, source).parts(plan.nodes))))
    return Course(tuple(lanes), row(_blocks(plan.nodes)), planned=True)


class _LaneOf:
    """Goes through the blocks of a plan for one terminal."""

    def __init__(self, terminal: str, own: Delivery, source: Delivery) -> None:
        self._terminal, self._own, self._source = terminal, own, source
        self._held = 0.0
        self._warm = False

    def parts(self, nodes: Iterable[Node]) -> list[Part]:
        """Give the parts of nodes."""
        return [self._part(node) for node in nodes]

    def _part(self, node: Node) -> Part:
        if isinstance(node, LoopBlock):
            return self._loop(node)
        if isinstance(node, UntilBlock):
            return Rounds(node.name, row(self.parts(node.body)), 1, total=node.at_most)
        if isinstance(node, TimedBlock):
            return row([part := self._timed(node), Piece(node.duration - part.duration, self._level)])
        if isinstance(node, HoldBlock):
            self._held = dict(node.levels).get(self._terminal, self._held)
        elif isinstance(node, RouteBlock):
            self._held = 0.0
        elif isinstance(node, PointsBlock | RelaxBlock | LogRecordBlock | TemperatureBlock | ExposeBlock):
            return self._single(node)
        return Piece(length_of(node), self._level)

    @property
    def _level(self) -> float:
        return self._own.level(self._held)

    def _loop(self, node: LoopBlock) -> Part:
        if len(node.bodies) > 1 and node.values is not None:
            return rounds_of(node.name, [row(self.parts(body)) for body in node.bodies], node.values)
        before = node.routes[:1]
        labels = tuple(route.device for route in node.routes)
        return loop(node.name, lambda: row(self.parts([*before, *node.bodies[0]])), len(node.positions), labels=labels)

    def _timed(self, block: TimedBlock) -> Part:
        name = self._terminal
        if name in block.tracks:
            aperture = block.settings[name].aperture
            return track_part(block.tracks[name], name, aperture, self._level, self._own, self._source)
        trains = [train for train in block.trains if train.terminal == name]
        if trains:
            return train_part(trains, block.duration, self._level, self._own)
        leader = next((track for track in block.tracks.values() if _leads(track, name)), None)
        if leader is not None:
            return follower_part(leader, name, self._level, self._source)
        return Piece(block.duration, self._level)

    def _single(self, node: PointsBlock | RelaxBlock | LogRecordBlock | TemperatureBlock | ExposeBlock) -> Part:
        length = length_of(node)
        if isinstance(node, PointsBlock):
            return self._points(node)
        if isinstance(node, LogRecordBlock):
            if self._terminal not in node.terminals:
                return Piece(length, self._level)
            aperture = nanoseconds(node.settings[self._terminal].aperture)
            happening = Happening(Kind.RECORD, node.mark, 0, length, 0, length, self._level, self._held, node.line)
            readings = Readings(0, 0, len(node.times), aperture, node.times)
            return Piece(length, self._level, happening=happening, readings=readings)
        if node.terminal != self._terminal:
            return Piece(length, self._level)
        if isinstance(node, RelaxBlock):
            readings = Readings(0, node.period, length // node.period, nanoseconds(node.setting.aperture))
            note = f"at most {format_quantity(seconds(node.timeout), 's')}, drawn at its least"
            happening = Happening(Kind.RELAX, "", 0, length, 0, length, self._level, node.level, node.line, note)
            return Piece(length, self._level, happening=happening, readings=readings)
        if isinstance(node, ExposeBlock):
            level = self._own.level(node.level)
            note = f"mask {node.mask}"
            happening = Happening(Kind.PULSE, node.mark, 0, length, 0, length, level, node.level, node.line, note)
            return Piece(length, level, happening=happening)
        return self._temperature(node)

    def _points(self, block: PointsBlock) -> Part:
        length = length_of(block)
        if self._terminal == block.terminal:
            stairs = [(k * block.dwell, self._own.level(level)) for k, level in enumerate(block.levels)]
            corners = tuple(corner for at, level in stairs for corner in ((at, level), (at + block.dwell, level)))
            first = block.levels[0]
            kind, setting = Kind.RAMP, block.setting
        elif self._terminal in block.sampled:
            corners, first = (), self._held
            kind, setting = Kind.RECORD, block.sampled[self._terminal]
        else:
            return Piece(length, self._level)
        happening = Happening(kind, block.mark, 0, length, 0, length, self._own.level(first), first, block.line)
        return Piece(length, self._own.level(first), corners, (), happening, _at_each(block, setting))

    def _temperature(self, block: TemperatureBlock) -> Part:
        length = length_of(block)
        before = self._held if self._warm else block.setpoint
        self._held, self._warm = block.setpoint, True
        way = min(nanoseconds(abs(block.setpoint - before) / block.rate), length)
        corners = ((0, before), (way, block.setpoint), (length, block.setpoint))
        note = f"at most {format_quantity(seconds(block.timeout), 's')}"
        mark, level = block.mark, block.setpoint
        happening = Happening(Kind.TEMPERATURE, mark, 0, length, 0, length, level, level, block.line, note)
        return Piece(length, level, corners, happening=happening)


def _at_each(block: PointsBlock, setting: SourceMeterSetting) -> Readings:
    return Readings(block.read_at, block.dwell, len(block.levels), nanoseconds(setting.aperture))


def _leads(track: Track, terminal: str) -> bool:
    """Tell whether triggers of a track make pulses on a terminal."""
    for part in track:
        if isinstance(part, Group):
            if part.following is not None and part.following.terminal == terminal:
                return True
        elif any(_leads(body, terminal) for body in part.bodies):
            return True
    return False


def length_of(node: Node) -> Nanoseconds:
    """Give how long a block is drawn (ns): what the estimates count for it; a loop has no length by itself."""
    if isinstance(node, TimedBlock | WaitBlock | LogRecordBlock):
        return node.duration
    if isinstance(node, RelaxBlock):
        return Nanoseconds(max(node.at_least, node.window))
    if isinstance(node, PointsBlock):
        return Nanoseconds(node.dwell * len(node.levels))
    if isinstance(node, TemperatureBlock):
        return node.expected
    if isinstance(node, ExposeBlock):
        return node.width
    return _ROUTE if isinstance(node, RouteBlock) else Nanoseconds(0)


def _blocks(nodes: Iterable[Node]) -> Iterator[Part]:
    for node in nodes:
        if isinstance(node, LoopBlock):
            yield _block_loop(node)
        elif isinstance(node, UntilBlock):
            yield Rounds(node.name, row(_blocks(node.body)), 1, total=node.at_most, line=node.line)
        elif (length := length_of(node)) > 0:
            happening = Happening(str(executor_of(node)), node.label, 0, length, 0, length, line=node.line)
            yield Piece(length, 0.0, happening=happening, line=node.line)


def _block_loop(node: LoopBlock) -> Part:
    if len(node.bodies) > 1 and node.values is not None:
        return rounds_of(node.name, [row(_blocks(body)) for body in node.bodies], node.values, line=node.line)
    body = row(_blocks([*node.routes[:1], *node.bodies[0]]))
    labels = tuple(route.device for route in node.routes)
    return Rounds(node.name, body, len(node.positions), labels=labels, line=node.line)
