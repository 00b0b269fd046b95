"""What a simulated device is to its world: terminals, what drives them, and how time passes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Protocol

from labkit.core import FloatArray

ROOM_TEMPERATURE = 300.0

Trace = Mapping[str, tuple[FloatArray, FloatArray]]
"""Terminal to (voltage in V, current in A counted positive into the device), arrays as long as the offsets."""


@dataclass(frozen=True, slots=True)
class Drive:
    """A voltage source with a current limit on one terminal: V against the common ground, A as a magnitude.

    `resistance` (ohm) stands between the source and the terminal: a generator's 50 ohm, the contacts of a matrix.
    """

    voltage: float
    limit: float = inf
    resistance: float = 0.0


GROUND = Drive(0.0)
"""A wire to ground."""
OPEN = Drive(0.0, 0.0)
"""A terminal that is connected to nothing: no current, whatever the voltage."""


@dataclass(frozen=True, slots=True)
class Air:
    """What a device without encapsulation breathes: relative humidity and share of oxygen, both 0 to 1."""

    humidity: float = 0.0
    oxygen: float = 0.0


NITROGEN = Air()
"""The air of a glove box, or of a device that is sealed."""


@dataclass(frozen=True, slots=True)
class Stimulus:
    """Everything that acts on a device, constant until the next one.

    `drives` has one entry a driven terminal. A terminal without an entry is open and carries no current, as one with
    the drive `OPEN`, except the device's last terminal (`bottom`, `source`), its reference, which without an entry is
    tied to ground. `irradiance` is
    wavelength (m) to irradiance at the device plane (W/m^2); `temperature` in K. `air` matters to devices that age.
    """

    drives: Mapping[str, Drive]
    irradiance: Mapping[float, float] = field(default_factory=dict)
    temperature: float = ROOM_TEMPERATURE
    air: Air = NITROGEN


class Device(Protocol):
    """A device under test: a state that a stimulus moves.

    `trace` looks ahead and leaves the state as it is; `advance` moves it. Both are exact for a constant stimulus, so
    that `advance(s, a); advance(s, b)` is `advance(s, a + b)`, and a trace does not depend on how densely it is asked.
    What happens at random (a write's efficiency, a light pulse's yield) is drawn from the device's seed when the event
    begins: a `trace` with a new stimulus already shows the draw that the following `advance` with it will use.
    """

    @property
    def terminals(self) -> tuple[str, ...]:
        """The names of the terminals, the reference last."""
        ...

    def trace(self, stimulus: Stimulus, offsets: FloatArray) -> Trace:
        """Give voltage and current at each terminal at `offsets` (s, rising, from now), were `stimulus` to begin now.

        The voltage is that of the terminal, behind the drive's resistance. Where a drive's limit would be exceeded, the
        current is the limit and the voltage is what the device then shows.
        """
        ...

    def advance(self, stimulus: Stimulus, duration: float) -> None:
        """Let `duration` (s) pass under `stimulus`."""
        ...
