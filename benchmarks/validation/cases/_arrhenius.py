"""M23: the activation energy of retention, and windows and devices that have none."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, compared, spread, told
from benchmarks.validation.generators import Activated, arrhenius
from labkit.core import Result, Sample
from labkit.metrics import ARRHENIUS

GROUP = Group(
    "M23",
    "Arrhenius",
    "exponential decays, t_50 80 s at 300 K, E_a 0.5 eV, lognormal scatter 15 % from repeat to repeat, 16 log-spaced "
    "reads of 1 to 3000 s, SNR 200; 300 to 330 K in four steps, three repeats each.",
    "u ≈ 0.033 eV, coverage 95 %.",
)
ENERGY = 0.5
SIGMA = 5e-9
UP = (275.0, 285.0, 295.0, 305.0, 315.0)
BOTH_WAYS = (*UP, *reversed(UP))


def of_retention(device: Activated, generator: np.random.Generator) -> list[Result]:
    """Give the results of ln t_50."""
    found = ARRHENIUS.compute(device.run(generator, sigma=SIGMA))
    return [result for result in found if result.symbol == "E_a"]


def energy(device: Activated, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare E_a."""
    (found,) = of_retention(device, generator)
    return (compared(found, ENERGY),)


def flags(device: Activated, generator: np.random.Generator) -> Sequence[Comparison]:
    """Tell what is flagged."""
    found = of_retention(device, generator)
    return (told("arrhenius", "E_a", *(str(flag) for result in found for flag in result.flags)),)


def softening(temperature: float) -> float:
    """Give ln t_50 of a barrier that falls from 0.9 to 0.3 eV at 295 K."""
    law = arrhenius(0.9 if temperature < 295 else 0.3, at=295.0)
    return law(temperature)


LAW = arrhenius(ENERGY)

CASES = (
    Case(
        "arrhenius_four",
        GROUP,
        "4 temperatures over 30 K, 3 repeats",
        partial(energy, Activated(LAW)),
        limits=(spread("E_a", 0.033 / ENERGY),),
        short=4,
    ),
    Case(
        "arrhenius_both_ways",
        GROUP,
        "275 to 315 K and back, a thermometer wrong by up to 0.15 K at either end",
        partial(energy, Activated(LAW, BOTH_WAYS, accuracy=0.15)),
        short=3,
    ),
    Case(
        "arrhenius_single",
        GROUP,
        "275 to 315 K and back, one repeat each",
        partial(energy, Activated(LAW, BOTH_WAYS, repeats=1)),
        short=4,
    ),
    Case(
        "arrhenius_bent",
        GROUP,
        "a barrier that falls from 0.9 to 0.3 eV within the window, scatter 5 %",
        partial(flags, Activated(softening, BOTH_WAYS, scatter=0.05)),
        due=frozenset({"MOD"}),
        short=3,
    ),
    Case(
        "arrhenius_aged",
        GROUP,
        "on the way down half the t_50 of the way up",
        partial(flags, Activated(LAW, BOTH_WAYS, aged=0.5)),
        due=frozenset({"HIST"}),
        short=3,
    ),
    Case(
        "arrhenius_transition",
        GROUP,
        "a declared transition at 300 K",
        partial(flags, Activated(LAW, BOTH_WAYS, sample=Sample.model_validate({"transitions": ["300 K"]}))),
        due=frozenset({"TRANS"}),
        short=3,
    ),
    Case(
        "arrhenius_few",
        GROUP,
        "three temperatures",
        partial(flags, Activated(LAW, (300.0, 315.0, 330.0))),
        due=frozenset({"REP"}),
        short=3,
    ),
)
