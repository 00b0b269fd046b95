"""What holds for all tests.

The examples of the property tests are the same in every run, so that a test fails because of a change and never by
luck. `make explore` draws others, and many more of them.
"""

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import settings

from labkit.app import Outlook, Request, bench_names, load_bench, outlook
from labkit.core import LabkitError
from labkit.protocol import load_protocol

# How long an example takes is the machine's matter: a busy one makes no property false.
settings.register_profile("labkit", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, derandomize=False, print_blob=True)
settings.load_profile("labkit")

_GENTLE = {"compliance": "1 mA", "current_range": "1 mA"}
"""For a protocol whose current limit is above what the shipped benches bear."""


@cache
def _delivered(name: str) -> Outlook:
    document = load_protocol(name).document
    gentle = {word: value for word, value in _GENTLE.items() if word in document.parameters}
    for bench in bench_names():
        loaded = load_bench(bench).bench
        if not set(document.terminals) <= set(loaded.terminals):
            continue
        devices = () if loaded.switch is None else tuple(loaded.switch.wiring())[:2]
        for chosen, given in ((None, {}), *((each, {}) for each in document.sets), (None, gentle)):
            request = Request(name, bench, virtual=True, set_name=chosen, parameters=given, devices=devices)
            try:
                found = outlook(request)
            except LabkitError:
                continue
            if found.runnable:
                return found
    raise AssertionError(f"no bench delivers {name}")


@pytest.fixture(scope="session")
def delivered() -> Callable[[str], Outlook]:
    """Plan a protocol, by its name, on the first shipped bench that delivers it."""
    return _delivered
