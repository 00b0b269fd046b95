"""M17: readable and addressable states."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, compared, seen, share_beyond
from benchmarks.validation.generators import Cycles
from labkit.core import Estimate, Interval
from labkit.metrics._exponential_update import update_shape
from labkit.metrics._state_levels import Levels, count_states, levels_of
from labkit.metrics._states import states

GROUP = Group(
    "M17",
    "Number of states",
    "64 evenly spaced levels, 30 reads each over 10 s, read noise of 0.1, 0.25 and 1 steps; addressable: 10 cycles of "
    "50 pulses whose steps scatter, both noises drawn within a quarter of what is stated, so that "
    "the count is not always at a step.",
    "64, 32, 10 to 11 states (±1).",
)
STEP = 1e-7
FEW = "Ten cycles tell the noise of a level to a tenth, which of seven states is nearly one."


def reads(ratio: float, generator: np.random.Generator) -> Levels:
    """Give reads of 64 levels with noise of so many steps."""
    mean = 1e-6 + STEP * np.arange(64)[:, None]
    times = np.tile(np.arange(30) * 10.2 / 29, (64, 1))
    return levels_of(times, mean + ratio * STEP * generator.standard_normal((64, 30)))


def readable(ratio: float, truth: float, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the count; where all levels can be told apart it is a lower bound, taken for the count here."""
    (found, *_) = states(None, reads(ratio, generator))
    if found.estimate is None and found.bound is not None:
        low = found.bound.low
        return (seen("states", "N_r", truth, Estimate(low, 0.0, Interval(low, low))),)
    return (compared(found, truth),)


def addressable(c2c: float, read: float, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the count of levels that pulses reach without feedback, of a device drawn about the stated one."""
    drawn = float(np.exp(generator.uniform(-1, 1) * np.log(1.25)))
    c2c, read = c2c * drawn, read * drawn
    sigma = 9e-6 * np.sqrt(c2c**2 * np.arange(51) + read**2)
    truth = count_states(9e-6 * update_shape(np.linspace(0, 1, 51), 2.0), sigma)
    (found, *_) = states(Cycles(c2c=c2c, read=read).curves(generator), None)
    return (compared(found, float(truth)),)


def _readable(ratio: float, truth: float, tolerance: float) -> Case:
    return Case(
        f"states_{100 * ratio:.0f}",
        GROUP,
        f"noise of {ratio:g} steps",
        partial(readable, ratio, truth),
        judged=frozenset(),
        limits=(share_beyond("N_r", tolerance, 0.05),),
        short=5,
    )


CASES = (
    _readable(0.1, 64.0, 1.0),
    _readable(0.25, 32.0, 1.0),
    _readable(1.0, 10.5, 1.5),
    *(
        Case(
            f"states_addressable_{1000 * c2c:.0f}",
            GROUP,
            f"addressable, c2c {c2c:.1%}, read {read:.1%}",
            partial(addressable, c2c, read),
            limits=(share_beyond("N_w", 1.0, 0.05),),
            known={"N_w": FEW},
            short=4,
        )
        for c2c, read in ((0.01, 0.005), (0.02, 0.01))
    ),
)
