"""Thorlabs DC4100 and DC4104 as LightSources. Checked against simulated firmware, not on hardware.

A serial dialect (115200 baud, CR LF) whose set commands answer nothing: `E?` is asked after each one. The operation
mode is that of all four channels, so the lights of one unit are all steady ones, or all driven by a pulse generator.
Without a generator the unit has no pulse engine: the PC switches the light, and the capabilities say so.
"""

from collections.abc import Mapping
from math import floor

from pymeasure.instruments import Instrument

from labkit.core import (
    NO_TIME,
    SECOND,
    BenchTerminal,
    Clock,
    Connection,
    Driver,
    Identity,
    InstrumentError,
    LightCapabilities,
    LightTrain,
    Nanoseconds,
    OpticalTerminal,
    OutputState,
    PlanRefused,
)
from labkit_drivers._calibration import Calibration, check_irradiance
from labkit_drivers._link import Link
from labkit_drivers._modulation import Modulation, modulation_of
from labkit_drivers._safe import insist
from labkit_drivers._scpi_role import ScpiRole

CHANNELS = ("0", "1", "2", "3")
CURRENT_STEP = 1e-3
"""Step of the constant-current setting (A)."""
MODULATED_STEP = 1e-4
"""Smallest change of the current (A) that the modulation input is trusted with. Not verified."""
MODULATION_SCALE = 0.1
"""LED current over the voltage at the modulation input (A/V): 10 V for 1 A. Not verified; see the option."""
SWITCHED_TIME = Nanoseconds(20_000_000)
"""Shortest pulse that the PC is trusted to switch over the serial line."""
MODULATED_TIME = Nanoseconds(10_000)
EDGE = Nanoseconds(4_000)
"""Rise time behind the modulation input, from its 100 kHz. Not verified."""
CONSTANT_CURRENT, EXTERNAL = 0, 2
ANY_COUNT = 1_000_000_000
"""A driven light makes as many pulses as its generator."""


class DC4104Unit(ScpiRole):
    """The unit that up to four lights share: its serial line, its mode, its error."""

    def __init__(self, connection: Connection) -> None:
        link = Link(connection, "\r\n", asrl={"baud_rate": 115_200})
        commands = Instrument(link, connection.name, includeSCPI=False)
        super().__init__(connection, link, commands, "look at the display of the unit: LEDs, limits, lock")
        self._open = True
        self.check_identity()
        self.ask("E?")
        self.set("O -1 0")

    @property
    def connection(self) -> Connection:
        """Where the unit answers."""
        return self._connection

    @property
    def link(self) -> Link:
        """The serial line."""
        return self._link

    def check_identity(self) -> str:
        """Ask for the model; raises InstrumentError for another one."""
        model = self._ask("N?")
        if model not in ("DC4100", "DC4104"):
            raise self._error(f"is {model!r}, not a DC4104", "correct the driver or the address in bench.yaml")
        return f"{model}, {self._ask('S?')}, {self._ask('V?')}"

    def fault(self, message: str, remedy: str) -> InstrumentError:
        """Make an error that names the unit and its address."""
        return self._error(message, remedy)

    def ask(self, query: str) -> str:
        """Send a query and give the answer."""
        return self._ask(query)

    def ask_number(self, query: str, what: str) -> float:
        """Send a query whose answer is a number."""
        return self._ask_number(query, what)

    def set(self, command: str) -> None:
        """Send a command, and raise InstrumentError when the unit says that it did not take it."""
        self._wire.write(command)
        self.check_errors()

    def check_errors(self) -> None:
        """Raise InstrumentError with the last error, which is then forgotten."""
        answer = self._ask("E?")
        word, _, rest = answer.partition(" ")
        code, colon, text = rest.partition(":")
        if word != "ERROR" or not colon or not code.strip().lstrip("-").isdigit():
            raise self._error(f"answered {answer!r} to E?", "check the cable, then run again")
        if int(code) != 0:
            raise self._error(f"reports {code}: {text}", self._manual)

    def close(self) -> None:
        """Close the line; once is enough, though each light of the unit asks for it."""
        if self._open:
            self._open = False
            super().close()

    def set_mode(self, mode: int) -> None:
        """Choose the operation mode of all channels and have it confirmed; a level may only be set after that."""
        self.set(f"M {mode}")
        if self.ask_number("M?", "the operation mode") != mode:
            raise self._error(f"does not go into mode {mode}", self._manual)


class ThorlabsDC4104:
    """One LED of a DC4104."""

    def __init__(self, unit: DC4104Unit, terminal: OpticalTerminal, modulation: Modulation | None) -> None:
        self._unit = unit
        self._terminal = terminal
        self._channel = terminal.channel
        self._calibration = Calibration(terminal)
        self._capabilities = _describe(terminal, 50.0)
        self._modulation = modulation
        scale = unit.connection.options.get("modulation_scale", MODULATION_SCALE)
        self._scale = float(scale)
        self._idn = unit.check_identity()
        self._lit = False
        self._set_limit(terminal.maximum_current)

    @property
    def capabilities(self) -> LightCapabilities:
        """What the light can deliver at the device plane; the bench adds what its generator can."""
        return self._capabilities

    def identity(self) -> Identity:
        """Ask who it is, and the settings in force."""
        self._idn = self._unit.check_identity()
        queries = ("M?", f"L? {self._channel}", f"ML? {self._channel}", f"HN? {self._channel}")
        settings = tuple((query, self._unit.ask(query)) for query in queries)
        connection = self._unit.connection
        return Identity(connection.name, "thorlabs_dc4104", connection.address, self._idn, settings)

    def check_errors(self) -> None:
        """Raise InstrumentError with what the unit reports."""
        self._unit.check_errors()

    def close(self) -> None:
        """Close the connection, the outputs as they are."""
        self._unit.close()

    def _set_limit(self, limit: float) -> None:
        milliamperes = floor(limit / CURRENT_STEP + 1e-9)
        self._unit.set(f"L {self._channel} {milliamperes}")
        in_force = self._unit.ask_number(f"L? {self._channel}", "the current limit")
        if in_force != milliamperes:
            raise self._unit.fault(
                f"has a current limit of {in_force:g} mA on channel {self._channel} where {milliamperes} mA was set",
                "set maximum_current in bench.yaml to what the LED head bears",
            )

    def _switch(self, on: bool) -> None:
        if on != self._lit:
            self._unit.set(f"O {self._channel} {int(on)}")
            self._lit = on

    def output_state(self) -> OutputState:
        """Ask for switch, current and current limit of the LED; what a generator drives, that one's level tells."""
        on = self._unit.ask_number(f"O? {self._channel}", "whether the LED is on") == 1
        limit = CURRENT_STEP * self._unit.ask_number(f"L? {self._channel}", "the current limit")
        if self._modulation is not None:
            driven = self._modulation.source.output_state()
            current = self._scale * max(0.0, driven.level or 0.0)
        else:
            current = CURRENT_STEP * self._unit.ask_number(f"CC? {self._channel}", "the current")
        return OutputState(on, self._calibration.irradiance(current) if on else 0.0, limit)

    def set_irradiance(self, irradiance: float) -> None:
        """Light the device plane steadily (W/m^2); 0 switches off."""
        check_irradiance(irradiance, self._capabilities.irradiance, self._unit.connection.name)
        if irradiance <= 0:
            self._switch(False)
            if self._modulation is not None:
                self._modulation.hold(0.0)
        elif self._modulation is not None:
            self._modulation.hold(self._voltage(irradiance))
            self._switch(True)
        else:
            current = self._calibration.current(irradiance)
            self._unit.set(f"CC {self._channel} {round(current / CURRENT_STEP)}")
            self._switch(True)

    def _voltage(self, irradiance: float) -> float:
        return self._calibration.current(irradiance) / self._scale

    def delivered_irradiance(self, irradiance: float) -> float:
        """Give the irradiance (W/m^2) that the nearest step of the current, or of the generator, comes to."""
        if self._modulation is not None:
            voltage = self._modulation.source.delivered_level(self._voltage(irradiance))
            return self._calibration.irradiance(voltage * self._scale)
        current = self._calibration.current(irradiance)
        return self._calibration.irradiance(round(current / CURRENT_STEP) * CURRENT_STEP)

    def _engine(self) -> Modulation:
        if self._modulation is None:
            raise PlanRefused(
                f"{self._unit.connection.name}: a DC4104 has no pulse engine",
                "let the PC switch longer pulses, or name a pulse generator under driven_by in bench.yaml",
            )
        return self._modulation

    def load_train(self, train: LightTrain) -> None:
        """Set up the generator that makes the pulses, light off.

        Raises PlanRefused without a generator.
        """
        check_irradiance(train.irradiance, self._capabilities.irradiance, self._unit.connection.name)
        self._engine().load(train, self._voltage(train.irradiance))
        self._switch(True)

    def start(self) -> None:
        """Begin the loaded train, or wait for the trigger line."""
        self._engine().start()

    def make_safe(self) -> None:
        """Switch the LED off and confirm it."""
        insist(self._unit.link, self._switch_off)

    def _switch_off(self) -> None:
        self._lit = False
        if self._modulation is not None:
            self._modulation.forget()
        self._unit.ask("E?")
        self._unit.set(f"O {self._channel} 0")
        if self._unit.ask_number(f"O? {self._channel}", "whether the LED is on") != 0:
            raise self._unit.fault("does not confirm that the light is off", "switch it off at the front panel")


def _describe(terminal: BenchTerminal, line_frequency: float) -> LightCapabilities:
    if not isinstance(terminal, OpticalTerminal):
        raise InstrumentError("a DC4104 serves optical terminals only", "correct bench.yaml")
    calibration = Calibration(terminal)
    driven = bool(terminal.driven_by)
    times = (MODULATED_TIME, Nanoseconds(1000 * SECOND)) if driven else (SWITCHED_TIME, NO_TIME)
    return LightCapabilities(
        model="Thorlabs DC4104",
        wavelength=terminal.wavelength,
        irradiance=calibration.largest(terminal.maximum_current),
        resolution=calibration.resolution(MODULATED_STEP if driven else CURRENT_STEP),
        relative_uncertainty=terminal.calibration_uncertainty,
        on_time=times,
        off_time=times,
        pulses=ANY_COUNT if driven else 0,
        edge=EDGE,
        source_document="Thorlabs DC4100/DC4104 operation manual rev. 2.2 and serial command list",
    )


def _open(
    connection: Connection, terminals: Mapping[str, BenchTerminal], clock: Clock
) -> "Mapping[str, ThorlabsDC4104]":
    lights: dict[str, OpticalTerminal] = {}
    for name, terminal in terminals.items():
        if not isinstance(terminal, OpticalTerminal) or terminal.channel not in CHANNELS:
            raise InstrumentError(
                f"{connection.name}: terminal {name} is no light on a channel from 0 to 3", "correct bench.yaml"
            )
        lights[name] = terminal
    modulations = {name: modulation_of(connection, terminal) for name, terminal in lights.items()}
    driven = {name for name, found in modulations.items() if found is not None}
    if driven and len(driven) < len(lights):
        raise InstrumentError(
            f"{connection.name}: only {', '.join(sorted(driven))} is driven by a generator, but the mode of a "
            "DC4104 is that of all its channels",
            "drive all lights of the unit by a generator, or none",
        )
    unit = DC4104Unit(connection)
    if len(lights) > 1:
        unit.set("SM 0")
    unit.set_mode(EXTERNAL if driven else CONSTANT_CURRENT)
    return {name: ThorlabsDC4104(unit, terminal, modulations[name]) for name, terminal in lights.items()}


THORLABS_DC4104 = Driver(
    name="thorlabs_dc4104",
    title="Thorlabs DC4104 and DC4100 four-channel LED drivers, serial",
    role="light source",
    models=("DC4104", "DC4100"),
    open=_open,
    describe=_describe,
)
