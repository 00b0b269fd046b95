"""Program + bench -> Plan: cut the instructions into blocks, each for the best executor that the bench has."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from labkit.core import (
    Bench,
    Capabilities,
    LightCapabilities,
    Nanoseconds,
    SourceMeterCapabilities,
    SourceMeterSetting,
    nanoseconds,
    sequence_samples,
)
from labkit.engine._apertures import block_aperture
from labkit.engine._build import (
    Surroundings,
    build_track,
    duration_of,
    flatten,
    light_pulses,
    ramp_dwell,
    ramp_levels,
)
from labkit.engine._checks import check_program
from labkit.engine._estimates import estimate
from labkit.engine._lights import gather_trains, too_close
from labkit.engine._plan import (
    Executor,
    HoldBlock,
    LogRecordBlock,
    LoopBlock,
    Node,
    Plan,
    PlannedTrain,
    PointsBlock,
    Refusal,
    RelaxBlock,
    TimedBlock,
    UntilBlock,
    WaitBlock,
    gathered,
)
from labkit.engine._remarks import remarks_on
from labkit.engine._requirements import largest_level
from labkit.engine._tracks import Track, to_sequence
from labkit.protocol import (
    ForEach,
    Hold,
    Instruction,
    LogarithmicSampling,
    Program,
    Pulse,
    Ramp,
    Read,
    Record,
    Relax,
    Repeat,
    Together,
    Until,
    Wait,
    walk,
)

LONGEST_BLOCK = nanoseconds(60.0)
"""Blocks are cut at this length where the instructions allow, so that data arrive and progress shows."""

LEAD = nanoseconds(0.02)
"""How long an SMU samples before a light may start: what the start commands take on the bus."""

BASELINE_TIME, BASELINE_SAMPLES = nanoseconds(1.0), 50
"""METRICS.md section 0: the baseline is the mean of the last max(1 s, 50 samples)."""

DEFAULT_CURRENT = 1e-3


@dataclass(slots=True)
class Planner:
    """Walks a Program and writes down blocks. One Planner makes one Plan."""

    program: Program
    bench: Bench
    capabilities: Mapping[str, Capabilities]
    held: dict[str, float] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    largest: dict[str, float] = field(default_factory=dict)

    def plan(self) -> Plan:
        """Make the Plan, with its refusals inside."""
        self.refusals += check_program(self.program, self.bench, self.capabilities)
        nodes: tuple[Node, ...] = ()
        if not self.refusals:
            for name in self.program.terminals:
                self.held[name] = 0.0
                self.largest[name] = largest_level(self.program.instructions, name)
            nodes = self._nodes(self.program.instructions, None)
        wavelengths = {
            name: able.wavelength for name, able in self.capabilities.items() if isinstance(able, LightCapabilities)
        }
        estimates = estimate(nodes, wavelengths)
        remarks = () if self.refusals else remarks_on(nodes, self.capabilities)
        refusals = gathered(self.refusals)
        return Plan(self.program, self.bench.name, nodes, refusals, estimates, remarks)

    def _refuse(self, line: int, message: str, remedy: str) -> None:
        self.refusals.append(Refusal(self.program.file, line, message, remedy))

    def _around(self, instructions: Sequence[Instruction], record: Record | None) -> Surroundings:
        period = None if record is None or isinstance(record.sampling, LogarithmicSampling) else record.sampling.period
        recorded = record.terminals if record is not None and period is not None else ()
        apertures = {
            name: block_aperture(instructions, self.program.terminals[name], able, period if name in recorded else None)
            for name, able in self.capabilities.items()
            if isinstance(able, SourceMeterCapabilities) and name in self.program.terminals
        }
        return Surroundings(dict(self.held), self.capabilities, self.largest, apertures, recorded, period)

    def _setting(self, terminal: str, aperture: float) -> SourceMeterSetting:
        declared = self.program.terminals[terminal]
        compliance = declared.compliance or self.bench.electrical()[terminal].maximum_current
        # No reading can exceed the compliance, and some meters refuse a range far above it.
        current = min(declared.current_range or DEFAULT_CURRENT, compliance)
        return SourceMeterSetting(self.largest[terminal], current, compliance, aperture)

    def _nodes(self, instructions: Sequence[Instruction], record: Record | None) -> tuple[Node, ...]:
        nodes: list[Node] = []
        pending: list[Instruction] = []

        def flush() -> None:
            nodes.extend(self._timed(pending, record))
            pending.clear()

        for instruction in instructions:
            if not self._open_loop(instruction, record):
                flush()
                nodes.extend(self._closed(instruction, record))
                continue
            cuttable = isinstance(instruction, Wait | Repeat | ForEach)
            if pending and cuttable and self._length([*pending, instruction], record) > LONGEST_BLOCK:
                flush()
            pending.append(instruction)
        flush()
        return tuple(nodes)

    def _length(self, instructions: Sequence[Instruction], record: Record | None) -> int:
        around = self._around(instructions, record)
        return sum(duration_of(instruction, around) for instruction in instructions)

    def _open_loop(self, instruction: Instruction, record: Record | None) -> bool:
        """Whether instruments can go through an instruction by themselves, in one block."""
        if isinstance(instruction, Pulse | Wait | Read | Together):
            return True
        if isinstance(instruction, Ramp):
            return self._has_memory(instruction.terminal)
        if not isinstance(instruction, Repeat | ForEach):
            return False
        inside = list(walk([instruction]))
        if any(isinstance(inner, Hold | Record | Relax | Until) for inner in inside):
            return False
        if any(isinstance(inner, Ramp) and not self._has_memory(inner.terminal) for inner in inside):
            return False
        return self._length([instruction], record) <= LONGEST_BLOCK

    def _has_memory(self, terminal: str) -> bool:
        able = self.capabilities[terminal]
        return isinstance(able, SourceMeterCapabilities) and able.written_steps > 0

    def _closed(self, instruction: Instruction, record: Record | None) -> Iterable[Node]:
        if isinstance(instruction, Hold):
            self.held.update(instruction.levels)
            return [HoldBlock(instruction.levels, instruction.line)]
        if isinstance(instruction, Repeat):
            body = self._nodes(instruction.body, record)
            return [LoopBlock(instruction.name, tuple(range(instruction.count)), None, (body,), instruction.line)]
        if isinstance(instruction, ForEach):
            bodies = tuple(self._nodes(body, record) for body in instruction.bodies)
            return [LoopBlock(instruction.name, instruction.positions, instruction.values, bodies, instruction.line)]
        if isinstance(instruction, Until):
            body = self._nodes(instruction.body, record)
            rising = instruction.comparison == "at_least"
            return [
                UntilBlock(
                    instruction.name,
                    instruction.terminal,
                    instruction.mark,
                    rising,
                    instruction.current,
                    instruction.at_most,
                    body,
                    instruction.line,
                )
            ]
        if isinstance(instruction, Record):
            return self._record(instruction)
        if isinstance(instruction, Relax):
            return self._relax(instruction, record)
        if isinstance(instruction, Ramp):
            return [self._points(instruction)]
        raise TypeError(f"no block for {type(instruction).__name__}")

    def _record(self, record: Record) -> list[Node]:
        if isinstance(record.sampling, LogarithmicSampling):
            return self._log_record(record, record.sampling)
        nodes: list[Node] = []
        if any(isinstance(inner, Relax) for inner in walk(record.body)):
            window = max(BASELINE_TIME, BASELINE_SAMPLES * record.sampling.period)
            for node in self._timed([Wait(Nanoseconds(window), record.line)], record):
                assert isinstance(node, TimedBlock)  # noqa: S101 - a recorded wait is a timed block
                nodes.append(replace(node, label="baseline", reference=True))
        nodes += self._nodes(record.body, record)
        return nodes

    def _log_record(self, record: Record, sampling: LogarithmicSampling) -> list[Node]:
        others = [inner for inner in walk(record.body) if not isinstance(inner, Wait)]
        for inner in others:
            self._refuse(
                inner.line,
                "only `wait` may stand in a record with logarithmic sampling",
                "put the pulses before the record: its time counts from where it begins",
            )
        duration = Nanoseconds(sum(inner.duration for inner in record.body if isinstance(inner, Wait)))
        times, k = [], 0
        while (time := round(sampling.first * 10 ** (k / sampling.per_decade))) <= duration:
            times.append(Nanoseconds(time))
            k += 1
        around = self._around(record.body, None)
        settings = {name: self._setting(name, around.apertures[name]) for name in record.terminals}
        label = f"{len(times)} readings on a logarithmic time scale"
        block = LogRecordBlock(record.terminals, tuple(times), duration, settings, record.mark, record.line, label)
        return [block]

    def _relax(self, relax: Relax, record: Record | None) -> list[Node]:
        if record is None or isinstance(record.sampling, LogarithmicSampling):
            self._refuse(
                relax.line,
                f"relax of {relax.terminal} stands outside a record with a sampling rate",
                "put it into a `record` step, which also takes the baseline to return to",
            )
            return []
        around = self._around([], record)
        window = Nanoseconds(max(BASELINE_TIME, BASELINE_SAMPLES * record.sampling.period))
        setting = self._setting(relax.terminal, around.apertures[relax.terminal])
        level = self.held[relax.terminal]
        return [
            RelaxBlock(
                relax.terminal,
                relax.deviations,
                relax.timeout,
                relax.at_least,
                window,
                record.sampling.period,
                level,
                setting,
                relax.line,
            )
        ]

    def _points(self, ramp: Ramp) -> PointsBlock:
        dwell = ramp_dwell(ramp)
        if dwell < nanoseconds(self.bench.stepped_limit):
            self._refuse(
                ramp.line,
                f"the ramp of {ramp.terminal} dwells {dwell / 1e6:g} ms a step, shorter than the PC can keep",
                "ramp more slowly or in larger steps, or use a source meter with a memory",
            )
        aperture = self._around([ramp], None).apertures[ramp.terminal]
        levels = tuple(ramp_levels(ramp))
        label = f"ramp of {ramp.terminal}, {len(levels)} points"
        setting = self._setting(ramp.terminal, aperture)
        return PointsBlock(ramp.terminal, levels, dwell, setting, ramp.mark, ramp.line, label)

    def _timed(self, pending: Sequence[Instruction], record: Record | None) -> list[Node]:
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
            return nodes + self._recorded_wait(instructions[0], record)
        return [*nodes, self._block(instructions, record)]

    def _recorded_wait(self, wait: Wait, record: Record | None) -> list[Node]:
        around = self._around([wait], record)
        buffers = [around.source_meter(name).buffer for name in around.recorded]
        period = around.period or Nanoseconds(1)
        longest = min([LONGEST_BLOCK, *(buffer * period for buffer in buffers)])
        pieces = -(-wait.duration // longest)
        edges = [wait.duration * k // pieces // period * period for k in range(pieces)] + [wait.duration]
        return [
            self._block([Wait(Nanoseconds(end - begin), wait.line)], record) for begin, end in itertools.pairwise(edges)
        ]

    def _block(self, instructions: Sequence[Instruction], record: Record | None) -> TimedBlock:
        around = self._around(instructions, record)
        flat = [inner for inner, _ in flatten(instructions, {})]
        lit = any(isinstance(self.capabilities[pulse.terminal], LightCapabilities) for pulse in _pulses(flat))
        active = self._active(flat, around)
        trains = self._trains(instructions, around) if lit else ()
        lead = self._lead(trains, active, around)
        if lead:
            instructions = [Wait(lead, instructions[0].line), *instructions]
            trains = tuple(_later(train, lead) for train in trains)
        tracks = {name: build_track(instructions, name, around) for name in active}
        duration = Nanoseconds(sum(duration_of(instruction, around) for instruction in instructions))
        line = instructions[0].line
        self._check_buffer(tracks, line)
        return TimedBlock(
            label=_label(flat),
            line=line,
            executor=Executor.SWEEP if len(active) == 1 and not trains else Executor.TRIGGERED,
            duration=duration,
            demanded=Nanoseconds(duration - lead),
            tracks=tracks,
            settings={name: self._setting(name, around.apertures[name]) for name in active},
            trains=trains,
            recorded=around.recorded,
            record_mark=record.mark if record is not None else "",
        )

    def _active(self, flat: Sequence[Instruction], around: Surroundings) -> tuple[str, ...]:
        named = [inner.terminal for inner in flat if isinstance(inner, Read | Ramp)]
        named += [pulse.terminal for pulse in _pulses(flat)]
        named += around.recorded
        return tuple(
            name
            for name in self.program.terminals
            if name in named and isinstance(self.capabilities[name], SourceMeterCapabilities)
        )

    def _trains(self, instructions: Sequence[Instruction], around: Surroundings) -> tuple[PlannedTrain, ...]:
        pulses = light_pulses(instructions, around)
        trains: list[PlannedTrain] = []
        for terminal in dict.fromkeys(pulse.terminal for pulse in pulses):
            able = self.capabilities[terminal]
            assert isinstance(able, LightCapabilities)  # noqa: S101 - light_pulses gives no others
            gathered = gather_trains((pulse for pulse in pulses if pulse.terminal == terminal), able)
            if (late := too_close(gathered)) is not None:
                self._refuse(
                    instructions[0].line,
                    f"light pulses on {terminal} change faster than the {able.model} can be set up again "
                    f"(at {late.begin / 1e9:g} s of the block)",
                    "make the pulses alike and evenly spaced, or leave 50 ms between unlike ones",
                )
            trains += gathered
        return tuple(sorted(trains, key=lambda train: train.begin))

    def _lead(self, trains: tuple[PlannedTrain, ...], active: tuple[str, ...], around: Surroundings) -> Nanoseconds:
        """Give the time that sampling must run before a light that would start at once."""
        if not trains or not active or trains[0].begin >= LEAD:
            return Nanoseconds(0)
        period = around.period or Nanoseconds(1)
        return Nanoseconds(-(-LEAD // period) * period)

    def _check_buffer(self, tracks: Mapping[str, Track], line: int) -> None:
        for name, track in tracks.items():
            able = self.capabilities[name]
            samples = sequence_samples(to_sequence(track))
            if isinstance(able, SourceMeterCapabilities) and samples > able.buffer:
                self._refuse(
                    line,
                    f"{samples} readings of {name} in one block exceed the {able.model}'s buffer of {able.buffer}",
                    "sample more slowly, or put a `wait` or a loop where the block may be cut",
                )


def _pulses(flat: Iterable[Instruction]) -> Iterable[Pulse]:
    for instruction in flat:
        if isinstance(instruction, Pulse):
            yield instruction
        elif isinstance(instruction, Together):
            yield from (pulse for _, pulse in instruction.pulses)


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


def plan_program(program: Program, bench: Bench, capabilities: Mapping[str, Capabilities]) -> Plan:
    """Lay a Program on a bench.

    `capabilities` maps each terminal of the bench to what its channel can deliver. Refusals stand in the Plan;
    `Plan.require()` raises them.
    """
    return Planner(program, bench, capabilities).plan()
