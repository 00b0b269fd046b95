"""Plan ramps that the PC keeps the time of: channels without a memory, or several that share no clock."""

from labkit.core import Nanoseconds, nanoseconds
from labkit.engine._build import Surroundings, ramp_dwell, ramp_levels
from labkit.engine._ground import Ground
from labkit.engine._plan import PointsBlock
from labkit.engine._timing import reading_time
from labkit.protocol import Ramp

BUS_TIME = Nanoseconds(10_000_000)
"""What the command and the answer of one reading take on the bus, generously."""


def points_block(ground: Ground, ramp: Ramp) -> PointsBlock:
    """Plan a ramp point by point, refused where the PC cannot keep its dwell."""
    around = ground.around([ramp], None)
    settings = {name: ground.setting(name, around.apertures[name]) for name in (*ramp.sampled, ramp.terminal)}
    readings = sum(_command_time(around, name) for name in settings) if ramp.sampled else 0
    dwell, levels = ramp_dwell(ramp), tuple(ramp_levels(ramp))
    if dwell < max(nanoseconds(ground.bench.stepped_limit), readings):
        ground.refuse(ramp.line, *_too_fast(ramp, dwell, readings))
    return PointsBlock(
        terminal=ramp.terminal,
        levels=levels,
        dwell=dwell,
        setting=settings.pop(ramp.terminal),
        mark=ramp.mark,
        line=ramp.line,
        label=f"ramp of {ramp.terminal}, {len(levels)} points{_beside(ramp)}",
        held=ground.held[ramp.terminal],
        sampled=settings,
        sampled_levels={name: ground.held[name] for name in settings},
        read_at=Nanoseconds(max(dwell - readings, 0) if ramp.sampled else 0),
    )


def _command_time(around: Surroundings, name: str) -> int:
    return reading_time(around.apertures[name], around.source_meter(name)) + BUS_TIME


def _beside(ramp: Ramp) -> str:
    return f" with readings of {' and '.join(ramp.sampled)}" if ramp.sampled else ""


def _too_fast(ramp: Ramp, dwell: Nanoseconds, readings: int) -> tuple[str, str]:
    shown = f"the ramp of {ramp.terminal} dwells {dwell / 1e6:g} ms a step"
    if not ramp.sampled:
        remedy = "ramp more slowly or in larger steps, or use a source meter with a memory"
        return f"{shown}, shorter than the PC can keep", remedy
    names = " and ".join((ramp.terminal, *ramp.sampled))
    return (
        f"{shown}, shorter than the {readings / 1e6:.3g} ms in which the PC reads {names} on instruments of their own",
        f"put {names} on the channels of one source meter (2636B, B2902A), ramp more slowly, or take larger steps",
    )
