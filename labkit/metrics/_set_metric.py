"""What a metric over many devices is: a set of measured devices, and the pure function that computes a value of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from labkit.core import Criteria, Result, Run, Sample


class Identity(NamedTuple):
    """Which device of the world: the sample's name and the device's on it."""

    sample: str
    device: str


@dataclass(frozen=True, slots=True)
class MeasuredDevice:
    """One device of a set, as one visit to it found it.

    `sample` tells its identity: sample, device, row, column, active area (m^2), batch. `results` are those of the
    device's metrics; a Result's `repeats` are its values cycle by cycle. `begun` is when it was measured (s, POSIX; NaN
    where that is unknown), `visit` counts later visits to the same device from 1. `run` is the part of a run that is of
    this device, for what no result tells; None when only results are at hand.
    """

    sample: Sample
    results: tuple[Result, ...]
    begun: float = float("nan")
    visit: int = 0
    run: Run | None = None

    @property
    def identity(self) -> Identity:
        """Which device it is."""
        return Identity(self.sample.name, self.sample.device)

    def result(self, metric: str, symbol: str) -> Result | None:
        """Give the first result of a metric and symbol; None where there is none."""
        return next((found for found in self.results if found.metric == metric and found.symbol == symbol), None)


@dataclass(frozen=True, slots=True)
class DeviceSet:
    """Measured devices, each once: what a set metric is computed of.

    `devices` are the first visits, in order of time; `again` the later visits (a sentinel device, or a device of which
    there are several runs), which never count as devices. `criteria` are what a good device must be; `registered` tells
    whether they stood in the run files before the measurement. `offered` is how many devices there were to choose from,
    as far as the benches tell, 0 when they do not; `random` whether the order of the devices was drawn. `remarks` say
    what a reader must know of how the set came about.
    """

    name: str
    devices: tuple[MeasuredDevice, ...]
    again: tuple[MeasuredDevice, ...] = ()
    criteria: Criteria | None = None
    registered: bool = False
    offered: int = 0
    random: bool = False
    remarks: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[MeasuredDevice]:
        return iter(self.devices)

    def __len__(self) -> int:
        return len(self.devices)


@dataclass(frozen=True, slots=True)
class SetMetric:
    """One metric of the standard over a set of devices (M20, M40 to M42, the survival of M24).

    Fields as those of Metric. `compute` is a pure function of the set that raises LabkitError when the set cannot carry
    it; its Results have no `device`.
    """

    name: str
    definition: str
    title: str
    unit: str
    formula: str
    description: str
    requires: tuple[str, ...]
    reference: str
    compute: Callable[[DeviceSet], tuple[Result, ...]]
