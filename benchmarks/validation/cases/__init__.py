"""All cases; a new metric adds a module with its `CASES` and two lines here."""

from collections.abc import Mapping

from benchmarks.validation import Case
from benchmarks.validation.cases import _epsc


def all_cases() -> Mapping[str, Case]:
    """Give every case by its name, in the order of the page."""
    modules = (_epsc.CASES,)
    return {case.name: case for cases in modules for case in cases}
