"""From a measured synapse to networks: exports to simulators, each with its round trip, and one honest accuracy."""

from labkit.network._accuracy import CAUTION, accuracy, accuracy_lines
from labkit.network._digits import DATASET, Digits, load_digits
from labkit.network._export import Export, Parameter
from labkit.network._round_trip import RoundTrip
from labkit.network._simulators import SIMULATORS, export_synapse
from labkit.network._step_curve import StepCurve, fit_step_curve
from labkit.network._synapse import MeasuredSynapse, measured_synapse

__all__ = [
    "CAUTION",
    "DATASET",
    "SIMULATORS",
    "Digits",
    "Export",
    "MeasuredSynapse",
    "Parameter",
    "RoundTrip",
    "StepCurve",
    "accuracy",
    "accuracy_lines",
    "export_synapse",
    "fit_step_curve",
    "load_digits",
    "measured_synapse",
]
