"""M14 to M16, M18 and M19: LTP/LTD cycles of an exponential device whose steps scatter and whose reads are noisy."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, absolute_bias, compared, relative_bias, told
from benchmarks.validation.generators import Cycles, Drifting
from labkit.core import Result
from labkit.metrics._conductance_curve import conductance_change
from labkit.metrics._cycle_variation import cycle_variation
from labkit.metrics._dynamic_range import dynamic_range
from labkit.metrics._exponential_update import nonlinearity
from labkit.metrics._nonlinearity import nonlinearities
from labkit.metrics._nonlinearity_forms import departures, half_way_gap, jang_exponent, nonlinearity_forms, straightness
from labkit.metrics._weight_curves import WeightCurves

CHANGE = Group(
    "M14",
    "LTP/LTD curve",
    "10 cycles of 50 + 50 pulses from 1 to 10 µS, A/P_max 0.5, steps that scatter by 2 % of the range, reads by 1 %.",
    "coverage 93 to 97 %.",
)
LABEL = Group(
    "M15",
    "Nonlinearity label",
    "10 cycles of an exponential device whose increments scatter by 1 to 3.5 % of the range (random walk), read noise "
    "0.5 to 3 %.",
    "bias below 0.02; Student's t over ten cycles 93 to 97 %.",
)
FORMS = Group(
    "M16",
    "Other forms of nonlinearity",
    "the same, steps that scatter by 2 %, reads by 1 %.",
    "coverage 93 to 97 %.",
)
RANGE = Group(
    "M18",
    "Dynamic range",
    "10 cycles from 0.1 to 10 µS (DR 100), reads noisy by 0.05 % of the range, an offset drawn up to 0, 3 and 20 nS.",
    "within 2 % of the truth in the mean; coverage 93 to 97 %.",
)
SCATTER = Group(
    "M19",
    "Cycle-to-cycle variation",
    "10 cycles whose steps scatter by 3.5, 1 and 2 % of the range, read noise 2, 0.5 and 3 %; steps that scatter in "
    "proportion to their size.",
    "coverage 93 to 97 %; a scatter far below the read noise gives an upper bound.",
)
LABELS = (
    (2.0, 0.01, 0.005, 50),
    (2.0, 0.035, 0.03, 50),
    (5.0, 0.035, 0.03, 50),
    (0.8, 0.02, 0.01, 60),
    (2.0, 0.02, 0.01, 20),
)
"""P_max/A, scatter of a step and noise of a read (of the range), pulses."""

Metric = Callable[[WeightCurves], Sequence[Result]]


def of_curves(
    metric: Metric, device: Cycles, truths: dict[str, float], offset: float, generator: np.random.Generator
) -> Sequence[Comparison]:
    """Compare the values of a metric by their symbols."""
    found = {result.symbol: result for result in metric(device.curves(generator, offset=offset))}
    return [compared(found[symbol], truth) for symbol, truth in truths.items()]


def flags_of(metric: Metric, device: Cycles, generator: np.random.Generator) -> Sequence[Comparison]:
    """Tell the flags of the first value."""
    found = metric(device.curves(generator))[0]
    return (told(found.metric, found.symbol, *found.flags),)


def upper_bound(generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare a scatter far below the read noise with its bound, or with its interval."""
    found = cycle_variation(Cycles(c2c=0.001, read=0.02).curves(generator))[0]
    return (compared(found, 0.001),)


def _label(curvature: float, c2c: float, read: float, pulses: int) -> Case:
    truth = float(nonlinearity(curvature))
    device = Cycles(9e-6, up=curvature, down=-curvature, c2c=c2c, read=read, pulses=pulses)
    truths = {"NL_P": truth, "NL_D": -truth, "|NL_P - NL_D|": 2 * truth}
    return Case(
        f"nonlinearity_{truth:.1f}_{1000 * c2c:.0f}_{pulses}",
        LABEL,
        f"NL {truth:.2f}, c2c {c2c:.1%}, read {read:.1%}, {pulses} pulses",
        partial(of_curves, nonlinearities, device, truths, 0.0),
        limits=(absolute_bias("NL_P", 0.02), absolute_bias("NL_D", 0.02)),
        short=6,
    )


def _efficiency() -> Case:
    """Truth: the label of the exact mean curve, whose steps shrink by the mean of exp(-dose)."""
    pulses, curvature, scatter = 20, 3.0, 0.2
    shrink = (1 + curvature / pulses * scatter**2) ** (-(scatter**-2))
    truth = float(nonlinearity(-pulses * np.log(shrink)))
    device = Drifting(up=curvature, down=-curvature, pulses=pulses, c2c=scatter, read=0.001)
    trial = partial(of_curves, nonlinearities, device, {"NL_P": truth, "NL_D": -truth}, 0.0)
    limits = absolute_bias("NL_P", 0.02), absolute_bias("NL_D", 0.02)
    return Case("nonlinearity_efficiency", LABEL, "pulses of random efficiency", trial, limits=limits, short=6)


def _forms() -> Case:
    x, up, down = np.linspace(0, 1, 51), np.array([2.0]), np.array([-2.0])
    truths = {"δ_max,P": float(departures(2.0)), "R²_P": straightness(2.0, x)}
    truths |= {"ANL": float(half_way_gap(up, down)[0]), "α_P": jang_exponent(2.0, 2, x)}
    device = Cycles(9e-6, c2c=0.02, read=0.01)
    return Case("forms", FORMS, "NL 2.40", partial(of_curves, nonlinearity_forms, device, truths, 0.0), short=12)


def _range(offset: float) -> Case:
    device = Cycles(1e-7, 99e-7, c2c=0.0002, read=0.0005)
    return Case(
        f"dynamic_range_{offset * 1e9:.0f}",
        RANGE,
        f"offset up to {offset * 1e9:.0f} nS",
        partial(of_curves, dynamic_range, device, {"DR": 100.0}, offset),
        limits=(relative_bias("DR", 0.02),) if offset == 0 else (),
        short=25,
    )


def scatter(device: Cycles, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the scatter of both trains, and one of them per mean step."""
    up, down = cycle_variation(device.curves(generator))
    per_step = compared(up, device.c2c * device.pulses, variant="mean_step")
    return (compared(up, device.c2c), compared(down, device.c2c), per_step)


def _scatter(c2c: float, read: float) -> Case:
    device = Cycles(30e-6, c2c=c2c, read=read)
    return Case(
        f"cycle_variation_{1000 * c2c:.0f}",
        SCATTER,
        f"c2c {c2c:.1%}, read {read:.1%}",
        partial(scatter, device),
        limits=(relative_bias("σ_c2c,P", 0.02),),
        short=25,
    )


def _unequal() -> Case:
    """Truth: from the moments of the steps of a gamma distributed dose."""
    pulses, curvature, scatter = 20, 4.0, 0.2
    dose = curvature / pulses
    kept = [(1 + order * dose * scatter**2) ** (-(scatter**-2)) for order in (1, 2)]
    before = np.arange(pulses)
    mean_square = kept[1] ** before * (1 - 2 * kept[0] + kept[1])
    steps = kept[0] ** before * (1 - kept[0])
    truth = float(np.sqrt(np.mean(mean_square - steps**2)) / np.sum(steps))
    device = Drifting(2e-6, 18e-6, curvature, -curvature, pulses, c2c=scatter, read=0.0005)
    trial = partial(of_curves, cycle_variation, device, {"σ_c2c,P": truth}, 0.0)
    return Case("cycle_variation_unequal", SCATTER, "scatter in proportion to the step", trial, short=25)


CASES = (
    Case(
        "conductance_curve",
        CHANGE,
        "c2c 2 %, read 1 %",
        partial(of_curves, conductance_change, Cycles(c2c=0.02, read=0.01), {"ΔG_P": 9e-6, "ΔG_D": -9e-6}, 0.0),
        short=60,
    ),
    *(_label(*each) for each in LABELS),
    _efficiency(),
    Case(
        "nonlinearity_few",
        LABEL,
        "5 cycles",
        partial(flags_of, nonlinearities, Cycles(cycles=5, c2c=0.01)),
        due=frozenset({"REP"}),
        short=6,
    ),
    _forms(),
    *map(_range, (0.0, 3e-9, 2e-8)),
    Case(
        "dynamic_range_lost",
        RANGE,
        "G_min of 10 nS in read noise of 0.2 µS",
        partial(flags_of, dynamic_range, Cycles(1e-8, 99e-7, read=0.02)),
        due=frozenset({"SNR"}),
        short=25,
    ),
    *(_scatter(*each) for each in ((0.035, 0.02), (0.01, 0.005), (0.02, 0.03))),
    _unequal(),
    Case(
        "cycle_variation_bound",
        SCATTER,
        "c2c 0.1 %, read 2 %: interval or bound",
        upper_bound,
        allowed=frozenset({"SNR"}),
        known={"σ_c2c,P": "Values are given only where they stand out of the read noise: those given are large."},
        short=25,
    ),
)
