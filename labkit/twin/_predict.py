"""How well a twin predicts a run that it was not fitted to, beside how well it can be expected to."""

from dataclasses import dataclass

import numpy as np

from labkit.core import TwinModel
from labkit.twin._fit import TwinFit
from labkit.twin._measured import Measured
from labkit.twin._problem import Problem


@dataclass(frozen=True, slots=True)
class Prediction:
    """A run beside what the twin says of it, both over the range of its currents.

    `misfit` is the root of the mean squared difference. `expected` is what it would be on average were the twin right
    to within its uncertainties: by them, the errors of the instruments, the noise, and the scatter of the events, of
    which no twin can tell how well they will work.
    """

    misfit: float
    expected: float


def predict(model: TwinModel, fit: TwinFit, run: Measured) -> Prediction:
    """Try a fitted model on a run; every event is taken to work as well as the mean."""
    problem = Problem(model, [run], lambda what, done, total: None)
    unknowns = np.zeros(problem.size)
    unknowns[problem.parameters] = np.log(fit.values / problem.start)
    known = list(fit.errors)
    for place, name in enumerate(problem.errors, problem.parameters.stop):
        unknowns[place] = fit.errors.get(name, 0.0)
    slopes = problem.slopes(unknowns)
    doubt = np.eye(problem.size)
    doubt[problem.events, problem.events] *= fit.variation**2
    # Errors that the fitted runs shared are as well known as they left them; those of other instruments are not.
    shared = [*range(problem.parameters.stop)]
    source = [*shared]
    for place, name in enumerate(problem.errors, problem.parameters.stop):
        if name in known:
            shared.append(place)
            source.append(problem.parameters.stop + known.index(name))
    doubt[np.ix_(shared, shared)] = fit.covariance[np.ix_(source, source)]
    variance = np.einsum("ij,jk,ik->i", slopes, doubt, slopes) + problem.noise**2
    error = problem.measured - problem.currents(unknowns)
    span = float(np.ptp(problem.measured))
    return Prediction(float(np.sqrt(np.mean(error**2))) / span, float(np.sqrt(np.mean(variance))) / span)
