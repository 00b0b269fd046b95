"""What a report is made of: a run with its results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from labkit.core import Result, Run


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """A run, the results computed from it, and where both come from.

    `source` is the run file's name as a reader should see it. `definitions` maps a definition-id ("M4.global/1") to
    its wording with the formula.
    """

    run: Run
    results: Sequence[Result]
    source: str = ""
    definitions: Mapping[str, str] = field(default_factory=dict)
