"""Firmware of the Thorlabs DC2200 LED driver: modes, limits, the pulse engine, protections.

The light follows the set current, because a bench's calibration is made against the setting of its own driver; the
inaccuracy of the unit is in its read-back.
"""

from collections.abc import Generator
from typing import ClassVar

from labkit.core import Nanoseconds
from labkit_sim._errors import ScpiError
from labkit_sim._instrument import ScpiInstrument
from labkit_sim._ports import Disturbance
from labkit_sim._process import Task, Until
from labkit_sim._scpi import Command, Reply
from labkit_sim._scpi_data import Call
from labkit_sim._station import Station
from labkit_sim._thorlabs_dc2200_specs import (
    FIRMWARE,
    MARKER_LEVEL,
    MODES,
    NO_HEAD,
    SETTINGS,
    TERMINALS,
    TTL_HIGH,
    TTL_LOW,
    LedHead,
    Setting,
    mounted_head,
)

PROTECTIONS = ("interlock", "driver temperature", "head temperature")
_LONG_FREQUENCY = ":SOURce[1]:PWM:FREQUENCY"


def _number(value: float) -> str:
    return f"{value:.6E}"


def _setting_command(setting: Setting) -> Command:
    def write(led: "ThorlabsDC2200", call: Call) -> Reply:
        led.change(setting, call.number(0, setting.unit, *led.limits_of(setting)))
        return None

    def query(led: "ThorlabsDC2200", call: Call) -> Reply:
        found = call.extreme(*led.limits_of(setting))
        value = led.settings[setting.key] if found is None else found
        return _number(value) if setting.unit else str(round(value))

    return Command(setting.pattern, write, query)


class ThorlabsDC2200(ScpiInstrument):
    """A DC2200 whose LED shines on the device.

    `strict_frequency` makes the long header `FREQUENCY` an error -113, as a hardware note reports. The modulation
    input is the world's line `<name>:modulation`, the marker output `<name>:marker`.
    """

    IDENTITY: ClassVar[str] = f"Thorlabs,DC2200,{{serial}},{FIRMWARE}"

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        self.strict_frequency = False
        self.heads = {
            terminal: mounted_head(port.wavelength, port.calibrated_current, f"M{station.serial[-8:]}")
            for terminal in TERMINALS
            if (port := station.optical.get(str(terminal))) is not None
        }
        self.tripped = dict.fromkeys(PROTECTIONS, False)
        errors = station.accuracy()
        self._read_back_error = {number: errors.within(spec.accuracy) for number, spec in TERMINALS.items()}
        self.modulation = station.modulation()
        self.modulation.changed.listeners.append(self._modulated)
        self.marker = self.world.line(f"{station.name}:marker")
        self._gate_open = False
        self._train: Task | None = None
        self.current = 0.0
        self.output = False
        self._power_on()

    def _power_on(self) -> None:
        self.terminal = min(self.heads, default=1)
        self.mode = "CC"
        self.settings = {setting.key: float(setting.default) for setting in SETTINGS}
        self.limit = self.maximum_current
        self.limit_tripped = False

    def reset(self) -> None:
        """Switch the LED off and take the settings of `*RST`."""
        self._switch(False)
        self._power_on()

    @property
    def head(self) -> LedHead:
        """The LED on the chosen terminal."""
        return self.heads.get(self.terminal, NO_HEAD)

    @property
    def maximum_current(self) -> float:
        """The largest current (A) that terminal and head allow."""
        largest = TERMINALS[self.terminal].maximum_current
        return min(largest, self.head.maximum_current) if self.head.maximum_current else largest

    def trip(self, protection: str, tripped: bool = True) -> None:
        """Let a protection trip, which switches the LED off, or come back."""
        if protection not in self.tripped:
            raise ValueError(f"no protection {protection!r}; there are: {', '.join(PROTECTIONS)}")
        self.tripped[protection] = tripped
        if tripped:
            self._switch(False)

    # The light

    def _level(self) -> float:
        """Give the current (A) that the mode drives while the LED is on."""
        percent = {"CB": "cb", "PULS": "pulse_brightness"}.get(self.mode)
        if percent is not None:
            return self.settings[percent] / 100 * self.limit
        return self.settings[{"CC": "cc", "PWM": "pwm_current", "TTL": "ttl"}[self.mode]]

    def _light(self, on: bool) -> None:
        self.current = min(self._level(), self.limit) if on else 0.0
        self.station.optical_port(str(self.terminal)).light(self.current)
        if self.mode in ("PWM", "PULS"):
            self.marker.set_level(MARKER_LEVEL if on else 0.0)

    def _switch(self, on: bool) -> None:
        if Disturbance.STUCK_OUTPUT in self.disturbances:
            return
        train, self._train = self._train, None
        if train is not None:
            train.cancel()
        self.output = on
        if on and self.mode in ("PWM", "PULS"):
            self._train = self.world.spawn(self._pulses())
        else:
            self._light(on and (self.mode != "TTL" or self._gate_open))

    def _pulses(self) -> Generator[Until, None, None]:
        """Make the train; edges are exact, and changed settings act from the next pulse on."""
        made = 0
        edge = int(self.world.now)
        while (
            not (count := round(self.settings["pulse_count" if self.mode == "PULS" else "pwm_count"])) or made < count
        ):
            on_time, period = self._pulse_times()
            self._light(True)
            yield Until(Nanoseconds(edge + on_time))
            self._light(False)
            made += 1
            if made != count:
                yield Until(Nanoseconds(edge + period))
            edge += period
        self.output = False
        self._train = None

    def _pulse_times(self) -> tuple[int, int]:
        """Give on time and period (ns)."""
        if self.mode == "PULS":
            on_time = round(self.settings["pulse_on"] * 1e9)
            return on_time, on_time + round(self.settings["pulse_off"] * 1e9)
        period = 1e9 / self.settings["pwm_frequency"]
        return round(period * self.settings["pwm_duty"] / 100), round(period)

    def _modulated(self) -> None:
        level = self.modulation.level
        gate_open = level >= TTL_HIGH or (self._gate_open and level > TTL_LOW)
        if gate_open != self._gate_open:
            self._gate_open = gate_open
            if self.output and self.mode == "TTL":
                self._light(gate_open)

    def _settings_changed(self) -> None:
        if self.output and self._train is None:
            self._light(self.mode != "TTL" or self._gate_open)

    # Settings

    def limits_of(self, setting: Setting) -> tuple[float, float, float]:
        """Give the smallest and largest value and that of `*RST`."""
        largest = self.maximum_current if setting.is_current else setting.maximum
        return setting.minimum, largest, setting.default

    def change(self, setting: Setting, value: float) -> None:
        """Take a value, rounded to the setting's step; a current beyond the limit is clipped without an error."""
        value = round(value / setting.step) * setting.step
        if setting.is_current:
            self.limit_tripped = value > self.limit
            value = min(value, self.limit)
        self.settings[setting.key] = value
        self._settings_changed()

    def _set_limit(self, call: Call) -> Reply:
        limit = call.number(0, "A", 0.0, self.maximum_current, self.maximum_current)
        step = TERMINALS[self.terminal].resolution
        self.limit = round(limit / step) * step
        for setting in SETTINGS:
            if setting.is_current and self.settings[setting.key] > self.limit:
                self.settings[setting.key] = self.limit
                self.limit_tripped = True
        self._settings_changed()
        return None

    def _get_limit(self, call: Call) -> Reply:
        found = call.extreme(0.0, self.maximum_current, self.maximum_current)
        return _number(self.limit if found is None else found)

    def _get_limit_tripped(self, call: Call) -> Reply:
        return str(int(self.limit_tripped))

    def _set_mode(self, call: Call) -> Reply:
        words = {"CC": "CC", "CB": "CB", "PWM": "PWM", "PULSe": "PULS", "TTL": "TTL"}
        numbers = {str(number): mode for mode, number in MODES.items()}
        mode = call.choice(0, words | numbers)
        if mode != self.mode:
            self._switch(False)
            self.mode = mode
        return None

    def _get_mode(self, call: Call) -> Reply:
        return self.mode

    def _set_output(self, call: Call) -> Reply:
        on = call.boolean(0)
        if on and any(self.tripped.values()):
            raise ScpiError(-221)
        if on and self.head is NO_HEAD:
            raise ScpiError(-241)
        if on != self.output:
            self._switch(on)
        return None

    def _get_output(self, call: Call) -> Reply:
        return str(int(self.output))

    def _set_terminal(self, call: Call) -> Reply:
        terminal = call.integer(0, 1, 2)
        if terminal != self.terminal:
            self._switch(False)
            self.terminal = terminal
            self.limit = self.maximum_current
        return None

    def _get_terminal(self, call: Call) -> Reply:
        return str(self.terminal)

    def _set_long_frequency(self, call: Call) -> Reply:
        setting = self._long_frequency()
        minimum, maximum, default = self.limits_of(setting)
        self.change(setting, call.number(0, setting.unit, minimum, maximum, default))
        return None

    def _get_long_frequency(self, call: Call) -> Reply:
        return _number(self.settings[self._long_frequency().key])

    def _long_frequency(self) -> Setting:
        if self.strict_frequency:
            raise ScpiError(-113)
        return next(setting for setting in SETTINGS if setting.key == "pwm_frequency")

    # What it says of itself

    def _measured_current(self, call: Call) -> Reply:
        error = self._read_back_error[self.terminal] if self.current else 0.0
        return _number(max(0.0, self.current + error))

    def _measured_voltage(self, call: Call) -> Reply:
        return _number(self.head.forward_voltage if self.current else 0.0)

    def _head_identity(self, call: Call) -> Reply:
        if call.suffixes[0] not in TERMINALS:
            raise ScpiError(-114)
        return self.heads.get(call.suffixes[0], NO_HEAD).identity

    def _head_test(self, call: Call) -> Reply:
        if call.suffixes[0] not in TERMINALS:
            raise ScpiError(-114)
        return str(int(call.suffixes[0] in self.heads))

    def _interlock_tripped(self, call: Call) -> Reply:
        return str(int(self.tripped["interlock"]))

    def _driver_temperature_tripped(self, call: Call) -> Reply:
        return str(int(self.tripped["driver temperature"]))

    def _head_temperature_tripped(self, call: Call) -> Reply:
        return str(int(self.tripped["head temperature"]))

    TABLE = ScpiInstrument.TABLE.extended(
        *ScpiInstrument.ERROR_COMMANDS,
        *(_setting_command(setting) for setting in SETTINGS),
        Command(_LONG_FREQUENCY, _set_long_frequency, _get_long_frequency),
        Command(":SOURce[1]:MODe", _set_mode, _get_mode),
        Command(":SOURce[1]:CURRent:LIMit[:AMPLitude]", _set_limit, _get_limit),
        Command(":SOURce[1]:CURRent:LIMit:TRIPped", query=_get_limit_tripped),
        Command(":OUTPut[1][:STATe]", _set_output, _get_output),
        Command(":OUTPut[1]:TERMinal", _set_terminal, _get_terminal),
        Command(":OUTPut[1]:TERMinal<n>:TEST:STATus", query=_head_test),
        Command(":OUTPut[1]:PROTection:INTLock:TRIPped", query=_interlock_tripped),
        Command(":OUTPut[1]:PROTection:TEMPerature:DRIVer:TRIPped", query=_driver_temperature_tripped),
        Command(":OUTPut[1]:PROTection:TEMPerature:HEAD:TRIPped", query=_head_temperature_tripped),
        Command(":SYSTem:HEAD<n>:IDN", query=_head_identity),
        Command(":SENSe3:CURRent:DATA", query=_measured_current),
        Command(":MEASure[:SCALar]:CURRent[:DC]", query=_measured_current),
        Command(":MEASure[:SCALar]:VOLTage[:DC]", query=_measured_voltage),
    )
