"""What output curves give: how linear they begin, the on-resistance, the slope in saturation (M31)."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from labkit.core import Flag, FloatArray, Result
from labkit.metrics._outcome import outcome
from labkit.metrics._statistics import combine, paired_ratio
from labkit.metrics._transfer import NAME, REPEATS, over_cycles
from labkit.metrics._transfer_line import line_over_cycles
from labkit.metrics._transistor_curves import Branches, Curves
from labkit.metrics._windows import Accuracy

_LOW = 0.10
_HIGH = 0.30
_LEAST = 5
_SUPERLINEAR = 1.02
_SATURATES = 0.5
_CHANGES = 0.1
_STANDS_OUT = 4.0


def output_results(curves: Curves) -> Iterator[Result]:
    """Give linearity and on-resistance at the most open gate, and the slope in saturation at every gate voltage."""
    branches = [curves.main(held) for held in curves.held]
    opened = max(branches, key=lambda each: float(np.mean(each.forward[:, -1])))
    yield from _low_end(
        curves, opened, _by_gate([each for each in branches if each is not opened], opened, curves.gate)
    )
    for held in curves.held:
        yield _modulation(curves, curves.main(held))


def _low_points(branches: Branches) -> int:
    return max(int(np.sum(branches.drive <= branches.drive[0] + _LOW * branches.span)), _LEAST)


def _low_fit(branches: Branches) -> FloatArray:
    """Fit I_0 + aV + bV^2 to the lowest voltages: coefficients (3 x cycles)."""
    count = _low_points(branches)
    found, *_ = np.linalg.lstsq(_design(branches.drive[:count]), branches.forward[:, :count].T, rcond=None)
    return np.asarray(found, float)


def _design(voltage: FloatArray) -> FloatArray:
    return np.column_stack([np.ones(len(voltage)), voltage, voltage**2])


def _by_gate(others: Sequence[Branches], opened: Branches, gate: Accuracy) -> float:
    """Give the relative limit of the conductance by that of the gate voltage; 0 where one gate voltage was measured."""
    if not others:
        return 0.0
    near = min(others, key=lambda each: abs(each.held - opened.held))
    here, there = (float(np.mean(_low_fit(each)[1])) for each in (opened, near))
    limit = gate.voltage_gain * abs(opened.held) + gate.voltage_offset
    return abs((here - there) / (opened.held - near.held) / here) * limit


def _low_end(curves: Curves, branches: Branches, by_gate: float) -> Iterator[Result]:
    """Fit I = aV + bV^2 to the lowest voltages: R_on = 1/a, and the local exponent (a + 2bV)/(a + bV) at their end."""
    drive, count = branches.drive, _low_points(branches)
    voltage, current = drive[:count], branches.forward[:, :count]
    design = _design(voltage)
    _, linear, square = _low_fit(branches)
    end = float(voltage[-1])
    exponent = (linear + 2 * square * end) / (linear + square * end)
    flags = {Flag.SATURATED} if branches.saturated else set()
    at = {"gate_voltage": branches.held, "rate": branches.rate}
    counts = {"sample": count, "cycle": branches.cycles}
    resistance = over_cycles(1 / linear, _single(design, current, linear), "ohm")
    relative = [curves.drain.gain, curves.drain.voltage_gain, by_gate]
    random = [(resistance.uncertainty, resistance.degrees_of_freedom)]
    limits = [each * resistance.value for each in relative]
    yield outcome(
        NAME,
        "M31.R_on/1",
        "R_on",
        combine(resistance.value, random, limits, "ohm"),
        "ohm",
        f"I = I_0 + aV + bV^2 over the lowest {_LOW:.0%} of V_DS, 1/a, mean over cycles",
        flags=flags,
        at=at,
        counts=counts,
    )
    local = over_cycles(exponent, _single(design, current, linear) * float(np.mean(linear)), "1")
    notes = {}
    if local.interval.low > _SUPERLINEAR:
        flags = flags | {Flag.CONTACT}
        notes["contact barrier"] = "the current grows faster than the voltage: the contacts are not ohmic"
    yield outcome(
        NAME,
        "M31.linearity/1",
        "m_out",
        local,
        "1",
        f"local exponent d ln I/d ln V_DS at {_LOW:.0%} of V_DS, of I = I_0 + aV + bV^2 there; 1 is ohmic",
        flags=flags,
        at=at | {"drain_voltage": branches.sign * end},
        counts=counts,
        notes=notes,
    )


def _single(design: FloatArray, current: FloatArray, linear: FloatArray) -> float:
    """Give the standard uncertainty of 1/a of a single fit."""
    fitted = design @ np.linalg.lstsq(design, current.T, rcond=None)[0]
    residuals = current.T - fitted
    variance = float(np.sum(residuals**2)) / max(residuals.size - 3 * len(linear), 1)
    doubt = float(np.sqrt(variance * np.linalg.inv(design.T @ design)[1, 1]))
    return doubt / float(np.mean(linear)) ** 2


def _modulation(curves: Curves, branches: Branches) -> Result:
    """Fit a line to the highest voltages: I = I_0 (1 + lambda V_DS)."""
    drive = branches.drive
    inside = np.flatnonzero(drive >= drive[-1] - _HIGH * branches.span)
    slope, level = np.polyfit(drive[inside], branches.forward[:, inside].T, 1)
    reason = _unsaturated(branches, inside, slope, level)
    if not reason and len(slope) < REPEATS:
        reason = f"needs {REPEATS} cycles"
    ratio = None if reason else paired_ratio(slope, level, "1/V")
    if ratio is not None:
        relative = [curves.drain.voltage_gain, curves.drain.offset / float(np.mean(level))]
        random = [(ratio.uncertainty, ratio.degrees_of_freedom)]
        ratio = combine(ratio.value, random, [each * ratio.value for each in relative], "1/V")
    return outcome(
        NAME,
        "M31.lambda/1",
        "λ",
        ratio,
        "1/V",
        f"slope over intercept of a line through the highest {_HIGH:.0%} of V_DS, ratio of means over cycles (Fieller)",
        flags={Flag.SATURATED} if branches.saturated else set(),
        reason=reason,
        at={"gate_voltage": branches.held, "rate": branches.rate},
        counts={"sample": len(inside), "cycle": branches.cycles},
    )


def _unsaturated(branches: Branches, inside: npt.NDArray[np.intp], slope: FloatArray, level: FloatArray) -> str:
    """Say why the highest voltages are no saturation: a steep line, or one whose slope still falls."""
    drive = branches.drive
    if float(np.mean(slope)) * float(drive[-1]) > _SATURATES * float(np.mean(level)):
        return "the curve does not saturate"
    halves = np.array_split(inside, 2)
    lower, upper = (line_over_cycles(drive[half], branches.forward[:, half]) for half in halves)
    apart = lower[0] - upper[0]
    if apart > _CHANGES * abs(upper[0]) and apart > _STANDS_OUT * float(np.hypot(lower[1], upper[1])):
        return "the slope still falls with V_DS: sweep the drain further beyond V_G - V_th"
    return ""
