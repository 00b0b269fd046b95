"""What a 2450 is set to: source and sense settings, frozen, so that a configuration list can keep them."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import inf

from labkit.core import Range
from labkit_sim import _keithley_2450_specs as specs


class Quantity(StrEnum):
    """What is sourced or measured, by its SCPI word."""

    VOLTAGE = "VOLT"
    CURRENT = "CURR"
    RESISTANCE = "RES"


SOURCE_RANGES = {Quantity.VOLTAGE: specs.SOURCE_VOLTAGE, Quantity.CURRENT: specs.SOURCE_CURRENT}
MEASURE_RANGES = {Quantity.VOLTAGE: specs.MEASURE_VOLTAGE, Quantity.CURRENT: specs.MEASURE_CURRENT}
UNITS = {Quantity.VOLTAGE: "Volt DC", Quantity.CURRENT: "Amp DC", Quantity.RESISTANCE: "Ohm"}


def full_scales(quantity: Quantity) -> tuple[float, ...]:
    """Give the full scales of the measure ranges, rising."""
    if quantity is Quantity.RESISTANCE:
        return specs.OHMS_RANGES
    return tuple(found.full_scale for found in MEASURE_RANGES[quantity])


@dataclass(frozen=True, slots=True)
class SourceSetting:
    """One source function: level and limit (V and A as the function has it), range, delay.

    `full_scale` is the range in force; with `auto_range` it follows the level.
    """

    quantity: Quantity
    level: float = 0.0
    full_scale: float = 0.0
    auto_range: bool = True
    limit: float = 0.0
    delay: float = 0.0
    auto_delay: bool = True
    user_delays: tuple[float, ...] = (0.0,) * 5
    read_back: bool = True
    high_capacitance: bool = False
    protection: float = inf
    off_mode: str = "NORM"

    @property
    def range(self) -> Range:
        """The source range in force."""
        ranges = SOURCE_RANGES[self.quantity]
        return next(found for found in ranges if found.full_scale == self.full_scale)

    @property
    def delivered_level(self) -> float:
        """The level, in the steps of the range and within the protection."""
        step = self.range.resolution
        level = round(self.level / step) * step
        return max(-self.protection, min(self.protection, level)) if self.quantity is Quantity.VOLTAGE else level

    def with_level(self, level: float) -> "SourceSetting":
        """Set the level, and the range with it where it is automatic.

        Raises ValueError for a level that the range, or any range, does not hold.
        """
        ranges = SOURCE_RANGES[self.quantity] if self.auto_range else (self.range,)
        found = specs.holding(ranges, level)
        if found is None:
            raise ValueError(f"{level:g} exceeds the source range")
        return replace(self, level=level, full_scale=found.full_scale)


@dataclass(frozen=True, slots=True)
class Source:
    """Both source functions, and which is active."""

    active: Quantity = Quantity.VOLTAGE
    voltage: SourceSetting = SourceSetting(Quantity.VOLTAGE, full_scale=20e-3, limit=105e-6)
    current: SourceSetting = SourceSetting(Quantity.CURRENT, full_scale=10e-9, limit=21.0)

    def of(self, quantity: Quantity) -> SourceSetting:
        """Give the setting of a source function."""
        return self.voltage if quantity is Quantity.VOLTAGE else self.current

    @property
    def setting(self) -> SourceSetting:
        """The setting of the active source function."""
        return self.of(self.active)

    def changed(self, setting: SourceSetting) -> "Source":
        """Give the same with one function set anew."""
        if setting.quantity is Quantity.VOLTAGE:
            return replace(self, voltage=setting)
        return replace(self, current=setting)

    def recalled(self, setting: SourceSetting) -> "Source":
        """Give the same with a function set anew and active, as a configuration list recalls it."""
        if setting.quantity is Quantity.VOLTAGE:
            return Source(Quantity.VOLTAGE, setting, self.current)
        return Source(Quantity.CURRENT, self.voltage, setting)


@dataclass(frozen=True, slots=True)
class SenseSetting:
    """One measure function: range, aperture, autozero, averaging filter."""

    quantity: Quantity
    full_scale: float
    auto_range: bool = True
    lower_limit: float = 0.0
    upper_limit: float = inf
    power_line_cycles: float = 1.0
    auto_zero: bool = True
    filter_on: bool = False
    filter_moving: bool = False
    filter_count: int = 10
    remote_sense: bool = False
    offset_compensation: bool = False
    user_delays: tuple[float, ...] = (0.0,) * 5


_SENSE_DEFAULTS = {
    Quantity.CURRENT: SenseSetting(Quantity.CURRENT, 100e-6, lower_limit=10e-9, upper_limit=1.0),
    Quantity.VOLTAGE: SenseSetting(Quantity.VOLTAGE, 20.0, lower_limit=20e-3, upper_limit=200.0),
    Quantity.RESISTANCE: SenseSetting(Quantity.RESISTANCE, 20e3, lower_limit=20.0, upper_limit=200e6),
}


@dataclass(frozen=True, slots=True)
class Sense:
    """All measure functions, which is active, and how many readings a request makes."""

    active: Quantity = Quantity.CURRENT
    count: int = 1
    functions: tuple[SenseSetting, ...] = field(default=tuple(_SENSE_DEFAULTS.values()))

    def of(self, quantity: Quantity) -> SenseSetting:
        """Give the setting of a measure function."""
        return next(found for found in self.functions if found.quantity is quantity)

    @property
    def setting(self) -> SenseSetting:
        """The setting of the active measure function."""
        return self.of(self.active)

    def changed(self, setting: SenseSetting) -> "Sense":
        """Give the same with one function set anew."""
        functions = tuple(setting if found.quantity is setting.quantity else found for found in self.functions)
        return replace(self, functions=functions)
