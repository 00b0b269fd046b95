"""The ground that a Program is laid on: the bench's capabilities, what is held, what was refused so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from labkit.core import Bench, Capabilities, SourceMeterCapabilities, SourceMeterSetting
from labkit.engine._apertures import block_aperture
from labkit.engine._build import Surroundings, duration_of
from labkit.engine._followers import Following, Leads, leader_of
from labkit.engine._plan import Refusal, RouteBlock
from labkit.engine._routing import carried_terminals, device_crosspoints
from labkit.protocol import Instruction, LogarithmicSampling, Program, Ramp, Record

DEFAULT_CURRENT = 1e-3
"""Largest current expected where the protocol does not say (A)."""


@dataclass(slots=True)
class Ground:
    """Shared by all parts of one planning; `held` changes as the walk goes on."""

    program: Program
    bench: Bench
    capabilities: Mapping[str, Capabilities]
    held: dict[str, float] = field(default_factory=dict)
    largest: dict[str, float] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    devices: tuple[str, ...] = ()
    temperatures: dict[str, float] = field(default_factory=dict)
    """Setpoints (K) of the stages so far."""
    ranges: dict[str, float] = field(default_factory=dict)
    """Largest currents (A) that a read asks for instead of its terminal's."""

    def refuse(self, line: int, message: str, remedy: str) -> None:
        """Note what the bench cannot or must not do."""
        self.refusals.append(Refusal(self.program.file, line, message, remedy))

    def around(self, instructions: Sequence[Instruction], record: Record | None) -> Surroundings:
        """Give what a block of instructions finds."""
        period = None if record is None or isinstance(record.sampling, LogarithmicSampling) else record.sampling.period
        recorded = record.terminals if record is not None and period is not None else ()
        leads = self.leads()
        apertures = {
            name: block_aperture(
                instructions, self.program.terminals[name], able, period if name in recorded else None, leads
            )
            for name, able in self.capabilities.items()
            if isinstance(able, SourceMeterCapabilities) and name in self.program.terminals
        }
        return Surroundings(dict(self.held), self.capabilities, self.largest, apertures, recorded, period, leads)

    def leads(self, active: Sequence[str] | None = None) -> Leads:
        """Give which sources follow triggers, led by one of the `active` source meters, or of all."""
        candidates = [name for name in self.program.terminals if active is None or name in active]
        leaders = {
            name: leader
            for name in self.program.terminals
            if (leader := leader_of(self.bench, self.capabilities, name, candidates)) is not None
        }
        pulsers = {name: found.pulses for name, found in self.bench.electrical().items() if name in leaders}
        return Leads(leaders, pulsers)

    def unlike_followers(self, instructions: Sequence[Instruction]) -> bool:
        """Tell whether a source that follows triggers would have to make pulses that are not alike."""
        leads = self.leads()
        if not leads.leaders:
            return False
        found: dict[str, Following] = {}
        for one in leads.followings(instructions, self.held, self.capabilities):
            kind = replace(one, terminal="", mark="", marks=("",) * len(one.marks))
            if found.setdefault(one.source, kind) != kind:
                return True
        return False

    def setting(self, terminal: str, aperture: float) -> SourceMeterSetting:
        """Give the setting of a terminal with an aperture (s)."""
        declared = self.program.terminals[terminal]
        compliance = declared.compliance or self.bench.electrical()[terminal].maximum_current
        # No reading can exceed the compliance, and some meters refuse a range far above it.
        expected = self.ranges.get(terminal, declared.current_range or DEFAULT_CURRENT)
        current = min(expected, compliance)
        return SourceMeterSetting(self.largest[terminal], current, compliance, aperture)

    def length(self, instructions: Sequence[Instruction], record: Record | None) -> int:
        """Give how long open-loop instructions take (ns)."""
        around = self.around(instructions, record)
        return sum(duration_of(instruction, around) for instruction in instructions)

    def route(self, device: str, line: int) -> RouteBlock:
        """Say how the terminals of the program get to a device; to none, all relays open."""
        bench, names = self.bench, carried_terminals(self.bench, self.program.terminals)
        return RouteBlock(
            device,
            self.devices.index(device) if device else -1,
            device_crosspoints(bench, device, names) if device else frozenset(),
            channels=tuple(name for name in names if name in bench.electrical()),
            generators=tuple(name for name in names if name in bench.pulse_terminals()),
            line=line,
        )

    def runs_by_itself(self, ramp: Ramp) -> bool:
        """Whether one instrument can go through a ramp: it has a memory, and all terminals that are read are on it.

        Instruments of their own have clocks and latencies of their own: step and reading would drift apart.
        """
        bench = self.bench.electrical()
        used = (ramp.terminal, *ramp.sampled)
        able = [self.capabilities[name] for name in used]
        memory = all(isinstance(one, SourceMeterCapabilities) and one.written_steps > 0 for one in able)
        return memory and len({bench[name].instrument for name in used}) == 1
