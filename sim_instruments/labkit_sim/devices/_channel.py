"""The channel of a field-effect transistor: charge at both of its ends, one formula for all regimes.

I_D = (mu C W / 2 L) (q_S^2 - q_D^2), where q (V) is the charge, as a voltage, at the source's and at the drain's end.
It is the overdrive V_G - V - V_T itself down to q_0, and below that it falls exponentially: linear and saturation
regime, their reverse, and a subthreshold swing of (ln 10 / 2) q_0 come out of it. With both ends above q_0 the current
is exactly linear in the threshold.
"""

from collections.abc import Callable, Sequence
from math import exp, inf, log

import numpy as np
from pydantic import Field

from labkit.core import FloatArray
from labkit_sim.devices._parameters import CapacitancePerArea, Length, Mobility, Parameters, Voltage

_EMPTY = 1e-5
_PRECISION = 1e-14
_NEAR = 1e-12
_ROUNDING = 2.2e-16
_LARGEST_STEPS = 100


class ChannelParameters(Parameters):
    """A channel of electrons: its geometry, mobility and threshold in the dark."""

    width: Length = Field(gt=0)
    length: Length = Field(gt=0)
    mobility: Mobility = Field(gt=0)
    insulator_capacitance: CapacitancePerArea = Field(gt=0)
    threshold: Voltage = Field(description="V_T in the dark, all traps empty")
    subthreshold: Voltage = Field(gt=0, description="q_0: below this overdrive the current falls exponentially")

    @property
    def area(self) -> float:
        """The channel's area (m^2)."""
        return self.width * self.length

    @property
    def gain(self) -> float:
        """The factor mu C W / L (A/V^2)."""
        return self.mobility * self.insulator_capacitance * self.width / self.length

    def charge(self, overdrive: FloatArray) -> FloatArray:
        """Give q (V): the overdrive, and exponentially less below q_0, with a continuous slope."""
        knee = self.subthreshold
        if overdrive.size and overdrive.min() >= knee:
            return overdrive
        below = np.exp(np.minimum(overdrive / knee - 1, 0.0))
        return np.where(overdrive >= knee, overdrive, knee * below)

    def charge_at(self, overdrive: float) -> float:
        """Give q (V) for one overdrive."""
        knee = self.subthreshold
        return overdrive if overdrive >= knee else knee * exp(max(overdrive / knee - 1, -300.0))

    def overdrive_at(self, charge: float) -> float:
        """Undo `charge_at`; minus infinity where there is no charge."""
        knee = self.subthreshold
        if charge >= knee:
            return charge
        return knee * (1 + log(charge / knee)) if charge > 0 else -inf

    def current(self, gate: float | FloatArray, drain: float | FloatArray, shift: FloatArray) -> FloatArray:
        """Give I_D (A) for voltages against the source and a shift of the threshold towards a more open channel (V)."""
        source_end = self.charge(gate - self.threshold + shift)
        drain_end = self.charge(gate - self.threshold - drain + shift)
        return self.gain / 2 * (source_end**2 - drain_end**2)

    def current_behind(self, gate: float, drain: float, shift: FloatArray, leads: tuple[float, float]) -> FloatArray:
        """Give I_D (A) where drain and source are driven through resistances (`leads`, ohm, in this order).

        `gate` and `drain` (V) are against the source's drive.
        """
        return current_through((self,), gate, drain, shift, leads)

    def charge_slope(self, charge: FloatArray) -> FloatArray:
        """Give dq/dV at a charge (V)."""
        return np.minimum(charge / self.subthreshold, 1.0)

    def drain_voltage(self, gate: float, current: float, shift: float) -> float:
        """Give the drain's voltage (V) at which the channel carries a current that it can carry."""
        overdrive = gate - self.threshold + shift
        remaining = self.charge_at(overdrive) ** 2 - 2 * current / self.gain
        return overdrive - self.overdrive_at(remaining**0.5 if remaining > 0 else 0.0)

    def source_voltage(self, gate: float, drain: float, current: float, shift: float) -> float:
        """Give the source's voltage (V) at which the channel carries a current, all against a common ground."""
        overdrive = gate - self.threshold + shift
        return overdrive - self.overdrive_at((self.charge_at(overdrive - drain) ** 2 + 2 * current / self.gain) ** 0.5)

    def is_linear(self, gate: float, drain: float) -> bool:
        """Tell whether the current is exactly linear in every shift from the dark on."""
        return gate - self.threshold - max(drain, 0.0) >= self.subthreshold

    def is_saturated(self, gate: float, drain: float, shift: float) -> bool:
        """Tell whether the current is a parabola in every shift from the dark up to `shift` (V): an empty drain end."""
        overdrive = gate - self.threshold
        return overdrive >= self.subthreshold and self.charge_at(overdrive - drain + shift) < _EMPTY * overdrive


_Signed = Sequence[tuple[float, ChannelParameters]]
"""Channels, each with the sign of what it carries: 1 for electrons, -1 for holes."""


def current_through(
    channels: Sequence[ChannelParameters],
    gate: float | FloatArray,
    drain: float | FloatArray,
    shift: FloatArray,
    leads: tuple[float | FloatArray, float | FloatArray] = (0.0, 0.0),
    quality: float | FloatArray = 1.0,
) -> FloatArray:
    """Give I_D (A) of channels side by side: the first of electrons, a second one, where there is one, of holes.

    A channel of holes is the mirror image of what its parameters say, and a shift closes it. `quality` multiplies the
    mobilities. Drain and source are driven through `leads` (ohm, in this order), `gate` and `drain` (V) being against
    the source's drive: what flows through the leads closes the channels, so the current lies between none and that
    without leads; Newton's method inside this bracket.
    """
    in_drain, in_source = leads
    signed = tuple(zip((1.0, -1.0), channels, strict=False))
    current = _carried(signed, gate + shift, gate - drain + shift, quality)
    moving = np.broadcast_to(np.add(in_drain, in_source) > 0, current.shape)
    if not moving.any():
        return current
    low, high = np.minimum(current, 0.0), np.maximum(current, 0.0)
    for _ in range(_LARGEST_STEPS):
        at_source, at_drain = gate + shift - in_source * current, gate + shift - drain + in_drain * current
        excess = current - _carried(signed, at_source, at_drain, quality)
        slopes, size = _slopes(signed, at_source, at_drain, quality)
        low, high = np.where(excess < 0, current, low), np.where(excess < 0, high, current)
        better = current - excess / (1 + slopes[0] * in_source + slopes[1] * in_drain)
        better = np.where((better < low) | (better > high), (low + high) / 2, better)
        near = np.abs(better - current) <= _PRECISION * np.abs(better) + _ROUNDING * size
        current = np.where(moving, better, current)
        moving = moving & ~near
        if not moving.any():
            break
    return current


def _carried(channels: _Signed, source: FloatArray, drain: FloatArray, quality: float | FloatArray) -> FloatArray:
    """Give I_D (A) for the gate's voltage over either end (V)."""
    total: FloatArray = np.zeros(len(source))
    for sign, channel in channels:
        ends = channel.charge(sign * source - channel.threshold), channel.charge(sign * drain - channel.threshold)
        total = total + sign * channel.gain / 2 * (ends[0] ** 2 - ends[1] ** 2)
    return np.asarray(quality * total)


def _slopes(
    channels: _Signed, source: FloatArray, drain: FloatArray, quality: float | FloatArray
) -> tuple[tuple[FloatArray, FloatArray], FloatArray]:
    """Give how I_D grows with the gate's voltage over the source's and falls with that over the drain's end (S).

    And the size (A) of what it is the difference of.
    """
    slopes, size = [np.zeros(len(source)), np.zeros(len(source))], np.zeros(len(source))
    for sign, channel in channels:
        for end, voltage in enumerate((source, drain)):
            charge = channel.charge(sign * voltage - channel.threshold)
            slopes[end] = slopes[end] + quality * channel.gain * charge * channel.charge_slope(charge)
            size = size + quality * channel.gain * charge**2
    return (slopes[0], slopes[1]), size


def where_equal(left: Callable[[FloatArray], FloatArray], most: FloatArray) -> FloatArray:
    """Give the currents I = left(I) between none and `most` = left(0), `left` falling as its argument grows.

    Regula falsi with the Illinois rule: an end that stays twice counts half.
    """
    low, high = np.zeros(len(most)), np.array(most)
    below, above = -most, high - left(high)
    for _ in range(_LARGEST_STEPS):
        between = np.where(above == below, 1.0, above - below)
        middle = np.clip(high - above * (high - low) / between, np.minimum(low, high), np.maximum(low, high))
        found = middle - left(middle)
        if np.all(np.abs(found) <= _NEAR * np.abs(most)):
            return middle
        crossed = found * above < 0
        low, below = np.where(crossed, high, low), np.where(crossed, above, below / 2)
        high, above = middle, found
    return high
