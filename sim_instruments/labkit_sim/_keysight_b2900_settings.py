"""What a channel of a B2900 is set to: source, sense, output; values after `*RST` are the defaults."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from labkit.core import FloatArray, Range
from labkit_sim import _keysight_b2900_specs as specs
from labkit_sim._errors import ScpiError
from labkit_sim._keysight_b2900_specs import Model


class Quantity(StrEnum):
    """What is sourced or measured, by its SCPI word."""

    VOLTAGE = "VOLT"
    CURRENT = "CURR"
    RESISTANCE = "RES"


SOURCED = (Quantity.VOLTAGE, Quantity.CURRENT)
UNITS = {Quantity.VOLTAGE: "V", Quantity.CURRENT: "A", Quantity.RESISTANCE: "OHM"}


def source_ranges(model: Model, quantity: Quantity) -> tuple[Range, ...]:
    """Give the source ranges of a model, rising."""
    return model.source_voltage if quantity is Quantity.VOLTAGE else model.source_current


def measure_ranges(model: Model, quantity: Quantity) -> tuple[Range, ...]:
    """Give the measure ranges of a model, rising."""
    return model.measure_voltage if quantity is Quantity.VOLTAGE else model.measure_current


def largest_level(model: Model, quantity: Quantity) -> float:
    """Give the largest magnitude that can be sourced (V or A)."""
    last = source_ranges(model, quantity)[-1]
    return last.full_scale * specs.largest_part(last, specs.SOURCE_OVERRANGE)


@dataclass(frozen=True, slots=True)
class SourceFunction:
    """One source function: mode `FIX`, `SWE` or `LIST`, levels, range, sweep and list (V or A).

    Until a `triggered` level is set, a trigger brings the immediate one.
    """

    quantity: Quantity
    full_scale: float
    lowest_scale: float
    mode: str = "FIX"
    level: float = 0.0
    triggered: float | None = None
    auto_range: bool = True
    start: float = 0.0
    stop: float = 0.0
    points: int = 1
    levels: FloatArray = field(default_factory=lambda: np.zeros(1))
    list_start: int = 1

    @property
    def trigger_level(self) -> float:
        """What a trigger brings in mode `FIX`."""
        return self.level if self.triggered is None else self.triggered

    @property
    def largest(self) -> float:
        """The largest magnitude that triggers bring."""
        if self.mode == "LIST":
            return max(abs(float(self.levels.min())), abs(float(self.levels.max())))
        return max(abs(self.start), abs(self.stop))

    @property
    def step(self) -> float:
        """The step of a linear staircase."""
        return (self.stop - self.start) / (self.points - 1) if self.points > 1 else 0.0

    def with_level(self, model: Model, level: float) -> "SourceFunction":
        """Set the level, and the range with it where it is automatic; raises ScpiError -222 beyond the range."""
        ranges = source_ranges(model, self.quantity)
        if self.auto_range:
            allowed = tuple(found for found in ranges if found.full_scale >= self.lowest_scale)
        else:
            allowed = tuple(found for found in ranges if found.full_scale == self.full_scale)
        found = specs.holding(allowed, level, specs.SOURCE_OVERRANGE)
        if found is None:
            raise ScpiError(-222)
        return replace(self, level=level, full_scale=found.full_scale)

    def with_step(self, step: float) -> "SourceFunction":
        """Choose the points so that the span is gone through in steps; raises ScpiError -221 for a wrong sign."""
        span = self.stop - self.start
        if step * span < 0 or step == 0:
            raise ScpiError(-221)
        return replace(self, points=int(span / step * (1 + 1e-12)) + 1)


@dataclass(frozen=True, slots=True)
class Sweep:
    """How a staircase goes: spacing, direction, up and down again, ranging (`BEST`, `AUTO`, `FIX`)."""

    logarithmic: bool = False
    upward: bool = True
    double: bool = False
    ranging: str = "BEST"

    def levels(self, source: SourceFunction) -> FloatArray:
        """Give the levels of a staircase; raises ScpiError -221 for a logarithmic one through zero."""
        first, last = (source.start, source.stop) if self.upward else (source.stop, source.start)
        if not self.logarithmic:
            levels = np.linspace(first, last, source.points)
        elif first * last > 0:
            levels = np.sign(first) * np.geomspace(abs(first), abs(last), source.points)
        else:
            raise ScpiError(-221)
        return np.concatenate((levels, levels[::-1])) if self.double else levels


@dataclass(frozen=True, slots=True)
class SenseFunction:
    """One measure function: range with its automatic, and the limit of the source in this quantity (V or A)."""

    quantity: Quantity
    full_scale: float
    lower_limit: float
    upper_limit: float
    positive_limit: float
    negative_limit: float
    auto_range: bool = True
    auto_mode: str = "NORM"
    threshold: float = 90.0


@dataclass(frozen=True, slots=True)
class WaitTime:
    """The wait after a source change before source or meter act again: gain times the automatic time plus offset."""

    on: bool = True
    automatic: bool = True
    gain: float = 1.0
    offset: float = 0.0

    def seconds(self, initial: float) -> float:
        """Give the wait; `initial` is what the instrument takes by itself."""
        if not self.on:
            return 0.0
        return (self.gain * initial if self.automatic else 0.0) + self.offset


@dataclass(frozen=True, slots=True)
class Pulse:
    """The pulse that a trigger makes when the shape is a pulse: delay and width (s)."""

    on: bool = False
    delay: float = 0.0
    width: float = specs.PULSE_WIDTHS[0]


@dataclass(frozen=True, slots=True)
class Output:
    """The output terminals: what off means, low terminal, automatic on and off, protection, filter."""

    off_mode: str = "NORM"
    low_grounded: bool = True
    automatic_on: bool = True
    automatic_off: bool = False
    protection: bool = False
    high_capacitance: bool = False
    filter_on: bool = True
    filter_automatic: bool = True
    filter_constant: float = 5e-6


@dataclass(slots=True)
class ChannelSettings:
    """All settings of a channel but those of its trigger layers."""

    model: Model
    aperture: float
    sources: dict[Quantity, SourceFunction]
    senses: dict[Quantity, SenseFunction]
    active: Quantity = Quantity.VOLTAGE
    pulse: Pulse = Pulse()
    sweep: Sweep = Sweep()
    continuous: bool = False
    auto_aperture: bool = False
    measured: frozenset[Quantity] = frozenset(SOURCED)
    remote_sense: bool = False
    source_wait: WaitTime = WaitTime()
    sense_wait: WaitTime = WaitTime()
    output: Output = Output()

    @property
    def source(self) -> SourceFunction:
        """The active source function."""
        return self.sources[self.active]

    def limit(self, level: float) -> float:
        """Give the limit of the other quantity (a magnitude) for a level of one sign."""
        complement = Quantity.CURRENT if self.active is Quantity.VOLTAGE else Quantity.VOLTAGE
        sense = self.senses[complement]
        return sense.positive_limit if level >= 0 else -sense.negative_limit

    def source_range(self, level: float) -> Range:
        """Give the range that a level is put out on; sweeps and lists choose theirs as `:SWEep:RANGing` says."""
        ranges, source = source_ranges(self.model, self.active), self.source
        if not source.auto_range or source.mode == "FIX" or self.sweep.ranging == "FIX":
            return next(found for found in ranges if found.full_scale == source.full_scale)
        held = level if self.sweep.ranging == "AUTO" else max(source.largest, abs(level))
        return specs.holding(ranges, held, specs.SOURCE_OVERRANGE) or ranges[-1]

    def programmed(self) -> FloatArray:
        """Give the levels that triggers bring, one after the other."""
        source = self.source
        if source.mode == "LIST":
            return source.levels[source.list_start - 1 :]
        if source.mode == "SWE":
            return self.sweep.levels(source)
        return np.array([source.trigger_level])


def reset_settings(model: Model, line_frequency: float) -> ChannelSettings:
    """Give the settings after `*RST`."""
    voltage, current = model.measure_voltage, model.measure_current
    lowest_voltage, lowest_current = voltage[0].full_scale, current[0].full_scale
    largest_voltage, largest_current = voltage[-1].full_scale, current[-1].full_scale
    return ChannelSettings(
        model,
        aperture=0.1 / line_frequency,
        sources={
            Quantity.VOLTAGE: SourceFunction(Quantity.VOLTAGE, lowest_voltage, lowest_voltage),
            Quantity.CURRENT: SourceFunction(Quantity.CURRENT, lowest_current, lowest_current),
        },
        senses={
            Quantity.VOLTAGE: SenseFunction(Quantity.VOLTAGE, 2.0, lowest_voltage, largest_voltage, 2.0, -2.0),
            Quantity.CURRENT: SenseFunction(Quantity.CURRENT, 100e-6, 1e-6, largest_current, 100e-6, -100e-6),
        },
    )
