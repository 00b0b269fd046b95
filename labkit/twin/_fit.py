"""Fit a device model to measured runs: generalised least squares with the scatter of events, and what is uncertain."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import optimize, special

from labkit.core import FloatArray, LabkitError, TwinModel, TwinParameter
from labkit.twin._measured import Measured
from labkit.twin._scatter import Scatter, likeliest

_STEP = 1e-4
"""Of the logarithm of a parameter, and of a factor, in a difference quotient."""
PRIOR = 1.0
"""How well (standard deviation of the logarithm) a parameter is known before the runs: to a factor of e."""
_TOLD = 0.3
"""A parameter whose logarithm is less certain than this is not told by the runs."""
_FAR = 4.0
"""How far (in the logarithm) a parameter may go from where it starts."""
_MODEL_ERROR = 0.02
"""Of the current, beside the noise: what keeps the first steps from following single readings."""
_APPROACHES = 15
_ROUNDS = 4
_CLOSE = 3e-3
_LESSONS = 4
"""How often the events' factors are learnt from what is left; each costs a simulation an event."""
_CLOSE_FACTOR = 0.02
_LEAST_FACTOR = 0.05

Tell = Callable[[str, int, int], None]
"""Hears what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A free parameter after the fit: `relative` is the standard uncertainty of its logarithm."""

    parameter: TwinParameter
    value: float
    relative: float
    degrees_of_freedom: float

    @property
    def told(self) -> bool:
        """Whether the runs tell it."""
        return self.relative < _TOLD

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval; unlimited where the runs do not tell it."""
        if not self.told:
            return 0.0, float("inf")
        reach = float(special.stdtrit(self.degrees_of_freedom, 0.975)) * self.relative
        return self.value * float(np.exp(-reach)), self.value * float(np.exp(reach))


@dataclass(frozen=True, slots=True)
class TwinFit:
    """A model laid on runs.

    `variation` is the coefficient of variation of its events, `misfit` the root of the mean squared residual over the
    range of the currents, `excess` the residual over what noise and scatter explain (1 at best).
    """

    parameters: tuple[Fitted, ...]
    variation: float
    misfit: float
    excess: float
    residuals: tuple[FloatArray, ...] = field(repr=False)

    @property
    def values(self) -> FloatArray:
        """The parameters' values."""
        return np.array([each.value for each in self.parameters])


@dataclass(slots=True)
class _Problem:
    model: TwinModel
    runs: Sequence[Measured]
    start: FloatArray
    tell: Tell
    factors: list[FloatArray] = field(default_factory=list)
    """How well each event of each run worked, as far as is known."""

    def values(self, logarithms: FloatArray) -> FloatArray:
        return self.start * np.exp(logarithms)

    def currents(self, logarithms: FloatArray) -> FloatArray:
        values = self.values(logarithms)
        return np.concatenate(
            [run.model(self.model, values, factors) for run, factors in zip(self.runs, self.factors, strict=True)]
        )

    def slopes(self, logarithms: FloatArray) -> FloatArray:
        """Give the derivatives of the currents by the logarithms: readings x parameters."""
        plain = self.currents(logarithms)
        steps = _STEP * np.eye(len(logarithms))
        return np.column_stack([(self.currents(logarithms + step) - plain) / _STEP for step in steps])

    def events(self, logarithms: FloatArray) -> FloatArray:
        """Give the derivatives of the currents by the factor of each event: readings x events."""
        values = self.values(logarithms)
        total = sum(map(len, self.factors))
        blocks, done = [], 0
        for run, factors in zip(self.runs, self.factors, strict=True):
            plain = run.model(self.model, values, factors)
            block = np.empty((len(plain), len(factors)))
            for k in range(len(factors)):
                better = factors.copy()
                better[k] += _STEP
                block[:, k] = (run.model(self.model, values, better) - plain) / _STEP
                done += 1
                self.tell("scatter of events", done, total)
            blocks.append(block)
        return _diagonal(blocks)

    def count_events(self) -> None:
        """Begin with events that all work as well as the mean."""
        self.factors = [np.ones(self.model.events(self.start, run.history)) for run in self.runs]

    def learn(self, deviations: FloatArray) -> float:
        """Take how far the events are from the mean; gives by how much that changed."""
        edges = np.cumsum([len(factors) for factors in self.factors])[:-1]
        found = [np.maximum(1 + part, _LEAST_FACTOR) for part in np.split(deviations, edges)]
        change = max(
            (float(np.max(np.abs(new - old), initial=0.0)) for new, old in zip(found, self.factors, strict=True)),
            default=0.0,
        )
        self.factors = found
        return change

    @property
    def deviations(self) -> FloatArray:
        """How far the events are from the mean, one after another."""
        return np.concatenate([factors - 1 for factors in self.factors])


def fit_twin(model: TwinModel, runs: Sequence[Measured], tell: Tell = lambda what, done, total: None) -> TwinFit:
    """Fit a model to runs that each began with a rested device.

    Before the runs a parameter is known to about a factor of e around its start (PRIOR); where that is still so after
    them, they do not tell it. Raises LabkitError when nothing can be fitted.
    """
    if not runs or not any(len(run.currents) for run in runs):
        raise LabkitError("there is no reading to fit", "give run files whose terminals the family has")
    problem = _Problem(model, runs, np.array([parameter.start for parameter in model.parameters]), tell)
    currents = np.concatenate([run.currents for run in runs])
    sigmas = np.concatenate([run.sigmas for run in runs])
    problem.count_events()
    logarithms = _approach(problem, currents, sigmas)
    for _ in range(_LESSONS):
        events = problem.events(logarithms)
        scatter, logarithms, left = _refine(problem, currents, sigmas, events, logarithms)
        if problem.learn(scatter.deviations(left)) < _CLOSE_FACTOR:
            break
    return _told(problem, currents, scatter, logarithms)


def _approach(problem: _Problem, currents: FloatArray, sigmas: FloatArray) -> FloatArray:
    """Come near the runs, with weights that no single reading dominates."""
    weights = 1 / np.hypot(sigmas, _MODEL_ERROR * np.abs(currents))
    count = len(problem.start)
    rounds = 0

    def residuals(logarithms: FloatArray) -> FloatArray:
        nonlocal rounds
        rounds += 1
        problem.tell("approach", min(rounds, _APPROACHES), _APPROACHES)
        return np.concatenate([(problem.currents(logarithms) - currents) * weights, logarithms / PRIOR])

    def slopes(logarithms: FloatArray) -> FloatArray:
        return np.vstack([problem.slopes(logarithms) * weights[:, None], np.eye(count) / PRIOR])

    found = optimize.least_squares(
        residuals, np.zeros(count), slopes, bounds=(-_FAR, _FAR), max_nfev=_APPROACHES, xtol=1e-2, ftol=1e-3
    )
    return np.asarray(found.x, dtype=np.float64)


def _refine(
    problem: _Problem, currents: FloatArray, sigmas: FloatArray, events: FloatArray, logarithms: FloatArray
) -> tuple[Scatter, FloatArray, FloatArray]:
    """Go to where the runs are likeliest, the scatter of events found on the way; gives what is left of the currents.

    The model is taken along the events as they are known so far, and is linear in their factors from there.
    """
    known = events @ problem.deviations if events.shape[1] else 0.0
    left = currents - problem.currents(logarithms) + known
    for round_ in range(_ROUNDS):
        problem.tell("refine", round_, _ROUNDS)
        scatter = likeliest(sigmas, events, left)
        slopes = problem.slopes(logarithms)
        downhill = slopes.T @ scatter.solve(left) - logarithms / PRIOR**2
        step = _covariance(scatter, slopes) @ downhill
        step *= min(1.0, 0.5 / max(float(np.max(np.abs(step))), 1e-300))
        taken = _shortened(problem, currents + known, scatter, logarithms, step)
        logarithms = np.clip(logarithms + taken, -_FAR, _FAR)
        left = currents - problem.currents(logarithms) + known
        if np.max(np.abs(taken)) < _CLOSE:
            break
    return likeliest(sigmas, events, left), logarithms, left


def _shortened(
    problem: _Problem, currents: FloatArray, scatter: Scatter, logarithms: FloatArray, step: FloatArray
) -> FloatArray:
    """Give a step that makes the runs likelier: the whole one, a third of it, a ninth, or none."""

    def cost(there: FloatArray) -> float:
        return scatter.cost(currents - problem.currents(there)) + float(there @ there) / PRIOR**2

    before = cost(logarithms)
    for _ in range(4):
        if cost(np.clip(logarithms + step, -_FAR, _FAR)) <= before:
            return step
        step = step / 3
    return np.zeros_like(step)


def _told(problem: _Problem, currents: FloatArray, scatter: Scatter, logarithms: FloatArray) -> TwinFit:
    values, slopes = problem.values(logarithms), problem.slopes(logarithms)
    residuals = currents - problem.currents(logarithms)
    known = scatter.events @ problem.deviations if scatter.events.shape[1] else 0.0
    readings = max(len(currents) - len(logarithms), 1)
    excess = float(np.sqrt(scatter.cost(residuals + known) / readings))
    plain = _covariance(scatter, slopes)
    covariance = plain * max(1.0, excess) ** 2
    for moved in _systematic(problem, values):
        shift = plain @ (slopes.T @ scatter.solve(moved))
        covariance = covariance + np.outer(shift, shift)
    count = scatter.events.shape[1]
    freedom = float(max(count - len(values), 3) if count else readings)
    relative = np.sqrt(np.diag(covariance))
    parts = np.split(residuals, np.cumsum([len(run.currents) for run in problem.runs])[:-1])
    return TwinFit(
        tuple(
            Fitted(parameter, float(value), float(each), freedom)
            for parameter, value, each in zip(problem.model.parameters, values, relative, strict=True)
        ),
        scatter.variation,
        float(np.sqrt(np.mean(residuals**2)) / np.ptp(currents)),
        excess,
        tuple(parts),
    )


def _covariance(scatter: Scatter, slopes: FloatArray) -> FloatArray:
    """Give the covariance of the logarithms after the runs, what was known before included."""
    told: FloatArray = slopes.T @ scatter.solve(slopes) + np.eye(slopes.shape[1]) / PRIOR**2
    return np.linalg.inv(told).astype(np.float64)


def _systematic(problem: _Problem, values: FloatArray) -> list[FloatArray]:
    """Give the errors that readings share, as columns over all of them; runs are of the same instruments."""
    edges = np.concatenate([[0], np.cumsum([len(run.currents) for run in problem.runs])])
    found: dict[str, FloatArray] = {}
    for k, run in enumerate(problem.runs):
        for name, moved in run.systematic(problem.model, values):
            found.setdefault(name, np.zeros(edges[-1]))[edges[k] : edges[k + 1]] = moved
    return list(found.values())


def _diagonal(blocks: Sequence[FloatArray]) -> FloatArray:
    rows, columns = sum(len(block) for block in blocks), sum(block.shape[1] for block in blocks)
    found = np.zeros((rows, columns))
    row = column = 0
    for block in blocks:
        found[row : row + len(block), column : column + block.shape[1]] = block
        row, column = row + len(block), column + block.shape[1]
    return found
