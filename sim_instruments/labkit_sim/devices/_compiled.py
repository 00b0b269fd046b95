"""What compiled loops over a memristor are made of. Imported only where it is called, for numba starts slowly."""

from collections.abc import Callable
from math import asinh, cosh, exp, inf, sinh
from typing import Any, TypeVar, cast

import numba

from labkit.core import FloatArray
from labkit_sim.devices._constants import LARGEST_EXPONENT, MemristorConstants, Source

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
def drive_behind(constants: MemristorConstants, source: Source, conductance: float) -> float:
    """Give the current at 1 S (V) that the source's resistance leaves: V + R G V_c sinh(V / V_c) = E.

    Newton's method from above, where the left side is convex.
    """
    ratio, scale = source.resistance * conductance, constants.conduction_scale
    if scale == inf:
        return source.voltage / (1 + ratio)
    target = source.voltage / scale
    reduced = min(target, asinh(target / ratio))
    for _ in range(50):
        step = (reduced + ratio * sinh(reduced) - target) / (1 + ratio * cosh(reduced))
        reduced -= step
        if step <= 1e-15 * reduced:
            break
    return float(scale * sinh(reduced))


@compiled
def speed_behind(constants: MemristorConstants, source: Source, conductance: float) -> float:
    """Give r(V) (1/s) for the voltage that limit and resistance of a source leave at a conductance (S)."""
    drive = source.limit / conductance
    if source.resistance > 0:
        drive = min(drive, drive_behind(constants, source, conductance))
    return speed_at(constants, drive)


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
