"""What one electrical terminal does in a block: groups of steps that mean something, loops kept as loops."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from labkit.core import Cycle, Kind, Nanoseconds, Sequence, Step, sequence_duration, sequence_samples
from labkit.engine._followers import Following

Context = Mapping[str, tuple[int, float | None]]
"""Loop name to (declared position, value or None): where in the loops something happens."""


@dataclass(frozen=True, slots=True)
class Group:
    """Steps that make one row of the timeline (`kind` None: none), e.g. a pulse, a read, a ramp."""

    kind: Kind | None
    mark: str
    level: float
    steps: tuple[Step, ...]
    delivered: float = 0.0
    lead: Nanoseconds = Nanoseconds(0)  # noqa: RUF009 - a NewType call is the plain integer
    """Time from the first edge to what the row means: the delay of a read."""
    following: Following | None = None
    """The pulse that another source makes at the trigger of the first step."""
    width: Nanoseconds = Nanoseconds(0)  # noqa: RUF009 - as above
    """How wide a pulse was asked to be, before it was brought to the grain of the instrument's clock."""

    @property
    def duration(self) -> Nanoseconds:
        """How long its steps take."""
        return sequence_duration(self.steps)

    @property
    def samples(self) -> int:
        """How many readings its steps make."""
        return sequence_samples(self.steps)


@dataclass(frozen=True, slots=True)
class GroupLoop:
    """A loop over groups. `bodies` has one body for all iterations (repeat) or one for each (for_each)."""

    name: str
    positions: tuple[int, ...]
    values: tuple[float, ...] | None
    bodies: "tuple[tuple[Group | GroupLoop, ...], ...]"

    def iterations(self) -> "Iterator[tuple[int, float | None, tuple[Group | GroupLoop, ...]]]":
        """Go through (position, value, body)."""
        for k, position in enumerate(self.positions):
            value = None if self.values is None else self.values[k]
            yield position, value, self.bodies[k if len(self.bodies) > 1 else 0]


Track = tuple[Group | GroupLoop, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A group at its place: when its first edge is due, which reading is its first, and in which iterations."""

    group: Group
    begin: Nanoseconds
    first_sample: int
    context: Context


def to_sequence(track: Track) -> Sequence:
    """Strip a track down to what an instrument must know: levels, times and readings."""
    parts: list[Step | Cycle] = []
    for part in track:
        if isinstance(part, Group):
            parts += part.steps
        elif len(part.bodies) == 1 and len(part.positions) > 1:
            parts.append(Cycle(len(part.positions), to_sequence(part.bodies[0])))
        else:
            for _, _, body in part.iterations():
                parts += to_sequence(body)
    return tuple(parts)


def place(track: Track, context: Context) -> Iterator[Placed]:
    """Write a track out: every group in order of time, with its place."""
    begin, sample = 0, 0
    for group, inside in _groups(track, context):
        yield Placed(group, Nanoseconds(begin), sample, inside)
        begin += group.duration
        sample += group.samples


def _groups(track: Track, context: Context) -> Iterator[tuple[Group, Context]]:
    for part in track:
        if isinstance(part, Group):
            yield part, context
        else:
            for position, value, body in part.iterations():
                yield from _groups(body, {**context, part.name: (position, value)})
