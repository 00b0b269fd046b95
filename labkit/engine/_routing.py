"""Which relays join the terminals of a bench to a device of the chip, and the switching itself, always cold."""

from collections.abc import Collection, Iterable

from labkit.core import (
    Bench,
    Crosspoint,
    ElectricalTerminal,
    GroundedTerminal,
    InstrumentError,
    PulseSource,
    PulseTerminal,
    SourceMeter,
    Switch,
)
from labkit.engine._followers import generator_behind
from labkit.engine._plan import RouteBlock
from labkit.engine._state import RunState


def carried_terminals(bench: Bench, terminals: Iterable[str]) -> tuple[str, ...]:
    """Give the terminals of a bench that a program needs on the device: its own, their generators, and the ground."""
    named = list(terminals)
    behind = [generator_behind(bench, name) for name in named if name in bench.electrical()]
    grounded = [name for name, found in bench.terminals.items() if isinstance(found, GroundedTerminal)]
    wireless = bench.optical().keys() | bench.stages().keys()
    return tuple(name for name in dict.fromkeys([*named, *behind, *grounded]) if name and name not in wireless)


def device_crosspoints(bench: Bench, device: str, terminals: Collection[str]) -> frozenset[Crosspoint]:
    """Give the relays that join terminals to a device; a terminal that is on no row is wired past the matrix.

    The other lines of a crossbar go to the terminal that the bench names for them.
    """
    assert bench.switch is not None  # noqa: S101 - the planner refuses routes on a bench without one
    pads = bench.switch.wiring()[device]
    found: set[Crosspoint] = set()
    for name in terminals:
        pad = _pad(bench, name)
        if name in bench.switch.rows and pad in pads:
            found.add(Crosspoint(bench.switch.rows[name], pads[pad]))
    return frozenset(found | _unselected(bench.switch, set(pads.values())))


def _unselected(switch: Switch, selected: Collection[str]) -> set[Crosspoint]:
    """Give the relays that join the lines of a crossbar which are not selected; none where they float."""
    bar = switch.crossbar
    if bar is None or not bar.unselected or not {*bar.rows, *bar.columns}.issuperset(selected):
        return set()
    row = switch.rows[bar.unselected]
    return {Crosspoint(row, line) for line in (*bar.rows, *bar.columns) if line not in selected}


def _pad(bench: Bench, name: str) -> str:
    found = bench.terminals[name]
    return found.wired_to or name if isinstance(found, ElectricalTerminal | PulseTerminal) else name


def run_route(state: RunState, route: RouteBlock) -> None:
    """Bring everything to zero and off, move the relays, and switch the outputs on again at 0 V.

    Raises InstrumentError when an output does not confirm that it is off: no relay moves under voltage.
    """
    session = state.session
    for light in session.lights.values():
        light.set_irradiance(0.0)
    generators = [session.pulse_sources[name] for name in route.generators]
    channels = [session.source_meters[name] for name in route.channels]
    outputs: list[PulseSource | SourceMeter] = [*generators, *channels]
    for output in outputs:
        output.make_safe()
    if session.switch is None:
        raise InstrumentError("the bench has no switch open", "run again")
    session.switch.connect(route.crosspoints)
    for output in outputs:
        output.enable_output()
    state.due = state.now()
