"""What the parameters of a phototransistor preset say of the metrics of one run, at the conditions of that run.

Results are compared at the irradiance that really acted, which differs from the stated one by the error of the light's
calibration; the variants "per irradiance" (M1, the amplitudes of M3) are those responses over the one that acted.
Voltages, widths and what earlier pulses have left are those that really acted.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import yaml
from labkit_sim import _keithley_2450_specs as keithley_2450
from labkit_sim import _keysight_b2900_specs as keysight_b2900
from labkit_sim.devices import LightPulse, PhototransistorPreset, PhototransistorTruth, ReadBias, read_preset
from labkit_sim.keithley_2600 import _models as keithley_2600

from benchmarks._coverage_run import Observation
from benchmarks._coverage_statistics import Comparison, compared
from labkit.core import FloatArray, Kind

PER_IRRADIANCE = "per irradiance"
SAMPLES_OF_PEAK = 5
SHARE_OF_PEAK = 0.05
BASELINE_TIME = 1.0


@dataclass(frozen=True, slots=True)
class Conditions:
    """What acted: the light pulse, the bias; over how long (s) the level at the end is averaged.

    `left` (pulses x traps) are the threshold shifts (V) that earlier pulses had left when a pulse began.
    """

    acted: LightPulse
    bias: ReadBias
    window: float
    left: FloatArray
    truth: PhototransistorTruth

    @property
    def residue(self) -> float:
        """What earlier pulses had left of the current (A), averaged over the baselines."""
        lifetimes = np.array([trap.lifetime for trap in self.truth.parameters.traps])
        mean_before = lifetimes / BASELINE_TIME * np.expm1(BASELINE_TIME / lifetimes)
        return self.slope * float(np.sum(np.mean(self.left, axis=0) * mean_before))

    @property
    def slope(self) -> float:
        """Current per threshold shift (A/V) of the linear channel."""
        return self.truth.parameters.channel.gain * self.bias.drain


def conditions(seen: Observation, preset: str) -> Conditions:
    """Gather what acted on the device in a run."""
    model = read_preset(preset)
    assert isinstance(model, PhototransistorPreset)
    lit = list(seen.lit())
    first = lit[0][1]
    ((wavelength, irradiance),) = first.stimulus.irradiance.items()
    width = float(np.median([width for width, _ in lit]))
    acted = LightPulse(irradiance, wavelength, width)
    return Conditions(
        acted,
        ReadBias(first.voltage("drain"), first.voltage("gate")),
        peak_window(seen, width),
        np.array([each.state for _, each in lit]),
        PhototransistorTruth(model.parameters),
    )


def peak_window(seen: Observation, width: float) -> float:
    """Give the length of the standard's peak window (s): the last max(5 readings, 5 % of the pulse)."""
    times = seen.run.traces["drain"].time
    pulse = seen.run.rows(Kind.PULSE).iloc[0]
    inside = times[(times >= pulse["begin"]) & (times < pulse["end"])]
    return max(SAMPLES_OF_PEAK * float(np.median(np.diff(inside))), SHARE_OF_PEAK * width)


def transient(preset: str) -> Callable[[Observation], list[Comparison]]:
    """Compare baseline, EPSC, decay and energies."""

    def compare(seen: Observation) -> list[Comparison]:
        found = conditions(seen, preset)
        return [*_baseline(seen, found), *_epsc(seen, found), *_decay(seen, found), *_energy(seen, found)]

    return compare


def paired(preset: str) -> Callable[[Observation], list[Comparison]]:
    """Compare EPSC, PPF index and its decay."""

    def compare(seen: Observation) -> list[Comparison]:
        found = conditions(seen, preset)
        return [*_epsc(seen, found), *_ppf(seen, found), *_ppf_decay(seen, found)]

    return compare


def _baseline(seen: Observation, found: Conditions) -> Iterator[Comparison]:
    truth = {"B": found.truth.baseline(found.bias), "dB/dt": 0.0, "σ_B": reading_noise(seen)}
    for result in seen.results:
        if result.metric == "baseline":
            yield compared(result, truth[result.symbol])


def reading_noise(seen: Observation) -> float:
    """Give the noise of a reading (A): that of the range at the aperture, with its rounding."""
    row = seen.run.acquisitions.iloc[-1]
    bench = yaml.safe_load(seen.run.description.bench_text)
    driver = bench["instruments"][bench["terminals"][row["terminal"]]["instrument"]]["driver"]
    used = next(each for each in CURRENT_RANGES[driver] if each.full_scale == row["current_range"])
    cycles = float(row["aperture"]) / 0.02
    excess = keithley_2600.excess_noise(cycles) * used.full_scale if driver == "keithley_2636b" else 0.0
    return float(np.hypot(np.hypot(used.noise / np.sqrt(cycles), excess), used.resolution / np.sqrt(12)))


CURRENT_RANGES = {
    "keithley_2450": keithley_2450.MEASURE_CURRENT,
    "keithley_2636b": keithley_2600.MODEL_2636B.measure_current,
    "keysight_b2902a": keysight_b2900.MODELS["B2902A"].measure_current,
}


def _epsc(seen: Observation, found: Conditions) -> Iterator[Comparison]:
    for result in seen.results:
        if result.metric == "epsc":
            truth = found.truth.epsc(found.acted, found.bias, found.window)
            yield compared(result, truth)
            yield compared(result, truth / found.acted.irradiance, variant=PER_IRRADIANCE)


def _decay(seen: Observation, found: Conditions) -> Iterator[Comparison]:
    results = [result for result in seen.results if result.metric == "decay"]
    if results and found.truth.parameters.channel.is_linear(found.bias.gate, found.bias.drain):
        truth = decay_truth(found)
        for result in results:
            yield compared(result, truth[result.symbol])
            if result.symbol.startswith("A"):
                yield compared(result, truth[result.symbol] / found.acted.irradiance, variant=PER_IRRADIANCE)


def decay_truth(found: Conditions) -> dict[str, float]:
    """Give the terms of the decay, with what earlier pulses left in the same traps."""
    traps = found.truth.parameters.traps
    order = np.argsort([trap.lifetime for trap in traps])
    kept = np.exp(-found.acted.width / np.array([trap.lifetime for trap in traps]))
    older = (found.slope * np.mean(found.left, axis=0) * kept)[order]
    acted = found.truth.decay(found.acted, found.bias)
    amplitudes = np.array([term.amplitude for term in acted]) + older
    lifetimes = np.array([term.lifetime for term in acted])
    truth = {"⟨τ⟩": float(amplitudes @ lifetimes / np.sum(amplitudes)), "I_∞": -found.residue}
    for number, term in enumerate(acted, start=1):
        truth |= {f"τ_{number}": term.lifetime, f"A_{number}": term.amplitude}
    return truth


def _energy(seen: Observation, found: Conditions) -> Iterator[Comparison]:
    truth = found.truth
    area = seen.run.sample.active_area
    expected = {
        "E_pulse": truth.pulse_energy(found.acted, found.bias),
        "E_read": truth.read_energy(found.acted, found.bias, found.window),
        "E_opt": truth.optical_energy(found.acted, area),
    }
    for result in seen.results:
        if result.metric == "pulse_energy" and result.symbol in expected:
            yield compared(result, expected[result.symbol])


def _ppf(seen: Observation, found: Conditions) -> Iterator[Comparison]:
    for result in seen.results:
        if result.metric != "ppf_index":
            continue
        interval = result.at["interval"]
        index = found.truth.paired_pulse(found.acted, interval, found.bias, found.window)
        at = f"Δt = {interval:.2g} s"
        yield compared(result, index.global_, at)
        yield compared(result, index.excess, at, variant="excess")


def _ppf_decay(seen: Observation, found: Conditions) -> Iterator[Comparison]:
    terms = found.truth.paired_pulse_decay(found.acted, found.bias, found.window)
    truth: dict[str, float] = {}
    for number, term in enumerate(terms, start=1):
        truth |= {f"C_{number}": term.amplitude, f"τ_{number}": term.lifetime}
    for result in seen.results:
        if result.metric == "ppf_decay" and result.symbol in truth:
            yield compared(result, truth[result.symbol])
