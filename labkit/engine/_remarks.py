"""What a plan costs in accuracy or time, and which limit is the reason: for people who decide whether to go on."""

from collections.abc import Iterable, Iterator, Mapping

from labkit.core import Capabilities, Kind, LightCapabilities, SourceMeterCapabilities, format_quantity, seconds
from labkit.engine._plan import LoopBlock, Node, TimedBlock, UntilBlock
from labkit.engine._timing import LEAST_PULSE_SAMPLES
from labkit.engine._tracks import Group, Track

_WHOLE = 1e-9


def blocks(nodes: Iterable[Node]) -> Iterator[Node]:
    """Go through all nodes, those in loops once."""
    for node in nodes:
        yield node
        if isinstance(node, LoopBlock):
            for body in node.bodies:
                yield from blocks(body)
        elif isinstance(node, UntilBlock):
            yield from blocks(node.body)


def remarks_on(nodes: Iterable[Node], capabilities: Mapping[str, Capabilities]) -> tuple[str, ...]:
    """Say each thing once."""
    found: dict[str, None] = {}
    for node in blocks(nodes):
        if isinstance(node, TimedBlock):
            found.update(dict.fromkeys(_apertures(node, capabilities)))
            found.update(dict.fromkeys(_lights(node, capabilities)))
            found.update(dict.fromkeys(_short_pulses(node)))
    return tuple(found)


def _apertures(block: TimedBlock, capabilities: Mapping[str, Capabilities]) -> Iterator[str]:
    for terminal, setting in block.settings.items():
        able = capabilities[terminal]
        assert isinstance(able, SourceMeterCapabilities)  # noqa: S101 - settings belong to source meters
        cycles = setting.aperture * able.line_frequency
        if abs(cycles - round(cycles)) > _WHOLE or cycles < 1:
            yield (
                f"readings of {terminal} integrate over {cycles:.3g} line cycles "
                f"({format_quantity(setting.aperture, 's')}), so mains hum is not rejected: the sampling rate, pulse "
                "width or ramp rate of the protocol asks for it"
            )


def _short_pulses(block: TimedBlock) -> Iterator[str]:
    for terminal, track in block.tracks.items():
        fewest = min((group.samples for group in _groups(track) if group.kind is Kind.PULSE), default=None)
        if fewest is not None and fewest < LEAST_PULSE_SAMPLES:
            yield (
                f"pulses on {terminal} have room for {fewest} readings, fewer than the {LEAST_PULSE_SAMPLES} that the "
                "energy of a pulse needs: it will not be reportable"
            )


def _groups(track: Track) -> Iterator[Group]:
    for part in track:
        if isinstance(part, Group):
            yield part
        else:
            for body in part.bodies:
                yield from _groups(body)


def _lights(block: TimedBlock, capabilities: Mapping[str, Capabilities]) -> Iterator[str]:
    if block.trains and block.tracks:
        yield (
            "light and sampling are started by two commands, not by a trigger line: their skew is measured at every "
            "start and stored with each pulse (time_uncertainty)"
        )
    for train in block.trains:
        able = capabilities[train.terminal]
        if train.steady and isinstance(able, LightCapabilities):
            longest = format_quantity(seconds(able.on_time[1]), "s")
            yield (
                f"pulses on {train.terminal} longer than the {able.model}'s {longest} are switched by the PC, to about "
                "a millisecond"
            )
