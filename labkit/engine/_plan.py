"""The Plan: a Program laid on one bench. What will happen, before anything happens."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from labkit.core import NO_TIME, Crosspoint, LightTrain, Nanoseconds, PlanRefused, PulseTrain, SourceMeterSetting
from labkit.engine._followers import Follower
from labkit.engine._tracks import Context, Track
from labkit.protocol import LoopEnd, Program


class Executor(StrEnum):
    """Who keeps the time of a block."""

    SWEEP = "sweep"
    """One source meter runs the block from its own memory."""
    TRIGGERED = "triggered"
    """Several instruments run at once, each from its own memory, started by a trigger line, or by command with the skew
    recorded."""
    STEPPED = "stepped"
    """The PC sets and reads at deadlines."""


EXECUTORS = tuple(Executor)


@dataclass(frozen=True, slots=True)
class TrainPulse:
    """One pulse of a light or a generator: when it begins and ends, from the block's start, and its timeline row."""

    terminal: str
    begin: Nanoseconds
    end: Nanoseconds
    level: float
    mark: str
    context: Context
    edge: Nanoseconds = NO_TIME


@dataclass(frozen=True, slots=True)
class PlannedTrain:
    """Pulses that a light or a generator makes by itself after one start; `steady` ones are switched by the PC."""

    terminal: str
    begin: Nanoseconds
    train: LightTrain | PulseTrain
    pulses: tuple[TrainPulse, ...]
    steady: bool = False

    @property
    def end(self) -> Nanoseconds:
        """When the last pulse ends."""
        return self.pulses[-1].end


@dataclass(frozen=True, slots=True)
class TimedBlock:
    """A stretch of which instruments keep the time: tracks of electrical terminals, trains of lights."""

    label: str
    line: int
    executor: Executor
    duration: Nanoseconds
    demanded: Nanoseconds
    """The part of the duration that the protocol itself asks for; the rest is lead-in for the bus."""
    tracks: Mapping[str, Track]
    settings: Mapping[str, SourceMeterSetting]
    trains: tuple[PlannedTrain, ...] = ()
    recorded: tuple[str, ...] = ()
    record_mark: str = ""
    followers: tuple[Follower, ...] = ()
    """Sources that wait for triggers of a track."""
    reference: bool = False
    """Whether its readings are the baseline that later relaxations return to."""


@dataclass(frozen=True, slots=True)
class HoldBlock:
    """Bring terminals to levels, at the bench's ramp rate; light levels are switched.

    `settings` are for source meters that no other block sets: a gate that is held while the drain is measured.
    """

    levels: tuple[tuple[str, float], ...]
    line: int
    label: str = "hold"
    settings: Mapping[str, SourceMeterSetting] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WaitBlock:
    """Let time pass at the held levels, by the PC's clock."""

    duration: Nanoseconds
    line: int
    label: str = "wait"


@dataclass(frozen=True, slots=True)
class PointsBlock:
    """Levels set and read one by one by the PC, `dwell` apart: a ramp without a memory that holds all of it.

    Afterwards the terminal is back at `held` (V). `sampled` are other terminals that are read at each level, with
    their settings and the level that they are held at; `read_at` is when in a step the readings begin, the sampled ones
    first.
    """

    terminal: str
    levels: tuple[float, ...]
    dwell: Nanoseconds
    setting: SourceMeterSetting
    mark: str
    line: int
    label: str
    held: float = 0.0
    sampled: Mapping[str, SourceMeterSetting] = field(default_factory=dict)
    sampled_levels: Mapping[str, float] = field(default_factory=dict)
    read_at: Nanoseconds = NO_TIME


@dataclass(frozen=True, slots=True)
class LogRecordBlock:
    """Readings at logarithmically growing times after the block's start, taken by the PC."""

    terminals: tuple[str, ...]
    times: tuple[Nanoseconds, ...]
    duration: Nanoseconds
    settings: Mapping[str, SourceMeterSetting]
    mark: str
    line: int
    label: str


@dataclass(frozen=True, slots=True)
class RelaxBlock:
    """Sample in windows until the current is back at the reference, or the time is up."""

    terminal: str
    deviations: float
    timeout: Nanoseconds
    at_least: Nanoseconds
    window: Nanoseconds
    period: Nanoseconds
    level: float
    setting: SourceMeterSetting
    line: int
    label: str = "relax"


@dataclass(frozen=True, slots=True)
class TemperatureBlock:
    """Bring the device to a temperature (K) at a rate (K/s), and wait until it stays within a deviation for `dwell`.

    `expected` is how long that should take, the dwell included.
    """

    terminal: str
    setpoint: float
    within: float
    dwell: Nanoseconds
    timeout: Nanoseconds
    rate: float
    mark: str
    expected: Nanoseconds
    line: int
    label: str


@dataclass(frozen=True, slots=True)
class RouteBlock:
    """Join terminals to a device of the chip: `channels` and `generators` are off while the relays move.

    `position` is the device's place among those of the plan, -1 where no device is joined and all relays are open.
    """

    device: str
    position: int
    crosspoints: frozenset[Crosspoint]
    channels: tuple[str, ...]
    generators: tuple[str, ...]
    line: int
    label: str = "route"


@dataclass(frozen=True, slots=True)
class ExposeBlock:
    """Light an array through a mask (W/m^2 where it is open), all relays open.

    `shares` is what of it reaches each cell, `seen` the same for the devices of the plan, by their place in it.
    """

    terminal: str
    mask: str
    level: float
    width: Nanoseconds
    shares: Mapping[str, float]
    seen: tuple[tuple[int, float], ...]
    mark: str
    line: int
    label: str


@dataclass(frozen=True, slots=True)
class LoopBlock:
    """A loop that the PC goes through; one body for all iterations, or one for each."""

    name: str
    positions: tuple[int, ...]
    values: tuple[float, ...] | None
    bodies: "tuple[tuple[Node, ...], ...]"
    line: int
    routes: tuple[RouteBlock, ...] = ()
    """For a loop over devices, what comes before each round."""
    visits: tuple[int, ...] = ()
    """For a loop over devices with a sentinel, which visit to its device each round is."""
    end: LoopEnd | None = None
    """For a loop over values, the reading after which the others are left out."""

    def body(self, k: int) -> "tuple[Node, ...]":
        """Give the body of iteration k."""
        return self.bodies[k if len(self.bodies) > 1 else 0]


@dataclass(frozen=True, slots=True)
class UntilBlock:
    """A loop that ends when the latest read crosses a current (A), or that of the read with the mark `reference`."""

    name: str
    terminal: str
    mark: str
    rising: bool
    current: float
    at_most: int
    body: "tuple[Node, ...]"
    line: int
    reference: str = ""


Node = (
    TimedBlock
    | HoldBlock
    | WaitBlock
    | PointsBlock
    | LogRecordBlock
    | RelaxBlock
    | TemperatureBlock
    | RouteBlock
    | ExposeBlock
    | LoopBlock
    | UntilBlock
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the bench cannot or must not do something, and what to do about it."""

    file: str
    line: int
    message: str
    remedy: str
    also: tuple[int, ...] = ()
    """Further lines of the file to which the same applies."""

    @property
    def place(self) -> str:
        """Where it stands: `file:line`, and the further lines."""
        others = f" (and {', '.join(map(str, self.also))})" if self.also else ""
        return f"{self.file}:{self.line}{others}"

    def __str__(self) -> str:
        return f"{self.place}: {self.message}\n  remedy: {self.remedy}"


def gathered(refusals: Iterable[Refusal]) -> tuple[Refusal, ...]:
    """Tell what is refused at several lines once, with all its lines."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for refusal in refusals:
        lines = found.setdefault((refusal.file, refusal.message, refusal.remedy), [])
        if refusal.line not in lines:
            lines.append(refusal.line)
    return tuple(
        Refusal(file, lines[0], message, remedy, tuple(lines[1:])) for (file, message, remedy), lines in found.items()
    )


@dataclass(frozen=True, slots=True)
class Estimates:
    """What the run will cost. Upper bounds hold whatever the device does.

    `duration` (s) leaves out the waiting of `relax` beyond its least; `longest` counts every time-out. `charge` (C) and
    `energy` (J) are bounds by compliance, per electrical terminal. `dose` (J/m^2) and `photons` (1/m^2) are what
    reaches the device plane, per optical terminal.
    """

    duration: float
    longest: float
    pulses: int
    relaxations: int
    samples: int
    bytes: int
    charge: Mapping[str, float]
    energy: Mapping[str, float]
    dose: Mapping[str, float]
    photons: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """A Program laid on a bench: blocks, refusals and estimates; `remarks` say what costs time or accuracy, and why."""

    program: Program
    bench: str
    nodes: tuple[Node, ...]
    refusals: tuple[Refusal, ...]
    estimates: Estimates
    remarks: tuple[str, ...] = field(default=())
    devices: tuple[str, ...] = ()
    """The devices of the chip that it goes through, in the order in which the bench has them."""

    def require(self) -> "Plan":
        """Give the plan back, or raise PlanRefused with every refusal."""
        if self.refusals:
            raise PlanRefused("\n".join(str(refusal) for refusal in self.refusals))
        return self
