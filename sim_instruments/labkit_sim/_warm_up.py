"""An LED that warms up: for a while after it is switched on it is brighter than its calibration says."""

from collections.abc import Mapping
from math import exp, log1p

from labkit.core import LabkitError, Nanoseconds, nanoseconds, quantity
from labkit_sim._agenda import Agenda

STEP = 1e-4
"""The irradiance follows the temperature in steps of this part."""

_REMEDY = 'write for example options: {warm_up: "2 %", warm_up_time: "60 s"}'


class WarmUp:
    """The temperature of one LED, 0 cold and 1 where its largest calibrated current brings it in the end.

    A light is calibrated warm: the irradiance is `calibrated x (1 + drift x (heat - temperature))` with the heat that
    the present current makes, and the temperature goes to the heat with a time constant `time` (s).
    """

    def __init__(self, agenda: Agenda, drift: float, time: float) -> None:
        self._agenda = agenda
        self._drift = drift
        self._time = time
        self._heat = 0.0
        self._temperature = 0.0
        self._since = agenda.now

    def heat(self, heat: float) -> None:
        """Heat from now on with a current over the largest calibrated one."""
        self._temperature = self._heat - self._lacking()
        self._since = self._agenda.now
        self._heat = heat

    @property
    def factor(self) -> float:
        """The irradiance now over the calibrated one."""
        return 1 + self._drift * self._lacking()

    def until_next_step(self) -> Nanoseconds | None:
        """Give the time in which the irradiance changes by one step; None when it has settled."""
        left = abs(self._drift * self._lacking())
        return nanoseconds(-self._time * log1p(-STEP / left)) if left > 2 * STEP else None

    def _lacking(self) -> float:
        elapsed = (self._agenda.now - self._since) * 1e-9
        return (self._heat - self._temperature) * exp(-elapsed / self._time)


def warm_up_of(agenda: Agenda, name: str, options: Mapping[str, str | int | float | bool]) -> WarmUp | None:
    """Read the warm-up from an instrument's options; None without `warm_up`.

    Without, the light keeps to its calibration: how much an LED drifts is a matter of the head, its heat sink and the
    room, and what a calibration's uncertainty covers is a matter of the lab. Power LEDs lose 1 % to 5 % in a minute.
    Raises LabkitError.
    """
    if "warm_up" not in options:
        return None
    try:
        drift = quantity(str(options["warm_up"]), "ratio")
        time = quantity(str(options.get("warm_up_time", "60 s")), "time")
    except ValueError as error:
        raise LabkitError(f"{name}: {error}", _REMEDY) from error
    if not (0 <= drift < 1 and time > 0):
        raise LabkitError(f"{name}: no LED warms up by {drift:g} in {time:g} s", _REMEDY)
    return WarmUp(agenda, drift, time)
