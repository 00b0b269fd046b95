"""What two spikes a signed time apart do to a simulated synapse."""

from dataclasses import dataclass

import numpy as np

from labkit.core import Curve, FloatArray, LabkitError
from labkit_sim.devices import SecondOrderPreset, read_preset

_LONGEST = 10.0
"""Delays (s) beyond which the pair does nothing any more."""
_POINTS = 120


@dataclass(frozen=True, slots=True)
class TimingWindow:
    """The exponent by which a pair of spikes moves a weight: w to 1 - (1 - w) e^-X for pre before post, else to w e^-X.

    `forward` and `backward` are X at `delays` (s, from onset to onset) for either order, `width` (s) is that of a
    spike: spikes that overlap are taken to do nothing, for they lift both electrodes. `variation` is that of the
    efficiency of an event.
    """

    delays: FloatArray
    forward: FloatArray
    backward: FloatArray
    width: float
    variation: float

    def factors(self, random: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
        """Draw efficiencies of events."""
        if self.variation == 0:
            return np.ones(shape)
        return random.gamma(self.variation**-2, self.variation**2, shape)

    def change(self, delay: FloatArray, weight: float, efficiency: FloatArray | float = 1.0) -> FloatArray:
        """Give by how much pairs change a weight (0 to 1); 0 where a delay is NaN."""
        apart = np.nan_to_num(np.abs(delay), nan=0.0)
        works = (apart >= self.width) & (apart <= self.delays[-1])
        forward, backward = (
            np.where(works, np.interp(apart, self.delays, one), 0.0) * efficiency
            for one in (self.forward, self.backward)
        )
        up, down = -(1 - weight) * np.expm1(-forward), weight * np.expm1(-backward)
        return np.asarray(np.where(np.nan_to_num(delay, nan=0.0) > 0, up, down), float)

    def curve(self) -> Curve:
        """Give the change of a weight of a half over the delay."""
        delays = np.concatenate([-self.delays[::-1], [np.nan], self.delays])
        change = np.where(np.isnan(delays), np.nan, self.change(delays, 0.5))
        return Curve("one pair of spikes", delays, change, "pre to post", "s", "change of w", "1")


def timing_window(preset: str, spike: float, width: float, weight: float = 0.5) -> TimingWindow:
    """Give the window of pairs of spikes (V, s) on the rested memristor of a preset, at a weight.

    Presynaptic spikes are on its bottom electrode, postsynaptic ones on its top. Raises LabkitError for another kind of
    preset.
    """
    found = read_preset(preset)
    if not isinstance(found, SecondOrderPreset):
        raise LabkitError(f"{preset} has no memory of timing", "take a preset of a second-order memristor")
    delays = np.linspace(width, _LONGEST, _POINTS)
    pairs = [found.parameters.pair_change(-spike, spike, width, float(delay), weight) for delay in delays]
    reversed_pairs = [found.parameters.pair_change(spike, -spike, width, float(delay), weight) for delay in delays]
    forward = -np.log((1 - np.array(pairs)) / (1 - weight))
    backward = -np.log(np.array(reversed_pairs) / weight)
    return TimingWindow(delays, forward, backward, width, found.parameters.variation)
