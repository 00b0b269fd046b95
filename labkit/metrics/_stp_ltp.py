"""M11: from short-term to long-term plasticity, what is left of a response against the size of the training."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from labkit.core import Curve, Estimate, Flag, FloatArray, Interval, Kind, Result, Run
from labkit.metrics._decay import flags_of_fit, flags_of_quantity
from labkit.metrics._decay_fit import Shared, average, only, over_repeats
from labkit.metrics._decay_models import STRETCHED, STRETCHED_TO_BASELINE
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._statistics import COVERAGE, coverage_factor, is_bounded
from labkit.metrics._stimuli import events
from labkit.metrics._training import Training, trainings
from labkit.metrics._transients import REPEATS_FOR_T
from labkit.metrics._windows import SIGNAL_TO_NOISE, not_restored

NAME = "stp_ltp"
DEFINITION = "M11.retained/1"
TIME = 100.0
"""t_c (s), at which the standard takes what is left."""
OTHERS = 10.0, 1000.0
LASTING = float(np.exp(-1))
LEAST_SIZES = 3
LARGEST_DRIFT = 0.10
"""Share of what is left that the drift of the baseline over t_c may reach."""
LEAST_READINGS = 20
SHORTEST_RECORD = 1.5
"""In time constants: what a shorter one gives for tau is the fit's, not the device's."""
DRAWS = 2000
UNIT = "%"


@dataclass(frozen=True, slots=True)
class Axis:
    """What was varied: its symbol as a threshold, the key of `at`, its name and unit, its values, the trainings."""

    symbol: str
    key: str
    label: str
    unit: str
    values: FloatArray
    trainings: tuple[Training, ...]


def _compute(run: Run) -> tuple[Result, ...]:
    found = trainings(run)
    first = transitions(found)
    flags = {Flag.HISTORY} if _history(found) else set()
    returned = not flags and not events(run, Kind.PULSE, ["erase"])
    results: list[Result] = []
    for training in found:
        results += [_share(training, flags), _time(training, flags, returned)]
    return (*first, *results)


def transitions(found: Sequence[Training]) -> tuple[Result, ...]:
    """Give the smallest training whose response lasts, for whatever was varied.

    Raises NotMeasured when nothing was recorded 100 s after a train.
    """
    if all(training.left(TIME) is None for training in found):
        raise NotMeasured(
            f"nothing was recorded {TIME:g} s after a train",
            f"record for a little more than {TIME:g} s after each train",
        )
    flags = {Flag.HISTORY} if _history(found) else set()
    return tuple(_transition(axis, flags) for axis in _axes(found))


def _history(found: Sequence[Training]) -> bool:
    items = [(training, item) for training in found for item in training.firsts.items]
    ordered = sorted(items, key=lambda pair: pair[1].stimulus.begin)
    return not_restored([training.firsts.level(item.baseline) for training, item in ordered])


def _conditions(training: Training) -> dict[str, float]:
    level = "irradiance" if training.firsts.optical else "level"
    found = {"pulses": float(training.size.number), "width": training.size.width, level: training.size.level}
    return {name: value for name, value in found.items() if np.isfinite(value)}


def _own_flags(training: Training, flags: set[Flag]) -> set[Flag]:
    own = set(training.flags) | flags
    if len(training) < REPEATS_FOR_T:
        own.add(Flag.REPEATS)
    drift, left = training.drift(), training.left(TIME)
    if left is not None and drift.significant and abs(drift.slope) * TIME > LARGEST_DRIFT * abs(float(np.mean(left))):
        own.add(Flag.DRIFT)
    return own


def _few(training: Training) -> str:
    return "" if len(training) >= REPEATS_FOR_T else f"{len(training)} repeats; their scatter needs {REPEATS_FOR_T}"


def _share(training: Training, flags: set[Flag]) -> Result:
    share = training.share(TIME)
    variants = {f"at {time:g} s": found for time in OTHERS if (found := training.share(time)) is not None}
    return outcome(
        NAME,
        DEFINITION,
        "r",
        share,
        UNIT,
        "ΔI(t_c)/ΔI at the end of the train, ratio of means, uX (Fieller)",
        flags=_own_flags(training, flags),
        reason=_few(training) or ("" if share is not None else f"not recorded {TIME:g} s after the train"),
        at=_conditions(training) | {"time": TIME},
        counts=training.counts(),
        variants={name: each for name, each in variants.items() if is_bounded(each)},
    )


def _time(training: Training, flags: set[Flag], returned: bool) -> Result:
    """Give tau of a stretched exponential, which ends at the baseline where the run shows that the device does."""
    model = STRETCHED_TO_BASELINE if returned else STRETCHED
    fewest = min(len(record.time) for record in training.records)
    if fewest < LEAST_READINGS:
        reason = f"{fewest} readings after the train; a fit needs {LEAST_READINGS}"
        return outcome(NAME, DEFINITION, "τ", None, "s", "no fit", reason=reason, at=_conditions(training))
    choice = only(model, average(training.records))
    stimuli = [item.stimulus for item in training.firsts.items]
    timing = max(stimulus.time_uncertainty for stimulus in stimuli) if training.firsts.optical else 0.0
    estimates, code = over_repeats(choice, training.records, Shared(0.0, 0.0, 0.0, timing))
    own = flags_of_fit(choice, training.firsts.noise, len(training)) | flags_of_quantity(choice, "τ")
    span = float(choice.average.time[-1])
    short = not estimates["τ"].value < span / SHORTEST_RECORD
    return outcome(
        NAME,
        DEFINITION,
        "τ",
        None if short else estimates["τ"],
        "s",
        f"{model.formula}, t = 0 at the end of the train, {code}",
        flags=(_own_flags(training, flags) - {Flag.REPEATS}) | own,
        reason=f"the record of {span:.3g} s is too short for a time constant of its length" if short else "",
        bound=Interval(span / SHORTEST_RECORD, np.inf) if short else None,
        at=_conditions(training),
        counts=training.counts() | {"sample": len(choice.average.time)},
        variants={"β": estimates["β"], "⟨τ⟩": estimates["⟨τ⟩"]},
        notes={"I_∞": "fixed to the baseline, to which the device went back by itself" if returned else "free"},
    )


def _axes(found: Sequence[Training]) -> list[Axis]:
    """Tell what was varied, with the other two fixed: number, width or level."""
    optical = found[0].firsts.optical
    level = ("E_LT", "irradiance", "irradiance", "W/m^2") if optical else ("V_LT", "level", "voltage", "V")
    kinds = (("n_LT", "pulses", "number of pulses", "1"), ("t_LT", "width", "width", "s"), level)
    axes = []
    for place, kind in enumerate(kinds):
        groups: dict[tuple[float, ...], list[Training]] = {}
        for training in found:
            size = (float(training.size.number), training.size.width, abs(training.size.level))
            groups.setdefault(size[:place] + size[place + 1 :], []).append(training)
        for group in groups.values():
            if len(group) >= LEAST_SIZES:
                sizes = [(each.size.number, each.size.width, abs(each.size.level))[place] for each in group]
                order = np.argsort(sizes)
                axes.append(Axis(*kind, np.array(sizes, float)[order], tuple(group[k] for k in order)))
    return axes


def _transition(axis: Axis, flags: set[Flag]) -> Result:
    left = [training.left(TIME) for training in axis.trainings]
    peaks = [training.peaks for training in axis.trainings]
    known = [each for each in left if each is not None]
    own = flags.union(*(_own_flags(training, flags) for training in axis.trainings)) - {Flag.REPEATS}
    few = min(len(each) for each in peaks)
    estimate, bound, reason = None, None, ""
    if len(known) < len(left):
        reason = f"not recorded {TIME:g} s after every train"
    elif few < REPEATS_FOR_T:
        reason = f"{few} repeats; their scatter needs {REPEATS_FOR_T}"
    else:
        noise = np.array([training.baseline_uncertainty for training in axis.trainings])
        estimate, bound, reason = threshold(axis.values, known, peaks, noise, axis.unit)
    return outcome(
        NAME,
        DEFINITION,
        axis.symbol,
        estimate,
        axis.unit,
        "smallest of those applied whose ΔI(t_c) stands above 3u(B) and whose isotonic r is 1/e or more; bootstrap",
        flags=own,
        reason=reason,
        bound=bound,
        at={"time": TIME},
        counts={"train": sum(len(each) for each in peaks), "value": len(axis.values)},
        notes={"interval": "reaches down to the value before, as what lies between was not applied"},
        curves=_curves(axis, known, peaks) if len(known) == len(left) and few > 1 else (),
    )


def threshold(
    values: FloatArray, left: Sequence[FloatArray], peaks: Sequence[FloatArray], noise: FloatArray, unit: str = "1"
) -> tuple[Estimate | None, Interval | None, str]:
    """Give the smallest value whose response lasts, its interval by resampling repeats; else a bound and the reason.

    `left` and `peaks` (A) hold one entry a repeat for each of the `values`, which rise; `noise` (A) is u(B) of each.
    """
    drawn = [_resampled(own, high, place) for place, (own, high) in enumerate(zip(left, peaks, strict=True))]
    places = _places([(own[None, :], high[None, :]) for own, high in zip(left, peaks, strict=True)], noise)
    place, draws = int(places[0]), _places(drawn, noise)
    steps = np.append(values, np.inf)
    first, last = (int(end) for end in np.quantile(draws, [0.5 - COVERAGE / 2, 0.5 + COVERAGE / 2]))
    # What was not applied was not seen: it may last from just above the value before.
    interval = Interval(float(steps[max(first - 1, 0)]), float(steps[last]))
    if place == len(values):
        return None, Interval(min(interval.low, float(values[-1])), np.inf), _NONE
    if place == 0 and values[0] > 1:
        return None, Interval(0.0, interval.high), "the smallest that was applied lasts already"
    spread = (interval.high - interval.low) / (2 * coverage_factor(np.inf))
    return Estimate(float(values[place]), spread, interval, float(len(left[place]) - 1), unit), None, ""


_NONE = "no response lasts: r stays below 1/e, or what is left does not stand out of the baseline's noise"


def _resampled(left: FloatArray, peaks: FloatArray, place: int) -> tuple[FloatArray, FloatArray]:
    generator = np.random.default_rng([111, place])
    chosen = generator.integers(0, len(left), (DRAWS, len(left)))
    return left[chosen], peaks[chosen]


def _places(pairs: Sequence[tuple[FloatArray, FloatArray]], noise: FloatArray) -> FloatArray:
    """Give the place of the first size that lasts in each draw (rows of the pairs), one beyond the last for none."""
    shares, seen = [], []
    for (left, peaks), doubt in zip(pairs, noise, strict=True):
        mean, count = np.mean(left, axis=1), left.shape[1]
        lower = mean - coverage_factor(count - 1) * np.std(left, axis=1, ddof=1) / np.sqrt(count)
        upper = mean + coverage_factor(count - 1) * np.std(left, axis=1, ddof=1) / np.sqrt(count)
        seen.append((lower > SIGNAL_TO_NOISE * doubt) | (upper < -SIGNAL_TO_NOISE * doubt))
        shares.append(mean / np.mean(peaks, axis=1))
    isotonic = np.array([optimize.isotonic_regression(row).x for row in np.array(shares).T])
    lasts = (isotonic >= LASTING) & np.array(seen).T
    return np.asarray(np.where(np.any(lasts, axis=1), np.argmax(lasts, axis=1), lasts.shape[1]), int)


def _curves(axis: Axis, left: Sequence[FloatArray], peaks: Sequence[FloatArray]) -> tuple[Curve, ...]:
    shares = [training.share(TIME) for training in axis.trainings]
    found = np.array([float(np.mean(own) / np.mean(high)) for own, high in zip(left, peaks, strict=True)])
    spread = np.array([0.0 if share is None else share.uncertainty for share in shares])
    fitted = np.asarray(optimize.isotonic_regression(found).x, float)
    return (
        Curve(
            f"retained fraction against {axis.label}",
            axis.values,
            found,
            axis.label,
            axis.unit,
            "r",
            UNIT,
            spread,
            fitted,
            True,
        ),
    )


STP_LTP = Metric(
    name=NAME,
    definition=DEFINITION,
    title="Transition from short-term to long-term plasticity",
    unit="1",
    formula="r(t_c) = ΔI(t_c)/ΔI_pk, t_c = 100 s;  n_LT: smallest count with ΔI(t_c) > 3u(B) and r ≥ 1/e",
    description=(
        "What is left of the response 100 s after trains of several sizes, the time constant of a stretched "
        "exponential after each, and the smallest count from which on the response lasts: the lower 95 % bound of "
        "what is left exceeds 3u of the baseline, and the isotonic fit of r reaches 1/e. Its interval resamples the "
        "repeats. Where the width or the level was varied, it is that which is looked for. Variants of r at 10 and "
        "1000 s where they were recorded."
    ),
    requires=(
        "trains marked `train` in a loop `pulse`, of 3 or more counts (or widths, or levels), 5 of each",
        "readings until a little more than 100 s after each train",
    ),
    reference="metric standard M11; Chang, Jo, Lu 2011",
    compute=_compute,
)
