"""The analogue side of a 2450: what it puts on the wire, and how it takes readings there."""

from collections.abc import Callable, Generator
from dataclasses import replace
from math import copysign

from labkit.core import FloatArray, Nanoseconds, nanoseconds
from labkit_sim import _keithley_2450_specs as specs
from labkit_sim._errors import ScpiError
from labkit_sim._keithley_2450_buffer import Readings
from labkit_sim._keithley_2450_meter import (
    FOUR_WIRE,
    FRONT_TERMINALS,
    OUTPUT_ON,
    PROTECTED,
    READ_BACK,
    Acquisition,
    Calibration,
    Digitizer,
    Timing,
    measure_range,
    noise_at,
    ratio,
)
from labkit_sim._keithley_2450_settings import (
    Quantity,
    Sense,
    SenseSetting,
    Source,
    SourceSetting,
    full_scales,
)
from labkit_sim._process import Until, Wish
from labkit_sim._station import Disturbance, Station

Store = Callable[[Readings], None]

_MOST_RANGE_CHANGES = 10
_AT_LIMIT = 1 - 1e-9


class Channel:
    """Source and meter on one pair of wires.

    `interlock` tells whether more than 21 V are allowed; `settled_at` (ns) is when the source will have settled and
    its delay will be over; no reading begins before.
    """

    def __init__(self, station: Station) -> None:
        self.world = station.world
        self.interlock = bool(station.options.get("interlock", False))
        self.front_terminals = True
        self.source = Source()
        self.sense = Sense()
        self.output = False
        self.auto_ohms = False
        self.settled_at = 0
        self._on_wire = self.source
        self._disturbances = station.disturbances
        self.line_frequency = station.line_frequency
        self._port = station.electrical_port()
        self._calibration = Calibration(station.accuracy())
        self._random = self.world.random(f"{station.name} {station.serial} readings")
        self._source_random = self.world.random(f"{station.name} {station.serial} source readings")

    # Sourcing

    def reset(self) -> None:
        """Go back to the settings of `*RST`, output off."""
        self.set_output(False)
        self.source = Source()
        self.sense = Sense()
        self.auto_ohms = False
        self.front_terminals = True

    def check_interlock(self, source: Source, output: bool) -> None:
        """Raise ScpiError 5074 where the open interlock forbids the voltage."""
        setting = source.setting
        high = setting.level if setting.quantity is Quantity.VOLTAGE else 0.0
        if output and not self.interlock and abs(high) > specs.INTERLOCK_VOLTAGE:
            raise ScpiError(5074, "Output voltage limited by interlock")

    def change_source(self, source: Source) -> bool:
        """Set the source; gives whether the output changes with it.

        Raises ScpiError 5074, the setting unchanged, where the open interlock forbids the voltage.
        """
        self.check_interlock(source, self.output)
        before, self.source = self.source, source
        if not self.output or self._level_of(before) == self._level_of(source):
            return False
        begin = int(self.world.now)
        if before.setting.full_scale != source.setting.full_scale or before.active is not source.active:
            begin += specs.SOURCE_RANGE_CHANGE
        self.world.at(begin + specs.SOURCE_TIME_CONSTANT, self._put_on_wire)
        self._settles(begin)
        return True

    def set_output(self, on: bool) -> None:
        """Switch the output on or off.

        Raises ScpiError 5074, the output staying off, where the open interlock forbids the voltage.
        """
        self.check_interlock(self.source, on)
        if on == self.output or Disturbance.STUCK_OUTPUT in self._disturbances:
            return
        self.output = on
        self._put_on_wire()
        if on:
            self._settles(self.world.now + specs.OUTPUT_RELAY)

    @staticmethod
    def _level_of(source: Source) -> tuple[Quantity, float, float, float]:
        setting = source.setting
        return source.active, setting.delivered_level, setting.full_scale, setting.limit

    def _settles(self, begin: int) -> None:
        setting = self.source.setting
        delay = setting.delay
        if setting.auto_delay:
            delay = specs.auto_delay(self._current_range(), setting.high_capacitance)
        self.settled_at = begin + specs.SOURCE_SETTLING + nanoseconds(delay)

    def _current_range(self) -> float:
        return self._measure_setting(Quantity.CURRENT).full_scale

    def _put_on_wire(self) -> None:
        if not self.output:
            if self.source.setting.off_mode == "ZERO":
                self._port.drive(0.0, self.source.voltage.limit)
            else:
                self._port.release()
            return
        self._port.drive(*self._drive())
        self._on_wire = self.source

    def _drive(self) -> tuple[float, float]:
        """Give voltage and current limit on the wire.

        A current source with a voltage limit is a voltage source of that limit which delivers no more than the current.
        """
        setting = self.source.setting
        level = self._calibration.source(setting.quantity, setting.full_scale).applied(setting.delivered_level)
        if setting.quantity is Quantity.VOLTAGE:
            return level, setting.limit
        return copysign(min(setting.limit, self.source.voltage.protection), level), abs(level)

    def limited(self) -> bool:
        """Tell whether the source is at its limit now."""
        if not self.output:
            return False
        voltage, current = self._port.response()
        setting = self.source.setting
        complement = current if setting.quantity is Quantity.VOLTAGE else voltage
        return abs(complement) >= setting.limit * _AT_LIMIT

    def protection_active(self) -> bool:
        """Tell whether the overvoltage protection clamps the source."""
        setting = self.source.voltage
        return self.output and self.source.active is Quantity.VOLTAGE and abs(setting.level) > setting.protection

    # Measuring

    def _measure_setting(self, quantity: Quantity) -> SenseSetting:
        """Give the setting of a measure function; what is sourced is measured on the source's range."""
        setting = self.sense.of(quantity)
        if quantity is self.source.active:
            return replace(setting, full_scale=self.source.setting.full_scale, auto_range=False)
        return setting

    def _digitizer(self, quantity: Quantity, full_scale: float, aperture: Nanoseconds, of_source: bool) -> Digitizer:
        found = measure_range(quantity, full_scale)
        noise = noise_at(found, aperture, self.line_frequency)
        random = self._source_random if of_source else self._random
        return Digitizer(found, self._calibration.measure(quantity, full_scale), noise, random)

    def _reader(self, sense: SenseSetting, aperture: Nanoseconds) -> "Callable[[FloatArray, FloatArray], FloatArray]":
        """Give what makes readings of true voltages and currents."""
        if sense.quantity is not Quantity.RESISTANCE:
            digitizer = self._digitizer(sense.quantity, sense.full_scale, aperture, of_source=False)
            if sense.quantity is Quantity.VOLTAGE:
                return lambda voltages, currents: digitizer.read(voltages)
            return lambda voltages, currents: digitizer.read(currents)
        voltage_range, current_range = self._ohms_ranges(sense.full_scale)
        voltmeter = self._digitizer(Quantity.VOLTAGE, voltage_range, aperture, of_source=False)
        ammeter = self._digitizer(Quantity.CURRENT, current_range, aperture, of_source=True)
        return lambda voltages, currents: ratio(voltmeter.read(voltages), ammeter.read(currents), sense.full_scale)

    def _ohms_ranges(self, full_scale: float) -> tuple[float, float]:
        """Give the voltage and the current range that a resistance is measured with."""
        if self.auto_ohms:
            current = specs.OHMS_TEST_CURRENTS[specs.OHMS_RANGES.index(full_scale)]
            voltage = current * full_scale
        else:
            voltage, current = (abs(value) for value in self._port.response())
        voltage_range = specs.holding(specs.MEASURE_VOLTAGE, voltage) or specs.MEASURE_VOLTAGE[-1]
        current_range = specs.holding(specs.MEASURE_CURRENT, current) or specs.MEASURE_CURRENT[-1]
        return voltage_range.full_scale, current_range.full_scale

    def _acquisition(self, sense: SenseSetting, timing: Timing, store: Store) -> Acquisition:
        source = self.source.setting
        status = OUTPUT_ON if self.output else 0
        status |= FOUR_WIRE if sense.remote_sense else 0
        status |= PROTECTED if self.protection_active() else 0
        read_back = None
        if source.read_back:
            status |= READ_BACK
            read_back = self._digitizer(source.quantity, source.full_scale, timing.aperture, of_source=True)
        reader = self._reader(sense, timing.aperture)
        terminal = FRONT_TERMINALS if self.front_terminals else 0
        on_wire = (lambda: self._on_wire) if self.output else (lambda: self.source)
        return Acquisition(on_wire, sense, reader, read_back, status, terminal, store)

    def measure(self, count: int, store: Store, pause: int = 0) -> Generator[Wish, None, bool]:
        """Take readings from now on, one after the other; the process gives whether the source was at its limit.

        `pause` (ns) passes between one reading and the next, where `may_pace` allows it.
        """
        yield Until(Nanoseconds(self.settled_at))
        if not self._measure_setting(self.sense.active).auto_range:
            return (yield from self._measure_fixed(count, store, pause))
        limited = False
        for _ in range(count):
            yield from self._find_range()
            limited |= yield from self._measure_fixed(1, store)
        return limited

    def _measure_fixed(self, count: int, store: Store, pause: int = 0) -> Generator[Wish, None, bool]:
        sense = self._measure_setting(self.sense.active)
        timing = Timing.of(sense, self.source.setting.read_back, self.line_frequency)
        acquisition = self._acquisition(sense, timing, store)
        conversions = count * acquisition.conversions
        begin = int(self.world.now)
        start, period = Nanoseconds(begin + timing.before), Nanoseconds(timing.conversion + pause)
        yield self._port.sampling(start, period, conversions, timing.aperture, acquisition.sink)
        yield Until(Nanoseconds(begin + conversions * period - pause))
        return acquisition.limited

    def may_pace(self) -> bool:
        """Whether all readings of a loop are alike: a fixed range and a conversion each."""
        sense = self._measure_setting(self.sense.active)
        return not (sense.auto_range or sense.filter_on)

    def refresh_references(self) -> Generator[Wish, None, None]:
        """Measure reference and zero once, which takes two apertures."""
        aperture = Timing.of(self.sense.setting, False, self.line_frequency).aperture
        yield Until(Nanoseconds(self.world.now + 2 * aperture + specs.READING_OVERHEAD))

    # Ranging

    def _find_range(self) -> Generator[Wish, None, None]:
        """Change the measure range until it suits what is on the wire; each change takes the range's settling."""
        for _ in range(_MOST_RANGE_CHANGES):
            setting = self.sense.setting
            wanted = self._wanted_range(setting)
            if wanted == setting.full_scale:
                return
            self.sense = self.sense.changed(replace(setting, full_scale=wanted))
            if self.auto_ohms:
                self.change_source(self.ohms_source(wanted))
                yield Until(Nanoseconds(self.settled_at))
            else:
                range_of_delay = wanted if setting.quantity is Quantity.CURRENT else self._current_range()
                delay = specs.auto_delay(range_of_delay, self.source.setting.high_capacitance)
                yield Until(Nanoseconds(self.world.now + nanoseconds(delay)))

    def _wanted_range(self, setting: SenseSetting) -> float:
        """Give the smallest range between the limits that holds what is there; going down needs 5 % to spare."""
        voltage, current = self._port.response()
        value = {
            Quantity.VOLTAGE: abs(voltage),
            Quantity.CURRENT: abs(current),
            Quantity.RESISTANCE: abs(voltage / current) if current else float("inf"),
        }[setting.quantity]
        scales = full_scales(setting.quantity)
        allowed = [scale for scale in scales if setting.lower_limit <= scale <= setting.upper_limit]
        for scale in allowed:
            if value <= scale * (specs.OVERRANGE if scale >= setting.full_scale else 1.0):
                return scale
        return allowed[-1]

    def ohms_source(self, full_scale: float) -> Source:
        """Give the current source that auto ohms uses on a resistance range."""
        level = specs.OHMS_TEST_CURRENTS[specs.OHMS_RANGES.index(full_scale)]
        setting = replace(self.source.current, auto_range=True).with_level(level)
        return replace(self.source, active=Quantity.CURRENT).changed(setting)

    def set_source(self, setting: SourceSetting) -> bool:
        """Change one source function."""
        return self.change_source(self.source.changed(setting))
