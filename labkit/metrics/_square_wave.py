"""The edges of a response to a square wave of light: 10 to 90 % between fitted plateaus, never a first crossing."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from labkit.core import Flag, FloatArray, Kind, Run
from labkit.metrics._chopped import alike_train
from labkit.metrics._decay_fit import Choice, Record, average, choose, curve, refit
from labkit.metrics._decay_models import MONO, DecayModel
from labkit.metrics._separable import SeparableFit
from labkit.metrics._series import ljung_box
from labkit.metrics._stimuli import Event, dose_flags, events
from labkit.metrics._windows import Trace

MARK = "square"
LEVELS = 0.1, 0.9
HALF = 5.0
"""Time constants that each half of a period must last."""
WHOLE = 0.9
"""Part of a half that must have been recorded."""
MISFIT_SIGNIFICANCE = 0.01
MISFIT_SIZE = 2.0
_FINE = 4000


@dataclass(frozen=True, slots=True)
class Edges:
    """Equal edges, one record a period: time since the edge (s) and current (A).

    `length` (s) is how long the light stays as it is after the edge; `rising` tells which edge of the light it is.
    """

    records: tuple[Record, ...]
    stimulus: Event
    length: float
    rising: bool
    readings: int
    flags: frozenset[Flag]

    def __len__(self) -> int:
        return len(self.records)


@dataclass(frozen=True, slots=True)
class Fitted:
    """The average of the edges with the model chosen for it, and the time from 10 to 90 % (s).

    `logarithms` are Tukey's pseudo-values of ln t, one a period, whose scatter is the uncertainty.
    """

    choice: Choice
    time: float
    slowest: float
    logarithms: FloatArray

    @property
    def single_pole(self) -> bool:
        """Whether one exponential describes the edge."""
        return self.choice.model is MONO and not misfits(self.choice)


def square_edges(run: Run, trace: Trace) -> tuple[Edges, ...]:
    """Read the rising and the falling edges of every square wave: a train of two or more light pulses marked `square`.

    The first period, which begins from rest, is left out.
    """
    pulses = events(run, Kind.PULSE, [MARK])
    found: list[Edges] = []
    for _, group in groupby(pulses, key=alike_train):
        train = list(group)
        if len(train) > 1:
            found += [_edges(trace, train, rising=True), _edges(trace, train, rising=False)]
    return tuple(found)


def _edges(trace: Trace, train: Sequence[Event], *, rising: bool) -> Edges:
    period = (train[-1].begin - train[0].begin) / (len(train) - 1)
    length = round(train[0].width if rising else period - train[0].width, 9)
    flags, records = dose_flags(train[:1]), []
    for pulse in train[1:]:
        edge = pulse.begin if rising else pulse.end
        window = trace.between(edge + pulse.time_uncertainty, edge + length - pulse.time_uncertainty)
        # The record may end within the last half: what is cut off there is no edge.
        if len(window) and window.time[-1] >= edge + WHOLE * length:
            flags |= window.blocked
            records.append(Record(window.time - edge, window.current))
    readings = sum(len(record.time) for record in records)
    return Edges(tuple(records), train[0], length, rising, readings, frozenset(flags))


def fit_edges(edges: Edges) -> Fitted | None:
    """Fit the average of the edges; None where no model has a finite transition."""
    choice = choose(average(edges.records))
    time = transition(choice.model, choice.fit, edges.length)
    if not np.isfinite(time):
        return None
    whole, count = float(np.log(time)), len(edges)
    pseudo = []
    for left in range(count if count > 1 else 0):
        kept = [record for place, record in enumerate(edges.records) if place != left]
        part = refit(choice.model, average(kept), choice.fit.nonlinear)
        value = np.nan if part is None else transition(choice.model, part, edges.length)
        pseudo.append(count * whole - (count - 1) * float(np.log(value)))
    times = np.exp(choice.fit.nonlinear[: choice.model.times])
    return Fitted(choice, time, float(np.max(times)), np.array(pseudo))


def transition(model: DecayModel, fit: SeparableFit, length: float) -> float:
    """Give the time (s) between 10 and 90 % of the way from the fitted level at the edge to the fitted plateau."""
    slowest = float(np.max(np.exp(fit.nonlinear[: model.times])))
    fastest = float(np.min(np.exp(fit.nonlinear[: model.times])))
    instants = np.concatenate([[0.0], np.geomspace(fastest * 1e-3, 40 * max(slowest, length), _FINE)])
    values = curve(model, fit, instants)
    plateau = model.of(fit)["I_∞"]
    if values[0] == plateau:
        return float("nan")
    way = (values - values[0]) / (plateau - values[0])
    low, high = (_crossing(instants, way, level) for level in LEVELS)
    return high - low


def _crossing(instants: FloatArray, way: FloatArray, level: float) -> float:
    above = np.flatnonzero(way >= level)
    if not len(above) or above[0] == 0:
        return float("nan")
    place = int(above[0])
    share = (level - way[place - 1]) / (way[place] - way[place - 1])
    return float(instants[place - 1] + share * (instants[place] - instants[place - 1]))


def misfits(choice: Choice) -> bool:
    """Tell whether the residuals keep a structure larger than two of their standard deviations (MOD)."""
    residuals = choice.residuals
    if ljung_box(residuals, len(choice.fit.solution.values)) >= MISFIT_SIGNIFICANCE:
        return False
    size = max(len(residuals) // 20, 1)
    blocks = residuals[: len(residuals) // size * size].reshape(-1, size).mean(axis=1)
    deviations = np.abs(residuals - np.median(residuals))
    return bool(np.max(np.abs(blocks)) > MISFIT_SIZE * 1.4826 * float(np.median(deviations)))
