"""The extremes of a growing row of numbers, kept in blocks of doubling length."""

import numpy as np
import numpy.typing as npt

from labkit.core import FloatArray

FINEST = 16
"""Numbers in a block of the finest level: the levels together take a quarter of the memory of the numbers."""

Indices = npt.NDArray[np.int64]


class GrowingArray:
    """Numbers in memory that doubles when it is full, so that adding n of them costs O(n)."""

    def __init__(self) -> None:
        self._memory = np.empty(64)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def values(self) -> FloatArray:
        """What is there, as a view that the next `append` may leave behind."""
        return self._memory[: self._length]

    def append(self, values: FloatArray) -> None:
        """Add numbers at the end."""
        end = self._length + len(values)
        if end > len(self._memory):
            grown = np.empty(max(end, 2 * len(self._memory)))
            grown[: self._length] = self.values
            self._memory = grown
        self._memory[self._length : end] = values
        self._length = end


class MinMaxPyramid:
    """Lows and highs of blocks of 16, 32, 64, ... numbers; NaN is looked past, a block of nothing else is NaN.

    Adding n numbers costs O(n), whatever is there already. Level 0 is the numbers themselves, level k > 0 the blocks of
    8 * 2^k numbers that are full.
    """

    def __init__(self) -> None:
        self._numbers = GrowingArray()
        self._lows: list[GrowingArray] = []
        self._highs: list[GrowingArray] = []

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def values(self) -> FloatArray:
        """The numbers."""
        return self._numbers.values

    @property
    def levels(self) -> int:
        """How many levels there are, that of the numbers counted."""
        return 1 + len(self._lows)

    @staticmethod
    def length(level: int) -> int:
        """Give how many numbers a block of a level covers."""
        return 1 if level == 0 else FINEST << (level - 1)

    def blocks(self, level: int) -> int:
        """Give how many blocks of a level are full."""
        return len(self._numbers) if level == 0 else len(self._lows[level - 1])

    def lows(self, level: int) -> FloatArray:
        """Give the least number of each block of a level."""
        return self._numbers.values if level == 0 else self._lows[level - 1].values

    def highs(self, level: int) -> FloatArray:
        """Give the greatest number of each block of a level."""
        return self._numbers.values if level == 0 else self._highs[level - 1].values

    def append(self, values: FloatArray) -> None:
        """Add numbers at the end."""
        self._numbers.append(values)
        level, shorter = 1, FINEST
        while self._fill(level, shorter):
            level, shorter = level + 1, 2

    def _fill(self, level: int, shorter: int) -> bool:
        """Add the blocks of a level that are full now, each made of `shorter` ones below; tell if any are."""
        if level > len(self._lows):
            self._lows.append(GrowingArray())
            self._highs.append(GrowingArray())
        lows, highs = self._lows[level - 1], self._highs[level - 1]
        begin, end = shorter * len(lows), shorter * (self.blocks(level - 1) // shorter)
        if end == begin:
            return False
        lows.append(_reduced(np.fmin, self.lows(level - 1)[begin:end], shorter))
        highs.append(_reduced(np.fmax, self.highs(level - 1)[begin:end], shorter))
        return True

    def extremes(self, level: int, blocks: Indices) -> tuple[FloatArray, FloatArray]:
        """Give lows and highs of some blocks of a level."""
        return self.lows(level)[blocks], self.highs(level)[blocks]


def _reduced(extreme: np.ufunc, values: FloatArray, length: int) -> FloatArray:
    """Give the extreme of each block; reduced along the longer axis, which numpy does fast."""
    found: FloatArray = values[::length]
    for k in range(1, length):
        found = extreme(found, values[k::length])
    return found
