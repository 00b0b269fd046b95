"""What the parameters of a memristor preset say of the metrics of one run, at the levels and times of that run."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from labkit_sim.devices import (
    Drive,
    Lobe,
    Memristor,
    MemristorParameters,
    MemristorPreset,
    MemristorTruth,
    Stimulus,
    SweepProtocol,
    SweepTruth,
    WeightProtocol,
    WeightTruth,
    mean_over_loops,
    read_preset,
    simulate_train,
    sweep_truth,
)
from scipy.optimize import minimize_scalar

from benchmarks._coverage_optical import reading_noise
from benchmarks._coverage_run import Observation
from benchmarks._coverage_statistics import Comparison, compared
from labkit.core import FloatArray, Kind, Result, Run

NO_VALUE = float("nan")
REALISATIONS = 150


def parameters_of(preset: str) -> MemristorParameters:
    """Give the parameters of a memristor preset."""
    model = read_preset(preset)
    assert isinstance(model, MemristorPreset)
    return model.parameters


# Weights: P10


def weights(preset: str) -> Callable[[Observation], list[Comparison]]:
    """Compare everything that LTP/LTD cycles tell."""
    parameters = parameters_of(preset)

    def compare(seen: Observation) -> list[Comparison]:
        protocol = weight_protocol(seen)
        truth = MemristorTruth(parameters).weights(protocol)
        spread = scattered(parameters, rounded(protocol), late_delay(seen.run), state_times(seen.run))
        readable = readable_states(seen, parameters, protocol.read_voltage)
        return [
            found
            for result in seen.results
            for found in _of_weights(result, truth, spread, seen, protocol.read_voltage, readable)
        ]

    return compare


def weight_protocol(seen: Observation) -> WeightProtocol:
    """Read the delivered times from the run and the true levels from what acted."""
    run = seen.run
    pulses, reads = run.rows(Kind.PULSE), run.rows(Kind.READ)
    up, down = (pulses[pulses["mark"] == mark] for mark in ("potentiation", "depression"))
    ups, downs = ([rows for _, rows in half.groupby("cycle")] for half in (up, down))
    middles = _middles(run, reads[reads["mark"] == "potentiation"])
    initial = _middles(run, reads[reads["mark"] == "initial"])
    ends = np.array([float(rows["end"].iloc[-1]) for rows in downs])
    begins = np.array([float(rows["begin"].iloc[0]) for rows in ups])
    voltages = [each.voltage("top") for each in seen.acted]
    return WeightProtocol(
        potentiation=float(np.max(voltages)),
        depression=float(np.min(voltages)),
        width=float(np.median(up["end"] - up["begin"])),
        pulses=len(ups[0]),
        period=float(np.median(np.diff(ups[0]["begin"]))),
        read_delay=float(np.median(middles - up["end"].to_numpy())),
        read_voltage=float(np.median([level for level in voltages if 0.03 < level < 0.19])),
        depression_pause=float(
            np.median([down["begin"].iloc[0] - up["end"].iloc[-1] for up, down in zip(ups, downs, strict=True)])
        ),
        potentiation_pause=float(np.median(begins[1:] - ends[:-1])),
        initial_delay=float(np.median(initial[1:] - ends[:-1])),
        cycles=len(ups) - 1,
    )


def _middles(run: Run, rows: pd.DataFrame) -> FloatArray:
    """Give the middle of the readings of reads (s)."""
    time = run.traces["top"].time
    aperture = float(run.acquisitions["aperture"].iloc[0])
    first, count = rows["first_sample"].to_numpy(), rows["sample_count"].to_numpy()
    return np.asarray((time[first] + time[first + count - 1] + aperture) / 2, float)


def late_delay(run: Run) -> float:
    """Give how long after the last potentiation the late read is taken (s)."""
    reads, pulses = run.rows(Kind.READ, "late"), run.rows(Kind.PULSE, "potentiation")
    ends = pulses["end"].to_numpy()
    middles = _middles(run, reads)
    return _significant(float(np.median(middles - ends[np.searchsorted(ends, middles) - 1])))


def state_times(run: Run) -> tuple[float, float, float]:
    """Give first and last read after a state pulse and the period of state pulses (s)."""
    pulses, reads = run.rows(Kind.PULSE, "state_pulse"), run.rows(Kind.READ, "state")
    middles = _middles(run, reads).reshape(len(pulses), -1)
    ends = pulses["end"].to_numpy()
    first, last = np.median(middles[:, 0] - ends), np.median(middles[:, -1] - ends)
    return _significant(float(first)), _significant(float(last)), _significant(float(np.median(np.diff(ends))))


def readable_states(seen: Observation, parameters: MemristorParameters, read_voltage: float) -> int:
    """Count the levels of the section of state reads that reads tell apart, 3 sigma apart: those this device had."""
    pulses, reads = len(seen.run.rows(Kind.PULSE, "state_pulse")), len(seen.run.rows(Kind.READ, "state"))
    read = [each.state for each in seen.acted if 0.03 < each.voltage("top") < 0.19][-reads:]
    levels = MemristorTruth(parameters).read_conductance(np.array(read), read_voltage).reshape(pulses, -1)
    means = np.sort(np.mean(levels, axis=1))
    return _count(means, np.full(pulses, estimate_noise(seen) / read_voltage))


def rounded(protocol: WeightProtocol) -> WeightProtocol:
    """Give the protocol without the last digits, so that the runs of a case share what is costly."""
    values = {
        name: _significant(value) if isinstance(value, float) else value for name, value in asdict(protocol).items()
    }
    return WeightProtocol(**values)


def _significant(value: float) -> float:
    """Keep three digits: a pulse may last 100 us or 100 ms."""
    return float(f"{value:.3g}")


@dataclass(frozen=True, slots=True)
class Scatter:
    """What only the scatter of many realisations tells: exact conductances (S), without instruments.

    `initial`, `late` (realisations x cycles), `rising`, `falling` (realisations x cycles x pulses), `drift` (levels).
    """

    initial: FloatArray
    late: FloatArray
    rising: FloatArray
    falling: FloatArray
    drift: FloatArray

    @property
    def retained(self) -> float:
        change = np.mean(self.rising[..., -1] - self.initial)
        return float(np.mean(self.late - self.initial) / change)

    def curve(self, direction: str) -> FloatArray:
        """Give levels of a half-cycle with the level before it: (realisations x cycles) x points."""
        before, after = (
            (self.initial, self.rising) if direction == "potentiation" else (self.rising[..., -1], self.falling)
        )
        return np.concatenate([before[..., None], after], axis=-1).reshape(-1, after.shape[-1] + 1)

    def level_variation(self, direction: str) -> float:
        """Give the root mean square over the train of the coefficient of variation of a level."""
        levels = self.curve(direction)
        return float(np.sqrt(np.mean(np.var(levels, axis=0) / np.mean(levels, axis=0) ** 2)))

    def addressable(self, read_noise: float) -> int:
        """Count the states that a number of pulses reaches, 3 sigma apart."""
        levels = self.curve("potentiation")
        sigma = np.sqrt(np.var(levels, axis=0) + read_noise**2 + np.mean(self.drift**2))
        return _count(np.mean(levels, axis=0), sigma)


def _count(mean: FloatArray, sigma: FloatArray) -> int:
    count, last = 1, 0
    for index in range(1, len(mean)):
        if mean[index] - mean[last] >= 3 * (sigma[index] + sigma[last]):
            count, last = count + 1, index
    return count


@lru_cache(maxsize=8)
def scattered(
    parameters: MemristorParameters, protocol: WeightProtocol, late: float, state: tuple[float, float, float]
) -> Scatter:
    """Take many devices through the cycles."""
    read = Stimulus({"top": Drive(0.1)})
    up, down = (Stimulus({"top": Drive(level)}) for level in (protocol.potentiation, protocol.depression))
    delay, rest = protocol.read_delay, protocol.period - protocol.width - protocol.read_delay
    initial = delay if protocol.initial_delay is None else protocol.initial_delay
    to_up = (protocol.period - protocol.width) if protocol.potentiation_pause is None else protocol.potentiation_pause
    to_down = (protocol.period - protocol.width) if protocol.depression_pause is None else protocol.depression_pause
    last = protocol.pulses - 1
    cycle = [(read, to_up - initial)]
    for number in range(protocol.pulses):
        cycle += [(up, protocol.width), (read, delay), (read, rest if number < last else late - delay)]
    cycle.append((read, to_down - late))
    for number in range(protocol.pulses):
        cycle += [(down, protocol.width), (read, delay), (read, rest if number < last else initial - delay)]
    first, end, period = state
    level = [(up, protocol.width), (read, first), (read, end - first), (read, period - protocol.width - end)]
    kept = slice(protocol.discarded, None)
    scale = 1 / 0.1
    parts: list[tuple[FloatArray, ...]] = []
    for seed in range(REALISATIONS):
        device = Memristor(parameters, 10_000_019 + seed)
        begin = simulate_train(device, cycle, protocol.discarded + protocol.cycles).begin[kept] * scale
        levels = simulate_train(device, level, protocol.pulses).begin * scale
        split = 1 + 3 * protocol.pulses
        parts.append(
            (
                begin[:, 0],
                begin[:, split],
                begin[:, 3:split:3],
                begin[:, split + 3 :: 3],
                levels[:, 3] - levels[:, 2],
            )
        )
    initial_levels, late_levels, rising, falling, drift = (np.array(part) for part in zip(*parts, strict=True))
    return Scatter(initial_levels, late_levels, rising, falling, np.abs(np.mean(drift, axis=0)))


def _of_weights(
    result: Result, truth: WeightTruth, spread: Scatter, seen: Observation, read_voltage: float, readable: int
) -> Iterator[Comparison]:
    if result.metric == "conductance_curve":
        yield from _curve(result, truth, spread)
    elif result.metric in ("nonlinearity", "nonlinearity_forms", "dynamic_range", "cycle_variation"):
        yield from _shape(result, truth, spread)
    elif result.metric == "states":
        read_noise = estimate_noise(seen) / read_voltage
        number = {"N_r": float(readable), "N_w": float(spread.addressable(read_noise)), "N_p": float(truth.pulses)}
        yield compared(result, number[result.symbol])
    elif result.metric == "pulse_energy":
        yield from _energy(result, truth, seen, read_voltage)


def estimate_noise(seen: Observation) -> float:
    """Give the noise of the mean of the readings of a read (A)."""
    count = int(seen.run.rows(Kind.READ)["sample_count"].iloc[0])
    return reading_noise(seen) / float(np.sqrt(count))


def _curve(result: Result, truth: WeightTruth, spread: Scatter) -> Iterator[Comparison]:
    levels = truth.potentiation if result.symbol == "ΔG_P" else truth.depression
    yield compared(result, float(levels[-1] - levels[0]))
    yield compared(result, float(levels[0]), variant="start")
    yield compared(result, float(levels[-1]), variant="end")
    if "retained" in result.variants:
        yield compared(result, spread.retained, variant="retained")


def _shape(result: Result, truth: WeightTruth, spread: Scatter) -> Iterator[Comparison]:
    expected = {
        "NL_P": truth.potentiation_nonlinearity,
        "NL_D": truth.depression_nonlinearity,
        "|NL_P - NL_D|": truth.asymmetry,
        "δ_max,P": abs(truth.departure()),
        "δ_max,D": abs(truth.departure(False)),
        "R²_P": truth.straightness(),
        "R²_D": truth.straightness(False),
        "α_P": jang(truth, True),
        "α_D": jang(truth, False),
        "ANL": truth.asymmetric_nonlinearity,
        "ANL_max": truth.largest_asymmetric_nonlinearity,
        "SNL": truth.symmetric_nonlinearity,
        "DR": truth.dynamic_range,
        "G_max": float(truth.potentiation[-1]),
        "G_min": float(truth.depression[-1]),
        "σ_c2c,P": truth.potentiation_variation,
        "σ_c2c,D": truth.depression_variation,
    }
    yield compared(result, expected[result.symbol])
    if result.symbol in ("NL_P", "NL_D"):
        constant = truth.potentiation_constant if result.symbol == "NL_P" else truth.depression_constant
        yield compared(result, constant, variant="A")
    if result.metric == "cycle_variation":
        direction = "potentiation" if result.symbol.endswith("P") else "depression"
        yield compared(result, spread.level_variation(direction), variant="level")


def jang(truth: WeightTruth, potentiation: bool) -> float:
    """Give Jang's exponent of the exponential that fits the exact curve best, written apart from labkit's metric."""
    from labkit_sim.devices._truth_update import exponential_shape

    x = np.linspace(0, 1, truth.pulses + 1)
    k = truth.potentiation_curvature if potentiation else truth.depression_curvature
    curve = truth.potentiation if potentiation else truth.depression[::-1]
    shape = exponential_shape(x, k)
    change, start = np.polyfit(shape, curve, 1)
    ratio = (start + change) / start
    target = 1 + (ratio - 1) * shape

    def distance(alpha: float) -> float:
        return float(np.sum((((ratio**alpha - 1) * x + 1) ** (1 / alpha) - target) ** 2))

    sides = [(-6.0, -1e-3), (1e-3, 12.0)]
    found = [minimize_scalar(distance, bounds=side, method="bounded", options={"xatol": 1e-10}) for side in sides]
    return float(min(found, key=lambda each: float(each.fun)).x)


def _energy(result: Result, truth: WeightTruth, seen: Observation, read_voltage: float) -> Iterator[Comparison]:
    up = result.at["level"] > 0
    expected = {
        "E_pulse": np.mean(truth.potentiation_energy if up else truth.depression_energy),
        "E_read": np.mean(truth.potentiation_read_energy if up else truth.depression_read_energy),
        "E_opt": NO_VALUE,
    }
    if result.symbol in expected:
        yield compared(result, float(expected[result.symbol]), "potentiation" if up else "depression")


# Loops: P15


def loops(preset: str, cycles: int = 3) -> Callable[[Observation], list[Comparison]]:
    """Compare everything that current-voltage loops tell."""
    parameters = parameters_of(preset)

    def compare(seen: Observation) -> list[Comparison]:
        protocol = sweep_protocol(seen.run, cycles)
        return [found for result in seen.results for found in _of_loops(result, parameters, protocol)]

    return compare


def sweep_protocol(run: Run, cycles: int) -> SweepProtocol:
    """Read the main loops of a run."""
    ramps = run.rows(Kind.RAMP, "loop")
    main = ramps[ramps["rate_value"] == ramps["rate_value"].value_counts().idxmax()]
    row = main.iloc[len(main) // 2]
    chosen = slice(int(row["first_sample"]), int(row["first_sample"] + row["sample_count"]))
    voltage, time = run.traces["top"].voltage[chosen], run.traces["top"].time[chosen]
    step = float(np.max(np.abs(np.diff(voltage))))
    dwell = float(np.median(np.diff(time)))
    acquisitions = run.acquisitions
    own = acquisitions[acquisitions["first_sample"] <= chosen.start].iloc[-1]
    middle = float(time[0]) + float(own["aperture"]) / 2 - float(row["begin"])
    gaps = main["begin"].to_numpy()[1:] - main["end"].to_numpy()[:-1]
    return SweepProtocol(
        positive=float(np.max(voltage)),
        negative=float(np.min(voltage)),
        rate=float(row["rate_value"]),
        step=round(step, 6),
        limit=float(own["compliance"]),
        rest=round(float(np.median(gaps)), 3),
        cycles=cycles,
        reading=round(middle / dwell, 3),
    )


def _of_loops(result: Result, parameters: MemristorParameters, protocol: SweepProtocol) -> Iterator[Comparison]:
    if result.metric == "on_off_ratio":
        truth = np.exp(_mean(parameters, protocol, "log ratio", round(result.at["read_voltage"], 6)))
        yield compared(result, float(truth))
    elif result.metric == "hysteresis_index":
        side = "positive" if result.symbol == "HI₊" else "negative"
        yield compared(result, _mean(parameters, protocol, f"index {side}", 0.0))
    elif result.metric == "memory_window":
        side = "positive" if result.symbol == "ΔV₊" else "negative"
        yield compared(result, _mean(parameters, protocol, f"window {side}", 0.0))
    elif result.metric == "switching_voltage":
        yield compared(result, _switching(parameters, protocol, result.symbol))


@lru_cache(maxsize=64)
def _mean(parameters: MemristorParameters, protocol: SweepProtocol, figure: str, at: float) -> float:
    def measure(loop: SweepTruth) -> float:
        lobe: Lobe = loop.negative if figure.endswith("negative") else loop.positive
        if figure.startswith("log"):
            return float(np.log(lobe.ratio(at)))
        if figure.startswith("index"):
            return lobe.hysteresis_index
        window = lobe.window()
        return NO_VALUE if window is None else window

    return mean_over_loops(parameters, protocol, measure)


@lru_cache(maxsize=8)
def _switching(parameters: MemristorParameters, protocol: SweepProtocol, symbol: str) -> float:
    lobes = sweep_truth(parameters, protocol)
    found = (lobes.positive if symbol == "V_SET" else lobes.negative).switching_voltage()
    return NO_VALUE if found is None else found
