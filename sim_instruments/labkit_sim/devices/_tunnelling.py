"""Charge on a floating gate: it tunnels through the barrier that the control gate bends, and light carries it across.

With s the threshold shift (V, towards a more open channel) by the charge and u = alpha V_GS + s the voltage across the
barrier, alpha the part of the gate's voltage that the insulator before it leaves,

    ds/dt = c - m (V_k / tau_k) sinh(u / V_k),

k the direction: electrons leave the floating gate for u < 0 (programming: the channel opens) and enter it for u > 0
(erasing). The hyperbolic sine is the field dependence of activated and of Fowler-Nordheim-like injection over the range
of a pulse train. In the dark c = 0 and m = 1; light brings a current c (V/s) of charge across and multiplies the
tunnelling by m (see `_floating_gate`). At a constant gate voltage and light, with x = u / V_k, lambda^2 = (c / V_k)^2 +
(m / tau_k)^2 and x_0 = asinh(c tau_k / m V_k) the resting point, 1 / tanh((x - x_0) / 2) + tanh(x_0) grows as
exp(lambda t), so that every stretch is exact.
"""

from math import asinh, exp, expm1, hypot, inf, log, tanh

import numpy as np
from pydantic import Field

from labkit.core import FloatArray
from labkit_sim.devices._activation import slowing
from labkit_sim.devices._parameters import Energy, Parameters, Ratio, Time, Voltage

_LARGEST = 600.0
_STILL = 1e-250
"""Below this part of the drive a barrier lets nothing through, as that of a gate that has worn out."""


class Barrier(Parameters):
    """How charge passes the barrier in one direction."""

    scale: Voltage = Field(gt=0, description="V_k: barrier voltage that makes the current e times as large")
    time: Time = Field(gt=0, description="tau_k: time constant of the charge at small barrier voltages")
    activation: Energy = Field(0.0, ge=0, description="E_a: of tau_k; 0: alike at every temperature, as tunnelling is")

    def rate(self, temperature: float, reference: float) -> float:
        """Give 1 / tau_k (1/s) at a temperature (K), from that at the reference (K)."""
        return 1 / (self.time * slowing(self.activation, temperature, reference))


class Tunnelling(Parameters):
    """A floating gate behind a barrier."""

    program: Barrier = Field(description="electrons leave, at negative gate voltages: the channel opens")
    erase: Barrier = Field(description="electrons enter, at positive gate voltages: the channel closes")

    coupling: Ratio = Field(1.0, gt=0, le=1, description="alpha: part of the gate's voltage across the barrier")

    def shift_after(self, gate: float, shift: float, duration: float) -> float:
        """Give the threshold shift (V) after a time (s) at a gate voltage (V), dark, at the reference temperature."""
        rates = 1 / self.program.time, 1 / self.erase.time
        return float(self.shifts_after(gate, shift, np.array([duration]), rates)[0])

    def shifts_after(
        self, gate: float, shift: float, times: FloatArray, rates: tuple[float, float], current: float = 0.0
    ) -> FloatArray:
        """Give the threshold shift (V) after each of `times` (s) at a gate voltage (V).

        `rates` (1/s) are m / tau_k of programming and erasing, `current` is c (V/s).
        """
        applied = self.coupling * gate
        across, sign = applied + shift, 1.0
        below, above = (self.program.scale, rates[0]), (self.erase.scale, rates[1])
        if current < 0 or (current == 0 and across < 0):
            across, current, sign, below, above = -across, -current, -1.0, above, below
        left = max(across, 0.0)
        moved = np.zeros(len(times))
        if across < 0:
            scale, rate = below
            crossing = time_to_zero(-across / scale, current / scale, rate)
            moved = scale * settled(across / scale, current / scale, rate, np.minimum(times, crossing))
            times = np.maximum(times - crossing, 0.0)
        later = times > 0 if across < 0 else np.full(len(times), True)
        scale, rate = above
        moved[later] = scale * settled(left / scale, current / scale, rate, times[later])
        return sign * moved - applied


def settled(start: float, drive: float, rate: float, times: FloatArray) -> FloatArray:
    """Solve dx/dt = drive - rate sinh(x) from `start` over each of `times`; drive 0 or more, rate more than 0.

    Written in e^-|x - x_0| with sums of positive terms alone, so that no digits are lost near the resting point, far
    from it, or where hardly anything happens.
    """
    if rate <= _STILL * drive:
        return start + drive * times
    rest = asinh(drive / rate)
    slope, short = tanh(rest), 2 / (1 + exp(2 * min(rest, _LARGEST / 2)))
    away = max(min(start - rest, _LARGEST), -_LARGEST)
    small = exp(-abs(away))
    passed = times * hypot(drive, rate)
    lost, kept = -np.expm1(-passed), np.exp(-passed)
    if away >= 0:
        falling = lost * short * small + (1 + kept) + slope * lost
        return np.asarray(rest + np.log(falling / (lost * (1 + slope) + small * (2 * kept + short * lost))))
    rising = small * ((1 + kept) + slope * lost) + lost * short
    return np.asarray(rest + np.log(rising / (small * lost * (1 + slope) + 2 * kept + short * lost)))


def time_to_zero(depth: float, drive: float, rate: float) -> float:
    """Give the time that x of `settled` takes from -`depth` up to 0; infinite without a drive."""
    if rate <= _STILL * drive:
        return depth / drive if drive else inf
    rest = asinh(drive / rate)
    if rest == 0:
        return inf
    slope, short = tanh(rest), 2 / (1 + exp(2 * min(rest, _LARGEST / 2)))

    def grown(away: float) -> float:
        return (short + exp(-min(away, _LARGEST)) * (1 + slope)) / -expm1(-away)

    return log(grown(rest) / grown(depth + rest)) / hypot(drive, rate)
