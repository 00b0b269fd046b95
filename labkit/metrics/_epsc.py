"""M1: amplitude of the excitatory or inhibitory postsynaptic current."""

from collections.abc import Mapping

import numpy as np
from scipy import stats

from labkit.core import Curve, Estimate, Flag, FloatArray, Result, Run
from labkit.metrics._metric import Metric
from labkit.metrics._outcome import outcome
from labkit.metrics._statistics import paired_ratio, repeats_mean, scaled, two_starts
from labkit.metrics._transients import (
    REPEATS_FOR_T,
    Response,
    Responses,
    magnitude_bound,
    mean_of_repeats,
    per_irradiance,
    responses,
)
from labkit.metrics._windows import is_noise

NAME = "epsc"
DEFINITION = "M1.edge/1"
MARKS = ("epsc", "first")
CURVE_POINTS = 500
LEAD = 1.0


def _compute(run: Run) -> tuple[Result, ...]:
    return tuple(_result(run, found) for found in responses(run, MARKS))


def _result(run: Run, found: Responses) -> Result:
    flags = found.flags()
    amplitudes, single = found.amplitudes, found.uncertainties
    drift = found.drift()
    values = amplitudes
    if drift.significant:
        reach = np.array([_reach(item) for item in found.items])
        flags.add(Flag.DRIFT)
        values, single = amplitudes - drift.slope * reach, np.hypot(single, drift.uncertainty * reach)
    accuracy = found.trace.accuracy_at(found.items[0].stimulus.begin)
    limits = (accuracy.gain * float(np.mean(values)), *two_starts(found.timing))
    shared = found.light_uncertainty * float(np.mean(values))
    estimate, code = mean_of_repeats(values, single, found.noise.degrees_of_freedom, limits, "A")
    lit, _ = mean_of_repeats(values, single, found.noise.degrees_of_freedom, limits, "A", shared)
    noise_only, _ = mean_of_repeats(values, single, found.noise.degrees_of_freedom, (), "A")
    lost = is_noise(noise_only)
    if lost:
        flags.add(Flag.SIGNAL_TO_NOISE)
    variants = _variants(run, found, estimate, lit)
    return outcome(
        NAME,
        DEFINITION,
        "ΔI",
        estimate,
        "A",
        f"level at the commanded end of the pulse minus baseline, {code}",
        flags=flags,
        bound=magnitude_bound(noise_only) if lost else None,
        at=found.conditions(),
        counts=found.counts(),
        variants=variants,
        notes=_notes(found, drift.significant) | _picked(estimate, variants),
        curves=(_average_curve(found), _repeats_curve(found, single)),
    )


def _reach(item: Response) -> float:
    """Give how far the peak lies behind the middle of the baseline (s), over which a drift goes on."""
    return float(np.mean(item.peak.time) - np.mean(item.baseline.time))


def _variants(run: Run, found: Responses, estimate: Estimate, lit: Estimate) -> dict[str, Estimate]:
    pulses = [found.trace.between(item.stimulus.begin, item.stimulus.end) for item in found.items]
    rising = np.sign(estimate.value) or 1.0
    variants: dict[str, Estimate] = {}
    if all(len(pulse) for pulse in pulses) and len(pulses) > 1:
        maxima = [
            rising * float(np.max(rising * (pulse.current - item.baseline.mean)))
            for pulse, item in zip(pulses, found.items, strict=True)
        ]
        variants["maximum"] = repeats_mean(maxima, "A")
        charges = [
            item.stimulus.width * float(np.mean(pulse.current - item.baseline.mean))
            for pulse, item in zip(pulses, found.items, strict=True)
        ]
        variants["charge during the pulse"] = repeats_mean(charges, "C")
        variants["relative to baseline"] = paired_ratio(found.amplitudes, found.baselines)
    variants |= per_irradiance(lit, found)
    area = run.sample.active_area
    if area is not None and area > 0:
        variants["per area"] = scaled(estimate, 1 / area, "A/m^2")
    return variants


def _notes(found: Responses, drifting: bool) -> dict[str, str]:
    before, after = float(np.mean(found.baselines)), float(np.mean(found.baselines + found.amplitudes))
    notes = {"type": "EPSC" if abs(after) > abs(before) else "IPSC", "terminal": found.trace.terminal}
    notes["baseline"] = "linear trend taken off" if drifting else "mean, no significant trend"
    if len(found) < REPEATS_FOR_T:
        notes["repeats"] = f"{len(found)}: too few for their scatter, the noise of the windows is used"
    return notes


def _picked(estimate: Estimate, variants: Mapping[str, Estimate]) -> dict[str, str]:
    """Tell how much picking the highest reading would add, where that lies outside the interval."""
    highest = variants.get("maximum")
    if highest is None or highest.value in estimate.interval or estimate.value == 0:
        return {}
    return {"maximum": f"{highest.value / estimate.value - 1:+.0%} beside the edge: noise or overshoot, not used"}


def _average_curve(found: Responses) -> Curve:
    """Give the response averaged over the repeats, on the instants of the first."""
    first = found.items[0]
    length = min(min(item.until, found.trace.time[-1]) - item.stimulus.begin for item in found.items)
    lead = min(LEAD, *(item.stimulus.begin - max(item.since, found.trace.time[0]) for item in found.items))
    shown = found.trace.between(first.stimulus.begin - lead, first.stimulus.begin + length)
    step = max(len(shown) // CURVE_POINTS, 1)
    instants = shown.time[::step] - first.stimulus.begin
    rows = []
    for item in found.items:
        own = found.trace.between(item.stimulus.begin - lead, item.stimulus.begin + length)
        rows.append(np.interp(instants, own.time - item.stimulus.begin, own.current) if len(own) else instants * np.nan)
    table = np.array(rows)
    spread = stats.sem(table, axis=0) if len(table) > 1 else np.full(len(instants), found.noise.sigma)
    return Curve(
        "average response",
        instants,
        np.mean(table, axis=0),
        "time after the pulse's beginning",
        "s",
        "current",
        "A",
        np.asarray(spread, float),
    )


def _repeats_curve(found: Responses, single: FloatArray) -> Curve:
    number = np.arange(1, len(found) + 1, dtype=float)
    return Curve("amplitude of each repeat", number, found.amplitudes, "repeat", "1", "ΔI", "A", single)


EPSC = Metric(
    name=NAME,
    definition=DEFINITION,
    title="EPSC amplitude",
    unit="A",
    formula="ΔI = I_pk − B",
    description=(
        "Current at the commanded end of the stimulus (mean of the last max(5 samples, 5 % of the width)) minus the "
        "mean of the last max(1 s, 50 samples) before it. The value belongs to the irradiance that was delivered, "
        "which is known to the calibration's uncertainty; the variant `per irradiance` is the value over the stated "
        "one and carries that uncertainty. After a two-terminal write: the read at 10 pulse widths. "
        "An EPSC when |I| rises, an IPSC when it falls."
    ),
    requires=("pulses marked `epsc` or `first`", "readings before and during each pulse"),
    reference="metric standard M1",
    compute=_compute,
)
