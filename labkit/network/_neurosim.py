"""Export to MLP+NeuroSim V3.0: the parameters of its RealDevice and IdealDevice.

Written anew from the published equations; nothing of NeuroSim's code or table is here (it is CC BY-NC).
"""

from dataclasses import dataclass

import numpy as np

from labkit.core import FloatArray
from labkit.metrics import curvature_of
from labkit.network._common_range import common_range
from labkit.network._export import Export, Parameter, commented
from labkit.network._round_trip import round_trip
from labkit.network._synapse import DOWN, UP, MeasuredSynapse

SOURCE = (
    "G(P) = B (1 - exp(-P/A)) + G_min, B = (G_max - G_min) / (1 - exp(-P_max/A)), A from the label NL; a pulse moves P "
    "by one from where the conductance stands (Chen, Peng, Yu, IEDM 2017; IEEE TCAD 37, 3067 (2018); MLP+NeuroSim V3.0)"
)
_LARGEST, _SMALLEST = 9.0, 0.01
"""NeuroSim looks A up by int(100 |NL|) in a table from 0.01 to 9; beside it the program reads past the table."""


@dataclass(frozen=True, slots=True)
class NeuroSimDevice:
    """The numbers that decide a curve in NeuroSim's RealDevice: conductances (S), numbers of pulses, labels."""

    lowest: float
    highest: float
    pulses: tuple[int, int]
    labels: tuple[float, float]

    def simulate(self, direction: str, count: int) -> FloatArray:
        """Give the conductance (S) after 0 to `count` single pulses, each by way of its place on the curve."""
        up = direction == UP
        most, label = (self.pulses[0], self.labels[0]) if up else (self.pulses[1], self.labels[1])
        a = most / curvature_of(int(abs(label) * 100) / 100) * np.sign(label)  # as the table is looked up
        b = (self.highest - self.lowest) / -np.expm1(-most / a)
        found = [self.lowest if up else self.highest]
        for _ in range(count):
            place = -a * np.log1p(-(found[-1] - self.lowest) / b) + (1 if up else -1)
            found.append(float(np.clip(b * -np.expm1(-place / a) + self.lowest, self.lowest, self.highest)))
        return np.array(found)


def neurosim_device(synapse: MeasuredSynapse) -> NeuroSimDevice:
    """Give the labels of M15 as NeuroSim takes them, and the common range that fits both curves best with them."""
    labels = {direction: table_label(synapse.label(direction)) for direction in (UP, DOWN)}
    shapes = {direction: synapse.shape(direction, label) for direction, label in labels.items()}
    lowest, highest = common_range(synapse, shapes)
    counts = synapse.train(UP).count, synapse.train(DOWN).count
    return NeuroSimDevice(lowest, highest, counts, (labels[UP], labels[DOWN]))


def table_label(label: float) -> float:
    """Give a label as NeuroSim's look-up takes it: within 0.01 to 9, and truncated to what it was rounded to.

    int(100 * 4.35) is 434, so that a bare 4.35 would be looked up as 4.34.
    """
    size = min(max(round(abs(label), 2), _SMALLEST), _LARGEST)
    if int(size * 100) != round(size * 100):
        size += 1e-6
    return float(np.copysign(size, label))


def neurosim_export(synapse: MeasuredSynapse) -> Export:
    """Give the parameters of RealDevice, with IdealDevice as its baseline."""
    device = neurosim_device(synapse)
    trip = round_trip(synapse, "MLP+NeuroSim V3.0 RealDevice", device.simulate)
    common = _common(synapse, device)
    real = (*common, *_update(synapse, device), *_noise(synapse), *_between_devices(synapse, device))
    ideal = (*common, Parameter("readNoise", False, "an ideal device: linear, without noise"))
    remarks = (*synapse.remarks, *_remarks(synapse, device))
    text = _code(real, ideal, trip.words, remarks)
    return Export("MLP+NeuroSim V3.0", "RealDevice", SOURCE, real, trip, remarks, text, ideal)


def _common(synapse: MeasuredSynapse, device: NeuroSimDevice) -> tuple[Parameter, ...]:
    def voltage(direction: str) -> float:
        pulse = synapse.pulses[direction]
        return 0.0 if pulse.optical else abs(pulse.level)

    return (
        Parameter("maxConductance", device.highest, "S, end of the fitted curves, mean over cycles"),
        Parameter("minConductance", device.lowest, "S"),
        Parameter("readVoltage", abs(synapse.curves.voltage), "V, of the measurement"),
        Parameter("writeVoltageLTP", voltage(UP), f"V; the pulse was {synapse.pulses[UP].words}"),
        Parameter("writeVoltageLTD", voltage(DOWN), f"V; the pulse was {synapse.pulses[DOWN].words}"),
        Parameter("writePulseWidthLTP", synapse.pulses[UP].width, "s"),
        Parameter("writePulseWidthLTD", synapse.pulses[DOWN].width, "s"),
        Parameter("maxNumLevelLTP", device.pulses[0], "P_max: pulses from end to end, not readable states"),
        Parameter("maxNumLevelLTD", device.pulses[1], "P_max"),
        Parameter("nonIdenticalPulse", False, "identical pulses"),
    )


def _update(synapse: MeasuredSynapse, device: NeuroSimDevice) -> tuple[Parameter, ...]:
    steps = np.sqrt(np.mean([synapse.step_sigma[direction] ** 2 for direction in (UP, DOWN)]))
    return (
        Parameter("nonlinearWrite", True, "exponential update"),
        Parameter("NL_LTP", device.labels[0], "label of M15; + is fast-first potentiation"),
        Parameter("NL_LTD", device.labels[1], "label of M15; - is fast-first depression"),
        Parameter(
            "sigmaCtoC",
            float(steps),
            f"S a pulse (M19, read noise taken off), {steps / (device.highest - device.lowest):.3%} of the range",
        ),
    )


def _noise(synapse: MeasuredSynapse) -> tuple[Parameter, ...]:
    return (
        Parameter("readNoise", synapse.read_relative > 0, "the noise of a read as measured, its bandwidth included"),
        Parameter("sigmaReadNoise", synapse.read_relative, "of the conductance, root mean square over the levels"),
    )


def _between_devices(synapse: MeasuredSynapse, device: NeuroSimDevice) -> tuple[Parameter, ...]:
    """Give device-to-device variation where a set of devices was measured; 0 is said to be unknown."""

    def spread(symbol: str) -> float:
        found = synapse.of_devices.get(symbol)
        return found.estimate.value if found is not None and found.estimate is not None else 0.0

    labels = [spread(f"σ_d2d({symbol})") for symbol in ("NL_P", "NL_D")]
    high, low = spread("σ_d2d(ln G_max)") * device.highest, spread("σ_d2d(ln G_min)") * device.lowest
    known = "M20" if any((*labels, high, low)) else "not measured: one device tells nothing of others"
    return (
        Parameter("sigmaDtoD", float(np.sqrt(np.mean(np.square(labels)))), f"of the label NL; {known}"),
        Parameter("conductanceRangeVar", high > 0 or low > 0, "variation of the range from device to device"),
        Parameter("maxConductanceVar", high, f"S; {known}"),
        Parameter("minConductanceVar", low, f"S; {known}"),
    )


def _remarks(synapse: MeasuredSynapse, device: NeuroSimDevice) -> list[str]:
    found = ["NL belongs to this P_max; changing maxNumLevel alone changes the device"]
    for direction, label in zip((UP, DOWN), device.labels, strict=True):
        measured = synapse.label(direction)
        if abs(measured) > _LARGEST:
            found.append(f"NL of {direction} is {measured:.2f}: NeuroSim's table ends at 9, which stands here")
        if abs(measured) < _SMALLEST:
            found.append(f"NL of {direction} is {measured:.4f}: NeuroSim's table begins at 0.01, which stands here")
        if label != round(label, 2):
            found.append(f"NL of {direction} ends in ...1 so that int(100 NL) finds its own entry of the table")
    if any(pulse.optical for pulse in synapse.pulses.values()):
        found.append("NeuroSim has no write by light: the voltage 0 leaves the light's energy out")
    if any(not p.optical and p.terminal != "top" for p in synapse.pulses.values()):
        found.append(
            "NeuroSim takes V^2 G t as the energy of a write, which holds for two terminals: a gate's pulse costs less"
        )
    for one in synapse.results:
        if one.symbol in ("E_pulse", "E_opt") and one.estimate is not None:
            mark = one.notes.get("mark", "")
            found.append(f"measured {one.symbol} of a {mark} pulse (M21): {one.estimate.value:.3g} J")
    states = synapse.of("N_r")
    if states is not None and states.estimate is not None:
        found.append(f"states that reads can tell apart (M17): {states.estimate.value:.0f}")
    return found


def _code(
    real: tuple[Parameter, ...], ideal: tuple[Parameter, ...], words: tuple[str, ...], remarks: tuple[str, ...]
) -> str:
    head = ["Parameters for MLP+NeuroSim V3.0, in the words of Cell.cpp. Round trip:", *words, "Remarks:", *remarks]
    blocks = []
    for name, parameters in (("RealDevice", real), ("IdealDevice", ideal)):
        lines = [f"{one.name} = {one.code};  // {one.meaning}" for one in parameters]
        blocks.append(f"// --- {name}::{name} ---\n" + "\n".join(lines) + "\n")
    return commented(head, "//") + "\n" + "\n".join(blocks)
