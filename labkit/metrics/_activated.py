"""What a thermally activated device gives at one temperature: half times, lifetimes and conduction of each repeat."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from labkit.core import Flag, Kind
from labkit.metrics._arrhenius_fit import Logarithms
from labkit.metrics._half_time import half_time
from labkit.metrics._models import stretched_exponential
from labkit.metrics._retained import State, states
from labkit.metrics._separable import fit_separable
from labkit.metrics._temperatures import Stay
from labkit.metrics._windows import SIGNAL_TO_NOISE

REFERENCE = "reference"
HALF_TIME, FROM_START, LIFETIME, CONDUCTION_TIMES_T = "t_50", "t_50 - t_0", "KWW τ", "σT"
"""The activated quantities, and the names of those that are variants."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """What was read at one stay: each repeat is a reference read with the programming and the reads after it.

    `values` are the logarithms of each repeat's quantities, by name; None where a repeat has none.
    """

    stay: Stay
    values: tuple[Mapping[str, float | None], ...]
    flags: frozenset[Flag]

    def logarithms(self, name: str) -> Logarithms | None:
        """Give ln y of every repeat; None when one of them has none, which would leave the quick ones over."""
        found = [each[name] for each in self.values]
        known = np.array([each for each in found if each is not None])
        return Logarithms(self.stay.inverse, self.stay.way, known) if len(known) == len(found) > 0 else None


def repeats_of(stay: Stay) -> Repeats:
    """Part a stay at its reference reads, and take each repeat's quantities."""
    reads = stay.run.rows(Kind.READ, REFERENCE).sort_values("begin")
    begins = [*reads["begin"].to_numpy(np.float64), np.inf]
    found: list[State] = []
    for begin, end in pairwise(begins):
        part = stay.part((stay.run.timeline["begin"] >= begin) & (stay.run.timeline["begin"] < end))
        if len(part.rows(Kind.READ, "retention")):
            found += states(part)
    flags = frozenset(flag for state in found for flag in state.flags)
    return Repeats(stay, tuple(_logarithms_of(state, stay.temperature) for state in found), flags)


def _logarithms_of(state: State, temperature: float) -> Mapping[str, float | None]:
    """Give the logarithms of what thermally activated quantities one repeat has."""
    observed, _ = half_time(state)
    half = None if observed is None else observed.value
    # An exponential decay is half gone ln 2 lifetimes after t_0, which does not scale with them.
    left = None if half is None else half - float(state.time[state.start])
    return {
        HALF_TIME: None if half is None else float(np.log(half)),
        FROM_START: None if left is None or left <= 0 else float(np.log(left)),
        LIFETIME: _lifetime(state, half),
        CONDUCTION_TIMES_T: _conduction(state, temperature),
    }


def _lifetime(state: State, half: float | None) -> float | None:
    """Give ln tau of a stretched exponential without offset; None where it fails or ends at a bound."""
    if len(state.time) < 5:
        return None
    weights = 1 / state.uncertainty
    model, starts = stretched_exponential(state.time, state.change, offset=False, weights=weights)
    if half is not None:
        starts = np.array([(np.log(half) - np.log(np.log(2)) / beta, beta) for beta in (0.4, 0.7, 1.0)])
    try:
        fit = fit_separable(model, np.clip(starts, model.lower, model.upper), thorough=False)
    except ValueError:
        return None
    return None if any(fit.solution.at_bound) else float(fit.nonlinear[0])


def _conduction(state: State, temperature: float) -> float | None:
    """Give -ln(sigma T) of the state before programming; the sign makes the slope E_a."""
    if abs(state.reference) < SIGNAL_TO_NOISE * state.reference_uncertainty or not state.bias:
        return None
    return -float(np.log(abs(state.reference / state.bias) * temperature))
