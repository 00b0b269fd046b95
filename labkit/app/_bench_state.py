"""An open bench as it is now: what every output does, what is joined, what the instruments complain of."""

from collections.abc import Iterator
from dataclasses import dataclass

from labkit.core import (
    SWITCH,
    Bench,
    Crosspoint,
    GroundedTerminal,
    LabkitError,
    OutputState,
    Role,
    SourceMeter,
    SwitchMatrix,
    TemperatureStage,
)
from labkit.engine import BenchSession, RunAborted

UNKNOWN = OutputState()


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a terminal: when (s, of the bench's clock), voltage (V), current (A), SampleStatus bits."""

    time: float
    voltage: float
    current: float
    status: int


@dataclass(frozen=True, slots=True)
class TerminalState:
    """What a terminal's channel does now.

    `reading` is one of a source meter that is on, `temperature` (K) that of a stage; `closed` are the crosspoints of a
    matrix, `joined` the devices that they join. `error` tells why the channel could not be asked.
    """

    terminal: str
    state: OutputState = UNKNOWN
    reading: Reading | None = None
    temperature: float | None = None
    closed: frozenset[Crosspoint] = frozenset()
    joined: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class BenchState:
    """All terminals of a bench now, and what stood in the error queue of each instrument that had something to say."""

    terminals: dict[str, TerminalState]
    errors: dict[str, str]


def bench_state(session: BenchSession) -> BenchState:
    """Ask every channel what it does now, and every instrument for its errors, which are then told no more.

    Source meters that are on take a reading. No output is changed, and one instrument that does not answer does not
    keep the others from being asked.
    """
    terminals = {name: _state(session, name, role) for name, role in session.roles.items()}
    return BenchState(terminals, dict(_errors(session)))


def _state(session: BenchSession, name: str, role: Role) -> TerminalState:
    if session.control is not None:
        session.control.check()
    try:
        if isinstance(role, SwitchMatrix):
            closed = role.connected()
            return TerminalState(name, closed=closed, joined=joined_devices(session.bench, closed))
        if isinstance(role, TemperatureStage):
            return TerminalState(name, role.output_state(), temperature=role.temperature())
        state = role.output_state()
        return TerminalState(name, state, read_terminal(session, name) if _reads(role, state) else None)
    except RunAborted:
        raise
    except LabkitError as error:
        return TerminalState(name, error=error.message)


def _reads(role: Role, state: OutputState) -> bool:
    return isinstance(role, SourceMeter) and state.on is True


def _errors(session: BenchSession) -> Iterator[tuple[str, str]]:
    asked: set[str] = set()
    for name, role in session.roles.items():
        instrument = instrument_of(session.bench, name)
        if instrument in asked:
            continue
        asked.add(instrument)
        try:
            role.check_errors()
        except LabkitError as error:
            yield instrument, error.message


def instrument_of(bench: Bench, terminal: str) -> str:
    """Name the instrument that serves a terminal."""
    found = bench.switch if terminal == SWITCH else bench.terminals[terminal]
    return "" if found is None or isinstance(found, GroundedTerminal) else found.instrument


def joined_devices(bench: Bench, closed: frozenset[Crosspoint]) -> tuple[str, ...]:
    """Name the devices of a chip that closed crosspoints join to all rows of the switch."""
    if bench.switch is None or not closed:
        return ()
    from labkit.engine import device_crosspoints  # loads the plan; a bench is looked at before there is one

    found = []
    for device in bench.switch.wiring():
        needed = device_crosspoints(bench, device, bench.switch.rows)
        if needed and needed <= closed:
            found.append(device)
    return tuple(found)


def read_terminal(session: BenchSession, terminal: str) -> Reading:
    """Take one reading of a source meter now; its output must be on."""
    at = session.clock.now() / 1e9
    return Reading(at, *session.source_meters[terminal].measure())
