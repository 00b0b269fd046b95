"""Thorlabs LEDD1B as a LightSource: an LED driver without an interface, on the output of a pulse generator.

There is nothing to ask and nothing to command: current limit and mode are set by hand and told in bench.yaml as options
(`current_limit: "1 A"`, `mode: modulation` or `trigger`); what the light does is what its generator does. All numbers
here are not verified: 1.2 A, a limit from 200 mA, 5 V for the limit's current, 5 kHz, TTL levels in mode `trigger`.
Checked against a simulation, not on hardware.
"""

from collections.abc import Mapping
from dataclasses import replace

from labkit.core import (
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
    quantity,
)
from labkit_drivers._calibration import Calibration, check_irradiance
from labkit_drivers._modulation import Modulation, modulation_of

LARGEST_CURRENT = 1.2
SMALLEST_LIMIT = 0.2
FULL_SCALE = 5.0
"""Modulation voltage (V) for the limit's current; also the high level that gates the light in mode `trigger`."""
CURRENT_STEP = 1e-4
"""Smallest change of the current (A) that the modulation input is trusted with."""
EDGE = Nanoseconds(70_000)
"""Rise time from 10 % to 90 %: 0.35 over the bandwidth of 5 kHz."""
SHORTEST = Nanoseconds(200_000)
"""A pulse about three rise times long has its level and its dose."""
ANY_COUNT = 1_000_000_000
MODES = ("modulation", "trigger")


class ThorlabsLEDD1B:
    """One LEDD1B with its LED, on a pulse generator."""

    def __init__(self, connection: Connection, terminal: OpticalTerminal, modulation: Modulation) -> None:
        self._connection = connection
        self._calibration = Calibration(terminal)
        self._capabilities = _describe(terminal, 50.0)
        self._modulation = modulation
        self._mode = str(connection.options.get("mode", MODES[0]))
        self._limit = self._stated_limit()
        if self._mode not in MODES:
            raise InstrumentError(
                f"{connection.name}: an LEDD1B has no mode {self._mode!r} that a generator drives",
                f"set the switch and the option mode to one of: {', '.join(MODES)}",
            )

    def _stated_limit(self) -> float:
        name = self._connection.name
        try:
            limit = quantity(str(self._connection.options.get("current_limit", "")), "current")
        except ValueError as error:
            raise InstrumentError(
                f"{name}: the current limit of an LEDD1B is set by hand, and bench.yaml does not tell it ({error})",
                'write options: {current_limit: "1 A"} with what its screw was set to',
            ) from error
        if not SMALLEST_LIMIT <= limit <= LARGEST_CURRENT:
            raise InstrumentError(
                f"{name}: current_limit {limit:g} A is not between {SMALLEST_LIMIT:g} and {LARGEST_CURRENT:g} A",
                "measure what the screw is set to, and write that",
            )
        needed = self._calibration.current(self._capabilities.irradiance)
        if needed > limit * (1 + 1e-9):
            raise InstrumentError(
                f"{name}: the screw allows {limit:g} A, but maximum_irradiance and calibration ask for {needed:g} A",
                "turn the current limit up and tell it in bench.yaml, or lower maximum_irradiance",
            )
        return limit

    @property
    def capabilities(self) -> LightCapabilities:
        """What the light can deliver at the device plane; the bench adds what its generator can."""
        return replace(self._capabilities, unfit=self._unfit)

    def _unfit(self, irradiance: float) -> PlanRefused | None:
        try:
            self._voltage(irradiance)
        except PlanRefused as refused:
            return refused
        return None

    def identity(self) -> Identity:
        """Tell what bench.yaml says of it: it cannot be asked."""
        settings = (("current_limit", f"{self._limit:g} A"), ("mode", self._mode))
        return Identity(self._connection.name, "thorlabs_ledd1b", "", "Thorlabs LEDD1B, without interface", settings)

    def check_errors(self) -> None:
        """Raise InstrumentError with what the generator reports."""
        self._modulation.source.check_errors()

    def close(self) -> None:
        """Do nothing: there is no connection."""

    def _voltage(self, irradiance: float) -> float:
        check_irradiance(irradiance, self._capabilities.irradiance, self._connection.name)
        current = self._calibration.current(irradiance)
        if self._mode == "trigger":
            return self._gate(irradiance, current)
        return current / self._limit * FULL_SCALE

    def _gate(self, irradiance: float, current: float) -> float:
        """In mode `trigger` the light is at the limit's current or off: only that irradiance can be had."""
        if irradiance > 0 and abs(current - self._limit) > 0.01 * self._limit:
            only = self._calibration.irradiance(self._limit)
            raise PlanRefused(
                f"{self._connection.name}: in mode trigger the light has {only:g} W/m^2, not {irradiance:g} W/m^2",
                "switch the LEDD1B to modulation, and tell it in bench.yaml",
            )
        return FULL_SCALE if irradiance > 0 else 0.0

    def output_state(self) -> OutputState:
        """Tell nothing: it cannot be asked. The state of its generator is told there."""
        return OutputState()

    def set_irradiance(self, irradiance: float) -> None:
        """Light the device plane steadily (W/m^2); 0 is off."""
        self._modulation.hold(0.0 if irradiance <= 0 else self._voltage(irradiance))

    def delivered_irradiance(self, irradiance: float) -> float:
        """Give the irradiance (W/m^2) that the generator's nearest level comes to."""
        voltage = self._modulation.source.delivered_level(self._voltage(irradiance))
        current = self._limit if self._mode == "trigger" else voltage / FULL_SCALE * self._limit
        return self._calibration.irradiance(current)

    def load_train(self, train: LightTrain) -> None:
        """Set up the generator that makes the pulses, light off."""
        self._modulation.load(train, self._voltage(train.irradiance))

    def start(self) -> None:
        """Begin the loaded train, or wait for the trigger line."""
        self._modulation.start()

    def make_safe(self) -> None:
        """Switch the generator off, and with it the light; the generator confirms it."""
        self._modulation.forget()
        self._modulation.source.make_safe()


def _describe(terminal: BenchTerminal, line_frequency: float) -> LightCapabilities:
    if not isinstance(terminal, OpticalTerminal):
        raise InstrumentError("an LEDD1B serves optical terminals only", "correct bench.yaml")
    calibration = Calibration(terminal)
    times = (SHORTEST, Nanoseconds(1000 * SECOND))
    return LightCapabilities(
        model="Thorlabs LEDD1B",
        wavelength=terminal.wavelength,
        irradiance=calibration.largest(min(LARGEST_CURRENT, terminal.maximum_current)),
        resolution=calibration.resolution(CURRENT_STEP),
        relative_uncertainty=terminal.calibration_uncertainty,
        on_time=times,
        off_time=times,
        pulses=ANY_COUNT,
        edge=EDGE,
        source_document="Thorlabs LEDD1B, numbers not verified",
    )


def _open(
    connection: Connection, terminals: Mapping[str, BenchTerminal], clock: Clock
) -> "Mapping[str, ThorlabsLEDD1B]":
    lights = {name: found for name, found in terminals.items() if isinstance(found, OpticalTerminal)}
    if len(terminals) != 1 or not lights:
        raise InstrumentError(
            f"{connection.name}: an LEDD1B drives one light, but serves the terminals {', '.join(terminals)}",
            "give each wavelength a light source of its own in bench.yaml",
        )
    ((name, terminal),) = lights.items()
    modulation = modulation_of(connection, terminal)
    if modulation is None:
        raise InstrumentError(
            f"{connection.name}: an LEDD1B has no interface, and terminal {name} is not driven by a generator",
            "name a terminal on a pulse generator under driven_by in bench.yaml",
        )
    return {name: ThorlabsLEDD1B(connection, terminal, modulation)}


THORLABS_LEDD1B = Driver(
    name="thorlabs_ledd1b",
    title="Thorlabs LEDD1B LED driver on a pulse generator",
    role="light source",
    models=("LEDD1B",),
    open=_open,
    describe=_describe,
)
