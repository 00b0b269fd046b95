"""M4: paired-pulse facilitation index, with the three baselines that the field mixes."""

from dataclasses import replace

import numpy as np
from scipy import stats

from labkit.core import Curve, Estimate, Flag, Result, Run
from labkit.metrics._metric import Metric
from labkit.metrics._outcome import outcome
from labkit.metrics._paired_reads import measured_pairs
from labkit.metrics._pairs import LEAST_PAIRS, PairedPulses, Pairs, difference
from labkit.metrics._statistics import is_bounded, paired_ratio
from labkit.metrics._windows import not_restored

NAME = "ppf_index"
DEFINITION = "M4.global/1"
LEAST_SIGNAL_TO_NOISE = 5.0
CURVE_POINTS = 300
LEAD = 0.5
UNIT = "%"


def _compute(run: Run) -> tuple[Result, ...]:
    measured = measured_pairs(run)
    return tuple(_result(measured, pairs) for pairs in measured.pairs)


def _result(measured: PairedPulses, pairs: Pairs) -> Result:
    index = _in_percent(paired_ratio(pairs.second, pairs.first))
    variants, source = _variants(measured, pairs, index)
    excess = variants["excess"]
    flags = set(pairs.flags) | _flags(measured, pairs)
    if is_bounded(index) and index.interval.low > 1 and excess.interval.low <= 1:
        flags.add(Flag.SUMMATION)
    few = len(pairs.first) < LEAST_PAIRS
    return outcome(
        NAME,
        DEFINITION,
        "PPF",
        index,
        UNIT,
        "A2/A1, both above the baseline before the first pulse; ratio of means, uX (Fieller)",
        flags=flags,
        reason=f"{len(pairs.first)} pairs of the {LEAST_PAIRS} that the standard asks for" if few else "",
        at={"interval": pairs.interval},
        counts={"sample": pairs.samples, "pulse": len(pairs.first)},
        variants=variants,
        notes={
            "excess above": source,
            "onset to onset": f"{pairs.interval + measured.width:.6g} s",
            "facilitation": _verdict(excess),
        }
        | _mean_of_ratios(pairs, index),
        curves=(_pair_curve(measured, pairs),) if pairs.left is None else (),
    )


def _in_percent(ratio: Estimate) -> Estimate:
    return replace(ratio, unit=UNIT)


def _variants(measured: PairedPulses, pairs: Pairs, index: Estimate) -> tuple[dict[str, Estimate], str]:
    residual, source = measured.residual(pairs)
    variants = {"excess": _in_percent(difference(index, residual))}
    if np.all(np.isfinite(pairs.before)):
        variants["local"] = _in_percent(paired_ratio(pairs.second - pairs.before, pairs.first))
        variants["residual"] = _in_percent(paired_ratio(pairs.before, pairs.first))
    variants["(A2−A1)/A1"] = _in_percent(paired_ratio(pairs.second - pairs.first, pairs.first))
    return variants, source


def _flags(measured: PairedPulses, pairs: Pairs) -> set[Flag]:
    flags = set()
    if len(pairs.first) < LEAST_PAIRS:
        flags.add(Flag.REPEATS)
    window = measured.noise.of_mean(len(pairs.members[0][0].peak)) / float(np.sqrt(len(pairs.first)))
    if abs(float(np.mean(pairs.first))) < LEAST_SIGNAL_TO_NOISE * window:
        flags.add(Flag.SIGNAL_TO_NOISE)
    if not_restored([measured.firsts.level(first.baseline) for first, _ in pairs.members]):
        flags.add(Flag.HISTORY)
    return flags


def _mean_of_ratios(pairs: Pairs, index: Estimate) -> dict[str, str]:
    """Tell what the mean of ratios would be, where it lies outside the interval of the ratio of means."""
    with np.errstate(divide="ignore", invalid="ignore"):
        biased = float(np.mean(pairs.second / pairs.first))
    if biased in index.interval:
        return {}
    return {"mean of ratios": f"would give {biased:.1%}: biased by the scatter of the first response, not used"}


def _verdict(excess: Estimate) -> str:
    if excess.interval.low > 1:
        return "shown: the excess interval lies above 100 %"
    if excess.interval.high < 1:
        return "none: depression, the excess interval lies below 100 %"
    return "not shown: the excess interval contains 100 %, as for linear summation"


def _pair_curve(measured: PairedPulses, pairs: Pairs) -> Curve:
    """Give the pair averaged over the repeats, on the instants of the first."""
    trace = measured.firsts.trace
    length = pairs.interval + 3 * measured.width
    origin = pairs.members[0][0].stimulus.begin
    shown = trace.between(origin - LEAD, origin + length)
    instants = shown.time[:: max(len(shown) // CURVE_POINTS, 1)] - origin
    rows = []
    for first, _ in pairs.members:
        own = trace.between(first.stimulus.begin - LEAD, first.stimulus.begin + length)
        rows.append(np.interp(instants, own.time - first.stimulus.begin, own.current - first.baseline.mean))
    spread = stats.sem(rows, axis=0) if len(rows) > 1 else np.full(len(instants), measured.noise.sigma)
    return Curve(
        "average pair",
        instants,
        np.mean(rows, axis=0),
        "time after the first pulse's beginning",
        "s",
        "ΔI",
        "A",
        np.asarray(spread, float),
    )


PPF_INDEX = Metric(
    name=NAME,
    definition=DEFINITION,
    title="Paired-pulse facilitation index",
    unit=UNIT,
    formula="PPF = ⟨A2⟩/⟨A1⟩;  global = local + residual",
    description=(
        "Ratio of the mean amplitudes of the second and the first pulse. Default: both above the baseline before the "
        "first pulse (global). Variants: above the level just before the second pulse (local), above the decay of a "
        "single pulse (excess), and what is left of the first response (residual). Only an excess above 100 % proves "
        "facilitation: a linear integrator gives a global index above 100 %."
    ),
    requires=("pulses marked `first` and `second`", "10 pairs for each interval", "single pulses marked `control`"),
    reference="metric standard M4; Kim and Alger 2001",
    compute=_compute,
)
