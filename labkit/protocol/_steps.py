"""The steps of a protocol as typed data: each is a mapping with one key that says what it is."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from labkit.core import did_you_mean
from labkit.protocol._step_fields import (
    ExposeFields,
    ForEachDeviceFields,
    ForEachFields,
    RampFields,
    ReadFields,
    RecordFields,
    RelaxFields,
    RepeatFields,
    SampledPulseFields,
    TemperatureFields,
    TimedPulse,
    TogetherFields,
    TrainFields,
    UntilFields,
)
from labkit.protocol._values import (
    AtLeast,
    Count,
    Level,
    Part,
    Time,
)


class HoldStep(Part):
    """Set terminals to levels that stay."""

    hold: Annotated[dict[str, Level], AtLeast(1)] = Field(description="terminal to level")


class RampStep(Part):
    """Go through corner voltages in equal steps, with one reading a step."""

    ramp: RampFields


class PulseStep(Part):
    """A rectangular excursion from the held level and back."""

    pulse: SampledPulseFields


class ReadStep(Part):
    """Take readings at a level."""

    read: ReadFields


class TrainStep(Part):
    """Equal pulses, one after another."""

    train: TrainFields


def _together_form(value: object) -> str:
    return "<fields>" if isinstance(value, dict | TogetherFields) else "<pulses>"


class TogetherStep(Part):
    """Pulses of several terminals on one time base: `together: [...]`, or `together: {pulses: [...], overlap: 0 s}`."""

    together: Annotated[
        Annotated[tuple[TimedPulse, ...], AtLeast(1), Tag("<pulses>")] | Annotated[TogetherFields, Tag("<fields>")],
        Discriminator(_together_form),
    ]

    @property
    def fields(self) -> TogetherFields:
        """The long form."""
        found = self.together
        return found if isinstance(found, TogetherFields) else TogetherFields(pulses=found)


class WaitStep(Part):
    """Let time pass at the held levels."""

    wait: Time


class RecordStep(Part):
    """Sample terminals continuously while the steps go on."""

    record: RecordFields
    steps: "Steps"


def _repeat_form(value: object) -> str:
    return "<counted>" if isinstance(value, dict | RepeatFields) else "<count>"


class RepeatStep(Part):
    """The same steps several times: `repeat: 10`, or `repeat: {count: 10, as: cycle}`."""

    repeat: Annotated[
        Annotated[Count, Tag("<count>")] | Annotated[RepeatFields, Tag("<counted>")], Discriminator(_repeat_form)
    ]
    steps: "Steps"

    @property
    def fields(self) -> RepeatFields:
        """The long form."""
        return self.repeat if isinstance(self.repeat, RepeatFields) else RepeatFields(count=self.repeat)


class ForEachStep(Part):
    """The same steps for each of several values."""

    for_each: ForEachFields
    steps: "Steps"


class UntilStep(Part):
    """Repeat steps until a current is reached."""

    until: UntilFields
    steps: "Steps"


class RelaxStep(Part):
    """Wait until the baseline is restored."""

    relax: RelaxFields


class TemperatureStep(Part):
    """Bring the device to a temperature, and wait until it has settled."""

    temperature: TemperatureFields


class RouteStep(Part):
    """Join the terminals to one device of the chip, through the switch matrix."""

    route: str = Field(description="a cell of the bench's `switch`, e.g. r1c2; `none` opens all relays")


class ExposeStep(Part):
    """Light through a mask on all cells of an array at once, all relays open."""

    expose: ExposeFields


def _device_form(value: object) -> str:
    return "<fields>" if isinstance(value, dict | ForEachDeviceFields) else "<devices>"


class ForEachDeviceStep(Part):
    """The same steps for each device of the chip: `for_each_device: all`, or `{devices: [r1c1], order: random}`."""

    for_each_device: Annotated[
        Annotated[tuple[str, ...] | Literal["all"], Tag("<devices>")] | Annotated[ForEachDeviceFields, Tag("<fields>")],
        Discriminator(_device_form),
    ]
    steps: "Steps"

    @property
    def fields(self) -> ForEachDeviceFields:
        """The long form."""
        found = self.for_each_device
        return found if isinstance(found, ForEachDeviceFields) else ForEachDeviceFields(devices=found)


STEP_NAMES = (
    "hold",
    "ramp",
    "pulse",
    "train",
    "together",
    "wait",
    "read",
    "record",
    "repeat",
    "for_each",
    "until",
    "relax",
    "temperature",
    "route",
    "for_each_device",
    "expose",
)


def _step_kind(step: object) -> str | None:
    if isinstance(step, Part):
        return next((f"<{name}>" for name in STEP_NAMES if name in type(step).model_fields), None)
    return next((f"<{name}>" for name in STEP_NAMES if isinstance(step, dict) and name in step), None)


def _has_one_kind(step: object) -> object:
    if isinstance(step, Part):
        return step
    if not isinstance(step, dict) or not step:
        raise ValueError(f"a step is one key with its value: {', '.join(STEP_NAMES)}")
    kinds = [name for name in STEP_NAMES if name in step]
    if not kinds:
        word = str(next(iter(step)))
        near = did_you_mean(word, STEP_NAMES) or f"; the steps are: {', '.join(STEP_NAMES)}"
        raise ValueError(f'there is no step "{word}"{near}')
    if len(kinds) > 1:
        raise ValueError(f"{' and '.join(kinds)} in one step; begin each step with a dash of its own")
    return step


Step = Annotated[
    Annotated[HoldStep, Tag("<hold>")]
    | Annotated[RampStep, Tag("<ramp>")]
    | Annotated[PulseStep, Tag("<pulse>")]
    | Annotated[TrainStep, Tag("<train>")]
    | Annotated[TogetherStep, Tag("<together>")]
    | Annotated[WaitStep, Tag("<wait>")]
    | Annotated[ReadStep, Tag("<read>")]
    | Annotated[RecordStep, Tag("<record>")]
    | Annotated[RepeatStep, Tag("<repeat>")]
    | Annotated[ForEachStep, Tag("<for_each>")]
    | Annotated[UntilStep, Tag("<until>")]
    | Annotated[RelaxStep, Tag("<relax>")]
    | Annotated[TemperatureStep, Tag("<temperature>")]
    | Annotated[RouteStep, Tag("<route>")]
    | Annotated[ForEachDeviceStep, Tag("<for_each_device>")]
    | Annotated[ExposeStep, Tag("<expose>")],
    Discriminator(_step_kind),
    BeforeValidator(_has_one_kind),
]
"""One step; its key says which."""

Steps = Annotated[tuple[Step, ...], AtLeast(1)]
