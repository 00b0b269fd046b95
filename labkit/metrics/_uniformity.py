"""M41: how uniform the devices of a chip are, and whether what is left goes along with their place."""

import numpy as np
from scipy import stats

from labkit.core import Curve, Estimate, Flag, FloatArray, Interval, Result
from labkit.metrics._metric import NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._places import order_is_place, place_trends
from labkit.metrics._random_effects import deviation_estimate
from labkit.metrics._set_metric import DeviceSet, SetMetric
from labkit.metrics._set_values import SetValue, changed, set_values
from labkit.metrics._statistics import COVERAGE

MINIMUM_DEVICES = 5
_NAME = "uniformity"
_TAIL = (1 - COVERAGE) / 2
_METHODS = {
    "lognormal": "standard deviation of the logarithm over devices; chi-square interval",
    "normal": "standard deviation over mean, times 1 + 1/4n; Vangel's interval",
}


def uniformity(devices: DeviceSet) -> tuple[Result, ...]:
    """Give the spread of every value that the devices have, and its trends over the chip.

    Raises NotMeasured when no value is had by three devices or more.
    """
    found = [_uniformity(devices, value) for value in set_values(devices) if len(value.values) > 2]
    if not found:
        raise NotMeasured("no value is had by three devices or more", "measure more devices (protocol P23)")
    return tuple(found)


def _uniformity(devices: DeviceSet, value: SetValue) -> Result:
    values = value.values
    count = len(values)
    kind, difference = _distribution(values)
    spreads = {"normal": coefficient_of_variation(values)}
    if kind == "lognormal" or value.logarithmic:
        spreads["lognormal"] = sigma_of_logarithm(values)
    flags, notes = changed(value)
    notes |= value.notes() | {"distribution": difference}
    if count < MINIMUM_DEVICES:
        flags.add(Flag.REPEATS)
    logarithms = kind == "lognormal"
    trends = place_trends(np.log(np.abs(values)) if logarithms else values / abs(np.mean(values)), value.devices)
    if any(trend.significant for trend in trends.values()):
        flags.add(Flag.TREND)
        told = [f"{name} {trend.change:+.0%} from end to end" for name, trend in trends.items() if trend.significant]
        notes["trend"] = ", ".join(told)
        if order_is_place(value.devices) and not devices.random:
            flags.add(Flag.CONFOUNDED)
            notes["order"] = "the devices were measured in the order of their places: position and time are one"
    notes |= _noise_share(value, spreads[kind])
    chosen = spreads.pop(kind)
    variants = {("σ_ln" if name == "lognormal" else "CV"): spread for name, spread in spreads.items()}
    variants |= {f"trend along {name}": trend.estimate for name, trend in trends.items()}
    return outcome(
        _NAME,
        f"M41.{'sigma_ln' if logarithms else 'cv'}/1",
        f"{'σ_ln' if logarithms else 'CV'}({value.symbol})",
        chosen,
        "1",
        _METHODS[kind],
        flags=flags,
        at=value.at,
        counts={"device": count},
        variants=variants,
        notes=notes,
        curves=(_quantiles(values, value, logarithms),),
    )


def _distribution(values: FloatArray) -> tuple[str, str]:
    """Tell whether values of one sign are likelier from a lognormal than from a normal distribution."""
    if not (np.all(values > 0) or np.all(values < 0)):
        return "normal", "values of both signs: normal"
    magnitude = np.abs(values)
    logarithms = np.log(magnitude)
    count = len(values)
    # Twice the difference of the log likelihoods at their maxima; both distributions have two parameters.
    scatter = np.var(magnitude) / np.var(logarithms) if np.var(logarithms) > 0 else 1.0
    lead = count * float(np.log(max(scatter, 1e-300))) - 2 * float(np.sum(logarithms))
    kind = "lognormal" if lead > 0 else "normal"
    return kind, f"{kind}: ΔAIC {abs(lead):.1f} against the {'normal' if lead > 0 else 'lognormal'} one"


def sigma_of_logarithm(values: FloatArray) -> Estimate:
    """Give the standard deviation of ln|x|, with the chi-square interval."""
    return deviation_estimate(float(np.std(np.log(np.abs(values)), ddof=1)), len(values) - 1)


def coefficient_of_variation(values: FloatArray) -> Estimate:
    """Give CV (1 + 1/4n), with the interval of Vangel (1996) for normal data; unlimited when the mean may be 0."""
    count, mean = len(values), float(np.mean(values))
    degrees = count - 1
    raw = float(np.std(values, ddof=1)) / abs(mean) if mean != 0 else np.inf
    value = raw * (1 + 1 / (4 * count))
    ends = []
    for quantile in (stats.chi2.ppf(1 - _TAIL, degrees), stats.chi2.ppf(_TAIL, degrees)):
        under = ((quantile + 2) / count - 1) * raw**2 + quantile / degrees
        ends.append(raw / float(np.sqrt(under)) if np.isfinite(raw) and under > 0 else np.inf)
    # 1/CV has the uncertainty of a mean: u(CV) from both the spread's and the mean's.
    doubt = value * float(np.sqrt(1 / (2 * degrees) + raw**2 / count)) if np.isfinite(raw) else np.inf
    return Estimate(value, doubt, Interval(float(ends[0]), float(ends[1])), degrees)


def _noise_share(value: SetValue, spread: Estimate) -> dict[str, str]:
    """Say how much of the spread the uncertainty of each device's own value explains, where it is not negligible."""
    relative = value.uncertainties / np.abs(value.values)
    known = relative[np.isfinite(relative)]
    share = float(np.mean(known**2)) / spread.value**2 if len(known) and spread.value > 0 else 0.0
    if share < 0.1:
        return {}
    return {"own uncertainty": f"up to {min(share, 1):.0%} of the variance is that of each device's own value: see M20"}


def _quantiles(values: FloatArray, value: SetValue, logarithms: bool) -> Curve:
    """Give the values over normal quantiles, with the straight line that the distribution makes."""
    ordered = np.sort(values)
    count = len(values)
    quantiles = np.asarray(stats.norm.ppf((np.arange(1, count + 1) - 0.375) / (count + 0.25)), float)
    if logarithms:
        sign = np.sign(ordered[0])
        logs = np.log(np.abs(values))
        line = sign * np.exp(np.mean(logs) + sign * np.std(logs, ddof=1) * quantiles)
    else:
        line = np.mean(values) + np.std(values, ddof=1) * quantiles
    return Curve(
        f"distribution of {value.symbol}",
        quantiles,
        ordered,
        "normal quantile",
        "1",
        value.symbol,
        value.unit,
        fit=line,
    )


UNIFORMITY = SetMetric(
    name=_NAME,
    definition="M41/1",
    title="Uniformity",
    unit="1",
    formula="CV (1 + 1/4n) for normal, σ_ln for lognormal values, over devices; trends over row, column, order",
    description=(
        "The spread of each value over the devices of one area, by the distribution that is the likelier. TREND: the "
        "value goes along with row, column or the order of measurement; CONF: row or column and order are one, so "
        "that nothing tells place from time. What each device scatters from cycle to cycle is part of it: see M20."
    ),
    requires=("5 devices", "row and column of each, for the trends"),
    reference="metric standard M41; Vangel 1996",
    compute=uniformity,
)
