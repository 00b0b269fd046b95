"""The role of a temperature stage: it brings the device to a temperature, keeps it there, and reads it."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from labkit.core._roles import Output


@dataclass(frozen=True, slots=True)
class StageCapabilities:
    """What a temperature stage can do, with the limits of the bench in force.

    `temperature` (K) is lowest and highest, `rate` (K/s) slowest and fastest change of the setpoint. `resolution` (K)
    is that of the setpoint, `accuracy` (K) the limit of the reading's deviation from the device (rectangular), and
    `stability` (K) what is left of the deviations from the setpoint once settled. `settling` (s) is what the device
    needs, after the setpoint has arrived, until it is there too: what a plan counts with, not what a run waits for.
    """

    model: str
    temperature: tuple[float, float]
    rate: tuple[float, float]
    resolution: float
    accuracy: float
    stability: float
    settling: float
    source_document: str


@runtime_checkable
class TemperatureStage(Output, Protocol):
    """A stage that controls the temperature of the device; `make_safe` takes its power away and confirms it."""

    @property
    def capabilities(self) -> StageCapabilities:
        """What the stage can do."""
        ...

    def set_temperature(self, setpoint: float, rate: float) -> None:
        """Go to a temperature (K) at a rate (K/s) from where the device is now, and stay there; returns at once.

        Raises LimitExceeded.
        """
        ...

    def temperature(self) -> float:
        """Read the temperature of the device (K).

        Raises InstrumentError when the sensor gives none, or when the stage says that it cannot heat.
        """
        ...
