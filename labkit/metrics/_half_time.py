"""t_50: where the retained share of a state crosses one half, located between readings in ln t (M22)."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from labkit.core import Estimate, FloatArray, IntArray, Interval
from labkit.metrics._retained import State
from labkit.metrics._statistics import exponential_of, two_starts, with_limits
from labkit.metrics._windows import SIGNAL_TO_NOISE

HALF = 0.5
NEIGHBOURHOOD = 0.75 * float(np.log(10.0))
"""How far from the crossing readings still serve to locate it, in ln t."""
MOST_NEIGHBOURS = 8
"""Readings that a polynomial is laid through at most; more of them make more of the noise than of the curve."""
DRAWS = 2000
MISFIT_SIGNIFICANCE = 0.01


@dataclass(frozen=True, slots=True)
class Crossing:
    """A crossing (ln t), its draws (ln t) from the noise of the readings, and the limit of interpolation's error."""

    place: float
    draws: FloatArray
    doubt: float = 0.0

    def estimate(self, degrees_of_freedom: float) -> Estimate:
        """Give t_50 (s)."""
        low, high = (float(end) for end in np.quantile(self.draws, [0.025, 0.975]))
        drawn = Estimate(self.place, float(np.std(self.draws)), Interval(low, high), degrees_of_freedom)
        return exponential_of(with_limits(drawn, (self.doubt,)), "s")


def half_time(state: State) -> tuple[Estimate | None, Interval]:
    """Give t_50 when it was observed, and the interval in which it lies in any case.

    Observed means that R is below one half at the last reading and above it at the first, each outside its interval.
    The crossing is that of a parabola in ln t fitted to the readings about it or, where no parabola describes them,
    that of a polynomial through the nearest, of an order that leaves no more than their noise.
    """
    last, first = state.retained(len(state.time) - 1), state.retained(0)
    if not last.interval.high < HALF:
        return None, Interval(float(state.time[-1]), np.inf)
    if first.interval.low <= HALF:
        return None, Interval(0.0, float(state.time[0]))
    logs, retained = np.log(state.time), state.change / state.change[state.start]
    drawn = _drawn(state)
    found = _of_parabola(state, logs, retained, drawn)
    found = _of_neighbours(logs, retained, drawn) or found if _misfits(state, logs, retained) else found
    estimate = found.estimate(state.degrees_of_freedom)
    moved = state.time_uncertainty * _moved_by_origin(state, logs, retained, estimate.value)
    timed = with_limits(estimate, two_starts(moved))
    return timed, timed.interval


def _moved_by_origin(state: State, logs: FloatArray, retained: FloatArray, half: float) -> float:
    """Give by how much t_50 moves with the instant from which the times of all reads count, t0 being as declared.

    Nothing for one exponential, of which every instant sees the same; all of it (1) where R is flat at t0.
    """
    if len(logs) < 3:
        return 1.0
    slopes = np.gradient(retained, logs, edge_order=2) / state.time
    there = float(np.interp(half, state.time, slopes))
    return abs(1 - HALF * float(slopes[state.start]) / there) if there < 0 else 1.0


def _drawn(state: State) -> FloatArray:
    """Draw R (draws x readings) with the noise of the readings and their instants, and that of the reference."""
    generator = np.random.default_rng(22)
    shift = state.reference_uncertainty * generator.standard_normal((DRAWS, 1))
    slopes = np.gradient(state.change, np.log(state.time)) / state.time
    single = np.hypot(state.uncertainty, slopes * state.read_uncertainty)
    change = state.change + single * generator.standard_normal((DRAWS, len(state.change))) + shift
    return np.asarray(change / change[:, [state.start]], float)


def _parabola(logs: FloatArray, retained: FloatArray) -> tuple[IntArray, float, FloatArray]:
    """Give the readings about the crossing, the middle of their ln t, and powers of ln t about it."""
    chosen, centre = _around_crossing(logs, retained)
    return chosen, centre, np.vander(logs[chosen] - centre, min(len(chosen), 3), increasing=True)


def _of_parabola(state: State, logs: FloatArray, retained: FloatArray, drawn: FloatArray) -> Crossing:
    chosen, centre, powers = _parabola(logs, retained)
    matrix = np.linalg.pinv(powers)
    own = _roots((retained[chosen] @ matrix.T)[None, :])
    return Crossing(centre + float(own[0]), centre + _roots(drawn[:, chosen] @ matrix.T))


def _misfits(state: State, logs: FloatArray, retained: FloatArray) -> bool:
    chosen, _, powers = _parabola(logs, retained)
    free = len(chosen) - powers.shape[1]
    residuals = retained[chosen] - powers @ (np.linalg.pinv(powers) @ retained[chosen])
    single = state.uncertainty[chosen] / abs(float(state.change[state.start]))
    return free > 0 and float(stats.chi2.sf(np.sum((residuals / single) ** 2), free)) < MISFIT_SIGNIFICANCE


def _of_neighbours(logs: FloatArray, retained: FloatArray, drawn: FloatArray) -> Crossing | None:
    """Interpolate ln R between the readings about the first one below one half; None where they do not enclose it.

    The order of the polynomial in ln t rises until the next reading moves the crossing by less than noise does; by as
    much as the last two moved it, it may be off. ln R of any sum of exponentials or stretched ones is far smoother
    than R.
    """
    after = int(np.argmax(retained < HALF))
    usable = int(np.argmax(np.append(retained, 0.0) <= SIGNAL_TO_NOISE * np.append(np.std(drawn, axis=0), 0.0)))
    if usable < 4 or not 0 < after < usable:
        return None
    depth, scatter = np.log(retained[:usable]), drawn[:, :usable] / retained[:usable] - 1
    places = [_through(logs, depth, after, count) for count in (2, 3)]
    found = None
    for count in range(4, min(MOST_NEIGHBOURS, usable) + 1):
        chosen = _neighbours(logs[:usable], after, count)
        places.append(_through(logs, depth, after, count))
        draws = places[-1] - scatter[:, chosen] @ _weights(logs[chosen], depth[chosen], places[-1])
        found = Crossing(places[-1], draws, float(np.max(np.abs(np.diff(places[-3:])))))
        if found.doubt < float(np.std(draws)):
            break
    return found


def _neighbours(logs: FloatArray, after: int, count: int) -> slice:
    first = min(max(after - count // 2, 0), len(logs) - count)
    return slice(first, first + count)


def _through(logs: FloatArray, depth: FloatArray, after: int, count: int) -> float:
    """Give where (ln t) the polynomial through so many ln R about the first reading below one half crosses it."""
    chosen = _neighbours(logs[: len(depth)], after, count)
    points, values = logs[chosen], depth[chosen]

    def above(place: float) -> float:
        return float(_lagrange(points, place) @ values) - float(np.log(HALF))

    ends = float(logs[after - 1]), float(logs[after])
    return float(optimize.brentq(above, *ends, xtol=1e-12)) if above(ends[0]) * above(ends[1]) < 0 else ends[1]


def _weights(points: FloatArray, values: FloatArray, place: float) -> FloatArray:
    """Give how far each value at a point moves the crossing of the polynomial through them, per unit."""
    after, before = (float(_lagrange(points, place + step) @ values) for step in (_STEP, -_STEP))
    return np.asarray(_lagrange(points, place) * 2 * _STEP / (after - before), float)


_STEP = 1e-4


def _lagrange(points: FloatArray, place: float) -> FloatArray:
    """Give the weights of values at points in the polynomial through them at a place."""
    others = ~np.eye(len(points), dtype=bool)
    return np.array([np.prod((place - points[row]) / (points[k] - points[row])) for k, row in enumerate(others)])


def _around_crossing(logs: FloatArray, retained: FloatArray) -> tuple[IntArray, float]:
    """Give ln t where the isotonic fit of R crosses one half, and the readings within 0.75 decades (at least 5)."""
    falling = np.asarray(optimize.isotonic_regression(retained, increasing=False).x)
    index = min(max(int(np.argmax(falling < HALF)), 1), len(logs) - 1)
    drop = falling[index - 1] - falling[index]
    share = (falling[index - 1] - HALF) / drop if drop > 0 else 0.5
    centre = float(logs[index - 1] + share * (logs[index] - logs[index - 1]))
    nearest = np.argsort(np.abs(logs - centre))
    within = int(np.sum(np.abs(logs - centre) <= NEIGHBOURHOOD))
    return np.sort(nearest[: max(within, min(5, len(logs)))]), centre


def _roots(coefficients: FloatArray) -> FloatArray:
    """Give where rows of a + b x + c x^2 cross one half on their falling branch, or come nearest to it."""
    constant, slope = coefficients[:, 0] - HALF, coefficients[:, 1]
    bend = coefficients[:, 2] if coefficients.shape[1] > 2 else np.zeros(len(slope))
    discriminant = np.maximum(slope**2 - 4 * bend * constant, 0.0)
    # Citardauq's form: stays finite when the parabola is nearly straight, and takes the branch that falls.
    root = 2 * constant / (-slope + np.sqrt(discriminant))
    return np.clip(root, -2 * NEIGHBOURHOOD, 2 * NEIGHBOURHOOD)
