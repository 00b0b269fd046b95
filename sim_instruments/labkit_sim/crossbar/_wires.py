"""The wires of a crossbar, and the voltages at their ends."""

from dataclasses import dataclass

import numpy as np

from labkit.core import FloatArray


@dataclass(frozen=True, slots=True)
class Wires:
    """Resistances (ohm): of one piece of wire between two crossings, and of driver and contact at the end of a line.

    Word lines are driven at the first bit line, bit lines at the last word line; with `both_ends` at the other end too.
    """

    word_segment: float = 0.0
    bit_segment: float = 0.0
    word_contact: float = 0.0
    bit_contact: float = 0.0
    both_ends: bool = False

    def __post_init__(self) -> None:
        if min(self.word_segment, self.bit_segment, self.word_contact, self.bit_contact) < 0:
            raise ValueError("a resistance is not negative")


IDEAL_WIRES = Wires()


@dataclass(frozen=True, slots=True)
class Bias:
    """What drives each line (V); NaN for a line that floats.

    `word_resistances` and `bit_resistances` (ohm) are those of the sources, beside the contact of each line; without
    them the sources have none.
    """

    words: FloatArray
    bits: FloatArray
    word_resistances: FloatArray | None = None
    bit_resistances: FloatArray | None = None

    @property
    def highest(self) -> float:
        """The largest difference of two driven lines, or of one to ground (V)."""
        levels = np.concatenate([self.words, self.bits, [0.0]])
        driven = levels[~np.isnan(levels)]
        return float(np.ptp(driven))
