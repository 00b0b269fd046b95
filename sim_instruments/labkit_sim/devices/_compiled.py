"""What compiled loops over a memristor are made of. Imported only where it is called, for numba starts slowly."""

from collections.abc import Callable
from math import asinh, exp, inf
from typing import Any, TypeVar, cast

import numba

from labkit.core import FloatArray
from labkit_sim.devices._constants import LARGEST_EXPONENT, MemristorConstants

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a function when it is first called, and keep the result on disk."""
    return cast(Function, numba.njit(cache=True, error_model="numpy")(function))


@compiled
def conductance_of(constants: MemristorConstants, levels: FloatArray) -> float:
    """Give G (S)."""
    total = constants.lowest
    for k in range(len(levels)):
        total += constants.shares[k] * levels[k]
    return total


@compiled
def speed_at(constants: MemristorConstants, drive: float) -> float:
    """Give r(V) (1/s) for the voltage at which the current is `drive` at 1 S."""
    scale = constants.conduction_scale
    voltage = drive if scale == inf else scale * asinh(drive / scale)
    over = voltage - constants.threshold
    if over <= 0:
        return 0.0
    return float(constants.rate * (exp(min(over / constants.scale, LARGEST_EXPONENT)) - 1))


@compiled
def relax(
    constants: MemristorConstants, levels: FloatArray, speed: float, rising: bool, time: float, result: FloatArray
) -> None:
    """Move the levels on at a constant speed, exactly."""
    for k in range(len(levels)):
        move = constants.efficiencies[k] * speed
        rate = move + constants.losses[k]
        target = move / rate if rising and rate > 0 else 0.0
        result[k] = target + (levels[k] - target) * exp(-rate * time)
