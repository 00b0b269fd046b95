"""Current traces with pulses: single responses (P02) and pairs (P03)."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from labkit.core import FloatArray, Kind, LabkitError
from labkit.importing._arranged import Arranged, continued_time, samples_of
from labkit.importing._columns import Readings
from labkit.importing._map import ImportMap
from labkit.importing._timeline import Row

_MOST_GUESSED = 100
_GONE_UP, _COME_BACK = 0.5, 0.3
"""Shares of the largest change at which a response is seen, and is over."""
_SAME_INTERVAL = 0.02
"""Intervals that differ by less than this share are repeats of one."""
_TELL = (
    "name the `stimulus` column in the map (light or gate voltage), or give the pulses: "
    '`pulses: {begins: [10 s, 70 s], width: "20 ms"}`; `labkit import FILE --propose > map.yaml` guesses them'
)


def arrange_pulses(readings: Readings, mapped: ImportMap) -> Arranged:
    """Find the pulses of a trace by the edges of the stimulus, or by the times in the map.

    An edge lies between two readings, and a reading may integrate over a whole period: both are in the uncertainty of
    the edges. Raises LabkitError when there are no pulses.
    """
    time = continued_time(readings)
    if time is None:
        raise LabkitError("a trace needs the time of every reading", "name the time column in the map")
    period = float(np.median(np.diff(time)))
    pulses, uncertainty = _pulses(readings, mapped, time, period)
    marks = _marks(mapped, pulses)
    level = mapped.pulses.level
    found = [
        (begin, end, level if level is not None else high, mark)
        for (begin, end, high), mark in zip(pulses, marks, strict=True)
    ]
    record = Row(
        Kind.RECORD, "", mapped.response, float(time[0]), float(time[-1]), first_sample=0, sample_count=len(time)
    )
    rows = [record, *_rows(found, mapped.terminals.stimulus, uncertainty)]
    told = ["how far the pulses deviate from what was asked for is unknown"]
    if any(not np.isfinite(each[2]) for each in found):
        told.append("the level of the pulses is unknown; `pulses: {level: ...}` in the map says it")
    return Arranged(samples_of(readings, time), tuple(rows), tuple(told))


_Pulse = tuple[float, float, float]
"""Begin (s), end (s), level (NaN where unknown)."""


def _pulses(readings: Readings, mapped: ImportMap, time: FloatArray, period: float) -> tuple[list[_Pulse], float]:
    """Give the pulses and the standard uncertainty of their edges (s)."""
    declared = mapped.pulses
    aperture = mapped.known.aperture if mapped.known.aperture is not None else period
    if declared.begins:
        if declared.width is None:
            raise LabkitError("the map gives begins of pulses without their width", "add `width` under `pulses`")
        return [(begin, begin + declared.width, float("nan")) for begin in declared.begins], aperture / float(
            np.sqrt(12)
        )
    if readings.stimulus is None:
        raise LabkitError("nothing tells where the pulses are", _TELL)
    edges = _edges(readings.stimulus)
    if not edges:
        raise LabkitError("the stimulus column has no pulse: it never goes up and down again", _TELL)
    found = [_between_readings(time, begin, end) for begin, end in edges]
    width = declared.width if declared.width is not None else _common_width(found, period)
    known = readings.stimulus_is_level
    pulses = [
        (begin, end if width is None else begin + width, _level(readings.stimulus, span) if known else float("nan"))
        for (begin, end), span in zip(found, edges, strict=True)
    ]
    return pulses, float(np.hypot(period, aperture)) / float(np.sqrt(12))


def pulses_by_response(time: FloatArray, current: FloatArray) -> tuple[tuple[float, ...], float] | None:
    """Guess when pulses began (s) and how wide they are (s) from where the current leaves its rest and turns back.

    A guess to be corrected: the response of a slow device lags behind its pulse. None where no response is seen.
    """
    rest = current[: max(len(current) // 50, 5)]
    change = np.abs(current - np.median(rest))
    quiet = max(4 * float(np.std(rest)), 0.02 * float(np.max(change)))
    starts, above = [], False
    for index, size in enumerate(change / np.max(change) if np.any(change > quiet) else ()):
        if not above and size > _GONE_UP:
            starts.append(index)
        above = size > (_COME_BACK if above else _GONE_UP)
    begins, widths = [], []
    for start, end in pairwise([*starts, len(current)]):
        still = np.flatnonzero(change[:start] < quiet)
        foot = int(still[-1]) if len(still) else start
        peak = start + int(np.argmax(change[start:end]))
        begins.append(float(time[foot]))
        widths.append(float(time[peak] - time[foot]))
    if not begins or len(begins) > _MOST_GUESSED:
        return None
    return tuple(begins), float(np.median(widths))


def _level(stimulus: FloatArray, span: tuple[int, int]) -> float:
    return float(np.median(stimulus[span[0] : span[1]]))


def _edges(stimulus: FloatArray) -> list[tuple[int, int]]:
    """Give the stretches beyond half way between rest (the median of the lower half) and the farthest level."""
    rest = float(np.median(stimulus))
    swing = stimulus - rest
    farthest = float(swing[np.argmax(np.abs(swing))])
    if farthest == 0:
        return []
    high = swing / farthest > 0.5
    steps = np.flatnonzero(np.diff(np.concatenate([[False], high, [False]]).astype(np.int8)))
    spans = [(int(begin), int(end)) for begin, end in zip(steps[::2], steps[1::2], strict=True)]
    return [(begin, end) for begin, end in spans if begin > 0 and end < len(stimulus)]


def _between_readings(time: FloatArray, begin: int, end: int) -> tuple[float, float]:
    return float(time[begin - 1] + time[begin]) / 2, float(time[end - 1] + time[end]) / 2


def _common_width(found: Sequence[tuple[float, float]], period: float) -> float | None:
    """Give the width that all pulses share as far as the sampling can tell; None where they differ."""
    widths = np.array([end - begin for begin, end in found])
    return float(np.median(widths)) if np.ptp(widths) <= 2.01 * period else None


def _marks(mapped: ImportMap, pulses: Sequence[_Pulse]) -> list[str]:
    pattern = mapped.pulses.marks or (("epsc",) if mapped.protocol == "P02" else ("first", "second"))
    if len(pulses) % len(pattern):
        raise LabkitError(
            f"{len(pulses)} pulses are no whole number of {', '.join(pattern)}",
            "give the marks of the pulses in their order: `pulses: {marks: [control, first, second]}`",
        )
    return [pattern[index % len(pattern)] for index in range(len(pulses))]


def _rows(found: Sequence[tuple[float, float, float, str]], terminal: str, uncertainty: float) -> list[Row]:
    intervals = _intervals(found)
    counts: dict[float, int] = {}
    rows = []
    for index, (begin, end, level, mark) in enumerate(found):
        interval = intervals.get(index)
        loops, values = {}, {}
        if interval is not None:
            if mark == "first":
                counts[interval] = counts.get(interval, -1) + 1
            loops = {"interval": sorted(set(intervals.values())).index(interval), "repeat": counts[interval]}
            values = {"interval": interval}
        elif mark == "epsc":
            loops = {"repeat": index}
        rows.append(
            Row(
                Kind.PULSE,
                mark,
                terminal,
                begin,
                end,
                level=level,
                time_uncertainty=uncertainty,
                loops=loops,
                values=values,
            )
        )
    return rows


def _intervals(found: Sequence[tuple[float, float, float, str]]) -> dict[int, float]:
    """Give the interval (end to start, s) of both pulses of every pair; those that agree within 2 % are one."""
    firsts = [i for i, each in enumerate(found[:-1]) if each[3] == "first" and found[i + 1][3] == "second"]
    gaps = {index: found[index + 1][0] - found[index][1] for index in firsts}
    nominal: list[list[float]] = []
    for gap in sorted(gaps.values()):
        if nominal and gap <= nominal[-1][0] * (1 + _SAME_INTERVAL):
            nominal[-1].append(gap)
        else:
            nominal.append([gap])
    names = {gap: float(f"{np.median(group):.3g}") for group in nominal for gap in group}
    return {place: names[gap] for index, gap in gaps.items() for place in (index, index + 1)}
