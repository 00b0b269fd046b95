"""M12: learning, forgetting, learning again."""

from collections.abc import Sequence

import numpy as np

from labkit.core import Curve, Estimate, Flag, FloatArray, Interval, Result, Run
from labkit.metrics._decay import flags_of_fit, flags_of_quantity
from labkit.metrics._decay_fit import Choice, Shared, average, choose, curve, over_repeats
from labkit.metrics._episodes import Episode, Episodes, Stage, episodes
from labkit.metrics._jackknife import jackknife
from labkit.metrics._metric import Metric
from labkit.metrics._outcome import outcome
from labkit.metrics._statistics import combine, exponential_of, normal_estimate, paired_ratio
from labkit.metrics._transients import REPEATS_FOR_T, degraded
from labkit.metrics._windows import SIGNAL_TO_NOISE, not_restored

NAME = "relearning"
DEFINITION = "M12.interpolated/1"
UNIT = "%"
QUANTISATION = 0.5
"""Half-width of the rounding to whole pulses."""
LAST_PART = 0.2
LEVELLED_OFF = 0.05
"""Share of the whole rise that the last fifth of the pulses must still bring; 3 n0 of an exponential leave 4 %."""
LEAST_READINGS = 20


def _compute(run: Run) -> tuple[Result, ...]:
    found = episodes(run)
    return (savings(found), *forgetting(found), retention_gain(found))


def _flags(found: Episodes) -> set[Flag]:
    flags = set(found.flags)
    levels = [
        normal_estimate(window.mean, found.noise.of_mean(max(len(window), 1)), unit="A") for window in found.baselines
    ]
    if not_restored(levels):
        flags.add(Flag.HISTORY)
    if degraded(np.array([item.learning.peak for item in found.items])):
        flags.add(Flag.DEGRADED)
    return flags


def levelled_off(found: Episodes) -> bool:
    """Tell whether learning had levelled off: its last fifth brings less than 5 % of the rise, or nothing seen."""
    count = min(item.learned for item in found.items)
    levels = np.array([[item.learning.before, *item.learning.levels[:count]] for item in found.items])
    mean = np.mean(levels, axis=0)
    last = count - max(round(LAST_PART * count), 1)
    rise = abs(float(mean[-1] - mean[last]))
    doubt = np.sqrt(2.0) * found.read_noise / np.sqrt(len(found))
    return rise < max(LEVELLED_OFF * abs(float(mean[-1] - mean[0])), SIGNAL_TO_NOISE * float(doubt))


def savings(found: Episodes) -> Result:
    """Give S = 1 - N2/N1."""
    needed = [item.needed for item in found.items]
    missing = sum(each is None for each in needed)
    own = _flags(found) | ({Flag.PLATEAU} if levelled_off(found) else set())
    estimate, method, reason, bound = None, "", "", None
    if missing:
        tried = max(len(item.relearning.levels) for item in found.items)
        reason = f"{missing} of {len(found)} trainings did not regain the level within {tried} pulses"
        bound = Interval(-np.inf, 1 - tried / max(item.learned for item in found.items))
    else:
        estimate, method = _estimated(found, np.array([float(each or 0.0) for each in needed]))
    first = np.array([item.learned for item in found.items], float)
    again = np.array([np.nan if each is None else each for each in needed], float)
    return outcome(
        NAME,
        DEFINITION,
        "S",
        estimate,
        UNIT,
        f"1 − N₂/N₁, N₂ interpolated between pulses, {method or 'not determined'}",
        flags=own,
        reason=reason,
        bound=bound,
        counts=found.counts(),
        notes={"N₁": f"{np.mean(first):.4g}", "N₂": f"{np.mean(again):.4g}"},
        curves=(_training_curve(found),),
        repeats=() if missing else tuple(1 - again / first),
    )


def _estimated(found: Episodes, again: FloatArray) -> tuple[Estimate, str]:
    """Give the savings: uR from 5 repeats on, else the noise of the reads and half a pulse of both numbers (uM)."""
    first = np.array([item.learned for item in found.items], float)
    share = float(np.mean(again) / np.mean(first))
    if len(found) >= REPEATS_FOR_T:
        ratio = paired_ratio(again, first)
        interval = Interval(1 - ratio.interval.high, 1 - ratio.interval.low)
        return Estimate(1 - ratio.value, ratio.uncertainty, interval, ratio.degrees_of_freedom, UNIT), "uR (Fieller)"
    steps = np.array([_step(item) for item in found.items])
    noise = np.sqrt(2.0) * found.read_noise / np.maximum(np.abs(steps), 1e-300) / np.mean(first)
    random = float(np.linalg.norm(noise)) / len(found)
    limits = (QUANTISATION / float(np.mean(first)), QUANTISATION * share / float(np.mean(first)))
    estimate = combine(1 - share, [(random, max(found.noise.degrees_of_freedom, 1.0))], limits, UNIT)
    return estimate, "uM: noise of the reads, ±½ pulse of each number"


def _step(item: Episode) -> float:
    """Give by how much a pulse moves the level where it is regained (A)."""
    levels = np.concatenate([[item.relearning.before], item.relearning.levels])
    after = min(max(int(np.ceil(item.needed or 0.0)), 1), len(levels) - 1)
    return float(levels[after] - levels[after - 1])


def forgetting(found: Episodes) -> list[Result]:
    """Give the forgetting times after both trainings (M3)."""
    flags = _flags(found)
    return [
        _time(found, [item.learning for item in found.items], "τ_F1", flags),
        _time(found, [item.relearning for item in found.items], "τ_F2", flags),
    ]


def _time(found: Episodes, stages: Sequence[Stage], symbol: str, flags: set[Flag]) -> Result:
    records = [stage.record for stage in stages]
    fewest = min(len(record.time) for record in records)
    if fewest < LEAST_READINGS:
        reason = f"{fewest} readings after the training; a fit needs {LEAST_READINGS}"
        return outcome(NAME, DEFINITION, symbol, None, "s", "no fit", flags=flags, reason=reason)
    choice = choose(average(records))
    timing = max(stage.pulses[-1].time_uncertainty for stage in stages) if found.optical else 0.0
    estimates, code = over_repeats(choice, records, Shared(0.0, 0.0, 0.0, timing))
    chosen = "⟨τ⟩" if "⟨τ⟩" in estimates else "τ"
    own = flags_of_fit(choice, found.noise, len(records)) | flags_of_quantity(choice, chosen)
    return outcome(
        NAME,
        DEFINITION,
        symbol,
        estimates[chosen],
        "s",
        f"{chosen} of {choice.model.formula}, t = 0 at the end of the last pulse, {code}",
        flags=flags | own,
        counts={"episode": len(records), "sample": len(choice.average.time)},
        variants={name: each for name, each in estimates.items() if name not in (chosen, "⟨τ⟩_I")},
        notes={"model": choice.model.name} | {f"AICc {name}": f"{value:.1f}" for name, value in choice.aicc.items()},
        curves=(_forgetting_curve(choice, symbol),),
    )


def retention_gain(found: Episodes) -> Result:
    """Give r2/r1 at the same time after both trainings, the end of the shorter forgetting."""
    stages = [stage for item in found.items for stage in (item.learning, item.relearning)]
    time = min(float(stage.record.time[-1]) for stage in stages)
    parts = np.array(
        [
            [item.relearning.left(time), item.relearning.peak, item.learning.left(time), item.learning.peak]
            for item in found.items
        ]
    )
    means = np.mean(parts, axis=0)
    seen = abs(float(means[2])) > SIGNAL_TO_NOISE * found.read_noise / np.sqrt(len(found))
    estimate = _gain_estimate(found, parts) if seen and np.all(means * np.sign(means[3]) > 0) else None
    retained = {
        "r₁": paired_ratio(parts[:, 2], parts[:, 3], UNIT),
        "r₂": paired_ratio(parts[:, 0], parts[:, 1], UNIT),
    }
    code = "uR, leaving out one repeat at a time" if len(found) >= REPEATS_FOR_T else "noise of the reads"
    return outcome(
        NAME,
        DEFINITION,
        "r₂/r₁",
        estimate,
        "1",
        f"ratio of the shares that are left, each of means, {code}",
        flags=_flags(found),
        reason="" if estimate is not None else "nothing that stands out of the noise is left after the first training",
        at={"time": round(time, 3)},
        counts=found.counts(),
        variants=retained if len(found) > 1 else {},
    )


def _gain_estimate(found: Episodes, parts: FloatArray) -> Estimate:
    def logarithm(rows: FloatArray) -> FloatArray:
        means = np.abs(np.mean(rows, axis=0))
        return np.array([np.log(means[0] / means[1] * means[3] / means[2])])

    if len(found) >= REPEATS_FOR_T:
        value, spread = jackknife(parts, logarithm)
        return exponential_of(normal_estimate(float(value[0]), float(spread[0]), len(found) - 1))
    relative = found.read_noise / np.abs(np.mean(parts, axis=0)) / np.sqrt(len(found))
    degrees = max(found.noise.degrees_of_freedom, 1.0)
    return exponential_of(normal_estimate(float(logarithm(parts)[0]), float(np.linalg.norm(relative)), degrees))


def _training_curve(found: Episodes) -> Curve:
    """Give the mean level after each pulse of the first training, and that of the second as its fit."""
    count = min(item.learned for item in found.items)
    first = np.array([item.learning.levels[:count] for item in found.items])
    again = np.full((len(found), count), np.nan)
    for row, item in zip(again, found.items, strict=True):
        kept = item.relearning.levels[:count]
        row[: len(kept)] = kept
    known = np.any(np.isfinite(again), axis=0)
    second = np.full(count, np.nan)
    second[known] = np.nanmean(again[:, known], axis=0)
    spread = np.std(first, axis=0, ddof=1) / np.sqrt(len(found)) if len(found) > 1 else np.full(count, found.read_noise)
    return Curve(
        "training: points the first, line the second time",
        np.arange(1, count + 1, dtype=float),
        np.mean(first, axis=0),
        "pulse",
        "1",
        "ΔI",
        "A",
        np.asarray(spread, float),
        second,
    )


def _forgetting_curve(choice: Choice, symbol: str) -> Curve:
    record = choice.average
    kept = np.unique(np.geomspace(1, len(record.time), 300).astype(int) - 1)
    time = record.time[kept]
    fitted = curve(choice.model, choice.fit, time)
    name = f"forgetting, {symbol}"
    return Curve(name, time, record.current[kept], "time after the training", "s", "ΔI", "A", fit=fitted, log_x=True)


RELEARNING = Metric(
    name=NAME,
    definition=DEFINITION,
    title="Learning, forgetting, learning again",
    unit=UNIT,
    formula="S = 1 − N₂/N₁;  gain = r₂(t_c)/r₁(t_c)",
    description=(
        "Savings: how many pulses less regain the level of the first training after it was forgotten, N₂ interpolated "
        "between pulses. Forgetting times τ_F1 and τ_F2 (M3, amplitude-weighted) after the two trainings, and the "
        "ratio of what is left of each at the same time. A level that was taken where learning had levelled off "
        "belongs to no number of pulses: PLATEAU, and no savings."
    ),
    requires=(
        "pulses marked `learning`, then `relearning`, with a read of the same mark after each",
        "readings of the forgetting after both trainings",
        "5 repeats for their scatter",
    ),
    reference="metric standard M12",
    compute=_compute,
)
