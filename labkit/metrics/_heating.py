"""How much pulses may warm a device: an estimate from their power per area, to tell heating from plasticity (M21)."""

import numpy as np
from scipy import special

CONDUCTIVITY = 1.1
DIFFUSIVITY = 5.6e-7
"""Of glass, a usual substrate (W/(m K), m^2/s); silicon is a hundred times better."""
WORTH_TELLING = 3.0
"""In K. A current that is activated with 0.5 eV changes by 6 % a kelvin at room temperature."""


def warming(power: float, area: float, width: float) -> float:
    """Give the rise of temperature (K) that a power (W) on an area (m^2) makes at the end of a pulse of `width` (s).

    At the centre of a uniformly heated disc on a half-space of glass, with no heat lost to the air or the electrodes:
    2 (q/k) sqrt(D t) (1/sqrt(pi) - ierfc(a / (2 sqrt(D t)))), Carslaw and Jaeger, Conduction of Heat in Solids, 10.5.
    """
    length = 2 * float(np.sqrt(DIFFUSIVITY * width))
    reach = float(np.sqrt(area / np.pi)) / length
    integral = float(np.exp(-(reach**2)) / np.sqrt(np.pi) - reach * special.erfc(reach))
    return power / area / CONDUCTIVITY * length * (1 / float(np.sqrt(np.pi)) - integral)
