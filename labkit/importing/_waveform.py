"""A whole waveform of writing pulses and reads in one voltage column, as a list sweep leaves it (P10)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from labkit.core import FloatArray, Kind, LabkitError
from labkit.importing._arranged import Arranged, continued_time, samples_of
from labkit.importing._columns import Readings
from labkit.importing._map import ImportMap
from labkit.importing._timeline import Row

_SAME_LEVEL = 0.03
"""Plateaus that differ by less than this share, or than the noise of the readings, have one level."""
_WIDEST_STEP = 0.05
_FINEST_STEP = 1e-4
_NOISE = 20.0
"""Six standard deviations of the difference of two readings, in units of its lower quartile."""
_LEAST_RATIO = 1.5
"""A writing pulse is at least so much larger than the read voltage (the standard asks for five)."""
_FEWEST_PULSES = 4
_GAP = 3.0
"""Readings so many periods apart do not belong to one read."""
_LATE = (8.0, 12.0)
"""A read at so many times the delay of the first one stands for the one at ten times."""


@dataclass(frozen=True, slots=True)
class Plateau:
    """Readings from `first` to before `end` at one voltage (V)."""

    first: int
    end: int
    voltage: float


@dataclass(frozen=True, slots=True)
class Waveform:
    """The plateaus of a waveform that write and those that read, in order of time; those at rest are left out."""

    read_voltage: float
    pulses: tuple[Plateau, ...]
    reads: tuple[Plateau, ...]


def find_waveform(
    voltage: FloatArray | None, read_voltage: float | None = None, time: FloatArray | None = None
) -> Waveform | None:
    """Tell pulses from reads by the voltage (V), or None where it holds no pulses with reads between them.

    A gap in the time (s) parts two reads at one voltage: instruments often do not record what is between them.
    The reads are at `read_voltage`, or at the smallest voltage there is, which must come back after every other pulse
    or more often.
    """
    if voltage is None or len(voltage) < 2 * _FEWEST_PULSES or not np.all(np.isfinite(voltage)):
        return None
    step = _step(voltage)
    plateaus = [each for each in _plateaus(voltage, step, time) if abs(each.voltage) > step]
    plateaus = _levelled(plateaus, step)
    levels = sorted({each.voltage for each in plateaus}, key=abs)
    smallest = levels[:1] if read_voltage is None else [read_voltage]
    for level in (each for each in levels if smallest and _same(abs(each), abs(smallest[0]), step)):
        reads = tuple(each for each in plateaus if each.voltage == level)
        pulses = tuple(each for each in plateaus if abs(each.voltage) >= _LEAST_RATIO * abs(level))
        if len(pulses) >= _FEWEST_PULSES and len(reads) >= len(pulses) / 2:
            return Waveform(level, pulses, reads)
    return None


def _step(voltage: FloatArray) -> float:
    """Give the change of voltage from which on it is another level: beyond the noise, or 10^-4 of the largest.

    Where readings follow each other at other levels, their differences tell no noise.
    """
    largest = float(np.max(np.abs(voltage)))
    noise = _NOISE * float(np.quantile(np.abs(np.diff(voltage)), 0.25))
    return max(noise if noise < _WIDEST_STEP * largest else 0.0, _FINEST_STEP * largest)


def _plateaus(voltage: FloatArray, step: float, time: FloatArray | None) -> list[Plateau]:
    """Cut at steps and gaps; a single reading between a lower and a higher neighbour is an edge that was caught."""
    changes = np.abs(np.diff(voltage)) > step
    if time is not None:
        periods = np.diff(time)
        changes |= periods > _GAP * np.median(periods)
    cuts = [0, *(np.flatnonzero(changes) + 1).tolist(), len(voltage)]
    found = [Plateau(first, end, float(np.median(voltage[first:end]))) for first, end in pairwise(cuts)]
    return [
        each
        for before, each, after in zip([None, *found], found, [*found[1:], None], strict=False)
        if not _is_edge(before, each, after)
    ]


def _is_edge(before: Plateau | None, each: Plateau, after: Plateau | None) -> bool:
    if before is None or after is None or each.end - each.first > 1:
        return False
    longer = before.end - before.first > 1 and after.end - after.first > 1
    return longer and min(before.voltage, after.voltage) < each.voltage < max(before.voltage, after.voltage)


def _same(one: float, other: float, step: float) -> bool:
    return abs(one - other) <= max(step, _SAME_LEVEL * abs(other))


def _levelled(plateaus: Sequence[Plateau], step: float) -> list[Plateau]:
    """Give plateaus whose voltages differ by no more than the readings scatter their common median (V)."""
    groups: list[list[float]] = []
    for value in sorted(each.voltage for each in plateaus):
        if groups and _same(value, groups[-1][0], step):
            groups[-1].append(value)
        else:
            groups.append([value])
    common = {value: float(np.median(group)) for group in groups for value in group}
    return [Plateau(each.first, each.end, common[each.voltage]) for each in plateaus]


def arrange_waveform(readings: Readings, mapped: ImportMap, found: Waveform) -> Arranged:
    """Make LTP/LTD cycles of a waveform: every plateau that writes a pulse, every one at the read voltage a read.

    A cycle begins where potentiation follows depression; the last read before it is its initial one. Raises LabkitError
    without a time column.
    """
    time = continued_time(readings)
    if time is None:
        raise LabkitError("a waveform needs the time of every reading", "name the time column in the map")
    rises = _rising_polarity(readings.current, found)
    told = (
        f"reads were taken to be at {found.read_voltage:.3g} V, all other levels to write; `read_voltage` says it",
        f"pulses of {'positive' if rises else 'negative'} polarity were taken to potentiate: |I| grows with them",
        "edges of pulses lie between two readings, and how far pulses deviate from what was asked for is unknown",
    )
    rows = tuple(_rows(found, time, mapped.response, rises))
    return Arranged(samples_of(readings, time), rows, told, ("pulse_energy",))


def _rows(found: Waveform, time: FloatArray, terminal: str, rises: bool) -> Iterator[Row]:
    """Give the rows in order of time, counted by cycle and pulse; `rises` where positive pulses potentiate.

    The first read after a pulse is its read; another one at ten times its delay tells what stays (M14).
    """
    writes = set(found.pulses)
    widths = _widths(found.pulses, time)
    cycle, number, direction = 0, 0, ""
    written = delay = 0.0
    before: Plateau | None = None
    for plateau in sorted((*found.pulses, *found.reads), key=lambda each: each.first):
        if plateau not in writes:
            before = plateau
            waited = float(time[plateau.first]) - written
            if direction and not delay:
                yield _row(Kind.READ, direction, terminal, plateau, time, {"cycle": cycle, "pulse": number})
                delay = waited
            elif direction == "potentiation" and _LATE[0] < waited / delay < _LATE[1]:
                yield _row(Kind.READ, "late", terminal, plateau, time, {"cycle": cycle})
            continue
        mark = "potentiation" if (plateau.voltage > 0) == rises else "depression"
        number = number + 1 if mark == direction else 0
        if mark == "potentiation" and number == 0:
            cycle += direction == "depression"
            if before is not None:
                yield _row(Kind.READ, "initial", terminal, before, time, {"cycle": cycle})
        direction, delay, written = mark, 0.0, _edges(plateau, time)[1]
        inside = {"cycle": cycle, "pulse": number}
        yield _row(Kind.PULSE, mark, terminal, plateau, time, inside, widths.get(plateau.voltage))


def _rising_polarity(current: FloatArray, found: Waveform) -> bool:
    """Tell whether it is the positive pulses that make the read current grow."""
    firsts = np.array([each.first for each in found.reads])
    levels = np.array([np.abs(np.nanmean(current[each.first : each.end])) for each in found.reads])
    growth: dict[bool, list[float]] = {True: [], False: []}
    for pulse in found.pulses:
        after = int(np.searchsorted(firsts, pulse.first))
        if 0 < after < len(firsts):
            growth[pulse.voltage > 0].append(float(levels[after] - levels[after - 1]))
    up, down = (float(np.nansum(growth[sign])) for sign in (True, False))
    return up >= down


def _edges(plateau: Plateau, time: FloatArray) -> tuple[float, float]:
    """Give begin and end (s): half way to the readings beside it, where none was left out in between."""
    first, last = plateau.first, plateau.end - 1
    period = float(np.median(np.diff(time[first : plateau.end]) if last > first else np.diff(time)))
    before = float(time[first] - time[max(first - 1, 0)])
    after = float(time[min(last + 1, len(time) - 1)] - time[last])
    return float(time[first]) - min(before, period) / 2, float(time[last]) + min(after, period) / 2


def _widths(pulses: Sequence[Plateau], time: FloatArray) -> dict[float, float]:
    """Give the width (s) of the pulses of each level that all of them share as far as the sampling can tell."""
    period = float(np.median(np.diff(time)))
    by_level: dict[float, list[float]] = {}
    for pulse in pulses:
        begin, end = _edges(pulse, time)
        by_level.setdefault(pulse.voltage, []).append(end - begin)
    alike = {level: widths for level, widths in by_level.items() if np.ptp(widths) <= 2.01 * period}
    return {level: float(np.median(widths)) for level, widths in alike.items()}


def _row(
    kind: Kind,
    mark: str,
    terminal: str,
    plateau: Plateau,
    time: FloatArray,
    loops: dict[str, int],
    width: float | None = None,
) -> Row:
    begin, end = _edges(plateau, time)
    if kind is Kind.READ:
        begin = float(time[plateau.first])
    gap = float(time[plateau.first] - time[max(plateau.first - 1, 0)])
    return Row(
        kind,
        mark,
        terminal,
        begin,
        end if width is None else begin + width,
        level=plateau.voltage,
        first_sample=plateau.first,
        sample_count=plateau.end - plateau.first,
        time_uncertainty=gap / float(np.sqrt(12)),
        loops=loops,
    )
