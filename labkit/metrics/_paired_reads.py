"""Paired voltage pulses on a two-terminal device: the weight is read after the pulses, never within them.

Between two close pulses there is no time to read. So the first amplitude is that of a single pulse from the same
erased state, read as long after it as the pair is read after its second pulse; another single pulse is read when the
pair is, and tells what the first pulse leaves.
"""

from collections.abc import Sequence

import numpy as np

from labkit.core import Flag, FloatArray, Kind, Run
from labkit.metrics._metric import NotMeasured
from labkit.metrics._pairs import PairedPulses, Pairs, paired_pulses
from labkit.metrics._stimuli import Event, dose_flags, events, response_terminal
from labkit.metrics._transients import Response, Responses, responses_to

SINGLE, CONTROL, FIRST, SECOND = "single", "control", "first", "second"
NONE = (0.0, 0.0)
_Round = tuple[tuple[str, int], ...]


def measured_pairs(run: Run) -> PairedPulses:
    """Read a paired-pulse run, optical or electrical.

    Electrical pairs with single pulses marked `single` are taken from their reads; all others from the trace. Raises
    NotMeasured when there are no pairs.
    """
    singles = events(run, Kind.PULSE, [SINGLE])
    if not singles or singles[0].terminal != response_terminal(run):
        return paired_pulses(run)
    return _paired_reads(run, singles)


def _paired_reads(run: Run, singles: Sequence[Event]) -> PairedPulses:
    found = {SINGLE: _by_round(responses_to(run, tuple(singles)))}
    for mark in (FIRST, SECOND, CONTROL):
        pulses = events(run, Kind.PULSE, [mark])
        found[mark] = _by_round(responses_to(run, pulses)) if pulses else {}
    whole = [each for each in found[SINGLE] if each in found[FIRST] and each in found[SECOND]]
    if not whole:
        raise NotMeasured(
            f"no pair marked `{FIRST}` and `{SECOND}` goes with a single pulse marked `{SINGLE}`",
            "put a pair and a single pulse into every repeat of an interval",
        )
    rounds: dict[float, list[_Round]] = {}
    for each in whole:
        first, second = found[FIRST][each].stimulus, found[SECOND][each].stimulus
        rounds.setdefault(first.values.get("interval", round(second.begin - first.end, 9)), []).append(each)
    firsts = responses_to(run, tuple(found[SINGLE][each].stimulus for each in whole))
    pairs = tuple(_pairs(interval, own, found) for interval, own in sorted(rounds.items()))
    controls = found[CONTROL].values()
    measured = responses_to(run, tuple(item.stimulus for item in controls)) if controls else None
    return PairedPulses(pairs, firsts, measured, firsts.items[0].stimulus.width)


def _by_round(found: Responses) -> dict[_Round, Response]:
    """Give responses by the iterations around them."""
    return {tuple(item.stimulus.loops.items()): item for item in found.items}


def _pairs(interval: float, rounds: Sequence[_Round], found: dict[str, dict[_Round, Response]]) -> Pairs:
    singles, firsts, seconds = ([found[mark][each] for each in rounds] for mark in (SINGLE, FIRST, SECOND))
    controls = [found[CONTROL][each] for each in rounds if each in found[CONTROL]]
    baselines = np.array([item.baseline.mean for item in firsts])
    windows = [window for item in (*singles, *controls) for window in (item.baseline, item.peak)]
    windows += [item.baseline for item in firsts] + [item.peak for item in seconds]
    flags: set[Flag] = dose_flags(item.stimulus for item in (*singles, *firsts, *seconds))
    return Pairs(
        interval,
        baselines,
        _amplitudes(singles),
        np.array([item.level for item in seconds]) - baselines,
        np.full(len(rounds), np.nan),
        frozenset(flags.union(*(window.blocked for window in windows))),
        NONE,
        sum(len(window) for window in windows),
        tuple(zip(singles, seconds, strict=True)),
        _amplitudes(controls) if len(controls) == len(rounds) else None,
    )


def _amplitudes(items: Sequence[Response]) -> FloatArray:
    return np.array([item.amplitude for item in items])
