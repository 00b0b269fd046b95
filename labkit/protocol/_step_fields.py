"""What stands under the key of a step: its fields, with their units and limits."""

import re
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from labkit.core import NAME_PATTERN, UNKNOWN_KEY, did_you_mean
from labkit.protocol._values import (
    AnyExpression,
    AtLeast,
    Count,
    Current,
    Deviations,
    Frequency,
    HeatingRate,
    Level,
    Part,
    RampRate,
    Temperature,
    Time,
    ValueForm,
    Voltage,
)

Name = Annotated[str, Field(pattern=f"^{NAME_PATTERN}$")]
"""A word for a terminal, a mark, a loop or a parameter: small letters, digits and _."""

Mark = Annotated[str, Field(pattern=f"^({NAME_PATTERN})?$", description="the word that metrics find it by")]
TerminalName = Annotated[str, Field(description="one of `terminals`")]


class RampFields(Part):
    """What a ramp is."""

    terminal: TerminalName
    through: Annotated[tuple[Voltage, ...], AtLeast(2)] = Field(description="corner voltages, e.g. [0 V, 1 V, 0 V]")
    rate: RampRate = Field(description="V/s")
    step: Voltage | None = Field(None, description="largest step, one reading a step (linear)")
    spacing: Literal["linear", "logarithmic"] = "linear"
    per_decade: Count | None = Field(None, description="steps a decade (logarithmic)")
    mark: Mark = ""
    sample: tuple[TerminalName, ...] = Field(
        (), description="other terminals that take a reading at each step, at their held level"
    )

    @model_validator(mode="after")
    def _one_step_size(self) -> "RampFields":
        linear = self.spacing == "linear"
        if (self.step is not None) != linear or (self.per_decade is not None) == linear:
            raise ValueError("a linear ramp has a step (V), a logarithmic one has per_decade")
        return self


class PulseFields(Part):
    """What a pulse is."""

    terminal: TerminalName
    level: Level = Field(description="voltage, or irradiance at the device plane")
    width: Time
    edge: Time | None = Field(None, description="longest rise time accepted")
    mark: Mark = ""


class SampledPulseFields(PulseFields):
    """A pulse during which other terminals are read, too."""

    sample: tuple[TerminalName, ...] = Field(
        (), description="other terminals that are read during the pulse, at their held level"
    )


class ReadFields(Part):
    """What a read is."""

    terminal: TerminalName
    level: Voltage | None = Field(None, description="read voltage; without it, the held level")
    delay: Time | None = Field(None, description="from the level to the first reading")
    count: Count | None = Field(None, description="how many readings, 1 without it")
    current_range: Current | None = Field(
        None, description="largest current of this read, which then has a measure range of its own"
    )
    mark: Mark = ""


class TrainFields(Part):
    """What a train of equal pulses is; its loop gets a column in the timeline."""

    terminal: TerminalName
    level: Level
    width: Time
    count: Count
    interval: Time | None = Field(None, description="from the end of a pulse to the start of the next")
    period: Time | None = Field(None, description="from start to start, instead of `interval`")
    edge: Time | None = None
    mark: Mark = ""
    name: Name = Field("pulse", alias="as", description="name of the loop")
    read: ReadFields | None = Field(None, description="read after each pulse; `interval` begins after it")

    @model_validator(mode="after")
    def _one_spacing(self) -> "TrainFields":
        if (self.interval is None) == (self.period is None):
            raise ValueError("a train has either an interval (end to start) or a period (start to start)")
        if self.read is not None and self.period is not None:
            raise ValueError("a train with a read has an interval; how long a read takes is the instrument's matter")
        return self


class TimedPulse(PulseFields):
    """A pulse that starts at a time."""

    at: Time = Field(description="start, from the beginning of `together`")


class TogetherFields(Part):
    """Pulses of several terminals, and how long those of different terminals may overlap."""

    pulses: Annotated[tuple[TimedPulse, ...], AtLeast(1)]
    overlap: Time | None = Field(
        None, description="longest overlap of pulses of two terminals; 0 s refuses any, without it any is allowed"
    )


class RecordFields(Part):
    """How terminals are sampled: by `rate`, by `period`, or log-spaced by `first` and `per_decade`."""

    terminals: Annotated[tuple[TerminalName, ...], AtLeast(1)]
    rate: Frequency | None = None
    period: Time | None = None
    first: Time | None = Field(None, description="first log-spaced reading")
    per_decade: Count | None = Field(None, description="log-spaced readings a decade")
    mark: Mark = ""

    @model_validator(mode="after")
    def _one_sampling(self) -> "RecordFields":
        logarithmic = self.first is not None and self.per_decade is not None
        if (self.first is None) != (self.per_decade is None):
            raise ValueError("log-spaced sampling needs both `first` and `per_decade`")
        if sum((self.rate is not None, self.period is not None, logarithmic)) != 1:
            raise ValueError("a record has a rate, or a period, or `first` and `per_decade`")
        return self


class RepeatFields(Part):
    """How often, and the loop's name."""

    count: Count
    name: Name = Field("repeat", alias="as", description="name of the loop")


class LoopEndFields(Part):
    """When the values that are left are left out: the mean current of the latest read with a mark reaches a level."""

    read: Name = Field(description="mark of the read that decides; it stands among the steps")
    at_least: Current | None = Field(None, description="stop when the current is this or more")
    at_most: Current | None = Field(None, description="stop when the current is this or less")

    @model_validator(mode="after")
    def _one_level(self) -> "LoopEndFields":
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("until needs one of at_least and at_most")
        return self


class ForEachFields(Part):
    """A name with its values, and their order: `{interval: $intervals, order: random}`."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, ValueForm] = Field(init=False)

    order: Literal["given", "random", "reference", "both_ways"] = Field(
        "given",
        description="`reference`: the reference value first, after every so many values, and last; "
        "`both_ways`: as given, and back",
    )
    reference: AnyExpression | None = Field(None, description="the value that brackets the others")
    every: Count | None = Field(None, description="how many values between two references, 4 without it")
    until: LoopEndFields | None = Field(None, description="after which value the others are left out")

    @model_validator(mode="before")
    @classmethod
    def _one_name(cls, fields: object) -> object:
        names = [name for name in fields if name not in cls.model_fields] if isinstance(fields, dict) else []
        for name in names if len(names) > 1 else []:
            if near := did_you_mean(name, cls.model_fields):
                raise PydanticCustomError(UNKNOWN_KEY, "this key is not known{near}", {"near": near, "at": (name,)})
        if len(names) != 1:
            found = f"here are {', '.join(names)}" if names else "here is none"
            raise ValueError(f"for_each needs one name with its values, e.g. {{interval: $intervals}}; {found}")
        if not re.fullmatch(NAME_PATTERN, names[0]):
            raise PydanticCustomError("name", "a name is of small letters, digits and _", {"at": (names[0],)})
        return fields

    @model_validator(mode="after")
    def _reference_and_order(self) -> "ForEachFields":
        if (self.order == "reference") != (self.reference is not None):
            raise ValueError("`order: reference` and `reference: VALUE` go together")
        return self

    @property
    def name(self) -> str:
        """The loop's name, which is also what `$name` means inside."""
        return next(iter(self.__pydantic_extra__))

    @property
    def values(self) -> ValueForm:
        """The values as written."""
        return self.__pydantic_extra__[self.name]


class UntilFields(Part):
    """A closed loop: until the mean current of the latest read with a mark reaches a level, or that of another read."""

    read: Name = Field(description="mark of the read that decides; it stands among the steps")
    at_least: Current | None = Field(None, description="stop when the current is this or more")
    at_most: Current | None = Field(None, description="stop when the current is this or less")
    at_least_read: Name | None = Field(None, description="stop at that of the latest read with this mark, or more")
    at_most_read: Name | None = Field(None, description="stop at that of the latest read with this mark, or less")
    tries: Count = Field(description="give up after so many")
    name: Name = Field("until", alias="as", description="name of the loop")

    @model_validator(mode="after")
    def _one_level(self) -> "UntilFields":
        ends = (self.at_least, self.at_most, self.at_least_read, self.at_most_read)
        if sum(end is not None for end in ends) != 1:
            raise ValueError("until needs one of at_least, at_most, at_least_read and at_most_read")
        return self


class RelaxFields(Part):
    """When the baseline counts as restored."""

    terminal: TerminalName
    within: Deviations = Field(description="standard uncertainties between the two means")
    timeout: Time = Field(description="give up waiting; the run goes on with a warning")
    at_least: Time | None = Field(None, description="wait this long in any case")


class TemperatureFields(Part):
    """Which temperature, and when it counts as reached."""

    terminal: TerminalName
    setpoint: Temperature
    within: Temperature = Field(description="largest deviation from the setpoint, as a difference in K")
    dwell: Time = Field(description="how long it must have stayed within")
    timeout: Time = Field(description="give up waiting; the run goes on with a warning")
    rate: HeatingRate | None = Field(None, description="of the setpoint; without it, the fastest that the bench allows")
    mark: Mark = ""


class ExposeFields(Part):
    """Light through a mask on all cells of an array at once."""

    terminal: TerminalName
    mask: str | Annotated[tuple[str, ...], AtLeast(1)] = Field(
        description="`full`, a letter (x, t, l, h, o, c, u, n, z, i), rows of # and ., or a file of such rows"
    )
    level: Level = Field(description="irradiance where the mask is open")
    width: Time
    mark: Mark = ""


class ForEachDeviceFields(Part):
    """Which devices of the chip, and in which order."""

    devices: tuple[str, ...] | Literal["all"] = Field("all", description="cells of the bench's `switch`")
    order: Literal["given", "random"] = "given"
    count: Count | None = Field(None, description="only so many of the order: of a random one, a random part; 0 is all")
    sentinel: str | None = Field(
        None, description="the device to come back to: a cell, or `first` for the first of the order"
    )
    every: Count | None = Field(None, description="how many devices between two visits to the sentinel; 0 for none")
