"""How a published row becomes a preset: experiments whose outcome is known, and the parameters that set it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import log

from labkit.literature import Confidence, PublishedDevice, Quantity
from labkit_sim.devices import Preset

KEPT = 0.8
"""What is left after the published time of retention, by our convention: the papers do not say what had to be left."""
MEMORY = (
    Quantity.DYNAMIC_RANGE,
    Quantity.STATES,
    Quantity.NONLINEARITY_P,
    Quantity.NONLINEARITY_D,
    Quantity.RETENTION,
    Quantity.ENDURANCE_LTP_LTD,
    Quantity.ENDURANCE_TWO_STATE,
)
"""What only a device that keeps its weight has."""
INTERVAL = 0.5
"""Interval of paired pulses of light (s) where the tables give none: that of the one paper whose prose does [111]."""


@dataclass(frozen=True, slots=True)
class Target:
    """A published number that one parameter (a knob) is solved for."""

    quantity: Quantity
    knob: str
    value: float

    def misfit(self, truth: float) -> float:
        """Give how far a truth is from the number, on a scale on which knobs act evenly; 0 where they are equal."""
        if self.quantity is Quantity.RETENTION:
            return log(log(min(max(truth, 1e-12), 1 - 1e-12)) / log(self.value))
        if self.quantity is Quantity.PPF:
            return truth - self.value
        return log(max(abs(truth), 1e-300) / self.value)


@dataclass(frozen=True, slots=True)
class Design:
    """A family of presets over knobs (positive numbers), where to start, and what the knobs are solved for."""

    start: Mapping[str, float]
    preset: Callable[[Mapping[str, float]], Preset]
    targets: tuple[Target, ...]


def wanted(device: PublishedDevice) -> dict[Quantity, float]:
    """Give the numbers of high or medium confidence, which a preset is sized after."""
    return {
        quantity: value.value
        for quantity, value in device.values.items()
        if value.confidence.reaches(Confidence.MEDIUM)
    }


def targets_of(device: PublishedDevice, knobs: Mapping[Quantity, str]) -> tuple[Target, ...]:
    """Pair the numbers with knobs, those that have one."""
    found = wanted(device)
    return tuple(
        Target(quantity, knob, KEPT if quantity is Quantity.RETENTION else found[quantity])
        for quantity, knob in knobs.items()
        if quantity in found
    )


def text(value: float, unit: str) -> str:
    """Write an SI value with its unit, to the digits that a solution needs."""
    return f"{value:.12g} {unit}"


def short(value: float, unit: str) -> str:
    """Write a condition of an experiment."""
    return f"{value:.4g} {unit}"
