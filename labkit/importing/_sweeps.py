"""Current-voltage sweeps as closed loops (P15)."""

from itertools import pairwise

import numpy as np

from labkit.core import FloatArray, IntArray, Kind, LabkitError
from labkit.importing._arranged import Arranged, continued_time, parts_of, samples_of
from labkit.importing._columns import Readings
from labkit.importing._map import ImportMap
from labkit.importing._timeline import Row

SHORTEST_LOOP = 10
_NO_TIME = (
    "no time column and no `rate`: the ramp rate is unknown, and the time axis of the run only counts the readings"
)


def arrange_sweeps(readings: Readings, mapped: ImportMap) -> Arranged:
    """Cut sweeps into closed loops, one row each.

    Raises LabkitError when there is no voltage or no closed loop.
    """
    voltage = readings.voltage
    if voltage is None or not np.all(np.isfinite(voltage)):
        raise LabkitError("a current-voltage loop needs a voltage in every row", "name the voltage column in the map")
    time, told = _time(readings, voltage, mapped)
    rate = mapped.rate
    if rate is None and readings.time is None:
        rate = float("nan")
    spans = loop_spans(voltage, parts_of(readings))
    if not spans:
        raise LabkitError(
            "no sweep of the file comes back to where it began, so that it has one branch only",
            "import sweeps that are closed (0, +V, 0, -V, 0), or join the two branches in one file",
        )
    rows = tuple(
        Row(
            Kind.RAMP,
            "loop",
            mapped.response,
            float(time[begin]),
            float(time[end - 1]),
            first_sample=begin,
            sample_count=end - begin,
            loops={"cycle": number} | ({"rate": 0} if rate is not None else {}),
            values={"rate": rate} if rate is not None else {},
        )
        for number, (begin, end) in enumerate(spans)
    )
    left = _left_out(voltage, spans)
    if left:
        told = (*told, f"{left} readings belong to no closed loop; they are in the file, in no metric")
    return Arranged(samples_of(readings, time), rows, told)


def _left_out(voltage: FloatArray, spans: list[tuple[int, int]]) -> int:
    """Count the readings away from the base that no loop holds."""
    inside = np.zeros(len(voltage), bool)
    for begin, end in spans:
        inside[begin:end] = True
    base = np.min(np.abs(voltage))
    return int(np.sum(~inside & (np.abs(voltage) > base + 1.5 * np.median(np.abs(np.diff(voltage))))))


def _time(readings: Readings, voltage: FloatArray, mapped: ImportMap) -> tuple[FloatArray, tuple[str, ...]]:
    time = continued_time(readings)
    if time is not None:
        return time, ()
    if mapped.rate is None:
        return np.arange(len(readings), dtype=float), (_NO_TIME,)
    step = float(np.median(np.abs(np.diff(voltage))))
    return np.arange(len(readings), dtype=float) * (step / mapped.rate), (
        "times are computed from the voltage step and `rate`",
    )


def loop_spans(voltage: FloatArray, parts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give first reading and end of every closed loop that begins and ends at the lowest |V| of its part.

    A loop is over when the voltage is back at its beginning and goes on as it began: 0, +V, 0 is one loop where +V
    follows again, and half of one where -V follows.
    """
    return [
        (begin + first, begin + last)
        for begin, end in parts
        for first, last in _loops(np.asarray(voltage[begin:end], float))
    ]


def _loops(voltage: FloatArray) -> list[tuple[int, int]]:
    steps = np.abs(np.diff(voltage))
    step = float(np.median(steps[steps > 0])) if np.any(steps > 0) else 0.0
    if step == 0 or len(voltage) < SHORTEST_LOOP:
        return []
    base = 0.0 if np.min(voltage) <= step and np.max(voltage) >= -step else float(voltage[0])
    away = np.asarray(voltage - base, float)
    side = np.where(np.abs(away) <= 0.51 * step, 0, np.sign(away)).astype(np.int64)
    return _paired([each for each in _excursions(side) if _closed(each, away, 1.51 * step)])


_Excursion = tuple[int, int, int]
"""A stretch on one side of the base: its sign, its first reading, its end."""


def _excursions(side: IntArray) -> list[_Excursion]:
    edges = [0, *(np.flatnonzero(np.diff(side)) + 1).tolist(), len(side)]
    spans = pairwise(edges)
    return [(int(side[a]), a, b) for a, b in spans if side[a] != 0 and b - a >= SHORTEST_LOOP // 2]


def _closed(excursion: _Excursion, away: FloatArray, near: float) -> bool:
    """Tell whether a stretch comes from the base and goes back to it; at the file's ends a step may be missing."""
    _, begin, end = excursion
    return bool((begin > 0 or abs(away[0]) <= near) and (end < len(away) or abs(away[-1]) <= near))


def _paired(excursions: list[_Excursion]) -> list[tuple[int, int]]:
    """Join a stretch on the first side with the one on the other side that follows; give first reading and end."""
    groups: list[list[_Excursion]] = []
    for excursion in excursions:
        completes = groups and excursion[0] != excursions[0][0] and len(groups[-1]) == 1
        if completes:
            groups[-1].append(excursion)
        else:
            groups.append([excursion])
    full = max((len(group) for group in groups), default=0)
    return [(group[0][1], group[-1][2]) for group in groups if len(group) == full]
