"""Digital twins: lay a device model on measured runs, say how well it is known, and how well it predicts."""

from labkit.twin._fit import Fitted, TwinFit, fit_twin
from labkit.twin._measured import Measured, measured
from labkit.twin._predict import Prediction, predict
from labkit.twin._problem import Tell

__all__ = ["Fitted", "Measured", "Prediction", "Tell", "TwinFit", "fit_twin", "measured", "predict"]
