"""A ferroelectric gate: regions that reverse one by one, each after a time that the voltage shortens by Merz's law.

The film is many regions with activation voltages V_i, lognormally distributed around V_a (nucleation-limited switching;
A. K. Tagantsev et al., Phys. Rev. B 66, 214109 (2002)). Of each the part f_i (0..1) points up, towards the channel:

    f_i' = k_i(V_up) (1 - f_i) - k_i(V_down) f_i,    k_i(U) = exp(-(V_i / U)^n) / t_0 for U > 0, 0 otherwise,
    V_up = V_GS + V_im + V_d,   V_down = -V_GS - V_im + V_d,

n = 1 for Merz's law (W. J. Merz, Phys. Rev. 95, 690 (1954)), V_im a built-in voltage (imprint), and V_d the
depolarising one, which opposes either direction and lets the polarization fade. How much is reversed depends on width
and amplitude of a pulse therefore, and there is no threshold. The threshold shift is S (2 f - 1), f the mean over the
regions. Nucleation is activated, so that V_i^n goes as 1 / T.

Light gives a photovoltage V_ph = v ln(1 + E_abs / E_0): it adds to V_im what `poling` says and to V_d what
`depolarising` says (carriers that light makes screen the polarization). All is linear in f_i, so that every stretch is
exact.
"""

from collections.abc import Mapping
from functools import lru_cache
from math import log1p
from statistics import NormalDist

import numpy as np
from pydantic import Field

from labkit.core import FloatArray
from labkit_sim.devices._absorber import Absorber
from labkit_sim.devices._charge import Acting
from labkit_sim.devices._parameters import Irradiance, Parameters, Ratio, Time, Voltage

_REGIONS = 32
_UP_AT_FIRST = 0.5


class PhotoPoling(Absorber):
    """What light does to a polarization, by the photovoltage V_ph = v ln(1 + E_abs / E_0)."""

    photovoltage: Voltage = Field(gt=0, description="v: it grows by this with every e-fold of bright light")
    onset: Irradiance = Field(gt=0, description="E_0: absorbed irradiance from which on it does")
    poling: float = Field(0.0, ge=-1, le=1, description="part of V_ph beside the gate's voltage: 1 up, -1 down")
    depolarising: Ratio = Field(0.0, ge=0, le=1, description="part of V_ph that adds to the depolarising voltage")

    def voltage(self, irradiance: Mapping[float, float]) -> float:
        """Give V_ph (V) for irradiance (W/m^2) by wavelength (m)."""
        return self.photovoltage * log1p(self.absorbed_irradiance(irradiance) / self.onset)


class Ferroelectric(Parameters):
    """A ferroelectric between gate and channel; its state is the part f_i of each region that points up."""

    full_shift: Voltage = Field(gt=0, description="S: threshold shift of a film that points up all over, -S: down")
    activation_voltage: Voltage = Field(gt=0, description="V_a: Merz's activation voltage, the median over the regions")
    spread: Ratio = Field(0.0, ge=0, description="standard deviation of ln V_i over the regions")
    attempt_time: Time = Field(gt=0, description="t_0: of reversal at infinite voltage")
    exponent: float = Field(1.0, gt=0, description="n of the switching time's law; 1: Merz")
    imprint: Voltage = Field(0.0, description="V_im: built-in voltage beside the gate's")
    depolarising: Voltage = Field(0.0, ge=0, description="V_d: against either direction")
    light: PhotoPoling | None = Field(None, description="what light does; left out: nothing")

    def rest(self) -> FloatArray:
        """Give the state of an unpoled film: up and down in equal parts."""
        return np.full(_REGIONS, _UP_AT_FIRST)

    def after(self, state: FloatArray, acting: Acting, times: FloatArray) -> FloatArray:
        """Give the states after each of `times` (s), one row a time."""
        up, down = self.rates(acting)
        both = up + down
        target = np.divide(up, both, out=np.full(_REGIONS, _UP_AT_FIRST), where=both > 0)
        return np.asarray(target + np.exp(np.multiply.outer(times, -both)) * (state - target))

    def shift(self, states: FloatArray) -> FloatArray:
        """Give the threshold shift (V) of each row of states."""
        return np.asarray(self.full_shift * (2 * states.mean(axis=1) - 1))

    @property
    def activations(self) -> FloatArray:
        """V_i (V) of the regions, which are of equal size."""
        return _quantiles(self.activation_voltage, self.spread)

    def rates(self, acting: Acting) -> tuple[FloatArray, FloatArray]:
        """Give the rates (1/s) at which the regions turn up and down."""
        poling = acting.gate + self.imprint
        against = self.depolarising
        if self.light is not None:
            photovoltage = self.light.voltage(acting.irradiance)
            poling += self.light.poling * photovoltage
            against += self.light.depolarising * photovoltage
        barriers = self.activations**self.exponent
        warm = acting.reference / acting.temperature
        up, down = (self._rate(warm * barriers, voltage) for voltage in (poling + against, against - poling))
        return acting.write * up, acting.write * down

    def _rate(self, barriers: FloatArray, voltage: float) -> FloatArray:
        if voltage <= 0:
            return np.zeros(_REGIONS)
        return np.asarray(np.exp(-barriers / voltage**self.exponent) / self.attempt_time)


@lru_cache(64)
def _quantiles(median: float, spread: float) -> FloatArray:
    """Give the middles of the regions' shares of a lognormal distribution."""
    deviations = [NormalDist().inv_cdf((region + 0.5) / _REGIONS) for region in range(_REGIONS)]
    return median * np.exp(spread * np.array(deviations))
