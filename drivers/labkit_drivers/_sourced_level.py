"""The voltage that a channel sources: never beyond the bench's limits, brought from level to level at a rate."""

from collections.abc import Callable
from math import ceil

import numpy as np

from labkit.core import Clock, ElectricalTerminal, LimitExceeded, Nanoseconds, SourceMeterSetting, nanoseconds

_RAMP_STEPS = 20
"""Of a ramp that takes long enough."""
_SHORTEST_STEP = 4e-3
"""Of a ramp (s): about what a message takes, so that a small voltage is brought to zero in a few of them."""


def is_in_force(found: float, compliance: float, tolerance: float) -> bool:
    """Tell whether a current limit that was read back is the compliance (both A), within a relative tolerance.

    What is no number is no limit.
    """
    return abs(found - compliance) <= tolerance * compliance


class SourcedLevel:
    """Keeps the level (V) of a source-measure channel within its terminal's limits.

    `write` sends a level to the instrument. `level` is the last one that is known to be programmed.
    """

    def __init__(self, terminal: ElectricalTerminal, clock: Clock, write: Callable[[float], None]) -> None:
        self._terminal = terminal
        self._clock = clock
        self._write = write
        self.level = 0.0

    def check_setting(self, setting: SourceMeterSetting) -> None:
        """Raise LimitExceeded when the bench does not allow a compliance (A) or a voltage range (V)."""
        if not setting.compliance <= self._terminal.maximum_current:
            raise LimitExceeded(
                f"compliance {setting.compliance:g} A is above the bench's {self._terminal.maximum_current:g} A",
                "lower the protocol's compliance, or raise maximum_current in bench.yaml if the device bears it",
            )
        if setting.compliance <= 0:
            raise LimitExceeded(
                f"a compliance of {setting.compliance:g} A lets no current through", "give a compliance above 0 A"
            )
        self.check(setting.voltage_range)

    def check(self, level: float) -> None:
        """Raise LimitExceeded when the bench does not allow a level (V)."""
        if not abs(level) <= self._terminal.maximum_voltage:
            raise LimitExceeded(
                f"{level:g} V is above the bench's {self._terminal.maximum_voltage:g} V",
                "lower the level, or raise maximum_voltage in bench.yaml if the device bears it",
            )

    def set(self, level: float) -> None:
        """Source a voltage (V) from now on."""
        self.check(level)
        self._write(level)
        self.level = level

    def ramp_to(self, level: float, rate: float) -> None:
        """Go to a voltage (V) in small steps at a rate (V/s)."""
        self.check(level)
        start, began = self.level, self._clock.now()
        duration = abs(level - start) / rate
        steps = min(_RAMP_STEPS, ceil(duration / _SHORTEST_STEP))
        for k in range(1, steps + 1):
            self.set(start + (level - start) * k / steps)
            self._clock.sleep_until(Nanoseconds(began + nanoseconds(duration * k / steps)))

    def ramp_down(self, present: float) -> None:
        """Go from a voltage that was found (V) to zero at the terminal's rate.

        What was found may be beyond the bench's limits, by the instrument's error or by somebody at its front panel:
        the way down begins within them.
        """
        most = self._terminal.maximum_voltage
        self.level = float(np.clip(present, -most, most))
        self.ramp_to(0.0, self._terminal.ramp_rate)
