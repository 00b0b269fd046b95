"""Forming of a fresh cell, and the check of a cell before anything else (M40, P23)."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, compared, told
from benchmarks.validation.generators import Ammeter, CheckedCell, FreshCell
from labkit.core import Result
from labkit.metrics import CHECK_READ, FORMING

FORM = Group(
    "M27",
    "Forming of a fresh cell",
    "A cell of 100 nS, swept to 0.1, 0.15 ... 1 V in steps of 10 mV, that jumps to 50 µS at a voltage drawn between "
    "0.3 and 0.9 V; five readings at 50 mV after each sweep; noise 0.1 nA, gain 0.5 %, offset 1 nA, each drawn.",
    "coverage 93 to 97 %; a device that does not form: a bound; one that forms by "
    "degrees, one that falls back, and one that is on as made: told.",
)
CHECK = Group(
    "M40",
    "Check of a cell",
    "Ten readings at 0.1 V of a cell whose conductance is drawn over two decades about 1 µS, and of 1 nS past it; gain "
    "0.5 %, offset 0.1 nA, noise 0.3 nA; a short at the current limit, an open cell in the noise.",
    "coverage 93 to 97 %; bounds hold; a leakage of more than a tenth told.",
)
AMMETER = Ammeter(sigma=1e-10, gain=0.005, offset=1e-9)


def _results(device: FreshCell, generator: np.random.Generator) -> dict[str, Result]:
    return {result.symbol: result for result in FORMING.compute(device.run(generator, **AMMETER))}


def jump(polarity: int, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the forming voltage and the conductance as made."""
    truth = float(generator.uniform(0.3, 0.9))
    device = FreshCell(truth, polarity=polarity)
    found = _results(device, generator)
    return compared(found["V_form"], polarity * truth), compared(found["G_as_made"], device.as_made)


def unformed(generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the bound of a device that would form beyond the last stop."""
    return (compared(_results(FreshCell(1.3), generator)["V_form"], 1.3),)


def by_degrees(generator: np.random.Generator) -> Sequence[Comparison]:
    """Tell what is told of a device that rises step by step."""
    reason = _results(FreshCell(0.5, gradual=True), generator)["V_form"].reason
    return (told("forming", "V_form", *(["by degrees"] if "by degrees" in reason else [])),)


def falls_back(generator: np.random.Generator) -> Sequence[Comparison]:
    """Tell whether jumps that have gone at the read are told."""
    found = _results(FreshCell(0.8, volatile=0.4), generator)["V_form"]
    return (told("forming", "V_form", *(["volatile"] if "volatile" in found.notes else [])),)


def on_as_made(generator: np.random.Generator) -> Sequence[Comparison]:
    """Tell whether a device that is on as made is called free of forming, without a forming voltage."""
    found = _results(FreshCell(as_made=5e-5), generator)
    free = found["forming-free"].estimate
    right = free is not None and free.value == 1 and found["V_form"].estimate is None
    return (told("forming", "forming-free", *(["free"] if right else [])),)


def checked(generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the conductance of a sound cell, with what flows past it."""
    device = CheckedCell(float(np.exp(generator.uniform(np.log(1e-7), np.log(1e-5)))))
    (found,) = CHECK_READ.compute(device.run(generator, sigma=3e-10, gain=0.005, offset=1e-10))
    return (compared(found, device.conductance + device.leakage),)


def beyond(conductance: float, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the bound of a short or an open cell."""
    device = CheckedCell(conductance, leakage=0.0)
    (found,) = CHECK_READ.compute(device.run(generator, sigma=3e-10))
    return (compared(found, conductance),)


def leaks(generator: np.random.Generator) -> Sequence[Comparison]:
    """Tell whether a leakage of a fifth is told."""
    (found,) = CHECK_READ.compute(CheckedCell(1e-6, leakage=2.5e-7).run(generator, sigma=3e-10))
    return (told("check_read", "G_check", *found.flags),)


CASES = (
    *(
        Case(f"forming_{name}", FORM, f"{name} sweeps", partial(jump, polarity), short=12)
        for name, polarity in (("positive", 1), ("negative", -1))
    ),
    Case("forming_none", FORM, "forms at 1.3 V", unformed, band=(0.93, 1.0), short=4),
    Case("forming_gradual", FORM, "rises step by step", by_degrees, due=frozenset({"by degrees"}), short=4),
    Case("forming_volatile", FORM, "falls back from 0.4 V on", falls_back, due=frozenset({"volatile"}), short=4),
    Case("forming_free", FORM, "50 µS as made", on_as_made, due=frozenset({"free"}), short=4),
    Case("check_sound", CHECK, "0.1 to 10 µS", checked),
    Case(
        "check_short",
        CHECK,
        "1 mS at the limit of 10 µA",
        partial(beyond, 1e-3),
        band=(0.93, 1.0),
        allowed=frozenset({"CMP"}),
    ),
    Case("check_open", CHECK, "1 pS", partial(beyond, 1e-12), band=(0.93, 1.0), allowed=frozenset({"SNR"})),
    Case("check_leaks", CHECK, "a fifth flows past it", leaks, due=frozenset({"LEAK"})),
)
