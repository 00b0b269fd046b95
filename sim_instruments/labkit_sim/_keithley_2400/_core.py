"""The state of a simulated instrument of the 2400's dialect, and what its commands have in common."""

from collections.abc import Generator
from typing import ClassVar

from labkit.core import Nanoseconds
from labkit_sim._errors import ErrorEntry, ScpiError, StatusRegister
from labkit_sim._instrument import ScpiInstrument
from labkit_sim._keithley_2400 import _models as specs
from labkit_sim._keithley_2400._channel import Channel, Reading
from labkit_sim._keithley_2400._models import MODEL_2400, Model
from labkit_sim._keithley_2400._settings import Setup, Sweep, holding_scale, levels_of_sweep
from labkit_sim._keithley_2400._store import DataFormat, DataStore
from labkit_sim._keithley_2400._trigger import TriggerModel
from labkit_sim._keithley_2450_settings import Quantity
from labkit_sim._process import Task, Until, Wish
from labkit_sim._scpi import Answer
from labkit_sim._station import Station
from labkit_sim._status import REQUEST

MEASUREMENT = 1
"""Bit of the status byte: the measurement register's summary."""
AVAILABLE, OVERFLOWED, BUFFER_AVAILABLE, BUFFER_FULL, IN_COMPLIANCE = 1 << 6, 1 << 7, 1 << 8, 1 << 9, 1 << 14
"""Bits of the measurement register."""
SWEEPING, WAITING_TRIGGER, WAITING_ARM, IDLE = 1 << 3, 1 << 5, 1 << 6, 1 << 10
"""Bits of the operation register."""


class Keithley2400Core(ScpiInstrument):
    """An instrument of the 2400's dialect without its command table.

    Option of the station: `interlock`, whether it is closed (2450 only). The lines of the trigger link are the
    station's ports 1 to 4.
    """

    MODEL: ClassVar[Model] = MODEL_2400
    ERROR_DEPTH: ClassVar[int] = 10

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        self.channel = Channel(station, self.MODEL)
        self.trigger_model = TriggerModel(station)
        self.measurement = StatusRegister(self._status_changed)
        self.store = DataStore()
        self.format = DataFormat()
        self.sweep = Sweep()
        self.memory: dict[int, Setup] = {}
        self.memory_points, self.memory_start = 1, 1
        self.concurrent = True
        self.memory_sweep = False
        self.auto_output_off = False
        self.statistic = "MEAN"
        self.display = True
        self.line_frequency_auto = True
        self._time_zero = 0
        self._last: list[Reading] = []
        self._running: Task | None = None
        self.operation.set_bit(IDLE, True)

    def identity(self) -> str:
        """Give the answer to `*IDN?`."""
        return self.MODEL.identity.format(serial=self.station.serial)

    def reset(self) -> None:
        """Go back to the settings of `*RST`; the data store keeps its readings."""
        self.abort()
        self.channel.reset()
        self.trigger_model.reset()
        self.format = DataFormat()
        self.sweep = Sweep()
        self.concurrent, self.memory_sweep, self.auto_output_off = True, False, False
        self.memory_points, self.memory_start = 1, 1

    def device_clear(self) -> None:
        """Empty input and output, and go to idle."""
        super().device_clear()
        self.abort()

    def format_error(self, entry: ErrorEntry | None) -> str:
        """Write an error as `+803,"Not permitted with OUTPUT off"`."""
        return f'{entry.code:+d},"{entry.message}"' if entry else '0,"No error"'

    def status_byte(self) -> int:
        """Give the status byte; bit 0 is the measurement register's summary."""
        byte = super().status_byte() & ~REQUEST
        byte |= MEASUREMENT if self.measurement.summary else 0
        return byte | (REQUEST if byte & self._request_enable & ~REQUEST else 0)

    # Settings

    @property
    def setup(self) -> Setup:
        """The settings of source and meter in force."""
        return self.channel.setup

    def check_stopped(self) -> None:
        """Raise ScpiError -213 while the trigger model is not idle."""
        if self._running is not None and not self._running.done:
            raise ScpiError(-213)

    def check_power(self, source: Quantity, full_scale: float, limit: float) -> None:
        """Raise ScpiError +825 where a source range and its compliance are together beyond the power limit."""
        reach = full_scale * specs.OVERRANGE
        voltage, current = (reach, limit) if source is Quantity.VOLTAGE else (limit, reach)
        if voltage > specs.HIGH_VOLTAGE * (1 + 1e-9) and current > specs.HIGH_CURRENT * (1 + 1e-9):
            raise ScpiError(825, "Attempt to exceed power limit")

    def source_command(self, auto_range: bool) -> Generator[Wish, None, None]:
        """Let the output follow a changed setup, after the time that a source command takes."""
        if self.channel.output:
            delay = specs.SOURCE_COMMAND_AUTO if auto_range else specs.SOURCE_COMMAND
            yield Until(Nanoseconds(self.world.now + delay))
        self.channel.put_on_wire()

    def enable(self, quantity: Quantity, on: bool) -> None:
        """Add a measure function or take it away; without concurrent measurement there is one."""
        setup = self.setup
        if on:
            setup.functions = setup.functions | {quantity} if self.concurrent else {quantity}
        else:
            setup.functions = setup.functions - {quantity}
        if quantity is Quantity.RESISTANCE and on and setup.auto_ohms:
            self.channel.use_ohms_source()
        self.channel.put_on_wire()

    def status_refreshed(self) -> None:
        """Let the status byte follow a register that was read or set."""
        self._status_changed()

    @property
    def since_time_zero(self) -> float:
        """Time (s) since the time stamps began."""
        return (self.world.now - self._time_zero) * 1e-9

    def set_time_zero(self) -> None:
        """Let time stamps begin now."""
        self._time_zero = int(self.world.now)

    # Readings

    def points(self) -> "list[float] | list[Setup]":
        """Give what the source goes through in one way through the trigger model."""
        if self.memory_sweep:
            places = range(self.memory_start, self.memory_start + self.memory_points)
            return [self.memory.get((place - 1) % specs.MEMORY_LOCATIONS + 1, self.setup) for place in places]
        return levels_of_sweep(self.setup.source, self.sweep)

    def note_reading(self, reading: Reading) -> None:
        """Note a reading: for the answer, the data store and the measurement register."""
        stamped = Reading(
            reading.voltage,
            reading.current,
            reading.resistance,
            reading.time - self._time_zero * 1e-9,
            reading.status,
        )
        self._last.append(stamped)
        if self.store.take(stamped):
            self.measurement.set_bit(BUFFER_FULL, True)
        self.measurement.set_bit(BUFFER_AVAILABLE, len(self.store.readings) > 1)
        self.measurement.set_bit(OVERFLOWED, bool(reading.status & 1))
        self.measurement.set_bit(IN_COMPLIANCE, bool(reading.status & (1 << 3 | 1 << 16)))
        self.measurement.set_bit(AVAILABLE, False)
        self.measurement.set_bit(AVAILABLE, True)

    def initiate(self) -> Task:
        """Leave idle; raises ScpiError -213 out of it, +803 with the output off."""
        self.check_stopped()
        if not (self.channel.output or self.auto_output_off):
            raise ScpiError(803, "Not permitted with OUTPUT off")
        self._choose_sweep_range()
        self._last = []
        self._running = self.begin_operation(self._go())
        return self._running

    def _choose_sweep_range(self) -> None:
        """Take the one range that holds all levels of a sweep, as ranging BEST does; raises ScpiError -222."""
        source = self.setup.source
        if self.memory_sweep or source.mode == "FIX":
            return
        largest = max(map(abs, levels_of_sweep(source, self.sweep)))
        needed = holding_scale(self.MODEL, self.setup.active, largest)
        if self.sweep.ranging == "BEST":
            source.full_scale = needed
        elif self.sweep.ranging == "FIX" and needed > source.full_scale:
            raise ScpiError(-222)

    def _go(self) -> Generator[Wish, None, None]:
        self.operation.set_bit(IDLE, False)
        self.operation.set_bit(SWEEPING, self.setup.source.mode != "FIX" or self.memory_sweep)
        try:
            if self.auto_output_off:
                self.channel.set_output(True)
            yield from self.trigger_model.run(self)
        finally:
            self.operation.set_bit(SWEEPING, False)
            self.operation.set_bit(IDLE, True)
            if self.auto_output_off:
                self.channel.set_output(False)

    def abort(self) -> None:
        """Go to idle."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()

    def read(self) -> Generator[Wish, None, Answer]:
        """Trigger, wait, and answer with the readings; +803 and no answer with the output off."""
        task = self.initiate()
        yield task
        return self.format.answer(self._last)

    def fetch(self) -> Generator[Wish, None, Answer]:
        """Answer with the latest readings, when they are there."""
        if self._running is not None:
            yield self._running
        return self.format.answer(self._last)
