"""M17: number of states: programmed, readable, and addressable without feedback."""

import numpy as np

from labkit.core import Curve, Estimate, Flag, FloatArray, Interval, Result, Run
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._over_cycles import exact
from labkit.metrics._state_levels import Levels, bits, count_each, count_estimate, integer_estimate, read_levels
from labkit.metrics._weight_curves import MINIMUM_CYCLES, Train, WeightCurves, weight_curves

MINIMUM_READS = 30
MINIMUM_SPAN = 10.0
_DRAWS = 500
_ROUNDS = 4
_PARABOLA = 3
_LEAST_SHARE = 1e-3
"""Least variance of a point, in parts of the largest, that its weight is taken from."""
_LEAST = 1e-30
_NAME = "states"
_READABLE = (
    "greedy count in ascending mean with mu_j - mu_i >= 3 (sigma_i + sigma_j); sigma of the reads of a level about "
    "their straight line and the relaxation that all levels share, smoothed over the conductance; interval by "
    "parametric bootstrap of the reads"
)
_ADDRESSABLE = (
    "greedy count at 3 sigma over the means of the train, sigma² = read noise² + scatter over cycles² + drift², a "
    "parabola in the pulse number; interval by parametric bootstrap of the cycles"
)


def states(curves: WeightCurves | None, levels: Levels | None) -> tuple[Result, ...]:
    """Give the readable, the addressable and the programmed number of states, as far as they were measured."""
    results = []
    if levels is not None:
        results.append(_readable(levels, curves))
    if curves is not None:
        train = next(iter(curves.trains.values()))
        results.append(_addressable(curves, train, levels))
    results.append(_programmed(curves, levels))
    return tuple(results)


def _readable(levels: Levels, curves: WeightCurves | None) -> Result:
    flags = set(levels.blocked)
    reasons = []
    if levels.reads < MINIMUM_READS:
        flags.add(Flag.REPEATS)
        reasons.append(f"{levels.reads} reads a level, {MINIMUM_READS} are needed")
    if levels.span < MINIMUM_SPAN * 0.99:
        flags.add(Flag.REPEATS)
        reasons.append(f"the reads of a level cover {levels.span:.3g} s, {MINIMUM_SPAN:g} s are needed")
    found = count_estimate(levels)
    bound = None
    if found.value >= len(levels):
        bound = Interval(found.value, np.inf)
        reasons.append("every programmed level can be told from its neighbours: the train is too coarse to count more")
    notes = {"noise": f"median sigma of a read {np.median(levels.smooth_sigma):.3g} S"}
    if np.isfinite(levels.bandwidth):
        notes["bandwidth"] = f"{1 / levels.span:.2g} Hz to {levels.bandwidth:.3g} Hz"
    return outcome(
        _NAME,
        "M17.read_3_sigma/1",
        "N_r",
        None if bound else found,
        "1",
        _READABLE,
        flags=flags,
        reason="; ".join(reasons),
        bound=bound,
        at={"read_voltage": curves.voltage} if curves else {},
        counts={"sample": levels.reads, "level": len(levels)},
        variants={"bits": bits(found), "1_sigma": count_estimate(levels, 1.0), "2_sigma": count_estimate(levels, 2.0)},
        notes=notes,
        curves=(_curve(levels),),
    )


def _addressable(curves: WeightCurves, train: Train, levels: Levels | None) -> Result:
    flags = set(curves.blocked)
    if train.cycles < MINIMUM_CYCLES:
        flags.add(Flag.REPEATS)
    estimate = _over_cycles(train, levels) if train.cycles > 2 else None
    notes = {} if levels else {"read noise": "from the readings within a read; no reads marked state, no drift known"}
    return outcome(
        _NAME,
        f"M17.write_3_sigma.{train.direction}/2",
        "N_w",
        estimate,
        "1",
        _ADDRESSABLE,
        flags=flags,
        at=curves.at(train),
        counts=curves.counts(train),
        variants={"bits": bits(estimate)} if estimate else {},
        notes=curves.notes() | notes,
    )


def _over_cycles(train: Train, levels: Levels | None) -> Estimate:
    rows = train.conductance
    cycles, mean, own = len(rows), np.mean(rows, axis=0), _own_variance(train, levels)
    # Cycles drawn from a normal distribution with the covariance of those measured: their variance scatters as
    # chi-squared of cycles - 1 degrees of freedom. Drawing among the ten themselves would show less than that.
    shares = np.random.default_rng(217).standard_normal((_DRAWS, cycles, cycles)) / np.sqrt(cycles - 1)
    drawn = mean + shares @ (rows - mean)
    means = np.mean(drawn, axis=1)
    sigma, spread = (np.sqrt(_cycle_variance(train, each, own) + own) for each in (rows[None, :], drawn))
    # Noise as much larger than that found as what was drawn from it is smaller would have shown what was found.
    larger = _rise(means, spread) / np.maximum(_rise(mean[None, :], sigma), _LEAST)
    # Noise of few cycles is found too small more often than too large: its median is put right.
    found = count_each(mean[None, :], sigma * float(np.median(larger)))
    return integer_estimate(int(found[0]), count_each(means, sigma * larger[:, None]).astype(float))


def _rise(mean: FloatArray, sigma: FloatArray) -> FloatArray:
    """Give by how many standard deviations each curve (sets x points) rises: in proportion to its states."""
    order = np.argsort(mean, axis=1)
    level, width = (np.take_along_axis(each, order, axis=1) for each in (mean, sigma))
    return np.asarray(np.sum(np.diff(level, axis=1) * 2 / np.maximum(width[:, 1:] + width[:, :-1], _LEAST), axis=1))


def _cycle_variance(train: Train, rows: FloatArray, own: float) -> FloatArray:
    """Give the variance over cycles (S^2) at each point of each set of cycles (sets x cycles x points)."""
    scatter = np.var(rows, axis=1, ddof=1) - train.read_sigma**2
    # A walk's variance grows with the pulse number: a parabola smooths it. A variance scatters as it is large.
    powers = np.vander(train.x, min(_PARABOLA, len(train.x)))
    squares = np.reshape(powers[:, :, None] * powers[:, None, :], (len(powers), -1))
    smooth = np.broadcast_to(np.mean(np.maximum(scatter, 0.0), axis=1, keepdims=True), scatter.shape)
    for _ in range(_ROUNDS):
        expected = np.maximum(smooth, 0.0) + own
        largest = np.maximum(np.max(expected, axis=1, keepdims=True), _LEAST)
        weights = np.maximum(expected / largest, _LEAST_SHARE) ** -2.0
        normal = (weights @ squares).reshape(-1, powers.shape[1], powers.shape[1])
        right = (weights * scatter) @ powers
        smooth = np.linalg.solve(normal, right[:, :, None])[:, :, 0] @ powers.T
    return np.asarray(np.maximum(smooth, 0.0), float)


def _own_variance(train: Train, levels: Levels | None) -> float:
    """Give the variance (S^2) of a level by itself: read noise and drift."""
    read, drift = (levels.smooth_sigma, levels.drift) if levels else (np.array([train.read_sigma]), np.zeros(1))
    return float(np.mean(read**2) + np.mean(drift**2))


def _programmed(curves: WeightCurves | None, levels: Levels | None) -> Result:
    pulses = next(iter(curves.trains.values())).count if curves else len(levels) if levels else 0
    value = exact(float(pulses))
    return outcome(
        _NAME,
        "M17.programmed/1",
        "N_p",
        value,
        "1",
        "pulses applied: programmed levels, which says nothing of whether they differ",
        variants={"bits": bits(value)},
        counts={"pulse": pulses},
    )


def _curve(levels: Levels) -> Curve:
    number = np.arange(1, len(levels) + 1, dtype=float)
    sigma = levels.smooth_sigma
    return Curve("levels", number, levels.mean, "level", "1", "conductance", "S", y_uncertainty=sigma)


def _compute(run: Run) -> tuple[Result, ...]:
    try:
        curves = weight_curves(run)
    except NotMeasured:
        curves = None
    levels = read_levels(run, curves.voltage if curves else None)
    if curves is None and levels is None:
        raise NotMeasured(
            "the run holds neither LTP/LTD reads nor reads marked state",
            "read 30 times at each level over 10 s, marked state (protocol P10)",
        )
    return states(curves, levels)


STATES = Metric(
    name=_NAME,
    definition="M17/1",
    title="Number of states",
    unit="1",
    formula="N = greedy count with μ_j - μ_i >= 3 (σ_i + σ_j);  N_r: σ = σ_read;  N_w: σ² = σ_read² + σ_c2c² + drift²",
    description=(
        "N_r: levels that a read can tell apart (default). N_w: levels that a number of pulses reaches without "
        "feedback. N_p: pulses applied. Where all levels can be told apart, the train was too coarse: a lower bound."
    ),
    requires=("30 reads marked state at each level over 10 s", "reads marked potentiation or depression"),
    reference="metric standard M17; Stathopoulos 2017; Rao 2023",
    compute=_compute,
)
