"""The analogue side of a B2900's channel: what it puts on the wire, and how it reads there."""

from collections.abc import Callable, Generator
from dataclasses import replace
from math import copysign, sqrt

import numpy as np

from labkit.core import FloatArray, IntArray, Nanoseconds, Range, nanoseconds
from labkit_sim import _keysight_b2900_specs as specs
from labkit_sim._errors import ScpiError
from labkit_sim._keysight_b2900_readings import CURRENT_SOURCE, LIMITED, OVERFLOW, READING, Readings
from labkit_sim._keysight_b2900_settings import (
    SOURCED,
    Quantity,
    SenseFunction,
    SourceFunction,
    measure_ranges,
    reset_settings,
    source_ranges,
)
from labkit_sim._keysight_b2900_specs import Model
from labkit_sim._process import Sampling, Until, Wish
from labkit_sim._station import AccuracyDraw, Disturbance, Station

Store = Callable[[Readings], None]

_AT_LIMIT = 1 - 1e-6
_MOST_RANGE_CHANGES = 12


class Calibration:
    """The errors of one channel of one unit, drawn within the one-year specification of every range: (gain, offset)."""

    def __init__(self, draw: AccuracyDraw, model: Model) -> None:
        self._errors = {
            (role, quantity, found.full_scale): (draw.within(found.gain), draw.within(found.offset))
            for role, ranges in (("source", source_ranges), ("measure", measure_ranges))
            for quantity in SOURCED
            for found in ranges(model, quantity)
        }

    def sourced(self, quantity: Quantity, found: Range, level: float) -> float:
        """Give what is really put out for a level."""
        gain, offset = self._errors["source", quantity, found.full_scale]
        return round(level / found.resolution) * found.resolution * (1 + gain) + offset

    def measured(self, quantity: Quantity, found: Range, true: FloatArray) -> FloatArray:
        """Give what is shown for true values, without noise."""
        gain, offset = self._errors["measure", quantity, found.full_scale]
        return true * (1 + gain) + offset


class Channel:
    """Source and meter of one channel; `settings` are those in force, `settled_at` (ns) is for the wait times."""

    def __init__(self, station: Station, number: int, model: Model, draw: AccuracyDraw) -> None:
        self.number = number
        self.model = model
        self.world = station.world
        self.line_frequency = station.line_frequency
        self.interlock = bool(station.options.get("interlock", False))
        self.output = False
        self.changed_at = 0
        self._disturbances = station.disturbances
        self._port = station.electrical_port(str(number))
        self._calibration = Calibration(draw, model)
        self._random = self.world.random(f"{station.name} {station.serial} channel {number}")
        self._level = 0.0
        self._on_wire = 0.0
        self._edge_at = 0
        self._switched = 0  # how often the output was, so that no edge outlives it
        self.settings = reset_settings(model, self.line_frequency)

    def reset(self) -> None:
        """Go back to the settings of `*RST`, output off."""
        self.set_output(False)
        self.settings = reset_settings(self.model, self.line_frequency)
        self._level = 0.0

    # Sourcing

    @property
    def level(self) -> float:
        """What the source is programmed to put out now (V or A)."""
        return self._level

    def check_interlock(self, level: float) -> None:
        """Raise ScpiError -221 where the open interlock forbids a voltage."""
        voltage = self.settings.active is Quantity.VOLTAGE
        if voltage and not self.interlock and abs(level) > specs.INTERLOCK_VOLTAGE:
            raise ScpiError(-221, "Settings conflict; interlock is open")

    def apply(self, level: float) -> None:
        """Bring the source to a level (V or A) from now on."""
        if level == self._level and self.output:
            return
        self._level = level
        if self.output:
            self._change_output()

    def set_source(self, source: SourceFunction) -> None:
        """Change a source function; a new range of the active one is in force at once."""
        before = self.settings.sources[source.quantity]
        self.settings.sources[source.quantity] = source
        if source.quantity is self.settings.active and before.full_scale != source.full_scale and self.output:
            self._change_output()

    def set_level(self, source: SourceFunction) -> None:
        """Change the immediate level of a source function, to which the active one goes wherever it was.

        Raises ScpiError -221 where the open interlock forbids the level.
        """
        if source.quantity is self.settings.active and self.output:
            self.check_interlock(source.level)
        self.settings.sources[source.quantity] = source
        if source.quantity is self.settings.active:
            self.refresh()

    def set_sense(self, sense: SenseFunction) -> None:
        """Change a measure function; new limits are in force at once."""
        self.settings.senses[sense.quantity] = sense
        if self.output:
            self._put_on_wire()

    def refresh(self) -> None:
        """Bring the output to the immediate level and the limits that were set."""
        self._level = self.settings.source.level
        if self.output:
            self._change_output()

    def _change_output(self) -> None:
        """Let the output follow; the edge takes place as it was programmed now, whatever is set until then."""
        found = self.settings.source_range(self._level)
        now = int(self.world.now)
        self.changed_at = now
        self._edge_at = max(self._edge_at, now + nanoseconds(found.settling / specs.SETTLING_CONSTANTS))
        drive, programmed, switched = self._drive(found), self._level, self._switched

        def edge() -> None:
            if self.output and switched == self._switched:
                self._port.drive(*drive)
                self._on_wire = programmed

        self.world.at(self._edge_at, edge)

    def set_output(self, on: bool) -> None:
        """Switch the output on or off; raises ScpiError -221 where the open interlock forbids the voltage."""
        if on:
            self.check_interlock(self._level)
        if on == self.output or Disturbance.STUCK_OUTPUT in self._disturbances:
            return
        self.output = on
        self._switched += 1
        if on:
            self._put_on_wire()
            self.changed_at = int(self.world.now) + specs.OUTPUT_RELAY
        elif self.settings.output.off_mode == "ZERO":
            self._port.drive(0.0, self.settings.limit(0.0))
        else:
            self._port.release()

    def _put_on_wire(self) -> None:
        self._port.drive(*self._drive(self.settings.source_range(self._level)))
        self._on_wire = self._level

    def _drive(self, found: Range) -> tuple[float, float]:
        """Give voltage and current limit on the wire; a current source is a voltage source that is always limited."""
        true = self._calibration.sourced(self.settings.active, found, self._level)
        limit = self.settings.limit(self._level)
        if self.settings.active is Quantity.VOLTAGE:
            return true, limit
        return copysign(limit, true), abs(true)

    def limited(self) -> bool:
        """Tell whether the source is at its limit now."""
        if not self.output:
            return False
        voltage, current = self._port.response()
        complement = current if self.settings.active is Quantity.VOLTAGE else voltage
        return abs(complement) >= self.settings.limit(self._level) * _AT_LIMIT

    def _protect(self) -> None:
        """Switch off after the limit was reached, where the protection asks for it."""
        if self.settings.output.protection:
            self.world.at(self.world.now, lambda: self.set_output(False))

    # Measuring

    @property
    def aperture(self) -> Nanoseconds:
        """The integration time in force."""
        return nanoseconds(self.settings.aperture)

    @property
    def conversion(self) -> int:
        """How long one reading takes (ns)."""
        return self.aperture + self.model.overhead

    def fixed_ranges(self) -> bool:
        """Tell whether no range is looked for before a reading."""
        settings = self.settings
        return not any(
            settings.senses[quantity].auto_range and quantity is not settings.active
            for quantity in SOURCED
            if quantity in settings.measured
        )

    def measure_range(self, quantity: Quantity) -> Range:
        """Give the range in force; what is sourced is measured on the source's range."""
        settings = self.settings
        scale = settings.senses[quantity].full_scale
        if quantity is settings.active:
            largest = self._level if settings.source.mode == "FIX" else settings.source.largest
            scale = max(settings.source_range(level).full_scale for level in (self._level, largest))
        return next(found for found in measure_ranges(self.model, quantity) if found.full_scale == scale)

    def wait_until_readable(self) -> Until:
        """Give the wait time of the meter after the latest source change."""
        scale = self.measure_range(Quantity.CURRENT).full_scale
        wait = self.settings.sense_wait.seconds(specs.longest_settling(scale))
        return Until(Nanoseconds(max(self.world.now, self.changed_at + nanoseconds(wait))))

    def find_ranges(self) -> Generator[Wish, None, None]:
        """Change automatic measure ranges until they suit what is on the wire."""
        for quantity in SOURCED:
            if quantity is self.settings.active or quantity not in self.settings.measured:
                continue
            for _ in range(_MOST_RANGE_CHANGES):
                sense = self.settings.senses[quantity]
                wanted = self._wanted_scale(quantity) if sense.auto_range else sense.full_scale
                if wanted == sense.full_scale:
                    break
                self.settings.senses[quantity] = replace(sense, full_scale=wanted)
                yield Until(Nanoseconds(self.world.now + specs.RANGE_CHANGE))

    def _wanted_scale(self, quantity: Quantity) -> float:
        sense = self.settings.senses[quantity]
        value = abs(self._port.response()[0 if quantity is Quantity.VOLTAGE else 1])
        ranges = measure_ranges(self.model, quantity)
        allowed = [one for one in ranges if sense.lower_limit <= one.full_scale <= sense.upper_limit] or [ranges[-1]]
        found = specs.holding(tuple(allowed), value, specs.OVERRANGE) or allowed[-1]
        return found.full_scale

    def sampling(self, start: int, period: int, count: int, store: Store) -> Sampling:
        """Describe `count` readings from `start` on (ns), on the ranges in force."""
        aperture = self.aperture
        ranges = {quantity: self.measure_range(quantity) for quantity in SOURCED}

        def sink(times: IntArray, voltages: FloatArray, currents: FloatArray) -> None:
            store(self._readings(times, voltages, currents, ranges))

        return self._port.sampling(Nanoseconds(start), Nanoseconds(period), count, aperture, sink)

    def _readings(
        self, times: IntArray, voltages: FloatArray, currents: FloatArray, ranges: dict[Quantity, Range]
    ) -> Readings:
        settings = self.settings
        rows = np.empty(len(times), READING)
        rows["time"] = times
        rows["source"] = self._on_wire if self.output else self._level
        rows["status"] = CURRENT_SOURCE if settings.active is Quantity.CURRENT else 0
        complement = currents if settings.active is Quantity.VOLTAGE else voltages
        limited = np.abs(complement) >= settings.limit(self._on_wire) * _AT_LIMIT
        if self.output and limited.any():
            rows["status"][limited] |= LIMITED
            self._protect()
        for name, quantity, true in (
            ("voltage", Quantity.VOLTAGE, voltages),
            ("current", Quantity.CURRENT, currents),
        ):
            shown = self._shown(quantity, ranges[quantity], true)
            rows["status"][np.isinf(shown)] |= OVERFLOW
            rows[name] = shown
        with np.errstate(divide="ignore", invalid="ignore"):
            rows["resistance"] = np.where(np.isfinite(rows["current"]), rows["voltage"] / rows["current"], np.nan)
        for name, quantity in (
            ("voltage", Quantity.VOLTAGE),
            ("current", Quantity.CURRENT),
            ("resistance", Quantity.RESISTANCE),
        ):
            if quantity not in settings.measured:
                rows[name] = np.nan
        return rows

    def _shown(self, quantity: Quantity, found: Range, true: FloatArray) -> FloatArray:
        noise = found.noise * sqrt(1 / (self.line_frequency * self.settings.aperture))
        values = self._calibration.measured(quantity, found, true)
        values = values + noise * self._random.standard_normal(len(true))
        over = np.abs(values) > found.full_scale * specs.largest_part(found, specs.OVERRANGE)
        values = np.round(values / found.resolution) * found.resolution
        values[over] = np.copysign(np.inf, values[over])
        return values
