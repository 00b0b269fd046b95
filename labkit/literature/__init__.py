"""The devices that the review of the field lists, with what is known of how sure each number is."""

from labkit.literature._device import Confidence, Mechanism, PublishedDevice, PublishedValue, Reference, Unplaced
from labkit.literature._distribution import Distribution, distributions
from labkit.literature._quantities import ALIASES, About, Quantity, quantities
from labkit.literature._read import published_devices
from labkit.literature._search import Search, search

__all__ = [
    "ALIASES",
    "About",
    "Confidence",
    "Distribution",
    "Mechanism",
    "PublishedDevice",
    "PublishedValue",
    "Quantity",
    "Reference",
    "Search",
    "Unplaced",
    "distributions",
    "published_devices",
    "quantities",
    "search",
]
