"""Values that others certify or published, which the code must give without any generator."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.validation._nist import MODELS, MUSTS, certificate, digits
from labkit.metrics._exponential_update import nonlinearity
from labkit.metrics._fits import least_squares

DIGITS = 6.0


@dataclass(frozen=True, slots=True)
class Anchor:
    """One anchor: what is wanted, what labkit gives, in words, and whether that agrees."""

    name: str
    wanted: str
    found: str
    holds: bool


def anchors() -> tuple[Anchor, ...]:
    """Compute all anchors; takes about a second."""
    return (*_nist(), *_neurosim(), *_seed())


def _nist() -> Iterator[Anchor]:
    for name in MUSTS:
        known = certificate(name)
        worst = min(_agreement(name, start) for start in known.starts)
        wanted = f"parameters to {DIGITS:.0f} digits from both starts"
        yield Anchor(f"NIST StRD {name}", wanted, f"{worst:.1f} digits", worst >= DIGITS)


def _agreement(name: str, start: np.ndarray) -> float:
    known = certificate(name)
    found = least_squares(lambda b: known.y - MODELS[name](known.x, b), [start])
    # Exponential terms may come out in another order than the certificate lists them.
    order = [int(np.argmin(np.abs(found.values / value - 1))) for value in known.values]
    return digits(found.values[order], known.values)


def _neurosim() -> Iterator[Anchor]:
    for constant, label in ((0.5, 2.40), (-0.2, -4.88)):
        found = float(nonlinearity(1 / constant))
        yield Anchor(f"NeuroSim, A/P_max = {constant}", f"{label:.2f}", f"{found:.4f}", abs(found - label) < 0.005)


def _seed() -> Iterator[Anchor]:
    savings = 1 - 17 / 40
    yield Anchor(
        "savings, 40 pulses then 17 (review's [139])", "57.5 %", f"{savings:.1%}", abs(savings - 0.575) < 1e-12
    )
    violet, blue, green = 588e-12, 202e-12, 98e-12
    ratios = violet / blue, violet / green
    shown = f"{ratios[0]:.2f}, {ratios[1]:.2f}"
    yield Anchor("selectivity at equal irradiance (review's [122])", "2.91, 6.00", shown, shown == "2.91, 6.00")
    implied = 0.3e-18 / (1e-4 * 1e-3)
    yield Anchor("current implied by 0.3 aJ, 0.1 mV, 1 ms", "3 pA", f"{implied:.3g} A", abs(implied - 3e-12) < 1e-15)
