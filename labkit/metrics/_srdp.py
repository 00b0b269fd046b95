"""M8: spike-rate-dependent plasticity, the tenth response of a train against the rate of the pulses."""

from dataclasses import dataclass

import numpy as np

from labkit.core import Curve, Estimate, Flag, FloatArray, Result, Run
from labkit.metrics._dose_response import fit_to_means
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._pairs import LEAST_PAIRS
from labkit.metrics._ppf_decay import smoothed_variance
from labkit.metrics._separable import Separable, SeparableFit
from labkit.metrics._statistics import exponential_of
from labkit.metrics._train_ratio import UNIT, TrainRatio, train_ratio
from labkit.metrics._trains import Trains, pulse_trains

NAME = "srdp"
DEFINITION = "M8.global/1"
PULSE = 10
LEAST_RATES = 4
LEAST_FOR_LOGISTIC = 6
STEEPNESS = 0.3, 12.0
"""Exponents of the rate that a logistic may have."""
BEYOND = 3.0
"""How far outside the measured rates f50 is looked for, as a factor."""


@dataclass(frozen=True, slots=True)
class Rates:
    """A10/A1 by rate: rates (Hz), ratios with their smoothed standard uncertainties, what they were computed from."""

    rates: FloatArray
    ratios: FloatArray
    uncertainty: FloatArray
    degrees_of_freedom: float
    trains: tuple[Trains, ...]
    found: tuple[TrainRatio, ...]

    @property
    def flags(self) -> set[Flag]:
        """The flags that any of the rates raises; SUMMATION belongs to a ratio, not to how it changes."""
        return set().union(*(each.flags for each in self.found)) - {Flag.SUMMATION}

    def counts(self) -> dict[str, int]:
        """Give n at each level."""
        single = [trains.counts() for trains in self.trains]
        return {name: sum(each[name] for each in single) for name in single[0]} | {"rate": len(self.rates)}


def _compute(run: Run) -> tuple[Result, ...]:
    by_pulse: dict[tuple[float, float], list[Trains]] = {}
    for trains in pulse_trains(run):
        if trains.pulses >= PULSE:
            stimulus = trains.stimulus
            by_pulse.setdefault((stimulus.level_requested, stimulus.width_requested), []).append(trains)
    enough = [group for group in by_pulse.values() if len(group) >= LEAST_RATES]
    if not enough:
        most = max((len(group) for group in by_pulse.values()), default=0)
        raise NotMeasured(
            f"trains of {PULSE} equal pulses were applied at {most} rates, too few",
            f"apply trains of {PULSE} pulses at {LEAST_RATES} or more rates",
        )
    return tuple(result for group in enough for result in _results(_rates(group)))


def _rates(group: list[Trains]) -> Rates:
    ordered = sorted(group, key=lambda trains: 1 / trains.period)
    if min(len(trains) for trains in ordered) < 2:
        raise NotMeasured("a rate has a single train", "repeat the trains of every rate, ten times by the standard")
    found = tuple(train_ratio(trains, PULSE, len(ordered)) for trains in ordered)
    rates = np.array([1 / trains.period for trains in ordered])
    repeats = np.array([len(trains) for trains in ordered])
    variances = np.array([each.estimate.uncertainty**2 for each in found])
    return Rates(
        rates,
        np.array([each.estimate.value for each in found]),
        np.sqrt(smoothed_variance(rates, variances, repeats)),
        float(np.sum(repeats - 1)),
        tuple(ordered),
        found,
    )


def _results(rates: Rates) -> list[Result]:
    line = _line(rates)
    slope = line.solution.estimate(0, UNIT)
    logistic, misfit = _logistic(rates) if len(rates.rates) >= LEAST_FOR_LOGISTIC else (None, set())
    curve = _curve(rates, logistic if logistic is not None else line)
    return [_slope_result(rates, slope, curve), _half_result(rates, slope, logistic, misfit)]


def _slope_result(rates: Rates, slope: Estimate, curve: Curve) -> Result:
    least = min(len(trains) for trains in rates.trains)
    return outcome(
        NAME,
        DEFINITION,
        "slope per decade",
        slope,
        UNIT,
        "straight line of A10/A1 against log10 of the rate, weights from a smoothed variance, uF",
        flags=rates.flags,
        reason=f"{least} trains of a rate; the standard asks for {LEAST_PAIRS}" if least < LEAST_PAIRS else "",
        at=_conditions(rates),
        counts=rates.counts(),
        notes={"filter": _kind(slope)},
        curves=(curve,),
    )


def _half_result(rates: Rates, slope: Estimate, logistic: SeparableFit | None, misfit: set[Flag]) -> Result:
    reason = f"{len(rates.rates)} rates; a logistic needs {LEAST_FOR_LOGISTIC}" if logistic is None else ""
    half = exponential_of(logistic.profile(0), "Hz") if logistic is not None else None
    flags = rates.flags | misfit | (_half_flags(rates, logistic) if logistic is not None else set())
    if 0 in slope.interval:
        reason, half = reason or "no dependence on the rate is shown", None
    return outcome(
        NAME,
        DEFINITION,
        "f₅₀",
        half,
        "Hz",
        "logistic of A10/A1 against the logarithm of the rate, uF",
        flags=flags,
        reason=reason,
        at=_conditions(rates),
        counts=rates.counts(),
    )


def _conditions(rates: Rates) -> dict[str, float]:
    shared = {name: value for name, value in rates.trains[0].conditions().items() if name != "period"}
    return shared | {"pulse": float(PULSE)}


def _kind(slope: Estimate) -> str:
    if slope.interval.low > 0:
        return "high-pass: the response grows with the rate"
    if slope.interval.high < 0:
        return "low-pass: the response falls with the rate"
    return "none shown: the interval of the slope contains 0"


def _line(rates: Rates) -> SeparableFit:
    """Fit a straight line. A bent dependence still has a mean slope; how far it bends is in the uncertainty."""
    columns = np.column_stack([np.log10(rates.rates), np.ones(len(rates.rates))])
    none = np.empty(0)
    model = Separable("straight line", lambda _: columns, rates.ratios, 1 / rates.uncertainty, none, none)
    return fit_to_means(model, np.empty((1, 0)), rates.degrees_of_freedom)[0]


def _logistic(rates: Rates) -> tuple[SeparableFit, set[Flag]]:
    logs = np.log(rates.rates)

    def basis(nonlinear: FloatArray) -> FloatArray:
        rising = 1 / (1 + np.exp(-np.exp(nonlinear[1]) * (logs - nonlinear[0])))
        return np.column_stack([rising, np.ones(len(logs))])

    lower = np.array([logs[0] - np.log(BEYOND), np.log(STEEPNESS[0])])
    upper = np.array([logs[-1] + np.log(BEYOND), np.log(STEEPNESS[1])])
    starts = np.array(
        [(half, steep) for half in np.linspace(logs[0], logs[-1], 7) for steep in np.log([1.0, 3.0, 8.0])]
    )
    model = Separable("logistic", basis, rates.ratios, 1 / rates.uncertainty, lower, upper)
    return fit_to_means(model, starts, rates.degrees_of_freedom)


def _half_flags(rates: Rates, logistic: SeparableFit) -> set[Flag]:
    half = float(np.exp(logistic.nonlinear[0]))
    flags = {Flag.AT_BOUND} if logistic.solution.at_bound[0] else set()
    if not rates.rates[0] <= half <= rates.rates[-1]:
        flags.add(Flag.EXTRAPOLATED)
    return flags


def _curve(rates: Rates, fit: SeparableFit) -> Curve:
    return Curve(
        "tenth response against rate",
        rates.rates,
        rates.ratios,
        "rate",
        "Hz",
        "A10/A1",
        UNIT,
        rates.uncertainty,
        fit.fitted,
        log_x=True,
    )


SRDP = Metric(
    name=NAME,
    definition=DEFINITION,
    title="Spike-rate-dependent plasticity",
    unit=UNIT,
    formula="slope = d(A10/A1)/d log₁₀ f;  A10/A1 = c + a/(1 + (f₅₀/f)^k)",
    description=(
        "How the ratio of the tenth to the first response of a train (M6, global) changes with the rate of its pulses, "
        "at one width and one count: the gain slope per decade and the rate f₅₀ of half the change. High-pass or "
        "low-pass only where the interval of the slope excludes 0. The ratios themselves, with their other baselines, "
        "are the metric `ptp`. Above half the period rate is dose: DUTY."
    ),
    requires=(
        "10 trains of 10 pulses marked `train` in a loop `pulse` at each of 4 or more rates, 6 for f₅₀",
        "single pulses marked `control` to see a change of the device",
    ),
    reference="metric standard M8",
    compute=_compute,
)
