"""M13: spike-timing-dependent plasticity of an exponential window."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, compared, told
from benchmarks.validation.generators import SpikePairs
from labkit.metrics import STDP

GROUP = Group(
    "M13",
    "Spike-timing-dependent plasticity",
    "60 % exp(−Δt/25 ms) and −40 % exp(Δt/25 ms) at 8 intervals a side of 5 to 100 ms, 5 repeats, noise of 8 % (a "
    "change scatters by 8 percentage points, or by 8 % of itself and 2 points), 5 trials with each spike alone.",
    "coverage at least 93 %.",
)
TRUTHS = {"A₊": 0.6, "τ₊": 0.025, "A₋": -0.4, "τ₋": 0.025}


def window(constant: float, proportional: float, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the parameters of both sides."""
    device = SpikePairs(constant=constant, proportional=proportional)
    found = {result.symbol: result for result in STDP.compute(device.run(generator))}
    return [compared(found[symbol], truth) for symbol, truth in TRUTHS.items()]


def trap(device: SpikePairs, generator: np.random.Generator) -> Sequence[Comparison]:
    """Tell what is told of the positive side."""
    found = STDP.compute(device.run(generator))[0]
    return (told("stdp", found.symbol, *found.flags),)


UNPAIRED = SpikePairs(constant=0.02, alone=(0.2, 0.0))
UNTRIED = SpikePairs(constant=0.02, controls=0)
OVERLAPS = SpikePairs(
    constant=0.02, amplitudes=(0.004, -0.004), overlapping=100.0, width=0.03, overlap="30 ms", alone=(0.0, 0.0)
)
FADES = SpikePairs(constant=0.02, fading=0.4)
FEW = SpikePairs(constant=0.02, repeats=3)

CASES = (
    Case("stdp_constant", GROUP, "8 points", partial(window, 0.08, 0.0), band=(0.93, 1.0), short=5),
    Case("stdp_proportional", GROUP, "8 % of the change", partial(window, 0.02, 0.08), band=(0.93, 1.0), short=5),
    Case(
        "stdp_unpaired", GROUP, "one spike alone does it", partial(trap, UNPAIRED), due=frozenset({"UNPAIRED"}), short=6
    ),
    Case("stdp_untried", GROUP, "no spike alone", partial(trap, UNTRIED), due=frozenset({"UNPAIRED"}), short=3),
    Case("stdp_overlap", GROUP, "only overlap does it", partial(trap, OVERLAPS), due=frozenset({"OVERLAP"}), short=3),
    Case("stdp_fades", GROUP, "the change still fades", partial(trap, FADES), due=frozenset({"VOLATILE"}), short=3),
    Case("stdp_few", GROUP, "3 repeats", partial(trap, FEW), due=frozenset({"REP"}), short=3),
)
