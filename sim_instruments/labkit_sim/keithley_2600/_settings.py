"""Settings of one channel, as after `smuX.reset()`."""

from dataclasses import dataclass, field

from labkit_sim.keithley_2600._models import Model

DC_AMPS, DC_VOLTS = 0, 1
OFF_NORMAL, OFF_ZERO, OFF_HIGH_Z = 0, 1, 2
AUTOZERO_OFF, AUTOZERO_ONCE, AUTOZERO_AUTO = 0, 1, 2
FILTER_MOVING, FILTER_REPEAT, FILTER_MEDIAN = 0, 1, 2
DELAY_OFF, DELAY_AUTO = 0.0, -1.0


@dataclass(slots=True)
class Function:
    """Sourcing voltage or current: level, range (full scale), autorange and its lowest range (all V or A)."""

    full_scale: float
    lowest: float
    level: float = 0.0
    auto_range: bool = True


@dataclass(slots=True)
class Source:
    """What the source is set to. A `power_limit` of 0 is none."""

    voltage: Function
    current: Function
    voltage_limit: float
    current_limit: float
    power_limit: float = 0.0
    function: int = DC_VOLTS
    output: bool = False
    off_mode: int = OFF_NORMAL
    delay: float = DELAY_OFF
    high_capacitance: bool = False

    @property
    def active(self) -> Function:
        """The function that is sourced."""
        return self.voltage if self.function == DC_VOLTS else self.current


@dataclass(slots=True)
class Meter:
    """How one quantity is measured; `relative` is subtracted where `relative_on`."""

    full_scale: float
    lowest: float
    auto_range: bool = True
    relative: float = 0.0
    relative_on: bool = False


@dataclass(slots=True)
class Measure:
    """What the meter is set to."""

    voltage: Meter
    current: Meter
    power_line_cycles: float = 1.0
    auto_zero: int = AUTOZERO_AUTO
    count: int = 1
    interval: float = 0.0
    delay: float = DELAY_OFF
    delay_factor: float = 1.0
    filter_on: bool = False
    filter_count: int = 1
    filter_type: int = FILTER_REPEAT
    remote_sense: bool = False
    relatives: dict[str, tuple[bool, float]] = field(default_factory=dict)


def default_source(model: Model) -> Source:
    """Give the source's settings after a reset."""
    voltage, current = model.source_voltage[0].full_scale, model.source_current[0].full_scale
    return Source(
        Function(voltage, voltage),
        Function(current, current),
        model.default_voltage_limit,
        model.default_current_limit,
    )


def default_measure(model: Model) -> Measure:
    """Give the meter's settings after a reset."""
    voltage, current = model.measure_voltage[0].full_scale, model.measure_current[0].full_scale
    lowest = current if model.measure_delay_auto else 100e-9
    delay = DELAY_AUTO if model.measure_delay_auto else DELAY_OFF
    return Measure(Meter(voltage, voltage), Meter(0.1, lowest), delay=delay)
