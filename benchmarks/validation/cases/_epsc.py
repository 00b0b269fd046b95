"""M1 and M2: amplitude and baseline of single pulses, over all signal-to-noise ratios and kinds of noise."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, compared, relative_bias, told
from benchmarks.validation.generators import SinglePulses
from labkit.metrics import BASELINE, EPSC

GROUP = Group(
    "M1, M2",
    "EPSC amplitude and baseline",
    "10 light pulses of 1 s on a baseline of 1 nA, ΔI charging up with 0.3 s to 0.96 nA, 2 % scatter from repeat to "
    "repeat; 50 S/s; SNR is ΔI over the noise of a reading; gain 1 %, offset 20 pA, resolution 1 pA.",
    "bias below 0.1 %; coverage 93 to 97 %, with 1/f noise 92 to 98 %.",
)
KINDS = {"white": "white", "ar1": "AR(1) 0.9", "flicker": "1/f"}


def sound(noise: str, ratio: float, generator: np.random.Generator) -> Sequence[Comparison]:
    """Measure a sound device."""
    device = SinglePulses()
    sigma = device.truth / ratio
    run = device.run(generator, sigma=sigma, noise=noise, gain=0.01, offset=2e-11, resolution=1e-12)
    return (
        compared(EPSC.compute(run)[0], device.truth),
        compared(BASELINE.compute(run)[0], device.baseline),
    )


def _sound(noise: str, ratio: float) -> Case:
    return Case(
        f"epsc_{noise}_{ratio:.0f}",
        GROUP,
        f"{KINDS[noise]}, SNR {ratio:.0f}",
        partial(sound, noise, ratio),
        band=(0.92, 0.98) if noise == "flicker" else (0.93, 0.97),
        limits=(relative_bias("ΔI", 1e-3),),
    )


def fault(device: SinglePulses, sigma: float, generator: np.random.Generator) -> Sequence[Comparison]:
    """Measure a device with a fault; the amplitude's flags are what counts."""
    return (told("epsc", "ΔI", *EPSC.compute(device.run(generator, sigma=sigma))[0].flags),)


def _fault(name: str, condition: str, due: str, device: SinglePulses, sigma: float = 1e-11) -> Case:
    trial = partial(fault, device, sigma)
    return Case(f"epsc_{name}", GROUP, condition, trial, due=frozenset({due}))


CASES = (
    *(_sound(noise, ratio) for noise in KINDS for ratio in (5.0, 20.0, 100.0)),
    _fault("fades", "loses 2 % a repeat", "DEGR", SinglePulses(fading=0.02)),
    _fault("drifts", "drift of 20 pA/s", "DRIFT", SinglePulses(drift=2e-11, scatter=0.0)),
    _fault("lost", "ΔI of 2 pA in noise of 100 pA", "SNR", SinglePulses(amplitude=2e-12, scatter=0.0), 1e-10),
    _fault("sparse", "3 readings a pulse", "UNDER", SinglePulses(width=0.06)),
)
