"""M7: spike-number-dependent plasticity, how the response grows along a train."""

from dataclasses import dataclass, replace

import numpy as np

from labkit.core import Flag, FloatArray, Result, Run
from labkit.metrics._jackknife import jackknife
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._models import exponentials
from labkit.metrics._outcome import outcome
from labkit.metrics._separable import Separable, SeparableFit, fit_separable
from labkit.metrics._series import ljung_box
from labkit.metrics._statistics import exponential_of, normal_estimate
from labkit.metrics._train_ratio import UNIT, TrainRatio, ratio_curve, train_ratio
from labkit.metrics._trains import Trains, pulse_trains
from labkit.metrics._transients import REPEATS_FOR_T

NAME = "sndp"
DEFINITION = "M7.global/1"
LEAST_PULSES = 6
SHORTEST = 0.2
"""Smallest n0 that is looked for, in pulses."""
SHORTEST_TRAIN = 3.0
"""A train of fewer n0 does not show where the growth ends (WIN)."""
MISFIT_SIGNIFICANCE = 0.01
MISFIT_SIZE = 2.0


@dataclass(frozen=True, slots=True)
class Growth:
    """A fit of the mean amplitudes: A_1 (1 + G (1 - exp(-(n-1)/n0))), with A_1 free."""

    fit: SeparableFit

    @property
    def parameters(self) -> FloatArray:
        """G and ln n0."""
        constant, falling = self.fit.linear[1], self.fit.linear[0]
        return np.array([-falling / (constant + falling), self.fit.nonlinear[0]])

    @property
    def relative(self) -> FloatArray:
        """The fitted curve in parts of its first point."""
        return np.asarray(self.fit.fitted / self.fit.fitted[0], float)


def _compute(run: Run) -> tuple[Result, ...]:
    found: list[Result] = []
    for trains in pulse_trains(run):
        if trains.pulses >= LEAST_PULSES:
            found += _results(trains)
    if not found:
        raise NotMeasured(f"no train has {LEAST_PULSES} pulses", f"apply trains of {LEAST_PULSES} or more pulses")
    return tuple(found)


def _results(trains: Trains) -> list[Result]:
    ratio = train_ratio(trains, trains.pulses)
    growth = fit_growth(trains.amplitudes)
    shown = outcome(
        NAME,
        DEFINITION,
        f"A{trains.pulses}/A1",
        ratio.estimate,
        UNIT,
        "last against first pulse, both above the baseline before the train; ratio of means, uX (Fieller)",
        flags=ratio.flags,
        reason=ratio.reason,
        at=trains.conditions() | {"pulse": float(trains.pulses)},
        counts=trains.counts(),
        variants=ratio.variants,
        notes=ratio.notes,
        curves=(replace(ratio_curve(trains), fit=growth.relative),),
    )
    return [shown, *_parameters(trains, ratio, growth)]


def fit_growth(amplitudes: FloatArray, start: FloatArray | None = None) -> Growth:
    """Fit the mean over the repeats (repeats x pulses, A); from a start known to be near without a search.

    A_1 is fitted too: divided by the first pulse's own mean, all points would share its noise.
    """
    mean = np.mean(amplitudes, axis=0)
    model, starts = exponentials(np.arange(len(mean), dtype=float), mean / mean[0], 1)
    bounded = Separable(model.name, model.basis, model.y, model.weights, np.log([SHORTEST]), model.upper)
    if start is None:
        return Growth(fit_separable(bounded, starts))
    return Growth(fit_separable(bounded, start[None, :], thorough=False))


def _parameters(trains: Trains, ratio: TrainRatio, growth: Growth) -> list[Result]:
    near = growth.fit.nonlinear
    count = len(trains)
    flags = (ratio.flags - {Flag.REPEATS, Flag.SUMMATION}) | _fit_flags(trains.amplitudes, growth)
    if count < REPEATS_FOR_T:
        flags.add(Flag.REPEATS)
    values, spread = growth.parameters, np.full(2, np.inf)
    if count > 1:
        values, spread = jackknife(trains.amplitudes, lambda rows: fit_growth(rows, near).parameters)
    share = normal_estimate(float(values[0]), float(spread[0]), count - 1, UNIT)
    number = exponential_of(normal_estimate(float(values[1]), float(spread[1]), count - 1), "1")
    reason = f"{count} trains; their scatter needs {REPEATS_FOR_T}" if count < REPEATS_FOR_T else ""
    return [
        outcome(
            NAME,
            DEFINITION,
            symbol,
            estimate,
            estimate.unit,
            "fit of the mean amplitudes, A_1 free; uR by leaving out one train at a time",
            flags=flags,
            reason=reason,
            at=trains.conditions(),
            counts=trains.counts(),
        )
        for symbol, estimate in (("G", share), ("n₀", number))
    ]


def _fit_flags(amplitudes: FloatArray, growth: Growth) -> set[Flag]:
    flags = set()
    if growth.fit.solution.at_bound[0]:
        flags.add(Flag.AT_BOUND)
    if amplitudes.shape[1] - 1 < SHORTEST_TRAIN * float(np.exp(growth.fit.nonlinear[0])):
        flags.add(Flag.WINDOW)
    if len(amplitudes) > 1 and _misfit(amplitudes, growth):
        flags.add(Flag.MODEL)
    return flags


def _misfit(amplitudes: FloatArray, growth: Growth) -> bool:
    """Tell whether residuals keep a structure: Ljung-Box p < 0.01, and twice as large as the repeats scatter.

    The size of a response varies from repeat to repeat as a whole, which is no scatter about the curve.
    """
    shape = growth.fit.fitted
    sizes = amplitudes @ shape / float(shape @ shape)
    scatter = (amplitudes - np.outer(sizes, shape)) / float(np.mean(amplitudes[:, 0]))
    expected = float(np.sqrt(np.mean(np.var(scatter, axis=0, ddof=1)) / len(amplitudes)))
    residuals = growth.fit.model.y - shape
    large = float(np.sqrt(np.mean(residuals**2))) > MISFIT_SIZE * expected
    return large and ljung_box(residuals, len(growth.fit.solution.values)) < MISFIT_SIGNIFICANCE


SNDP = Metric(
    name=NAME,
    definition=DEFINITION,
    title="Spike-number-dependent plasticity",
    unit=UNIT,
    formula="A_n/A_1 = 1 + G (1 − exp(−(n−1)/n₀))",
    description=(
        "How the response grows with the number of the pulse in a train: the ratio of the last to the first amplitude "
        "with the variants of the PTP, and the gain G and the number n₀ of a fit to the mean amplitudes. The points of "
        "a train share its size, so that the uncertainties come from leaving out one train at a time, not from the "
        "residuals. `settled` is the level 10 pulse widths after the train."
    ),
    requires=("5 trains (10 for the ratio) of 6 or more pulses marked `train` in a loop `pulse`",),
    reference="metric standard M7",
    compute=_compute,
)
