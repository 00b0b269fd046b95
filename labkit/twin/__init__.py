"""Digital twins: lay a device model on measured runs, say how well it is known, and how well it predicts."""

from labkit.twin._fit import Fitted, Tell, TwinFit, fit_twin
from labkit.twin._measured import Measured, measured

__all__ = ["Fitted", "Measured", "Tell", "TwinFit", "fit_twin", "measured"]
