"""How a published quantity is spread over the mechanisms."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from labkit.literature._device import Confidence, Mechanism, PublishedDevice, PublishedValue
from labkit.literature._quantities import Quantity


@dataclass(frozen=True, slots=True)
class Distribution:
    """The published values of one mechanism in ascending order, in SI units.

    `middle` is their median, of the logarithms where the quantity goes over decades.
    """

    mechanism: Mechanism
    values: tuple[PublishedValue, ...]
    middle: float

    @property
    def lowest(self) -> float:
        """The least value."""
        return self.values[0].value

    @property
    def highest(self) -> float:
        """The largest value."""
        return self.values[-1].value

    @property
    def confidences(self) -> Mapping[Confidence, int]:
        """How many values there are of each confidence."""
        return Counter(value.confidence for value in self.values)


def distributions(devices: Iterable[PublishedDevice], quantity: Quantity) -> list[Distribution]:
    """Give the distribution of a quantity for each mechanism that has a value of it, in the order of the tables."""
    found: dict[Mechanism, list[PublishedValue]] = {mechanism: [] for mechanism in Mechanism}
    for device in devices:
        if quantity in device.values:
            found[device.mechanism].append(device.values[quantity])
    ordered = {mechanism: sorted(values, key=lambda each: each.value) for mechanism, values in found.items() if values}
    return [
        Distribution(mechanism, tuple(values), _middle([each.value for each in values], quantity.about.wide))
        for mechanism, values in ordered.items()
    ]


def _middle(ordered: Sequence[float], wide: bool) -> float:
    """Give the median; between the two middle ones the geometric mean where the quantity goes over decades."""
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    if low == high:
        return low
    return math.sqrt(low * high) if wide else (low + high) / 2
