"""Writes and light pulses: each has a strength, known beforehand, that it keeps from its beginning to its end."""

from collections.abc import Callable


class Events:
    """What is going on of one sort: 0 for nothing, another number for each kind (the polarity of a write).

    `foresee` gives the strength that the next event of a kind would have, `take` begins one and gives its strength.
    """

    def __init__(self, foresee: Callable[[int], float], take: Callable[[int], float]) -> None:
        self._foresee, self._take = foresee, take
        self.kind = 0
        self.strength = 1.0

    def foreseen(self, kind: int) -> float:
        """Give the strength of what would be going on, were it of this kind from now."""
        if kind == 0:
            return 1.0
        return self.strength if kind == self.kind else self._foresee(kind)

    def enter(self, kind: int) -> float:
        """Let something of this kind go on from now, and give its strength."""
        if kind != self.kind:
            self.kind, self.strength = kind, self._take(kind) if kind else 1.0
        return self.strength
