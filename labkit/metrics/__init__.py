"""The metrics of the standard: pure functions from a run to results with uncertainty, flags and variants."""

from labkit.metrics._adaptation import ADAPTATION
from labkit.metrics._area_scaling import AREA_SCALING
from labkit.metrics._arrhenius import ARRHENIUS
from labkit.metrics._baseline import BASELINE
from labkit.metrics._check_read import CHECK_READ
from labkit.metrics._colours import COLOURS
from labkit.metrics._conductance_curve import CONDUCTANCE_CURVE
from labkit.metrics._conduction import CONDUCTION
from labkit.metrics._contrast import CONTRAST
from labkit.metrics._cycle_endurance import CYCLE_ENDURANCE
from labkit.metrics._cycle_variation import CYCLE_VARIATION, StepScatter, step_scatter
from labkit.metrics._decay import DECAY
from labkit.metrics._detectivity import DETECTIVITY
from labkit.metrics._device_set import device_set
from labkit.metrics._device_variation import DEVICE_VARIATION
from labkit.metrics._dynamic_range import DYNAMIC_RANGE
from labkit.metrics._endurance import ENDURANCE
from labkit.metrics._endurance_survival import ENDURANCE_SURVIVAL
from labkit.metrics._epsc import EPSC
from labkit.metrics._exponential_update import curvature_of, fit_update, nonlinearity, update_shape
from labkit.metrics._forming import FORMING
from labkit.metrics._hysteresis_index import HYSTERESIS_INDEX
from labkit.metrics._linear_range import LINEAR_RANGE
from labkit.metrics._memory_window import MEMORY_WINDOW
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._noise import NOISE
from labkit.metrics._nonlinearity import NONLINEARITY, TrainFit, fit_train
from labkit.metrics._nonlinearity_forms import NONLINEARITY_FORMS
from labkit.metrics._on_off_ratio import ON_OFF_RATIO
from labkit.metrics._pixel import PIXEL
from labkit.metrics._ppf_decay import PPF_DECAY
from labkit.metrics._ppf_index import PPF_INDEX
from labkit.metrics._ptp import PTP
from labkit.metrics._pulse_energy import PULSE_ENERGY
from labkit.metrics._registry import (
    compute_metrics,
    compute_set_metrics,
    load_metric,
    load_set_metric,
    metric_names,
    set_metric_names,
)
from labkit.metrics._relearning import RELEARNING
from labkit.metrics._response_time import RESPONSE_TIME
from labkit.metrics._responsivity import RESPONSIVITY
from labkit.metrics._retention import RETENTION
from labkit.metrics._sadp import SADP
from labkit.metrics._sddp import SDDP
from labkit.metrics._set_metric import DeviceSet, Identity, MeasuredDevice, SetMetric
from labkit.metrics._set_values import SetValue, mean_over_devices, set_values
from labkit.metrics._similarity import SIMILARITY
from labkit.metrics._sndp import SNDP
from labkit.metrics._sneak_paths import SNEAK_PATHS
from labkit.metrics._srdp import SRDP
from labkit.metrics._state_levels import Levels, read_levels
from labkit.metrics._states import STATES
from labkit.metrics._stdp import STDP
from labkit.metrics._stimuli import Event, events
from labkit.metrics._stp_ltp import STP_LTP
from labkit.metrics._switching_voltage import SWITCHING_VOLTAGE
from labkit.metrics._temporal_order import TEMPORAL_ORDER
from labkit.metrics._transistor import TRANSISTOR
from labkit.metrics._uniformity import UNIFORMITY
from labkit.metrics._wavelength_selectivity import WAVELENGTH_SELECTIVITY
from labkit.metrics._weight_curves import Train, WeightCurves, weight_curves
from labkit.metrics._yield import GOOD, YIELD, Verdict, judge

__all__ = [
    "ADAPTATION",
    "AREA_SCALING",
    "ARRHENIUS",
    "BASELINE",
    "CHECK_READ",
    "COLOURS",
    "CONDUCTANCE_CURVE",
    "CONDUCTION",
    "CONTRAST",
    "CYCLE_ENDURANCE",
    "CYCLE_VARIATION",
    "DECAY",
    "DETECTIVITY",
    "DEVICE_VARIATION",
    "DYNAMIC_RANGE",
    "ENDURANCE",
    "ENDURANCE_SURVIVAL",
    "EPSC",
    "FORMING",
    "GOOD",
    "HYSTERESIS_INDEX",
    "LINEAR_RANGE",
    "MEMORY_WINDOW",
    "NOISE",
    "NONLINEARITY",
    "NONLINEARITY_FORMS",
    "ON_OFF_RATIO",
    "PIXEL",
    "PPF_DECAY",
    "PPF_INDEX",
    "PTP",
    "PULSE_ENERGY",
    "RELEARNING",
    "RESPONSE_TIME",
    "RESPONSIVITY",
    "RETENTION",
    "SADP",
    "SDDP",
    "SIMILARITY",
    "SNDP",
    "SNEAK_PATHS",
    "SRDP",
    "STATES",
    "STDP",
    "STP_LTP",
    "SWITCHING_VOLTAGE",
    "TEMPORAL_ORDER",
    "TRANSISTOR",
    "UNIFORMITY",
    "WAVELENGTH_SELECTIVITY",
    "YIELD",
    "DeviceSet",
    "Event",
    "Identity",
    "Levels",
    "MeasuredDevice",
    "Metric",
    "NotMeasured",
    "SetMetric",
    "SetValue",
    "StepScatter",
    "Train",
    "TrainFit",
    "Verdict",
    "WeightCurves",
    "compute_metrics",
    "compute_set_metrics",
    "curvature_of",
    "device_set",
    "events",
    "fit_train",
    "fit_update",
    "judge",
    "load_metric",
    "load_set_metric",
    "mean_over_devices",
    "metric_names",
    "nonlinearity",
    "read_levels",
    "set_metric_names",
    "set_values",
    "step_scatter",
    "update_shape",
    "weight_curves",
]
