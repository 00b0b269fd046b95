"""What a metric is: a declared definition with the pure function that computes it."""

from collections.abc import Callable
from dataclasses import dataclass

from labkit.core import LabkitError, Result, Run


class NotMeasured(LabkitError):
    """A run that does not hold what a metric needs, with what to measure instead."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of the standard.

    `definition` is the definition-id with its version ("M1.edge/1"); `formula` is plain text; `requires` are the things
    that a run must hold (marks, terminals, geometry); `compute` is a pure function of a Run that raises LabkitError
    when the run cannot carry it.
    """

    name: str
    definition: str
    title: str
    unit: str
    formula: str
    description: str
    requires: tuple[str, ...]
    reference: str
    compute: Callable[[Run], tuple[Result, ...]]
