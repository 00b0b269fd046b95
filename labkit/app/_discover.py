"""Find instruments, ask each who it is, and tell which driver is for it.

Nothing is sent but questions: `*IDN?`, `*LANG?` where two languages are possible, and `N?` on a serial line. A question
that an instrument does not understand leaves an error in its queue, never an output on.
"""

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pyvisa
from pyvisa.resources import MessageBasedResource

from labkit.core import Driver, LabkitError, load_plugin, plugin_names

SERIAL_RATES = (115200, 9600)
SERIAL_QUESTIONS = ("*IDN?", "N?", "*IDN?")
"""The second `*IDN?` is for a microcontroller that opening its port has restarted, which takes about a second."""
_KINDS = ("::INSTR", "::SOCKET")


@dataclass(frozen=True, slots=True)
class Found:
    """What answers, or does not, at an address: its own words, the drivers for it, and what is wrong."""

    address: str
    answer: str = ""
    drivers: tuple[str, ...] = ()
    problem: str = ""


Telling = Callable[[str], None]
"""Hears which address is being asked."""


def discover(
    addresses: Sequence[str] = (), visa: str = "", serial: bool = False, timeout: float = 1.0, telling: Telling = print
) -> tuple[Found, ...]:
    """Ask at the given addresses, or at all that a VISA library lists, who is there.

    `visa` is a library string of PyVISA, "" for the one that drivers use. Serial ports that are only listed are asked
    with `serial`, since what hangs on them may be no instrument. `timeout` (s) is for each question. Raises LabkitError
    when there is no such VISA library.
    """
    with _manager(visa) as manager:
        found = []
        for address in addresses or listed_addresses(manager):
            if is_serial(address) and not addresses and not serial:
                found.append(Found(address, problem="not asked: add --serial, or give its address"))
                continue
            telling(address)
            found.append(_asked(manager, address, timeout))
    return tuple(found)


@contextmanager
def _manager(visa: str) -> Iterator[pyvisa.ResourceManager]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyVISA-py warns of each kind of bus that it cannot search
        try:
            manager = pyvisa.ResourceManager(visa)
        except (OSError, ValueError, ImportError) as error:
            raise LabkitError(
                f"there is no VISA library {visa!r}: {str(error).splitlines()[0]}",
                'install NI-VISA or Keysight IO, or use --visa "@py"',
            ) from error
        try:
            yield manager
        finally:
            manager.close()


def listed_addresses(manager: pyvisa.ResourceManager) -> tuple[str, ...]:
    """Give the addresses that may be those of instruments."""
    return tuple(sorted(found for found in manager.list_resources("?*") if found.endswith(_KINDS)))


def is_serial(address: str) -> bool:
    """Tell whether an address is that of a serial line."""
    return address.upper().startswith("ASRL")


def _asked(manager: pyvisa.ResourceManager, address: str, timeout: float) -> Found:
    try:
        if is_serial(address):
            return _identified(address, _ask_serial(manager, address, timeout), lambda question: "")
        with _opened(manager, address, timeout, read_termination="\n", write_termination="\n") as resource:
            return _identified(address, _answer(resource, "*IDN?"), lambda question: _answer(resource, question))
    except (pyvisa.errors.Error, OSError, ValueError, ImportError) as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        return Found(address, problem=f"cannot be opened: {reason[0]}")


@contextmanager
def _opened(
    manager: pyvisa.ResourceManager, address: str, timeout: float, **settings: Any
) -> Iterator[MessageBasedResource]:
    resource = manager.open_resource(address, timeout=int(1000 * timeout), **settings)
    try:
        if not isinstance(resource, MessageBasedResource):
            raise ValueError("it takes no messages")
        yield resource
    finally:
        resource.close()


def _ask_serial(manager: pyvisa.ResourceManager, address: str, timeout: float) -> str:
    """Ask on a serial line in the dialects and at the rates that are usual; a rate that is wrong gives garbage."""
    for rate in SERIAL_RATES:
        ends = {"read_termination": "\n", "write_termination": "\r\n"}
        with _opened(manager, address, timeout, baud_rate=rate, **ends) as resource:
            for question in SERIAL_QUESTIONS:
                answer = _answer(resource, question)
                if drivers_for(answer):
                    return answer
    return ""


def _answer(resource: MessageBasedResource, question: str) -> str:
    """Give the answer to a question, without its line end; "" when there is none or it is not text."""
    with suppress(pyvisa.errors.VisaIOError, UnicodeDecodeError):
        answer = resource.query(question).strip()
        return answer if answer.isprintable() else ""
    return ""


def _identified(address: str, answer: str, ask: Callable[[str], str]) -> Found:
    if not answer:
        return Found(address, problem="no answer: check power, interface and language")
    drivers = drivers_for(answer)
    if not drivers:
        return Found(address, answer, problem="no driver of labkit is for it")
    shortest_first = tuple(sorted(drivers, key=len))
    language = ask("*LANG?").lower() if len(drivers) > 1 else ""
    if not language:
        return Found(address, answer, shortest_first)
    named = tuple(name for name in drivers if name.endswith(f"_{language}"))
    return Found(address, answer, named or shortest_first[:1])


def drivers_for(answer: str) -> tuple[str, ...]:
    """Give the names of the drivers whose models stand in an instrument's own words as a word of their own."""
    return tuple(name for name in plugin_names("labkit.drivers") if _is_for(driver(name), answer))


def driver(name: str) -> Driver:
    """Load a driver by its name."""
    loaded: Driver = load_plugin("labkit.drivers", name)
    return loaded


def _is_for(candidate: Driver, answer: str) -> bool:
    return any(re.search(rf"(?<![A-Z0-9]){re.escape(model)}(?![A-Z0-9])", answer, re.I) for model in candidate.models)
