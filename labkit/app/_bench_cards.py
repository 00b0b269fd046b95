"""The benches to choose from, and what stands on one, without connecting to it."""

from collections.abc import Mapping
from dataclasses import dataclass

from labkit.app._documents import bench_names, load_bench
from labkit.core import (
    SWITCH,
    Bench,
    ElectricalTerminal,
    GroundedTerminal,
    OpticalTerminal,
    PulseTerminal,
    StageTerminal,
    format_quantity,
)


@dataclass(frozen=True, slots=True)
class BenchCard:
    """A bench in a list: its name and what it is."""

    name: str
    description: str


def bench_cards() -> tuple[BenchCard, ...]:
    """Give the benches that come with labkit, each with its description."""
    return tuple(BenchCard(name, load_bench(name).bench.description) for name in bench_names())


@dataclass(frozen=True, slots=True)
class TerminalCard:
    """A terminal of a bench: the role of its channel, and its limits in words."""

    name: str
    role: str
    channel: str
    limits: str


@dataclass(frozen=True, slots=True)
class InstrumentCard:
    """An instrument of a bench as its file has it, with the terminals that it serves; the switch counts as one."""

    name: str
    driver: str
    address: str
    terminals: tuple[TerminalCard, ...]


_ROLES: Mapping[type, str] = {
    ElectricalTerminal: "source meter",
    PulseTerminal: "pulse source",
    OpticalTerminal: "light source",
    StageTerminal: "temperature stage",
}


def instrument_cards(bench: Bench) -> tuple[InstrumentCard, ...]:
    """Give the instruments of a bench, in the order of its file; no driver is loaded for it."""
    cards = []
    for name, entry in bench.instruments.items():
        served = [
            TerminalCard(terminal, _ROLES[type(found)], found.channel, limits_in_words(bench, terminal))
            for terminal, found in bench.terminals.items()
            if not isinstance(found, GroundedTerminal) and found.instrument == name
        ]
        if bench.switch is not None and bench.switch.instrument == name:
            served.append(TerminalCard(SWITCH, "switch matrix", "", limits_in_words(bench, SWITCH)))
        cards.append(InstrumentCard(name, entry.driver, entry.address, tuple(served)))
    return tuple(cards)


def limits_in_words(bench: Bench, terminal: str) -> str:
    """Say what the bench allows at a terminal."""
    if terminal == SWITCH:
        count = 0 if bench.switch is None else len(bench.switch.wiring())
        return "1 device" if count == 1 else f"{count} devices"
    found = bench.terminals[terminal]
    if isinstance(found, ElectricalTerminal):
        rate = format_quantity(found.ramp_rate, "V/s")
        return f"{_amount(found.maximum_voltage, 'V')}, {_amount(found.maximum_current, 'A')}, {rate}"
    if isinstance(found, PulseTerminal):
        load = "high-ohmic" if found.load == "high" else format_quantity(found.load, "ohm")
        return f"{_amount(found.maximum_voltage, 'V')} into {load}"
    if isinstance(found, OpticalTerminal):
        most = format_quantity(found.maximum_irradiance, "W/m^2")
        return f"{most}, {format_quantity(found.maximum_current, 'A')}"
    if isinstance(found, StageTerminal):
        low, high = (format_quantity(value, "K") for value in (found.minimum_temperature, found.maximum_temperature))
        return f"{low} to {high}, {60 * found.rate:.3g} K/min"
    return ""


def _amount(value: float, unit: str) -> str:
    return f"±{format_quantity(value, unit)}"
