"""The analogue side of one channel: what it puts on the wire, and how it takes readings there."""

from collections.abc import Generator, Sequence
from math import copysign

from labkit.core import Nanoseconds, Range, nanoseconds
from labkit_sim._process import Until, Wish
from labkit_sim._station import AccuracyDraw, Disturbance, Station
from labkit_sim.keithley_2600 import _models as specs
from labkit_sim.keithley_2600._acquisition import CURRENT, VOLTAGE, Acquisition, Sink, at_limit, measured
from labkit_sim.keithley_2600._buffer import Readings
from labkit_sim.keithley_2600._meter import Calibration, Digitizer
from labkit_sim.keithley_2600._settings import (
    AUTOZERO_AUTO,
    DC_VOLTS,
    DELAY_AUTO,
    FILTER_MOVING,
    OFF_ZERO,
    Meter,
    default_measure,
    default_source,
)
from labkit_sim.tsp import Setting

_MOST_RANGE_CHANGES = 12


class Channel:
    """Source and meter on one pair of wires. `settled_at` (ns): no reading begins before.

    `line_frequency` holds the instrument's setting (Hz), by which apertures are counted.
    """

    def __init__(
        self, station: Station, model: specs.Model, letter: str, draw: AccuracyDraw, line_frequency: Setting
    ) -> None:
        self.world = station.world
        self.model = model
        self.interlock = bool(station.options.get("interlock", False))
        self._line_frequency = line_frequency
        self.source = default_source(model)
        self.measure = default_measure(model)
        self.settled_at = 0
        self._port = station.electrical_port(letter)
        self._disturbances = station.disturbances
        self._calibration = Calibration(model, draw)
        label = f"{station.name} {station.serial} {letter}"
        self._randoms = {quantity: self.world.random(f"{label} {quantity}") for quantity in (CURRENT, VOLTAGE)}
        self._swept: tuple[float, float] | None = None  # level and limit that the trigger model has put on
        self._references = (0.0, -specs.REFERENCES_EXPIRE)  # aperture and instant of the latest
        self._change = 0
        self.on_wire = (0.0, 0.0)
        """Level and limit that the wire has by now, which follow the settings."""

    def reset(self) -> None:
        """Go back to the settings of `smuX.reset()`, output off."""
        self.set_output(False)
        self.source, self.measure = default_source(self.model), default_measure(self.model)
        self._swept = None

    # Sourcing

    @property
    def level(self) -> float:
        """What is sourced now (V or A): the level, or that of a sweep."""
        return self._swept[0] if self._swept else self.source.active.level

    @property
    def limit(self) -> float:
        """The limit in force now (A when voltage is sourced, else V)."""
        source = self.source
        if self._swept:
            limit = self._swept[1]
        else:
            limit = source.current_limit if source.function == DC_VOLTS else source.voltage_limit
        if source.power_limit and self.level:
            limit = min(limit, source.power_limit / abs(self.level))
        return limit

    def needs_interlock(self) -> bool:
        """Tell whether the open interlock forbids what the source is set to."""
        source = self.source
        reach = source.voltage.full_scale if source.function == DC_VOLTS else source.voltage_limit
        below = self.model.envelope[0][0]
        return not self.interlock and self.model.interlocked != float("inf") and reach > below

    def set_output(self, on: bool) -> None:
        """Switch the output on or off."""
        if on == self.source.output or Disturbance.STUCK_OUTPUT in self._disturbances:
            return
        self.source.output = on
        self._swept = None
        self._put_on_wire()
        if on:
            self._settles(int(self.world.now) + specs.OUTPUT_RELAY)

    def source_changed(self, range_changed: bool = False) -> None:
        """Put what the source is set to on the wire; a sweep's level is given up."""
        self._swept = None
        self._change_wire(range_changed)

    def sweep_to(self, level: float, limit: float) -> None:
        """Put a level of the trigger model on the wire, with the limit that goes with it."""
        self._swept = (level, limit)
        self._change_wire(False)

    def end_sweep(self) -> None:
        """Go back to the level and the limit that the source is set to."""
        if self._swept is not None:
            self.source_changed()

    def _change_wire(self, range_changed: bool) -> None:
        if not self.source.output:
            return
        begin = int(self.world.now) + (specs.SOURCE_RANGE_CHANGE if range_changed else 0)
        self._change += 1
        change = self._change

        def switch() -> None:
            if change == self._change:
                self._put_on_wire()

        self.world.at(begin + specs.SOURCE_LATENCY, switch)
        self._settles(begin)

    def _settles(self, begin: int) -> None:
        self.settled_at = begin + specs.SOURCE_LATENCY + nanoseconds(max(self.source.delay, 0.0))

    def _put_on_wire(self) -> None:
        self._change += 1
        if self.source.output:
            self._port.drive(*self._drive())
            self.on_wire = (self.level, self.limit)
        elif self.source.off_mode == OFF_ZERO:
            self._port.drive(0.0, self.source.current_limit)
        else:
            self._port.release()

    def _drive(self) -> tuple[float, float]:
        """Give voltage and current limit on the wire.

        A current source with a voltage limit is a voltage source of that limit which delivers no more than the current.
        """
        source = self.source
        step = self._source_range().resolution
        level = round(self.level / step) * step
        if source.function == DC_VOLTS:
            return self._calibration.source_voltage[source.voltage.full_scale].applied(level), self.limit
        current = self._calibration.source_current[source.current.full_scale].applied(level)
        return copysign(self.limit, current), abs(current)

    def _source_range(self) -> Range:
        source = self.source
        ranges = self.model.source_voltage if source.function == DC_VOLTS else self.model.source_current
        return next(found for found in ranges if found.full_scale == source.active.full_scale)

    def limited(self) -> bool:
        """Tell whether the source is at its limit now."""
        if not self.source.output:
            return False
        voltage, current = self._port.response()
        complement = current if self.source.function == DC_VOLTS else voltage
        return bool(at_limit(complement, self.limit))

    # Measuring

    def aperture(self) -> Nanoseconds:
        """Give the aperture (ns)."""
        return nanoseconds(self.measure.power_line_cycles / self._line_frequency.value)

    def take(self, quantities: str, count: int, interval: float, sink: Sink) -> Generator[Wish, None, None]:
        """Take readings of some quantities (letters), all from the same apertures, `interval` (s) from one to the next.

        The measure delay comes before the first one.
        """
        yield Until(Nanoseconds(max(self.settled_at, int(self.world.now))))
        delay = self._measure_delay(quantities)
        if delay:
            yield Until(Nanoseconds(self.world.now + nanoseconds(delay)))
        yield from self._refresh_references()
        if not any(self._meter(quantity).auto_range for quantity in measured(quantities)):
            yield from self._take_fixed(quantities, count, interval, sink)
            return
        begin = int(self.world.now)
        for k in range(count):
            yield Until(Nanoseconds(max(begin + k * nanoseconds(interval), int(self.world.now))))
            yield from self._take_ranged(quantities, sink)

    def refresh_references(self) -> None:
        """Forget the references, so that the next reading takes them anew."""
        self._references = (0.0, -specs.REFERENCES_EXPIRE)

    def _refresh_references(self) -> Generator[Wish, None, None]:
        """Measure reference and zero, an aperture each, when they have expired."""
        aperture, taken = self._references
        expired = aperture != self.measure.power_line_cycles or self.world.now - taken > specs.REFERENCES_EXPIRE
        if self.measure.auto_zero == AUTOZERO_AUTO and expired:
            yield Until(Nanoseconds(self.world.now + 2 * self.aperture()))
            self._references = (self.measure.power_line_cycles, int(self.world.now))

    def _measure_delay(self, quantities: str) -> float:
        measure = self.measure
        if measure.delay != DELAY_AUTO:
            return measure.delay
        if CURRENT not in measured(quantities):
            return 0.0
        return measure.delay_factor * specs.automatic_delay(self._meter(CURRENT).full_scale)

    def _take_fixed(self, quantities: str, count: int, interval: float, sink: Sink) -> Generator[Wish, None, None]:
        conversions = self._conversions()
        period = max(nanoseconds(interval) // conversions, self.aperture() + specs.READING_OVERHEAD)
        start = Nanoseconds(self.world.now)
        acquisition = Acquisition(
            self.source,
            self.measure,
            {quantity: self.digitizer(quantity) for quantity in measured(quantities)},
            lambda: self.on_wire if self.source.output else (self.level, self.limit),
            quantities,
            sink,
        )
        yield self._port.sampling(start, Nanoseconds(period), count * conversions, self.aperture(), acquisition.take)
        yield Until(Nanoseconds(start + (count * conversions - 1) * period + self.aperture() + specs.READING_OVERHEAD))

    def _take_ranged(self, quantities: str, sink: Sink) -> Generator[Wish, None, None]:
        """Take one reading on a range that suits; one that overflows is taken again a range higher."""
        taken: dict[str, Readings] = {}
        for _ in range(_MOST_RANGE_CHANGES):
            for quantity in measured(quantities):
                yield from self._find_range(quantity)
            yield from self._take_fixed(quantities, 1, 0.0, taken.update)
            if not self._raise_ranges(taken):
                break
        sink(taken)

    def _raise_ranges(self, taken: dict[str, Readings]) -> bool:
        """Go a range higher where a reading overflowed; gives whether there was one to go to."""
        raised = False
        if any((rows["reading"] > 1e37).any() for rows in taken.values()):
            for quantity in measured("".join(taken)):
                meter, ranges = self._meter(quantity), self._measure_ranges(quantity)
                higher = [found.full_scale for found in ranges if found.full_scale > meter.full_scale]
                if meter.auto_range and higher:
                    meter.full_scale, raised = higher[0], True
        return raised

    def _measure_ranges(self, quantity: str) -> tuple[Range, ...]:
        return self.model.measure_voltage if quantity == VOLTAGE else self.model.measure_current

    def _conversions(self) -> int:
        measure = self.measure
        return measure.filter_count if measure.filter_on and measure.filter_type != FILTER_MOVING else 1

    def _meter(self, quantity: str) -> Meter:
        """Give how V or A is measured; what is sourced is measured on the range of the source."""
        meter = self.measure.voltage if quantity == VOLTAGE else self.measure.current
        sourced = quantity == (VOLTAGE if self.source.function == DC_VOLTS else CURRENT)
        return Meter(self.source.active.full_scale, 0.0, auto_range=False) if sourced else meter

    def digitizer(self, quantity: str) -> Digitizer:
        """Give what makes readings of V or A."""
        meter = self._meter(quantity)
        ranges = self._measure_ranges(quantity)
        found = next(candidate for candidate in ranges if candidate.full_scale >= meter.full_scale)
        calibration = self._calibration
        errors = calibration.measure_voltage if quantity == VOLTAGE else calibration.measure_current
        aperture = self.measure.power_line_cycles
        return Digitizer(found, errors[found.full_scale], aperture, self._randoms[quantity])

    def _find_range(self, quantity: str) -> Generator[Wish, None, None]:
        """Change the measure range until it suits what is on the wire."""
        meter = self._meter(quantity)
        if not meter.auto_range:
            return
        ranges = self._measure_ranges(quantity)
        for _ in range(_MOST_RANGE_CHANGES):
            voltage, current = self._port.response()
            value = abs(voltage if quantity == VOLTAGE else current)
            wanted = _suitable(ranges, value, meter)
            if wanted == meter.full_scale:
                return
            meter.full_scale = wanted
            settling = specs.automatic_delay(wanted) if quantity == CURRENT else 0.0
            yield Until(Nanoseconds(self.world.now + specs.MEASURE_RANGE_CHANGE + nanoseconds(settling)))


def _suitable(ranges: Sequence[Range], value: float, meter: Meter) -> float:
    """Give the smallest allowed range that holds a value; going down needs 5 % to spare."""
    for found in ranges:
        reach = specs.OVERRANGE_MEASURE if found.full_scale >= meter.full_scale else 0.95
        if found.full_scale >= meter.lowest * (1 - 1e-9) and value <= found.full_scale * reach:
            return found.full_scale
    return ranges[-1].full_scale
