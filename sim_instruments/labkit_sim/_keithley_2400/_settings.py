"""What an instrument of the 2400's dialect is set to, so that a location of the source memory can keep all of it."""

from copy import deepcopy
from dataclasses import dataclass, field
from math import inf

from labkit_sim._errors import ScpiError
from labkit_sim._keithley_2400._models import Model, holding
from labkit_sim._keithley_2450_settings import Quantity

VOLTAGE, CURRENT, RESISTANCE = Quantity.VOLTAGE, Quantity.CURRENT, Quantity.RESISTANCE
ELECTRIC = (VOLTAGE, CURRENT)


@dataclass(slots=True)
class SourceFunction:
    """One source function (V or A): level, level at the next trigger, range, and what a sweep of it does."""

    full_scale: float
    level: float = 0.0
    triggered: float = 0.0
    auto_range: bool = True
    mode: str = "FIX"
    start: float = 0.0
    stop: float = 0.0
    step: float = 0.0
    values: list[float] = field(default_factory=lambda: [0.0])
    first_value: int = 1


@dataclass(slots=True)
class Sweep:
    """How a sweep goes: spacing, direction, ranging, and whether it stops at compliance."""

    spacing: str = "LIN"
    points: int = 2500
    direction: str = "UP"
    ranging: str = "BEST"
    abort: str = "NEV"


@dataclass(slots=True)
class SenseFunction:
    """One measure function: range; for V and A also the compliance limit that it sets for the other's source."""

    full_scale: float
    limit: float = 0.0
    auto_range: bool = True
    synchronized: bool = False


@dataclass(slots=True)
class Setup:
    """All settings of source and meter that a location of the source memory keeps."""

    active: Quantity
    sources: dict[Quantity, SourceFunction]
    senses: dict[Quantity, SenseFunction]
    functions: set[Quantity]
    delay: float = 0.0
    auto_delay: bool = True
    protection: float = inf
    power_line_cycles: float = 1.0
    filter_on: bool = False
    filter_repeats: bool = True
    filter_count: int = 10
    auto_ohms: bool = True
    remote_sense: bool = False
    auto_zero: bool = True

    @property
    def source(self) -> SourceFunction:
        """The active source function."""
        return self.sources[self.active]

    @property
    def measured(self) -> Quantity:
        """The quantity that the active source's compliance limits."""
        return CURRENT if self.active is VOLTAGE else VOLTAGE

    @property
    def limit(self) -> float:
        """The compliance (A or V) in force."""
        return self.senses[self.measured].limit

    def limit_of(self, source: Quantity) -> float:
        """Give the compliance (A or V) that a source function would have."""
        return self.senses[CURRENT if source is VOLTAGE else VOLTAGE].limit

    def copy(self) -> "Setup":
        """Give the same, apart."""
        return deepcopy(self)


def default_setup(model: Model) -> Setup:
    """Give the setup of `*RST`."""
    return Setup(
        active=VOLTAGE,
        sources={
            VOLTAGE: SourceFunction(holding_scale(model, VOLTAGE, 20.0)),
            CURRENT: SourceFunction(holding_scale(model, CURRENT, 100e-6)),
        },
        senses={
            VOLTAGE: SenseFunction(20.0, limit=21.0),
            CURRENT: SenseFunction(100e-6, limit=105e-6),
            RESISTANCE: SenseFunction(200e3),
        },
        functions={CURRENT},
    )


def source_ranges(model: Model, quantity: Quantity) -> "tuple[float, ...]":
    """Give the full scales of a source function, rising."""
    ranges = model.source_voltage if quantity is VOLTAGE else model.source_current
    return tuple(found.full_scale for found in ranges)


def holding_scale(model: Model, quantity: Quantity, value: float) -> float:
    """Give the full scale of the smallest source range that holds a value; raises ScpiError -222."""
    found = holding(model.source_voltage if quantity is VOLTAGE else model.source_current, value)
    if found is None:
        raise ScpiError(-222)
    return found.full_scale


def sense_scale(model: Model, quantity: Quantity, value: float) -> float:
    """Give the full scale of the smallest measure range that holds a value; raises ScpiError -222."""
    found = holding(model.measure_voltage if quantity is VOLTAGE else model.measure_current, value)
    if found is None:
        raise ScpiError(-222)
    return found.full_scale


def levels_of_sweep(source: SourceFunction, sweep: Sweep) -> list[float]:
    """Give the levels that the active source goes through: its list, its staircase, or its one level."""
    if source.mode == "LIST":
        return source.values[source.first_value - 1 :]
    if source.mode != "SWE":
        return [source.triggered]
    levels = _staircase(source, sweep)
    return levels if sweep.direction == "UP" else levels[::-1]


def _staircase(source: SourceFunction, sweep: Sweep) -> list[float]:
    start, stop = source.start, source.stop
    if sweep.spacing == "LOG":
        if start * stop <= 0:
            raise ScpiError(-221)
        return [start * (stop / start) ** (k / (sweep.points - 1)) for k in range(sweep.points)]
    span = stop - start
    if not source.step:
        return [start + span * k / (sweep.points - 1) for k in range(sweep.points)]
    count = round(abs(span / source.step)) + 1
    return [start + (abs(source.step) if span >= 0 else -abs(source.step)) * k for k in range(count)]
