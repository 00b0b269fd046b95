"""M38: sensory adaptation, how the current changes while the light stays."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from labkit.core import Curve, Estimate, Flag, FloatArray, Kind, Result, Run, format_quantity
from labkit.metrics._decay_fit import Choice, Record, average, only, refit
from labkit.metrics._decay_models import MONO
from labkit.metrics._level_ratio import ratio_of_levels
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._ripple import ripple_of
from labkit.metrics._series import Noise, Trend, pooled_noise, theil_sen
from labkit.metrics._square_wave import misfits
from labkit.metrics._statistics import (
    exponential_of,
    fieller,
    is_bounded,
    normal_estimate,
    paired_ratio,
    standard_error,
)
from labkit.metrics._stimuli import Event, events, require_events
from labkit.metrics._transients import REPEATS_FOR_T, Responses, course_of, responses_to
from labkit.metrics._windows import LEAST_SAMPLES, Window

NAME = "adaptation"
RATIO_DEFINITION = "M38.total/1"
TIME_DEFINITION = "M38.time/1"
MARK = "adaptation"
EARLY, LATE, WINDOW = 10.0, 50.0, 1.0
"""Middles of the two windows after the light's beginning, and their width (s)."""
DARK = 60.0
"""Time (s) over which the dark current's drift is held against the change."""
LEAST_DARK = 10.0
SHORTEST_FIT = 3.0
"""Time constants that the fit of tau_adapt must span, else WIN."""
ABOVE_BASELINE = "above the dark current"
NONE = "no adaptation: the interval contains 1"
UNTOLD = "not told from the drift of the dark current"


@dataclass(frozen=True)
class Lit:
    """Equal light pulses under one bias, with the windows of M38; arrays have one entry a repeat."""

    found: Responses

    @property
    def stimuli(self) -> tuple[Event, ...]:
        """The pulses."""
        return self.found.stimuli

    def window(self, middle: float) -> list[Window]:
        """Give the readings within half a second of an instant after the beginning (s), for each repeat."""
        return [
            self.found.trace.between(each.begin + middle - WINDOW / 2, each.begin + middle + WINDOW / 2)
            for each in self.stimuli
        ]

    @cached_property
    def early(self) -> FloatArray:
        """Total current around 10 s (A)."""
        return self._levels(EARLY)

    @cached_property
    def late(self) -> FloatArray:
        """Total current around 50 s (A)."""
        return self._levels(LATE)

    def _levels(self, middle: float) -> FloatArray:
        """Give the mean currents (A) over the windows, on whose middle that of their readings need not lie."""
        wider = [
            self.found.trace.between(each.begin + middle - WINDOW, each.begin + middle + WINDOW)
            for each in self.stimuli
        ]
        windows = zip(self.window(middle), wider, self.stimuli, strict=True)
        return np.array([part.mean + course_of(part, all_, each.begin + middle).step for part, all_, each in windows])

    @cached_property
    def noise(self) -> Noise:
        """The noise under light, about a parabola through the second half of the pulse."""
        halves = [self.found.trace.between((each.begin + each.end) / 2, each.end) for each in self.stimuli]
        return pooled_noise([half.current for half in halves], degree=2)

    @cached_property
    def dark_drift(self) -> Trend | None:
        """The drift of the dark current before the pulses (A/s), over all repeats; None without such a record."""
        trends = []
        for item in self.found.items:
            begin = max(item.since, item.stimulus.begin - DARK)
            window = self.found.trace.between(begin, item.stimulus.begin - item.stimulus.time_uncertainty)
            if len(window) >= LEAST_SAMPLES and float(window.time[-1] - window.time[0]) >= LEAST_DARK:
                trends.append(theil_sen(window.time, window.current))
        if not trends:
            return None
        slope = float(np.mean([trend.slope for trend in trends]))
        spread = float(np.linalg.norm([trend.uncertainty for trend in trends])) / len(trends)
        return Trend(slope, spread, abs(slope) > 3 * spread)


def _compute(run: Run) -> tuple[Result, ...]:
    remedy = f"mark light pulses of {LATE + WINDOW / 2:g} s or more `{MARK}`, as adaptation does"
    pulses = require_events(events(run, Kind.PULSE, [MARK]), f"pulse marked `{MARK}`", remedy)
    groups: dict[tuple[object, ...], list[Event]] = {}
    for pulse in pulses:
        biases = tuple(sorted(pulse.values.items()))
        groups.setdefault((pulse.terminal, repr(pulse.level_requested), pulse.width_requested, biases), []).append(
            pulse
        )
    short = min(pulse.width for pulse in pulses)
    if short < LATE + WINDOW / 2:
        raise NotMeasured(f"the light stays for {format_quantity(short, 's')}, and M38 asks for {LATE:g} s", remedy)
    found = [Lit(responses_to(run, tuple(group))) for group in groups.values()]
    return tuple(result for lit in found for result in _results(lit))


def _results(lit: Lit) -> tuple[Result, Result]:
    ratio = _ratio(lit)
    drifting = _drifts(lit, ratio)
    flags = lit.found.flags() - {Flag.DEGRADED} | ({Flag.DRIFT} if drifting else set())
    for window in (*lit.window(EARLY), *lit.window(LATE)):
        flags |= window.blocked
    flags |= {Flag.RIPPLE} if ripple_of(lit.found) is not None else set()
    changes = is_bounded(ratio) and 1.0 not in ratio.interval
    label = UNTOLD if drifting else NONE if not changes else "sensitisation" if ratio.value > 1 else "desensitisation"
    notes = {"adaptation": label, "dark drift": _drift_note(lit), "terminal": lit.found.trace.terminal}
    if len(lit.found) < REPEATS_FOR_T:
        notes["repeats"] = f"{len(lit.found)}: too few for their scatter, the noise under light is used"
    result = outcome(
        NAME,
        RATIO_DEFINITION,
        "CCR",
        ratio,
        "1",
        f"total current around {LATE:g} s over that around {EARLY:g} s of light, windows of 1 s, uX ⊕ uB",
        flags=flags,
        at=_conditions(lit),
        counts=lit.found.counts(),
        variants=_variants(lit),
        notes=notes,
        curves=(_course(lit),),
    )
    return result, _time(lit, flags, label if drifting or not changes else "")


def _conditions(lit: Lit) -> dict[str, float]:
    biases = {name: value for name, value in lit.stimuli[0].values.items() if name != "irradiance"}
    return lit.found.conditions() | biases


def _ratio(lit: Lit) -> Estimate:
    """Give CCR; the ammeter's gain cancels, its offset is the same in both currents."""
    offset = lit.found.trace.accuracy_at(lit.stimuli[0].begin).offset
    if len(lit.found) >= REPEATS_FOR_T:
        return ratio_of_levels(lit.late, lit.early, offset)
    count = len(lit.found)
    readings = min(len(window) for window in (*lit.window(EARLY), *lit.window(LATE)))
    single = lit.noise.of_mean(max(readings, 1)) ** 2 / count
    covariance = np.diag([single, single]) + offset**2 / 3
    return fieller(float(np.mean(lit.late)), float(np.mean(lit.early)), covariance, lit.noise.degrees_of_freedom)


def _variants(lit: Lit) -> dict[str, Estimate]:
    if len(lit.found) < 2:
        return {}
    return {ABOVE_BASELINE: paired_ratio(lit.late - lit.found.baselines, lit.early - lit.found.baselines)}


def _drifts(lit: Lit, ratio: Estimate) -> bool:
    """Tell whether the dark current drifts in 60 s by more than half of what the light does to it."""
    drift = lit.dark_drift
    if drift is None or not drift.significant:
        return False
    return abs(drift.slope) * DARK > abs(ratio.value - 1) / 2 * abs(float(np.mean(lit.early)))


def _drift_note(lit: Lit) -> str:
    drift = lit.dark_drift
    if drift is None:
        return f"not measured: no {LEAST_DARK:g} s of darkness before the light"
    share = drift.slope * DARK / float(np.mean(lit.early))
    return f"{share:.2%} of the current in {DARK:g} s" + ("" if drift.significant else ", not significant")


def _time(lit: Lit, flags: set[Flag], untold: str) -> Result:
    """Give the time constant of the change, from the first window to the end of the light."""
    choice, times = _fitted(lit) if not untold else (None, np.empty(0))
    head = (NAME, TIME_DEFINITION, "τ_adapt")
    method = f"one exponential from {EARLY - WINDOW / 2:g} s after the light's beginning to its end, "
    if choice is None:
        return outcome(*head, None, "s", method + "not fitted", flags=flags, reason=untold, at=_conditions(lit))
    span = float(choice.average.time[-1])
    tau = float(np.exp(choice.fit.nonlinear[0]))
    raised = flags | ({Flag.WINDOW} if span < SHORTEST_FIT * tau else set())
    raised |= {Flag.MODEL} if misfits(choice) else set()
    raised |= {Flag.AT_BOUND} if any(choice.fit.solution.at_bound) else set()
    repeated = len(times) >= REPEATS_FOR_T
    spread = normal_estimate(float(np.log(tau)), standard_error(times), len(times) - 1) if repeated else None
    estimate = exponential_of(spread if spread is not None else choice.fit.profile(0), "s")
    code = "uR by leaving out one repeat at a time" if repeated else "uF"
    return outcome(
        *head, estimate, "s", method + code, flags=raised, at=_conditions(lit), counts={"pulse": len(lit.found)}
    )


def _fitted(lit: Lit) -> tuple[Choice | None, FloatArray]:
    """Fit the average of the repeats, and give Tukey's pseudo-values of ln tau."""
    records = []
    for pulse in lit.stimuli:
        begin = pulse.begin + EARLY - WINDOW / 2
        window = lit.found.trace.between(begin, pulse.end - pulse.time_uncertainty)
        records.append(Record(window.time - begin, window.current))
    choice = only(MONO, average(records))
    count, whole = len(records), float(choice.fit.nonlinear[0])
    if count < REPEATS_FOR_T:
        return choice, np.empty(0)
    parts = [refit(MONO, average(records[:k] + records[k + 1 :]), choice.fit.nonlinear) for k in range(count)]
    return choice, np.array(
        [count * whole - (count - 1) * float(part.nonlinear[0]) for part in parts if part is not None]
    )


def _course(lit: Lit) -> Curve:
    """Give the current under light, averaged over the repeats."""
    records = []
    for pulse in lit.stimuli:
        window = lit.found.trace.between(pulse.begin + pulse.time_uncertainty, pulse.end)
        records.append(Record(window.time - pulse.begin, window.current))
    mean = average(records)
    return Curve(
        "current under light", mean.time, mean.current, "time after the light's beginning", "s", "current", "A"
    )


ADAPTATION = Metric(
    name=NAME,
    definition=RATIO_DEFINITION,
    title="Sensory adaptation",
    unit="1",
    formula="CCR = I_D(50 s)/I_D(10 s)",
    description=(
        "Ratio of the total current around 50 s and around 10 s after the beginning of steady light, each the mean "
        "over one second. The variant above the dark current is the same for the photocurrent; τ_adapt is the time "
        "constant of one exponential from the first window to the end of the light. An interval that contains 1 is "
        "called no adaptation, and where the dark current drifts in 60 s by more than half of the change, the change "
        "is not called adaptation either (DRIFT)."
    ),
    requires=(
        "light pulses of 50.5 s or more marked `adaptation`; 5 of each for their scatter",
        "a record of the dark current for 60 s before each",
    ),
    reference="metric standard M38",
    compute=_compute,
)
