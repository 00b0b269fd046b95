"""Thorlabs DC2200 as a LightSource. Checked against simulated firmware, not on hardware.

The calibration of the bench turns the LED's current into irradiance at the device plane. Commands as in the SCPI
reference of the DC2200: `CCURENT` has one R. PWM, whose `FREQ` is spelled differently from firmware to firmware, is not
used: its pulses have no exact times.

The brightness of pulses is in steps of 0.1 % of the current limit, too coarse for weak light under the limit that the
LED bears. So the limit is set to the level's own current for pulses, and read back: brightness is then near 100 %.
With `driven_by` a generator gates the light (mode TTL), at a current with the resolution of the constant-current mode.
"""

from collections.abc import Mapping
from math import nan

from pymeasure.instruments import Instrument, SCPIMixin

from labkit.core import (
    SECOND,
    BenchTerminal,
    Check,
    Clock,
    Connection,
    Driver,
    Finding,
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

CURRENT_RESOLUTION = 1e-4
"""Step of the constant-current setting (A)."""
BRIGHTNESS_STEP = 0.1
"""Step of the brightness setting (% of the limit)."""
LARGEST_DEVIATION = 0.02
"""How far a pulse's current may be from what was asked, where the unit's limit has coarser steps than told here."""
GATE = 5.0
"""TTL level (V) that lets the light shine."""
GATED_TIMES = (Nanoseconds(10_000), Nanoseconds(1000 * SECOND))
ANY_COUNT = 1_000_000_000
"""A gated light makes as many pulses as its generator."""
TERMINALS = ("1", "2")
ON_TIME = (Nanoseconds(1_000), Nanoseconds(10_000_000_000))
PULSES = 1000
EDGE = Nanoseconds(5_000)
"""Rise time of the LED current; an assumption within the 250 kHz small-signal bandwidth of the modulation input."""


class DC2200Commands(SCPIMixin, Instrument):
    """The DC2200's SCPI as a table of properties."""

    def __init__(self, adapter: Link, name: str = "Thorlabs DC2200") -> None:
        super().__init__(adapter, name)  # type: ignore[no-untyped-call] # pymeasure has no annotations here

    mode = Instrument.control("SOUR1:MOD?", "SOUR1:MOD %s", """Control the mode: CC, CB, PWM, PULS or TTL.""", cast=str)
    current_limit = Instrument.control(
        "SOUR1:CURR:LIM?", "SOUR1:CURR:LIM %.6g", """Control the user's current limit (A)."""
    )
    constant_current = Instrument.control(
        "SOUR1:CCUR:CURR?", "SOUR1:CCUR:CURR %.6g", """Control the LED current in mode CC (A)."""
    )
    gated_current = Instrument.control(
        "SOUR1:TTL:CURR?", "SOUR1:TTL:CURR %.6g", """Control the LED current while the gate is high, mode TTL (A)."""
    )
    led_terminal = Instrument.control(
        "OUTP1:TERM?",
        "OUTP1:TERM %d",
        """Control which connector the LED is on: 1 or 2.""",
        cast=int,
    )
    pulse_brightness = Instrument.control(
        "SOUR1:PULS:BRIG?", "SOUR1:PULS:BRIG %.6g", """Control the brightness of pulses (% of the current limit)."""
    )
    pulse_on_time = Instrument.control(
        "SOUR1:PULS:ONT?", "SOUR1:PULS:ONT %.9g", """Control the on time of a pulse (s)."""
    )
    pulse_off_time = Instrument.control(
        "SOUR1:PULS:OFFT?", "SOUR1:PULS:OFFT %.9g", """Control the off time between pulses (s)."""
    )
    pulse_count = Instrument.control("SOUR1:PULS:COUN?", "SOUR1:PULS:COUN %d", """Control how many pulses are made.""")
    output = Instrument.control(
        "OUTP1:STAT?",
        "OUTP1:STAT %d",
        """Control whether the LED is on (bool).""",
        values={True: 1, False: 0},
        map_values=True,
    )


class ThorlabsDC2200(ScpiRole):
    """One DC2200 with its LED head."""

    def __init__(self, connection: Connection, terminal: OpticalTerminal, modulation: Modulation | None) -> None:
        link = Link(connection)
        self._commands = DC2200Commands(link, connection.name)
        super().__init__(connection, link, self._commands, "look at the display of the DC2200")
        self._terminal = terminal
        self._modulation = modulation
        self._calibration = Calibration(terminal)
        self._capabilities = _describe(terminal, 50.0)
        self._check_identity()
        self._commands.write("*CLS")
        self._commands.output = False
        self._mode = ""
        self._train: LightTrain | None = None
        self._limit = 0.0
        self._choose_terminal(int(terminal.channel))
        self._set_steady_limit()

    @property
    def capabilities(self) -> LightCapabilities:
        """What the light can deliver at the device plane; the bench adds what a generator that gates it can."""
        return self._capabilities

    def _check_identity(self) -> None:
        self._idn = self._ask("*IDN?")
        if "DC2200" not in self._idn:
            raise self._error(f"is {self._idn!r}, not a DC2200", "correct the driver or the address in bench.yaml")

    def identity(self) -> Identity:
        """Ask who it is, and the settings in force."""
        self._check_identity()
        settings = self._ask_all(("SOUR1:CURR:LIM?", "SOUR1:MOD?", "OUTP1:TERM?"))
        return Identity(self._connection.name, "thorlabs_dc2200", self._connection.address, self._idn, settings)

    def _choose_terminal(self, number: int) -> None:
        self._commands.led_terminal = number
        if self._ask_number("OUTP1:TERM?", "the LED terminal") != number:
            raise self._error(f"does not switch to terminal LED{number}", "choose it on the display of the DC2200")

    def _set_limit(self, limit: float) -> float:
        """Set the current limit (A) and give the one in force."""
        self._limit = nan  # until it is known: what ends this early must not leave a limit that counts as another
        self._commands.current_limit = limit
        in_force = self._ask_number("SOUR1:CURR:LIM?", "the current limit")
        # The unit clips without a word when the head's own limit is lower; the calibration would then be wrong.
        if limit == self._terminal.maximum_current and abs(in_force - limit) > CURRENT_RESOLUTION:
            raise self._error(
                f"has a current limit of {in_force:g} A where {limit:g} A was set",
                "set maximum_current in bench.yaml to what the LED head bears",
            )
        self.check_errors()
        self._limit = limit
        return in_force

    def _set_steady_limit(self) -> None:
        """Have the bench's limit in force, for a current that is told in A."""
        if self._limit != self._terminal.maximum_current:
            self._set_limit(self._terminal.maximum_current)

    def _set_mode(self, mode: str) -> None:
        if self._mode != mode:
            self._commands.output = False
            self._commands.mode = mode
            self._mode = mode
            self._train = None

    def _current(self, irradiance: float) -> float:
        """Give the current (A) for an irradiance, in steps of the setting.

        Raises LimitExceeded above the limits.
        """
        check_irradiance(irradiance, self._capabilities.irradiance, self._connection.name)
        return round(self._calibration.current(irradiance) / CURRENT_RESOLUTION) * CURRENT_RESOLUTION

    def output_state(self) -> OutputState:
        """Ask for output, current and current limit; behind a gate the light shines only while that is high."""
        on = self._ask_number("OUTP1:STAT?", "the output state") == 1
        limit = self._ask_number("SOUR1:CURR:LIM?", "the current limit")
        limited = self._ask_number("SOUR1:CURR:LIM:TRIP?", "whether the limit holds") == 1
        return OutputState(on, self._calibration.irradiance(self._current_set(limit)) if on else 0.0, limit, limited)

    def _current_set(self, limit: float) -> float:
        """Ask for the current (A) of the mode in force, under a limit (A)."""
        if self._mode == "PULS":
            return self._ask_number("SOUR1:PULS:BRIG?", "the brightness") / 100 * limit
        query = "SOUR1:TTL:CURR?" if self._mode == "TTL" else "SOUR1:CCUR:CURR?"
        return self._ask_number(query, "the current")

    def set_irradiance(self, irradiance: float) -> None:
        """Light the device plane steadily (W/m^2); 0 switches off."""
        current = self._current(irradiance)
        if irradiance <= 0:
            self._commands.output = False
            return
        self._set_mode("CC")
        self._set_steady_limit()
        self._commands.constant_current = current
        self._commands.output = True
        self.check_errors()

    def delivered_irradiance(self, irradiance: float) -> float:
        """Give the irradiance (W/m^2) that the nearest step of the current comes to."""
        return self._calibration.irradiance(self._current(irradiance))

    def load_train(self, train: LightTrain) -> None:
        """Set up the pulse engine, or the generator that gates the light; light off.

        Raises PlanRefused for light too weak for the steps of the unit.
        """
        current = self._current(train.irradiance)
        if self._modulation is not None:
            self._load_gated(train, current, self._modulation)
            return
        self._set_mode("PULS")
        self._commands.output = False
        if train == self._train:
            return
        self._train = None
        self._commands.pulse_brightness = self._brightness(current, self._set_limit(current))
        self._commands.pulse_on_time = train.on_time / 1e9
        self._commands.pulse_off_time = train.off_time / 1e9
        self._commands.pulse_count = train.count
        self.check_errors()
        self._train = train

    def _brightness(self, current: float, limit: float) -> float:
        """Give the brightness (%) that makes a current of a limit in force (both A)."""
        wanted = 100 * current / limit if limit > 0 else 100.0
        brightness = min(100.0, round(wanted / BRIGHTNESS_STEP) * BRIGHTNESS_STEP)
        if abs(brightness * limit / 100 - current) > LARGEST_DEVIATION * current:
            raise PlanRefused(
                f"{self._connection.name}: {current:g} A is too weak for pulses: the limit went to {limit:g} A",
                "put a neutral-density filter before the light and calibrate again, or raise the irradiance",
            )
        return brightness

    def _load_gated(self, train: LightTrain, current: float, modulation: Modulation) -> None:
        self._set_mode("TTL")
        modulation.load(train, GATE)
        self._set_steady_limit()
        self._commands.gated_current = current
        self._commands.output = True
        self.check_errors()

    def start(self) -> None:
        """Begin the loaded train; one of a generator may wait for its trigger line."""
        if self._modulation is not None:
            self._modulation.start()
        else:
            self._commands.output = True

    def checks(self) -> tuple[Check, ...]:
        """Ask for the interlock and the LED head, the light off."""
        tripped = self._ask_number("OUTP1:PROT:INTL:TRIP?", "the interlock") != 0
        if tripped:
            return (Check("interlock", Finding.WRONG, "open", "close the interlock at the rear of the DC2200"),)
        return (Check("interlock", Finding.RIGHT, "closed"),)

    def make_safe(self) -> None:
        """Switch the light off and confirm it."""
        insist(self._link, self._switch_off)

    def _switch_off(self) -> None:
        if self._modulation is not None:
            self._modulation.forget()
        self._commands.output = False
        if self._ask_number("OUTP1:STAT?", "the output state") != 0:
            raise self._error("does not confirm that the light is off", "switch it off at the front panel")


def _describe(terminal: BenchTerminal, line_frequency: float) -> LightCapabilities:
    if not isinstance(terminal, OpticalTerminal):
        raise InstrumentError("a DC2200 serves optical terminals only", "correct bench.yaml")
    calibration = Calibration(terminal)
    gated = bool(terminal.driven_by)
    return LightCapabilities(
        model="Thorlabs DC2200",
        wavelength=terminal.wavelength,
        irradiance=calibration.largest(terminal.maximum_current),
        resolution=calibration.resolution(CURRENT_RESOLUTION),
        relative_uncertainty=terminal.calibration_uncertainty,
        on_time=GATED_TIMES if gated else ON_TIME,
        off_time=GATED_TIMES if gated else ON_TIME,
        pulses=ANY_COUNT if gated else PULSES,
        edge=EDGE,
        source_document="Thorlabs DC2200 operation manual and SCPI reference",
    )


def _open(
    connection: Connection, terminals: Mapping[str, BenchTerminal], clock: Clock
) -> "Mapping[str, ThorlabsDC2200]":
    if len(terminals) != 1:
        raise InstrumentError(
            f"{connection.name}: a DC2200 drives one light, but serves the terminals {', '.join(terminals)}",
            "give each wavelength a light source of its own in bench.yaml",
        )
    ((name, terminal),) = terminals.items()
    if not isinstance(terminal, OpticalTerminal) or terminal.channel not in TERMINALS:
        raise InstrumentError(
            f"{connection.name}: terminal {name} is no light on channel 1 (LED1) or 2 (LED2)",
            "correct bench.yaml",
        )
    return {name: ThorlabsDC2200(connection, terminal, modulation_of(connection, terminal))}


THORLABS_DC2200 = Driver(
    name="thorlabs_dc2200",
    title="Thorlabs DC2200 LED driver, SCPI",
    role="light source",
    models=("DC2200",),
    open=_open,
    describe=_describe,
)
