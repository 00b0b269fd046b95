"""Is a bench fit to measure? Each instrument is asked, set and read back, with every output off."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from labkit.app._documents import BenchFile
from labkit.core import (
    Bench,
    Check,
    CommunicationLost,
    ElectricalTerminal,
    Finding,
    Instrument,
    InstrumentError,
    LabkitError,
    OpticalTerminal,
    PulseSource,
    Role,
    SelfChecking,
    SourceMeter,
    SourceMeterCapabilities,
    SourceMeterSetting,
    SwitchMatrix,
    TemperatureStage,
)
from labkit.engine import BenchSession, drivers_of, new_session, open_instrument, open_virtual, opening_order

_NO_INTERLOCK = "the driver cannot tell; see the manual"
_NO_TRIGGER = "the driver cannot toggle its lines; see a run's timing in the report"


@dataclass(frozen=True, slots=True)
class InstrumentChecks:
    """The checks of one instrument of a bench."""

    instrument: str
    driver: str
    checks: tuple[Check, ...]

    @property
    def right(self) -> bool:
        """Whether nothing was found wrong."""
        return all(check.finding is not Finding.WRONG for check in self.checks)


@contextmanager
def opened_session(file: BenchFile, virtual: bool) -> Iterator[BenchSession]:
    """Give a session with nothing connected; leaving it makes safe and closes what was connected."""
    world = open_virtual(file.bench, file.folder) if virtual else None
    with new_session(file.bench, world) as session:
        yield session


def bench_checks(session: BenchSession) -> Iterator[InstrumentChecks]:
    """Check instrument after instrument; one that fails does not keep the others from being checked.

    No output is switched on. Limits are written and read back; the outputs are confirmed to be off at the end. Raises
    PluginError for a driver that is not installed.
    """
    drivers = drivers_of(session.bench)
    for name in opening_order(session.bench):
        yield InstrumentChecks(name, drivers[name].name, tuple(_instrument(session, name)))


def _instrument(session: BenchSession, name: str) -> Iterator[Check]:
    try:
        roles = open_instrument(session, name)
    except CommunicationLost as error:
        yield Check("reachable", Finding.WRONG, error.message, error.remedy)
        return
    except LabkitError as error:
        yield Check("identity and language", Finding.WRONG, error.message, error.remedy)
        return
    if not roles:
        yield Check("reachable", Finding.NOT_CHECKED, "it serves no terminal of the bench", "give it one, or drop it")
        return
    first = next(iter(roles.values()))
    yield Check("reachable", Finding.RIGHT, session.bench.instruments[name].address or "no interface of its own")
    yield from _questions(first)
    for terminal, role in roles.items():
        yield from _tried(session.bench, terminal, role)
    yield from _told(session.bench, name, first)
    yield _done("outputs off", lambda: _switch_off(roles), "confirmed")


def _questions(role: Instrument) -> Iterator[Check]:
    def identity() -> str:
        return role.identity().idn

    yield _done("identity and language", identity)
    yield _done("error queue", role.check_errors, "empty")


def _tried(bench: Bench, terminal: str, role: Role) -> Iterator[Check]:
    if isinstance(role, SourceMeter):
        entry = bench.terminals[terminal]
        if isinstance(entry, ElectricalTerminal):
            setting = _widest(entry, role.capabilities)
            words = f"{setting.compliance:g} A at {setting.voltage_range:g} V, read back"
            yield _done(f"limits of {terminal}", lambda: role.configure(setting), words)
    elif isinstance(role, SwitchMatrix):
        yield _done("matrix opens", lambda: _open(role), "every crosspoint reads open")
    elif isinstance(role, TemperatureStage):
        low, high = role.capabilities.temperature
        yield Check(f"limits of {terminal}", Finding.RIGHT, f"{low:g} K to {high:g} K, held by the driver")
    elif isinstance(role, PulseSource):
        yield Check(f"limits of {terminal}", Finding.NOT_CHECKED, "written and read back before its output goes on")
    elif not _has_interface(bench, terminal):
        yield Check(f"limits of {terminal}", Finding.NOT_CHECKED, "set by hand at an instrument without interface")
    else:
        yield Check(f"limits of {terminal}", Finding.RIGHT, "written and read back when it was connected")


def _has_interface(bench: Bench, terminal: str) -> bool:
    entry = bench.terminals.get(terminal)
    return not isinstance(entry, OpticalTerminal) or bool(bench.instruments[entry.instrument].address)


def _widest(terminal: ElectricalTerminal, able: SourceMeterCapabilities) -> SourceMeterSetting:
    """Give the setting with the terminal's limits, as far as the instrument goes."""
    compliance = min(terminal.maximum_current, able.compliance_current[1])
    return SourceMeterSetting(
        voltage_range=min(terminal.maximum_voltage, able.source_voltage[-1].full_scale),
        current_range=min(compliance, able.measure_current[-1].full_scale),
        compliance=compliance,
        aperture=min(1 / able.line_frequency, able.apertures[1]),
    )


def _switch_off(roles: Mapping[str, Role]) -> None:
    for role in roles.values():
        role.make_safe()


def _open(matrix: SwitchMatrix) -> None:
    matrix.connect(frozenset())
    if closed := matrix.connected():
        names = ", ".join(f"{point.row}-{point.column}" for point in sorted(closed))
        raise InstrumentError(f"{names} stayed closed", "look after the relays, or replace the card")


def _told(bench: Bench, name: str, role: Role) -> Iterator[Check]:
    """Give what the driver tells of itself, and say what it does not."""
    found: Mapping[str, Check] = {}
    if isinstance(role, SelfChecking):
        try:
            found = {check.what: check for check in role.checks()}
        except LabkitError as error:
            found = {"self-check": Check("self-check", Finding.WRONG, error.message, error.remedy)}
    yield from found.values()
    if isinstance(role, SourceMeter) and not any("interlock" in what for what in found):
        yield Check("interlock", Finding.NOT_CHECKED, _NO_INTERLOCK)
    lined = any(name in (line.source.partition(":")[0], line.sink.partition(":")[0]) for line in bench.trigger_lines)
    if lined and not any("trigger" in what for what in found):
        yield Check("trigger lines", Finding.NOT_CHECKED, _NO_TRIGGER)


def _done(what: str, action: Callable[[], str | None], words: str = "") -> Check:
    """Do something, and tell that it went well or why it did not."""
    try:
        answer = action()
    except LabkitError as error:
        return Check(what, Finding.WRONG, error.message, error.remedy)
    return Check(what, Finding.RIGHT, answer or words)
