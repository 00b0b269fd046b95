"""The virtual copy of a bench: one world, the firmware of each instrument, and a VISA library to reach them."""

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import TypeVar
from zlib import crc32

import numpy as np

from labkit.core import Bench, LabkitError, VirtualAir, VirtualChip, VirtualWorld
from labkit_sim._addresses import canonical_address
from labkit_sim._bus import Bus
from labkit_sim._clock import RealClock, VirtualClock, WorldClock
from labkit_sim._crossbar_chip import LineNetwork
from labkit_sim._endpoint import Endpoint
from labkit_sim._faults import Faults, fault_plan
from labkit_sim._firmware import ATTACHMENTS, FIRMWARE
from labkit_sim._places import Places
from labkit_sim._station import Station
from labkit_sim._visa import VisaLibrary
from labkit_sim._wiring import pads_of, wire
from labkit_sim._world import World
from labkit_sim.crossbar import SelectorPart, Wires
from labkit_sim.devices import OPEN_CIRCUIT, SHORT, Air, Defect, Device, Preset, Stimulus, preset_names, read_preset

Made = TypeVar("Made")
_FATE = 2
"""Tells the draw of a cell's defect from those of its parameters."""


class VirtualBench:
    """A bench of simulated firmware wired to one virtual device, or through a switch to the cells of a chip.

    `world` is the truth behind it, `devices` the device of each cell (`device` is the only one without a switch),
    `switchboard` the relays, `faults` what is to go wrong, `light_factors` the true irradiance over the calibrated one
    for each optical terminal, `bus` what carries the bytes.
    """

    def __init__(self, bench: Bench, device: Device | Mapping[str, Device], seed: int | None = None) -> None:
        virtual = _virtual(bench)
        self.seed = virtual.seed if seed is None else seed
        network = None if virtual.chip is None else _network(bench, virtual.chip)
        self.world = World(device, self.seed, _checked_pads(bench, device), _air(virtual.air), network)
        self.devices: Mapping[str, Device] = CellDevices(self.world.chip.names, self.world.device_of)
        self.clock: WorldClock = VirtualClock(self.world)
        if virtual.clock == "real":
            self.clock = RealClock(self.world, virtual.time_factor)
        wiring = wire(bench, self.world)
        self.light_factors = wiring.light_factors
        self.switchboard = wiring.switchboard
        self._instruments: dict[str, Endpoint] = {}
        self._attachments: dict[str, object] = {}
        for name, entry in bench.instruments.items():
            station = wiring.stations[name]
            if entry.address:
                self._instruments[name] = _maker(FIRMWARE, entry.driver, "firmware")(station)
            else:
                self._attachments[name] = _maker(ATTACHMENTS, entry.driver, "instrument without an address")(station)
        addresses = {name: canonical_address(bench.instruments[name].address) for name in self._instruments}
        if len(set(addresses.values())) < len(addresses):
            raise LabkitError(f"two instruments of bench {bench.name} have one address", "give each its own")
        self.faults = Faults(fault_plan(entry) for entry in virtual.faults)
        endpoints = {address: self._instruments[name] for name, address in addresses.items()}
        self.bus = Bus(endpoints, self.world, self.clock, self.faults, Places(self.seed, virtual.acts_at))
        self.visa_library = VisaLibrary.serving(self.bus)

    def instrument(self, name: str) -> Endpoint:
        """Give the firmware of an instrument by its name on the bench."""
        return self._instruments[name]

    def attachment(self, name: str) -> object:
        """Give what stands for an instrument without an interface, by its name on the bench."""
        return self._attachments[name]

    def place_mask(self, mask: Mapping[str, float]) -> None:
        """Put a mask before the chip: cell to the share (0 to 1) of the light that reaches it; empty for none."""
        self.world.set_mask(mask)

    def close(self) -> None:
        """End the world: no address answers any more."""
        self.visa_library.disconnect()


class CellDevices(Mapping[str, Device]):
    """The devices of a chip by cell, each made when it is asked for."""

    def __init__(self, cells: Collection[str], make: Callable[[str], Device]) -> None:
        self._cells = cells
        self._make = make

    def __getitem__(self, cell: str) -> Device:
        if cell not in self._cells:
            raise KeyError(cell)
        return self._make(cell)

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)


def _checked_pads(bench: Bench, device: Device | Mapping[str, Device]) -> dict[str, dict[str, str]]:
    """Give the columns of each cell's pads; raises LabkitError for cells or terminals that do not exist."""
    pads = pads_of(bench)
    if isinstance(device, Mapping) and pads.keys() != device.keys():
        raise LabkitError("the devices are not those of the cells of the switch", "give one device for each cell")
    if not isinstance(device, Mapping) and len(pads) > 1:
        raise LabkitError(f"one device cannot be {len(pads)} cells", "give a device for each cell")
    terminals = (next(iter(device.values())) if isinstance(device, Mapping) else device).terminals
    unknown = {terminal for on in pads.values() for terminal in on} - set(terminals)
    if unknown:
        raise LabkitError(
            f"the device has no terminal {', '.join(sorted(unknown))}; it has: {', '.join(terminals)}",
            "name the device's terminals in the cells of the switch",
        )
    return pads


def _maker(known: Mapping[str, Callable[[Station], Made]], driver: str, kind: str) -> Callable[[Station], Made]:
    try:
        return known[driver]
    except KeyError:
        names = ", ".join(known) or "none"
        raise LabkitError(f"there is no simulated {kind} for {driver!r}", f"simulated are: {names}") from None


def preset_descriptions() -> dict[str, str]:
    """Tell every preset in a line (entry point `labkit.presets`)."""
    return {name: " ".join(read_preset(name).description.split()) for name in preset_names()}


def open_virtual_bench(bench: Bench, folder: Path, seed: int | None = None) -> VirtualBench:
    """Make the virtual copy of a bench (entry point `labkit.virtual`).

    `folder` is where a relative preset path starts; `seed` overrides the seed in the document. Raises LabkitError.
    """
    virtual = _virtual(bench)
    chosen = virtual.seed if seed is None else seed
    preset = read_preset(virtual.device, folder)
    cells = pads_of(bench)
    if not cells:
        return VirtualBench(bench, shelved(preset.make(chosen), virtual.air), chosen)
    chip = virtual.chip or VirtualChip()
    devices = CellDevices(
        cells, lambda cell: shelved(make_cell(preset, chip, cell, _cell_seed(chosen, cell)), virtual.air)
    )
    return VirtualBench(bench, devices, chosen)


def make_cell(preset: Preset, chip: VirtualChip, cell: str, seed: int) -> Device:
    """Make one cell of a chip: dead where it is said or drawn so, else drawn around the preset, of its own area."""
    own = chip.cell(cell)
    ratio = (own.active_area or chip.active_area) / chip.active_area
    device = preset.build_cell(seed, chip.variation, ratio, chip.area_exponent)
    fate = float(np.random.default_rng([seed, _FATE]).random())
    defect = own.defect or ("short" if fate < chip.shorts else "open" if fate > 1 - chip.opens else None)
    if defect is None:
        return device
    return Defect(device.terminals, SHORT if defect == "short" else OPEN_CIRCUIT)


def shelved(device: Device, air: VirtualAir) -> Device:
    """Let a device lie in the dark and in its air before the run."""
    device.advance(Stimulus({}, air=_air(air)), air.shelf_time)
    return device


def _air(air: VirtualAir) -> Air:
    return Air(air.humidity, air.oxygen)


def _network(bench: Bench, chip: VirtualChip) -> LineNetwork | None:
    """Give the lines of a crossbar that is solved as one, None where cells are kept apart."""
    if chip.crossbar is None:
        return None
    if bench.switch is None or bench.switch.crossbar is None:
        raise LabkitError(
            f"bench {bench.name} has `chip: crossbar:` and no crossbar behind a switch",
            "give the `switch` a `crossbar`, or leave it out of the chip",
        )
    lines, selector = chip.crossbar, chip.crossbar.selector
    return LineNetwork(
        Wires(lines.word_segment, lines.bit_segment, lines.word_contact, lines.bit_contact),
        None if selector is None else SelectorPart(selector.current, selector.scale),
    )


def _cell_seed(seed: int, cell: str) -> int:
    return int(np.random.SeedSequence([seed, crc32(cell.encode())]).generate_state(1)[0])


def _virtual(bench: Bench) -> VirtualWorld:
    if bench.virtual is None:
        raise LabkitError(
            f"bench {bench.name} has no virtual device", "add `virtual: {device: <preset>}` to the bench file"
        )
    return bench.virtual
