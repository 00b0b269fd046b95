"""Tracks and trains of a timed block as parts of a course: the level asked for, and what the instrument makes of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from labkit.core import (
    NO_TIME,
    Capabilities,
    Kind,
    LightCapabilities,
    Nanoseconds,
    PulseCapabilities,
    SourceMeterCapabilities,
    Step,
    nanoseconds,
)
from labkit.engine._followers import Following
from labkit.engine._plan import PlannedTrain, TrainPulse
from labkit.engine._timing import quantized
from labkit.engine._tracks import Context, Group, Track
from labkit.protocol import Corner, Happening, Part, Piece, Readings, Rounds, rounds_of, row, spaced


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a channel makes of a level and an edge: `level` rounds as the instrument does, `edge` (ns) is its rise time.

    `delay` (ns) is how long after a trigger it begins.
    """

    level: Callable[[float], float]
    edge: Nanoseconds = NO_TIME
    delay: Nanoseconds = NO_TIME


def delivery_of(able: Capabilities | None, largest: float) -> Delivery:
    """Say how a channel delivers levels of a program whose largest (V or W/m^2) is this."""
    if isinstance(able, SourceMeterCapabilities):
        return Delivery(lambda level: quantized(able.source_voltage, largest, level))
    if isinstance(able, LightCapabilities):
        return Delivery(_rounding(able.resolution), able.edge)
    if isinstance(able, PulseCapabilities):
        return Delivery(_rounding(able.resolution), able.edge[0], able.trigger_delay)
    return Delivery(float)


def _rounding(resolution: float) -> Callable[[float], float]:
    if not resolution:
        return float
    return lambda level: round(level / resolution) * resolution


def track_part(track: Track, terminal: str, aperture: float, held: float, delivery: Delivery, source: Delivery) -> Part:
    """Give what a source meter's terminal does; `source` delivers the pulses that a generator makes on it."""

    def piece(group: Group) -> Part:
        readings = _readings(group.steps, nanoseconds(aperture))
        following = group.following
        if group.kind is None and following is not None and following.terminal == terminal:
            return spaced(group.duration, _followed(following, held, source), held, readings)
        if group.kind is Kind.PULSE and following is not None:
            made = _shaped(following.level, following.width, group.mark, held, source, following.delay, readings)
            return spaced(group.duration, [(0, made)], held)
        if group.kind is None:
            return Piece(group.duration, delivery.level(group.level), readings=readings)
        return _own(group, held, readings, delivery)

    return _mapped(track, piece)


def follower_part(track: Track, terminal: str, held: float, source: Delivery) -> Part:
    """Give what a source does that makes a pulse at triggers of another terminal's track."""

    def piece(group: Group) -> Part:
        following = group.following
        pulses = _followed(following, held, source) if following is not None and following.terminal == terminal else ()
        return spaced(group.duration, pulses, held)

    return _mapped(track, piece)


def train_part(trains: Iterable[PlannedTrain], duration: int, held: float, delivery: Delivery) -> Part:
    """Give what a light or a generator does that makes trains by itself."""
    pulses = sorted((pulse for train in trains for pulse in train.pulses), key=lambda pulse: pulse.begin)
    placed = [(pulse.begin, _pulse(pulse, held, delivery)) for pulse in pulses]
    return spaced(duration, placed, held)


def _mapped(track: Track, piece: Callable[[Group], Part]) -> Part:
    parts: list[Part] = []
    for part in track:
        if isinstance(part, Group):
            parts.append(piece(part))
            continue
        bodies = [_mapped(body, piece) for body in part.bodies]
        if part.values is not None and len(bodies) == len(part.positions):
            parts.append(rounds_of(part.name, bodies, part.values))
        else:
            parts.append(Rounds(part.name, bodies[0], len(part.positions)))
    return row(parts)


def _own(group: Group, held: float, readings: Readings | None, delivery: Delivery) -> Piece:
    kind, length, lead = str(group.kind), group.duration, group.lead
    if group.kind in (Kind.RAMP, Kind.RECORD):
        corners, asked = _stairs(group.steps, delivery.level), _stairs(group.steps, float)
        happening = Happening(kind, group.mark, 0, length, 0, length, group.delivered, group.level)
        differs = asked if corners != asked else ()
        return Piece(length, group.delivered, corners if len(group.steps) > 1 else (), differs, happening, readings)
    wanted = group.width or length
    begin, end = lead, length
    happening = Happening(kind, group.mark, begin, end, begin, wanted, group.delivered, group.level)
    asked_corners: tuple[Corner, ...] = ((0, held), (0, group.level), (wanted, group.level), (wanted, held))
    same = wanted == length and group.level == group.delivered
    return Piece(length, group.delivered, (), () if same else asked_corners, happening, readings)


def _stairs(steps: Sequence[Step], deliver: Callable[[float], float]) -> tuple[Corner, ...]:
    corners: list[Corner] = []
    now = 0
    for step in steps:
        level = deliver(step.level)
        corners += [(now, level), (now + step.duration, level)]
        now += step.duration
    return tuple(corners)


def _readings(steps: Sequence[Step], aperture: int) -> Readings | None:
    """Give when the readings of a group are taken."""
    first = steps[0]
    if len(steps) == 1:
        return Readings(first.first, first.period, first.samples, aperture) if first.samples else None
    if all(step.samples == 1 and step.duration == first.duration for step in steps):
        return Readings(first.first, first.duration, len(steps), aperture)
    begins = [0]
    for step in steps[:-1]:
        begins.append(begins[-1] + step.duration)
    times = tuple(
        begin + step.first + k * step.period
        for begin, step in zip(begins, steps, strict=True)
        for k in range(step.samples)
    )
    return Readings(0, 0, len(times), aperture, times) if times else None


def _followed(following: Following, held: float, source: Delivery) -> Iterator[tuple[int, Piece]]:
    for start, mark in following.pulses:
        yield start, _shaped(following.level, following.width, mark, held, source, following.delay, None)


def _pulse(pulse: TrainPulse, held: float, delivery: Delivery) -> Piece:
    width = pulse.end - pulse.begin
    return _shaped(pulse.level, width, pulse.mark, held, delivery, 0, None, pulse.edge, _words(pulse.context))


def _words(context: Context) -> str:
    return ", ".join(
        f"{name} {k + 1}" if value is None else f"{name} {value:g}" for name, (k, value) in context.items()
    )


def _shaped(
    level: float,
    width: int,
    mark: str,
    held: float,
    delivery: Delivery,
    delay: int,
    readings: Readings | None,
    edge: int = 0,
    note: str = "",
) -> Piece:
    """Give a pulse with the edges and the delay of what makes it."""
    rise = min(max(edge, delivery.edge), width)
    delivered = delivery.level(level)
    end = delay + width
    corners = ((0, held), (delay, held), (delay + rise, delivered), (end, delivered), (end + rise, held))
    asked = ((0, held), (0, level), (width, level), (width, held))
    happening = Happening(Kind.PULSE, mark, delay, end, 0, width, delivered, level, note=note, edge=rise)
    return Piece(end + rise, delivered, corners, asked, happening, readings)
