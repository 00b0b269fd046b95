"""How a published quantity is spread over the mechanisms."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

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
    return [
        Distribution(mechanism, tuple(sorted(values, key=lambda each: each.value)), _middle(values, quantity))
        for mechanism, values in found.items()
        if values
    ]


def _middle(values: Iterable[PublishedValue], quantity: Quantity) -> float:
    numbers = [value.value for value in values]
    if quantity.about.wide:
        return math.exp(median(math.log(number) for number in numbers))
    return median(numbers)
