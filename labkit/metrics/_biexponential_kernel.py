"""The compiled inner loop of many bi-exponential fits. Imported only where it is called, for numba starts slowly."""

from collections.abc import Callable
from math import exp
from typing import TypeVar, cast

import numba
import numpy as np

from labkit.core import FloatArray

Function = TypeVar("Function", bound=Callable[..., object])
ROUNDS = 80
BLOCK = 32
"""Points of a uniform grid for which one exponential is taken; the others are a product of two."""


def _compiled(function: Function) -> Function:
    return cast(Function, numba.njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})(function))


@_compiled
def _exponentials(time: FloatArray, step: float, rate: float, found: FloatArray) -> None:
    """Fill exp(-t rate). On a uniform grid of a period `step` (s) few are taken and the others multiplied on."""
    if step <= 0:
        for index in range(len(time)):
            found[index] = exp(-time[index] * rate)
        return
    table = np.empty(BLOCK)
    for index in range(BLOCK):
        table[index] = exp(-index * step * rate)
    for first in range(0, len(time), BLOCK):
        begin = exp(-time[first] * rate)
        for index in range(min(BLOCK, len(time) - first)):
            found[first + index] = begin * table[index]


@_compiled
def _products(
    time: FloatArray, values: FloatArray, fast: float, slow: float, e1: FloatArray, e2: FloatArray, found: FloatArray
) -> None:
    """Fill the scalar products (6 x 6, upper half) of e1, e2, 1, d1, d2 and the values.

    e = exp(-t/tau) for both rates 1/tau, d = (t/tau) e its derivative after ln tau. The sums are plain numbers so that
    the processor adds several points at a time.
    """
    s11 = s12 = s1 = s22 = s2 = s1t1 = s1t2 = s2t2 = st1 = st2 = 0.0
    q11 = q12 = q22 = v1 = v2 = v = vt1 = vt2 = vv = 0.0
    for index in range(len(time)):
        x, y, instant, value = e1[index], e2[index], time[index], values[index]
        xt, yt = x * instant, y * instant
        s11 += x * x
        s12 += x * y
        s1 += x
        s22 += y * y
        s2 += y
        s1t1 += x * xt
        s1t2 += x * yt
        s2t2 += y * yt
        st1 += xt
        st2 += yt
        q11 += xt * xt
        q12 += xt * yt
        q22 += yt * yt
        v1 += x * value
        v2 += y * value
        v += value
        vt1 += xt * value
        vt2 += yt * value
        vv += value * value
    found[0] = s11, s12, s1, fast * s1t1, slow * s1t2, v1
    found[1] = 0.0, s22, s2, fast * s1t2, slow * s2t2, v2
    found[2] = 0.0, 0.0, float(len(time)), fast * st1, slow * st2, v
    found[3] = 0.0, 0.0, 0.0, fast * fast * q11, fast * slow * q12, fast * vt1
    found[4] = 0.0, 0.0, 0.0, 0.0, slow * slow * q22, slow * vt2
    found[5] = 0.0, 0.0, 0.0, 0.0, 0.0, vv


@_compiled
def _eliminate(products: FloatArray) -> bool:
    """Take the span of e1, e2 and 1 off the other columns, by elimination in place; False where it is degenerate."""
    for pivot in range(3):
        if products[pivot, pivot] <= 1e-13 * products[2, 2]:
            return False
        for row in range(pivot + 1, 6):
            share = products[pivot, row] / products[pivot, pivot]
            for column in range(row, 6):
                products[row, column] -= share * products[pivot, column]
    return True


@_compiled
def _amplitudes(products: FloatArray, found: FloatArray) -> None:
    """Solve for the amplitudes of e1 and e2 and the offset, from eliminated products."""
    for row in (2, 1, 0):
        rest = products[row, 5]
        for column in range(row + 1, 3):
            rest -= products[row, column] * found[column]
        found[row] = rest / products[row, row]


@_compiled
def descend(
    time: FloatArray, traces: FloatArray, step: float, low: float, high: float, logs: FloatArray, results: FloatArray
) -> None:
    """Follow each trace (m x n) from its start ln tau (m x 2, overwritten) to the valley by Levenberg-Marquardt.

    Variable projection with Kaufman's Jacobian: only ln tau is searched, within low..high. `results` (m x 7) takes the
    amplitudes, the offset, the sum of squares and the normal matrix of ln tau (11, 12, 22).
    """
    products, linear = np.empty((6, 6)), np.empty(3)
    e1, e2 = np.empty(len(time)), np.empty(len(time))
    for trace in range(len(traces)):
        best, damping = np.inf, 1e-3
        move1 = move2 = 0.0
        for _ in range(ROUNDS):
            log1 = min(max(logs[trace, 0] + move1, low), high)
            log2 = min(max(logs[trace, 1] + move2, low), high)
            fast, slow = exp(-log1), exp(-log2)
            _exponentials(time, step, fast, e1)
            _exponentials(time, step, slow, e2)
            _products(time, traces[trace], fast, slow, e1, e2, products)
            better = _eliminate(products) and products[5, 5] < best
            if better:
                gain, best, damping = best - products[5, 5], products[5, 5], damping * 0.1
                logs[trace, 0], logs[trace, 1] = log1, log2
                _amplitudes(products, linear)
                a1, a2 = linear[0], linear[1]
                h11, h12, h22 = a1 * a1 * products[3, 3], a1 * a2 * products[3, 4], a2 * a2 * products[4, 4]
                g1, g2 = a1 * products[3, 5], a2 * products[4, 5]
                results[trace, :3] = linear
                results[trace, 3] = best
                results[trace, 4], results[trace, 5], results[trace, 6] = h11, h12, h22
            elif best == np.inf:
                break
            else:
                gain, damping = np.inf, damping * 10
            s11, s22 = h11 * (1 + damping), h22 * (1 + damping)
            determinant = s11 * s22 - h12 * h12
            if determinant <= 0:
                break
            move1 = min(max((g1 * s22 - g2 * h12) / determinant, -1.0), 1.0)
            move2 = min(max((g2 * s11 - g1 * h12) / determinant, -1.0), 1.0)
            if max(abs(move1), abs(move2)) < 1e-10 or (better and gain < 1e-14 * best):
                break
