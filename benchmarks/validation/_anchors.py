"""Values that others certify or published, which the code must give without any generator."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.validation._nist import MODELS, MUSTS, certificate, digits
from benchmarks.validation.generators import Relearner, Writes
from labkit.metrics import PULSE_ENERGY, RELEARNING
from labkit.metrics._exponential_update import nonlinearity
from labkit.metrics._fits import least_squares
from labkit.metrics._statistics import normal_estimate, unpaired_ratio

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
        # The digits beyond differ from machine to machine.
        shown = f"{DIGITS:.0f} or more" if worst >= DIGITS else f"{worst:.1f}"
        yield Anchor(f"NIST StRD {name}", wanted, shown, worst >= DIGITS)


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
    """Published numbers, each put into a run or an estimate and computed by the metric's own code."""
    (savings, *_) = RELEARNING.compute(Relearner(learned=40, again=17.0).run(np.random.default_rng(1)))
    shown = "none" if savings.estimate is None else f"{100 * savings.estimate.value:.1f} %"
    yield Anchor("savings, 40 pulses then 17 (review's [139])", "57.5 %", shown, shown == "57.5 %")
    violet, blue, green = (normal_estimate(current, 0.0, unit="A") for current in (588e-12, 202e-12, 98e-12))
    shown = f"{unpaired_ratio(violet, blue).value:.2f}, {unpaired_ratio(violet, green).value:.2f}"
    yield Anchor("selectivity at equal irradiance (review's [122])", "2.91, 6.00", shown, shown == "2.91, 6.00")
    reading = Writes(pulses=1, conductance=1.5e-8, bias=1e-4, capacitance=0.0)
    found = {result.symbol: result for result in PULSE_ENERGY.compute(reading.run(np.random.default_rng(1)))}
    energy = found["E_read"].estimate
    shown = "none" if energy is None else f"{energy.value * 1e18:.2f} aJ"
    yield Anchor("read energy of 3 pA at 0.1 mV for 1 ms", "0.3 aJ", shown, shown == "0.30 aJ")
