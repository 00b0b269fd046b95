"""Export to IBM's Analog Hardware Acceleration Kit: LinearStepDevice, or PiecewiseStepDevice where it does not suffice.

A step of an exponential update falls linearly with the weight, which is what LinearStepDevice does: the two are the
same model. Weights are w = 2 (G - G_min) / (G_max - G_min) - 1, read against a reference in the middle of the range.
"""

from dataclasses import dataclass

import numpy as np

from labkit.core import FloatArray
from labkit.metrics import curvature_of
from labkit.network._export import Export, Parameter, commented
from labkit.network._neurosim import NeuroSimDevice, neurosim_device
from labkit.network._round_trip import RoundTrip, round_trip
from labkit.network._step_curve import StepCurve, fit_step_curve
from labkit.network._synapse import DOWN, UP, MeasuredSynapse

LINEAR = (
    "w += scale_up (1 - gamma_up w / w_max) for a pulse up, w -= scale_down (1 - gamma_down w / w_min) down, clipped; "
    "scale_up = dw_min, scale_down = (1 - up_down) dw_min where up_down > 0, else scale_up = (1 + up_down) dw_min, "
    "scale_down = dw_min (aihwkit, rpu_linearstep_device.cpp, rpu_pulsed_device.cpp; its docstring says 1 +- up_down, "
    "which is not what the code does)"
)
PIECEWISE = (
    "w += scale_up v_up(w) for a pulse up, w -= scale_down v_down(w) down, clipped; v linear between nodes equally "
    "spaced from w_min to w_max (aihwkit, rpu_piecewisestep_device.cpp)"
)


@dataclass(frozen=True, slots=True)
class AihwkitDevice:
    """The numbers that decide a curve in aihwkit: dw_min, up_down, and the slopes or the nodes of the steps.

    `gammas` (up, down) are of a LinearStepDevice, `nodes` (2 x nodes, relative to dw_min's scales) of a
    PiecewiseStepDevice, None for the other one. `lowest`, `highest` (S) are what -1 and 1 stand for.
    """

    lowest: float
    highest: float
    dw_min: float
    up_down: float
    gammas: tuple[float, float] | None = None
    nodes: FloatArray | None = None

    @property
    def scales(self) -> tuple[float, float]:
        """The steps up and down at w = 0, or at nodes of 1."""
        return self.dw_min * (1 + min(self.up_down, 0.0)), self.dw_min * (1 - max(self.up_down, 0.0))

    def step(self, weight: float, direction: str) -> float:
        """Give the signed change of a weight by one pulse."""
        which, sign = (0, 1.0) if direction == UP else (1, -1.0)
        scale = sign * self.scales[which]
        if self.gammas is not None:
            return scale * (1 - sign * self.gammas[which] * weight)
        if self.nodes is None:
            return scale
        return scale * float(np.interp(weight, np.linspace(-1, 1, self.nodes.shape[1]), self.nodes[which]))

    def simulate(self, direction: str, count: int) -> FloatArray:
        """Give the conductance (S) after 0 to `count` pulses from one end of the range."""
        weights = [-1.0 if direction == UP else 1.0]
        for _ in range(count):
            weights.append(min(max(weights[-1] + self.step(weights[-1], direction), -1.0), 1.0))
        return self.lowest + (np.array(weights) + 1) / 2 * (self.highest - self.lowest)


def linear_device(fitted: NeuroSimDevice) -> AihwkitDevice:
    """Give the LinearStepDevice of an exponential update: gamma = tanh(k/2), scale = (1 - exp(-k/P_max)) / gamma."""
    bends = curvature_of(fitted.labels[0]), -curvature_of(fitted.labels[1])
    gammas = tuple(float(np.tanh(bend / 2)) for bend in bends)
    up, down = (
        float(-np.expm1(-bend / count) / np.tanh(bend / 2)) for bend, count in zip(bends, fitted.pulses, strict=True)
    )
    return AihwkitDevice(fitted.lowest, fitted.highest, *_minimum(up, down), gammas=(gammas[0], gammas[1]))


def piecewise_device(curve: StepCurve) -> AihwkitDevice:
    """Give the PiecewiseStepDevice of steps in straight pieces; nodes are relative to their direction's mean step."""
    half = (curve.highest - curve.lowest) / 2
    up, down = (float(np.mean(steps)) / half for steps in (curve.up, curve.down))
    nodes = np.array([curve.up / np.mean(curve.up), curve.down / np.mean(curve.down)])
    return AihwkitDevice(curve.lowest, curve.highest, *_minimum(up, down), nodes=nodes)


def _minimum(up: float, down: float) -> tuple[float, float]:
    """Give dw_min and up_down: the larger scale is dw_min, and up_down takes from the other one."""
    return (up, 1 - down / up) if up > down else (down, up / down - 1)


def aihwkit_export(synapse: MeasuredSynapse) -> Export:
    """Give a LinearStepDevice, or a PiecewiseStepDevice where only that stays within 2u of the measured curve."""
    device = linear_device(neurosim_device(synapse))
    trip = round_trip(synapse, "aihwkit LinearStepDevice", device.simulate)
    remarks = list(synapse.remarks)
    if not trip.accepted:
        other = piecewise_device(fit_step_curve(synapse))
        second = round_trip(synapse, "aihwkit PiecewiseStepDevice", other.simulate)
        if second.accepted or second.inside > trip.inside:
            remarks.append(f"an exponential update is no description of this device: {trip.words[0]}")
            device, trip = other, second
    name = "LinearStepDevice" if device.gammas is not None else "PiecewiseStepDevice"
    parameters = (*_parameters(synapse, device), *_spreads(synapse, device))
    remarks += _remarks(synapse, device)
    reading = _reading(synapse, device)
    text = _python(name, parameters, reading, trip, remarks)
    source = LINEAR if device.gammas is not None else PIECEWISE
    return Export("aihwkit", name, source, (*parameters, *reading), trip, tuple(remarks), text)


def _parameters(synapse: MeasuredSynapse, device: AihwkitDevice) -> tuple[Parameter, ...]:
    half = (device.highest - device.lowest) / 2
    up, down = device.scales
    steps = np.array([synapse.step_sigma[direction] for direction in (UP, DOWN)]) / half
    found = [
        Parameter("w_min", -1.0, f"stands for {device.lowest:.4g} S"),
        Parameter("w_max", 1.0, f"stands for {device.highest:.4g} S"),
        Parameter("dw_min", device.dw_min, "the larger of the steps up and down at w = 0"),
        Parameter(
            "up_down", device.up_down, "takes from the step down where positive, from the step up where negative"
        ),
    ]
    if device.gammas is not None:
        found += _slopes(device.gammas)
        noise = float(np.sqrt(np.sum(steps**2) / (up**2 + down**2)))
        found.append(Parameter("dw_min_std", noise, "M19 over the step at w = 0, read noise taken off; added noise"))
    if device.nodes is not None:
        names = ("piecewise_up", "piecewise_down")
        found += [
            Parameter(each, tuple(row.tolist()), "step / scale") for each, row in zip(names, device.nodes, strict=True)
        ]
        powers = np.array([up**2, down**2]) * np.mean(device.nodes**2, axis=1)
        noise = float(np.sqrt(np.sum(steps**2) / np.sum(powers)))
        found.append(Parameter("dw_min_std", noise, "M19 over the root mean square step; grows with the step here"))
    return tuple(found)


def _slopes(gammas: tuple[float, float]) -> list[Parameter]:
    found = [
        Parameter("gamma_up", gammas[0], "tanh(k/2): how much smaller the step is at w_max than at 0"),
        Parameter("gamma_down", gammas[1], "the same of the step down at w_min"),
        Parameter("gamma_up_dtod", 0.0, "not measured"),
        Parameter("gamma_down_dtod", 0.0, "not measured"),
        Parameter("mult_noise", False, "the scatter of a step does not go with the step, as M19 pools it"),
    ]
    if min(gammas) < 0:
        found.append(Parameter("allow_increasing", True, "a step that grows along the train"))
    return found


def _spreads(synapse: MeasuredSynapse, device: AihwkitDevice) -> tuple[Parameter, ...]:
    """Give device-to-device spreads where a set was measured: of the ends of the range, in weights; 0 else."""
    half = (device.highest - device.lowest) / 2

    def spread(symbol: str, level: float) -> float:
        found = synapse.of_devices.get(f"σ_d2d(ln {symbol})")
        return found.estimate.value * level / half if found is not None and found.estimate is not None else 0.0

    return (
        Parameter("dw_min_dtod", 0.0, "not measured: aihwkit would take 0.3"),
        Parameter("up_down_dtod", 0.0, "not measured: aihwkit would take 0.01"),
        Parameter("w_max_dtod", spread("G_max", device.highest), "M20 of G_max; 0 where one device was measured"),
        Parameter("w_min_dtod", spread("G_min", device.lowest), "M20 of G_min; 0 where one device was measured"),
    )


def _reading(synapse: MeasuredSynapse, device: AihwkitDevice) -> tuple[Parameter, ...]:
    noise = 2 * synapse.read_sigma / (device.highest - device.lowest)
    return (Parameter("w_noise", noise, "forward.w_noise, ADDITIVE_CONSTANT: noise of a read as measured, in weights"),)


def _remarks(synapse: MeasuredSynapse, device: AihwkitDevice) -> list[str]:
    counts = ", ".join(f"{synapse.train(direction).count} {direction}" for direction in (UP, DOWN))
    return [
        f"w = 2 (G - {device.lowest:.4g} S) / {device.highest - device.lowest:.4g} S - 1; pulses of a train: {counts}",
        "aihwkit's own tile noise, converters and update scheme stay at its defaults",
    ]


def _python(
    name: str, parameters: tuple[Parameter, ...], reading: tuple[Parameter, ...], trip: RoundTrip, remarks: list[str]
) -> str:
    head = commented([f"A measured synapse as {name} of aihwkit. Round trip:", *trip.words, "Remarks:", *remarks], "#")
    rows = "".join(f"            {one.name}={_literal(one)},  # {one.meaning}\n" for one in parameters)
    return (
        f"{head}\n\ndef rpu_config():\n"
        '    """Give the configuration; aihwkit is needed only here."""\n'
        "    from aihwkit.simulator.configs import SingleRPUConfig\n"
        f"    from aihwkit.simulator.configs.devices import {name}\n"
        "    from aihwkit.simulator.parameters.enums import WeightNoiseType\n\n"
        f"    config = SingleRPUConfig(\n        device={name}(\n{rows}        )\n    )\n"
        f"    config.forward.w_noise = {_literal(reading[0])}  # noise of a read as measured, in weights\n"
        "    config.forward.w_noise_type = WeightNoiseType.ADDITIVE_CONSTANT\n"
        "    return config\n"
    )


def _literal(one: Parameter) -> str:
    if isinstance(one.value, tuple):
        return "[" + ", ".join(f"{each:.6g}" for each in one.value) + "]"
    return f"{one.value:.6g}" if isinstance(one.value, float) else repr(one.value)
