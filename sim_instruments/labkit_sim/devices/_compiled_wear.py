"""The wear of many writes, compiled. Imported only where it is called, for numba starts slowly."""

from math import exp

from labkit.core import FloatArray, IntArray
from labkit_sim.devices._compiled import compiled


@compiled
def strengths_of(
    writes: IntArray, stays: int, last: int, cycle: int, failure: float, narrowing: float, strengths: FloatArray
) -> int:
    """Fill in how well writes of these polarities work, one after another; gives the cycle that is then going on.

    `last` is the polarity of the write before them, `stays` that of the writes that do not weaken; `failure` and
    `narrowing` are in cycles.
    """
    for event in range(len(writes)):
        write = writes[event]
        if write > 0 and last <= 0:
            cycle += 1
        last = write
        if write == stays:
            strengths[event] = 1.0
        else:
            strengths[event] = 0.0 if cycle >= failure else exp(-cycle / narrowing)
    return cycle
