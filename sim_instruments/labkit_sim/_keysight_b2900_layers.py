"""The layers of a B2900's trigger system: what one device action is set to, and how far it is."""

from dataclasses import dataclass, field
from enum import StrEnum

from labkit.core import nanoseconds
from labkit_sim._process import Signal, Task


class ActionName(StrEnum):
    """The device actions of a channel."""

    TRANSIENT = "TRAN"
    ACQUIRE = "ACQ"


@dataclass(slots=True)
class Layer:
    """One layer: event source, how often, delay and timer (s); where its trigger output goes."""

    source: str = "AINT"
    count: int = 1
    delay: float = 0.0
    timer: float = 0.0
    bypass: bool = False
    lan: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ("EXT1",)
    output_on: bool = False

    @property
    def delay_time(self) -> int:
        """The delay in ns."""
        return nanoseconds(self.delay)


@dataclass(slots=True)
class OutputSetting:
    """Where the trigger output of an action goes (`:SOURce:TOUTput`, `:SENSe:TOUTput`)."""

    outputs: tuple[str, ...] = ("EXT1",)
    on: bool = False


@dataclass(slots=True)
class Action:
    """One device action of one channel and how far it is.

    `waiting` is the source of the event that it waits for, "" when it does not; `state` is `idle`, `arm`, `trigger` or
    `acting`; `performed` counts what it has done since it was initiated.
    """

    name: ActionName
    arm: Layer
    trigger: Layer
    output: OutputSetting = field(default_factory=OutputSetting)
    task: Task | None = None
    state: str = "idle"
    waiting: str = ""
    running: bool = False
    performed: int = 0
    advanced: Signal = field(default_factory=Signal)
    event: Signal = field(default_factory=Signal)

    def advance(self, count: int = 1) -> None:
        """Note that it has acted."""
        self.performed += count
        self.advanced.fire()
