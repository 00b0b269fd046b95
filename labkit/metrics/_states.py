"""M17: number of states: programmed, readable, and addressable without feedback."""

import numpy as np
from scipy import stats

from labkit.core import Curve, Estimate, Flag, FloatArray, IntArray, Interval, Result, Run
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._over_cycles import exact
from labkit.metrics._state_levels import Levels, bits, count_each, count_estimate, integer_estimate, read_levels
from labkit.metrics._weight_curves import MINIMUM_CYCLES, Train, WeightCurves, weight_curves

MINIMUM_READS = 30
MINIMUM_SPAN = 10.0
_DRAWS = 500
_NAME = "states"
_READABLE = (
    "greedy count in ascending mean with mu_j - mu_i >= 3 (sigma_i + sigma_j); sigma of the reads of a level about "
    "their straight line and the relaxation that all levels share, smoothed over the conductance; interval by "
    "parametric bootstrap of the reads"
)
_ADDRESSABLE = (
    "greedy count at 3 sigma over the means of the train, sigma² = read noise² + scatter over cycles² + drift²; "
    "interval by bootstrap of the cycles"
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
        f"M17.write_3_sigma.{train.direction}/1",
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
    generator = np.random.default_rng(217)
    picks = generator.integers(0, len(rows), (_DRAWS, len(rows)))
    # A resampled set of cycles holds fewer different ones: its variance is smaller by (C - 1)/C on average.
    widening = float(np.sqrt(len(rows) / (len(rows) - 1)))
    draws = _counts(train, rows[picks], levels, widening).astype(float)
    found = int(_counts(train, rows[None, :], levels)[0])
    # Where the scatter came out small the count came out large, and resampling it leads further that way: reflected.
    return integer_estimate(found, np.round(found**2 / draws))


def _counts(train: Train, rows: FloatArray, levels: Levels | None, widening: float = 1.0) -> IntArray:
    """Count the states of each set of cycles (sets x cycles x points)."""
    # A variance of few cycles is too small more often than too large: its median is put right.
    degrees = rows.shape[1] - 1
    unbiased = degrees / float(stats.chi2.median(degrees))
    scatter = np.var(rows, axis=1, ddof=1) * widening**2 * unbiased - train.read_sigma**2
    # A walk's variance grows with the pulse number: a parabola smooths it without spoiling its zero at the start.
    powers = np.vander(train.x, 3)
    cycle = np.maximum((powers @ np.linalg.lstsq(powers, scatter.T, rcond=None)[0]).T, 0.0)
    read, drift = (levels.smooth_sigma, levels.drift) if levels else (np.array([train.read_sigma]), np.zeros(1))
    own = float(np.sqrt(np.mean(read**2) + np.mean(drift**2)))
    return count_each(np.mean(rows, axis=1), np.sqrt(cycle + own**2))


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
