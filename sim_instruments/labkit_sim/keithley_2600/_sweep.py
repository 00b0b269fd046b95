"""What the trigger model sources: `smuX.trigger.source.linearv`, `logv`, `listv` and those of current."""

from math import log

import numpy as np

from labkit_sim.keithley_2600._settings import DC_AMPS, DC_VOLTS
from labkit_sim.keithley_2600._source_table import SourceTable
from labkit_sim.tsp import Action, Interpreter, Node, TspError, Value, integer, number

_MOST_POINTS = 60_000
_NO_ASYMPTOTE = 0.0


class SweepSource:
    """Levels (V or A) that are gone through in turn, from the beginning again when they are used up."""

    def __init__(self, source: SourceTable, interpreter: Interpreter) -> None:
        self._source = source
        self._interpreter = interpreter
        self.reset()

    def reset(self) -> None:
        """Forget the levels."""
        self.levels: tuple[float, ...] = ()
        self.quantity = DC_VOLTS

    def declare(self, node: Node) -> None:
        """Declare the functions that configure a sweep."""
        for letter, quantity in (("v", DC_VOLTS), ("i", DC_AMPS)):
            node.function(f"linear{letter}", self._linear(quantity))
            node.function(f"log{letter}", self._logarithmic(quantity))
            node.function(f"list{letter}", self._list(quantity))

    def _linear(self, quantity: int) -> Action:
        def configure(start: Value = None, stop: Value = None, points: Value = None, *_: Value) -> None:
            count = integer(points, 1, _MOST_POINTS)
            self._keep(quantity, list(np.linspace(number(start), number(stop), count)))

        return configure

    def _logarithmic(self, quantity: int) -> Action:
        def configure(
            start: Value = None, stop: Value = None, points: Value = None, asymptote: Value = None, *_: Value
        ) -> None:
            count = integer(points, 2, _MOST_POINTS)
            offset = _NO_ASYMPTOTE if asymptote is None else number(asymptote)
            self._keep(quantity, _logarithmic(number(start), number(stop), count, offset))

        return configure

    def _list(self, quantity: int) -> Action:
        def configure(levels: Value = None, *_: Value) -> None:
            found = self._interpreter.list_of(levels)
            if levels is None or found is None or not found:
                raise TspError(-109 if levels is None or found == [] else -104)
            if len(found) > _MOST_POINTS:
                raise TspError(1101)
            self._keep(quantity, found)

        return configure

    def _keep(self, quantity: int, levels: list[Value]) -> None:
        self.levels = tuple(self._source.checked_level(quantity, level) for level in levels)
        self.quantity = quantity


def _logarithmic(start: float, stop: float, count: int, asymptote: float) -> list[Value]:
    """Give levels whose distance from the asymptote grows by equal factors.

    Raises TspError 1401 where the sweep would pass its asymptote.
    """
    first, last = start - asymptote, stop - asymptote
    if first * last <= 0:
        raise TspError(1401, "Parameter is invalid: a logarithmic sweep does not pass its asymptote")
    return list(asymptote + first * np.exp(np.linspace(0.0, log(last / first), count)))
