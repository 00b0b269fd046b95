"""Charge on a floating gate: it tunnels through the barrier that the control gate bends, and stays when it is let go.

With s the threshold shift (V, towards a more open channel) by the charge and u = V_GS + s the voltage across the
barrier,

    ds/dt = -(V_k / tau_k) sinh(u / V_k),

k the direction: electrons leave the floating gate for u < 0 (programming: the channel opens) and enter it for u > 0
(erasing). The hyperbolic sine is the field dependence of activated and of Fowler-Nordheim-like injection over the range
of a pulse train. For a constant gate voltage tanh(u / 2 V_k) falls as exp(-t / tau_k), so that every stretch is exact.
"""

from math import exp, expm1, log, log1p

from pydantic import Field

from labkit_sim.devices._parameters import Parameters, Time, Voltage

_LARGEST = 600.0


class Barrier(Parameters):
    """How charge passes the barrier in one direction."""

    scale: Voltage = Field(gt=0, description="V_k: barrier voltage that makes the current e times as large")
    time: Time = Field(gt=0, description="tau_k: time constant of the charge at small barrier voltages")


class Tunnelling(Parameters):
    """A floating gate behind a barrier."""

    program: Barrier = Field(description="electrons leave, at negative gate voltages: the channel opens")
    erase: Barrier = Field(description="electrons enter, at positive gate voltages: the channel closes")

    def shift_after(self, gate: float, shift: float, duration: float) -> float:
        """Give the threshold shift (V) after a time (s) at a gate voltage (V)."""
        across = gate + shift
        barrier = self.erase if across > 0 else self.program
        left = barrier.scale * decayed(abs(across) / barrier.scale, duration / barrier.time)
        return (left if across > 0 else -left) - gate


def decayed(start: float, time: float) -> float:
    """Solve dx/dt = -sinh x from `start` (0 or more) over a time, without losing digits at either end."""
    if start <= 0 or time <= 0:
        return max(start, 0.0)
    small = exp(-min(start, _LARGEST))
    lost, kept = -expm1(-time), exp(-time)
    # tanh(x/2) = (1 - e^-x) / (1 + e^-x); x = ln((1 + T) / (1 - T)) with T = kept tanh(start / 2).
    if small < lost / 2:
        return log(((1 + kept) + small * lost) / (lost + small * (1 + kept)))
    # Hardly anything happened: what is lost is small against e^-x, and the difference is taken in logarithms.
    return start - log1p(lost * (1 / small - small) / (2 + lost * (small - 1)))
