"""M13: spike-timing-dependent plasticity, the window of either sign of the interval."""

from dataclasses import dataclass

import numpy as np

from labkit.core import Curve, Estimate, Flag, FloatArray, Result, Run
from labkit.metrics._dose_response import fit_to_means
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._models import exponentials
from labkit.metrics._outcome import outcome
from labkit.metrics._separable import Separable, SeparableFit
from labkit.metrics._spike_pairs import Side, SpikePairs, Trial, spike_pairs
from labkit.metrics._statistics import combine, exponential_of, repeats_mean
from labkit.metrics._stimuli import Event, dose_flags
from labkit.metrics._windows import SIGNAL_TO_NOISE, is_noise, not_restored

NAME = "stdp"
DEFINITION = "M13.exponential/1"
UNIT = "%"
LEAST_INTERVALS = 8
LEAST_REPEATS = 5
UNPAIRED_SHARE = 0.20
SHORT_TERM_SHARE = 0.10
LONGEST_SHARE = 0.5
SHORTEST_SHARE = 5.0
"""The shortest tau looked for is the shortest interval over this."""
_METHOD = (
    "fit of A exp(-|Δt|/τ) to the mean changes of one sign, weights from a smoothed variance, Student's t; Δt from "
    "onset to onset as delivered"
)


@dataclass(frozen=True, slots=True)
class Window:
    """One side of the timing window, fitted."""

    side: Side
    fit: SeparableFit
    misfit: frozenset[Flag]

    @property
    def sign(self) -> str:
        """The sign of the interval, as it stands at the symbols."""
        return "₊" if self.side.sign > 0 else "₋"

    def amplitude(self, offset: float) -> Estimate:
        """Give the change at interval 0; `offset` is the limit of the ammeter's zero over the current before."""
        plain = self.fit.solution.estimate(1, UNIT)
        random = [(plain.uncertainty, plain.degrees_of_freedom)]
        return combine(plain.value, random, [plain.value * offset], UNIT)

    @property
    def flags(self) -> set[Flag]:
        """What the fit itself raises."""
        found = set(self.misfit)
        if self.fit.solution.at_bound[0]:
            found.add(Flag.AT_BOUND)
        if float(np.exp(self.fit.nonlinear[0])) > LONGEST_SHARE * float(self.side.intervals[-1]):
            found.add(Flag.WINDOW)
        return found


def fit_window(side: Side) -> Window:
    """Fit the exponential of one side."""
    model, starts = exponentials(side.intervals, side.means, 1, offset=False, weights=1 / side.uncertainty)
    lower = np.array([np.log(side.intervals[0] / SHORTEST_SHARE)])
    bounded = Separable(model.name, model.basis, model.y, model.weights, lower, model.upper)
    fit, misfit = fit_to_means(bounded, starts, float(np.sum(side.repeats - 1)))
    return Window(side, fit, frozenset(misfit))


def _compute(run: Run) -> tuple[Result, ...]:
    measured = spike_pairs(run)
    sides = [side for side in measured.sides if len(side) > 2 and np.all(side.repeats > 1)]
    if not sides:
        raise NotMeasured(
            "no sign of the interval has three intervals with two repeats each",
            "measure 8 intervals a side, 5 times each, without overlap of the spikes (protocol P13)",
        )
    return tuple(result for side in sides for result in _results(measured, fit_window(side)))


def _results(measured: SpikePairs, window: Window) -> list[Result]:
    side = window.side
    amplitude = window.amplitude(measured.offset)
    reasons = [_shortage(side), _unpaired(measured, amplitude)]
    flags = window.flags | _run_flags(measured)
    flags |= {Flag.REPEATS} if reasons[0] else set()
    flags |= {Flag.UNPAIRED} if reasons[1] else set()
    flags |= {Flag.SIGNAL_TO_NOISE} if is_noise(amplitude) else set()
    flags |= {Flag.OVERLAP} if _overlap_explains(side) else set()
    time = exponential_of(window.fit.profile(0), "s")
    return [
        outcome(
            NAME,
            DEFINITION,
            f"{symbol}{window.sign}",
            estimate,
            estimate.unit,
            _METHOD,
            flags=flags,
            reason="; ".join(reason for reason in reasons if reason),
            at=_conditions(measured),
            counts=_counts(measured, side),
            variants=_variants(measured, amplitude) if symbol == "A" else {},
            notes=_notes(measured, side),
            curves=(_curve(window),) if symbol == "A" else (),
        )
        for symbol, estimate in (("A", amplitude), ("τ", time))
    ]


def _shortage(side: Side) -> str:
    least = int(np.min(side.repeats))
    if len(side) >= LEAST_INTERVALS and least >= LEAST_REPEATS:
        return ""
    return (
        f"{len(side)} intervals of this sign with {least} repeats; "
        f"the standard asks for {LEAST_INTERVALS} with {LEAST_REPEATS}"
    )


def _unpaired(measured: SpikePairs, amplitude: Estimate) -> str:
    """Say what speaks against the pairing as the cause: spikes alone that do as much, or were not tried."""
    controls = {"presynaptic": measured.pre_only, "postsynaptic": measured.post_only}
    for name, alone in controls.items():
        if not len(alone):
            return f"no control with the {name} spike alone: what pairing does is not told from what one spike does"
    for (name, alone), scatter in zip(controls.items(), measured.control_scatter, strict=True):
        change = float(np.mean(alone))
        shown = abs(change) > SIGNAL_TO_NOISE * scatter / np.sqrt(len(alone))
        if shown and abs(change) >= UNPAIRED_SHARE * abs(amplitude.value):
            return f"the {name} spike alone changes the weight by {abs(change / amplitude.value):.0%} of A"
    return ""


def _overlap_explains(side: Side) -> bool:
    """Tell whether only spikes that overlap change the weight: their sum on the device explains the shape."""
    overlapping = np.array(side.overlapping)
    if not np.any(overlapping):
        return False
    if np.all(overlapping):
        return True
    weights = 1 / side.uncertainty[~overlapping] ** 2
    mean = float(np.sum(weights * side.means[~overlapping]) / np.sum(weights))
    return abs(mean) < 3 / float(np.sqrt(np.sum(weights)))


def _run_flags(measured: SpikePairs) -> set[Flag]:
    trials = measured.trials
    flags = set().union(*(trial.blocked for trial in trials))
    flags |= dose_flags(spike for trial in trials for spike in (*trial.pre, *trial.post))
    if not_restored([repeats_mean([trial.before]) for trial in trials]):
        flags.add(Flag.HISTORY)
    if _short_term(trials):
        flags.add(Flag.VOLATILE)
    return flags


def _short_term(trials: tuple[Trial, ...]) -> bool:
    """Tell whether more than a tenth of the change fades between half of the read's wait and the whole."""
    pairs = [trial for trial in trials if trial.paired and np.isfinite(trial.settling)]
    if len(pairs) < 2:
        return False
    changes = np.array([trial.after - trial.before for trial in pairs])
    fading = np.array([trial.settling - trial.after for trial in pairs]) * np.sign(changes)
    lost = repeats_mean(fading)
    return bool(lost.interval.low > 0 and lost.value > SHORT_TERM_SHARE * np.mean(np.abs(changes)))


def _conditions(measured: SpikePairs) -> dict[str, float]:
    pre, post = _shapes(measured)
    pairs = [trial for trial in measured.trials if trial.paired]
    return {
        "pre_level": pre.level,
        "post_level": post.level,
        "width": pre.width,
        "pairings": float(pairs[0].pairings),
        "read_time": float(np.median([trial.wait for trial in pairs])),
    }


def _shapes(measured: SpikePairs) -> tuple[Event, Event]:
    first = next(trial for trial in measured.trials if trial.paired)
    return first.pre[0], first.post[0]


def _counts(measured: SpikePairs, side: Side) -> dict[str, int]:
    pairings = next(trial.pairings for trial in measured.trials if trial.paired)
    trials = int(np.sum(side.repeats))
    return {"pulse": 2 * pairings * trials, "pairing": pairings * trials, "trial": trials, "interval": len(side)}


def _variants(measured: SpikePairs, amplitude: Estimate) -> dict[str, Estimate]:
    pairings = next(trial.pairings for trial in measured.trials if trial.paired)
    each = 1 / pairings
    found = {"per pair": combine(amplitude.value * each, [(amplitude.uncertainty * each, np.inf)], unit=UNIT)}
    for name, alone in (("presynaptic spike alone", measured.pre_only), ("postsynaptic alone", measured.post_only)):
        if len(alone):
            found[name] = repeats_mean(alone, UNIT)
    return found


def _notes(measured: SpikePairs, side: Side) -> dict[str, str]:
    pre, post = _shapes(measured)
    pairings = next(trial.pairings for trial in measured.trials if trial.paired)
    total = "one pairing a trial: total and per pair are the same"
    notes = {
        "presynaptic spike": _shape(pre),
        "postsynaptic spike": _shape(post),
        "pairings": total if pairings == 1 else f"A is the total of {pairings} pairings; the variant is A/{pairings}",
        "overlap": "declared" if measured.declared_overlap else "none",
    }
    if any(side.overlapping):
        notes["overlap"] = f"declared: the spikes overlap at {sum(side.overlapping)} of {len(side)} intervals"
    return notes | dict(measured.left_out)


def _shape(spike: Event) -> str:
    return f"rectangular, {spike.level:.3g} V for {spike.width:.3g} s on {spike.terminal}"


def _curve(window: Window) -> Curve:
    side = window.side
    order = slice(None) if side.sign > 0 else slice(None, None, -1)

    def shown(values: FloatArray) -> FloatArray:
        return np.asarray(values[order], float)

    return Curve(
        "pre before post" if side.sign > 0 else "post before pre",
        shown(side.sign * side.intervals),
        shown(side.means),
        "interval, post minus pre onset",
        "s",
        "ΔW",
        UNIT,
        shown(side.uncertainty),
        shown(window.fit.fitted),
    )


STDP = Metric(
    name=NAME,
    definition=DEFINITION,
    title="Spike-timing-dependent plasticity",
    unit=UNIT,
    formula="ΔW = (G_after − G_before)/G_before;  A₊ exp(−Δt/τ₊) for Δt > 0, A₋ exp(Δt/τ₋) for Δt < 0",
    description=(
        "How far a pair of spikes changes the weight, against the interval from the presynaptic to the postsynaptic "
        "onset, one exponential for either sign, with weights from a variance that is smoothed over the intervals. "
        "Left out are Δt = 0, intervals whose skew is not known to 1 %, and spikes that overlap unless the protocol "
        "declares it. No value where one spike alone does a fifth of A or more (UNPAIRED); OVERLAP where only spikes "
        "that overlap change the weight; VOLATILE where the change still fades at the read."
    ),
    requires=(
        "reads marked before and after, spikes marked pre and post",
        "8 intervals a side, 5 repeats of each",
        "trials with one spike alone",
    ),
    reference="metric standard M13; Bi and Poo 1998",
    compute=_compute,
)
