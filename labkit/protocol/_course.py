"""What happens when, as trees that keep loops as loops: a million cycles cost no more than one."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise

Corner = tuple[int, float]
"""A time (ns, from the beginning of a piece) and a level."""

_FAN = 8
"""How many parts stand beside each other before they are put into groups, so that a look skips what is too small."""


@dataclass(frozen=True, slots=True)
class Readings:
    """When a piece is measured: `count` apertures (ns) from `first` on, one every `period`; or one at each of `times`.

    Times are in ns from the beginning of the piece.
    """

    first: int
    period: int
    count: int
    aperture: int
    times: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Happening:
    """A pulse, read, ramp or the like, at its place in a piece (ns): as asked for, and as it is delivered.

    Levels are in V, W/m^2 or K. `note` says what else there is to know, `line` is that of the protocol, 0 for none,
    `edge` (ns) is the rise time that is delivered where none was asked for.
    """

    kind: str
    mark: str
    begin: int
    end: int
    begin_asked: int
    end_asked: int
    level: float = 0.0
    level_asked: float = 0.0
    line: int = 0
    note: str = ""
    edge: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a lane: the corners of its level as delivered, and as asked for where that differs.

    Without corners the level stays.
    """

    duration: int
    level: float
    corners: tuple[Corner, ...] = ()
    asked: tuple[Corner, ...] = ()
    happening: Happening | None = None
    readings: Readings | None = None
    line: int = 0

    @property
    def low(self) -> float:
        """The lowest level in it."""
        return min((level for _, level in self.corners), default=self.level)

    @property
    def high(self) -> float:
        """The highest level in it."""
        return max((level for _, level in self.corners), default=self.level)

    @property
    def lines(self) -> frozenset[int]:
        """The lines of the protocol that it comes from."""
        return frozenset({self.line} if self.line else ())

    @property
    def eventful(self) -> bool:
        """Whether anything happens in it."""
        return self.happening is not None


@dataclass(frozen=True, slots=True)
class Row:
    """Parts one after another; `starts` (ns) are where they begin. `line` is that of the step around them, or 0."""

    parts: "tuple[Part, ...]"
    starts: tuple[int, ...]
    duration: int
    low: float
    high: float
    lines: frozenset[int]
    eventful: bool
    line: int = 0


@dataclass(frozen=True, slots=True)
class Rounds:
    """The same part `count` times: rounds of a loop, numbered from `offset`; `labels` name them where they have names.

    `total` is how many rounds the loop has altogether.
    """

    name: str
    part: "Part"
    count: int
    offset: int = 0
    total: int = 0
    labels: tuple[str, ...] = ()
    line: int = 0
    duration: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "duration", self.part.duration * self.count)

    @property
    def low(self) -> float:
        """The lowest level in it."""
        return self.part.low

    @property
    def high(self) -> float:
        """The highest level in it."""
        return self.part.high

    @property
    def lines(self) -> frozenset[int]:
        """The lines of the protocol that it comes from."""
        return self.part.lines | ({self.line} if self.line else frozenset())

    @property
    def eventful(self) -> bool:
        """Whether anything happens in it."""
        return self.part.eventful

    def words(self, k: int) -> str:
        """Say which round the k-th of these is."""
        label = f" ({self.labels[k]})" if self.labels else ""
        return f"{self.name} {self.offset + k + 1} of {self.total or self.count}{label}"


Part = Piece | Row | Rounds


@dataclass(frozen=True, slots=True)
class Lane:
    """The course of one terminal; `unit` is that of its level."""

    terminal: str
    unit: str
    course: Part


@dataclass(frozen=True, slots=True)
class Course:
    """All lanes of a plan or program, of one duration (ns), and the blocks or steps that they come from.

    `planned` tells whether an instrument stands behind it; else it is what the protocol asks for, with a nominal length
    where the instrument decides.
    """

    lanes: tuple[Lane, ...]
    blocks: Part
    planned: bool

    @property
    def duration(self) -> int:
        """How long it takes (ns)."""
        return self.blocks.duration


def row(parts: Iterable[Part], line: int = 0) -> Part:
    """Put parts one after another, those that take no time left out."""
    kept: Sequence[Part] = [part for part in parts if part.duration > 0]
    if len(kept) == 1 and not line:
        return kept[0]
    while len(kept) > 2 * _FAN:
        kept = [_row(kept[k : k + _FAN], 0) for k in range(0, len(kept), _FAN)]
    return _row(kept, line)


def _row(parts: Sequence[Part], line: int) -> Row:
    ends = list(accumulate((part.duration for part in parts), initial=0))
    lines = frozenset().union(*(part.lines for part in parts), [line] if line else [])
    return Row(
        tuple(parts),
        tuple(ends[:-1]),
        ends[-1],
        min((part.low for part in parts), default=0.0),
        max((part.high for part in parts), default=0.0),
        lines,
        any(part.eventful for part in parts),
        line,
    )


def part_at(found: Row, time: int) -> int:
    """Give which part of a row is under way at a time (ns)."""
    return max(0, bisect_right(found.starts, time) - 1)


def spaced(duration: int, placed: Iterable[tuple[int, Piece]], level: float, readings: Readings | None = None) -> Part:
    """Put pieces at their places (ns) into a stretch at a level; one that reaches into the next is cut there."""
    parts: list[Part] = []
    now = 0
    waiting = [*placed, (duration, Piece(0, level))]
    for (begin, piece), (following, _) in pairwise(waiting):
        parts += [Piece(begin - now, level, readings=readings), _cut(piece, following - begin)]
        now = begin + min(piece.duration, following - begin)
    return row([*parts, Piece(duration - now, level, readings=readings)])


def _cut(piece: Piece, duration: int) -> Piece:
    """Give a piece that is over after a duration (ns) at the latest."""
    if piece.duration <= duration:
        return piece
    corners = tuple((min(time, duration), level) for time, level in piece.corners)
    return replace(piece, duration=duration, corners=corners)


def loop(name: str, make: Callable[[], Part], count: int, line: int = 0, labels: tuple[str, ...] = ()) -> Part:
    """Give rounds of a loop whose first may differ from the others, by what was held before."""
    first = make()
    rest = make() if count > 1 else first
    if rest == first:
        return Rounds(name, first, count, labels=labels, line=line)
    return row(
        [
            Rounds(name, first, 1, 0, count, labels[:1], line),
            Rounds(name, rest, count - 1, 1, count, labels[1:], line),
        ]
    )
