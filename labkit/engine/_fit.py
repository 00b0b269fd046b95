"""Whether source meters can run instructions from their own memory, as far as they tell beforehand."""

from collections.abc import Mapping, Sequence

from labkit.core import PlanRefused, SourceMeterCapabilities, nanoseconds
from labkit.engine._build import Surroundings, build_track
from labkit.engine._ground import Ground
from labkit.engine._tracks import Track, to_sequence
from labkit.protocol import Instruction, Record


def tracks_unfit(tracks: Mapping[str, Track], around: Surroundings) -> PlanRefused | None:
    """Give why a terminal's track does not fit the memory of its channel, or None."""
    for name, track in tracks.items():
        able = around.capabilities[name]
        if isinstance(able, SourceMeterCapabilities) and able.unfit is not None:
            aperture = nanoseconds(around.apertures[name])
            refused = able.unfit(to_sequence(track), aperture, around.held[name])
            if refused is not None:
                return refused
    return None


def fits(ground: Ground, instructions: Sequence[Instruction], record: Record | None) -> bool:
    """Tell whether instructions can be one block for all source meters that know what does not fit them."""
    around = ground.around(instructions, record)
    choosy = [
        name
        for name in ground.program.terminals
        if isinstance(able := ground.capabilities[name], SourceMeterCapabilities) and able.unfit is not None
    ]
    return tracks_unfit({name: build_track(instructions, name, around) for name in choosy}, around) is None
