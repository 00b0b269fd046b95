"""Lake Shore 336 as a TemperatureStage. Checked against simulated firmware, not on hardware.

One output of the controller heats a stage by its PID law; a base that something else keeps cold makes temperatures
below ambient. Tuning (PID) and the heater's set-up (HTRSET) are those that stand in the controller. With the option
`coolant_relay` (1 or 2) that relay opens the coolant's valve, or starts the chiller, together with the heater, and
`make_safe` closes it: the stage goes back to ambient. Without, the coolant is the user's matter.

A setpoint ramps from the setpoint before it (Model 336 user's manual, chapter 6: RAMP), so the first one is put where
the stage is. Errors have no queue: `*ESR?` tells their kind, once.
"""

from collections.abc import Mapping

from pymeasure.instruments.lakeshore.lakeshore3xx import LakeShore3xx
from pymeasure.instruments.lakeshore.lakeshore_base import LakeShoreHeaterChannel

from labkit.core import (
    BenchTerminal,
    Check,
    Clock,
    Connection,
    Driver,
    Finding,
    Identity,
    InstrumentError,
    LimitExceeded,
    OutputState,
    StageCapabilities,
    StageTerminal,
)
from labkit_drivers._link import Link, number
from labkit_drivers._safe import insist
from labkit_drivers._scpi_role import ScpiRole

INPUTS = ("A", "B", "C", "D")
OUTPUTS = ("1", "2")
RELAYS = ("", "1", "2")
RANGES = {"low": 1, "medium": 2, "high": 3}
CLOSED_LOOP = 1
RESOLUTION = 1e-3
"""Of the setpoint (K)."""
STABILITY = 0.02
"""What is left of deviations from the setpoint, with a platinum sensor at 300 K (K); recalled, not verified."""
ELECTRONICS = 0.062
"""Limit of a reading's deviation, with a calibrated platinum sensor at 300 K (K); recalled, not verified."""
LOWEST, HIGHEST = 0.3, 800.0
"""Temperatures (K) that the controller can be set to; what a sensor reads is in the bench's limits."""
RAMP_RATES = (0.1 / 60, 100.0 / 60)
"""Slowest and fastest ramp of a setpoint (K/s)."""
_ROUNDING = 1e-9
"""What K/min turned into K/s and back may differ by."""

_READING = {1: "is invalid", 16: "is below the sensor's curve", 32: "is above the sensor's curve"}
_READING |= {64: "is zero: there is no sensor, or it is shorted", 128: "is beyond the input's range: a wire is open"}
_HEATER = {1: "the heater's circuit is open", 2: "the heater is shorted"}
_EVENTS = {4: "a query error", 8: "a device error", 16: "an execution error", 32: "a command error"}


class LakeShore336(ScpiRole):
    """One output of a 336 with the stage that it heats and the sensor at the device."""

    def __init__(self, connection: Connection, terminal: StageTerminal) -> None:
        link = Link(connection, termination="\r\n")
        commands = LakeShore3xx(link, connection.name)
        super().__init__(connection, link, commands, "see the Model 336 user's manual, chapter 6")
        self._terminal = terminal
        self._capabilities = _describe(terminal, 50.0)
        self._heater = LakeShoreHeaterChannel(commands, int(terminal.channel))
        self._range = self._option("heater_range", "high", tuple(RANGES))
        self._relay = self._option("coolant_relay", "", RELAYS)
        self._controls = False
        self._check_identity()
        self._wire.write("*CLS")
        self._switch_off()
        self._close_loop()

    def _option(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = str(self._connection.options.get(name, default))
        if value not in allowed:
            shown = ", ".join(one for one in allowed if one)
            raise self._error(f"option {name} is {value!r}", f"write one of {shown} in bench.yaml")
        return value

    def _check_identity(self) -> None:
        self._idn = self._ask("*IDN?")
        if "MODEL336" not in self._idn:
            raise self._error(f"is {self._idn!r}, not a 336", "correct the driver or the address in bench.yaml")

    def _close_loop(self) -> None:
        """Let the output follow the PID law of the sensor, off after a power cut."""
        output, sensor = self._terminal.channel, INPUTS.index(self._terminal.sensor) + 1
        wanted = f"{CLOSED_LOOP},{sensor},0"
        self._wire.write(f"OUTMODE {output},{wanted}")
        if (found := self._ask(f"OUTMODE? {output}")) != wanted:
            raise self._error(f"has output mode {found!r} where {wanted!r} was set", self._manual)
        self.check_errors()

    @property
    def capabilities(self) -> StageCapabilities:
        """What the stage can do."""
        return self._capabilities

    def identity(self) -> Identity:
        """Ask who it is, and the settings in force."""
        self._check_identity()
        output, sensor = self._terminal.channel, self._terminal.sensor
        queries = (f"OUTMODE? {output}", f"PID? {output}", f"HTRSET? {output}", f"RAMP? {output}", f"INTYPE? {sensor}")
        settings = self._ask_all(queries)
        return Identity(self._connection.name, "lakeshore_336", self._connection.address, self._idn, settings)

    def set_temperature(self, setpoint: float, rate: float) -> None:
        """Go to a temperature (K) at a rate (K/s), and switch heater and coolant on."""
        self._check_limits(setpoint, rate)
        output = self._terminal.channel
        if not self._controls:
            self._wire.write(f"RAMP {output},0,0")
            self._heater.setpoint = self.temperature()
        self._wire.write(f"RAMP {output},1,{60 * rate:.1f}")
        self._heater.setpoint = setpoint
        if self._relay:
            self._wire.write(f"RELAY {self._relay},1,A,0")
        self._heater.range = self._range
        if self._ask_number(f"RANGE? {output}", "the heater range") != RANGES[self._range]:
            raise self._error("does not switch its heater on", "look at the display: it tells why")
        self._controls = True
        self.check_errors()

    def _check_limits(self, setpoint: float, rate: float) -> None:
        low, high = self._capabilities.temperature
        if not low <= setpoint <= high:
            raise LimitExceeded(
                f"{self._connection.name}: {setpoint:g} K is outside {low:g} K to {high:g} K",
                "choose another temperature, or correct the limits in bench.yaml",
            )
        slowest, fastest = self._capabilities.rate
        # The controller takes a rate that rounds to 0 for a jump.
        if not slowest * (1 - _ROUNDING) <= rate <= fastest * (1 + _ROUNDING):
            raise LimitExceeded(
                f"{self._connection.name}: {60 * rate:g} K/min is outside {60 * slowest:g} to {60 * fastest:g} K/min",
                "choose another rate, or correct the terminal's rate in bench.yaml",
            )

    def temperature(self) -> float:
        """Read the sensor at the device (K)."""
        sensor, output = self._terminal.sensor, self._terminal.channel
        answer = self._ask(f"KRDG? {sensor};RDGST? {sensor};HTRST? {output}")
        parts = answer.split(";")
        if len(parts) != 3:
            raise self._error(f"answered {answer!r} where a temperature was expected", "check the cable")
        kelvin, status, heater = (number(part, self._connection, "a temperature with its status") for part in parts)
        if status:
            told = [words for bit, words in _READING.items() if int(status) & bit] or [f"has status {status:g}"]
            raise self._error(f"input {sensor} {' and '.join(told)}", "check the sensor, its cable and its curve")
        if heater:
            words = _HEATER.get(int(heater), f"the heater has error {heater:g}")
            raise self._error(words, "check the heater's wires; HTRSET has its resistance")
        return kelvin

    def output_state(self) -> OutputState:
        """Ask whether the heater is on, and for the setpoint (K)."""
        output = self._terminal.channel
        on = self._ask_number(f"RANGE? {output}", "the heater range") != 0
        return OutputState(on, self._ask_number(f"SETP? {output}", "the setpoint"))

    def check_errors(self) -> None:
        """Raise InstrumentError when a command or a query was wrong since the last look."""
        events = int(self._ask_number("*ESR?", "the event status"))
        found = [words for bit, words in _EVENTS.items() if events & bit]
        if found:
            raise self._error(f"reports {' and '.join(found)}", self._manual)

    def checks(self) -> tuple[Check, ...]:
        """Read the sensor, the heater off."""
        try:
            kelvin = self.temperature()
        except InstrumentError as error:
            return (Check("sensor and heater", Finding.WRONG, error.message, error.remedy),)
        low, high = self._capabilities.temperature
        return (Check("sensor and heater", Finding.RIGHT, f"{kelvin:.2f} K; {low:g} K to {high:g} K are allowed"),)

    def make_safe(self) -> None:
        """Switch the heater off and close the coolant, and confirm it."""
        insist(self._link, self._switch_off)

    def _switch_off(self) -> None:
        output = self._terminal.channel
        self._controls = False
        self._heater.range = "off"
        if self._relay:
            self._wire.write(f"RELAY {self._relay},0,A,0")
        if self._ask_number(f"RANGE? {output}", "the heater range") != 0:
            raise self._error("does not confirm that the heater is off", "press Heater Off at the front panel")
        if self._relay and self._ask_number(f"RELAYST? {self._relay}", "the relay") != 0:
            raise self._error("does not confirm that the coolant is shut", "close the valve by hand")


def _describe(terminal: BenchTerminal, line_frequency: float) -> StageCapabilities:
    if not isinstance(terminal, StageTerminal):
        raise InstrumentError("a 336 serves thermal terminals only", "correct bench.yaml")
    return StageCapabilities(
        model="Lake Shore 336",
        temperature=(max(terminal.minimum_temperature, LOWEST), min(terminal.maximum_temperature, HIGHEST)),
        rate=(RAMP_RATES[0], min(terminal.rate, RAMP_RATES[1])),
        resolution=RESOLUTION,
        accuracy=terminal.accuracy + ELECTRONICS,
        stability=STABILITY,
        settling=terminal.settling,
        source_document="Lake Shore Model 336 user's manual; figures of the sensor recalled, not verified",
    )


def _open(connection: Connection, terminals: Mapping[str, BenchTerminal], clock: Clock) -> Mapping[str, LakeShore336]:
    if len(terminals) != 1:
        raise InstrumentError(
            f"{connection.name}: one stage a controller, but it serves the terminals {', '.join(terminals)}",
            "give each stage a controller of its own in bench.yaml",
        )
    ((name, terminal),) = terminals.items()
    if not isinstance(terminal, StageTerminal) or terminal.channel not in OUTPUTS or terminal.sensor not in INPUTS:
        raise InstrumentError(
            f"{connection.name}: terminal {name} is no stage on output 1 or 2 with its sensor on input A to D",
            "correct bench.yaml",
        )
    return {name: LakeShore336(connection, terminal)}


LAKESHORE_336 = Driver(
    name="lakeshore_336",
    title="Lake Shore 336 temperature controller",
    role="temperature stage",
    models=("MODEL336",),
    open=_open,
    describe=_describe,
)
