"""Sources that a trigger line starts: which source meter leads them, and which pulses they make.

A source meter that keeps a block's time puts an edge on its trigger output where a pulse of another source is due. The
generator makes one pulse at each edge, so a block may hold as many as it likes, as long as they are alike.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from labkit.core import (
    NO_TIME,
    Bench,
    Capabilities,
    ElectricalTerminal,
    LightCapabilities,
    LightTrain,
    Nanoseconds,
    OpticalTerminal,
    PulseCapabilities,
    PulseTerminal,
    PulseTrain,
    SourceMeterCapabilities,
)
from labkit.engine._timing import LEAST_PULSE_SAMPLES, reading_time, settling
from labkit.protocol import Instruction, Pulse, Together, walk


@dataclass(frozen=True, slots=True)
class Following:
    """One pulse that another source makes at a trigger; `offset` (V) is what its level adds to the held one.

    `source` is the terminal whose instrument makes it: that of the pulse, or its `pulses`. Several pulses, one for each
    of `marks`, follow one trigger `period` (ns) from edge to edge.
    """

    terminal: str
    source: str
    level: float
    width: Nanoseconds
    edge: Nanoseconds
    mark: str
    offset: float = 0.0
    delay: Nanoseconds = NO_TIME
    optical: bool = False
    marks: tuple[str, ...] = ()
    period: Nanoseconds = NO_TIME

    @property
    def pulses(self) -> tuple[tuple[Nanoseconds, str], ...]:
        """When after the trigger's pulse each begins (ns), and its mark."""
        marks = self.marks or (self.mark,)
        return tuple((Nanoseconds(k * self.period), mark) for k, mark in enumerate(marks))


@dataclass(frozen=True, slots=True)
class Follower:
    """A source and the one train that it makes at each trigger of a block."""

    terminal: str
    train: LightTrain | PulseTrain


def generator_behind(bench: Bench, terminal: str) -> str:
    """Give the pulse terminal whose generator makes the pulses of a terminal, "" for none."""
    found = bench.terminals.get(terminal)
    if isinstance(found, OpticalTerminal):
        return found.driven_by
    if isinstance(found, ElectricalTerminal):
        return found.pulses
    return terminal if isinstance(found, PulseTerminal) else ""


def leader_of(
    bench: Bench, capabilities: Mapping[str, Capabilities], terminal: str, candidates: Iterable[str]
) -> str | None:
    """Give the source meter's terminal whose trigger output is cabled to what makes the pulses of a terminal."""
    generator = bench.pulse_terminals().get(generator_behind(bench, terminal))
    if generator is None or not _takes_triggers(
        capabilities.get(terminal), capabilities.get(terminal_of(bench, terminal))
    ):
        return None
    cabled = {
        line.source.partition(":")[0]
        for line in bench.trigger_lines
        if line.sink.partition(":")[0] == generator.instrument
    }
    for candidate in candidates:
        able, found = capabilities.get(candidate), bench.terminals.get(candidate)
        leads = isinstance(able, SourceMeterCapabilities) and able.trigger_output
        if leads and isinstance(found, ElectricalTerminal) and found.instrument in cabled:
            return candidate
    return None


def terminal_of(bench: Bench, terminal: str) -> str:
    """Give the terminal whose capabilities say what its pulses can be: the generator's, but a light's own."""
    return terminal if isinstance(bench.terminals.get(terminal), OpticalTerminal) else generator_behind(bench, terminal)


def _takes_triggers(*capabilities: Capabilities | None) -> bool:
    return any(isinstance(able, LightCapabilities | PulseCapabilities) and able.trigger_input for able in capabilities)


def makes_well(width: Nanoseconds, level: float, able: SourceMeterCapabilities) -> bool:
    """Tell whether a source meter makes a pulse of a width itself, with as many readings in it as a metric needs."""
    left = width - settling(able.source_voltage, level)
    return width >= able.shortest_step and left >= LEAST_PULSE_SAMPLES * reading_time(able.apertures[0], able)


def no_height(pulse: Pulse, held: Mapping[str, float], able: Capabilities) -> bool:
    """Tell whether a generator would have to make a pulse that goes nowhere: it makes none, as the control it is."""
    return isinstance(able, PulseCapabilities) and pulse.level == held.get(pulse.terminal, 0.0)


@dataclass(frozen=True, slots=True)
class Leads:
    """What a block knows of its followers.

    `leaders` maps the terminal of followed pulses to the source meter's terminal that triggers them; `pulsers` maps a
    source meter's terminal to the pulse terminal that makes the pulses it is too slow for.
    """

    leaders: Mapping[str, str]
    pulsers: Mapping[str, str]

    def makes(self, pulse: Pulse, able: SourceMeterCapabilities) -> bool:
        """Tell whether a generator makes a pulse of a source meter's terminal."""
        return pulse.terminal in self.pulsers and not makes_well(pulse.width, pulse.level, able)

    def following(
        self, pulse: Pulse, held: Mapping[str, float], capabilities: Mapping[str, Capabilities]
    ) -> Following | None:
        """Say how a pulse follows a trigger; None when its own instrument makes it."""
        able = capabilities[pulse.terminal]
        if no_height(pulse, held, able):
            return None
        source, offset = pulse.terminal, 0.0
        if isinstance(able, SourceMeterCapabilities):
            if not self.makes(pulse, able):
                return None
            source, offset = self.pulsers[pulse.terminal], pulse.level - held[pulse.terminal]
        elif pulse.terminal not in self.leaders:
            return None
        maker = capabilities[source]
        delay = maker.trigger_delay if isinstance(maker, PulseCapabilities) else Nanoseconds(0)
        optical = isinstance(able, LightCapabilities)
        return Following(
            pulse.terminal, source, pulse.level, pulse.width, pulse.edge, pulse.mark, offset, delay, optical
        )

    def burst(
        self, together: Together, held: Mapping[str, float], capabilities: Mapping[str, Capabilities]
    ) -> Following | None:
        """Say how pulses of one time base follow one trigger: they are of one terminal, alike, and evenly spaced."""
        first = together.pulses[0][1]
        following = self.following(first, held, capabilities)
        starts = [start for start, _ in together.pulses]
        periods = {later - earlier for earlier, later in pairwise(starts)}
        alike = all(replace(pulse, mark=first.mark, line=first.line) == first for _, pulse in together.pulses)
        if following is None or following.optical or starts[0] or not alike or len(periods) != 1:
            return None
        maker, period = capabilities[following.source], Nanoseconds(periods.pop())
        if not isinstance(maker, PulseCapabilities) or not maker.period[0] <= period <= maker.period[1]:
            return None
        return replace(following, marks=tuple(pulse.mark for _, pulse in together.pulses), period=period)

    def followings(
        self,
        instructions: Sequence[Instruction],
        held: Mapping[str, float],
        capabilities: Mapping[str, Capabilities],
    ) -> Iterator[Following]:
        """Give what follows a trigger of these instructions, each once as written."""
        inside: set[int] = set()
        for inner in walk(instructions):
            found = None
            if isinstance(inner, Together):
                found = self.burst(inner, held, capabilities)
                inside |= {id(pulse) for _, pulse in inner.pulses} if found is not None else set()
            elif isinstance(inner, Pulse) and id(inner) not in inside:
                found = self.following(inner, held, capabilities)
            if found is not None:
                yield found

    def leader(self, following: Following) -> str:
        """Give the terminal of the source meter that triggers a pulse."""
        return self.leaders.get(following.terminal, following.terminal)


def train_of(following: Following, held: Mapping[str, float], able: Capabilities) -> LightTrain | PulseTrain:
    """Give the train of one pulse that a follower is loaded with."""
    if isinstance(able, LightCapabilities):
        return LightTrain(following.level, following.width, able.off_time[0], 1, external=True)
    assert isinstance(able, PulseCapabilities)  # noqa: S101 - only lights and generators follow
    base = held.get(following.source, 0.0)
    level = following.offset if following.source != following.terminal else following.level
    period = following.period or Nanoseconds(max(able.period[0], 2 * following.width))
    return PulseTrain(base, level, following.width, period, len(following.pulses), following.edge, external=True)
