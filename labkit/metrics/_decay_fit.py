"""Fitting the decays of repeated stimuli: the average chooses the model, the repeats tell the uncertainty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from labkit.core import Estimate, FloatArray
from labkit.metrics._decay_models import MODELS, DecayModel, Quantities
from labkit.metrics._decimation import Decimated, decimate
from labkit.metrics._fits import Scatter, derivative
from labkit.metrics._metric import NotMeasured
from labkit.metrics._separable import AICC_TO_ADD_A_TERM, SeparableFit, fit_separable
from labkit.metrics._series import residual_noise
from labkit.metrics._statistics import (
    combine,
    exponential_of,
    normal_estimate,
    standard_error,
    two_starts,
    with_further,
    with_limits,
)
from labkit.metrics._transients import REPEATS_FOR_T

NONLINEAR_REGIME = 0.2
"""Relative uncertainty of a time constant beyond which repeats are not fitted one by one."""


@dataclass(frozen=True, slots=True)
class Record:
    """One decay: time since the stimulus's end (s, middle of the aperture) and current above the `baseline` (A)."""

    time: FloatArray
    current: FloatArray
    baseline: float = 0.0


@dataclass(frozen=True, slots=True)
class Choice:
    """A model fitted to the averaged decay, beside the criterion of all models."""

    model: DecayModel
    fit: SeparableFit
    average: Record
    residuals: FloatArray
    aicc: Mapping[str, float]
    others: Mapping[str, tuple[DecayModel, SeparableFit]]


def average(records: Sequence[Record]) -> Record:
    """Average decays on the instants of the first, over the length that all of them have."""
    end = min(record.time[-1] for record in records)
    first = records[0].time[records[0].time <= end + 1e-12]
    rows = [np.interp(first, record.time, record.current) for record in records]
    return Record(first, np.mean(rows, axis=0))


def choose(record: Record) -> Choice:
    """Fit every model and take the one that the corrected Akaike criterion asks for: 10 or more to add a term.

    The noise for the covariance and for the number of independent points comes from the residuals of all readings.
    Raises NotMeasured when no model can be fitted.
    """
    fitted: list[tuple[DecayModel, SeparableFit, FloatArray]] = []
    for model in MODELS:
        try:
            fit = fit_model(model, record)
        except ValueError:
            continue
        fitted.append((model, fit, _residuals(model, fit, record)))
    if not fitted:
        raise NotMeasured("no model of a decay fits the record", "look at the trace after the stimulus")
    correlation = min(residual_noise(each[2], len(each[1].solution.values)).correlation_time for each in fitted)
    independent = len(record.time) / correlation
    criteria = [each[1].aicc(float(each[2] @ each[2]) / len(record.time), independent) for each in fitted]
    best = 0
    for index in range(1, len(fitted)):
        if criteria[index] <= criteria[best] - AICC_TO_ADD_A_TERM:
            best = index
    model, fit, residuals = fitted[best]
    return Choice(
        model,
        fit,
        record,
        residuals,
        {each[0].name: value for each, value in zip(fitted, criteria, strict=True)},
        {each[0].name: (each[0], each[1]) for each in fitted},
    )


def only(model: DecayModel, record: Record) -> Choice:
    """Fit one model, whatever the others would give; raises NotMeasured when it cannot be fitted."""
    try:
        fit = fit_model(model, record)
    except ValueError as error:
        raise NotMeasured(f"no {model.name} fits the record", "look at the trace after the stimulus") from error
    return Choice(model, fit, record, _residuals(model, fit, record), {}, {})


def fit_model(model: DecayModel, record: Record) -> SeparableFit:
    """Fit one model to a record, its scatter from the residuals of all readings.

    Raises ValueError when it converges from no start.
    """
    fit = fit_separable(*model.build(decimate(record.time, record.current)))
    return _with_noise(fit, _residuals(model, fit, record))


def _residuals(model: DecayModel, fit: SeparableFit, record: Record) -> FloatArray:
    return record.current - curve(model, fit, record.time)


def curve(model: DecayModel, fit: SeparableFit, time: FloatArray) -> FloatArray:
    """Give the fitted decay at instants after the stimulus (s)."""
    ones = np.ones(len(time))
    whole, _ = model.build(Decimated(time, 0 * ones, ones, ones))
    return np.asarray(whole.basis(fit.nonlinear) @ fit.linear, float)


def predict(choice: Choice, instant: float) -> Estimate:
    """Give the fitted decay (A) at one instant after the stimulus (s), with the uncertainty of the fit."""
    time = np.array([instant, instant * (1 + 1e-6) + 1e-9])
    ones = np.ones(2)
    model, _ = choice.model.build(Decimated(time, 0 * ones, 0 * ones, ones))
    values = choice.fit.solution.values
    slope = derivative(lambda joint: -model.joint(joint)[:1], values)[0]
    variance = float(slope @ choice.fit.solution.covariance @ slope)
    value = -float(model.joint(values)[0])
    return normal_estimate(value, float(np.sqrt(max(variance, 0.0))), choice.fit.solution.degrees_of_freedom, "A")


def _with_noise(fit: SeparableFit, residuals: FloatArray) -> SeparableFit:
    noise = residual_noise(residuals, len(fit.solution.values))
    return fit.with_scatter(Scatter(noise.sigma**2 * noise.correlation_time, noise.degrees_of_freedom))


def refit(model: DecayModel, record: Record, start: FloatArray) -> SeparableFit | None:
    """Fit one model to another record of the same decay, starting at a known solution; None when it leads nowhere."""
    separable, _ = model.build(decimate(record.time, record.current))
    inside = np.clip(start, separable.lower + 1e-6, separable.upper - 1e-6)
    try:
        return fit_separable(separable, inside[None, :], thorough=False)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Shared:
    """What all repeats have in common.

    Limit of the gain and standard uncertainty of the irradiance (relative), of the baseline (A), of the stimulus's end
    against the samples (s).
    """

    gain: float
    light: float
    baseline: float
    timing: float = 0.0


def over_repeats(choice: Choice, records: Sequence[Record], shared: Shared) -> tuple[dict[str, Estimate], str]:
    """Give all quantities with their uncertainty: uR from 5 repeats on, else uF of the averaged decay.

    Repeats are fitted one by one; where one alone is too noisy for that, the average is fitted with each repeat left
    out in turn (jackknife). The offset, which counts from the baselines, also carries their uncertainty. What
    instrument and light leave in common is added by `carried`.
    """
    if len(records) < REPEATS_FOR_T:
        code = "uF"
        found = {symbol: choice.model.estimate(choice.fit, symbol) for symbol in choice.model.units}
        if "I_∞" in found:
            found["I_∞"] = with_further(found["I_∞"], shared.baseline)
    else:
        one_by_one = _each(choice, records)
        code = "uR of fits to each repeat" if one_by_one is not None else "uR, jackknife of the average"
        values = one_by_one or _pseudo_values(choice, records)
        found = _summary(choice.model, values)
        if "I_∞" in found:
            offsets, baselines = (
                np.array(each) for each in ([v["I_∞"] for v in values], [r.baseline for r in records])
            )
            found["I_∞"] = mean_offset(offsets, baselines, shared.baseline)
    moved = choice.model.moved(choice.fit, shared.timing)
    timed = {symbol: with_limits(each, two_starts(moved[symbol])) for symbol, each in found.items()}
    return timed, f"{code} ⊕ uB" if shared.gain or shared.light else code


def carried(found: Mapping[str, Estimate], shared: Shared) -> dict[str, Estimate]:
    """Add to the currents what all repeats have in common of the instrument and of the light."""
    return {symbol: _of_current(each, shared) if each.unit == "A" else each for symbol, each in found.items()}


def _each(choice: Choice, records: Sequence[Record]) -> list[Quantities] | None:
    errors = choice.fit.solution.uncertainties[: len(choice.fit.nonlinear)]
    if np.max(errors) * np.sqrt(len(records)) > NONLINEAR_REGIME:
        return None
    fits = [refit(choice.model, record, choice.fit.nonlinear) for record in records]
    if any(fit is None or any(fit.solution.at_bound) for fit in fits):
        return None
    return [choice.model.of(fit) for fit in fits if fit is not None]


def _pseudo_values(choice: Choice, records: Sequence[Record]) -> list[Quantities]:
    count = len(records)
    whole = choice.model.of(choice.fit)
    values: list[Quantities] = []
    for index in range(count):
        left = average([*records[:index], *records[index + 1 :]])
        fit = refit(choice.model, left, choice.fit.nonlinear)
        part = choice.model.of(fit) if fit is not None else whole
        values.append(
            {symbol: _pseudo(whole[symbol], part[symbol], count, choice.model.units[symbol]) for symbol in whole}
        )
    return values


def _pseudo(whole: float, part: float, count: int, unit: str) -> float:
    if unit == "s":
        return float(np.exp(count * np.log(abs(whole)) - (count - 1) * np.log(abs(part))))
    return count * whole - (count - 1) * part


def _summary(model: DecayModel, values: Sequence[Quantities]) -> dict[str, Estimate]:
    summary = {}
    for symbol, unit in model.units.items():
        data = np.array([value[symbol] for value in values])
        degrees = float(len(data) - 1)
        if unit == "s":
            logs = np.log(np.abs(data))
            logarithm = normal_estimate(float(np.mean(logs)), standard_error(logs), degrees)
            summary[symbol] = exponential_of(logarithm, unit)
        else:
            summary[symbol] = normal_estimate(float(np.mean(data)), standard_error(data), degrees, unit)
    return summary


def mean_offset(offsets: FloatArray, baselines: FloatArray, uncertainty: float) -> Estimate:
    """Give the mean of what decays end at above their baselines (A); of the mean baseline the `uncertainty` is given.

    The first stimulus may begin on a rested device, the others on what the one before left: then each offset lies as
    much lower as its baseline lies higher. That is known and no chance; the scatter is that about a straight line of
    the offsets over the baselines. The noise of the baselines goes along with it and is added as it was measured.
    """
    count, mean = len(offsets), float(np.mean(offsets))
    about = baselines - np.mean(baselines)
    square = float(about @ about)
    if square == 0:
        return normal_estimate(mean, standard_error(offsets), count - 1, "A")
    slope = float(about @ offsets) / square
    residuals = offsets - mean - slope * about
    scatter = float(np.sqrt(residuals @ residuals / (count - 2) / count))
    return combine(mean, [(scatter, count - 2), (slope * uncertainty, np.inf)], (), "A")


def _of_current(estimate: Estimate, shared: Shared) -> Estimate:
    contributions = [
        (estimate.uncertainty, estimate.degrees_of_freedom),
        (shared.light * abs(estimate.value), np.inf),
    ]
    return combine(estimate.value, contributions, (shared.gain * estimate.value,), estimate.unit)
