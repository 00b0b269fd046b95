"""Traps beside a channel: light fills them, their charge shifts the threshold, and they empty in the dark.

Absorbed photons (quantum efficiency by wavelength) fill trap populations, held as threshold shifts s_k (V) = q n_k /
C:

    s_k' = c_k (1 + K z) - s_k (|c_k| / S_k + 1 / tau_k(V_GS)),    c_k = y_k exp(-V_GS / V_ck) q flux / C,

with S_k the shift when all traps that the dark device has are full. Traps differ in yield and lifetime; a positive gate
draws the charge out, 1 / tau_k(V_GS) = exp(V_GS / V_k) / tau_k, and hinders its capture. Traps may also hold charge of
the other sign: they close the channel (c_k < 0), and it is a negative gate that empties them; slow ones make the
current fall while the light stays (desensitisation). Light also activates further trap sites, the sensitisation z
(0..1) that makes the second of two pulses larger than superposition allows:

    z' = sigma flux (1 - z) - z / tau_z.

The lifetimes of the traps are those of the reference temperature times the Arrhenius factor of `_activation` where an
activation is given. Capture goes by the free sites S_k (1 + K z) - s_k, so that all equations are linear and are solved
by exponentials while the stimulus is constant.
"""

from collections.abc import Sequence
from math import exp, expm1, inf
from typing import Literal, NamedTuple

import numpy as np
from pydantic import Field

from labkit.core import FloatArray
from labkit_sim.devices._absorber import Absorber
from labkit_sim.devices._activation import slowing, speeding
from labkit_sim.devices._parameters import ELEMENTARY_CHARGE, Area, Energy, Parameters, Ratio, Time, Voltage

_CLOSE = 1e-3


class Trap(Parameters):
    """A population of traps beside the channel."""

    capture: Ratio = Field(gt=0, le=1, description="y_k: trapped, of the photons that are absorbed")
    full_shift: Voltage = Field(inf, gt=0, description="S_k: threshold shift when full; left out: never full")
    lifetime: Time = Field(gt=0, description="tau_k: of emission at V_GS = 0")
    emission_scale: Voltage = Field(inf, gt=0, description="V_k: gate voltage that speeds emission up e times")
    capture_scale: Voltage = Field(inf, gt=0, description="V_ck: gate voltage that slows capture e times")
    polarity: Literal["opening", "closing"] = Field(
        "opening", description="what its charge does to the channel; a closing trap is emptied by a negative gate"
    )
    activation: Energy = Field(0.0, ge=0, description="E_a: barrier of emission; 0: alike at every temperature")

    @property
    def sign(self) -> int:
        """Which way its charge shifts the threshold, and which gate voltage draws it out."""
        return 1 if self.polarity == "opening" else -1


class Sensitisation(Parameters):
    """Trap sites that light activates for a while."""

    gain: Ratio = Field(0.0, ge=0, description="K: sites activated by long light, of those there in the dark")
    cross_section: Area = Field(0.0, ge=0, description="sigma: of activation, per absorbed photon")
    lifetime: Time = Field(1.0, gt=0, description="tau_z: of an activated site")


class Trapping(Absorber):
    """A material that absorbs light and holds traps."""

    traps: tuple[Trap, ...] = Field(min_length=1)
    sensitisation: Sensitisation = Sensitisation()

    def traps_at(self, temperature: float, reference: float) -> tuple[Trap, ...]:
        """Give the traps with their lifetimes at a temperature (K), from those at the reference (K)."""
        return tuple(
            trap.model_copy(update={"lifetime": trap.lifetime * slowing(trap.activation, temperature, reference)})
            for trap in self.traps
        )

    def emission(self, trap: Trap, gate: float, write: float = 1.0) -> float:
        """Give the emission rate (1/s) of a trap at V_GS; `write` multiplies what a gate that speeds it up adds."""
        factor = speeding(trap.sign * gate / trap.emission_scale)
        return (1 + write * (factor - 1) if factor > 1 else factor) / trap.lifetime


class Course(NamedTuple):
    """What moves the populations while the stimulus is constant: rates in 1/s, captures in V/s."""

    activation: float
    sensitisation_rate: float
    captures: tuple[float, ...]
    rates: tuple[float, ...]


def course(layer: Trapping, capacitance: float, gate: float, flux: float, write: float = 1.0) -> Course:
    """Give what moves the populations at V_GS (V) under an absorbed photon flux (1/m^2 s).

    `capacitance` (F/m^2) is that of the gate's insulator; `write` multiplies what the gate adds to emission.
    """
    charge = ELEMENTARY_CHARGE * flux / capacitance
    captures = tuple(
        trap.sign * trap.capture * charge * speeding(-trap.sign * gate / trap.capture_scale) for trap in layer.traps
    )
    rates = tuple(
        abs(capture) / trap.full_shift + layer.emission(trap, gate, write)
        for capture, trap in zip(captures, layer.traps, strict=True)
    )
    activation = layer.sensitisation.cross_section * flux
    return Course(activation, activation + 1 / layer.sensitisation.lifetime, captures, rates)


def total_shift(
    moved: Course, gain: float, sensitised: float, shifts: Sequence[float], offsets: FloatArray
) -> FloatArray:
    """Give the sum of all shifts (V) at offsets (s), from the shifts and z before.

    A sum of exponentials of the traps' rates and of the sensitisation's, unless two of these nearly coincide.
    """
    steady = moved.activation / moved.sensitisation_rate
    opening = gain * (sensitised - steady)
    targets = [capture * (1 + gain * steady) / rate for capture, rate in zip(moved.captures, moved.rates, strict=True)]
    ways = [shift - target for shift, target in zip(shifts, targets, strict=True)]
    rates, extra = moved.rates, np.zeros(1)
    if opening != 0 and any(moved.captures):
        apart = [moved.sensitisation_rate - rate for rate in moved.rates]
        if min(map(abs, apart)) > _CLOSE * moved.sensitisation_rate:
            opened = [capture * opening / between for capture, between in zip(moved.captures, apart, strict=True)]
            ways = [*(way + part for way, part in zip(ways, opened, strict=True)), -sum(opened)]
            rates = (*moved.rates, moved.sensitisation_rate)
        else:
            extra = sum(
                (
                    opening * capture * convolved_array(rate, moved.sensitisation_rate, offsets)
                    for capture, rate in zip(moved.captures, moved.rates, strict=True)
                ),
                extra,
            )
    exponents = np.multiply.outer(offsets, [-rate for rate in rates])
    return sum(targets) + np.exp(exponents) @ ways + extra


def sensitised_after(moved: Course, sensitised: float, duration: float) -> float:
    """Give z after a time."""
    steady = moved.activation / moved.sensitisation_rate
    return steady + (sensitised - steady) * exp(-moved.sensitisation_rate * duration)


def shift_after(moved: Course, trap: int, gain: float, sensitised: float, shift: float, duration: float) -> float:
    """Give the shift of one trap after a time, from its shift and z before."""
    capture, rate = moved.captures[trap], moved.rates[trap]
    steady = moved.activation / moved.sensitisation_rate
    target = capture * (1 + gain * steady) / rate
    after = target + (shift - target) * exp(-rate * duration)
    if gain * capture != 0:
        after += capture * gain * (sensitised - steady) * convolved(rate, moved.sensitisation_rate, duration)
    return after


def convolved(first: float, second: float, time: float) -> float:
    """Give the integral of exp(-first (t - u)) exp(-second u) du from 0 to t (s), also for equal rates."""
    slower, between = min(first, second), abs(first - second)
    if between * time < 1e-12:
        return time * exp(-slower * time)
    return -expm1(-between * time) / between * exp(-slower * time)


def convolved_array(first: float, second: float, times: FloatArray) -> FloatArray:
    """Give `convolved` for many times."""
    slower, between = min(first, second), abs(first - second)
    reach = times if between == 0 else -np.expm1(-between * times) / between
    return np.exp(-slower * times) * reach
