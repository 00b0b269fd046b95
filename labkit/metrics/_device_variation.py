"""M20: device-to-device variation, told apart from what each device scatters from cycle to cycle."""

import numpy as np

from labkit.core import Curve, Estimate, Flag, FloatArray, Interval, Result
from labkit.metrics._metric import NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._random_effects import Components, components, deviation_estimate
from labkit.metrics._set_metric import DeviceSet, SetMetric
from labkit.metrics._set_values import SetValue, changed, set_values
from labkit.metrics._statistics import exponential_of, repeats_mean

MINIMUM_DEVICES = 20
MINIMUM_CYCLES = 5
_NAME = "device_variation"
_METHOD = (
    "one-way random effects of the values of each cycle nested in devices, on the logarithm for quantities with a "
    "natural zero: (MS_between - MS_within) / m; modified large-sample interval"
)


def device_variation(devices: DeviceSet) -> tuple[Result, ...]:
    """Give sigma_d2d of every value that was found cycle by cycle.

    Raises NotMeasured when no value was, or when fewer than two devices have one.
    """
    results = [_variation(value) for value in set_values(devices)]
    found = [result for result in results if result is not None]
    if not found:
        raise NotMeasured(
            "no value was found cycle by cycle on two devices or more",
            "measure 20 devices with 5 cycles each (protocol P23), with metrics that tell each cycle's value",
        )
    return tuple(found)


def cycle_values(value: SetValue) -> tuple[list[str], list[FloatArray]]:
    """Give the devices with two valid cycles or more, and their values cycle by cycle."""
    names, groups = [], []
    for device, result in value.members:
        blocked = {flag for flag in result.flags if flag.fatal} - {Flag.REPEATS}
        own = np.array([each for each in result.repeats if np.isfinite(each)])
        if not blocked and len(own) > 1:
            names.append(device.sample.device)
            groups.append(own)
    return names, groups


def _variation(value: SetValue) -> Result | None:
    names, groups = cycle_values(value)
    if len(groups) < 2:
        return None
    every = np.concatenate(groups)
    logarithmic = value.logarithmic and bool(np.all(every > 0) or np.all(every < 0))
    scaled = [np.log(np.abs(group)) for group in groups] if logarithmic else groups
    found = components(scaled)
    unit = "1" if logarithmic else value.unit
    flags, notes = changed(value)
    few = len(groups) < MINIMUM_DEVICES or min(map(len, groups)) < MINIMUM_CYCLES
    if few:
        flags.add(Flag.REPEATS)
    reason = (
        f"{len(groups)} devices with {min(map(len, groups))} cycles or more; 20 with 5 are asked for" if few else ""
    )
    estimate: Estimate | None = _in(found.between, unit)
    bound = None
    if found.negative:
        bound = Interval(0.0, found.between.interval.high)
        reason = reason or "the scatter from cycle to cycle explains that of the devices: an upper limit only"
        estimate = None
    return outcome(
        _NAME,
        "M20.log/1" if logarithmic else "M20.linear/1",
        f"σ_d2d({'ln ' if logarithmic else ''}{value.symbol})",
        estimate,
        unit,
        _METHOD,
        flags=flags,
        reason=reason,
        bound=bound,
        at=value.at,
        counts={"device": len(groups), "cycle": sum(map(len, groups))},
        variants=_variants(found, scaled, logarithmic, unit),
        notes=value.notes() | notes | _notes(found),
        curves=(_curve(names, groups, value),),
    )


def _in(estimate: Estimate, unit: str) -> Estimate:
    return Estimate(estimate.value, estimate.uncertainty, estimate.interval, estimate.degrees_of_freedom, unit)


def _variants(found: Components, scaled: list[FloatArray], logarithmic: bool, unit: str) -> dict[str, Estimate]:
    means = np.array([np.mean(group) for group in scaled])
    middle = repeats_mean(means, unit)
    variants = {"median_device" if logarithmic else "mean": exponential_of(middle) if logarithmic else middle}
    variants["within_devices"] = _in(found.within, unit)
    first = float(np.std([group[0] for group in scaled], ddof=1))
    variants["one_shot"] = deviation_estimate(first, len(scaled) - 1, unit)
    if not logarithmic and found.mean != 0:
        between = found.between
        share = 1 / abs(found.mean)
        interval = Interval(between.interval.low * share, between.interval.high * share)
        variants["relative"] = Estimate(
            between.value * share, between.uncertainty * share, interval, between.degrees_of_freedom
        )
    return variants


def _notes(found: Components) -> dict[str, str]:
    return {
        "share": f"{found.share:.0%} of the variance of a single value lies between devices",
        "one_shot": "the scatter of one cycle of each device: too large, since it holds that of the cycles too",
    }


def _curve(names: list[str], groups: list[FloatArray], value: SetValue) -> Curve:
    means = np.array([np.mean(group) for group in groups])
    spread = np.array([np.std(group, ddof=1) / np.sqrt(len(group)) for group in groups])
    order = np.argsort(means)
    return Curve(
        f"{value.symbol} of each device, in rising order",
        np.arange(1, len(names) + 1, dtype=float),
        means[order],
        "device",
        "1",
        value.symbol,
        value.unit,
        y_uncertainty=spread[order],
    )


DEVICE_VARIATION = SetMetric(
    name=_NAME,
    definition="M20/1",
    title="Device-to-device variation",
    unit="1",
    formula="σ_d2d² = (MS_between − MS_within) / m, of ln G_max, ln G_min, NL, V_SET, ...",
    description=(
        "Scatter of the devices themselves: what their cycles scatter is taken off. Of the logarithm for quantities "
        "with a natural zero, so that 0.10 is about 10 %. One value of each device would give more (the variant "
        "one_shot: 17.8 % for a true 10 % when the cycles scatter by 15 %). Where the cycles explain everything, an "
        "upper limit."
    ),
    requires=("20 devices with 5 cycles each", "metrics that give each cycle's value"),
    reference="metric standard M20; Burdick and Graybill 1992",
    compute=device_variation,
)
