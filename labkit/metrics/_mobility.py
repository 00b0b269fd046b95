"""Mobility, threshold voltage and reliability factor from the straight part of transfer curves (M31)."""

import numpy as np

from labkit.core import Estimate, Flag, FloatArray, Result
from labkit.metrics._statistics import combine, repeats_mean
from labkit.metrics._transfer import Transfer, over_cycles
from labkit.metrics._transfer_line import SHARE_OF_RANGE, Straight, fitted, transformed
from labkit.metrics._windows import is_noise

CONSTANT_CURRENT = 100e-9
"""Times W/L: the drain current (A) at which the variant `constant_current` of V_th is read."""
_UNIT = "m^2/Vs"
_NO_PART = "the curve has no straight part of five points"


def mobility(transfer: Transfer) -> Result:
    """Give mu_sat or mu_lin, whichever regime the curve is in."""
    part = transfer.straight
    if part is None:
        return transfer.result("μ", None, _UNIT, reason=_NO_PART)
    symbol = "μ_sat" if part.saturated else "μ_lin"
    flags, notes = set(transfer.doubts[0]), dict(transfer.doubts[1])
    notes |= transfer.geometry.notes | {"gate range": f"{part.share:.0%} of the sweep"}
    reason = transfer.geometry.reason
    if part.share < SHARE_OF_RANGE:
        reason = f"the straight part covers {part.share:.0%} of the gate's range; {SHARE_OF_RANGE:.0%} are needed"
    if reason:
        return transfer.result(symbol, None, _UNIT, flags=flags, reason=reason, notes=notes)
    estimate = _estimate(transfer, part)
    back = transfer.backward
    variants = {} if back is None else {"backward": repeats_mean(_per_slope(transfer, part, back.slope), _UNIT)}
    if is_noise(estimate):
        flags.add(Flag.SIGNAL_TO_NOISE)
    return transfer.result(symbol, estimate, _UNIT, flags=flags, variants=variants, notes=notes)


def _per_slope(transfer: Transfer, part: Straight, slope: FloatArray) -> FloatArray:
    """Turn slopes into mobilities (m^2/Vs)."""
    if part.saturated:
        return np.asarray(2 * slope**2 / transfer.geometry.sheet, float)
    return np.asarray(slope / (transfer.geometry.sheet * abs(transfer.held)), float)


def _estimate(transfer: Transfer, part: Straight) -> Estimate:
    values = _per_slope(transfer, part, part.slope)
    spread = over_cycles(values, abs(float(np.mean(values))) * part.relative_uncertainty, _UNIT)
    drain, gate = transfer.curves.drain, transfer.curves.gate
    relative = [drain.gain, (2 if part.saturated else 1) * gate.voltage_gain]
    if not part.saturated:
        relative.append(drain.of_voltage(transfer.held))
    random = [
        (spread.uncertainty, spread.degrees_of_freedom),
        (abs(spread.value) * transfer.geometry.uncertainty, np.inf),
    ]
    return combine(spread.value, random, [each * spread.value for each in relative], _UNIT)


def threshold(transfer: Transfer) -> Result:
    """Give V_th (V) by extrapolation, with the variant at a constant current."""
    part, sign = transfer.straight, transfer.main.sign
    if part is None:
        return transfer.result("V_th", None, "V", reason=_NO_PART)
    flags, notes = transfer.doubts
    spread = over_cycles(sign * part.threshold(transfer.held), part.intercept_uncertainty, "V")
    gate = transfer.curves.gate
    limits = [gate.voltage_gain * spread.value + gate.voltage_offset, _moved_by_offset(transfer, part)]
    estimate = combine(spread.value, [(spread.uncertainty, spread.degrees_of_freedom)], limits, "V")
    variants, back = {}, transfer.backward
    if back is not None:
        variants["backward"] = repeats_mean(sign * back.threshold(transfer.held), "V")
    level = CONSTANT_CURRENT * transfer.geometry.ratio
    found = np.array([_crossing(transfer.main.drive, row, level) for row in transfer.main.forward])
    if np.all(np.isfinite(found)):
        variants["constant_current"] = repeats_mean(sign * found, "V")
        notes = {**notes, "constant_current": f"{level:.3g} A (100 nA W/L)"}
    return transfer.result("V_th", estimate, "V", flags=flags, variants=variants, notes=notes)


def _moved_by_offset(transfer: Transfer, part: Straight) -> float:
    """Give how far the ammeter's offset moves the threshold (V)."""
    main = transfer.main
    moved = fitted(main, main.forward + transfer.curves.drain.offset, part.window, part.saturated)
    return abs(float(np.mean(moved.intercept - part.intercept)))


def _crossing(drive: FloatArray, current: FloatArray, level: float) -> float:
    """Give the drive (V) at which a rising current last passes a level (A), on a logarithmic scale; NaN for none."""
    below = np.flatnonzero(current < level)
    if not len(below) or below[-1] + 1 >= len(current) or current[below[-1]] <= 0:
        return float("nan")
    index = int(below[-1])
    low, high = np.log(current[index]), np.log(current[index + 1])
    return float(drive[index] + (np.log(level) - low) / (high - low) * (drive[index + 1] - drive[index]))


def reliability(transfer: Transfer) -> Result:
    """Compare the fitted slope with that of a straight line from zero bias to the end of the sweep (Choi 2018)."""
    part, main = transfer.straight, transfer.main
    method = "(f(I_max) - f(I at V_G = 0)) / |V_G|max over the fitted slope, f the root (then squared) or the current"
    if part is None or main.drive[0] > 0 or main.drive[-1] <= 0:
        reason = _NO_PART if part is None else "the sweep does not pass V_G = 0"
        return transfer.result("r", None, "1", reason=reason, method=method)
    values = transformed(main.forward, part.saturated)
    at_zero = np.array([np.interp(0.0, main.drive, row) for row in values])
    ratio = (values[:, -1] - at_zero) / float(main.drive[-1]) / part.slope
    ratio = ratio**2 if part.saturated else ratio
    estimate = over_cycles(ratio, part.relative_uncertainty * float(np.mean(ratio)), "1")
    flags, notes = transfer.doubts
    return transfer.result("r", estimate, "1", flags=flags, notes=notes, method=method)
