"""Make timed blocks of open-loop instructions: tracks of electrical terminals, trains of lights."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from labkit.core import (
    LightCapabilities,
    Nanoseconds,
    PulseCapabilities,
    PulseTrain,
    SourceMeterCapabilities,
    Step,
    nanoseconds,
    sequence_duration,
    sequence_pace,
    sequence_samples,
    sequence_steps,
)
from labkit.engine._apart import one_after_another
from labkit.engine._build import Surroundings, build_track, duration_of, flatten, train_pulses
from labkit.engine._fit import active_terminals, tracks_unfit
from labkit.engine._followers import Follower, Leads, terminal_of, train_of
from labkit.engine._ground import Ground
from labkit.engine._plan import Executor, Node, PlannedTrain, TimedBlock, WaitBlock
from labkit.engine._timing import reading_time
from labkit.engine._tracks import Group, Track, to_sequence
from labkit.engine._trains import gather_trains, too_close
from labkit.protocol import Instruction, LogarithmicSampling, Record, Together, Wait

LONGEST_BLOCK = nanoseconds(60.0)
"""Blocks are cut at this length where the instructions allow, so that data arrive and progress shows."""

RETURN_TIME = nanoseconds(1e-3)
"""How long a block stays at the held level when its last step was elsewhere."""

LEAD = nanoseconds(0.02)
"""How long an SMU samples before a light may start: what the start commands take on the bus."""


def timed_nodes(ground: Ground, pending: Sequence[Instruction], record: Record | None) -> list[Node]:
    """Make timed blocks of open-loop instructions; leading waits that nobody samples go to the PC's clock."""
    instructions = list(pending)
    nodes: list[Node] = []
    recorded = record is not None and not isinstance(record.sampling, LogarithmicSampling)
    while instructions and isinstance(instructions[0], Wait) and not recorded:
        wait = instructions.pop(0)
        assert isinstance(wait, Wait)  # noqa: S101 - the condition above
        nodes.append(WaitBlock(wait.duration, wait.line))
    if not instructions:
        return nodes
    if recorded and len(instructions) == 1 and isinstance(instructions[0], Wait):
        return nodes + _recorded_wait(ground, instructions[0], record)
    rest = _beyond_buffer(ground, instructions, record) if recorded else None
    if rest is None:
        return [*nodes, _block(ground, instructions, record)]
    last = instructions[-1]
    assert isinstance(last, Wait)  # noqa: S101 - only a wait goes on beyond a buffer
    shorter = replace(last, duration=Nanoseconds(last.duration - rest.duration))
    return [*nodes, _block(ground, [*instructions[:-1], shorter], record), *_recorded_wait(ground, rest, record)]


def _beyond_buffer(ground: Ground, instructions: Sequence[Instruction], record: Record | None) -> Wait | None:
    """Give the part of a closing wait that no buffer holds any more: it is sampled in blocks of its own."""
    last = instructions[-1]
    around = ground.around(instructions, record)
    period = around.period or Nanoseconds(1)
    capacity = min((around.source_meter(name).buffer for name in around.recorded), default=0) * period - 2 * LEAD
    length = sum(duration_of(instruction, around) for instruction in instructions)
    if not isinstance(last, Wait) or length <= capacity:
        return None
    rest = -(-(length - capacity) // period) * period
    return Wait(Nanoseconds(rest), last.line) if rest < last.duration else None


def _recorded_wait(ground: Ground, wait: Wait, record: Record | None) -> list[Node]:
    around = ground.around([wait], record)
    buffers = [around.source_meter(name).buffer for name in around.recorded]
    period = around.period or Nanoseconds(1)
    longest = min([LONGEST_BLOCK, *(buffer * period for buffer in buffers)])
    pieces = -(-wait.duration // longest)
    edges = [wait.duration * k // pieces // period * period for k in range(pieces)] + [wait.duration]
    return [_block(ground, [Wait(Nanoseconds(end - begin), wait.line)], record) for begin, end in pairwise(edges)]


def _block(ground: Ground, instructions: Sequence[Instruction], record: Record | None) -> TimedBlock:
    instructions = one_after_another(instructions)
    around = ground.around(instructions, record)
    flat = [inner for inner, _ in flatten(instructions, {})]
    active = active_terminals(ground, instructions, around)
    # Pulses of `together` that are no burst may overlap, which triggers of one track cannot say: commands start them.
    led = replace(around, leads=ground.leads(active))
    apart = any(isinstance(inner, Together) and led.burst(inner) is None for inner in flat)
    around = replace(around, leads=Leads({}, {})) if apart else led
    trains = _trains(ground, instructions, around)
    lead = _lead(trains, active, around)
    if lead:
        instructions = [Wait(lead, instructions[0].line), *instructions]
        trains = tuple(_later(train, lead) for train in trains)
    tracks = {name: _returning(build_track(instructions, name, around), name, around) for name in active}
    asked = Nanoseconds(sum(duration_of(instruction, around) for instruction in instructions))
    duration = Nanoseconds(max([asked, *(sequence_duration(to_sequence(track)) for track in tracks.values())]))
    line = instructions[0].line
    followers = _followers(ground, flat, around)
    _check_buffer(ground, tracks, line)
    _check_pace(ground, tracks, around, line)
    _check_trains(ground, trains, followers, line)
    if (refused := tracks_unfit(tracks, around, ground.bench)) is not None:
        ground.refuse(line, refused.message, refused.remedy)
    return TimedBlock(
        label=_label(flat),
        line=line,
        executor=Executor.SWEEP if len(active) == 1 and not trains and not followers else Executor.TRIGGERED,
        duration=duration,
        demanded=Nanoseconds(asked - lead),
        tracks=tracks,
        settings={name: ground.setting(name, around.apertures[name]) for name in active},
        trains=trains,
        followers=followers,
        recorded=around.recorded,
        record_mark=record.mark if record is not None else "",
    )


def _returning(track: Track, terminal: str, around: Surroundings) -> Track:
    """Bring the terminal back to its held level at the end, so that no read voltage stays on through a wait."""
    last = list(sequence_steps(to_sequence(track)))[-1]
    if last.level == around.held[terminal]:
        return track
    return (*track, Group(None, "", around.held[terminal], (Step(around.held[terminal], RETURN_TIME),)))


def _followers(ground: Ground, flat: Sequence[Instruction], around: Surroundings) -> tuple[Follower, ...]:
    found: dict[str, Follower] = {}
    for following in around.leads.followings(flat, around.held, around.capabilities):
        if following.source not in found:
            able = ground.capabilities[terminal_of(ground.bench, following.terminal)]
            found[following.source] = Follower(following.source, train_of(following, around.held, able))
    return tuple(found.values())


def _trains(ground: Ground, instructions: Sequence[Instruction], around: Surroundings) -> tuple[PlannedTrain, ...]:
    pulses = train_pulses(instructions, around)
    trains: list[PlannedTrain] = []
    for terminal in dict.fromkeys(pulse.terminal for pulse in pulses):
        able = ground.capabilities[terminal]
        assert isinstance(able, LightCapabilities | PulseCapabilities)  # noqa: S101 - train_pulses gives no others
        base = ground.held[terminal]
        gathered = gather_trains((pulse for pulse in pulses if pulse.terminal == terminal), able, base)
        if (late := too_close(gathered)) is not None:
            ground.refuse(
                instructions[0].line,
                f"pulses on {terminal} change faster than the {able.model} can be set up again "
                f"(at {late.begin / 1e9:g} s of the block)",
                "make the pulses alike and evenly spaced, or leave 50 ms between unlike ones",
            )
        trains += gathered
    return tuple(sorted(trains, key=lambda train: train.begin))


def _lead(trains: tuple[PlannedTrain, ...], active: tuple[str, ...], around: Surroundings) -> Nanoseconds:
    """Give the time that sampling must run before a light that would start at once."""
    if not trains or not active or trains[0].begin >= LEAD:
        return Nanoseconds(0)
    period = around.period or Nanoseconds(1)
    return Nanoseconds(-(-LEAD // period) * period)


def _check_buffer(ground: Ground, tracks: Mapping[str, Track], line: int) -> None:
    for name, track in tracks.items():
        able = ground.capabilities[name]
        samples = sequence_samples(to_sequence(track))
        if isinstance(able, SourceMeterCapabilities) and samples > able.buffer:
            ground.refuse(
                line,
                f"{samples} readings of {name} in one block exceed the {able.model}'s buffer of {able.buffer}",
                "sample more slowly, or put a `wait` or a loop where the block may be cut",
            )


def _check_pace(ground: Ground, tracks: Mapping[str, Track], around: Surroundings, line: int) -> None:
    """Refuse what does not fit the grid of an instrument that sources and reads at one pace."""
    for name, track in tracks.items():
        able = ground.capabilities[name]
        if not isinstance(able, SourceMeterCapabilities) or not able.one_pace:
            continue
        pace = sequence_pace(to_sequence(track))
        needed = max(pace.offset + reading_time(around.apertures[name], able), able.shortest_step)
        if pace.period < needed or pace.points > able.written_steps:
            ground.refuse(
                line,
                f"steps and readings of {name} fit a grid of {pace.period / 1e6:g} ms with {pace.points} points, but a "
                f"{able.model} needs {needed / 1e6:g} ms a point and has memory for {able.written_steps}",
                "make widths, waits and sampling multiples of one longer time, or use a source meter with a trigger "
                "model of its own (2450, 2600B, B2900)",
            )


def _check_trains(ground: Ground, trains: Iterable[PlannedTrain], followers: Iterable[Follower], line: int) -> None:
    """Refuse what a generator would not make as it is."""
    loaded = [(train.terminal, train.train) for train in trains if not train.steady]
    for terminal, train in [*loaded, *((follower.terminal, follower.train) for follower in followers)]:
        able = ground.capabilities[terminal]
        if not isinstance(able, PulseCapabilities) or not isinstance(train, PulseTrain) or able.unfit is None:
            continue
        if (refused := able.unfit(train)) is not None:
            ground.refuse(line, refused.message, refused.remedy)


def _later(train: PlannedTrain, lead: Nanoseconds) -> PlannedTrain:
    moved = tuple(
        replace(pulse, begin=Nanoseconds(pulse.begin + lead), end=Nanoseconds(pulse.end + lead))
        for pulse in train.pulses
    )
    return replace(train, begin=Nanoseconds(train.begin + lead), pulses=moved)


def _label(flat: Sequence[Instruction]) -> str:
    counts: dict[str, int] = {}
    for instruction in flat:
        word = type(instruction).__name__.lower()
        if word != "wait":
            counts[word] = counts.get(word, 0) + 1
    return ", ".join(f"{count} {word}{'s' if count > 1 else ''}" for word, count in counts.items()) or "recording"
