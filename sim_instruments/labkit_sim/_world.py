"""The physics behind a virtual bench: one clock, the devices, what drives them, and what happens by itself.

The world is event driven. A device's state is moved only when the stimulus changes, once for each stretch of
constant stimulus, however often it was looked at in between; readings of such a stretch are computed together. So
what an instrument sees does not depend on how often anybody asks.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from zlib import crc32

import numpy as np

from labkit.core import FloatArray, Nanoseconds
from labkit_sim._agenda import Agenda
from labkit_sim._chip import Chip
from labkit_sim._crossbar_chip import CrossbarChip, LineNetwork
from labkit_sim._nets import Lead, Node
from labkit_sim._process import Line, Sampling
from labkit_sim._sampling import RunningSampling
from labkit_sim._surroundings import Surroundings
from labkit_sim.devices import NITROGEN, Air, Device, Drive, Stimulus

_HARMLESS = 5e-3
"""Sources on one node that differ by less (V) are not in conflict: their offsets alone do that."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Sources that were put on one node (`place`) with different voltages, at a time (ns)."""

    time: Nanoseconds
    place: str
    sources: tuple[str, ...]


class World(Agenda):
    """Devices, the sources on their terminals, the light on them, and the time (integer ns, from 0).

    `devices` is the only device, or the devices of a chip by cell; `pads` says for each cell which terminals are on
    which column of a switch matrix, the others are wired directly. `seed` is where every random number of the
    instruments comes from. All devices are in `air`. Sources are known by the lead that they drive: that of a terminal
    of the bench. Where there is no such lead, a terminal of the device is meant, and a lead that is new goes to it.
    With a `network` the cells are those of a crossbar whose lines are solved as one.
    `conflicts` tells where two sources met; the stiffer has its way.
    """

    def __init__(
        self,
        devices: Device | Mapping[str, Device],
        seed: int = 1,
        pads: Mapping[str, Mapping[str, str]] | None = None,
        air: Air = NITROGEN,
        network: LineNetwork | None = None,
    ) -> None:
        super().__init__()
        self.seed = seed
        self.conflicts: list[Conflict] = []
        self._surroundings = Surroundings(bool(pads), air)
        self.chip: Chip | CrossbarChip
        if network is not None and isinstance(devices, Mapping):
            self.chip = CrossbarChip(devices, pads or {}, self._surroundings, network)
        else:
            self.chip = Chip(devices, pads or {}, self._surroundings)
        self._since = 0  # the state of the connected devices is that of this instant
        self._samplings: list[RunningSampling] = []
        self._lines: dict[str, Line] = {}
        self._in_conflict: set[str] = set()
        self._heaters: dict[str, float] = {}

    # The devices

    @property
    def device(self) -> Device:
        """The only device, in the state of the latest change of what acts on it; raises LookupError for a chip."""
        return self.chip.only_cell.device

    @device.setter
    def device(self, device: Device) -> None:
        self.chip.only_cell.device = device

    def device_of(self, cell: str) -> Device:
        """Give the device of a cell: as of now when nothing is connected to it, else as of the latest change."""
        return self.chip.device_of(cell, self._now)

    # What acts on them

    def set_drive(self, lead: str, voltage: float, limit: float = np.inf, resistance: float = 0.0) -> None:
        """Drive a lead through `resistance` (ohm) with a voltage (V) from now on.

        The source delivers at most `limit` (A, a magnitude).
        """
        self._set(self.chip.lead(lead), Drive(voltage, limit, resistance))

    def release(self, lead: str) -> None:
        """Let go of a lead: it floats."""
        self._set(self.chip.lead(lead), None)

    def _set(self, lead: Lead, drive: Drive | None) -> None:
        if lead.drive != drive:
            self._stimulus_changes()
            lead.set_drive(drive)
            self.chip.changed()
            self._look_for_conflicts(lead.nodes)

    def ground(self, terminal: str) -> None:
        """Tie a terminal of the device to ground for good; a wire of the bench, not an output."""
        self.connect(Lead(f"ground of {terminal}", grounded=True), terminal)

    def connect(self, lead: Lead, terminal: str = "") -> None:
        """Add a lead, to a terminal of the device or to nothing yet."""
        node = self.chip.terminals.get(terminal)
        self.rewire(lambda: self.chip.add(lead, node), [node] if node else [])

    def rewire(self, change: Callable[[], None], nodes: Collection[Node]) -> None:
        """Change what is connected to some nodes, now."""
        self._stimulus_changes()
        change()
        self.chip.settle(nodes, self._now)
        self.chip.changed()
        self._look_for_conflicts(nodes)

    def _look_for_conflicts(self, nodes: Collection[Node]) -> None:
        for node in nodes:
            if len(node.leads) < 2:
                continue
            levels = [drive.voltage for _, drive in node.feeds]
            if not levels or max(levels) - min(levels) <= _HARMLESS:
                self._in_conflict.discard(node.name)
            elif node.name not in self._in_conflict:
                self._in_conflict.add(node.name)
                self.conflicts.append(Conflict(self.now, node.name, tuple(lead.name for lead, _ in node.feeds)))

    def set_irradiance(self, source: str, wavelength: float, irradiance: float) -> None:
        """Light all devices by one source (m, W/m^2), from now on; sources of one wavelength add up."""
        if self._surroundings.differs(source, wavelength, irradiance):
            self._stimulus_changes()
            self._surroundings.set_light(self._now, source, wavelength, irradiance)
            self.chip.changed()

    def set_mask(self, mask: Mapping[str, float]) -> None:
        """Put a mask before the chip from now on: cell to the share of the light that reaches it; empty for none."""
        self._stimulus_changes()
        self._surroundings.set_mask(self._now, mask)
        self.chip.changed()

    def set_temperature(self, temperature: float) -> None:
        """Bring the devices to a temperature (K)."""
        if temperature != self._surroundings.climate.temperature:
            self._stimulus_changes()
            self._surroundings.set_temperature(self._now, temperature)
            self.chip.changed()

    @property
    def temperature(self) -> float:
        """The temperature of the devices (K)."""
        return self._surroundings.climate.temperature

    def set_heater(self, source: str, power: float) -> None:
        """Note that a stage is heated with a power (W) from now on."""
        self._heaters[source] = power

    def heaters_off(self) -> bool:
        """Tell whether no stage is heated."""
        return not any(self._heaters.values())

    def switch_off(self) -> tuple[str, ...]:
        """Release every lead and darken every light, as when the power of the bench goes; gives what was on."""
        driven = tuple(lead.name for lead in self.chip.leads.values() if lead.driven)
        for name in driven:
            self.release(name)
        lit = self._surroundings.lit
        for source, wavelength in lit.items():
            self.set_irradiance(source, wavelength, 0.0)
        return (*driven, *lit)

    @property
    def stimulus(self) -> Stimulus:
        """All that acts on the only device now; raises LookupError for a chip."""
        return self.chip.only_cell.stimulus

    def drive(self, lead: str) -> Drive | None:
        """Give how an instrument drives a lead, or None when its output is off."""
        return self.chip.drive(lead)

    def irradiance(self, wavelength: float | None = None) -> float:
        """Give the irradiance (W/m^2) on the devices, of one wavelength (m) or of all."""
        return self._surroundings.irradiance(wavelength)

    def outputs_off(self) -> bool:
        """Tell whether no instrument drives a lead, wherever it goes."""
        return not any(lead.driven for lead in self.chip.leads.values())

    def lights_off(self) -> bool:
        """Tell whether the devices are in the dark."""
        return not self._surroundings.lit

    # What is seen of them

    def response(self, lead: str) -> tuple[float, float]:
        """Give voltage (V) and current (A) at the instrument's end of a lead now."""
        voltage, current = self.chip.trace(lead, self._elapsed())
        return float(voltage[0]), float(current[0])

    def at_node(self, node: Node, leads: Collection[Lead]) -> tuple[float, float]:
        """Give the voltage (V) of a node now, and the current (A) that some leads bring to it."""
        elapsed = self._elapsed()
        voltage, _ = node.trace(elapsed)
        return float(voltage[0]), sum(float(node.trace(elapsed, lead)[1][0]) for lead in leads)

    def _elapsed(self) -> FloatArray:
        return np.array([(self._now - self._since) * 1e-9])

    def sample(self, sampling: Sampling) -> None:
        """Begin readings that go on by themselves; their sink gets them at the latest when they are over."""
        if sampling.count > 0:
            self._begin(sampling, lambda: None)

    def collect(self) -> None:
        """Deliver all readings that are over by now."""
        for running in tuple(self._samplings):
            self._collect(running)

    def _collect(self, running: RunningSampling, closing: bool = False, last: bool = False) -> None:
        response = partial(self.chip.trace, running.sampling.terminal)
        running.collect(self._since, self._now, response, closing, last)

    def _stimulus_changes(self) -> None:
        """Bring readings and devices up to now, because a new stimulus begins."""
        if self._now > self._since:
            for running in self._samplings:
                self._collect(running, closing=True)
            self.chip.advance(self._now - self._since)
            self._since = self._now

    def line(self, name: str) -> Line:
        """Give the wire of a name, new when nobody has asked for it before."""
        return self._lines.setdefault(name, Line())

    def random(self, label: str) -> np.random.Generator:
        """Give a stream of random numbers of its own for a label, the same for the same seed."""
        return np.random.default_rng([self.seed, crc32(label.encode())])

    def _begin(self, sampling: Sampling, then: Callable[[], None]) -> Callable[[], None]:
        if sampling.start < self._now:
            raise ValueError(f"readings cannot begin at {sampling.start} ns, it is {self._now} ns")
        running = RunningSampling(sampling)
        self._samplings.append(running)

        def finish() -> None:
            if running in self._samplings:
                self._stop(running)
                then()

        self.at(sampling.end, finish)
        return lambda: self._stop(running)

    def _stop(self, running: RunningSampling) -> None:
        self._collect(running, last=True)
        self._samplings.remove(running)
