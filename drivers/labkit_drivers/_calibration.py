"""From drive current to irradiance at the device plane and back, along the calibration of the bench."""

import numpy as np

from labkit.core import LimitExceeded, OpticalTerminal


class Calibration:
    """Linear interpolation between drive current (A) and irradiance at the device plane (W/m^2)."""

    def __init__(self, terminal: OpticalTerminal) -> None:
        self._current = np.array([point.current for point in terminal.calibration])
        self._irradiance = np.array([point.irradiance for point in terminal.calibration])
        self._terminal = terminal

    def current(self, irradiance: float) -> float:
        """Give the drive current (A) for an irradiance (W/m^2)."""
        return float(np.interp(irradiance, self._irradiance, self._current))

    def irradiance(self, current: float) -> float:
        """Give the irradiance (W/m^2) for a drive current (A)."""
        return float(np.interp(current, self._current, self._irradiance))

    def largest(self, limit: float) -> float:
        """Give the largest irradiance (W/m^2) within a current limit (A), the bench's limit and the calibration."""
        return min(self._terminal.maximum_irradiance, self.irradiance(min(limit, self._terminal.maximum_current)))

    def resolution(self, step: float) -> float:
        """Give what a step of the current (A) comes to (W/m^2), on average over the calibration."""
        span = float(self._current[-1] - self._current[0])
        return step * float(self._irradiance[-1] - self._irradiance[0]) / span


def check_irradiance(irradiance: float, largest: float, instrument: str) -> None:
    """Raise LimitExceeded for an irradiance (W/m^2) above what limits and calibration allow."""
    if not irradiance <= largest * (1 + 1e-9):
        raise LimitExceeded(
            f"{instrument}: {irradiance:g} W/m^2 is above the {largest:g} W/m^2 that limits and calibration allow",
            "lower the irradiance, or correct maximum_irradiance and the calibration in bench.yaml",
        )
