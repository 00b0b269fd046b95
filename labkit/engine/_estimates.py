"""What a plan will cost: time, data, charge, energy, light."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from labkit.core import Kind, LightTrain, SourceMeterSetting, seconds
from labkit.engine._plan import (
    Estimates,
    ExposeBlock,
    HoldBlock,
    LogRecordBlock,
    LoopBlock,
    Node,
    PointsBlock,
    RelaxBlock,
    RouteBlock,
    TemperatureBlock,
    TimedBlock,
    UntilBlock,
    WaitBlock,
)
from labkit.engine._tracks import Group, GroupLoop, Track

BYTES_A_SAMPLE = 3 * 8 + 1
BYTES_A_ROW = 120
ROUTE_TIME = 0.05
"""Bringing outputs down, moving relays, bringing outputs up (s), about."""
PLANCK, LIGHT_SPEED = 6.62607015e-34, 299_792_458.0


@dataclass
class _Sum:
    duration: float = 0.0
    longest: float = 0.0
    pulses: int = 0
    relaxations: int = 0
    samples: int = 0
    rows: int = 0
    charge: dict[str, float] = field(default_factory=dict)
    energy: dict[str, float] = field(default_factory=dict)
    dose: dict[str, float] = field(default_factory=dict)

    def take(self, other: "_Sum", times: int) -> None:
        self.duration += times * other.duration
        self.longest += times * other.longest
        self.pulses += times * other.pulses
        self.relaxations += times * other.relaxations
        self.samples += times * other.samples
        self.rows += times * other.rows
        for mine, theirs in ((self.charge, other.charge), (self.energy, other.energy), (self.dose, other.dose)):
            for name, value in theirs.items():
                mine[name] = mine.get(name, 0.0) + times * value

    def source(self, terminal: str, level: float, time: float, setting: SourceMeterSetting) -> None:
        if level:
            self.charge[terminal] = self.charge.get(terminal, 0.0) + setting.compliance * time
            self.energy[terminal] = self.energy.get(terminal, 0.0) + abs(level) * setting.compliance * time


def _track(track: Track, terminal: str, setting: SourceMeterSetting) -> _Sum:
    total = _Sum()
    for part in track:
        if isinstance(part, GroupLoop):
            for k in range(len(part.bodies)):
                times = len(part.positions) if len(part.bodies) == 1 else 1
                total.take(_track(part.bodies[k], terminal, setting), times)
        else:
            _group(total, part, terminal, setting)
    return total


def _group(total: _Sum, group: Group, terminal: str, setting: SourceMeterSetting) -> None:
    total.samples += group.samples
    total.rows += group.kind is not None
    total.pulses += group.kind is Kind.PULSE
    if (following := group.following) is not None and group.kind is None:
        total.pulses += len(following.pulses)
        total.rows += len(following.pulses)
    if following is not None and following.optical:
        lit = following.level * seconds(following.width)
        total.dose[following.terminal] = total.dose.get(following.terminal, 0.0) + lit
    for step in group.steps:
        total.source(terminal, step.level, seconds(step.duration), setting)


def _timed(block: TimedBlock) -> _Sum:
    total = _Sum(duration=seconds(block.duration), longest=seconds(block.duration), rows=len(block.recorded))
    for name, track in block.tracks.items():
        total.take(_track(track, name, block.settings[name]), 1)
    for train in block.trains:
        total.pulses += len(train.pulses)
        total.rows += len(train.pulses)
        if not isinstance(train.train, LightTrain):
            continue
        lit = sum(pulse.level * seconds(pulse.end) - pulse.level * seconds(pulse.begin) for pulse in train.pulses)
        total.dose[train.terminal] = total.dose.get(train.terminal, 0.0) + lit
    return total


def _node(node: Node) -> _Sum:
    if isinstance(node, TimedBlock):
        return _timed(node)
    if isinstance(node, LoopBlock):
        total = _Sum()
        for body in node.bodies:
            total.take(_nodes(body), len(node.positions) if len(node.bodies) == 1 else 1)
        total.take(_nodes(node.routes), 1)
        return total
    if isinstance(node, UntilBlock):
        once, total = _nodes(node.body), _Sum()
        total.take(once, node.at_most)
        total.duration = once.duration
        return total
    if isinstance(node, WaitBlock):
        return _Sum(duration=seconds(node.duration), longest=seconds(node.duration))
    if isinstance(node, RelaxBlock):
        least = seconds(max(node.at_least, node.window))
        total = _Sum(duration=least, longest=seconds(node.timeout), rows=1, relaxations=1)
        total.samples = node.timeout // node.period
        total.source(node.terminal, node.level, seconds(node.timeout), node.setting)
        return total
    if isinstance(node, PointsBlock):
        time = seconds(node.dwell) * len(node.levels)
        channels = 1 + len(node.sampled)
        total = _Sum(duration=time, longest=time, samples=channels * len(node.levels), rows=channels)
        for level in node.levels:
            total.source(node.terminal, level, seconds(node.dwell), node.setting)
        for name, setting in node.sampled.items():
            total.source(name, node.sampled_levels[name], time, setting)
        return total
    if isinstance(node, LogRecordBlock):
        time = seconds(node.duration)
        count = len(node.times) * len(node.terminals)
        return _Sum(duration=time, longest=time, samples=count, rows=len(node.terminals))
    if isinstance(node, TemperatureBlock):
        return _Sum(duration=seconds(node.expected), longest=seconds(node.timeout), rows=1)
    if isinstance(node, ExposeBlock):
        time = seconds(node.width)
        return _Sum(time, time, pulses=1, rows=len(node.seen), dose={node.terminal: node.level * time})
    if isinstance(node, RouteBlock):
        return _Sum(duration=ROUTE_TIME, longest=ROUTE_TIME)
    assert isinstance(node, HoldBlock)  # noqa: S101 - the last of the union
    return _Sum()


def _nodes(nodes: Iterable[Node]) -> _Sum:
    total = _Sum()
    for node in nodes:
        total.take(_node(node), 1)
    return total


def demanded_time(nodes: Iterable[Node]) -> float:
    """Give the time (s) that nodes take by themselves, each relaxation at its least."""
    return _nodes(nodes).duration


def estimate(nodes: Iterable[Node], wavelengths: Mapping[str, float]) -> Estimates:
    """Add up what nodes cost; `wavelengths` (m) of the optical terminals turn doses into photons."""
    total = _nodes(nodes)
    photons = {
        name: dose * wavelengths[name] / (PLANCK * LIGHT_SPEED)
        for name, dose in total.dose.items()
        if name in wavelengths
    }
    return Estimates(
        duration=total.duration,
        longest=total.longest,
        pulses=total.pulses,
        relaxations=total.relaxations,
        samples=total.samples,
        bytes=total.samples * BYTES_A_SAMPLE + total.rows * BYTES_A_ROW,
        charge=total.charge,
        energy=total.energy,
        dose=total.dose,
        photons=photons,
    )
