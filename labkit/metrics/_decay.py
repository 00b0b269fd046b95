"""M3: decay of the postsynaptic current after the stimulus, with the model that the data choose."""

from dataclasses import replace

import numpy as np
from scipy import stats

from labkit.core import Curve, Estimate, Flag, FloatArray, Result, Run
from labkit.metrics._decay_fit import Choice, Record, Shared, average, carried, choose, curve, over_repeats
from labkit.metrics._decay_models import MODELS
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._series import Noise, ljung_box
from labkit.metrics._transients import Response, Responses, per_irradiance, responses

NAME = "decay"
DEFINITION = "M3.best/1"
MARKS = ("epsc", "control")
BLANKED_APERTURES = 5
SHORTEST_RECORD = 3.0
"""In slowest time constants (WIN)."""
SAMPLES_PER_TIME_CONSTANT = 5
WELL_APART = 3.0
MISFIT_SIGNIFICANCE = 0.01
MISFIT_SIZE = 2.0
BLOCKS = 20
CURVE_POINTS = 400
LEAST_READINGS = 20


def _compute(run: Run) -> tuple[Result, ...]:
    results: list[Result] = []
    for found in responses(run, MARKS):
        results.extend(_results(found))
    return tuple(results)


def _results(found: Responses) -> tuple[Result, ...]:
    records = tuple(_record(found, item) for item in found.items)
    choice = choose(average(records))
    accuracy = found.trace.accuracy_at(found.items[0].stimulus.end)
    timing = found.edge_uncertainty if found.optical else 0.0
    shared = Shared(accuracy.gain, found.light_uncertainty, _baseline_uncertainty(found), timing)
    own, code = over_repeats(choice, records, shared)
    estimates, lit = carried(own, replace(shared, light=0.0)), carried(own, shared)
    flags = found.flags() - {Flag.UNDERSAMPLED} | flags_of_fit(choice, found.noise, len(records))
    notes = _notes(choice)
    results: list[Result] = []
    for symbol, estimate in estimates.items():
        if symbol == "⟨τ⟩_I":
            continue
        first = not results
        results.append(
            outcome(
                NAME,
                DEFINITION,
                symbol,
                estimate,
                estimate.unit,
                f"{choice.model.formula}, t = 0 at the commanded end of the stimulus, {code}",
                flags=flags | flags_of_quantity(choice, symbol),
                at=found.conditions(),
                counts={"sample": len(choice.average.time), "pulse": len(records)},
                variants=_variants(choice, estimates, symbol) | _per_irradiance(lit[symbol], symbol, found),
                notes=notes if first else {"model": choice.model.name},
                curves=_curves(choice) if first else (),
            )
        )
    return tuple(results)


def _baseline_uncertainty(found: Responses) -> float:
    """Give the standard uncertainty of the mean baseline (A), which the offset of the decay rests on."""
    return float(np.linalg.norm([found.noise.of_mean(len(item.baseline)) for item in found.items])) / len(found)


def _record(found: Responses, item: Response) -> Record:
    """Give what follows the stimulus, above the baseline before it; electrical edges are blanked for 5 apertures."""
    end = item.stimulus.end
    guard = item.stimulus.time_uncertainty
    if not found.optical:
        guard += BLANKED_APERTURES * found.trace.aperture_at(end)
    window = found.trace.between(end + guard, min(item.until, float(found.trace.time[-1]) + 1.0))
    if len(window) < LEAST_READINGS:
        raise NotMeasured(
            f"only {len(window)} readings follow the stimulus at {end:.6g} s",
            "record for at least five of the slowest time constants after the stimulus",
        )
    return Record(window.time - end, window.current - item.baseline.mean, item.baseline.mean)


def flags_of_fit(choice: Choice, noise: Noise, repeats: int) -> set[Flag]:
    """Give the flags of a fit as a whole: a record that is too short, residuals that keep a structure."""
    flags = set()
    times = [value for symbol, value in choice.model.of(choice.fit).items() if symbol.startswith("τ")]
    span = float(choice.average.time[-1])
    if span < SHORTEST_RECORD * max(times):
        flags.add(Flag.WINDOW)
    if _misfit(choice.residuals, noise, repeats):
        flags.add(Flag.MODEL)
    return flags


def _misfit(residuals: FloatArray, noise: Noise, repeats: int) -> bool:
    """Tell whether the residuals keep a structure: Ljung-Box p < 0.01, and a twentieth of the record off by over 2σ.

    σ is the noise before the stimulus, reduced by averaging. The stretch must also be off by more than correlated noise
    makes any of the twenty in one run of a hundred.
    """
    size = max(len(residuals) // BLOCKS, 5)
    whole = len(residuals) // size * size
    blocks = residuals[:whole].reshape(-1, size).mean(axis=1)
    rare = float(stats.t.isf(MISFIT_SIGNIFICANCE / 2 / len(blocks), max(noise.degrees_of_freedom, 1.0)))
    limit = max(MISFIT_SIZE * noise.sigma, rare * noise.of_mean(size)) / float(np.sqrt(repeats))
    return bool(np.max(np.abs(blocks)) > limit and ljung_box(residuals) < MISFIT_SIGNIFICANCE)


def flags_of_quantity(choice: Choice, symbol: str) -> set[Flag]:
    """Give the flags of one quantity: a time constant it rests on is at a bound, or too short for the sampling."""
    flags = set()
    concerned = choice.model.depends_on(symbol, choice.fit)
    if any(choice.fit.solution.at_bound[index] for index in concerned):
        flags.add(Flag.AT_BOUND)
    period = float(np.median(np.diff(choice.average.time[:LEAST_READINGS])))
    fastest = min(range(choice.model.times), key=lambda index: choice.fit.nonlinear[index])
    too_fast = np.exp(choice.fit.nonlinear[fastest]) < SAMPLES_PER_TIME_CONSTANT * period
    if too_fast and fastest in concerned and symbol not in ("⟨τ⟩", "I_∞"):
        flags.add(Flag.UNDERSAMPLED)
    return flags


def _notes(choice: Choice) -> dict[str, str]:
    notes = {"model": choice.model.name, "formula": choice.model.formula}
    notes |= {f"AICc {name}": f"{value:.1f}" for name, value in choice.aicc.items()}
    notes["I_∞"] = "free; not fixed to the baseline"
    quantities = choice.model.of(choice.fit)
    if "τ_2" in quantities and quantities["τ_2"] < WELL_APART * quantities["τ_1"]:
        notes["caution"] = "τ₂/τ₁ < 3: the 95 % interval covers the truth in 88–90 % only"
    return notes


def _variants(choice: Choice, estimates: dict[str, Estimate], symbol: str) -> dict[str, Estimate]:
    if symbol != "⟨τ⟩":
        return {}
    variants = {}
    if "⟨τ⟩_I" in estimates:
        variants["intensity-weighted"] = estimates["⟨τ⟩_I"]
    for name, (model, fit) in choice.others.items():
        if name != choice.model.name and "⟨τ⟩" in model.units and not any(fit.solution.at_bound):
            variants[name] = model.estimate(fit, "⟨τ⟩")
    return variants


def _per_irradiance(lit: Estimate, symbol: str, found: Responses) -> dict[str, Estimate]:
    return per_irradiance(lit, found) if symbol.startswith("A") else {}


def _curves(choice: Choice) -> tuple[Curve, ...]:
    record = choice.average
    kept = np.unique(np.geomspace(1, len(record.time), CURVE_POINTS).astype(int) - 1)
    time = record.time[kept]
    fitted = curve(choice.model, choice.fit, time)
    return (
        Curve("decay", time, record.current[kept], "time after the stimulus", "s", "ΔI", "A", fit=fitted, log_x=True),
    )


DECAY = Metric(
    name=NAME,
    definition=DEFINITION,
    title="Decay of the EPSC",
    unit="s",
    formula="; ".join(f"{model.name}: ΔI(t) = {model.formula}" for model in MODELS),
    description=(
        "Fit of the current after the stimulus by variable projection; the corrected Akaike criterion chooses between "
        "a single exponential, a stretched exponential and two exponentials (10 or more to add a term). ⟨τ⟩ is "
        "amplitude-weighted, ΣAτ/ΣA, or (τ/β)Γ(1/β)."
    ),
    requires=("pulses marked `epsc`", "readings for five of the slowest time constants after each pulse"),
    reference="metric standard M3; Chang, Jo, Lu 2011",
    compute=_compute,
)
