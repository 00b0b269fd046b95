"""The Program: a protocol with its parameters put in. Frozen instructions, integer time, loops kept as loops.

A Program knows terminals and levels, never an instrument. Each instruction carries the line of the protocol file that
it came from, so that a refusal can point there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from labkit.core import NO_TIME, Nanoseconds


@dataclass(frozen=True, slots=True)
class ProgramTerminal:
    """A port of the device as the protocol sees it.

    For electrical ones `compliance` (A) limits the source, `current_range` (A) is the largest current expected (the
    measure range is fixed for the whole run) and `aperture` (s) the integration time wished for; None leaves it to the
    planner.
    """

    name: str
    kind: Literal["electrical", "optical", "thermal"]
    compliance: float | None = None
    current_range: float | None = None
    aperture: float | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Set terminals to levels (V or W/m^2) that stay until the next hold."""

    levels: tuple[tuple[str, float], ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Ramp:
    """Go through corner levels with equal steps, one reading a step.

    `rate` in V/s; `step` is the largest step in V (linear) or, for `logarithmic`, steps a decade. `sampled` are other
    terminals that stay at their held level and take a reading at each step, too: the drain while the gate is swept.
    """

    terminal: str
    corners: tuple[float, ...]
    step: float
    rate: float
    spacing: Literal["linear", "logarithmic"] = "linear"
    mark: str = ""
    line: int = 0
    sampled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pulse:
    """A rectangular excursion from the held level and back; `edge` is the longest rise time accepted, 0 for any.

    `sampled` are other terminals that are read during the pulse at their held level, for what it costs them.
    """

    terminal: str
    level: float
    width: Nanoseconds
    edge: Nanoseconds = NO_TIME
    mark: str = ""
    line: int = 0
    sampled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass at the held levels."""

    duration: Nanoseconds
    line: int = 0


@dataclass(frozen=True, slots=True)
class Read:
    """Take `count` readings at `level` (None: the held level), the first `delay` after the level is set.

    `current_range` (A) is the largest current of these readings, where it is not that of the terminal.
    """

    terminal: str
    level: float | None
    delay: Nanoseconds
    count: int
    mark: str = ""
    line: int = 0
    current_range: float | None = None


@dataclass(frozen=True, slots=True)
class Together:
    """Pulses of several terminals on one time base: (start, pulse) pairs, starts counted from its beginning."""

    pulses: tuple[tuple[Nanoseconds, Pulse], ...]
    duration: Nanoseconds
    line: int = 0


@dataclass(frozen=True, slots=True)
class UniformSampling:
    """Readings at a constant period."""

    period: Nanoseconds


@dataclass(frozen=True, slots=True)
class LogarithmicSampling:
    """Readings at times that grow by a constant factor: the first one, and how many a decade."""

    first: Nanoseconds
    per_decade: int


@dataclass(frozen=True, slots=True)
class Record:
    """Sample terminals continuously while the body goes on. Logarithmic sampling counts from the body's start."""

    terminals: tuple[str, ...]
    sampling: UniformSampling | LogarithmicSampling
    body: "tuple[Instruction, ...]"
    mark: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same body `count` times; `name` is the loop's column in the timeline."""

    name: str
    count: int
    body: "tuple[Instruction, ...]"
    line: int = 0


@dataclass(frozen=True, slots=True)
class LoopEnd:
    """When a loop over values ends early: the mean current (A) of the latest `read` with a mark crosses a level."""

    terminal: str
    mark: str
    comparison: Literal["at_least", "at_most"]
    current: float


@dataclass(frozen=True, slots=True)
class ForEach:
    """A body for each value (SI), in the order in which they are to happen; `positions` are their places as declared.

    `positions[k]` is the index of values[k] in the list as the file gives it, which the timeline's loop column stores,
    so that a random order does not scramble the data. With an `end`, the values after the one that reached it are left
    out.
    """

    name: str
    values: tuple[float, ...]
    positions: tuple[int, ...]
    bodies: "tuple[tuple[Instruction, ...], ...]"
    unit: str = "1"
    line: int = 0
    end: LoopEnd | None = None


@dataclass(frozen=True, slots=True)
class Until:
    """Repeat the body until the mean current (A) of the latest `read` with a mark crosses a level, at most so often.

    The level is `current` or, where there is a `reference`, the mean of the latest read with that mark before the loop.
    """

    name: str
    terminal: str
    mark: str
    comparison: Literal["at_least", "at_most"]
    current: float
    at_most: int
    body: "tuple[Instruction, ...]"
    line: int = 0
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Relax:
    """Wait until the current of a terminal is back at its baseline.

    The baseline is the mean over the last max(1 s, 50 samples) before the first stimulus of the enclosing record; back
    means |mean - baseline| < `deviations` x combined standard uncertainty of the two window means. `at_least` is
    waited in any case. Longer than `timeout` is a warning (flag HIST), not an error.
    """

    terminal: str
    deviations: float
    timeout: Nanoseconds
    at_least: Nanoseconds = NO_TIME
    line: int = 0


@dataclass(frozen=True, slots=True)
class Temperature:
    """Bring the device to a temperature (K) and wait until it has settled.

    Settled means that every reading of the last `dwell` was within `within` (K) of the setpoint. The setpoint moves at
    `rate` (K/s), None for the fastest that the bench allows. Longer than `timeout` is a warning, not an error: what was
    reached is in the timeline.
    """

    terminal: str
    setpoint: float
    within: float
    dwell: Nanoseconds
    timeout: Nanoseconds
    rate: float | None = None
    mark: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Expose:
    """Light on an array through a mask: every cell sees its share of `level` (W/m^2) at the same time.

    `pattern` are the rows of the mask's transmissions as written, laid on the array when it is known; `mask` is what an
    operator calls it. All relays are open meanwhile.
    """

    terminal: str
    mask: str
    pattern: tuple[tuple[float, ...], ...]
    level: float
    width: Nanoseconds
    mark: str = ""
    line: int = 0


DEVICE = "device"
"""The loop over the devices of a chip."""


@dataclass(frozen=True, slots=True)
class Route:
    """Join the terminals to a device of the chip through the switch matrix, all sources at zero and off meanwhile.

    No `device` opens all relays: what is then read flows past the devices.
    """

    device: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class ForEachDevice:
    """A body for each device of the chip, each routed first; no `devices` are all that the bench has.

    The loop's column in the timeline is `device`. A random order is drawn when the devices are known. The `sentinel`
    (a device, or `first` for the first of the order) comes first, again after every `every` others, and last; which
    visit it is stands in the column `visit`. With a `count` only so many of the order are gone to: of a random order, a
    random part of the devices.
    """

    devices: tuple[str, ...]
    order: Literal["given", "random"]
    body: "tuple[Instruction, ...]"
    line: int = 0
    sentinel: str = ""
    every: int = 0
    count: int = 0


Instruction = (
    Hold
    | Ramp
    | Pulse
    | Wait
    | Read
    | Together
    | Record
    | Repeat
    | ForEach
    | Until
    | Relax
    | Route
    | ForEachDevice
    | Expose
    | Temperature
)


@dataclass(frozen=True, slots=True)
class Program:
    """What is to happen to the device, whatever the instruments.

    `parameters` are the values in force as text with units, by name; `seed` made every random order.
    """

    name: str
    title: str
    implements: str
    text: str
    file: str
    terminals: Mapping[str, ProgramTerminal]
    instructions: tuple[Instruction, ...]
    metrics: tuple[str, ...]
    parameters: Mapping[str, str]
    seed: int
