"""M38: sensory adaptation under steady light."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, compared, told
from benchmarks.validation.generators import SteadyLight
from labkit.metrics import ADAPTATION

GROUP = Group(
    "M38",
    "Sensory adaptation",
    "5 times 60 s of light, the total current at 50 s over that at 10 s 0.74, 1.00 or 1.68 by one exponential of 15 s; "
    "2 % scatter from repeat to repeat, 10 S/s; gain 1 %, offset 5 pA.",
    'coverage 93 to 97 %; no "adaptation" at 1.00 in 95 % or more.',
)
RATIOS = 0.74, 1.0, 1.68


def ratios(device: SteadyLight, sigma: float, generator: np.random.Generator) -> Sequence[Comparison]:
    """Measure CCR and the time constant."""
    result, time = ADAPTATION.compute(device.run(generator, sigma=sigma, gain=0.01, offset=5e-12))
    found = [compared(result, device.truth)]
    return found if device.ratio == 1 else [*found, compared(time, device.constant)]


def label(generator: np.random.Generator) -> Sequence[Comparison]:
    """Tell what a device that does not adapt is called."""
    found = ADAPTATION.compute(SteadyLight(ratio=1.0).run(generator, sigma=2e-11))[0]
    return (told("adaptation", "CCR", *(["no adaptation"] if "no adaptation" in found.notes["adaptation"] else [])),)


def drift(generator: np.random.Generator) -> Sequence[Comparison]:
    """Drift in the dark by more than half of what the light does."""
    device = SteadyLight(ratio=1.02, drift=4e-13, scatter=0.0)
    return (told("adaptation", "CCR", *ADAPTATION.compute(device.run(generator, sigma=5e-12))[0].flags),)


CASES = (
    *(
        Case(
            f"adaptation_{ratio:.2f}",
            GROUP,
            f"CCR {ratio:.2f}, SNR 50",
            partial(ratios, SteadyLight(ratio=ratio), 2e-11),
            short=5,
        )
        for ratio in RATIOS
    ),
    Case("adaptation_none", GROUP, "CCR 1.00, what it is called", label, due=frozenset({"no adaptation"}), short=10),
    Case("adaptation_drift", GROUP, "dark drift of 2.4 % in 60 s, CCR 1.02", drift, due=frozenset({"DRIFT"}), short=5),
)
