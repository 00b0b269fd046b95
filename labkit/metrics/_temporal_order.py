"""Temporal order: what a train of electrical pulses leaves, against which of them met the light."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from labkit.core import Curve, Estimate, Flag, FloatArray, Kind, Result, Run, format_quantity
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._statistics import paired_ratio, repeats_mean
from labkit.metrics._stimuli import Event, dose_flags, events, require_events, response_terminal
from labkit.metrics._windows import trace_of

LEAST_REPEATS = 10
TRAIN, BEFORE, AFTER = "train", "before", "after"
_NAME = "temporal_order"
_REMEDY = "read before and after each train of pulses marked train (protocol temporal_order)"
_METHOD = (
    "mean over repeats of the current after a train above that before it; ratios of means with Fieller's interval, "
    "paired by repeat; which pulses met the light is taken from the pulses as delivered"
)
_Pattern = tuple[int, ...]
"""The electrical pulses of a train, from 1, that met the light."""


@dataclass(frozen=True, slots=True)
class Train:
    """One train: the `pattern` of its lit pulses, the current (A) before it and the change that it left."""

    repeat: int
    pattern: _Pattern
    before: float
    change: float
    flags: frozenset[Flag]


def read_trains(run: Run) -> tuple[Train, ...]:
    """Read the trains of a run, each between its last read marked `before` and that marked `after`.

    Raises NotMeasured when there is none.
    """
    terminal = response_terminal(run)
    trace = trace_of(run, terminal)
    reads = events(run, Kind.READ, (BEFORE, AFTER), terminal)
    pulses = events(run, Kind.PULSE, (TRAIN,))
    found = []
    for before, after in pairwise(reads):
        own = [pulse for pulse in pulses if before.end <= pulse.begin and pulse.end <= after.begin]
        if (before.mark, after.mark) != (BEFORE, AFTER) or not own:
            continue
        windows = [trace.rows(read.first_sample, read.sample_count) for read in (before, after)]
        start, end = (window.mean for window in windows)
        flags = frozenset(dose_flags(own).union(*(window.blocked for window in windows)))
        found.append(Train(after.loops.get("repeat", 0), _pattern(run, own), start, end - start, flags))
    if not found:
        raise NotMeasured("the run holds no train of pulses between two reads", _REMEDY)
    return tuple(found)


def _pattern(run: Run, pulses: list[Event]) -> _Pattern:
    kinds = run.description.terminals
    electrical = [pulse for pulse in pulses if kinds[pulse.terminal] == "electrical"]
    lights = [pulse for pulse in pulses if kinds[pulse.terminal] == "optical" and pulse.level > 0]
    return tuple(
        place
        for place, pulse in enumerate(electrical, 1)
        if any(light.begin < pulse.end and pulse.begin < light.end for light in lights)
    )


def _compute(run: Run) -> tuple[Result, ...]:
    require_events(events(run, Kind.PULSE, (TRAIN,)), "train of pulses", _REMEDY)
    trains = read_trains(run)
    changes: dict[_Pattern, dict[int, float]] = {}
    for train in trains:
        changes.setdefault(train.pattern, {})[train.repeat] = train.change
    single = sorted(pattern for pattern in changes if len(pattern) == 1)
    if len(single) < 2:
        raise NotMeasured("light met the same electrical pulse in every train", "vary the place of the light")
    late, early = single[-1], single[0]
    flags = frozenset[Flag]().union(*(train.flags for train in trains))
    notes = _notes(trains)
    several = max((pattern for pattern in changes if len(pattern) > 1), default=None)
    return (
        _ratio("late_early", "ΔI_late/ΔI_early", changes, late, early, flags, notes, _curve(changes, single)),
        _ratio("light", "ΔI_late/ΔI_dark", changes, late, (), flags, notes),
        _ratio("equivalence", "ΔI_several/ΔI_late", changes, several, late, flags, notes),
    )


def _notes(trains: tuple[Train, ...]) -> dict[str, str]:
    starts = [train.before for train in trains]
    low, high = (format_quantity(each, "A", 3) for each in (min(starts), max(starts)))
    return {"before the trains": f"{low} to {high}"}


def _ratio(
    variant: str,
    symbol: str,
    changes: Mapping[_Pattern, Mapping[int, float]],
    top: _Pattern | None,
    bottom: _Pattern,
    flags: frozenset[Flag],
    notes: Mapping[str, str],
    curve: tuple[Curve, ...] = (),
) -> Result:
    tops, bottoms = changes.get(top, {}) if top is not None else {}, changes.get(bottom, {})
    both = sorted(set(tops) & set(bottoms))
    reason, estimate = "", None
    if both:
        estimate = _paired(tops, bottoms, both)
    else:
        reason = f"no repeat holds a train with light upon {_words(top)} and one with light upon {_words(bottom)}"
    raised = set(flags) | ({Flag.REPEATS} if len(both) < LEAST_REPEATS else set())
    return outcome(
        _NAME,
        f"temporal_order.{variant}/1",
        symbol,
        estimate,
        "1",
        _METHOD,
        flags=raised if estimate is not None else flags,
        reason=reason,
        counts={"repeat": len(both)},
        notes={**notes, "light upon pulse": f"{_words(top)} against {_words(bottom)}"},
        curves=curve,
    )


def _paired(tops: Mapping[int, float], bottoms: Mapping[int, float], both: list[int]) -> Estimate:
    return paired_ratio(np.array([tops[each] for each in both]), np.array([bottoms[each] for each in both]))


def _words(pattern: _Pattern | None) -> str:
    if pattern is None:
        return "several"
    return " and ".join(str(place) for place in pattern) or "none"


def _curve(changes: Mapping[_Pattern, Mapping[int, float]], single: Sequence[_Pattern]) -> tuple[Curve, ...]:
    """Give the change against the pulse that met the light; at 0 that of the dark train, where there is one."""
    shown = [pattern for pattern in ((), *single) if pattern in changes]
    means = [repeats_mean(_values(changes[pattern]), "A") for pattern in shown]
    return (
        Curve(
            "what a train leaves, by the pulse that met the light",
            np.array([pattern[0] if pattern else 0 for pattern in shown], float),
            np.array([mean.value for mean in means]),
            "pulse that met the light",
            "1",
            "change of current",
            "A",
            np.array([mean.uncertainty for mean in means]),
        ),
    )


def _values(changes: Mapping[int, float]) -> FloatArray:
    return np.array(list(changes.values()))


TEMPORAL_ORDER = Metric(
    name=_NAME,
    definition="temporal_order.late_early/1",
    title="Temporal order of light among electrical pulses",
    unit="1",
    formula="ΔI_late / ΔI_early,  ΔI_late / ΔI_dark,  ΔI_several / ΔI_late;  ΔI = I after the train - I before it",
    description=(
        "What a train of electrical pulses leaves when the light meets its last pulse, against light upon an earlier "
        "one, upon none, and upon several. The currents are those after the photocurrent has faded. A ratio to a dark "
        "train that leaves nothing is not given. The equivalence is 1 when light upon several early pulses is worth as "
        "much as light upon the last."
    ),
    requires=("pulses marked train of two terminals", "reads marked before and after each train"),
    reference="labkit; X. Zhang et al., Nano Lett. 2024, 10.1021/acs.nanolett.3c05092, describes the test",
    compute=_compute,
)
