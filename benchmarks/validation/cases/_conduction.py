"""M30: films of a known law, told apart, and permittivities that no film has rejected."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, compared, told
from benchmarks.validation.generators import FilmPulses, film, ohmic_child, poole_frenkel, schottky, trap_filling
from labkit.metrics import CONDUCTION

GROUP = Group(
    "M30",
    "Conduction",
    "film of 400 nm, 0.04 cm², ε_∞ 4.5, ε_s 30, pulses from 0.1 to 10 V, fifteen a decade, both ways twice, every "
    "current scattered by 1 or 3 %: J = aV + bV² with a = 0.2 µS and b = 0.9 µA/V², an ohmic film that rises with the "
    "sixth power above 2 V, Schottky and Poole-Frenkel emission of ε_r 5 or 40 at 283 to 313 K.",
    "the right class in 95 % or more; an unphysical ε_r rejected always.",
)
TEMPERATURES = (283.0, 293.0, 303.0, 313.0)
SPACE_CHARGE, FILLING = ohmic_child(2e-7, 9e-7), trap_filling(3e-7, 2.0)
MOBILITY = 8 * 9e-7 * (4e-7) ** 3 / (9 * 30 * 8.8541878128e-12 * 4e-6)
DENSITY = 2 * 30 * 8.8541878128e-12 * 2.0 / (1.602176634e-19 * (4e-7) ** 2)


def mechanism(pulses: FilmPulses, expected: str, generator: np.random.Generator) -> Sequence[Comparison]:
    """Tell what the curve is called."""
    found = CONDUCTION.compute(pulses.run(generator, film()))[0].notes["mechanism"]
    return (told("conduction", "mechanism", *(["right"] if found == expected else [])),)


def permittivity(pulses: FilmPulses, law: str, truth: float, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the permittivity of an emission law."""
    results = CONDUCTION.compute(pulses.run(generator, film()))
    return tuple(compared(result, truth) for result in results if result.symbol == f"ε_r ({law})")


def rejected(pulses: FilmPulses, law: str, generator: np.random.Generator) -> Sequence[Comparison]:
    """Tell whether a permittivity that the film cannot have is withheld."""
    results = CONDUCTION.compute(pulses.run(generator, film()))
    found = next(result for result in results if result.symbol == f"ε_r ({law})")
    return (told("conduction", found.symbol, *([] if found.reportable else ["rejected"])),)


def value(pulses: FilmPulses, symbol: str, truth: float, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare mobility or trap density."""
    results = CONDUCTION.compute(pulses.run(generator, film()))
    return tuple(compared(result, truth) for result in results if result.symbol == symbol)


def _right(name: str, condition: str, pulses: FilmPulses, expected: str) -> Case:
    return Case(
        f"conduction_{name}",
        GROUP,
        condition,
        partial(mechanism, pulses, expected),
        due=frozenset({"right"}),
        short=3,
    )


CASES = (
    *(
        case
        for percent in (1, 3)
        for scatter in (percent / 100,)
        for case in (
            _right(
                f"child_{percent}",
                f"aV + bV², {percent} % scatter: called ohmic and Child",
                FilmPulses(SPACE_CHARGE, scatter=scatter),
                "ohmic and Child",
            ),
            _right(
                f"filling_{percent}",
                f"ohmic, then sixth power, {percent} % scatter: called so",
                FilmPulses(FILLING, scatter=scatter),
                "ohmic and trap filling",
            ),
            _right(
                f"schottky_{percent}",
                f"Schottky emission of ε_r 5, {percent} % scatter: called so",
                FilmPulses(schottky(5.0), scatter=scatter, temperatures=TEMPERATURES),
                "Schottky",
            ),
        )
    ),
    _right(
        "frenkel_1",
        "Poole-Frenkel emission of ε_r 10, 1 % scatter: called so",
        FilmPulses(poole_frenkel(10.0), temperatures=TEMPERATURES),
        "Poole-Frenkel",
    ),
    Case(
        "conduction_permittivity",
        GROUP,
        "Schottky emission of ε_r 5, 1 % scatter",
        partial(permittivity, FilmPulses(schottky(5.0), temperatures=TEMPERATURES), "Schottky", 5.0),
        short=3,
    ),
    *(
        Case(
            f"conduction_{law.lower()}_40",
            GROUP,
            f"{law} emission of ε_r 40: rejected",
            partial(rejected, FilmPulses(made, temperatures=TEMPERATURES), law),
            due=frozenset({"rejected"}),
            short=3,
        )
        for law, made in (("Schottky", schottky(40.0)), ("Poole-Frenkel", poole_frenkel(40.0)))
    ),
    Case(
        "conduction_one_temperature",
        GROUP,
        "Schottky emission of ε_r 5 at one temperature: withheld",
        partial(rejected, FilmPulses(schottky(5.0)), "Schottky"),
        due=frozenset({"rejected"}),
        short=3,
    ),
    Case(
        "conduction_mobility",
        GROUP,
        "aV + bV², 1 % scatter",
        partial(value, FilmPulses(SPACE_CHARGE), "μ_MG", MOBILITY),
        short=5,
    ),
    Case(
        "conduction_traps",
        GROUP,
        "ohmic, then sixth power, 1 % scatter",
        partial(value, FilmPulses(FILLING), "n_t", DENSITY),
        short=5,
    ),
)
