"""What is validated: a metric on a generator of known truth, and what would be excellent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks._coverage_statistics import Comparison, compared
from labkit.core import Estimate, FloatArray, Result

Trial = Callable[[np.random.Generator], Sequence[Comparison]]
"""One seeded trial: make the trace, compute the metric, set its values beside the truth."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A figure of the "excellent" column that is neither coverage nor bias in parts of u.

    `measure` takes the values of all trials and the truths, and gives the figure with its standard error; it falls
    short when it is above `most` by more than its error explains. `symbol` names the value that it belongs to.
    """

    symbol: str
    text: str
    measure: Callable[[FloatArray, FloatArray], tuple[float, float]]
    most: float


@dataclass(frozen=True, slots=True)
class Group:
    """Cases of one row of the standard's table: the generator in words, with its truth, and what is excellent."""

    rows: str
    title: str
    generator: str
    excellent: str


@dataclass(frozen=True, slots=True)
class Case:
    """One metric on one generator.

    `condition` is what this case has of its own (noise, SNR, size). `due` are the flags of which one must be told in
    every trial, of each of `due_of` (all values where empty); where there are none, every flag outside `allowed` is a
    false one. `judged` are the symbols whose coverage, bias and u count for the verdict (all where None). `band` is
    where a coverage of nominally 95 % is accepted.
    """

    name: str
    group: Group
    condition: str
    trial: Trial
    due: frozenset[str] = frozenset()
    allowed: frozenset[str] = frozenset()
    judged: frozenset[str] | None = None
    band: tuple[float, float] = (0.93, 0.97)
    limits: tuple[Limit, ...] = ()
    short: int = 10
    known: Mapping[str, str] = field(default_factory=dict)
    """Symbol to the reason why it falls short, where that is known."""


def seen(metric: str, symbol: str, truth: float, estimate: Estimate | None, *flags: str) -> Comparison:
    """Set an estimate that is no Result of its own beside its truth; `flags` is what was told with it."""
    unit = "" if estimate is None else estimate.unit
    found = compared(Result(metric, "", symbol, estimate, unit, ""), truth)
    return Comparison(
        found.metric,
        found.definition,
        found.symbol,
        found.at,
        found.truth,
        found.value,
        found.uncertainty,
        found.covered,
        flags,
        found.bound,
        found.degrees_of_freedom,
    )


def told(metric: str, symbol: str, *words: str) -> Comparison:
    """Say what was told, where there is no value to compare: flags, or words of a note or a reason."""
    return seen(metric, symbol, float("nan"), None, *words)


def relative_bias(symbol: str, most: float) -> Limit:
    """Limit the mean error, in parts of the truth."""

    def measure(values: FloatArray, truths: FloatArray) -> tuple[float, float]:
        errors = values / truths - 1
        return abs(float(np.mean(errors))), float(np.std(errors, ddof=1) / np.sqrt(len(errors)))

    return Limit(symbol, f"bias ≤ {most:.3g} of the value", measure, most)


def absolute_bias(symbol: str, most: float) -> Limit:
    """Limit the mean error, in the value's unit."""

    def measure(values: FloatArray, truths: FloatArray) -> tuple[float, float]:
        errors = values - truths
        return abs(float(np.mean(errors))), float(np.std(errors, ddof=1) / np.sqrt(len(errors)))

    return Limit(symbol, f"bias ≤ {most:.3g}", measure, most)


def spread(symbol: str, most: float) -> Limit:
    """Limit the standard deviation from trial to trial, in parts of the truth."""

    def measure(values: FloatArray, truths: FloatArray) -> tuple[float, float]:
        scatter = float(np.std(values / truths, ddof=1))
        return scatter, scatter / np.sqrt(2 * (len(values) - 1))

    return Limit(symbol, f"spread ≤ {most:.1%}", measure, most)


def share_beyond(symbol: str, tolerance: float, most: float, *, relative: bool = False) -> Limit:
    """Limit the share of trials whose error is beyond a tolerance."""

    def measure(values: FloatArray, truths: FloatArray) -> tuple[float, float]:
        errors = np.abs(values - truths) / (np.abs(truths) if relative else 1.0)
        share = float(np.mean(errors > tolerance * (1 + 1e-9)))
        return share, float(np.sqrt(max(share, most) * (1 - most) / len(errors)))

    shown = f"{tolerance:.3g}" + (" of the value" if relative else "")
    return Limit(symbol, f"beyond ±{shown} in ≤ {most:.0%}", measure, most)
