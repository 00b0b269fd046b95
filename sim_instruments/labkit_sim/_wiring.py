"""From a bench file to wires: which channel drives which terminal of the device, and how bright its light is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from labkit.core import (
    Bench,
    ElectricalTerminal,
    GroundedTerminal,
    LabkitError,
    OpticalTerminal,
    PulseTerminal,
    StageTerminal,
)
from labkit_sim._addresses import serial_number
from labkit_sim._nets import Lead
from labkit_sim._ports import Disturbance, ElectricalPort, ModulationPort, OpticalPort
from labkit_sim._process import Line
from labkit_sim._station import Station
from labkit_sim._switchboard import Switchboard
from labkit_sim._thermal_port import ThermalPort, stage_heat
from labkit_sim._warm_up import WarmUp, warm_up_of
from labkit_sim._world import World

Port = TypeVar("Port", ElectricalPort, OpticalPort, ThermalPort)

_VIRTUAL_LINE_FREQUENCY = 50.0


@dataclass(frozen=True, slots=True)
class Wiring:
    """A bench laid on a world.

    `light_factors` is the true irradiance over the calibrated one, by terminal; `switchboard` has the relays, none
    where the bench has no switch.
    """

    stations: Mapping[str, Station]
    light_factors: Mapping[str, float]
    switchboard: Switchboard


def wire(bench: Bench, world: World) -> Wiring:
    """Connect the terminals of a bench to the devices of a world.

    Raises LabkitError for a terminal that the device does not have.
    """
    disturbances: dict[str, set[Disturbance]] = {name: set() for name in bench.instruments}
    electrical: dict[str, dict[str, ElectricalPort]] = {name: {} for name in bench.instruments}
    optical: dict[str, dict[str, OpticalPort]] = {name: {} for name in bench.instruments}
    thermal: dict[str, dict[str, ThermalPort]] = {name: {} for name in bench.instruments}
    factors: dict[str, float] = {}
    board = Switchboard(world)
    for name, terminal in bench.terminals.items():
        if isinstance(terminal, OpticalTerminal):
            factors[name] = _true_factor(world, name, terminal.calibration_uncertainty)
            warm_up = warm_up_of(world, terminal.instrument, bench.instruments[terminal.instrument].options)
            port = _light(world, name, terminal, factors[name], disturbances[terminal.instrument], warm_up)
            _take(optical[terminal.instrument], terminal.channel, port, name)
        elif isinstance(terminal, StageTerminal):
            heat = stage_heat(terminal.instrument, bench.instruments[terminal.instrument].options)
            stage = ThermalPort(world, name, terminal.sensor, heat, disturbances[terminal.instrument])
            _take(thermal[terminal.instrument], terminal.channel, stage, name)
        elif isinstance(terminal, GroundedTerminal):
            _lay(bench, world, board, Lead(name, grounded=True), name)
        else:
            source = _source(bench, world, board, name, terminal, disturbances[terminal.instrument])
            _take(electrical[terminal.instrument], terminal.channel, source, name)
    lines = _trigger_cables(bench, world)
    frequency = _VIRTUAL_LINE_FREQUENCY if bench.line_frequency == "auto" else float(bench.line_frequency)
    stations = {
        name: Station(
            world=world,
            name=name,
            serial=serial_number(entry.address) if entry.address else name,
            electrical=electrical[name],
            optical=optical[name],
            thermal=thermal[name],
            line_frequency=frequency,
            options=entry.options,
            disturbances=disturbances[name],
            lines=lines[name],
            switchboard=board if bench.switch and bench.switch.instrument == name else Switchboard(),
        )
        for name, entry in bench.instruments.items()
    }
    return Wiring(stations, factors, board)


def pads_of(bench: Bench) -> dict[str, dict[str, str]]:
    """Give for each cell which terminals of the device are on which column; nothing without a switch."""
    if bench.switch is None:
        return {}
    return {
        cell: {_device_name(bench, terminal): column for terminal, column in pads.items()}
        for cell, pads in bench.switch.wiring().items()
    }


def _source(
    bench: Bench,
    world: World,
    board: Switchboard,
    name: str,
    terminal: ElectricalTerminal | PulseTerminal,
    disturbances: set[Disturbance],
) -> ElectricalPort:
    """Give the port of a source: on the device, or on the modulation inputs of the lights that it drives."""
    lights = [light for light in bench.optical().values() if light.driven_by == name]
    if not lights:
        _lay(bench, world, board, Lead(name), terminal.wired_to or name)
        return ElectricalPort(world, name, disturbances)
    world.connect(Lead(name))
    inputs = [f"{light.instrument}:modulation" for light in lights]
    inputs += [f"{light.instrument}:modulation:{light.channel}" for light in lights]
    return ModulationPort(world, name, [world.line(each) for each in inputs], disturbances)


def _lay(bench: Bench, world: World, board: Switchboard, lead: Lead, terminal: str) -> None:
    """Lay a lead to a row of the matrix, or past it to a terminal of the device."""
    if bench.switch is not None and lead.name in bench.switch.rows:
        world.connect(lead)
        board.plug(lead, bench.switch.rows[lead.name])
        return
    known = world.chip.terminals
    found = _device_name(bench, lead.name if lead.name in _renamed(bench) else terminal)
    if found not in known:
        raise LabkitError(
            f"the device has no terminal {found!r}; it has: {', '.join(known)}",
            "name the device's terminal under `virtual: terminals:` in the bench file",
        )
    if not known[found].cells:
        raise LabkitError(
            f"terminal {lead.name} is on no row of the switch, but every cell has its {found} on a column",
            f"give it a row under `switch: rows:`, or leave {found} out of the cells",
        )
    world.connect(lead, found)


def _renamed(bench: Bench) -> Mapping[str, str]:
    return bench.virtual.terminals if bench.virtual else {}


def _device_name(bench: Bench, terminal: str) -> str:
    """Give the device's name of a terminal."""
    return _renamed(bench).get(terminal, terminal)


def _trigger_cables(bench: Bench, world: World) -> dict[str, dict[str, Line]]:
    """Give the wire on each port of each instrument; ports that cables join, also by way of others, share one."""
    cables: dict[str, Line] = {}
    for trigger in bench.trigger_lines:
        line = cables.get(trigger.source) or cables.get(trigger.sink) or world.line(f"cable from {trigger.source}")
        replaced = {cables.get(trigger.source, line), cables.get(trigger.sink, line)}
        cables |= {port: line for port, found in cables.items() if found in replaced}
        cables[trigger.source] = cables[trigger.sink] = line
    ports: dict[str, dict[str, Line]] = {name: {} for name in bench.instruments}
    for address, line in cables.items():
        instrument, _, port = address.partition(":")
        ports[instrument][port] = line
    return ports


def _take(ports: dict[str, Port], channel: str, port: Port, terminal: str) -> None:
    if channel in ports:
        raise LabkitError(
            f"terminal {terminal} is on channel {channel}, which another terminal has", "use another channel"
        )
    ports[channel] = port


def _true_factor(world: World, terminal: str, uncertainty: float) -> float:
    """Draw how far the calibration is off: normal, with the uncertainty that the bench states."""
    draw = world.random(f"calibration of {terminal}").standard_normal()
    return max(0.05, 1.0 + uncertainty * float(draw))


def _light(
    world: World,
    name: str,
    terminal: OpticalTerminal,
    factor: float,
    disturbances: set[Disturbance],
    warm_up: WarmUp | None,
) -> OpticalPort:
    currents = np.array([point.current for point in terminal.calibration])
    levels = np.array([point.irradiance for point in terminal.calibration]) * factor
    return OpticalPort(world, name, terminal.wavelength, currents, levels, disturbances, warm_up)
