"""M2: dark current, drift, and white and 1/f noise told apart."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, compared, relative_bias, told
from benchmarks.validation.generators import QuietDevice
from labkit.metrics import NOISE

GROUP = Group(
    "M1, M2",
    "Dark current and noise spectrum",
    "A dark device of 1 nA read for 100 s at 10 S/s and for 20 s at 1 kS/s; noise of 10⁻²⁶ A²/Hz (1 + f_c/f); gain 0.1 "
    "%, offset 1 pA.",
    "bias below 0.1 %; coverage 93 to 97 %, with 1/f noise 92 to 98 %; hum and what would alias it are told.",
)
GAIN, OFFSET = 1e-3, 1e-12


def spectrum(corner: float, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare level, drift and spectrum of a device with a corner (Hz), 0 for white noise alone."""
    device = QuietDevice(corner=corner)
    found = {result.symbol: result for result in NOISE.compute(device.run(generator, gain=GAIN, offset=OFFSET))}
    told_apart = (
        compared(found["B"], device.baseline),
        compared(found["dB/dt"], device.drift),
        compared(found["S_w"], device.white),
    )
    if not corner:
        return told_apart
    return (*told_apart, compared(found["f_c"], corner), compared(found["S_1/f(1 Hz)"], device.white * corner))


def fault(device: QuietDevice, symbol: str, generator: np.random.Generator) -> Sequence[Comparison]:
    """Tell what is told of a device or a setting with a fault."""
    found = {result.symbol: result for result in NOISE.compute(device.run(generator))}
    return (told("noise", symbol, *found[symbol].flags),)


def _sound(corner: float) -> Case:
    name, condition = ("white", "white") if not corner else (f"{corner:g}_hz", f"corner at {corner:g} Hz")
    return Case(
        f"noise_{name}",
        GROUP,
        condition,
        partial(spectrum, corner),
        band=(0.92, 0.98) if corner else (0.93, 0.97),
        allowed=frozenset({"DRIFT"}),
        limits=(relative_bias("B", 1e-3),),
        short=6,
    )


def _fault(name: str, condition: str, symbol: str, due: str, device: QuietDevice) -> Case:
    trial = partial(fault, device, symbol)
    return Case(f"noise_{name}", GROUP, condition, trial, due=frozenset({due}), short=6)


CASES = (
    _sound(0.0),
    _sound(5.0),
    _sound(30.0),
    _fault("drifts", "drift of 10 fA/s", "dB/dt", "DRIFT", QuietDevice(corner=0.0, drift=1e-14)),
    _fault("hum", "50 Hz of 1 pA", "S_w", "HUM", QuietDevice(hum=1e-12)),
    _fault("aliases", "10 S/s with an aperture of 1 ms", "B", "HUM", QuietDevice(slow_aperture=1e-3)),
)
