"""The state of a simulated DC4100 or DC4104: modes, limits, four LEDs, and what their commands do."""

from dataclasses import dataclass
from typing import ClassVar

from labkit_sim import _thorlabs_dc4100_specs as specs
from labkit_sim._ports import Disturbance
from labkit_sim._serial_dialect import SerialInstrument
from labkit_sim._station import Station
from labkit_sim._thorlabs_dc4100_specs import Led


class Refused(Exception):
    """What a command does wrong, by its error number."""

    def __init__(self, code: int) -> None:
        super().__init__(specs.ERRORS[code])
        self.code = code


@dataclass(slots=True)
class LedChannel:
    """One LED's settings: currents in mA, brightness in percent of the limit."""

    led: Led | None
    maximum: int
    limit: int
    current: int = 0
    brightness: float = 0.0
    on: bool = False
    unlocked: bool = True


class DC4100Unit(SerialInstrument):
    """Four LEDs under one operation mode."""

    MODEL: ClassVar[str] = "DC4100"
    OWN_INPUTS: ClassVar[bool] = False

    def __init__(self, station: Station) -> None:
        super().__init__(station, specs.LATENCY)
        self.mode = specs.CONSTANT_CURRENT
        self.single_selection = False
        self.channels = tuple(self._channel(number) for number in range(specs.CHANNELS))
        self._display = 100
        self._last_error = (specs.NO_ERROR, specs.ERRORS[specs.NO_ERROR])
        self._status = sum(
            1 << bit for bit, channel in zip(specs.NO_LED_BITS, self.channels, strict=True) if channel.led is None
        )
        self._inputs = tuple(
            station.modulation(str(number) if self.OWN_INPUTS else "") for number in range(specs.CHANNELS)
        )
        for line in self._inputs[: specs.CHANNELS if self.OWN_INPUTS else 1]:
            line.changed.listeners.append(self._modulated)

    def _channel(self, number: int) -> LedChannel:
        port = self.station.optical.get(str(number))
        if port is None:
            return LedChannel(None, specs.LARGEST_CURRENT, specs.LARGEST_CURRENT)
        nanometres = round(port.wavelength * 1e9)
        led = Led(f"M{self.station.serial[-7:]}{number}", f"M{nanometres}L3", float(nanometres), 3.3, 1000)
        return LedChannel(led, led.maximum_current, led.maximum_current)

    # The light

    def _driven_current(self, number: int) -> float:
        """Give the current (mA) that an LED which is on is driven with."""
        channel = self.channels[number]
        if self.mode == specs.CONSTANT_CURRENT:
            return channel.current
        if self.mode == specs.BRIGHTNESS:
            return channel.brightness / 100 * channel.limit
        asked = max(0.0, self._inputs[number].level * specs.MODULATION_SCALE * 1e3)
        self._set_status(specs.LIMIT_BITS[number], asked > channel.limit * (1 + 1e-9))
        return min(asked, channel.limit)

    def _light(self, number: int) -> None:
        channel = self.channels[number]
        current = self._driven_current(number) if channel.on else 0.0
        self.station.optical_port(str(number)).light(current * 1e-3)

    def _modulated(self) -> None:
        if self.mode == specs.EXTERNAL:
            for number, channel in enumerate(self.channels):
                if channel.on:
                    self._light(number)

    def _switch(self, number: int, on: bool) -> None:
        if Disturbance.STUCK_OUTPUT not in self.disturbances:
            self.channels[number].on = on
            self._light(number)

    def _set_status(self, bit: int, on: bool) -> None:
        if bool(self._status >> bit & 1) != on:
            self._status ^= 1 << bit
            self._status |= 1 << (bit - 1)

    def overheat(self, hot: bool = True) -> None:
        """Let the chassis become too hot, which switches all LEDs off, or cool down."""
        self._set_status(specs.OVER_TEMPERATURE, hot)
        if hot:
            for number in range(specs.CHANNELS):
                self._switch(number, False)

    # Lines

    def error(self, code: int, message: str = "") -> None:
        """Note an error; a later one takes its place."""
        self._last_error = (code, message or specs.ERRORS.get(code, "Error."))

    def take_error(self) -> str:
        """Give the last error, and forget it."""
        (code, text), self._last_error = self._last_error, (specs.NO_ERROR, specs.ERRORS[specs.NO_ERROR])
        return f"ERROR {code}:{text}"

    def take_status(self) -> str:
        """Give the status register; its bits of change are cleared."""
        status = self._status
        self._status &= sum(1 << bit for bit in range(1, 28, 2))
        return str(status)

    def set_mode(self, mode: int) -> None:
        """Change the operation mode of all channels; LEDs go off."""
        if mode != self.mode:
            for number in range(specs.CHANNELS):
                self._switch(number, False)
            self.mode = mode

    def set_current(self, number: int, current: int) -> None:
        """Set the constant current (mA); beyond the limit it becomes the limit, and a status bit tells."""
        if self.mode != specs.CONSTANT_CURRENT:
            raise Refused(specs.WRONG_MODE)
        channel = self.channels[number]
        self._set_status(specs.LIMIT_BITS[number], current > channel.limit)
        channel.current = min(current, channel.limit)
        self._light(number)

    def set_brightness(self, number: int, brightness: float) -> None:
        """Set the brightness (% of the limit)."""
        if self.mode != specs.BRIGHTNESS:
            raise Refused(specs.WRONG_MODE)
        self.channels[number].brightness = round(brightness, 1)
        self._light(number)

    def set_limit(self, number: int, limit: int) -> None:
        """Set the user's limit (mA), at most the maximum."""
        channel = self.channels[number]
        if limit > channel.maximum:
            raise Refused(specs.OUT_OF_RANGE)
        channel.limit = limit
        channel.current = min(channel.current, limit)
        self._light(number)

    def set_maximum(self, number: int, maximum: int) -> None:
        """Set the largest limit (mA) that the user may choose."""
        self.channels[number].maximum = maximum
        self.set_limit(number, min(self.channels[number].limit, maximum))

    def switch(self, number: int, on: int) -> None:
        """Switch an LED; in single selection all others go off."""
        channel = self.channels[number]
        if on and channel.led is None:
            raise Refused(specs.NO_LED)
        if on and not channel.unlocked:
            raise Refused(specs.LOCKED)
        if on and self.single_selection:
            for other in range(specs.CHANNELS):
                if other != number:
                    self._switch(other, False)
        self._switch(number, bool(on))

    def unlock(self, number: int, unlocked: int) -> None:
        """Unlock an LED, or lock it, which switches it off."""
        self.channels[number].unlocked = bool(unlocked)
        if not unlocked:
            self._switch(number, False)

    def select(self, single: int) -> None:
        """Allow one LED at a time, or several."""
        self.single_selection = bool(single)
        if single:
            for number in range(specs.CHANNELS):
                self._switch(number, False)

    def set_display(self, brightness: int) -> None:
        """Set the brightness of the display (%)."""
        self._display = brightness

    def display(self) -> str:
        """Give the brightness of the display (%)."""
        return str(self._display)
