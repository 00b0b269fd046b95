"""Whether source meters can run instructions from their own memory, as far as they tell beforehand."""

from collections import Counter
from collections.abc import Mapping, Sequence

from labkit.core import Bench, PlanRefused, SourceMeterCapabilities, nanoseconds
from labkit.engine._build import Surroundings, build_track
from labkit.engine._ground import Ground
from labkit.engine._tracks import Track, to_sequence
from labkit.protocol import Instruction, Pulse, Ramp, Read, Record, Together, terminals_of, walk


def tracks_unfit(tracks: Mapping[str, Track], around: Surroundings, bench: Bench) -> PlanRefused | None:
    """Give why a terminal's track does not fit the memory of its channel, or not beside another channel's, or None."""
    instruments = Counter(bench.electrical()[name].instrument for name in tracks)
    for name, track in tracks.items():
        able = around.source_meter(name)
        shared = instruments[bench.electrical()[name].instrument] > 1
        for unfit in (able.unfit, able.alone if shared else None):
            if unfit is None:
                continue
            refused = unfit(to_sequence(track), nanoseconds(around.apertures[name]), around.held[name])
            if refused is not None:
                return refused
    return None


def active_terminals(ground: Ground, instructions: Sequence[Instruction], around: Surroundings) -> tuple[str, ...]:
    """Give the source meters that have something to do in a block: to make pulses, to read, to record."""
    inside = list(walk(instructions))
    pulses = [pulse for inner in inside if isinstance(inner, Together) for _, pulse in inner.pulses]
    named = [name for inner in (*inside, *pulses) if isinstance(inner, Pulse | Ramp) for name in terminals_of(inner)]
    named += [inner.terminal for inner in inside if isinstance(inner, Read)]
    named += around.recorded
    return tuple(
        name
        for name in ground.program.terminals
        if name in named and isinstance(ground.capabilities[name], SourceMeterCapabilities)
    )


def fits(ground: Ground, instructions: Sequence[Instruction], record: Record | None) -> bool:
    """Tell whether instructions can be one block for all source meters that know what does not fit them."""
    around = ground.around(instructions, record)
    active = active_terminals(ground, instructions, around)
    able = [around.source_meter(name) for name in active]
    if not any(one.unfit or (one.alone and len(active) > 1) for one in able):
        return True
    tracks = {name: build_track(instructions, name, around) for name in active}
    return tracks_unfit(tracks, around, ground.bench) is None
