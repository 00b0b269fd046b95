"""All that is unknown about runs and the model laid on them, as one row of numbers, and how it moves the currents."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from labkit.core import FloatArray, TwinModel
from labkit.twin._linear import Belief
from labkit.twin._measured import Measured

STEP = 1e-4
"""Of the logarithm of a parameter or a factor, in a difference quotient."""
ERROR_STEP = 1e-2
"""Of an error, in standard uncertainties."""
PRIOR = 1.0
"""How well (standard deviation of the logarithm) a parameter is known before the runs: to a factor of e."""

Tell = Callable[[str, int, int], None]
"""Hears what is being done, how much of it is done, and how much there is."""


class Problem:
    """Runs, a model, and the row of unknowns.

    The row is: logarithms of the parameters over their starts, errors of the instruments, times of starts (these two
    in standard uncertainties), and the logarithm of how well each event worked. Errors of one name are one:
    the runs are of the same instruments.
    """

    def __init__(self, model: TwinModel, runs: Sequence[Measured], tell: Tell) -> None:
        self.model, self.runs, self.tell = model, runs, tell
        self.start = np.array([parameter.start for parameter in model.parameters])
        self.errors = tuple(dict.fromkeys(name for run in runs for name in run.errors))
        counts = [model.events(self.start, run.history) for run in runs]
        edges = np.cumsum([0, len(self.start), len(self.errors), *(run.jitter.shape[1] for run in runs), *counts])
        self.size = int(edges[-1])
        places = [slice(first, last) for first, last in pairwise(edges.tolist())]
        self.parameters, self._errors = places[0], places[1]
        self._jitter, self._events = places[2 : 2 + len(runs)], places[2 + len(runs) :]
        self.errors_end = self._errors.stop
        """How many parameters and errors there are: the first of the row."""
        self.events = slice(self._events[0].start, self.size)
        lengths = np.cumsum([0, *(len(run.currents) for run in runs)])
        self.rows = [slice(first, last) for first, last in pairwise(lengths.tolist())]
        self.measured = np.concatenate([run.currents for run in runs])
        self.noise = np.concatenate([run.sigmas for run in runs])

    @property
    def has_events(self) -> bool:
        """Whether anything of the device is random."""
        return bool(self.size > self._events[0].start)

    def belief(self, variation: float) -> Belief:
        """Give what is thought before the runs, were `variation` the coefficient of variation of events.

        The logarithm of a factor whose mean is 1 has the mean -variation^2 / 2 (exactly for a lognormal factor, to the
        fourth order for a gamma factor).
        """
        means, precisions = np.zeros(self.size), np.ones(self.size)
        precisions[self.parameters] = PRIOR**-2
        precisions[self.events] = variation**-2
        means[self.events] = -(variation**2) / 2
        return Belief(means, precisions)

    def values(self, unknowns: FloatArray) -> FloatArray:
        """Give the parameters' values."""
        return self.start * np.exp(unknowns[self.parameters])

    def wrong(self, unknowns: FloatArray) -> dict[str, float]:
        """Give the errors of the instruments, in standard uncertainties."""
        return dict(zip(self.errors, unknowns[self._errors].tolist(), strict=True))

    def currents(self, unknowns: FloatArray) -> FloatArray:
        """Give the currents (A) of all runs."""
        return np.concatenate([self._currents(k, unknowns) for k in range(len(self.runs))])

    def _currents(self, k: int, unknowns: FloatArray) -> FloatArray:
        run = self.runs[k]
        factors = np.exp(unknowns[self._events[k]])
        plain = run.model(self.model, self.values(unknowns), factors, self.wrong(unknowns))
        return np.asarray(plain + run.jitter @ unknowns[self._jitter[k]], dtype=np.float64)

    def slopes(self, unknowns: FloatArray) -> FloatArray:
        """Give the derivatives of the currents: readings x unknowns.

        Differences are central: where unknowns nearly make up for one another, the error of a one-sided difference
        would pass for something that the runs tell.
        """
        found = np.zeros((len(self.measured), self.size))
        for k, (run, rows) in enumerate(zip(self.runs, self.rows, strict=True)):
            found[rows, self._jitter[k]] = run.jitter
            columns = [*_places(self.parameters), *_places(self._errors), *_places(self._events[k])]
            for done, column in enumerate(columns, 1):
                step = np.zeros(self.size)
                step[column] = ERROR_STEP if column in _places(self._errors) else STEP
                beyond, before = self._currents(k, unknowns + step), self._currents(k, unknowns - step)
                found[rows, column] = (beyond - before) / (2 * step[column])
                self.tell(f"slopes of {run.name}", done, len(columns))
        return found


def _places(chosen: slice) -> range:
    return range(chosen.start, chosen.stop)
