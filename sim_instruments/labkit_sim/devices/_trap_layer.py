"""A material beside the channel that absorbs light and holds traps: one charge of several (see `_traps`)."""

from functools import lru_cache
from math import inf

import numpy as np
from pydantic import Field

from labkit.core import FloatArray
from labkit_sim.devices._charge import Acting
from labkit_sim.devices._parameters import Voltage
from labkit_sim.devices._traps import Trapping, convolved_array, course


class TrapLayer(Trapping):
    """A layer of traps; its state is z and the shift (V) of every trap.

    Trapped charge also scatters what flows in the channel, whatever its sign: the mobility falls to 1 / (1 + sum |s_k|
    / V_s), by Matthiessen's rule.
    """

    scattering: Voltage = Field(inf, gt=0, description="V_s: trapped charge, as a shift, that halves the mobility")

    def rest(self) -> FloatArray:
        """Give the state in the dark: z, and the shift (V) of every trap."""
        return np.zeros(1 + len(self.traps))

    def after(self, state: FloatArray, acting: Acting, times: FloatArray) -> FloatArray:
        """Give the states after each of `times` (s), one row a time."""
        layer = _at(self, acting.temperature, acting.reference)
        flux = self.absorbed(acting.irradiance)
        moved = course(layer, acting.capacitance, acting.gate, flux, acting.write)
        gain = self.sensitisation.gain
        steady = moved.activation / moved.sensitisation_rate
        opening = float(state[0]) - steady
        captures, rates = np.array(moved.captures), np.array(moved.rates)
        targets = captures * (1 + gain * steady) / rates
        shifts = targets + np.exp(np.multiply.outer(times, -rates)) * (state[1:] - targets)
        if gain * opening != 0 and flux > 0:
            reach = [convolved_array(rate, moved.sensitisation_rate, times) for rate in moved.rates]
            shifts = shifts + gain * opening * captures * np.stack(reach, axis=1)
        sensitised = steady + opening * np.exp(-moved.sensitisation_rate * times)
        return np.column_stack([sensitised, shifts])

    def scattering_of(self, states: FloatArray) -> FloatArray:
        """Give the rate of scattering by trapped charge of each row of states, of all other scattering."""
        return np.asarray(np.abs(states[:, 1:]).sum(axis=1) / self.scattering)

    def shift(self, states: FloatArray) -> FloatArray:
        """Give the threshold shift (V) of each row of states."""
        return np.asarray(states[:, 1:].sum(axis=1))


@lru_cache(64)
def _at(layer: TrapLayer, temperature: float, reference: float) -> TrapLayer:
    """Give a layer with the lifetimes of a temperature (K), from those at the reference (K)."""
    return layer.model_copy(update={"traps": layer.traps_at(temperature, reference)})
