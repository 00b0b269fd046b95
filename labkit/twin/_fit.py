"""Fit a device model to measured runs, with the scatter of its events and the errors of the instruments.

All unknowns are found together by Levenberg's and Marquardt's way (least squares with what is known beforehand as
further readings). The scatter of events is found on the way (`_linear`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import special

from labkit.core import FloatArray, LabkitError, TwinModel, TwinParameter
from labkit.twin._linear import SMALLEST, Belief, Linear, likeliest
from labkit.twin._measured import Measured
from labkit.twin._problem import Problem, Tell

_TOLD = 0.3
"""A parameter whose logarithm is less certain than this is not told by the runs."""
_FAR = 4.0
"""How far (in the logarithm) a parameter may go from where it starts."""
_MODEL_ERROR = 0.02
"""Of the current, beside the noise: what keeps the first steps from following single readings."""
_FIRST_VARIATION = 0.2
_ROUNDS = 20
_TRIES = 8
_LONGEST = 1.0
"""Of a step, in the logarithm of a parameter."""
_CLOSE = 0.05
"""Of a standard uncertainty: a step so small is the last."""
_COARSE = 1.0
_LITTLE = 1e-2
"""Of -2 ln of the likelihood: no further step is taken after one that makes the runs likelier by less."""
_MORE = 1.05
"""A residual that is so much larger than the noise is taken to be noise that the readings did not show."""
_REVISIONS = 4
_SMALL_SHARE = 1e-2
"""Of the variance: what comes from the scatter of events and is less does not count."""


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
            return (0.0, float("inf")) if self.value > 0 else (-float("inf"), 0.0)
        reach = float(special.stdtrit(self.degrees_of_freedom, 0.975)) * self.relative
        low, high = sorted((self.value * float(np.exp(-reach)), self.value * float(np.exp(reach))))
        return low, high


@dataclass(frozen=True, slots=True)
class TwinFit:
    """A model laid on runs.

    `variation` is the coefficient of variation of its events, `misfit` the root of the mean squared residual over the
    range of the currents, `excess` the residual over the noise of the readings (1 at best). `errors` are what the
    instruments got wrong, as far as the runs tell, in standard uncertainties. `covariance` is that of the parameters'
    logarithms and then the errors, in their orders.
    """

    parameters: tuple[Fitted, ...]
    variation: float
    misfit: float
    excess: float
    errors: Mapping[str, float]
    covariance: FloatArray = field(repr=False)
    residuals: tuple[FloatArray, ...] = field(repr=False)

    @property
    def values(self) -> FloatArray:
        """The parameters' values."""
        return np.array([each.value for each in self.parameters])


def fit_twin(model: TwinModel, runs: Sequence[Measured], tell: Tell = lambda what, done, total: None) -> TwinFit:
    """Fit a model to runs that each began with a rested device.

    Before the runs a parameter is known to about a factor of e around its start (PRIOR); where that is still so after
    them, they do not tell it. Raises LabkitError when nothing can be fitted.
    """
    if not runs or not any(len(run.currents) for run in runs):
        raise LabkitError("there is no reading to fit", "give run files whose terminals the family has")
    problem = Problem(model, runs, tell)
    rough = np.hypot(problem.noise, _MODEL_ERROR * np.abs(problem.measured))
    found = _Descent(problem, rough, np.zeros(problem.size), _FIRST_VARIATION).go(_COARSE)
    found = _Descent(problem, problem.noise, found.unknowns, found.variation).go(_CLOSE)
    noise = 1.0
    for _ in range(_REVISIONS):
        excess = max(found.excess, 1.0)
        if noise / _MORE < excess < noise * _MORE:
            break
        noise = excess
        found = _Descent(problem, problem.noise * noise, found.unknowns, found.variation).go(_CLOSE)
    return _fit_of(problem, found)


class _Descent:
    """The way down from some unknowns, with a noise (A) that is taken to be in the readings."""

    def __init__(self, problem: Problem, noise: FloatArray, unknowns: FloatArray, variation: float) -> None:
        self.problem, self.noise, self.unknowns, self.variation = problem, noise, unknowns, variation
        self.damping = 1.0
        self._currents = problem.currents(unknowns)
        self.linear = self._linear()

    @property
    def belief(self) -> Belief:
        return self.problem.belief(self.variation)

    @property
    def residuals(self) -> FloatArray:
        """What is left of the currents, in parts of the noise."""
        found: FloatArray = (self.problem.measured - self._currents) / self.noise
        return found

    @property
    def excess(self) -> float:
        """What is left over the noise of the readings; 1 when the model and the noise are right."""
        left = self.residuals * self.noise / self.problem.noise
        freedom = max(len(left) - self.linear.told(self.belief), 1.0)
        return float(np.sqrt(left @ left / freedom))

    def go(self, close: float) -> "_Descent":
        """Go down until the parameters move by less than `close` standard uncertainties."""
        for _ in range(_ROUNDS):
            if self.problem.has_events:
                self.variation = likeliest(self.linear, self.problem.belief)
            before = self._cost(self.unknowns, self._currents)
            if self._far < close or not self._step() or before - self._cost(self.unknowns, self._currents) < _LITTLE:
                break
            self.linear = self._linear()
        return self

    @property
    def _far(self) -> float:
        """How far the parameters are from where they are likeliest, in standard uncertainties."""
        spread = np.sqrt(np.diag(self.linear.covariance(self.belief)))
        return float(np.max(np.abs(self.linear.step(self.belief) / spread)[self.problem.parameters]))

    def _linear(self) -> Linear:
        slopes = self.problem.slopes(self.unknowns) / self.noise[:, None]
        return Linear.of(slopes, self.residuals, self.unknowns)

    def _step(self) -> bool:
        """Take a step that makes the runs likelier; tell whether there was one."""
        before = self._cost(self.unknowns, self._currents)
        for _ in range(_TRIES):
            moved = self.linear.step(self.belief, self.damping)
            longest = float(np.max(np.abs(moved[self.problem.parameters]), initial=0.0))
            there = self.unknowns + moved * min(1.0, _LONGEST / max(longest, _LONGEST))
            there[self.problem.parameters] = np.clip(there[self.problem.parameters], -_FAR, _FAR)
            currents = self.problem.currents(there)
            if self._cost(there, currents) <= before:
                self.unknowns, self._currents = there, currents
                self.damping /= 8
                return True
            self.damping = max(self.damping * 4, 1e-3)
        return False

    def _cost(self, unknowns: FloatArray, currents: FloatArray) -> float:
        left = (self.problem.measured - currents) / self.noise
        cost = float(left @ left) + self.belief.cost(unknowns)
        return cost if np.isfinite(cost) else float("inf")


def _fit_of(problem: Problem, found: _Descent) -> TwinFit:
    covariance = found.linear.covariance(found.belief)[: problem.errors_end, : problem.errors_end]
    relative = np.sqrt(np.diag(covariance))[problem.parameters]
    freedoms = _freedoms(problem, found, relative)
    left = found.residuals * found.noise
    return TwinFit(
        tuple(
            Fitted(parameter, float(value), float(each), float(freedom))
            for parameter, value, each, freedom in zip(
                problem.model.parameters, problem.values(found.unknowns), relative, freedoms, strict=True
            )
        ),
        found.variation if problem.has_events else 0.0,
        float(np.sqrt(np.mean(left**2)) / np.ptp(problem.measured)),
        found.excess,
        problem.wrong(found.unknowns),
        covariance,
        tuple(left[rows] for rows in problem.rows),
    )


def _freedoms(problem: Problem, found: _Descent, relative: FloatArray) -> FloatArray:
    """Give the degrees of freedom of each parameter's standard uncertainty, by Welch and Satterthwaite.

    What of it comes from the scatter of events is as uncertain as a scatter found from so many events is; the rest
    comes from many readings, or is specified.
    """
    events = problem.size - problem.events.start
    if not events:
        return np.full(len(relative), float(max(len(problem.measured) - len(relative), 1)))
    sure = found.linear.covariance(problem.belief(SMALLEST))
    by_events = 1 - np.diag(sure)[problem.parameters] / relative**2
    return np.asarray(max(events - 1, 1) / np.maximum(by_events, _SMALL_SHARE) ** 2, dtype=np.float64)
