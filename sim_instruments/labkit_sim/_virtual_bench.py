"""The virtual copy of a bench: one world, the firmware of each instrument, and a VISA library to reach them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from labkit.core import Bench, LabkitError, VirtualWorld
from labkit_sim._addresses import canonical_address
from labkit_sim._bus import Bus
from labkit_sim._clock import RealClock, VirtualClock, WorldClock
from labkit_sim._endpoint import Endpoint
from labkit_sim._faults import Faults, fault_plan
from labkit_sim._firmware import ATTACHMENTS, FIRMWARE
from labkit_sim._station import Station
from labkit_sim._visa import VisaLibrary
from labkit_sim._wiring import wire
from labkit_sim._world import World
from labkit_sim.devices import Device, load_preset

Made = TypeVar("Made")


class VirtualBench:
    """A bench of simulated firmware wired to one virtual device.

    `world` is the truth behind it, `faults` what is to go wrong, `light_factors` the true irradiance over the
    calibrated one for each optical terminal, `bus` what carries the bytes.
    """

    def __init__(self, bench: Bench, device: Device, seed: int | None = None) -> None:
        virtual = _virtual(bench)
        self.seed = virtual.seed if seed is None else seed
        self.world = World(device, self.seed)
        self.clock: WorldClock = VirtualClock(self.world)
        if virtual.clock == "real":
            self.clock = RealClock(self.world, virtual.time_factor)
        wiring = wire(bench, self.world)
        self.light_factors = wiring.light_factors
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
        self.bus = Bus(endpoints, self.world, self.clock, self.faults)
        self.visa_library = VisaLibrary.serving(self.bus)

    def instrument(self, name: str) -> Endpoint:
        """Give the firmware of an instrument by its name on the bench."""
        return self._instruments[name]

    def attachment(self, name: str) -> object:
        """Give what stands for an instrument without an interface, by its name on the bench."""
        return self._attachments[name]

    def close(self) -> None:
        """End the world: no address answers any more."""
        self.visa_library.disconnect()


def _maker(known: Mapping[str, Callable[[Station], Made]], driver: str, kind: str) -> Callable[[Station], Made]:
    try:
        return known[driver]
    except KeyError:
        names = ", ".join(known) or "none"
        raise LabkitError(f"there is no simulated {kind} for {driver!r}", f"simulated are: {names}") from None


def preset_descriptions() -> dict[str, str]:
    """Tell every preset in a line (entry point `labkit.presets`)."""
    from labkit_sim.devices import preset_names, read_preset

    return {name: " ".join(read_preset(name).description.split()) for name in preset_names()}


def open_virtual_bench(bench: Bench, folder: Path, seed: int | None = None) -> VirtualBench:
    """Make the virtual copy of a bench (entry point `labkit.virtual`).

    `folder` is where a relative preset path starts; `seed` overrides the seed in the document. Raises LabkitError.
    """
    virtual = _virtual(bench)
    chosen = virtual.seed if seed is None else seed
    return VirtualBench(bench, load_preset(virtual.device, chosen, folder), chosen)


def _virtual(bench: Bench) -> VirtualWorld:
    if bench.virtual is None:
        raise LabkitError(
            f"bench {bench.name} has no virtual device", "add `virtual: {device: <preset>}` to the bench file"
        )
    return bench.virtual
