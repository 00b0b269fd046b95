"""A bench used by hand: one channel at a time, within the limits of the bench."""

from collections.abc import Mapping
from dataclasses import dataclass

from labkit.app._bench_state import Reading, instrument_of, read_terminal
from labkit.app._manual_limits import check_aperture, check_current, check_level, check_pulse, check_width
from labkit.app._manual_routes import check_routes
from labkit.core import (
    Bench,
    Capabilities,
    Crosspoint,
    ElectricalTerminal,
    InstrumentError,
    LabkitError,
    LightTrain,
    Nanoseconds,
    Output,
    PulseTrain,
    SourceMeterSetting,
    SwitchMatrix,
    nanoseconds,
)
from labkit.engine import BenchSession


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """A voltage (V) to source, with its compliance (A).

    `current_range` (A) is the largest current that is expected, by default the compliance; `aperture` (s) how long a
    reading integrates, by default one line cycle.
    """

    level: float
    compliance: float
    current_range: float | None = None
    aperture: float | None = None


class ManualBench:
    """The channels of an open bench, each used by hand.

    What is beyond a limit of the bench is refused before anything is sent, with LimitExceeded; every method raises
    InstrumentError for an instrument that does not do as it is told.
    """

    def __init__(self, session: BenchSession) -> None:
        self._session = session
        self._settings: dict[str, SourceMeterSetting] = {}

    @property
    def bench(self) -> Bench:
        """The bench that is open."""
        return self._session.bench

    @property
    def capabilities(self) -> Mapping[str, Capabilities]:
        """What each terminal's channel can deliver, as the open instruments tell."""
        return self._session.capabilities

    def source(self, terminal: str, request: SourceRequest) -> Reading:
        """Bring a terminal to a voltage at its ramp rate, its output on, and take a reading.

        The voltage range is that of the bench's limit: it never changes under a device.
        """
        entry, meter = self._electrical(terminal), self._session.source_meters[terminal]
        check_level(terminal, request.level, entry.maximum_voltage, "V", "maximum_voltage")
        check_current(terminal, request.compliance, entry.maximum_current)
        able = meter.capabilities
        check_aperture(terminal, request.aperture, able.apertures)
        setting = SourceMeterSetting(
            min(entry.maximum_voltage, able.source_voltage[-1].full_scale),
            min(request.current_range or request.compliance, request.compliance),
            request.compliance,
            request.aperture or 1 / able.line_frequency,
        )
        on = meter.output_state().on
        if not on or self._settings.get(terminal) != setting:
            self._settings.pop(terminal, None)
            meter.configure(setting)
            self._settings[terminal] = setting
        if not on:
            meter.enable_output()
        meter.ramp_to(request.level, entry.ramp_rate)
        return self.read(terminal)

    def read(self, terminal: str) -> Reading:
        """Take one reading of a terminal. Raises LabkitError while its output is off."""
        self._electrical(terminal)
        if self._session.source_meters[terminal].output_state().on is not True:
            raise LabkitError(f"the output of {terminal} is off", "source a voltage first; 0 V will do")
        return read_terminal(self._session, terminal)

    def switch_off(self, terminal: str) -> None:
        """Bring a channel to zero and switch it off, confirmed."""
        self._settings.pop(terminal, None)
        self._role(terminal).make_safe()

    def pulse(self, terminal: str, level: float, width: float) -> None:
        """Make one pulse from 0 V to a level (V at the device), of a width (s), on a pulse generator."""
        source = self._session.pulse_sources[terminal]
        able = source.capabilities
        check_level(terminal, level, able.voltage, "V", "maximum_voltage")
        check_pulse(terminal, level, able)
        check_width(terminal, width, able.width)
        if not source.output_state().on:
            source.enable_output()
        length = nanoseconds(width)
        source.load_train(PulseTrain(0.0, source.delivered_level(level), length, Nanoseconds(2 * length)))
        source.start()

    def light(self, terminal: str, irradiance: float) -> None:
        """Light the device plane steadily (W/m^2); 0 is off."""
        light = self._session.lights[terminal]
        check_level(terminal, irradiance, light.capabilities.irradiance, "W/m^2", "maximum_irradiance", least=0.0)
        light.set_irradiance(irradiance)

    def light_pulse(self, terminal: str, irradiance: float, width: float) -> None:
        """Make one pulse of light (W/m^2), of a width (s): by the light's own engine where it has one."""
        light, clock = self._session.lights[terminal], self._session.clock
        able = light.capabilities
        check_level(terminal, irradiance, able.irradiance, "W/m^2", "maximum_irradiance", least=able.resolution)
        check_width(terminal, width, able.on_time if able.pulses else (able.on_time[0], nanoseconds(60.0)))
        if able.pulses:
            light.load_train(LightTrain(irradiance, nanoseconds(width), able.off_time[0], 1))
            light.start()
            return
        try:
            light.set_irradiance(irradiance)
            clock.sleep_until(Nanoseconds(clock.now() + nanoseconds(width)))
        finally:
            light.set_irradiance(0.0)

    def close_crosspoints(self, closed: frozenset[Crosspoint]) -> None:
        """Leave exactly these relays closed. Raises LabkitError for routes that are forbidden, or outputs that are on.

        Relays are switched cold: no source may be on.
        """
        matrix = self._matrix()
        check_routes(self.bench, closed)
        on = [name for name in self.bench.terminals if name not in self._unwired() and self._is_on(name)]
        if on:
            raise LabkitError(
                f"the output of {', '.join(on)} is on, and relays that switch a voltage wear",
                f"switch {' and '.join(on)} off first",
            )
        matrix.connect(closed)

    def join(self, device: str) -> frozenset[Crosspoint]:
        """Join every terminal to a device of the chip, and give the relays that are closed for it."""
        if self.bench.switch is None or device not in self.bench.switch.wiring():
            raise LabkitError(f"the switch reaches no device {device}", "choose one of its devices")
        from labkit.engine import device_crosspoints  # loads the plan; see joined_devices

        needed = device_crosspoints(self.bench, device, self.bench.switch.rows)
        self.close_crosspoints(needed)
        return needed

    def set_temperature(self, terminal: str, setpoint: float, rate: float) -> None:
        """Go to a temperature (K) at a rate (K/s) and stay there; returns at once."""
        self._session.stages[terminal].set_temperature(setpoint, rate)

    def _electrical(self, terminal: str) -> ElectricalTerminal:
        return self.bench.electrical()[terminal]

    def _role(self, terminal: str) -> Output:
        role = self._session.roles[terminal]
        if isinstance(role, SwitchMatrix):
            raise LabkitError(f"{terminal} has no output", "open its relays")
        return role

    def _matrix(self) -> SwitchMatrix:
        if self._session.switch is None:
            raise InstrumentError("the bench has no switch", "write one under `switch` in bench.yaml")
        return self._session.switch

    def _unwired(self) -> set[str]:
        """Name the terminals that no relay carries: light and heat, what is grounded, what is past the matrix."""
        bench = self.bench
        rows = {} if bench.switch is None else bench.switch.rows
        return {name for name in bench.terminals if name not in rows or not instrument_of(bench, name)}

    def _is_on(self, terminal: str) -> bool:
        return self._role(terminal).output_state().on is not False
