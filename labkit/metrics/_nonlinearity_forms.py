"""M16: the other forms of nonlinearity in use, from fitted curves, so that published numbers can be compared."""

import numpy as np
from scipy import optimize

from labkit.core import Curve, Estimate, Flag, FloatArray, Interval, Result, Run
from labkit.metrics._exponential_update import curvature_of, update_shape
from labkit.metrics._metric import Metric
from labkit.metrics._nonlinearity import TrainFit, fit_train
from labkit.metrics._outcome import outcome
from labkit.metrics._over_cycles import about, folded
from labkit.metrics._statistics import unlimited_estimate
from labkit.metrics._weight_curves import WeightCurves, weight_curves

_NAME = "nonlinearity_forms"
_FINE = 401
_X = np.linspace(0, 1, _FINE)
_EXPONENTS = np.concatenate([-np.geomspace(20, 0.2, 30), np.geomspace(0.2, 200, 60)])
_STEEPEST = 1e3
_FITTED = "from the curve fitted to the average over cycles; Student's t over fits of each cycle alone"


def departures(curvature: FloatArray | float) -> FloatArray:
    """Give the longest vertical distance of the shape from the diagonal, with the sign of the curvature."""
    return _largest(update_shape(_X, curvature) - _X)


def straightness(curvature: float, x: FloatArray) -> float:
    """Give R² of a straight line through the shape at the points of the train."""
    shape = update_shape(x, curvature)
    return float(np.corrcoef(shape, x)[0, 1] ** 2)


def jang_exponent(curvature: float, ratio: float, x: FloatArray) -> float:
    """Give alpha of G = [(G_M^alpha - G_m^alpha) x + G_m^alpha]^(1/alpha), fitted to the shape between its ends.

    `ratio` is G_M / G_m > 1; a straight line has 1.
    """
    target = 1 + (ratio - 1) * update_shape(x, curvature)

    def distance(exponent: float) -> float:
        # Relative to the larger of the two powers, so that neither end is lost to rounding.
        if exponent > 0:
            model = ratio * (x + ratio**-exponent * (1 - x)) ** (1 / exponent)
        else:
            model = (1 - x + ratio**exponent * x) ** (1 / exponent)
        return float(np.sum((model - target) ** 2))

    costs = [distance(float(each)) for each in _EXPONENTS]
    best = int(np.argmin(costs))
    ends = _EXPONENTS[max(best - 1, 0)], _EXPONENTS[min(best + 1, len(_EXPONENTS) - 1)]
    found = optimize.minimize_scalar(distance, bounds=ends, method="bounded", options={"xatol": 1e-9})
    return float(found.x)


def nonlinearity_forms(curves: WeightCurves) -> tuple[Result, ...]:
    """Give delta_max, R² and Jang's exponent of each half-cycle, and the three asymmetries of a full cycle."""
    fits = {direction: fit_train(train) for direction, train in curves.trains.items() if len(train.pulses) > 4}
    results = [result for fit in fits.values() for result in _of_one(curves, fit)]
    if len(fits) == 2:
        results += _of_both(curves, fits["potentiation"], fits["depression"])
    return tuple(results)


def _of_one(curves: WeightCurves, fit: TrainFit) -> list[Result]:
    side = "P" if fit.train.direction == "potentiation" else "D"
    signed = about(float(departures(fit.fit.curvature)), departures(fit.curvatures))
    exponent, doubt = _jang(curves, fit)
    found = [
        ("delta_max", f"δ_max,{side}", folded(signed), {"signed": signed}, set()),
        ("r_squared", f"R²_{side}", _straightness(fit), {}, set()),
        ("jang", f"α_{side}", exponent, {}, doubt),
    ]
    return [
        _result(curves, fit, f"M16.{name}.{fit.train.direction}/1", symbol, estimate, fit.flags | flags, variants)
        for name, symbol, estimate, variants, flags in found
    ]


def _straightness(fit: TrainFit) -> Estimate:
    """R² depends on the size of the curvature alone: the interval of the label is carried over."""
    label = fit.label
    value = straightness(fit.fit.curvature, fit.x)
    if not np.isfinite(label.uncertainty):
        return unlimited_estimate(value)
    size = folded(label).interval
    low, high = (straightness(min(curvature_of(end), _STEEPEST), fit.x) for end in (size.high, size.low))
    width = label.interval.high - label.interval.low
    share = label.uncertainty / width if width > 0 else 0.0
    return Estimate(value, (high - low) * share, Interval(low, high), label.degrees_of_freedom)


def _jang(curves: WeightCurves, fit: TrainFit) -> tuple[Estimate | None, set[Flag]]:
    """Alpha needs the ratio of the ends, and so a smallest conductance that is more than noise and offset."""
    lowest, highest = sorted((fit.fit.start, fit.fit.start + fit.fit.change))
    scatter = float(np.max(fit.train.mean_uncertainty[[0, -1]])) if fit.train.cycles > 1 else 0.0
    if lowest <= 3 * float(np.hypot(scatter, curves.offset)) or highest <= lowest:
        return None, {Flag.SIGNAL_TO_NOISE}
    ratio, label = highest / lowest, fit.label
    value = jang_exponent(fit.fit.curvature, ratio, fit.x)
    if not np.isfinite(label.uncertainty):
        return unlimited_estimate(value), set()
    ends = [
        float(np.clip(curvature_of(end), -_STEEPEST, _STEEPEST)) for end in (label.interval.low, label.interval.high)
    ]
    low, high = (jang_exponent(end, ratio, fit.x) for end in ends)
    relative = float(np.hypot(scatter, curves.offset)) / lowest
    other = abs(jang_exponent(fit.fit.curvature, ratio * (1 + relative), fit.x) - value)
    width = label.interval.high - label.interval.low
    own = (high - low) * label.uncertainty / width if width > 0 else 0.0
    interval = Interval(
        value - float(np.hypot(value - low, 2 * other)), value + float(np.hypot(high - value, 2 * other))
    )
    return Estimate(value, float(np.hypot(own, other)), interval, label.degrees_of_freedom), set()


def _of_both(curves: WeightCurves, potentiation: TrainFit, depression: TrainFit) -> list[Result]:
    flags = potentiation.flags | depression.flags
    found = []
    for name, symbol, form in (
        ("anl", "ANL", half_way_gap),
        ("anl_max", "ANL_max", longest_gap),
        ("snl", "SNL", shared_departure),
    ):
        own = form(potentiation.curvatures, depression.curvatures)
        signed = about(float(form(_one(potentiation), _one(depression))[0]), own)
        estimate = signed if name == "anl" else folded(signed)
        variants = {} if name == "anl" else {"signed": signed}
        curve = (_pair(potentiation, depression),) if name == "anl_max" else ()
        found.append(_result(curves, potentiation, f"M16.{name}/1", symbol, estimate, flags, variants, curve))
    return found


def _one(fit: TrainFit) -> FloatArray:
    return np.array([fit.fit.curvature])


def half_way_gap(potentiation: FloatArray, depression: FloatArray) -> FloatArray:
    """Give ANL, the gap of the two normalised curves after half of the pulses, per pair of curvatures."""
    half = np.array([0.5])
    return np.asarray((update_shape(half, potentiation) - update_shape(half, depression))[..., 0], float)


def longest_gap(potentiation: FloatArray, depression: FloatArray) -> FloatArray:
    """Give the largest gap of potentiation and mirrored depression (ANL_max), signed, per pair of curvatures."""
    return _largest(update_shape(_X, potentiation) - update_shape(_X, depression))


def shared_departure(potentiation: FloatArray, depression: FloatArray) -> FloatArray:
    """Give the largest departure of the mean of both from the diagonal (SNL), signed, per pair of curvatures."""
    return _largest((update_shape(_X, potentiation) + update_shape(_X, depression)) / 2 - _X)


def _largest(gaps: FloatArray) -> FloatArray:
    place = np.argmax(np.abs(gaps), axis=-1)
    return np.asarray(np.take_along_axis(gaps, place[..., None], axis=-1)[..., 0], float)


def _pair(potentiation: TrainFit, depression: TrainFit) -> Curve:
    return Curve(
        "potentiation against mirrored depression",
        _X,
        update_shape(_X, _one(potentiation))[0],
        "pulse number / P_max",
        "1",
        "normalised conductance",
        "1",
        fit=update_shape(_X, _one(depression))[0],
    )


def _result(
    curves: WeightCurves,
    fit: TrainFit,
    definition: str,
    symbol: str,
    estimate: Estimate | None,
    flags: set[Flag],
    variants: dict[str, Estimate],
    drawn: tuple[Curve, ...] = (),
) -> Result:
    return outcome(
        _NAME,
        definition,
        symbol,
        estimate,
        "1",
        _FITTED,
        flags=flags | curves.blocked,
        at=curves.at(fit.train),
        counts=curves.counts(fit.train),
        variants=variants,
        notes=curves.notes(),
        curves=drawn,
    )


def _compute(run: Run) -> tuple[Result, ...]:
    return nonlinearity_forms(weight_curves(run))


NONLINEARITY_FORMS = Metric(
    name=_NAME,
    definition="M16/1",
    title="Other forms of nonlinearity",
    unit="1",
    formula=(
        "g = (G - G_min)/ΔG, x = n/N, g_D^m(x) = g_D(1 - x);  δ_max = max|g - x|;  ANL = g_P(1/2) - g_D(1/2);  "
        "ANL_max = max|g_P - g_D^m|;  SNL = max|(g_P + g_D^m)/2 - x|;  "
        "G = [(G_M^α - G_m^α) x + G_m^α]^(1/α)"
    ),
    description=(
        "What else is published as nonlinearity, all from fitted curves. ANL_max harms gradient descent, SNL can be "
        "mapped away. A number without its name may be any of these and is not to be ranked."
    ),
    requires=("reads marked potentiation and depression", "10 cycles beside the first"),
    reference="metric standard M16; arXiv:1712.05895",
    compute=_compute,
)
