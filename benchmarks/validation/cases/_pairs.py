"""M4 and M5: paired pulses of a device that only adds up, of one that facilitates, and how facilitation decays."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, compared, spread, told
from benchmarks.validation.generators import PulsePairs
from labkit.metrics import PPF_DECAY, PPF_INDEX

GROUP = Group(
    "M4",
    "Paired-pulse facilitation",
    "10 pairs and a single pulse at each of three intervals; responses of 1 nA that decay with 0.4 s and 1 s and add "
    "up, 10 % scatter from pair to pair, the second response 1 (linear superposition) or 1.15 times the first; gain "
    "1 %, offset 0.1 nA.",
    "linear superposition: excess = 100 % within the interval in 95 %, SUMMATION told; excess of 1.15: Fieller 93 to "
    "97 %.",
)
DECAY_GROUP = Group(
    "M5",
    "Decay of facilitation",
    "1 + 0.6 exp(−Δt/0.3 s) + 0.3 exp(−Δt/5 s) at 12 intervals of 0.1 to 20 s, 10 pairs each, 0.6 % per point.",
    "spread of τ 6 % at 0.6 % a point.",
)
KINDS = {"white": "white", "ar1": "AR(1) 0.9", "flicker": "1/f"}
THREE = (0.2, 0.6, 1.4)
TWELVE = tuple(float(interval) for interval in np.round(np.geomspace(0.1, 20, 12) / 0.02) * 0.02)
TWO_TERMS = {"C_1": 0.6, "τ_1": 0.3, "C_2": 0.3, "τ_2": 5.0}


def index(facilitation: float, sigma: float, kind: str, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the indices at one of the intervals, in turn."""
    device = PulsePairs(intervals=THREE, facilitation=lambda interval: facilitation)
    results = PPF_INDEX.compute(device.run(generator, sigma=sigma, noise=kind, gain=0.01, offset=1e-10))
    result = results[int(generator.integers(len(results)))]
    truths = device.truth(result.at["interval"])
    return (compared(result, truths["global"]), compared(result, truths["excess"], variant="excess"))


def summation(generator: np.random.Generator) -> Sequence[Comparison]:
    """Tell what is told of linear superposition."""
    device = PulsePairs(intervals=(0.2,), scatter=0.05)
    (result,) = PPF_INDEX.compute(device.run(generator, sigma=1e-11))
    return (told("ppf_index", "PPF", *result.flags),)


def two_terms(interval: float) -> float:
    """Give facilitation with two time constants."""
    return 1 + 0.6 * float(np.exp(-interval / 0.3)) + 0.3 * float(np.exp(-interval / 5))


def decay(generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the parameters of the decay of facilitation."""
    device = PulsePairs(
        relaxing=(1e-3, 1e-3),
        width=0.2,
        rest=1.2,
        controls=False,
        scatter=0.02,
        intervals=TWELVE,
        facilitation=two_terms,
    )
    found = {result.symbol: result for result in PPF_DECAY.compute(device.run(generator, sigma=1.9e-11))}
    return [compared(found[symbol], truth) for symbol, truth in TWO_TERMS.items()]


def _index(facilitation: float, ratio: float, kind: str) -> Case:
    return Case(
        f"ppf_{'facilitates' if facilitation > 1 else 'adds'}_{kind}_{ratio:.0f}",
        GROUP,
        f"excess {facilitation:g}, {KINDS[kind]}, SNR {ratio:.0f}",
        partial(index, facilitation, 1e-9 / ratio, kind),
        allowed=frozenset({"SUMMATION"}),
        short=8,
    )


CASES = (
    *(_index(1.15, ratio, kind) for kind in KINDS for ratio in (5.0, 20.0, 100.0)),
    *(_index(1.0, 20.0, kind) for kind in KINDS),
    Case("ppf_summation", GROUP, "told as summation", summation, due=frozenset({"SUMMATION"}), short=8),
    Case(
        "ppf_decay",
        DECAY_GROUP,
        "white",
        decay,
        limits=(spread("τ_1", 0.06), spread("τ_2", 0.06)),
        short=6,
    ),
)
