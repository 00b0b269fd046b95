"""M3: decays after a stimulus, with two time constants and stretched."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, compared, seen, spread, told
from benchmarks.validation.generators import SinglePulses, noise
from labkit.core import FloatArray
from labkit.metrics import DECAY
from labkit.metrics._decay_fit import Record, fit_model
from labkit.metrics._decay_models import BI, STRETCHED, DecayModel

TWO_TERMS = {"τ_1": 0.5, "τ_2": 5.0, "A_1": 0.6, "A_2": 0.4, "I_∞": 0.1}
GROUP = Group(
    "M3",
    "Decay with two time constants",
    "0.6 exp(−t/0.5 s) + 0.4 exp(−t/5 s) + 0.1, 30 s at 20 S/s, SNR 50; the whole metric: ten pulses, or one, of a "
    "device that decays so.",
    "spread of τ₁ 4.5 %, of τ₂ 3.1 %; WIN or BND where the record is as long as τ₂.",
)
STRETCHED_GROUP = Group(
    "M3",
    "Stretched decay",
    "exp(−(t/10 s)^0.5), 600 readings over 3, 10 and 100 τ, SNR 50.",
    "coverage 92 to 97 %; spread of β 5 % at ten τ.",
)
Law = Callable[[FloatArray], FloatArray]


def two_terms(time: FloatArray) -> FloatArray:
    """Give the decay of the standard, without its offset."""
    return np.asarray(0.6 * np.exp(-time / 0.5) + 0.4 * np.exp(-time / 5), float)


def stretched(time: FloatArray) -> FloatArray:
    """Give a stretched decay of 10 s."""
    return np.asarray(np.exp(-np.sqrt(time / 10)), float)


def single(
    model: DecayModel, law: Law, length: float, truths: Mapping[str, float], kind: str, generator: np.random.Generator
) -> Sequence[Comparison]:
    """Fit one model to one decay."""
    time = np.arange(600) * length / 600
    readings = law(time) + truths["I_∞"] + noise(kind, 600, 0.02, generator)
    fit = fit_model(model, Record(time, readings))
    return [seen("decay", symbol, truth, model.estimate(fit, symbol)) for symbol, truth in truths.items()]


def _device(repeats: int = 10, rest: float = 30.0) -> SinglePulses:
    return SinglePulses(
        repeats,
        rest=rest,
        after=two_terms,
        charging=0.02,
        period=0.05,
        lead=10.0,
        scatter=0.0,
        amplitude=1.0,
        baseline=1.0,
    )


def whole(device: SinglePulses, sigma: float, generator: np.random.Generator) -> Sequence[Comparison]:
    """Let the metric choose the model."""
    # What a pulse leaves is part of the baseline before the next one, and goes on decaying beside its response.
    before, beside = (0.4 * float(np.exp(-since / 5)) for since in (device.rest - 0.5, device.rest + device.width))
    share = 1 - 1 / device.repeats
    slow = 0.4 + share * beside
    truths = TWO_TERMS | {"A_2": slow, "I_∞": -share * before, "⟨τ⟩": (0.6 * 0.5 + slow * 5) / (0.6 + slow)}
    found = {result.symbol: result for result in DECAY.compute(device.run(generator, sigma=sigma))}
    if "τ_1" not in found:
        return [seen("decay", symbol, truth, None, "another model") for symbol, truth in truths.items()]
    return [compared(found[symbol], truth) for symbol, truth in truths.items()]


def short(device: SinglePulses, generator: np.random.Generator) -> Sequence[Comparison]:
    """Tell what is told of a record that is as long as the slow time constant."""
    flags = {str(flag) for result in DECAY.compute(device.run(generator, sigma=0.02)) for flag in result.flags}
    return (told("decay", "all parameters", *flags),)


def _single(name: str, kind: str, shown: str) -> Case:
    trial = partial(single, BI, two_terms, 30.0, TWO_TERMS, kind)
    limits = (spread("τ_1", 0.045), spread("τ_2", 0.031)) if kind == "white" else ()
    return Case(f"decay_{name}", GROUP, f"one decay, {shown}", trial, limits=limits, short=12)


def _stretched(length: int) -> Case:
    truths = {"τ": 10.0, "β": 0.5, "I_∞": 0.0}
    limits = (spread("β", 0.05),) if length == 10 else ()
    return Case(
        f"decay_stretched_{length}",
        STRETCHED_GROUP,
        f"record of {length} τ",
        partial(single, STRETCHED, stretched, 10.0 * length, truths, "white"),
        band=(0.92, 0.97),
        limits=limits,
        short=12,
    )


CASES = (
    _single("white", "white", "white noise"),
    _single("ar1", "ar1", "AR(1) 0.9"),
    _single("flicker", "flicker", "1/f"),
    Case("decay_once", GROUP, "one pulse, SNR 50", partial(whole, _device(repeats=1), 0.02), short=8),
    Case("decay_repeats", GROUP, "10 pulses, SNR 20", partial(whole, _device(), 0.05), short=4),
    Case("decay_short", GROUP, "record of τ₂", partial(short, _device(rest=5.0)), frozenset({"WIN", "BND"}), short=6),
    *map(_stretched, (3, 10, 100)),
)
