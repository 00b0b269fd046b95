"""M26: on/off ratio at the read voltage, on the logarithmic scale."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labkit.core import Curve, Estimate, Flag, FloatArray, Interval, Result, Run, quantity
from labkit.metrics._loop_mesh import capacitive_note
from labkit.metrics._loops import Branch, Loops, read_loops
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._statistics import bootstrap, combine, exponential_of, repeats_mean
from labkit.metrics._weight_curves import WeightCurves, weight_curves
from labkit.metrics._windows import is_noise

MINIMUM_CYCLES = 5
DEFAULT_READ_VOLTAGE = 0.1
READ_SHARE = 0.2
"""The largest share of the stop voltage that reads without switching."""
_PERCENTILE_CYCLES = 20
_READ_PARAMETERS = ("read_bias", "read_voltage")
_NAME = "on_off_ratio"
_METHOD = (
    "exp of the mean over cycles of ln|I_on / I_off| at the read voltage, Student's t on the logarithm, with the "
    "ammeter's offset common to both"
)


@dataclass(frozen=True, slots=True)
class States:
    """Currents (A) of two states over the cycles at one read voltage (V); `offset` (A) is the ammeter's limit.

    `on` is the state whose current is larger on the average of the logarithms. `limited` tells whether one of its
    reads was at the current limit.
    """

    voltage: float
    on: FloatArray
    off: FloatArray
    offset: float
    limited: bool = False

    @property
    def off_mean(self) -> Estimate:
        """The mean off current (A) with scatter and offset."""
        mean = repeats_mean(self.off)
        return combine(mean.value, [(mean.uncertainty, mean.degrees_of_freedom)], [self.offset], "A")

    @property
    def on_mean(self) -> Estimate:
        """The mean on current (A) with scatter and offset."""
        mean = repeats_mean(self.on)
        return combine(mean.value, [(mean.uncertainty, mean.degrees_of_freedom)], [self.offset], "A")

    @property
    def ratio(self) -> Estimate | None:
        """exp<ln I_on/I_off>; None when a current has the wrong sign, so that it has no logarithm."""
        if np.any(self.on * self.off <= 0):
            return None
        mean = repeats_mean(np.log(self.on / self.off))
        shift = self.offset * abs(1 / self.off_mean.value - 1 / self.on_mean.value)
        return exponential_of(combine(mean.value, [(mean.uncertainty, mean.degrees_of_freedom)], [shift]))

    @property
    def off_is_noise(self) -> bool:
        """Whether the off current does not stand out of its uncertainty."""
        return is_noise(self.off_mean)

    @property
    def at_least(self) -> Interval | None:
        """The lower bound of a ratio whose off current is noise."""
        most_off = max(abs(self.off_mean.interval.low), abs(self.off_mean.interval.high))
        on = self.on_mean.interval
        least_on = 0.0 if on.low <= 0 <= on.high else min(abs(on.low), abs(on.high))
        if most_off == 0 or least_on == 0 or not np.isfinite(most_off + least_on):
            return None
        return Interval(least_on / most_off, np.inf)

    @property
    def worst_case(self) -> Estimate:
        """The window that the 5th percentile of the on and the 95th of the off currents leave open, bootstrapped."""
        return bootstrap(np.column_stack([np.abs(self.on), np.abs(self.off)]), _window)


def _window(rows: FloatArray) -> float:
    return float(np.percentile(rows[:, 0], 5) / np.percentile(rows[:, 1], 95))


def loop_states(loops: Loops, polarity: int, voltage: float) -> States:
    """Give the two states as the branches of a loop show them at the read voltage (V, magnitude)."""
    sides = loops.sides(polarity)
    forward = _currents([side.forward for side in sides], voltage)
    backward = _currents([side.backward for side in sides], voltage)
    back_is_on = bool(np.mean(np.abs(backward)) >= np.mean(np.abs(forward)))
    on_branches = [side.backward if back_is_on else side.forward for side in sides]
    limited = any(branch.limited_at(voltage) for branch in on_branches)
    on, off = (backward, forward) if back_is_on else (forward, backward)
    return States(polarity * voltage, on, off, loops.offset, limited)


def _currents(branches: Sequence[Branch], voltage: float) -> FloatArray:
    return np.array([float(branch.current_at(voltage)) for branch in branches])


def read_voltage(run: Run, loops: Loops) -> float:
    """Give the voltage (V, magnitude) at which the states are compared: the protocol's, or 0.1 V.

    Never more than a fifth of the smallest stop voltage, beyond which a read may switch.
    """
    stop = min(side.stop for loop in loops.main for side in loop.sides.values())
    wished = DEFAULT_READ_VOLTAGE
    for name in _READ_PARAMETERS:
        text = run.description.parameters.get(name)
        if text is not None:
            wished = abs(quantity(text, "voltage"))
    return min(wished, READ_SHARE * stop)


def on_off_of_loops(loops: Loops, voltage: float) -> Result:
    """Give the ratio of the two branches of the loops at the read voltage (V)."""
    found = {polarity: loop_states(loops, polarity, voltage) for polarity in loops.polarities}
    default, *others = found.values()
    variants = {}
    for other in others:
        ratio = other.ratio
        if ratio is not None:
            variants["other_polarity"] = ratio
    return _result(default, loops.at(), variants, capacitive_note(loops))


def on_off_of_cycles(curves: WeightCurves) -> Result:
    """Give the ratio of the ends of LTP/LTD cycles, where a run has no loop."""
    high = curves.trains["potentiation"].conductance[:, -1] * curves.voltage
    low = curves.trains["depression"].conductance[:, -1] * curves.voltage
    on, off = (high, low) if np.mean(np.abs(high)) >= np.mean(np.abs(low)) else (low, high)
    states = States(curves.voltage, on, off, curves.offset * abs(curves.voltage), Flag.COMPLIANCE in curves.blocked)
    return _result(states, {}, {}, curves.notes())


def _result(states: States, at: dict[str, float], variants: dict[str, Estimate], notes: dict[str, str]) -> Result:
    flags, bound, reason = set(), None, ""
    ratio = states.ratio
    if len(states.on) < MINIMUM_CYCLES:
        flags.add(Flag.REPEATS)
    if states.off_is_noise or ratio is None:
        flags.add(Flag.SIGNAL_TO_NOISE)
        bound, reason = states.at_least, "the off current is below three times its uncertainty"
    elif states.limited:
        flags.add(Flag.COMPLIANCE)
        bound, reason = Interval(ratio.interval.low, np.inf), "the on state was read at the current limit"
    if len(states.on) >= _PERCENTILE_CYCLES:
        variants["worst_case"] = states.worst_case
    return outcome(
        _NAME,
        "M26.log_mean/1",
        "I_on/I_off",
        ratio,
        "1",
        _METHOD,
        flags=flags,
        reason=reason,
        bound=bound,
        at={"read_voltage": states.voltage} | at,
        counts={"cycle": len(states.on)},
        variants=variants,
        notes=notes,
        curves=(_curve(states, ratio),) if ratio else (),
        repeats=states.on / states.off if ratio else (),
    )


def _curve(states: States, ratio: Estimate) -> Curve:
    cycle = np.arange(1, len(states.on) + 1, dtype=float)
    centre = np.full(len(cycle), ratio.value)
    ratios = np.asarray(states.on / states.off, float)
    return Curve("on/off ratio of each cycle", cycle, ratios, "cycle", "1", "on/off ratio", "1", fit=centre)


def _compute(run: Run) -> tuple[Result, ...]:
    try:
        loops = read_loops(run)
    except NotMeasured as missing:
        return (_from_cycles(run, missing),)
    return (on_off_of_loops(loops, read_voltage(run, loops)),)


def _from_cycles(run: Run, missing: NotMeasured) -> Result:
    try:
        curves = weight_curves(run)
    except NotMeasured:
        raise missing from None
    if len(curves.trains) < 2:
        raise missing
    return on_off_of_cycles(curves)


ON_OFF_RATIO = Metric(
    name=_NAME,
    definition="M26/1",
    title="On/off ratio",
    unit="1",
    formula="exp<ln I_on - ln I_off> over cycles, at V_R",
    description=(
        "From the two branches of closed loops at the read voltage, or from the ends of LTP/LTD cycles. A lower bound "
        "when the off current is below three times its uncertainty or the on state was read at the current limit; "
        "worst_case is the window between the 5th percentile of on and the 95th of off. The best cycle is not a value."
    ),
    requires=("ramps marked loop (P15), or LTP/LTD reads", "5 cycles beside the first"),
    reference="metric standard M26",
    compute=_compute,
)
