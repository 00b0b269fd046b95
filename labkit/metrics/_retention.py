"""M22: retention of programmed states."""

import numpy as np

from labkit.core import Curve, Estimate, Flag, Interval, Result, Run, format_quantity
from labkit.metrics._half_time import half_time
from labkit.metrics._metric import Metric
from labkit.metrics._outcome import outcome
from labkit.metrics._retained import FURTHEST, Extrapolation, State, extrapolation, states
from labkit.metrics._statistics import combine, normal_estimate, unpaired_ratio
from labkit.metrics._windows import SIGNAL_TO_NOISE, not_restored

NAME = "retention"
DEFINITION = "M22.observed/2"
UNIT = "%"
LARGEST_DUTY = 0.01
DECADES = (10.0, 100.0, 1000.0, 10000.0)
NEAR = 1.3
CONTROL = "no read-free control device in this run"


def _compute(run: Run) -> tuple[Result, ...]:
    found = states(run)
    shared = {Flag.HISTORY} if not_restored([_reference(state) for state in found]) else set()
    full = max(found, key=lambda state: abs(state.change[state.start]))
    results: list[Result] = []
    for state in found:
        flags = shared | set(state.flags) | ({Flag.DISTURBED} if state.duty > LARGEST_DUTY else set())
        if _written(state):
            results.extend(_of_state(state, flags))
        else:
            results.append(_drift_of_low(state, full, flags))
    return tuple(results)


def _reference(state: State) -> Estimate:
    return normal_estimate(state.reference, state.reference_uncertainty, state.degrees_of_freedom, "A")


def _written(state: State) -> bool:
    """Tell whether a state was programmed, and stands out of its noise."""
    spread = float(np.hypot(state.uncertainty[state.start], state.reference_uncertainty))
    return state.pulses > 0 and abs(float(state.change[state.start])) >= SIGNAL_TO_NOISE * spread


def _of_state(state: State, flags: set[Flag]) -> tuple[Result, ...]:
    ahead = extrapolation(state)
    results = [_retained(state, ahead, flags), _half(state, ahead, flags)]
    if ahead is not None:
        results.append(_extrapolated(state, ahead, flags))
    return tuple(results)


def _retained(state: State, ahead: Extrapolation | None, flags: set[Flag]) -> Result:
    last = len(state.time) - 1
    variants = {}
    for decade in DECADES:
        index = int(np.argmin(np.abs(np.log(state.time / decade))))
        if index != last and decade / NEAR < state.time[index] < decade * NEAR:
            variants[f"at {decade:g} s"] = state.retained(index)
    return outcome(
        NAME,
        DEFINITION,
        "R",
        state.retained(last),
        UNIT,
        "ΔG(t)/ΔG(1 s) above the read before programming, uX (Fieller)",
        flags=flags,
        at={"state": state.pulses, "time": float(state.time[last])},
        counts={"sample": state.samples, "read": len(state.time)},
        variants=variants,
        notes={"t0": f"{state.time[state.start]:.4g} s", "control": CONTROL, "read duty": f"{state.duty:.2%}"},
        curves=(_curve(state, ahead),),
    )


def _half(state: State, ahead: Extrapolation | None, flags: set[Flag]) -> Result:
    observed, interval = half_time(state)
    last = state.retained(len(state.time) - 1)
    reason = ""
    if observed is None and np.isinf(interval.high):
        reason = f"not observed: R is {100 * last.value:.3g} % at the last reading, {state.time[-1]:.4g} s"
    elif observed is None:
        reason = f"less than half is left at the first reading, {state.time[0]:.4g} s"
    return outcome(
        NAME,
        DEFINITION,
        "t_50",
        observed,
        "s",
        "where the isotonic R(t) crosses one half, interpolated in log t; only if observed",
        flags=flags,
        reason=reason,
        bound=interval if observed is None else None,
        at={"state": state.pulses},
        counts={"sample": state.samples, "read": len(state.time)},
        notes={} if ahead is None else {"extrapolation": f"refused beyond {FURTHEST:g} times the observed time"},
    )


def _extrapolated(state: State, ahead: Extrapolation, flags: set[Flag]) -> Result:
    """Give the range of the models a decade further, and no value: which of them goes on to hold is not known."""
    time = FURTHEST * ahead.observed
    models = ahead.at(time)
    told = ", ".join(f"{name} {format_quantity(each.value, UNIT)}" for name, each in models.items())
    return outcome(
        NAME,
        DEFINITION,
        "R extrapolated",
        None,
        UNIT,
        "range of the 95 % intervals of the models",
        flags=flags | {Flag.EXTRAPOLATED},
        reason=f"a choice of models, not a measured value: {told}",
        bound=Interval(
            min(each.interval.low for each in models.values()), max(each.interval.high for each in models.values())
        ),
        at={"state": state.pulses, "time": time},
        counts={"read": len(state.time)},
    )


def _drift_of_low(state: State, full: State, flags: set[Flag]) -> Result:
    """Give what happens to a state that was not programmed, in parts of the largest written change."""
    last, start = len(state.time) - 1, state.start
    spread = float(np.hypot(state.uncertainty[last], state.uncertainty[start]))
    moved = normal_estimate(float(state.change[last] - state.change[start]), spread, state.degrees_of_freedom, "A")
    window = full.start
    whole = combine(
        float(full.change[window]),
        [(float(np.hypot(full.uncertainty[window], full.reference_uncertainty)), full.degrees_of_freedom)],
        (),
        "A",
    )
    usable = _written(full) and full is not state
    return outcome(
        NAME,
        DEFINITION,
        "drift of the low state",
        unpaired_ratio(moved, whole, UNIT) if usable else None,
        UNIT,
        "change of the unprogrammed state since 1 s over the change written in the fullest state, uX",
        flags=flags,
        reason="" if usable else "no state of the run was written",
        bound=None if usable else Interval(-np.inf, np.inf),
        at={"state": state.pulses, "time": float(state.time[last])},
        counts={"sample": state.samples, "read": len(state.time)},
        curves=(_absolute_curve(state),),
    )


def _curve(state: State, ahead: Extrapolation | None) -> Curve:
    start = float(state.change[state.start])
    fit = ahead.curve(state.time) if ahead is not None else None
    return Curve(
        f"retention of state {state.pulses:g}",
        state.time,
        state.change / start,
        "time after programming",
        "s",
        "R",
        UNIT,
        np.abs(state.uncertainty / start),
        fit,
        log_x=True,
    )


def _absolute_curve(state: State) -> Curve:
    return Curve(
        f"state {state.pulses:g}",
        state.time,
        state.change + state.reference,
        "time after programming",
        "s",
        "current",
        "A",
        state.uncertainty,
        log_x=True,
    )


RETENTION = Metric(
    name=NAME,
    definition=DEFINITION,
    title="Retention",
    unit=UNIT,
    formula="R(t) = ΔG(t)/ΔG(t₀), t₀ = 1 s",
    description=(
        "Part of the written conductance change that is left, per programmed state, at the last reading; the time of "
        "one half only when it was observed, else the observed time as a lower bound. Extrapolation by KWW, power law "
        "and log t together, as the range that their intervals span and without a value, for which of them goes on to "
        "hold is not known; refused beyond ten times the observed time."
    ),
    requires=("reads marked `retention` at log-spaced times", "a read marked `reference` before programming"),
    reference="metric standard M22",
    compute=_compute,
)
