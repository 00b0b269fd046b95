"""What a charge beside a channel is to its transistor: a state that gate, light and temperature move, and a shift."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from labkit.core import FloatArray
from labkit_sim.devices._parameters import ELEMENTARY_CHARGE


class Acting(NamedTuple):
    """What acts on the charges of a transistor while nothing changes.

    `gate` (V) is the voltage across the gate's layers, `irradiance` maps wavelength (m) to W/m^2 times the light
    pulse's efficiency, `write` is the efficiency of the gate's write. `capacitance` (F/m^2) is that of the insulator
    and `reference` (K) the temperature at which the parameters hold.
    """

    gate: float
    irradiance: Mapping[float, float]
    temperature: float
    write: float
    capacitance: float
    reference: float

    def shift_rate(self, flux: float) -> float:
        """Give the rate of shift (V/s) of a flux of charges (1/m^2 s)."""
        return ELEMENTARY_CHARGE * flux / self.capacitance


class Charge(Protocol):
    """A charge beside the channel: parameters that move a state, an array of numbers.

    Exact while nothing changes: `after(state, acting, times)` gives a row a time, and does not depend on the others.
    """

    def rest(self) -> FloatArray:
        """Give the state of the device as made, in the dark."""
        ...

    def after(self, state: FloatArray, acting: Acting, times: FloatArray) -> FloatArray:
        """Give the states after each of `times` (s), one row a time."""
        ...

    def shift(self, states: FloatArray) -> FloatArray:
        """Give the threshold shift (V, towards a channel more open to electrons) of each row of states."""
        ...
