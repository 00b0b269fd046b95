"""Thermally activated rates: a lifetime at one temperature from that at another, by Arrhenius' law.

A relaxation over a barrier E_a has 1 / tau = nu exp(-E_a / k_B T), so with the lifetime tau_0 at a reference T_0

    tau(T) = tau_0 exp(E_a / k_B (1 / T - 1 / T_0)).

An activation of 0 leaves a lifetime as it is at every temperature.
"""

from math import exp

BOLTZMANN = 8.617333262e-5
"""k_B in eV/K (CODATA 2018)."""
_LARGEST_EXPONENT = 60.0


def slowing(activation: float, temperature: float, reference: float) -> float:
    """Give the factor of a lifetime at a temperature (K) over that at the reference (K), for a barrier (eV)."""
    return exp(activation / BOLTZMANN * (1 / temperature - 1 / reference)) if temperature != reference else 1.0


def speeding(exponent: float) -> float:
    """Give e^exponent, held within e^-60 and e^60: beyond, a rate is nothing or as good as instantaneous."""
    return exp(max(min(exponent, _LARGEST_EXPONENT), -_LARGEST_EXPONENT))
