"""The analogue side of the 2400's dialect: what is on the wire, and how readings are taken there."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from math import copysign, inf

import numpy as np

from labkit.core import FloatArray, IntArray, Nanoseconds, Range, nanoseconds
from labkit_sim._errors import ScpiError
from labkit_sim._keithley_2400 import _models as specs
from labkit_sim._keithley_2400._models import Model
from labkit_sim._keithley_2400._settings import CURRENT, RESISTANCE, VOLTAGE, Setup, default_setup
from labkit_sim._keithley_2450_meter import Errors, noise_at
from labkit_sim._keithley_2450_settings import Quantity
from labkit_sim._process import Until, Wish
from labkit_sim._station import Disturbance, Station

_AT_LIMIT = 1 - 1e-6
_MOST_RANGE_CHANGES = 10

OVERFLOWED, FILTERED, FRONT, COMPLIANCE, OVER_VOLTAGE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 4
AUTO_OHMS, RANGE_COMPLIANCE, REMOTE = 1 << 10, 1 << 16, 1 << 22
MEASURED = {VOLTAGE: 1 << 11, CURRENT: 1 << 12, RESISTANCE: 1 << 13}
SOURCED = {VOLTAGE: 1 << 14, CURRENT: 1 << 15}
"""Bits of the status word (user's manual 2400S-900-01, section 18, FORMat subsystem)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading: V, A, ohm, time (s of the world), status word."""

    voltage: float
    current: float
    resistance: float
    time: float
    status: int


class Channel:
    """Source and meter on one pair of wires, of one model."""

    def __init__(self, station: Station, model: Model) -> None:
        self.world = station.world
        self.model = model
        self.line_frequency = station.line_frequency
        self.setup = default_setup(model)
        self.front_terminals = True
        self.output = False
        self.off_mode = "NORM"
        self._interlock = bool(station.options.get("interlock", False))
        self._disturbances = station.disturbances
        self._port = station.electrical_port()
        draw = station.accuracy()
        self._source_errors = {
            (quantity, found.full_scale): Errors(draw.within(found.gain), draw.within(found.offset))
            for quantity, ranges in ((VOLTAGE, model.source_voltage), (CURRENT, model.source_current))
            for found in ranges
        }
        self._measure_errors = {
            (quantity, found.full_scale): Errors(draw.within(found.gain), draw.within(found.offset))
            for quantity, ranges in ((VOLTAGE, model.measure_voltage), (CURRENT, model.measure_current))
            for found in ranges
        }
        # A stream for each meter: readings are the same whether the world takes them together or one by one.
        self._noise = {
            quantity: self.world.random(f"{station.name} {station.serial} {quantity.value} readings")
            for quantity in (VOLTAGE, CURRENT)
        }

    def reset(self) -> None:
        """Go back to the settings of `*RST`, output off."""
        self.set_output(False)
        self.setup = default_setup(self.model)
        self.off_mode = "NORM"

    # Sourcing

    def set_output(self, on: bool) -> None:
        """Switch the output on or off."""
        if on:
            self.check_interlock(self.setup)
        if Disturbance.STUCK_OUTPUT in self._disturbances or on == self.output:
            return
        self.output = on
        self.put_on_wire()

    def check_interlock(self, setup: Setup) -> None:
        """Raise ScpiError +802 where an open interlock forbids the voltage."""
        high = setup.source.level if setup.active is VOLTAGE else 0.0
        if self.model.interlock and not self._interlock and abs(high) > self.model.interlock:
            raise ScpiError(802, "OUTPUT blocked by output enable")

    def source_range(self) -> Range:
        """Give the source range in force."""
        ranges = self.model.source_voltage if self.setup.active is VOLTAGE else self.model.source_current
        return next(found for found in ranges if found.full_scale == self.setup.source.full_scale)

    def put_on_wire(self) -> None:
        """Let the port follow the setup, now."""
        if not self.output:
            if self.off_mode == "ZERO":
                self._port.drive(0.0, self.setup.senses[CURRENT].limit)
            else:
                self._port.release()
            return
        setup, found = self.setup, self.source_range()
        level = round(setup.source.level / found.resolution) * found.resolution
        true = self._source_errors[setup.active, found.full_scale].applied(level)
        if setup.active is VOLTAGE:
            bounded = max(-setup.protection, min(setup.protection, true))
            self._port.drive(bounded, self.limit_in_force())
        else:
            self._port.drive(copysign(min(self.limit_in_force(), setup.protection), true), abs(true))

    def limit_in_force(self) -> float:
        """Give the compliance (A or V), which a fixed measure range below it takes down to its own end."""
        return min(self.setup.limit, self._range_limit())

    def _range_limit(self) -> float:
        setup = self.setup
        sense = setup.senses[setup.measured]
        if setup.measured not in setup.functions or sense.auto_range:
            return inf
        return sense.full_scale * specs.OVERRANGE

    def at_limit(self) -> bool:
        """Tell whether the source is at its compliance now."""
        return self.output and self._limited(*self._port.response())

    def _limited(self, voltage: float, current: float) -> bool:
        complement = current if self.setup.active is VOLTAGE else voltage
        return abs(complement) >= self.limit_in_force() * _AT_LIMIT

    # Measuring

    def delay(self) -> int:
        """Give the source delay (ns), automatic or as set."""
        setup = self.setup
        seconds = specs.auto_delay(setup.senses[CURRENT].full_scale) if setup.auto_delay else setup.delay
        return nanoseconds(seconds)

    def aperture(self) -> Nanoseconds:
        """Give the integration time of a conversion."""
        return nanoseconds(self.setup.power_line_cycles / self.line_frequency)

    def reading_time(self) -> int:
        """Give how long a reading takes (ns): apertures for each function and its references, and the overhead."""
        apertures = max(1, len(self.setup.functions - {RESISTANCE}))
        if RESISTANCE in self.setup.functions:
            apertures = 2
        if self.setup.auto_zero:
            apertures *= 3
        return apertures * self.aperture() + specs.READING_OVERHEAD

    def measure(self) -> Generator[Wish, None, Reading]:
        """Take one reading, with its filter; the ranges that are automatic are found first."""
        yield from self.find_ranges()
        setup, time = self.setup, int(self.world.now)
        count = setup.filter_count if setup.filter_on else 1
        conversion = Nanoseconds(self.reading_time())
        voltages: list[float] = []
        currents: list[float] = []
        limited = False

        def sink(times: IntArray, voltage: FloatArray, current: FloatArray) -> None:
            nonlocal limited
            voltages.extend(self._read(VOLTAGE, voltage))
            currents.extend(self._read(CURRENT, current))
            limited |= any(map(self._limited, voltage, current))

        yield self._port.sampling(Nanoseconds(time), conversion, count, self.aperture(), sink)
        yield Until(Nanoseconds(time + count * conversion))
        return self._reading(_mean(voltages), _mean(currents), time, limited and self.output)

    def may_pace(self) -> bool:
        """Tell whether readings one after the other are all alike: fixed ranges, a conversion each."""
        setup = self.setup
        measured = setup.functions - {setup.active}
        fixed = not any(setup.senses[quantity].auto_range for quantity in measured)
        return fixed and not setup.filter_on and RESISTANCE not in measured

    def measure_at_pace(
        self, start: int, period: int, count: int, store: Callable[[Reading], None]
    ) -> Generator[Wish, None, None]:
        """Take readings from `start` (ns) on, one each `period` (ns), where `may_pace` allows it."""

        def sink(times: IntArray, voltage: FloatArray, current: FloatArray) -> None:
            limited = [self.output and self._limited(*pair) for pair in zip(voltage, current, strict=True)]
            rows = zip(self._read(VOLTAGE, voltage), self._read(CURRENT, current), times, limited, strict=True)
            for row in rows:
                store(self._reading(row[0], row[1], int(row[2]), row[3]))

        yield self._port.sampling(Nanoseconds(start), Nanoseconds(period), count, self.aperture(), sink)
        yield Until(Nanoseconds(start + (count - 1) * period + self.reading_time()))

    def _reading(self, voltage: float, current: float, time: int, limited: bool) -> Reading:
        setup = self.setup
        measured = setup.functions | ({VOLTAGE, CURRENT} if RESISTANCE in setup.functions else set())
        resistance = specs.NO_NUMBER
        if RESISTANCE in setup.functions:
            resistance = self._ratio(voltage, current)
        if VOLTAGE not in measured:
            voltage = setup.source.level if setup.active is VOLTAGE else specs.NO_NUMBER
        if CURRENT not in measured:
            current = setup.source.level if setup.active is CURRENT else specs.NO_NUMBER
        status = SOURCED[setup.active]
        for quantity in measured:
            status |= MEASURED[quantity]
        status |= OVERFLOWED if specs.OVERFLOW in (voltage, current, resistance) else 0
        status |= FILTERED if setup.filter_on else 0
        status |= FRONT if self.front_terminals else 0
        status |= AUTO_OHMS if RESISTANCE in setup.functions and setup.auto_ohms else 0
        status |= REMOTE if setup.remote_sense else 0
        status |= OVER_VOLTAGE if abs(setup.source.level) > setup.protection and setup.active is VOLTAGE else 0
        if limited:
            status |= RANGE_COMPLIANCE if self._range_limit() < setup.limit else COMPLIANCE
        return Reading(voltage, current, resistance, time * 1e-9, status)

    def _ratio(self, voltage: float, current: float) -> float:
        if specs.OVERFLOW in (voltage, current) or current == 0:
            return specs.OVERFLOW
        value = voltage / current
        sense = self.setup.senses[RESISTANCE]
        largest = specs.OHMS_RANGES[-1] if sense.auto_range else sense.full_scale
        return value if abs(value) <= largest * specs.OVERRANGE else specs.OVERFLOW

    def _read(self, quantity: Quantity, true: FloatArray) -> list[float]:
        ranges = self.model.measure_voltage if quantity is VOLTAGE else self.model.measure_current
        scale = self.setup.senses[quantity].full_scale
        found = next(one for one in ranges if one.full_scale == scale)
        errors, noise = self._measure_errors[quantity, scale], noise_at(found, self.aperture(), self.line_frequency)
        values = true * (1 + errors.gain) + errors.offset + noise * self._noise[quantity].standard_normal(len(true))
        values = np.round(values / found.resolution) * found.resolution
        values[np.abs(values) > scale * specs.MEASURE_OVERRANGE] = specs.OVERFLOW
        return [float(value) for value in values]

    # Ranging

    def find_ranges(self) -> Generator[Wish, None, None]:
        """Change the automatic ranges until they suit what is on the wire."""
        if RESISTANCE in self.setup.functions and self.setup.auto_ohms and self.setup.senses[RESISTANCE].auto_range:
            yield from self._find_ohms_range()
        for _ in range(_MOST_RANGE_CHANGES):
            if not self._adapt_ranges():
                return
            yield Until(Nanoseconds(self.world.now + specs.RANGE_CHANGE))

    def _adapt_ranges(self) -> bool:
        """Move each automatic measure range to the one that suits; tell whether one moved."""
        changed = False
        for quantity, value in zip((VOLTAGE, CURRENT), self._port.response(), strict=True):
            sense = self.setup.senses[quantity]
            follows = quantity is self.setup.active
            if not (sense.auto_range or follows):
                continue
            ranges = self.model.measure_voltage if quantity is VOLTAGE else self.model.measure_current
            wanted = self.setup.sources[quantity].full_scale if follows else value
            found = specs.holding(ranges, wanted) or ranges[-1]
            if found.full_scale != sense.full_scale:
                sense.full_scale = found.full_scale
                changed |= not follows
        return changed

    def _find_ohms_range(self) -> Generator[Wish, None, None]:
        for _ in range(_MOST_RANGE_CHANGES):
            voltage, current = self._port.response()
            value = abs(voltage / current) if current else inf
            scale = next((one for one in specs.OHMS_RANGES if value <= one), specs.OHMS_RANGES[-1])
            sense = self.setup.senses[RESISTANCE]
            if scale == sense.full_scale:
                return
            self.setup.senses[RESISTANCE] = replace(sense, full_scale=scale)
            self.use_ohms_source()
            self.put_on_wire()
            yield Until(Nanoseconds(self.world.now + specs.RANGE_CHANGE))

    def use_ohms_source(self) -> None:
        """Source the test current of the resistance range, as auto ohms does."""
        setup = self.setup
        setup.active = CURRENT
        level = specs.OHMS_CURRENTS[specs.OHMS_RANGES.index(setup.senses[RESISTANCE].full_scale)]
        found = specs.holding(self.model.source_current, level) or self.model.source_current[0]
        setup.source.level = setup.source.triggered = level
        setup.source.full_scale = found.full_scale


def _mean(values: list[float]) -> float:
    return specs.OVERFLOW if specs.OVERFLOW in values else float(np.mean(values))
