"""The response to a pulse of a train in parts of that to the first, with the baselines that the field mixes."""

from dataclasses import dataclass, replace

import numpy as np

from labkit.core import Curve, Estimate, Flag
from labkit.metrics._pairs import LEAST_PAIRS, difference
from labkit.metrics._statistics import is_bounded, paired_ratio, repeats_mean
from labkit.metrics._trains import Trains

LEAST_SIGNAL_TO_NOISE = 5.0
UNIT = "%"


@dataclass(frozen=True, slots=True)
class TrainRatio:
    """A_n/A_1 above the baseline before the train (ratio of means, Fieller), its variants, flags and notes."""

    estimate: Estimate
    variants: dict[str, Estimate]
    flags: set[Flag]
    notes: dict[str, str]
    reason: str


def train_ratio(trains: Trains, number: int, family: int = 1) -> TrainRatio:
    """Give A_n/A_1 for pulse `number` (from 1; 2 or more) of a train, one of `family` ratios that a value rests on."""
    amplitudes = trains.amplitudes
    first, last = amplitudes[:, 0], amplitudes[:, number - 1]
    ratio = paired_ratio(last, first)
    variants = _variants(trains, number)
    notes = {"excess above": "nothing: no single-pulse control is recorded for as long as the train"}
    residual = trains.residual(number)
    if residual is not None:
        remains, notes["excess above"] = residual
        variants = {"excess": _in_percent(difference(ratio, remains))} | variants
    flags = trains.flags(number, family) | _flags(trains, ratio, variants.get("excess"))
    few = len(trains) < LEAST_PAIRS
    reason = f"{len(trains)} trains of the {LEAST_PAIRS} that the standard asks for" if few else ""
    return TrainRatio(_in_percent(ratio), variants, flags, notes, reason)


def _in_percent(ratio: Estimate) -> Estimate:
    return replace(ratio, unit=UNIT)


def _variants(trains: Trains, number: int) -> dict[str, Estimate]:
    amplitudes = trains.amplitudes
    first, last = amplitudes[:, 0], amplitudes[:, number - 1]
    variants: dict[str, Estimate] = {}
    before = trains.before(number)
    if np.all(np.isfinite(before)):
        variants["local"] = _in_percent(paired_ratio(last - before, first))
        variants["residual"] = _in_percent(paired_ratio(before, first))
    variants["(An−A1)/A1"] = _in_percent(paired_ratio(last - first, first))
    variants["An−A1"] = repeats_mean(last - first, "A")
    settled = trains.settled() if number == trains.pulses else None
    if settled is not None:
        variants["settled, 10 widths after"] = _in_percent(paired_ratio(settled, first))
    return variants


def _flags(trains: Trains, ratio: Estimate, excess: Estimate | None) -> set[Flag]:
    flags = set()
    if len(trains) < LEAST_PAIRS:
        flags.add(Flag.REPEATS)
    window = trains.noise.of_mean(len(trains.members[0][0].peak)) / float(np.sqrt(len(trains)))
    if abs(float(np.mean(trains.amplitudes[:, 0]))) < LEAST_SIGNAL_TO_NOISE * window:
        flags.add(Flag.SIGNAL_TO_NOISE)
    if excess is not None and is_bounded(ratio) and ratio.interval.low > 1 and excess.interval.low <= 1:
        flags.add(Flag.SUMMATION)
    return flags


def ratio_curve(trains: Trains) -> Curve:
    """Give A_n/A_1 against the number of the pulse."""
    amplitudes = trains.amplitudes
    ratios = [paired_ratio(column, amplitudes[:, 0]) for column in amplitudes.T]
    return Curve(
        "response along the train",
        np.arange(1, trains.pulses + 1, dtype=float),
        np.array([ratio.value for ratio in ratios]),
        "pulse",
        "1",
        "A_n/A_1",
        UNIT,
        np.array([ratio.uncertainty for ratio in ratios]),
    )
