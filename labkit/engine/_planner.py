"""Program + bench -> Plan: cut the instructions into blocks, each for the best executor that the bench has."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from labkit.core import (
    Bench,
    Capabilities,
    LightCapabilities,
    Nanoseconds,
    format_quantity,
    nanoseconds,
)
from labkit.engine._checks import check_program
from labkit.engine._devices import choose_devices, routed, visits
from labkit.engine._estimates import estimate
from labkit.engine._expose import cell_shares
from labkit.engine._fit import fits
from labkit.engine._ground import Ground
from labkit.engine._plan import (
    ExposeBlock,
    HoldBlock,
    LogRecordBlock,
    LoopBlock,
    Node,
    Plan,
    RelaxBlock,
    TimedBlock,
    UntilBlock,
    gathered,
)
from labkit.engine._remarks import remarks_on
from labkit.engine._requirements import largest_level
from labkit.engine._stepped_plan import points_block
from labkit.engine._temperature_plan import temperature_block
from labkit.engine._timed_plan import LONGEST_BLOCK, timed_nodes
from labkit.protocol import (
    DEVICE,
    Expose,
    ForEach,
    ForEachDevice,
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
    Route,
    Temperature,
    Together,
    Until,
    Wait,
    walk,
)

BASELINE_TIME, BASELINE_SAMPLES = nanoseconds(1.0), 50
"""metric standard, section 0: the baseline is the mean of the last max(1 s, 50 samples)."""


@dataclass(slots=True)
class Planner:
    """Walks a Program and writes down blocks. One Planner makes one Plan."""

    ground: Ground

    def plan(self) -> Plan:
        """Make the Plan, with its refusals inside."""
        ground, program = self.ground, self.ground.program
        ground.refusals += check_program(program, ground.bench, ground.capabilities, ground.leads().leaders)
        nodes: tuple[Node, ...] = ()
        if not ground.refusals:
            for name in program.terminals:
                ground.held[name] = 0.0
                ground.largest[name] = largest_level(program.instructions, name)
            nodes = self._nodes(program.instructions, None)
        wavelengths = {
            name: able.wavelength for name, able in ground.capabilities.items() if isinstance(able, LightCapabilities)
        }
        remarks = () if ground.refusals else remarks_on(nodes, ground.capabilities)
        refusals = gathered(ground.refusals)
        estimates = estimate(nodes, wavelengths)
        return Plan(program, ground.bench.name, nodes, refusals, estimates, remarks, ground.devices)

    def _nodes(self, instructions: Sequence[Instruction], record: Record | None) -> tuple[Node, ...]:
        nodes: list[Node] = []
        pending: list[Instruction] = []

        def flush() -> None:
            nodes.extend(timed_nodes(self.ground, pending, record))
            pending.clear()

        for instruction in instructions:
            if not self._open_loop(instruction, record):
                flush()
                nodes.extend(self._closed(instruction, record))
                continue
            if pending and self._must_cut([*pending, instruction], record):
                flush()
            pending.append(instruction)
        flush()
        return tuple(nodes)

    def _must_cut(self, instructions: Sequence[Instruction], record: Record | None) -> bool:
        cuttable = isinstance(instructions[-1], Wait | Repeat | ForEach)
        too_long = cuttable and self.ground.length(instructions, record) > LONGEST_BLOCK
        if too_long or self.ground.unlike_followers(instructions):
            return True
        return cuttable and not fits(self.ground, instructions, record)

    def _open_loop(self, instruction: Instruction, record: Record | None) -> bool:
        """Whether instruments can go through an instruction by themselves, in one block."""
        if isinstance(instruction, Read) and instruction.current_range is not None:
            return False
        if isinstance(instruction, Pulse | Wait | Read | Together):
            return True
        if isinstance(instruction, Ramp):
            return self.ground.runs_by_itself(instruction)
        if not isinstance(instruction, Repeat | ForEach):
            return False
        inside = list(walk([instruction]))
        if any(
            isinstance(inner, Hold | Record | Relax | Temperature | Until | Route | ForEachDevice | Expose)
            for inner in inside
        ):
            return False
        if any(isinstance(inner, Read) and inner.current_range is not None for inner in inside):
            return False
        if any(isinstance(inner, ForEach) and inner.end is not None for inner in inside):
            return False
        if any(isinstance(inner, Ramp) and not self.ground.runs_by_itself(inner) for inner in inside):
            return False
        if self.ground.unlike_followers([instruction]):
            return False
        return self.ground.length([instruction], record) <= LONGEST_BLOCK and fits(self.ground, [instruction], record)

    def _closed(self, instruction: Instruction, record: Record | None) -> Iterable[Node]:
        if isinstance(instruction, Hold):
            self.ground.held.update(instruction.levels)
            apertures = self.ground.around([], None).apertures
            held = [name for name, _ in instruction.levels if name in apertures]
            settings = {name: self.ground.setting(name, apertures[name]) for name in held}
            return [HoldBlock(instruction.levels, instruction.line, settings=settings)]
        if isinstance(instruction, Repeat):
            body = self._nodes(instruction.body, record)
            return [LoopBlock(instruction.name, tuple(range(instruction.count)), None, (body,), instruction.line)]
        if isinstance(instruction, ForEach):
            bodies = tuple(self._nodes(body, record) for body in instruction.bodies)
            name, values, end = instruction.name, instruction.values, instruction.end
            return [LoopBlock(name, instruction.positions, values, bodies, instruction.line, end=end)]
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
                    instruction.reference,
                )
            ]
        if isinstance(instruction, Read):
            return self._read_in_its_range(instruction)
        if isinstance(instruction, Record):
            return self._record(instruction)
        if isinstance(instruction, Relax):
            return self._relax(instruction, record)
        if isinstance(instruction, Ramp):
            return [points_block(self.ground, instruction)]
        if isinstance(instruction, Temperature):
            return [temperature_block(self.ground, instruction)]
        if isinstance(instruction, Route):
            return self._route(instruction)
        if isinstance(instruction, ForEachDevice):
            return self._for_each_device(instruction)
        if isinstance(instruction, Expose):
            return self._expose(instruction)
        raise TypeError(f"no block for {type(instruction).__name__}")

    def _read_in_its_range(self, read: Read) -> list[Node]:
        """Make a block of a read whose measure range is not that of its terminal."""
        if read.current_range is not None:
            self.ground.ranges[read.terminal] = read.current_range
        nodes = timed_nodes(self.ground, [read], None)
        self.ground.ranges.clear()
        return nodes

    def _route(self, route: Route) -> list[Node]:
        self._at_zero()
        return [self.ground.route(route.device, route.line)]

    def _for_each_device(self, loop: ForEachDevice) -> list[Node]:
        order = visits(loop, self.ground.devices, self.ground.program.seed)
        routes = tuple(self.ground.route(device, loop.line) for device, _ in order)
        self._at_zero()
        body = self._nodes(loop.body, None)
        numbers = tuple(number for _, number in order) if loop.sentinel else ()
        positions = tuple(route.position for route in routes)
        return [LoopBlock(DEVICE, positions, None, (body,), loop.line, routes, numbers)]

    def _expose(self, expose: Expose) -> list[Node]:
        ground = self.ground
        unmasked = [
            one for one in walk(ground.program.instructions) if isinstance(one, Pulse | Hold) and _lights(one, expose)
        ]
        if unmasked:
            ground.refuse(
                unmasked[0].line,
                f"light on {expose.terminal} without a mask, in a protocol that puts masks before the array",
                "write it as an exposure with `mask: full`, so that it is known what is before the array",
            )
        if expose.width < nanoseconds(ground.bench.stepped_limit):
            limit = format_quantity(ground.bench.stepped_limit, "s")
            ground.refuse(expose.line, f"an exposure shorter than {limit}, which the PC keeps", "expose for longer")
        try:
            shares = cell_shares(expose, ground.bench)
        except ValueError as error:
            ground.refuse(expose.line, str(error), "write a mask for this array, or choose a bench with such a one")
            return []
        seen = tuple((position, shares[device]) for position, device in enumerate(ground.devices))
        label = f"exposure through the mask {expose.mask}"
        self._at_zero()
        block = ExposeBlock(
            expose.terminal, expose.mask, expose.level, expose.width, shares, seen, expose.mark, expose.line, label
        )
        return [ground.route("", expose.line), block]

    def _at_zero(self) -> None:
        for name in self.ground.held:
            self.ground.held[name] = 0.0

    def _record(self, record: Record) -> list[Node]:
        if isinstance(record.sampling, LogarithmicSampling):
            return self._log_record(record, record.sampling)
        nodes: list[Node] = []
        if any(isinstance(inner, Relax) for inner in walk(record.body)):
            window = max(BASELINE_TIME, BASELINE_SAMPLES * record.sampling.period)
            for node in timed_nodes(self.ground, [Wait(Nanoseconds(window), record.line)], record):
                assert isinstance(node, TimedBlock)  # noqa: S101 - a recorded wait is a timed block
                nodes.append(replace(node, label="baseline", reference=True))
        nodes += self._nodes(record.body, record)
        return nodes

    def _log_record(self, record: Record, sampling: LogarithmicSampling) -> list[Node]:
        others = [inner for inner in walk(record.body) if not isinstance(inner, Wait)]
        for inner in others:
            self.ground.refuse(
                inner.line,
                "only `wait` may stand in a record with logarithmic sampling",
                "put the pulses before the record: its time counts from where it begins",
            )
        duration = Nanoseconds(sum(inner.duration for inner in record.body if isinstance(inner, Wait)))
        times, k = [], 0
        while (time := round(sampling.first * 10 ** (k / sampling.per_decade))) <= duration:
            times.append(Nanoseconds(time))
            k += 1
        around = self.ground.around(record.body, None)
        settings = {name: self.ground.setting(name, around.apertures[name]) for name in record.terminals}
        label = f"{len(times)} readings on a logarithmic time scale"
        block = LogRecordBlock(record.terminals, tuple(times), duration, settings, record.mark, record.line, label)
        return [block]

    def _relax(self, relax: Relax, record: Record | None) -> list[Node]:
        if record is None or isinstance(record.sampling, LogarithmicSampling):
            self.ground.refuse(
                relax.line,
                f"relax of {relax.terminal} stands outside a record with a sampling rate",
                "put it into a `record` step, which also takes the baseline to return to",
            )
            return []
        around = self.ground.around([], record)
        window = Nanoseconds(max(BASELINE_TIME, BASELINE_SAMPLES * record.sampling.period))
        setting = self.ground.setting(relax.terminal, around.apertures[relax.terminal])
        level = self.ground.held[relax.terminal]
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


def plan_program(
    program: Program, bench: Bench, capabilities: Mapping[str, Capabilities], devices: Sequence[str] = ()
) -> Plan:
    """Lay a Program on a bench.

    `capabilities` maps each terminal of the bench to what its channel can deliver. `devices` are those of the chip
    to go through, all when there are none; a program that does not route by itself runs once for each. Refusals
    stand in the Plan; `Plan.require()` raises them.
    """
    refusals, chosen = choose_devices(program, bench, devices)
    ground = Ground(routed(program, chosen), bench, capabilities, devices=chosen)
    ground.refusals += refusals
    return Planner(ground).plan()


def _lights(instruction: Pulse | Hold, expose: Expose) -> bool:
    """Tell whether an instruction switches the light of an exposure on by itself."""
    if isinstance(instruction, Pulse):
        return instruction.terminal == expose.terminal
    return any(name == expose.terminal and level > 0 for name, level in instruction.levels)
