"""What a channel of a bench can do, and how well: the roles that drivers fill and the engine calls."""

from collections import abc
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from labkit.core._errors import PlanRefused
from labkit.core._output_state import OutputState
from labkit.core._samples import IntArray, Samples
from labkit.core._sequence import Sequence
from labkit.core._time import Nanoseconds


@dataclass(frozen=True, slots=True)
class Range:
    """One range of a source or a meter.

    `full_scale` and `resolution` (V or A). Accuracy is +-(gain x reading + offset), one year, from the data sheet:
    `gain` (a fraction), `offset` (V or A). `noise` (V or A) is the rms noise at an aperture of one line cycle,
    `settling` (s) the time to reach the final value.
    """

    full_scale: float
    resolution: float
    gain: float
    offset: float
    noise: float = 0.0
    settling: float = 0.0


@dataclass(frozen=True, slots=True)
class SourceMeterCapabilities:
    """What a source-measure channel can deliver, from its specifications.

    Ranges are in rising order. `overrange` (a factor) of full scale still reads. `compliance_current` (A) and
    `compliance_voltage` (V) are smallest and largest. Times: `shortest_step` is the shortest dwell, `time_resolution`
    its grain, `reading_overhead` what one reading takes beyond its aperture. `apertures` (s) is shortest and longest at
    the present `line_frequency` (Hz). `buffer` counts readings, `written_steps` the steps that one sequence may write
    down. `trigger_output` tells whether a step can put a pulse on a trigger line.
    With `one_pace` a sequence must fit a grid of time (`sequence_pace`) of at most `written_steps` points, at each of
    which the channel sources a level and takes one reading. `unfit` gives the reason why a sequence does not fit the
    channel's memory, at an aperture (ns) and from a present level (V), or None; without it the counts above tell all.
    `alone` gives likewise why no other channel of the instrument can run beside a sequence, or None.
    `interlock_voltage` (V) is the largest magnitude with an open interlock, `interlock` whether it is closed; None
    where nobody has told.
    """

    model: str
    source_voltage: tuple[Range, ...]
    source_current: tuple[Range, ...]
    measure_voltage: tuple[Range, ...]
    measure_current: tuple[Range, ...]
    overrange: float
    compliance_current: tuple[float, float]
    compliance_voltage: tuple[float, float]
    shortest_step: Nanoseconds
    time_resolution: Nanoseconds
    reading_overhead: Nanoseconds
    apertures: tuple[float, float]
    line_frequency: float
    buffer: int
    written_steps: int
    source_document: str
    trigger_output: bool = False
    one_pace: bool = False
    interlock_voltage: float = float("inf")
    interlock: bool | None = None
    unfit: "Unfit | None" = field(default=None, compare=False, repr=False)
    alone: "Unfit | None" = field(default=None, compare=False, repr=False)


Unfit = Callable[[Sequence, Nanoseconds, float], PlanRefused | None]
"""Why a sequence, at an aperture (ns) and from a present level (V), is not possible; None when it is."""


@dataclass(frozen=True, slots=True)
class SourceMeterSetting:
    """How a channel sources voltage and measures current while a block runs.

    `voltage_range` (V) and `current_range` (A) are the largest magnitudes expected; the driver takes the smallest range
    that holds them and stays on it. `compliance` (A) is the current limit, `aperture` (s) the integration time.
    """

    voltage_range: float
    current_range: float
    compliance: float
    aperture: float


@dataclass(frozen=True, slots=True)
class Identity:
    """Who an instrument says it is, and the settings worth keeping with the data."""

    name: str
    driver: str
    address: str
    idn: str
    settings: tuple[tuple[str, str], ...] = ()


@runtime_checkable
class Instrument(Protocol):
    """What every instrument of a bench answers to."""

    def identity(self) -> Identity:
        """Ask who it is and how it is set.

        Raises InstrumentError when it is another model or speaks another language.
        """
        ...

    def check_errors(self) -> None:
        """Raise InstrumentError with everything that stands in the instrument's error queue."""
        ...

    def make_safe(self) -> None:
        """Bring the outputs to zero, switch them off, and confirm it.

        Raises InstrumentError when the off state cannot be confirmed.
        """
        ...

    def close(self) -> None:
        """Give up the connection, leaving the outputs as they are."""
        ...


@runtime_checkable
class Output(Instrument, Protocol):
    """What every channel that puts something on the device answers to."""

    def output_state(self) -> OutputState:
        """Ask what the output does now, changing nothing. Raises InstrumentError."""
        ...


@runtime_checkable
class SourceMeter(Output, Protocol):
    """A channel that sources voltage and measures current, point by point or by itself from its own memory."""

    @property
    def capabilities(self) -> SourceMeterCapabilities:
        """What the channel can deliver."""
        ...

    def configure(self, setting: SourceMeterSetting) -> None:
        """Set function, ranges, aperture and compliance, output unchanged; compliance is read back and compared.

        Raises LimitExceeded or InstrumentError.
        """
        ...

    def enable_output(self) -> None:
        """Switch the output on, at 0 V."""
        ...

    def set_level(self, level: float) -> None:
        """Source a voltage (V) from now on."""
        ...

    def ramp_to(self, level: float, rate: float) -> None:
        """Bring the source to a voltage (V) at a rate (V/s)."""
        ...

    def measure(self) -> tuple[float, float, int]:
        """Take one reading now: voltage (V), current (A), SampleStatus bits."""
        ...

    def load(self, sequence: Sequence) -> None:
        """Write a sequence into the instrument's memory, ready to start.

        Raises PlanRefused when it does not fit.
        """
        ...

    def start(self) -> None:
        """Begin the loaded sequence, returning at once."""
        ...

    def finished(self) -> bool:
        """Tell whether the started sequence has ended."""
        ...

    def fetch(self) -> Samples:
        """Read back all readings of the sequence; `time` counts from its first edge."""
        ...

    def abort(self) -> None:
        """Stop a running sequence, leaving the output on at its present level."""
        ...


@runtime_checkable
class StartsTogether(Protocol):
    """What a SourceMeter answers to besides when channels of its instrument can begin at one command, without skew."""

    def starts_with(self, other: SourceMeter) -> bool:
        """Tell whether one command can begin the loaded sequences of both."""
        ...

    def start_together(self, others: abc.Sequence[SourceMeter]) -> None:
        """Begin the loaded sequences of this channel and of `others` at one command, returning at once."""
        ...


@runtime_checkable
class TellsEdges(Protocol):
    """What a SourceMeter answers to besides when its levels change on a timer, whatever its readings do."""

    def edges(self) -> IntArray | None:
        """Tell when each step of the sequence that was fetched began, and when the last one ended.

        Times in ns from the first edge, one for each step in the order of `sequence_steps`, and one more. None where
        only the readings tell.
        """
        ...


@dataclass(frozen=True, slots=True)
class LightCapabilities:
    """What a light source can deliver at the device plane.

    `wavelength` (m); `irradiance` (W/m^2) is the largest with the calibration and the limits in force; `resolution`
    (W/m^2) the step of the current setting; `on_time`, `off_time` the shortest and longest that the pulse engine makes;
    `pulses` its largest count; `relative_uncertainty` (a fraction, k=1) is that of the calibration. `edge` is the rise
    time. `trigger_input` tells whether an edge on a trigger line can start a train. `unfit` gives the reason why the
    light has no such irradiance (W/m^2), or None; without it the bounds above tell all.
    """

    model: str
    wavelength: float
    irradiance: float
    resolution: float
    relative_uncertainty: float
    on_time: tuple[Nanoseconds, Nanoseconds]
    off_time: tuple[Nanoseconds, Nanoseconds]
    pulses: int
    edge: Nanoseconds
    source_document: str
    trigger_input: bool = False
    unfit: Callable[[float], PlanRefused | None] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class LightTrain:
    """Equal light pulses that a light source makes by itself: `irradiance` (W/m^2), on and off time, count.

    With `external` an edge on the trigger line is a start, else a command is.
    """

    irradiance: float
    on_time: Nanoseconds
    off_time: Nanoseconds
    count: int
    external: bool = False


@runtime_checkable
class LightSource(Output, Protocol):
    """A light on one wavelength, steady or pulsed by its own engine."""

    @property
    def capabilities(self) -> LightCapabilities:
        """What the light can deliver."""
        ...

    def set_irradiance(self, irradiance: float) -> None:
        """Light the device plane steadily (W/m^2); 0 is off."""
        ...

    def delivered_irradiance(self, irradiance: float) -> float:
        """Give what a setting of `irradiance` (W/m^2) comes to after the rounding of the instrument."""
        ...

    def load_train(self, train: LightTrain) -> None:
        """Set up the pulse engine, light off, ready to start."""
        ...

    def start(self) -> None:
        """Begin the loaded train, returning at once."""
        ...
