"""M22: retention of states that forget by three laws, and what must not be extrapolated."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, compared, told
from benchmarks.validation.generators import Kept
from labkit.core import FloatArray, Result
from labkit.metrics import RETENTION
from labkit.metrics._retained import ExtrapolationRefused, extrapolation, states

GROUP = Group(
    "M22",
    "Retention",
    "states of 0, 10 and 40 pulses read at 17 log-spaced times of 1 to 10⁴ s; KWW (τ 1000 s, β 0.5), power law "
    "(−0.15), logarithm (7 % a factor e); SNR 33 of the highest state; gain 1 %, offset 10 nA.",
    "t_50 covered in at least 90 %; ten years refused after 10⁴ s in 100 % (KWW τ 10⁶ s, β 0.3).",
)
TEN_YEARS = 3.2e8


def kww(time: FloatArray) -> FloatArray:
    """Forget by a stretched exponential."""
    return np.asarray(np.exp(-np.sqrt(time / 1000)), float)


def power(time: FloatArray) -> FloatArray:
    """Forget by a power law."""
    return np.asarray(np.maximum(time, 1e-3) ** -0.15, float)


def logarithm(time: FloatArray) -> FloatArray:
    """Forget with the logarithm of time."""
    return np.asarray(1 - 0.07 * np.log(np.maximum(time, 1e-3)), float)


def stable(time: FloatArray) -> FloatArray:
    """Forget slowly, by the stretched exponential of the standard."""
    return np.asarray(np.exp(-((time / 1e6) ** 0.3)), float)


LAWS = {"kww": ("KWW", kww), "power": ("power law", power), "log": ("log t", logarithm)}


def of_highest(results: Sequence[Result], symbol: str) -> Result:
    """Give the result of the highest state."""
    (found,) = [result for result in results if result.symbol == symbol and result.at["state"] == 40]
    return found


def retained(law: str, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare R at the end, t_50, and the range of the models a decade further."""
    device = Kept(LAWS[law][1])
    found = RETENTION.compute(device.run(generator, sigma=3e-8, gain=0.01, offset=1e-8))
    return (
        compared(of_highest(found, "R"), device.retained(1e4)),
        compared(of_highest(found, "t_50"), device.half_time),
        compared(of_highest(found, "R extrapolated"), device.retained(1e5)),
    )


def ten_years(generator: np.random.Generator) -> Sequence[Comparison]:
    """Ask for R after ten years, of a record of 10⁴ s."""
    ahead = extrapolation(states(Kept(stable).run(generator, sigma=2e-9))[-1])
    try:
        found = None if ahead is None else ahead.at(TEN_YEARS)
    except ExtrapolationRefused:
        return (told("retention", "R(10 years)", "refused"),)
    return (told("retention", "R(10 years)", *(found or ())),)


def censored(generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare a t_50 that was not observed: its bound must hold the truth."""
    device = Kept(stable)
    return (compared(of_highest(RETENTION.compute(device.run(generator, sigma=1e-9)), "t_50"), device.half_time),)


CASES = (
    *(
        Case(
            f"retention_{law}",
            GROUP,
            shown,
            partial(retained, law),
            band=(0.90, 0.97),
            allowed=frozenset({"EXTRAP"}),
            short=6,
        )
        for law, (shown, _) in LAWS.items()
    ),
    Case("retention_censored", GROUP, "t_50 beyond the record", censored, short=6),
    Case("retention_ten_years", GROUP, "ten years asked for", ten_years, due=frozenset({"refused"}), short=6),
)
