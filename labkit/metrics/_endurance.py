"""M24: endurance of two states, the first cycle of three in a row whose window is gone."""

from dataclasses import dataclass

import numpy as np

from labkit.core import Curve, Estimate, Flag, FloatArray, IntArray, Interval, Result, Run
from labkit.metrics._declared import declared
from labkit.metrics._metric import Metric
from labkit.metrics._outcome import outcome
from labkit.metrics._over_cycles import exact
from labkit.metrics._statistics import repeats_geometric_mean
from labkit.metrics._switching_cycles import SwitchingCycles, switching_cycles

NAME = "endurance"
SYMBOL = "N_f"
DEFINITION = "M24.three_in_a_row/1"
WINDOW = 2.0
"""W without a declared one: that of an analogue device; a memory has 10."""
WINDOWS = (2.0, 10.0)
IN_A_ROW = 3
LEAST_POINTS = 20
REFERENCE_CYCLES = 10
_METHOD = (
    "first cycle of three in a row in which the resistance of the high-resistance state is less than W times that of "
    "the low-resistance state; both states read in every cycle"
)


@dataclass(frozen=True, slots=True)
class Failure:
    """Where a window was lost: `cycle` is the first of three in a row, None when there is none.

    `seen` is the last cycle that was read and worked, or 0; `end` the last that was read.
    """

    cycle: int | None
    seen: int
    end: int


def first_failure(numbers: IntArray, ratio: FloatArray, window: float) -> Failure:
    """Find the failure in the HRS/LRS ratios of the cycles that were read; what is no number counts as lost."""
    lost = ~(ratio >= window)
    rows = np.array([np.all(lost[k : k + IN_A_ROW]) for k in range(len(lost) - IN_A_ROW + 1)], bool)
    found = np.flatnonzero(rows)
    end = int(numbers[-1])
    works = np.flatnonzero(~lost[: found[0]] if len(found) else ~lost)
    seen = int(numbers[works[-1]]) if len(works) else 0
    return Failure(int(numbers[found[0]]) if len(found) else None, seen, end)


def _compute(run: Run) -> tuple[Result, ...]:
    cycles = switching_cycles(run)
    window = declared(run, "window", WINDOW)
    return (_result(cycles, window),)


def _result(cycles: SwitchingCycles, window: float) -> Result:
    failure = first_failure(cycles.numbers, cycles.ratio, window)
    working = cycles.numbers < (failure.cycle or np.inf)
    flags = {Flag.COMPLIANCE} if np.any(cycles.compliance & working) else set()
    reasons, bound = [], None
    if cycles.unread:
        flags.add(Flag.BLIND)
        reasons.append(f"{cycles.unread} of {int(cycles.numbers[-1])} cycles went unread")
        bound = Interval(float(failure.seen), float(failure.cycle) if failure.cycle else np.inf)
    if len(cycles) < LEAST_POINTS:
        flags.add(Flag.REPEATS)
        reasons.append(f"{len(cycles)} cycles were read; fewer than {LEAST_POINTS} points tell no endurance")
    if failure.cycle is None and bound is None:
        reasons.append(f"no failure: more than {failure.seen} cycles")
        bound = Interval(float(failure.seen), np.inf)
    return outcome(
        NAME,
        DEFINITION,
        SYMBOL,
        None if failure.cycle is None else exact(float(failure.cycle)),
        "1",
        _METHOD,
        flags=flags,
        reason="; ".join(reasons),
        bound=bound,
        at={"window": window, "read_voltage": cycles.voltage},
        counts={"sample": cycles.readings, "pulse": cycles.pulses, "cycle": int(cycles.numbers[-1]), "device": 1},
        variants=_variants(cycles, failure, window),
        notes=_notes(cycles, failure, window),
        curves=(_curve("low resistance", cycles, cycles.low), _curve("high resistance", cycles, cycles.high)),
    )


def _variants(cycles: SwitchingCycles, failure: Failure, window: float) -> dict[str, Estimate]:
    found = {}
    for other in WINDOWS:
        lost = first_failure(cycles.numbers, cycles.ratio, other)
        if other != window and lost.cycle is not None and lost.seen > 0:
            found[f"W = {other:g}"] = exact(float(lost.cycle))
    if failure.cycle is not None:
        found["pulses"] = exact(round(failure.cycle * cycles.per_cycle))
    working = cycles.ratio[cycles.numbers < (failure.cycle or np.inf)]
    usable = working[np.isfinite(working) & (working > 0)]
    if len(usable) > 1:
        found["HRS/LRS at first"] = repeats_geometric_mean(usable[:REFERENCE_CYCLES])
        found["HRS/LRS at last"] = repeats_geometric_mean(usable[-REFERENCE_CYCLES:])
    return found


def _notes(cycles: SwitchingCycles, failure: Failure, window: float) -> dict[str, str]:
    notes = {
        "pulses": f"{cycles.per_cycle:g} pulses a cycle: {cycles.pulses} pulses are not {cycles.pulses} cycles",
        "devices": "one device: what others do needs 10 or more of them (endurance_survival)",
    }
    if failure.cycle is not None:
        notes["failure"] = _kind(cycles, failure.cycle)
    elif np.any(cycles.ratio < window):
        notes["failure"] = f"{int(np.sum(cycles.ratio < window))} cycles below W, never three in a row"
    return notes


def _kind(cycles: SwitchingCycles, failed: int) -> str:
    """Say which of the states was lost, against the middle of the window before."""
    before, after = cycles.numbers < failed, cycles.numbers >= failed
    if not np.any(before):
        return "from the first cycle on the states differ by less than W"
    middle = float(np.sqrt(np.nanmedian(cycles.low[before]) * max(np.nanmedian(cycles.high[before]), 1e-300)))
    low, high = float(np.nanmedian(cycles.low[after])), float(np.nanmedian(cycles.high[after]))
    if high > middle and low > middle:
        return "stuck in the low-resistance state: the reset fails"
    if high < middle and low < middle:
        return "stuck in the high-resistance state: the set fails"
    return "the window narrowed from both sides"


def _curve(name: str, cycles: SwitchingCycles, conductance: FloatArray) -> Curve:
    shown = np.where(np.isfinite(conductance), conductance, np.nan)
    return Curve(name, cycles.numbers.astype(float), shown, "cycle", "1", "conductance", "S", log_x=True)


ENDURANCE = Metric(
    name=NAME,
    definition=DEFINITION,
    title="Endurance of two states",
    unit="1",
    formula="N_f = first cycle of ≥ 3 in a row with R_HRS / R_LRS < W;  W = 2 (analogue), 10 (memory)",
    description=(
        "The cycle in which a device fails: the ratio of its two states is below W in it and in the next two, or a "
        "state cannot be read. Both states are read in every cycle. Without a failure there is a bound (> N) and no "
        "value. BLIND: cycles that nobody read, so that the failure lies somewhere between two reads. W is the "
        "protocol's parameter `window`. Pulses are counted apart from cycles."
    ),
    requires=("reads marked lrs and hrs in every cycle", "pulses marked set and reset", "20 cycles"),
    reference="metric standard M24; Lanza et al., ACS Nano 15, 17214 (2021)",
    compute=_compute,
)
