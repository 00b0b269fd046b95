"""M29: memory window, the voltage between the branches of a loop at one current."""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from labkit.core import Curve, Estimate, Flag, FloatArray, Result, Run
from labkit.metrics._loop_mesh import capacitive_note
from labkit.metrics._loops import POLARITY_NAMES, Branch, Loops, Side, read_loops
from labkit.metrics._medians import common_step
from labkit.metrics._metric import Metric
from labkit.metrics._outcome import outcome
from labkit.metrics._statistics import combine, repeats_mean

MINIMUM_CYCLES = 5
REFERENCE_SHARE = 0.5
DYNAMIC = 0.20
"""Relative change a decade of ramp rate beyond which the window belongs to the rate, not to the device."""
_NAME = "memory_window"
_METHOD = (
    "difference of |V| at which forward and backward branch first pass half the loop's current at the turning point, "
    "interpolated; mean over cycles with Student's t, combined with what interpolation between voltage steps leaves "
    "(as far as the window moves when every second point is left out, at most the part of half a step that the cycles "
    "share) and the ammeter's offset"
)


def reference_currents(sides: Sequence[Side]) -> FloatArray:
    """Give the current (A, magnitude) at which each loop's window is read: half of its own at the turning point.

    A common one, taken from the same few loops, would be a further random quantity that no scatter of windows shows.
    """
    return REFERENCE_SHARE * np.abs([side.forward.current[-1] for side in sides])


def crossing(branch: Branch, current: float) -> float:
    """Give the lowest |V| (V) at which |I| passes a current, interpolated; NaN when it never does."""
    size, voltage = np.abs(branch.current), branch.magnitude
    above = np.flatnonzero(size >= current)
    if len(above) == 0:
        return float("nan")
    index = int(above[0])
    # Zero current at zero voltage is the point before the first.
    low_current, low_voltage = (size[index - 1], voltage[index - 1]) if index else (0.0, 0.0)
    share = (current - low_current) / (size[index] - low_current)
    return float(low_voltage + share * (voltage[index] - low_voltage))


def windows(sides: Sequence[Side], shift: float = 0.0) -> FloatArray:
    """Give the window (V) of each cycle, NaN where a branch does not reach the current, which is shifted (A)."""
    pairs = zip(sides, reference_currents(sides) + shift, strict=True)
    return np.array([crossing(side.forward, current) - crossing(side.backward, current) for side, current in pairs])


def window_estimate(sides: Sequence[Side], step: float, offset: float) -> Estimate:
    """Give the mean window (V); the ammeter's offset shifts the current at which both branches are read.

    It shifts the turning point too, and with it the reference: what is left is the part that the reference lacks of
    the whole. The gain cancels.
    """
    values = windows(sides)
    values = values[np.isfinite(values)]
    mean = repeats_mean(values, "V")
    reach = (1 - REFERENCE_SHARE) * offset
    shifted = [float(np.nanmean(windows(sides, shift))) for shift in (-reach, reach)] if offset else []
    between = min(common_step(step, values), interpolation_doubt(sides))
    limits = [between, *([max(abs(value - mean.value) for value in shifted)] if shifted else [])]
    return combine(mean.value, [(mean.uncertainty, mean.degrees_of_freedom)], limits, "V")


def interpolation_doubt(sides: Sequence[Side]) -> float:
    """Give how far the mean window (V) may be off by the interpolation between points: infinite where not known.

    That is how far it moves when every second point is left out, the even or the odd ones: three times the error on a
    smooth branch, whose chords miss it by the square of the step, and for a jump between two points, wherever it
    crosses, the distance to the farther of them.
    """
    currents = reference_currents(sides)
    branches = [(side.forward, side.backward) for side in sides]
    moved = [_moved([pair[place] for pair in branches], currents) for place in (0, 1)]
    return float(np.linalg.norm(moved)) if np.all(np.isfinite(moved)) else float("inf")


def _moved(branches: Sequence[Branch], currents: FloatArray) -> float:
    found = [
        [crossing(branch.every_second(first), current) - crossing(branch, current) for first in (0, 1)]
        for branch, current in zip(branches, currents, strict=True)
    ]
    usable = [pair for pair in found if np.all(np.isfinite(pair))]
    return float(np.max(np.abs(np.mean(usable, axis=0)))) if usable else float("nan")


def memory_windows(loops: Loops) -> tuple[Result, ...]:
    """Give the window of each polarity at the main rate, with its course over the rates."""
    return tuple(_window(loops, polarity) for polarity in loops.polarities)


def _window(loops: Loops, polarity: int) -> Result:
    sides = loops.sides(polarity)
    current = float(np.mean(reference_currents(sides)))
    by_rate = _by_rate(loops, polarity)
    estimate = by_rate.get(loops.main_rate)
    flags = {Flag.REPEATS} if len(sides) < MINIMUM_CYCLES else set()
    if any(loop.saturated for loop in loops.main):
        flags.add(Flag.SATURATED)
    notes = _notes(by_rate, estimate) | capacitive_note(loops)
    return outcome(
        _NAME,
        f"M29.{POLARITY_NAMES[polarity]}/1",
        "ΔV₊" if polarity > 0 else "ΔV₋",
        estimate,
        "V",
        _METHOD,
        flags=flags,
        reason="" if estimate else "the branches do not both reach the reference current",
        at=loops.at() | {"reference_current": polarity * current},
        counts={"cycle": len(sides), "rate": len(by_rate)},
        variants={f"at {rate:g} V/s": found for rate, found in by_rate.items()},
        notes=notes,
        curves=_curves(by_rate),
    )


def _by_rate(loops: Loops, polarity: int) -> dict[float, Estimate]:
    found = {}
    for rate in loops.rates:
        sides = loops.sides(polarity, rate)
        if sides and np.any(np.isfinite(windows(sides))):
            step = float(np.median([loop.step for loop in loops.at_rate(rate)]))
            found[rate] = window_estimate(sides, step, loops.offset)
    return found


def rate_dependence(by_rate: dict[float, Estimate]) -> float:
    """Give the relative change of the window a decade of ramp rate, 0 where it is not significant or not known."""
    if len(by_rate) < 2:
        return 0.0
    rates = np.log10(np.array(sorted(by_rate)))
    values = np.array([by_rate[rate].value for rate in sorted(by_rate)])
    doubts = np.array([by_rate[rate].uncertainty for rate in sorted(by_rate)])
    if not np.all(np.isfinite(doubts)) or np.mean(values) == 0:
        return 0.0
    centred = rates - np.mean(rates)
    slope = float(np.sum(centred * values) / np.sum(centred**2))
    uncertainty = float(np.sqrt(np.sum((centred * doubts) ** 2)) / np.sum(centred**2))
    return slope / float(np.mean(values)) if abs(slope) > float(stats.norm.ppf(0.975)) * uncertainty else 0.0


def _notes(by_rate: dict[float, Estimate], estimate: Estimate | None) -> dict[str, str]:
    if estimate is None:
        return {}
    if len(by_rate) < 2:
        return {"rate": "one ramp rate: whether the window belongs to the rate is not known"}
    change = rate_dependence(by_rate)
    if abs(change) > DYNAMIC:
        return {"dynamic window": f"changes by {change:+.0%} a decade of ramp rate: it belongs to the rate"}
    return {}


def _curves(by_rate: dict[float, Estimate]) -> tuple[Curve, ...]:
    rates = np.array(sorted(rate for rate in by_rate if np.isfinite(rate)))
    if not len(rates):
        return ()
    doubts = np.array([by_rate[rate].uncertainty for rate in rates])
    return (
        Curve(
            "window over ramp rate",
            rates,
            np.array([by_rate[rate].value for rate in rates]),
            "ramp rate",
            "V/s",
            "memory window",
            "V",
            y_uncertainty=doubts if np.all(np.isfinite(doubts)) else None,
            log_x=True,
        ),
    )


def _compute(run: Run) -> tuple[Result, ...]:
    return memory_windows(read_loops(run))


MEMORY_WINDOW = Metric(
    name=_NAME,
    definition="M29.two_terminal/1",
    title="Memory window",
    unit="V",
    formula="ΔV = |V|_fwd(I_ref) - |V|_bwd(I_ref), I_ref = half the current at the turning point",
    description=(
        "Of two-terminal devices, per polarity at the main ramp rate. A window that changes by more than 20 % a decade "
        "of rate is called dynamic."
    ),
    requires=("ramps marked loop (P15), two rates or more to know whether the window is dynamic",),
    reference="metric standard M29",
    compute=_compute,
)
