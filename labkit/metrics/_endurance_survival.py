"""M24 over devices: after how many cycles which share of them has failed, with those that have not."""

from dataclasses import replace

import numpy as np

from labkit.core import Curve, Estimate, Flag, Interval, Result
from labkit.metrics._endurance import NAME as ENDURANCE_NAME
from labkit.metrics._endurance import SYMBOL
from labkit.metrics._metric import NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._set_metric import DeviceSet, MeasuredDevice, SetMetric
from labkit.metrics._statistics import clopper_pearson
from labkit.metrics._survival import Lifetimes, Weibull, fit_weibull, kaplan_meier, lifetimes_of, survival_bound
from labkit.metrics._weibull_bias import median_error

NAME = "endurance_survival"
DEFINITION = "M24.weibull/2"
MINIMUM_DEVICES = 10
QUANTILES = {"B10": 0.10, "N_50": 0.50}
CORRECTED = frozenset({"B10"})
_METHOD = "Weibull by maximum likelihood with devices that did not fail censored; interval by the likelihood ratio (uS)"
_CORRECTED = "; the median error of so few devices (parametric bootstrap) taken off"


def survival(devices: DeviceSet) -> tuple[Result, ...]:
    """Give B10, the median and the share that survives, for each window W that was used.

    Raises NotMeasured when no device has an endurance.
    """
    found: dict[float, list[tuple[float, bool]]] = {}
    without: dict[float, list[str]] = {}
    for device in devices:
        for result in device.results:
            if result.metric == ENDURANCE_NAME and result.symbol == SYMBOL:
                window = result.at.get("window", float("nan"))
                life = lifetime(result)
                found.setdefault(window, []).extend([life] if life else [])
                without.setdefault(window, []).extend([] if life else [_name(device)])
    if not any(found.values()):
        raise NotMeasured(
            "no device of the set has an endurance, or a number of cycles that it endured",
            "measure the endurance of 10 or more devices (protocol P16) with both states read in every cycle",
        )
    return tuple(
        result for window, lives in found.items() if lives for result in _results(lifetimes_of(lives), window, without)
    )


def lifetime(result: Result) -> tuple[float, bool] | None:
    """Give the cycles of one device's endurance and whether it failed; None when they are not known."""
    if result.estimate is not None:
        return result.estimate.value, True
    if set(result.flags) & {Flag.BLIND, Flag.REPEATS, Flag.COMPLIANCE} or result.bound is None:
        return None
    return (result.bound.low, False) if np.isinf(result.bound.high) and result.bound.low > 0 else None


def _name(device: MeasuredDevice) -> str:
    return f"{device.sample.name}/{device.sample.device}"


def _results(lifetimes: Lifetimes, window: float, without: dict[float, list[str]]) -> list[Result]:
    fitted = fit_weibull(lifetimes)
    missing = without.get(window, [])
    notes = {"failures": f"{lifetimes.failures} of {len(lifetimes)} devices failed"}
    if missing:
        notes["left out"] = f"{len(missing)} devices without a known number of cycles: {', '.join(missing[:6])}"
    if fitted is not None:
        notes["Weibull"] = f"scale {fitted.scale:.4g} cycles, shape {fitted.shape:.3g}"
    quantiles = [_quantile(lifetimes, fitted, symbol, window, notes) for symbol in QUANTILES]
    return [*quantiles, _share(lifetimes, window, notes)]


def _quantile(
    lifetimes: Lifetimes, fitted: Weibull | None, symbol: str, window: float, notes: dict[str, str]
) -> Result:
    flags, reasons = _shortage(lifetimes)
    bound = None
    if fitted is None:
        reasons.append(f"{lifetimes.failures} of {len(lifetimes)} devices failed, too few for a distribution")
        if not lifetimes.failures:
            bound = _endured(lifetimes, QUANTILES[symbol])
    curve = kaplan_meier(lifetimes)
    variants = {}
    if symbol == "N_50" and np.isfinite(curve.median):
        variants["Kaplan-Meier"] = Estimate(curve.median, np.inf, Interval(-np.inf, np.inf), 0.0)
    return outcome(
        NAME,
        DEFINITION,
        symbol,
        None if fitted is None else _estimate(fitted, symbol),
        "1",
        _METHOD + (_CORRECTED if symbol in CORRECTED else ""),
        flags=flags,
        reason="; ".join(reasons),
        bound=bound,
        at={"window": window, "share": QUANTILES[symbol]},
        counts={"device": len(lifetimes), "failed": lifetimes.failures},
        variants=variants,
        notes=notes,
        curves=(Curve("survival", curve.cycles, curve.share, "cycle", "1", "share that works", "%", curve.uncertainty),)
        if symbol == "B10"
        else (),
    )


def _estimate(fitted: Weibull, symbol: str) -> Estimate:
    """Give a quantile; too large a shape, as few devices have, moves an early one up, and hardly the median."""
    found = fitted.quantile(QUANTILES[symbol])
    if symbol not in CORRECTED:
        return found
    value = found.value * float(np.exp(-median_error(fitted, QUANTILES[symbol])))
    return replace(found, value=min(max(value, found.interval.low), found.interval.high))


def _shortage(lifetimes: Lifetimes) -> tuple[set[Flag], list[str]]:
    if len(lifetimes) >= MINIMUM_DEVICES:
        return set(), []
    return {Flag.REPEATS}, [f"{len(lifetimes)} devices; the standard asks for {MINIMUM_DEVICES}"]


def _endured(lifetimes: Lifetimes, share: float) -> Interval | None:
    """Give the bound of a quantile when no device failed: at 95 % more than 1 - share survive, where n is enough."""
    enough = survival_bound(0, len(lifetimes)) >= 1 - share
    return Interval(float(np.min(lifetimes.cycles)), np.inf) if enough else None


def _share(lifetimes: Lifetimes, window: float, notes: dict[str, str]) -> Result:
    """Give the share that survives the cycles that every device was tested to, failed ones included."""
    tested = lifetimes.cycles[~lifetimes.failed]
    test = float(np.min(tested)) if len(tested) else float(np.max(lifetimes.cycles))
    failed = int(np.sum(lifetimes.failed & (lifetimes.cycles <= test)))
    count = len(lifetimes)
    bound = survival_bound(failed, count)
    told = notes | {"survival": f"{failed} of {count} failed in {test:g} cycles: at 95 % more than {bound:.1%} survive"}
    return outcome(
        NAME,
        "M24.survival/1",
        "S",
        clopper_pearson(count - failed, count, "%"),
        "%",
        "devices that work after the test over all devices; Clopper and Pearson (uC)",
        at={"window": window, "cycles": test},
        counts={"device": count, "failed": failed},
        variants={"one-sided 95 %": Estimate(1 - failed / count, 0.0, Interval(bound, 1.0), np.inf, "%")},
        notes=told,
    )


ENDURANCE_SURVIVAL = SetMetric(
    name=NAME,
    definition=DEFINITION,
    title="Endurance over devices",
    unit="1",
    formula="P(N_f ≤ n) = 1 − exp(−(n/η)^β);  B10 = η (−ln 0.9)^(1/β);  S ≥ 0.05^(1/n) when none of n failed",
    description=(
        "Cycles by which a tenth (B10) and half of the devices have failed, from a Weibull distribution in which those "
        "that outlived their test count as such, and the share that survives the test. In few devices maximum "
        "likelihood finds too large a shape and so too late a B10, by 0.4 of its uncertainty for ten: half of such "
        "tests find it later than the value given here, half earlier. Kaplan and Meier's curve is drawn beside it. "
        "Fewer than ten devices give no value: nine of ten unbroken ones say little of the tenth."
    ),
    requires=("the endurance of 10 devices",),
    reference="metric standard M24; Lanza et al., ACS Nano 15, 17214 (2021); Kaplan and Meier 1958; Hirose 1999",
    compute=survival,
)
