"""The state of a simulated B2900, and what its commands have in common."""

from collections.abc import Generator
from typing import ClassVar

import numpy as np

from labkit.core import FloatArray
from labkit_sim import _keysight_b2900_specs as specs
from labkit_sim._errors import ErrorEntry, ScpiError, StatusRegister
from labkit_sim._instrument import ScpiInstrument
from labkit_sim._keysight_b2900_actions import TriggerSystem
from labkit_sim._keysight_b2900_channel import Channel
from labkit_sim._keysight_b2900_channel import Store as TakeReadings
from labkit_sim._keysight_b2900_layers import ActionName
from labkit_sim._keysight_b2900_pins import INTERNAL_LINES, PINS, DigitalPin, EventBoard
from labkit_sim._keysight_b2900_readings import OVERFLOW, DataFormat, Readings, Store, TraceBuffer, columns
from labkit_sim._process import Signal, Wish
from labkit_sim._scpi import Answer
from labkit_sim._scpi_data import Call
from labkit_sim._station import Station
from labkit_sim._status import REQUEST

_MEASUREMENT_SUMMARY = 1
_CHANNEL_BITS = 6
"""In the operation status each channel has six bits, from bit 1 on; in the measurement status six from bit 0 on."""
_ACTION_BITS = {ActionName.TRANSIENT: 1, ActionName.ACQUIRE: 4}
_STATES = ("idle", "arm", "trigger")
_LOST_BITS = {(1, "TRAN"): 11, (1, "ACQ"): 12, (2, "TRAN"): 13, (2, "ACQ"): 14}


class KeysightB2900Core(ScpiInstrument):
    """A B2900 without its command table.

    Options of the station: `interlock` (whether it is closed) and `list_points` (the longest list of the firmware).
    Digital pin n is the bench's wire on the port of that number.
    """

    MODEL: ClassVar[str] = "B2902A"

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        self.model = specs.MODELS[self.MODEL]
        self.list_points = int(station.options.get("list_points", specs.LIST_POINTS))
        self.measurement = StatusRegister(self._status_changed)
        self.format = DataFormat()
        self.board = EventBoard()
        self.pins = {
            name: DigitalPin(name, self.world, self.board, station.line(name.removeprefix("EXT"))) for name in PINS
        }
        draw = station.accuracy()
        self.channels = {number: Channel(station, number, self.model, draw) for number in specs.CHANNELS}
        self.data = {number: Store(specs.BUFFER_POINTS) for number in specs.CHANNELS}
        self.traces = {number: TraceBuffer() for number in specs.CHANNELS}
        self.triggers = {number: self._trigger_system(number) for number in specs.CHANNELS}
        self.timer_origin = 0
        self.timer_resets = False
        self.line_frequency = round(station.line_frequency)
        self.display: dict[str, str] = {}
        self.board.listeners.append(self._event_posted)
        self._states_changed()

    def _trigger_system(self, number: int) -> TriggerSystem:
        return TriggerSystem(
            self.channels[number],
            self.taker(number),
            self.send_trigger,
            self._states_changed,
            lambda action: self._event_lost(number, action),
        )

    def identity(self) -> str:
        """Give the answer to `*IDN?`."""
        return f"Keysight Technologies,{self.MODEL},{self.station.serial},3.4.2011.5100"

    def reset(self) -> None:
        """Go back to the settings of `*RST`."""
        for number in specs.CHANNELS:
            self.triggers[number].reset()
            self.channels[number].reset()
            self.data[number].clear()
            self.traces[number] = TraceBuffer()
        self.format = DataFormat()
        self.timer_resets = False
        for pin in self.pins.values():
            pin.reset()
        self._states_changed()

    # Errors and status

    def format_error(self, entry: ErrorEntry | None) -> str:
        """Write an entry of the error queue; positive codes and zero have a sign."""
        return f'{entry.code:+d},"{entry.message}"' if entry else '+0,"No error"'

    def status_byte(self) -> int:
        """Give the status byte, whose bit 0 sums the measurement status up."""
        byte = super().status_byte()
        if self.measurement.summary:
            byte |= _MEASUREMENT_SUMMARY
            byte |= REQUEST if self._request_enable & _MEASUREMENT_SUMMARY else 0
        return byte

    def _states_changed(self) -> None:
        for number in specs.CHANNELS:
            for name, first in _ACTION_BITS.items():
                state = self.triggers[number].actions[name].state
                for place, word in enumerate(_STATES):
                    bit = first + place + _CHANNEL_BITS * (number - 1)
                    self.operation.set_bit(1 << bit, state == word)

    def _event_lost(self, number: int, action: ActionName) -> None:
        bit = 1 << _LOST_BITS[number, action.value]
        self.questionable.set_bit(bit, True)
        self.questionable.set_bit(bit, False)

    # Channels

    def channel(self, call: Call) -> Channel:
        """Give the channel that a header's suffix names; raises ScpiError -114."""
        return self.channels[self.channel_number(call)]

    @staticmethod
    def channel_number(call: Call) -> int:
        """Give the number of the channel that a header's suffix names; raises ScpiError -114."""
        if call.suffixes[0] not in specs.CHANNELS:
            raise ScpiError(-114)
        return call.suffixes[0]

    @staticmethod
    def channel_list(call: Call, index: int = 0) -> list[int]:
        """Read a channel list, channel 1 when there is none; raises ScpiError -171 or -222."""
        if not call.given(index):
            return [1]
        numbers = sorted(set(call.channels(index)))
        if not numbers or not set(numbers) <= set(specs.CHANNELS):
            raise ScpiError(-222)
        return numbers

    # Triggers

    def trigger(self) -> None:
        """Take `*TRG` or a trigger from the bus."""
        super().trigger()
        self.board.post("BUS")

    def _event_posted(self, name: str) -> None:
        for system in self.triggers.values():
            system.post(name)

    def send_trigger(self, outputs: tuple[str, ...], before: bool) -> None:
        """Put a trigger out at digital pins and internal lines."""
        for name in outputs:
            if name in self.pins:
                self.pins[name].output(before)
            elif name in INTERNAL_LINES and before:
                self.board.post(name)

    def initiate(self, numbers: list[int], names: tuple[ActionName, ...]) -> None:
        """Start device actions; raises ScpiError -213 while one of them is under way."""
        if any(self.triggers[number].actions[name].running for number in numbers for name in names):
            raise ScpiError(-213)
        if self.timer_resets:
            self.timer_origin = int(self.world.now)
        for number in numbers:
            channel = self.channels[number]
            channel.check_interlock(float(np.max(np.abs(channel.settings.programmed()))))
            self._clear_data(number)
            if channel.settings.output.automatic_on:
                channel.set_output(True)
        for number in numbers:
            self.triggers[number].initiate(names, self.begin_operation)

    # Readings

    def _clear_data(self, number: int) -> None:
        self.data[number].clear()
        self._measurement_bit(number, 1, False)
        self._measurement_bit(number, 2, False)

    def _measurement_bit(self, number: int, place: int, on: bool) -> None:
        self.measurement.set_bit(1 << (place + _CHANNEL_BITS * (number - 1)), on)

    def taker(self, number: int) -> TakeReadings:
        """Give what takes the readings of a channel."""

        def take(rows: Readings) -> None:
            self.data[number].append(rows)
            trace = self.traces[number]
            trace.append(rows)
            overflown = bool((rows["status"] & OVERFLOW).any())
            self._measurement_bit(number, 1, True)
            self._measurement_bit(number, 2, overflown)
            self.trace_changed(number)

        return take

    def trace_changed(self, number: int) -> None:
        """Tell the measurement status how full a trace buffer is."""
        store = self.traces[number].store
        self._measurement_bit(number, 3, len(store) > 0)
        self._measurement_bit(number, 4, len(store) >= store.capacity)

    def spot(self, numbers: list[int], elements: tuple[str, ...]) -> Generator[Wish, None, Answer]:
        """Take one reading of each channel now; the answer is its elements."""
        parts = []
        for number in numbers:
            channel = self.channels[number]
            self._clear_data(number)
            if channel.settings.output.automatic_on:
                channel.set_output(True)
            yield from self.triggers[number].read_once()
            parts.append(columns(self.data[number].all()[-1:], elements, self.timer_origin))
            if channel.settings.output.automatic_off:
                channel.set_output(False)
        return self.format.answer(np.concatenate(parts, axis=1))

    def until_acquired(self, numbers: list[int]) -> Generator[Wish, None, None]:
        """Wait until no channel acquires any more; data that are fetched are complete."""
        for number in numbers:
            action = self.triggers[number].actions[ActionName.ACQUIRE]
            while action.running:
                yield action.advanced

    def idle_signal(self, number: int, names: tuple[ActionName, ...]) -> Signal | None:
        """Give a signal of an action that is not idle yet, None when all are."""
        for name in names:
            action = self.triggers[number].actions[name]
            if action.running:
                return action.advanced
        return None

    def fetched(self, numbers: list[int], elements: tuple[str, ...], latest: bool) -> FloatArray:
        """Give the sense data of channels side by side, missing rows as nan."""
        tables = []
        for number in numbers:
            rows = self.data[number].all()
            tables.append(columns(rows[-1:] if latest else rows, elements, self.timer_origin))
        length = max(1, *(len(table) for table in tables)) if tables else 1
        padded = [np.pad(table, ((0, length - len(table)), (0, 0)), constant_values=np.nan) for table in tables]
        return np.concatenate(padded, axis=1)
