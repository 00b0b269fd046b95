"""M27: SET and RESET voltage, the steepest change of log10|I| along the ramp."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import signal, stats

from labkit.core import Curve, Estimate, Flag, FloatArray, Result, Run
from labkit.metrics._loops import Branch, Loops, read_loops
from labkit.metrics._medians import common_step, median_estimate, weibull_slope
from labkit.metrics._metric import Metric
from labkit.metrics._outcome import outcome

MINIMUM_CYCLES = 50
JUMP = 0.5
"""Decades that make a jump."""
JUMP_STEPS = 3
"""Steps within which the jump must happen."""
FIRST_STEPS = 5
"""Steps from 0 V that are left out: there log|I| rises by half a decade in any resistor, and noise by more."""
_WINDOW, _ORDER = 5, 2
_SHARE = 0.5
_FLOOR = 1e-18
_NAME = "switching_voltage"
_METHOD = (
    "per cycle the voltage of the largest d log10|I| / d|V| of the branch smoothed by Savitzky and Golay (5 points, "
    "order 2), where |I| changes by half a decade within 3 steps; median over cycles with order-statistic interval, "
    "combined with the part of half a voltage step that the cycles share; the first loop is left out as forming"
)


@dataclass(frozen=True, slots=True)
class Jump:
    """One switching event: |V| (V) between the points of the ramp, log10|I/A| before and after."""

    voltage: float
    before: float
    after: float


def find_jump(branch: Branch, direction: int) -> Jump | None:
    """Find where |I| jumps up (direction 1: SET) or down (-1: RESET) along rising |V|; None for gradual change."""
    step = float(np.median(np.diff(branch.magnitude)))
    kept = branch.magnitude > (FIRST_STEPS - 0.5) * step
    voltage, logarithm = branch.magnitude[kept], direction * _logarithm(branch)[kept]
    if len(voltage) < _WINDOW or step <= 0:
        return None
    slope = signal.savgol_filter(logarithm, _WINDOW, _ORDER, deriv=1, delta=step)
    peak = int(np.argmax(slope))
    if not _is_jump(logarithm, peak):
        return None
    near = np.arange(max(peak - 2, 0), min(peak + 3, len(slope)))
    # A jump between two points gives the smoothed slope a plateau: its middle is the middle of the step.
    weights = np.clip(slope[near] - slope[peak] / 2, 0.0, None)
    found = float(np.sum(weights * voltage[near]) / np.sum(weights))
    before, after = _levels(direction * logarithm, voltage, found)
    return Jump(found, before, after)


def _logarithm(branch: Branch) -> FloatArray:
    """Give log10|I/A|, no lower than three times the noise, which otherwise jumps by decades about zero."""
    bends = np.abs(np.diff(branch.current, 2))  # of white noise sigma sqrt(6), and hardly touched by one jump
    noise = float(np.median(bends)) / (0.6745 * float(np.sqrt(6))) if len(bends) else 0.0
    return np.asarray(np.log10(np.maximum(np.abs(branch.current), max(3 * noise, _FLOOR))), float)


def _is_jump(logarithm: FloatArray, peak: int) -> bool:
    """Tell whether the level changes by the jump within three steps about a point, and stays changed."""
    for begin in range(max(peak - JUMP_STEPS, 0), peak + 1):
        end = min(begin + JUMP_STEPS, len(logarithm) - 1)
        if end <= begin:
            continue
        before = float(np.median(logarithm[max(begin - 2, 0) : begin + 1]))
        after = float(np.median(logarithm[end : end + 3]))
        if after - before >= JUMP and logarithm[end] - logarithm[begin] >= JUMP:
            return True
    return False


def _levels(logarithm: FloatArray, voltage: FloatArray, place: float) -> tuple[float, float]:
    index = int(np.searchsorted(voltage, place))
    before = logarithm[max(index - 4, 0) : max(index - 1, 1)]
    after = logarithm[min(index + 1, len(logarithm) - 1) : index + 4]
    return float(np.median(before)), float(np.median(after))


def switching_voltages(loops: Loops) -> tuple[Result, ...]:
    """Give V_SET and V_RESET."""
    return _switching(loops, "set", 1), _switching(loops, "reset", -1)


def _switching(loops: Loops, name: str, direction: int) -> Result:
    found = {polarity: _jumps(loops, polarity, direction) for polarity in loops.polarities}
    polarity = max(found, key=lambda side: len(found[side]))
    jumps, count = found[polarity], len(loops.sides(polarity))
    symbol = "V_SET" if direction > 0 else "V_RESET"
    counts = {"cycle": count, "jump": len(jumps)}
    notes = {"series resistance": "not taken off", "first loop": "left out"}
    if len(jumps) <= _SHARE * count:
        return outcome(
            _NAME,
            f"M27.{name}/1",
            symbol,
            None,
            "V",
            _METHOD,
            reason="gradual: use the memory window",
            at=loops.at(),
            counts=counts,
            notes=notes,
        )
    voltages = np.array([jump.voltage for jump in jumps])
    common = common_step(loops.step, voltages)
    estimate = _signed(median_estimate(voltages, common, "V", least=loops.step / 2), polarity)
    if len(jumps) < count:
        notes["not switched"] = f"{count - len(jumps)} of {count} cycles show no jump and are not in the median"
    return outcome(
        _NAME,
        f"M27.{name}/1",
        symbol,
        estimate,
        "V",
        _METHOD,
        # The forming loop is one of the fifty that the standard asks for.
        flags={Flag.REPEATS} if len(jumps) < MINIMUM_CYCLES - 1 else set(),
        at=loops.at(),
        counts=counts,
        variants=_variants(loops, polarity, direction, jumps, voltages),
        notes=notes,
        curves=_curves(voltages, polarity, symbol),
        repeats=polarity * voltages,
    )


def _jumps(loops: Loops, polarity: int, direction: int) -> list[Jump]:
    found = [find_jump(side.forward, direction) for side in loops.sides(polarity)]
    return [jump for jump in found if jump is not None]


def _signed(estimate: Estimate, polarity: int) -> Estimate:
    if polarity > 0:
        return estimate
    interval = type(estimate.interval)(-estimate.interval.high, -estimate.interval.low)
    return Estimate(-estimate.value, estimate.uncertainty, interval, estimate.degrees_of_freedom, estimate.unit)


def _variants(
    loops: Loops, polarity: int, direction: int, jumps: Sequence[Jump], voltages: FloatArray
) -> Mapping[str, Estimate]:
    found = {"weibull_slope": weibull_slope(voltages)}
    level = float(np.median([(jump.before + jump.after) / 2 for jump in jumps]))
    crossings = [_crossing(side.forward, level, direction) for side in loops.sides(polarity)]
    crossed = np.array([voltage for voltage in crossings if voltage is not None])
    if len(crossed):
        found["fixed_current"] = _signed(median_estimate(crossed, common_step(loops.step, crossed), "V"), polarity)
    return found


def _crossing(branch: Branch, level: float, direction: int) -> float | None:
    """Give |V| where log10|I| first passes a level in a direction, interpolated; None when it does not."""
    voltage, excess = branch.magnitude, direction * (_logarithm(branch) - level)
    start = min(FIRST_STEPS, len(voltage) - 1)
    passed = np.flatnonzero((excess[start:-1] < 0) & (excess[start + 1 :] >= 0)) + start
    if len(passed) == 0:
        return None
    index = int(passed[0])
    share = -excess[index] / (excess[index + 1] - excess[index])
    return float(voltage[index] + share * (voltage[index + 1] - voltage[index]))


def _curves(voltages: FloatArray, polarity: int, symbol: str) -> tuple[Curve, ...]:
    ordered = np.asarray(np.sort(voltages), float)
    count = len(ordered)
    if count < 2:
        return ()
    share = np.asarray((np.arange(1, count + 1) - 0.3) / (count + 0.4), float)  # median ranks
    slope = weibull_slope(ordered).value
    fitted = None
    if np.isfinite(slope):
        # Relative to the largest: thresholds that hardly scatter have slopes of thousands, beyond the range of a power.
        scale = float(ordered[-1] * np.mean((ordered / ordered[-1]) ** slope) ** (1 / slope))
        fitted = np.asarray(stats.weibull_min.cdf(ordered, slope, scale=scale), float)
    return (
        Curve(
            f"distribution of {symbol}",
            np.asarray(polarity * ordered, float),
            share,
            "voltage",
            "V",
            "share of cycles",
            "1",
            fit=fitted,
        ),
    )


def _compute(run: Run) -> tuple[Result, ...]:
    return switching_voltages(read_loops(run))


SWITCHING_VOLTAGE = Metric(
    name=_NAME,
    definition="M27/1",
    title="Switching voltages",
    unit="V",
    formula="V where d log10|I| / d|V| is largest, with a change of |I| by 0.5 decade or more within 3 steps",
    description=(
        "Median over cycles at the main ramp rate; Weibull slope and fixed-current crossing beside it. Devices that "
        "change gradually have no switching voltage: see the memory window. The onset of compliance is not a value."
    ),
    requires=("50 ramps marked loop at one rate (P15)",),
    reference="metric standard M27",
    compute=_compute,
)
