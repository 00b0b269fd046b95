"""M6 to M10: trains of pulses, their number, rate, width and level."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, compared, told
from benchmarks.validation.generators import PulseTrains, SteppedPulses
from labkit.core import FloatArray, Result, Run
from labkit.metrics import PTP, SADP, SDDP, SNDP, SRDP, Metric

TENTH = Group(
    "M6",
    "Post-tetanic potentiation",
    "10 trains of 10 light pulses, each after a single one; responses add up, pulse n responds 1 + 0.8 (1 − "
    "exp(−(n−1)/3)) times as much, 10 % scatter from train to train; gain 1 %, offset 0.1 nA.",
    "Fieller 93 to 97 %; linear superposition: SUMMATION told.",
)
NUMBER = Group(
    "M7",
    "Response against the number of pulses",
    "10 trains of 15 pulses of a device that keeps nothing between pulses and grows by 0.8 (1 − exp(−(n−1)/3)).",
    "coverage 93 to 97 %.",
)
RATE = Group(
    "M8",
    "Response against the rate of pulses",
    "10 trains of 10 pulses at 4 or 6 rates of 0.5 to 5 Hz; A10/A1 goes as 1.5 + 0.3 log₁₀ f, or rises by 0.8 "
    "about 1.5 Hz.",
    "coverage 93 to 97 %; high-pass said only where the interval of the slope excludes 0.",
)
WIDTH = Group(
    "M9",
    "Response against the width of a pulse",
    "5 pulses at each of 8 widths of 0.1 to 4 s, in random order, of a device that saturates with the dose, τ_w 0.6 s, "
    "beside pulses of equal dose and half the irradiance.",
    "coverage 93 to 97 %; reciprocity holds where only the dose counts.",
)
LEVEL = Group(
    "M10",
    "Response against the irradiance",
    "5 pulses at each of 9 irradiances over two decades, in random order, ΔI ∝ E^0.7.",
    "coverage 93 to 97 %.",
)
RATES = (0.5, 1.0, 1.25, 2.0, 2.5, 5.0)
WIDTHS = tuple((1.0, float(width)) for width in np.round(np.geomspace(0.1, 4, 8), 2))
LEVELS = tuple((float(level), 0.5) for level in np.geomspace(0.1, 10, 9))
NOISES = {"white": "white", "ar1": "AR(1) 0.9"}
NO_CHANGE = frozenset({"MOD"})


def saturating(frequency: float, number: int) -> float:
    """Give how much pulse n responds."""
    return 1 + 0.8 * float(1 - np.exp(-(number - 1) / 3))


def rising(frequency: float, number: int) -> float:
    """Give a tenth response that rises about 1.5 Hz."""
    return 1 + (0.8 / (1 + (1.5 / frequency) ** 3) if number == 10 else 0.0)


def straight(frequency: float, number: int) -> float:
    """Give a tenth response in proportion to the logarithm of the rate."""
    return 1.5 + 0.3 * float(np.log10(frequency)) if number == 10 else 1.0


def dose_alone(level: float, time: FloatArray) -> FloatArray:
    """Give a response that saturates with the dose."""
    return np.asarray(-np.expm1(-level * time / 0.6), float)


def power(level: float, time: FloatArray) -> FloatArray:
    """Give a response with an exponent of 0.7."""
    return np.asarray(level**0.7 * np.minimum(time / 0.2, 1), float)


def tenth(sigma: float, kind: str, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the global ratio and the excess of the tenth pulse."""
    device = PulseTrains(growth=saturating, pulses=10, frequencies=(5.0,), relaxing=0.2, rest=3.0)
    (found,) = PTP.compute(device.run(generator, sigma=sigma, noise=kind, gain=0.01, offset=1e-10))
    truth = device.truth(10)
    return (compared(found, truth), compared(found, truth - device.summed(10) + 1, variant="excess"))


def summed(generator: np.random.Generator) -> Sequence[Comparison]:
    """Tell what is told of a linear integrator."""
    (found,) = PTP.compute(PulseTrains(scatter=0.05).run(generator, sigma=1e-11))
    return (told("ptp", "PTP", *found.flags),)


def by_symbol(metric: Metric, truths: Mapping[str, float], run: Run) -> Sequence[Comparison]:
    """Compare the values of a metric by their symbols."""
    found: dict[str, Result] = {}
    for result in metric.compute(run):
        found.setdefault(result.symbol, result)
    return [compared(found[symbol], truth) for symbol, truth in truths.items()]


def number(sigma: float, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the growth along a train."""
    device = PulseTrains(relaxing=0.008, controls=False, rest=1.5, growth=saturating, pulses=15, frequencies=(5.0,))
    run = device.run(generator, sigma=sigma, gain=0.01, offset=1e-10)
    return by_symbol(SNDP, {"G": 0.8, "n₀": 3.0}, run)


def rate(half: bool, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the slope, or the rate of half the change."""
    device = PulseTrains(relaxing=0.005, width=0.08, rest=1.5, controls=False, pulses=10)
    device.growth, device.frequencies = (rising, RATES) if half else (straight, (1.0, 1.25, 2.0, 5.0))
    run = device.run(generator, sigma=3e-11, gain=0.01, offset=1e-10)
    return by_symbol(SRDP, {"f₅₀": 1.5} if half else {"slope per decade": 0.3}, run)


def width(sigma: float, kind: str, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare saturation with the width, and reciprocity."""
    device = SteppedPulses(WIDTHS, dose_alone, weaker=2.0)
    run = device.run(generator, sigma=sigma, noise=kind, gain=0.01, offset=1e-10)
    return by_symbol(SDDP, {"τ_w": 0.6, "ΔI_s": 1e-9, "reciprocity": 1.0}, run)


def level(sigma: float, kind: str, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the exponent over all irradiances."""
    device = SteppedPulses(LEVELS, power)
    run = device.run(generator, sigma=sigma, noise=kind, gain=0.01, offset=1e-10)
    whole, *decades = SADP.compute(run)
    return (compared(whole, 0.7), compared(decades[int(generator.integers(len(decades)))], 0.7, "one decade"))


CASES = (
    *(
        Case(
            f"ptp_{kind}_{ratio}",
            TENTH,
            f"{NOISES[kind]}, SNR {ratio}",
            partial(tenth, 1e-9 / ratio, kind),
            allowed=frozenset({"SUMMATION"}),
            short=8,
        )
        for kind in NOISES
        for ratio in (10, 100)
    ),
    Case("ptp_summation", TENTH, "linear superposition", summed, due=frozenset({"SUMMATION"}), short=8),
    Case("sndp_10", NUMBER, "SNR 10", partial(number, 1e-10), short=6),
    Case("sndp_100", NUMBER, "SNR 100", partial(number, 1e-11), short=6),
    Case("srdp_slope", RATE, "slope", partial(rate, False), short=6),
    Case("srdp_half", RATE, "rate of half the change", partial(rate, True), short=6),
    *(
        Case(f"sddp_{kind}", WIDTH, f"{NOISES[kind]}, SNR {s:g}", partial(width, 1e-9 / s, kind), short=8)
        for kind, s in (("white", 30), ("ar1", 100))
    ),
    *(
        Case(f"sadp_{kind}", LEVEL, f"{NOISES[kind]}, SNR {s:g}", partial(level, 1e-9 / s, kind), short=8)
        for kind, s in (("white", 30), ("ar1", 100))
    ),
)
