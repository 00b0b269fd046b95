"""Published and measured values side by side, in lanes: what a picture of them shows, whatever draws it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from labkit.core import FloatArray, Interval
from labkit.literature import Confidence, Mechanism, PublishedDevice, Quantity
from labkit.report._among_published import Measured, Placing
from labkit.report._notation import format_number

Kind = Confidence | Literal["measured", "simulated"]
_MEASURED: Sequence[Literal["measured", "simulated"]] = ("measured", "simulated")
_GOLDEN = 0.6180339887498949
"""Steps of this part of the width spread dots evenly, without chance."""
_SPREAD = 0.6
"""Part of a lane's width over which its dots are spread."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One value in a lane, `across` of its middle (in lanes); SI units.

    `kind` is the confidence of a published value, else whether it was measured on a real device or a simulated one. A
    bound has no value.
    """

    across: float
    value: float | None
    interval: Interval
    kind: Kind
    words: str

    @property
    def reach(self) -> Interval:
        """The finite part of its interval: an open side ends at the bound."""
        low, high = self.interval.low, self.interval.high
        return Interval(low if math.isfinite(low) else high, high if math.isfinite(high) else low)


@dataclass(frozen=True, slots=True)
class Lane:
    """The dots of one mechanism, or those that were measured or simulated."""

    label: str
    dots: tuple[Dot, ...]


def lanes(placing: Placing) -> list[Lane]:
    """Give a lane for each mechanism with published values, then one for measured and one for simulated devices."""
    found = []
    for mechanism in Mechanism:
        own = [device for device in placing.published if device.mechanism is mechanism]
        if own:
            found.append(Lane(str(mechanism), _published(own, placing.quantity)))
    for kind in _MEASURED:
        seen = [each for each in placing.measured if each.simulated == (kind == "simulated")]
        if seen:
            found.append(Lane(kind, _measured(seen, kind)))
    return found


def kinds(found: Sequence[Lane]) -> dict[Kind, str]:
    """Give the kinds of the dots with their names in a legend, the surest first, what was measured last."""
    there = {dot.kind for lane in found for dot in lane.dots}
    named: dict[Kind, str] = {confidence: f"{confidence} confidence" for confidence in reversed(Confidence)}
    return {kind: name for kind, name in (named | {kind: kind for kind in _MEASURED}).items() if kind in there}


def extent(found: Sequence[Lane], wide: bool) -> FloatArray:
    """Give all numbers that the axis must hold; where it is logarithmic (`wide`) only positive ones."""
    numbers = [
        number
        for lane in found
        for dot in lane.dots
        for number in (dot.value, dot.reach.low, dot.reach.high)
        if number is not None and math.isfinite(number) and (number > 0 or not wide)
    ]
    return np.array(numbers, dtype=np.float64)


def _published(devices: Sequence[PublishedDevice], quantity: Quantity) -> tuple[Dot, ...]:
    dots = []
    ordered = sorted(devices, key=lambda device: device.values[quantity].value)
    for place, device in zip(_places(len(ordered)), ordered, strict=True):
        value = device.values[quantity]
        words = (
            f"[{device.reference.number}] {device.perovskite}, {device.structure}: "
            f"{format_number(value.value, value.unit)}, {value.confidence} confidence. {device.reference}."
        )
        told = f"{words} {device.ambiguity}".strip()
        dots.append(Dot(place, value.value, Interval(value.value, value.value), value.confidence, told))
    return tuple(dots)


def _measured(measured: Sequence[Measured], kind: Kind) -> tuple[Dot, ...]:
    return tuple(
        Dot(place, each.value, each.interval, kind, f"{each.name}: {each.words}")
        for place, each in zip(_places(len(measured)), measured, strict=True)
    )


def _places(count: int) -> list[float]:
    """Spread dots over a lane: a single one in the middle."""
    return [((0.5 + k * _GOLDEN) % 1 - 0.5) * _SPREAD for k in range(count)]
