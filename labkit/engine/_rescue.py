"""Make a bench safe that someone left as it was: a killed runner, a machine that crashed."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from labkit.core import (
    Bench,
    LabkitError,
    Nanoseconds,
    OpticalTerminal,
    Role,
    StageTerminal,
    Switch,
    VirtualBench,
    nanoseconds,
)
from labkit.engine._interrupt import signals_held_off
from labkit.engine._session import BenchSession, new_session, open_instrument, opening_order, served_terminals

_RELAYS_WAIT = nanoseconds(5.0)
"""How long the relays stay closed for a source that cannot be reached. Opening under load wears a contact, but a sample
under a source that nobody controls any more is lost."""
_PAUSE = nanoseconds(0.5)
"""Between two attempts at what could not be reached."""


@dataclass(frozen=True, slots=True)
class Rescued:
    """What became of one instrument: confirmed safe, or not and why."""

    instrument: str
    safe: bool
    detail: str


def rescue(bench: Bench, patience: float, virtual: VirtualBench | None = None) -> Iterator[Rescued]:
    """Connect each instrument of a bench and make it safe: generators, lights, sources, relays, heaters last.

    Each is told as soon as it is safe. One that is still locked, or does not answer, does not keep the others waiting:
    it is tried again for `patience` (s), then told as not safe. Nobody else may be working with the bench.
    """
    session = new_session(_lights_by_themselves(bench), virtual)
    try:
        yield from _until_safe(session, nanoseconds(patience))
    finally:
        session.close()


def _lights_by_themselves(bench: Bench) -> Bench:
    """Give the bench with every light switched off by its own driver, whatever becomes of the generator it hangs on.

    A light without an interface is as dark as its generator.
    """
    return bench.model_copy(
        update={
            "terminals": {
                name: terminal.model_copy(update={"driven_by": ""})
                if isinstance(terminal, OpticalTerminal) and bench.instruments[terminal.instrument].address
                else terminal
                for name, terminal in bench.terminals.items()
            }
        }
    )


def _until_safe(session: BenchSession, patience: Nanoseconds) -> Iterator[Rescued]:
    clock = session.clock
    began = clock.now()
    left = dict.fromkeys(_order(session.bench), "")
    over = False
    while left and not over:
        over = clock.now() - began >= patience
        for name in tuple(left):
            waited = clock.now() - began
            others = any(_energizes(session.bench, other) for other in left)
            if _is_switch(session.bench, name) and others and waited < _RELAYS_WAIT and not over:
                continue
            found = _attempt(session, name)
            if found.safe:
                del left[name]
                yield found
            else:
                left[name] = found.detail
        if left and not over:
            gc.collect()  # what an opening that failed leaves behind holds its line until it is collected
            clock.sleep_until(Nanoseconds(clock.now() + _PAUSE))
    yield from (Rescued(name, False, detail) for name, detail in left.items())


def _is_switch(bench: Bench, name: str) -> bool:
    return bench.switch is not None and bench.switch.instrument == name


def _energizes(bench: Bench, name: str) -> bool:
    """Tell whether an instrument puts voltage or light on the device."""
    return any(not isinstance(terminal, StageTerminal | Switch) for terminal in served_terminals(bench, name).values())


def _order(bench: Bench) -> list[str]:
    lights = {terminal.instrument for terminal in bench.optical().values()}
    generators = {terminal.instrument for terminal in bench.pulse_terminals().values()}
    stages = {terminal.instrument for terminal in bench.stages().values()}

    def rank(name: str) -> int:
        if name in stages:
            return 4
        return 0 if name in generators else 3 if _is_switch(bench, name) else 1 if name in lights else 2

    return sorted(opening_order(bench), key=rank)


def _attempt(session: BenchSession, name: str) -> Rescued:
    """Open one instrument and make it safe; what fails is closed again, for another attempt."""
    try:
        roles = open_instrument(session, name, clear=True)
        faults = _faults_of_making_safe(roles)
    except Exception as error:  # whatever it is, the other instruments are still to be made safe
        faults, roles = [_told(error)], {}
    if faults:
        for terminal in served_terminals(session.bench, name):
            role = session.roles.pop(terminal, None)
            with suppress(Exception):  # a line that is dead cannot be closed, and is opened anew
                if role is not None:
                    role.close()
        return Rescued(name, False, "; ".join(faults))
    return Rescued(name, True, f"{', '.join(roles)}: off, confirmed" if roles else "serves no terminal of the bench")


def _faults_of_making_safe(roles: Mapping[str, Role]) -> list[str]:
    faults: list[str] = []
    with signals_held_off():
        for role in roles.values():
            try:
                role.make_safe()
            except Exception as error:  # whatever it is, the other channels are still to be made safe
                faults.append(_told(error))
    return faults


def _told(error: Exception) -> str:
    return error.message if isinstance(error, LabkitError) else repr(error)
