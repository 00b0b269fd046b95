"""All cases, in the order of the standard; a new metric adds a module with its `CASES` and two lines here."""

from collections.abc import Mapping

from benchmarks.validation import Case
from benchmarks.validation.cases import (
    _adaptation,
    _arrhenius,
    _conduction,
    _decay,
    _endurance,
    _energy,
    _epsc,
    _fresh,
    _loops,
    _memory,
    _optical,
    _order,
    _pairs,
    _pictures,
    _population,
    _quiet,
    _retention,
    _states,
    _stdp,
    _trains,
    _transistor,
    _weights,
)


def all_cases() -> Mapping[str, Case]:
    """Give every case by its name, in the order of the page."""
    modules = (
        _epsc.CASES,
        _quiet.CASES,
        _decay.CASES,
        _pairs.CASES,
        _trains.CASES,
        _order.CASES,
        _memory.CASES,
        _stdp.CASES,
        _weights.CASES,
        _states.CASES,
        _energy.CASES,
        _retention.CASES,
        _arrhenius.CASES,
        _endurance.CASES,
        _loops.CASES,
        _fresh.CASES,
        _conduction.CASES,
        _transistor.CASES,
        _optical.CASES,
        _adaptation.CASES,
        _pictures.CASES,
        _population.CASES,
    )
    return {case.name: case for cases in modules for case in cases}
