"""Look at a lane between two times: corners to draw, and what is too small to be told apart as bands."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from labkit.core import FloatArray
from labkit.protocol._course import Corner, Happening, Part, Piece, Readings, Rounds, Row, part_at

_MOST_CORNERS = 4000
_COARSE = 3
"""What takes fewer steps of the resolution than this is a band, however much happens in it."""
_SAME_LEVEL = 2e-3
"""Levels that differ by a smaller part of the lane's range are drawn as one."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that happens, at its times (ns) in the course, with the rounds of loops that it is in, outer first."""

    happening: Happening
    begin: int
    end: int
    begin_asked: int
    end_asked: int
    rounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """A lane between two times (s): what there is to draw.

    `time` and `level` are the corners of the level as delivered; `asked_time`, `asked_level` those of what was asked
    for where it differs, NaN between; `bands` are rows of begin, end, lowest and highest level where there is more than
    can be told apart; `readings` and `refused` rows of begin, end.
    """

    time: FloatArray
    level: FloatArray
    asked_time: FloatArray
    asked_level: FloatArray
    bands: FloatArray
    readings: FloatArray
    refused: FloatArray
    seen: tuple[Seen, ...]


def look(part: Part, begin: int, end: int, resolution: int, refused: Collection[int] = ()) -> Look:
    """Look at what lies between `begin` and `end` (ns), nothing finer than `resolution` (ns) told apart.

    The effort goes with (end - begin) / resolution, not with how much happens. `refused` are lines of the protocol.
    """
    view = _View(begin, end, max(1, resolution), frozenset(refused), _SAME_LEVEL * (part.high - part.low))
    view.walk(part, 0, False)
    return view.result()


def seen_at(part: Part, time: int) -> Seen | None:
    """Give what happens at a time (ns), or None."""
    origin, rounds = 0, []
    while not isinstance(part, Piece):
        if isinstance(part, Row):
            if not part.parts:
                return None
            k = part_at(part, time - origin)
            origin, part = origin + part.starts[k], part.parts[k]
        else:
            k = min((time - origin) // max(1, part.part.duration), part.count - 1)
            rounds.append(part.words(k))
            origin, part = origin + k * part.part.duration, part.part
    found = part.happening
    if found is None or not origin + min(found.begin, found.begin_asked) <= time < origin + max(
        found.end, found.end_asked
    ):
        return None
    return _seen(found, origin, tuple(rounds))


def next_after(part: Part, time: int) -> Seen | None:
    """Give the first thing that begins after a time (ns)."""
    return next(_from(part, 0, time, ()), None)


def last_before(part: Part, time: int) -> Seen | None:
    """Give the last thing that begins before a time (ns)."""
    return next(_until(part, 0, time, ()), None)


def _seen(found: Happening, origin: int, rounds: tuple[str, ...]) -> Seen:
    return Seen(
        found,
        origin + found.begin,
        origin + found.end,
        origin + found.begin_asked,
        origin + found.end_asked,
        rounds,
    )


def _from(part: Part, origin: int, time: int, rounds: tuple[str, ...]) -> Iterator[Seen]:
    if not part.eventful or origin + part.duration <= time:
        return
    if isinstance(part, Piece):
        if part.happening is not None and origin + part.happening.begin > time:
            yield _seen(part.happening, origin, rounds)
    elif isinstance(part, Row):
        for k in range(part_at(part, time - origin), len(part.parts)):
            yield from _from(part.parts[k], origin + part.starts[k], time, rounds)
    elif part.part.duration:
        first = max(0, (time - origin) // part.part.duration)
        for k in range(first, part.count):
            yield from _from(part.part, origin + k * part.part.duration, time, (*rounds, part.words(k)))


def _until(part: Part, origin: int, time: int, rounds: tuple[str, ...]) -> Iterator[Seen]:
    if not part.eventful or origin >= time:
        return
    if isinstance(part, Piece):
        if part.happening is not None and origin + part.happening.begin < time:
            yield _seen(part.happening, origin, rounds)
    elif isinstance(part, Row):
        for k in range(part_at(part, time - origin), -1, -1):
            yield from _until(part.parts[k], origin + part.starts[k], time, rounds)
    elif part.part.duration:
        last = min(part.count - 1, (time - origin) // part.part.duration)
        for k in range(last, -1, -1):
            yield from _until(part.part, origin + k * part.part.duration, time, (*rounds, part.words(k)))


class _View:
    """Collects what is seen on one walk through a lane."""

    def __init__(self, begin: int, end: int, resolution: int, refused: frozenset[int], same: float) -> None:
        self.begin, self.end, self.resolution = begin, end, resolution
        self.refused_lines, self.same = refused, same
        self.corners: list[Corner] = []
        self.asked: list[Corner] = []
        self.bands: list[tuple[int, int, float, float]] = []
        self.readings: list[tuple[int, int]] = []
        self.refused: list[tuple[int, int]] = []
        self.seen: list[Seen] = []

    def walk(self, part: Part, origin: int, told: bool) -> None:
        """Take in a part that begins at `origin`; `told` says that a refusal around it has been noted."""
        ends = origin + part.duration
        if ends <= self.begin or origin >= self.end:
            return
        if not told and self._is_refused(part):
            told = True
            self._join(self.refused, max(origin, self.begin), min(ends, self.end))
        if isinstance(part, Piece):
            self._piece(part, origin)
        elif part.duration < _COARSE * self.resolution:
            self._band(part, origin, ends)
        elif isinstance(part, Row):
            first, last = part_at(part, self.begin - origin), part_at(part, self.end - origin)
            for k in range(first, last + 1):
                self.walk(part.parts[k], origin + part.starts[k], told)
        else:
            self._rounds(part, origin, told)

    def _is_refused(self, part: Part) -> bool:
        if isinstance(part, Piece) or part.duration < _COARSE * self.resolution:
            return bool(self.refused_lines & part.lines)
        return part.line in self.refused_lines

    def _rounds(self, part: Rounds, origin: int, told: bool) -> None:
        length = part.part.duration
        if length < _COARSE * self.resolution and part.count > 1:
            if not told and self.refused_lines & part.lines:
                self._join(self.refused, max(origin, self.begin), min(origin + part.duration, self.end))
            self._band(part, max(origin, self.begin), min(origin + part.duration, self.end))
            return
        first = max(0, (self.begin - origin) // length)
        last = min(part.count - 1, (self.end - origin) // length)
        for k in range(first, last + 1):
            self.walk(part.part, origin + k * length, told)

    def _band(self, part: Part, begin: int, end: int) -> None:
        """Note that more happens from begin to end than can be told apart."""
        low, high = part.low, part.high
        if not part.eventful and low == high:
            self.corners += [(begin, low), (end, low)]
            return
        if self.bands:
            before = self.bands[-1]
            if begin <= before[1] and end - before[0] < _COARSE * self.resolution:
                low, high, begin = min(low, before[2]), max(high, before[3]), before[0]
                self.bands.pop()
                del self.corners[-4:]
        self.bands.append((begin, end, low, high))
        self.corners += [(begin, low), (begin, high), (end, high), (end, low)]

    def _piece(self, piece: Piece, origin: int) -> None:
        if piece.happening is not None and piece.duration >= self.resolution:
            self.seen.append(_seen(piece.happening, origin, ()))
        if piece.corners:
            self.corners += self._clipped(piece.corners, origin)
        else:
            begin, end = max(origin, self.begin), min(origin + piece.duration, self.end)
            self.corners += [(begin, piece.level), (end, piece.level)]
        if piece.asked and self._differs(piece):
            self.asked += [*self._clipped(piece.asked, origin), (origin + piece.duration, float("nan"))]
        if piece.readings is not None:
            self._measured(piece.readings, origin)

    def _clipped(self, corners: tuple[Corner, ...], origin: int) -> list[Corner]:
        """Give the corners in sight, with one beyond on either side; few enough to draw."""
        if len(corners) <= 8:
            return [(origin + time, level) for time, level in corners]
        times = np.array([time for time, _ in corners]) + origin
        first = max(0, int(np.searchsorted(times, self.begin)) - 1)
        last = min(len(corners), int(np.searchsorted(times, self.end)) + 1)
        step = max(1, (last - first) // _MOST_CORNERS)
        chosen = [*range(first, last, step), last - 1]
        return [(origin + corners[k][0], corners[k][1]) for k in chosen]

    def _differs(self, piece: Piece) -> bool:
        happening = piece.happening
        if happening is None:
            return True
        early, late = happening.begin - happening.begin_asked, happening.end - happening.end_asked
        apart = max(abs(early), abs(late), happening.edge)
        return apart >= self.resolution or abs(happening.level - happening.level_asked) > self.same

    def _measured(self, readings: Readings, origin: int) -> None:
        starts: Sequence[int]
        if readings.times:
            starts = readings.times
        elif readings.period < _COARSE * self.resolution:
            last = readings.first + (readings.count - 1) * readings.period + readings.aperture
            self._join(self.readings, origin + readings.first, origin + last)
            return
        else:
            low = max(0, (self.begin - origin - readings.first) // readings.period)
            high = min(readings.count - 1, (self.end - origin - readings.first) // readings.period)
            starts = [readings.first + k * readings.period for k in range(low, high + 1)]
        for start in starts:
            self._join(self.readings, origin + start, origin + start + readings.aperture)

    def _join(self, spans: list[tuple[int, int]], begin: int, end: int) -> None:
        """Add a span, as one with that before where nothing can be seen between them."""
        if spans and begin - spans[-1][1] < self.resolution and spans[-1][0] <= begin:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((begin, end))

    def result(self) -> Look:
        """Give what was seen, times in s."""
        time, level = _columns(self.corners)
        asked_time, asked_level = _columns(self.asked)
        bands = np.array(self.bands, float).reshape(-1, 4)
        bands[:, :2] *= 1e-9
        return Look(
            time * 1e-9,
            level,
            asked_time * 1e-9,
            asked_level,
            bands,
            _spans(self.readings),
            _spans(self.refused),
            tuple(self.seen),
        )


def _columns(corners: list[Corner]) -> tuple[FloatArray, FloatArray]:
    table = np.array(corners, float).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _spans(spans: list[tuple[int, int]]) -> FloatArray:
    """Give spans (ns) as rows of begin, end (s)."""
    return np.array(spans, float).reshape(-1, 2) * 1e-9
