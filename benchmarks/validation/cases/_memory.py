"""M11 and M12: which training lasts, and what relearning saves."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, absolute_bias, compared, seen, share_beyond, told
from benchmarks.validation.generators import LastingTrains, Relearner
from labkit.core import Estimate, Interval
from labkit.metrics import STP_LTP
from labkit.metrics._episodes import episodes
from labkit.metrics._relearning import forgetting, retention_gain, savings
from labkit.metrics._stp_ltp import transitions
from labkit.metrics._training import trainings

LASTING = Group(
    "M11, M12",
    "Transition from short-term to long-term plasticity",
    "Trains of 1, 2, 5, 10, 20, 50 and 100 pulses, 5 of each; ΔI of 1 nA decays by exp(−(t/τ)^0.5), τ = 6 s × n, so "
    "that n_LT is 20; 5 % scatter of ΔI and of τ; gain 1 %, offset 0.1 nA. In steps of the counts that were applied.",
    "n_LT within one step in 95 % or more.",
)
RELEARNED = Group(
    "M11, M12",
    "Learning again",
    "40 pulses, 60 s, and pulses until the level is regained, which 17 do (S = 57.5 %, the counts of [139]); levels "
    "1 − exp(−n/30), forgetting with 8 s and 12 s; 5 % scatter of the size, half a pulse of the number to regain.",
    "S exact.",
)


def lasting(sigma: float, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the count that lasts, as its place among those applied."""
    device = LastingTrains()
    (result,) = transitions(trainings(device.run(generator, sigma=sigma, gain=0.01, offset=1e-10)))
    found = result.estimate
    if found is None:
        return (seen("stp_ltp", "n_LT", float(device.place), None, *result.flags),)
    counts = [float(count) for count in device.counts]
    place, low, high = (float(counts.index(each)) for each in (found.value, found.interval.low, found.interval.high))
    steps = Estimate(place, (high - low) / 4, Interval(low, high), found.degrees_of_freedom)
    return (seen("stp_ltp", "n_LT", float(device.place), steps, *result.flags),)


def shares(generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare r and tau after two counts whose tau the record holds."""
    device = LastingTrains(counts=(2, 5))
    results = STP_LTP.compute(device.run(generator, sigma=1e-11, gain=0.01, offset=1e-10))
    found = {(result.symbol, result.at.get("pulses")): result for result in results}
    return tuple(
        compared(found[symbol, float(count)], truth, at=f"{count} pulses")
        for count in device.counts
        for symbol, truth in (("τ", device.slowest(count)),)
    )


def relearned(sigma: float, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare savings and gain."""
    device = Relearner(sigma=sigma, spread=0.5)
    found = episodes(device.run(generator, gain=0.01, offset=1e-10))
    return (compared(savings(found), device.savings),)


def exact(generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the savings and the gain of a device without scatter or noise."""
    device = Relearner(scatter=0.0)
    found = episodes(device.run(generator, gain=0.01, offset=1e-10))
    return (compared(savings(found), device.savings), compared(retention_gain(found), device.gain))


def forgotten(generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the forgetting times."""
    device = Relearner(sigma=1e-11, spread=0.5, period=0.25, dark=50.0)
    found = {result.symbol: result for result in forgetting(episodes(device.run(generator)))}
    return tuple(compared(found[f"τ_F{k}"], device.forgetting[k - 1]) for k in (1, 2))


def fault(device: Relearner, generator: np.random.Generator) -> Sequence[Comparison]:
    """Tell what is told of a training with a fault."""
    return (told("relearning", "S", *savings(episodes(device.run(generator))).flags),)


STEP = share_beyond("n_LT", 1.0, 0.05)
EXACT = frozenset({"none"})
DEVICE = Relearner(sigma=1e-11)

CASES = (
    *(
        Case(
            f"stp_ltp_{ratio}",
            LASTING,
            f"SNR {ratio}",
            partial(lasting, 1e-9 / ratio),
            limits=(STEP,),
            judged=EXACT,
            short=3,
        )
        for ratio in (5, 20, 100)
    ),
    Case("stp_ltp_tau", LASTING, "τ after 2 and 5 pulses, SNR 100", shares, short=4),
    Case(
        "relearning_exact",
        RELEARNED,
        "without scatter and noise",
        exact,
        judged=EXACT,
        limits=(absolute_bias("S", 1e-12), absolute_bias("r₂/r₁", 1e-4)),
        short=3,
    ),
    Case("relearning_100", RELEARNED, "SNR 100", partial(relearned, 1e-10)),
    Case("relearning_1000", RELEARNED, "SNR 1000", partial(relearned, 1e-11)),
    Case("relearning_forgetting", RELEARNED, "τ_F, SNR 1000", forgotten, short=6),
    Case(
        "relearning_plateau",
        RELEARNED,
        "n₀ = 8 pulses: learning has levelled off",
        partial(fault, replace(DEVICE, constant=8.0, again=17.0)),
        due=frozenset({"PLATEAU"}),
    ),
)
