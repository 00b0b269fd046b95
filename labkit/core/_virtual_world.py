"""The virtual world of a bench file: the devices, the lines between them, the air and the clock."""

from fnmatch import fnmatchcase
from typing import Any, Literal

from pydantic import Field

from labkit.core._bench_fields import Area, BenchPart, Current, Ratio, Resistance, Time, Voltage


class VirtualCell(BenchPart):
    """What is different about some cells of a virtual chip."""

    active_area: Area | None = None
    defect: Literal["short", "open"] | None = None


class VirtualSelector(BenchPart):
    """A selector in series with each cell of a virtual crossbar: I = I_s sinh(V / V_0), the same either way."""

    current: Current = Field(gt=0, description="I_s")
    scale: Voltage = Field(gt=0, description="V_0")


class VirtualCrossbar(BenchPart):
    """Lines of a virtual crossbar as one network, solved node by node: sneak paths, wires, and writes that disturb."""

    word_segment: Resistance = Field(0.0, ge=0, description="of a word line between two cells")
    bit_segment: Resistance = Field(0.0, ge=0, description="of a bit line between two cells")
    word_contact: Resistance = Field(0.0, ge=0, description="of the lead to a word line, before its first cell")
    bit_contact: Resistance = Field(0.0, ge=0, description="of the lead to a bit line, behind its last cell")
    selector: VirtualSelector | None = Field(None, description="in series with each cell; left out: none")


class VirtualChip(BenchPart):
    """How the cells behind a virtual switch differ from each other."""

    variation: Ratio | None = Field(
        None, ge=0, description="coefficient of variation from device to device, lognormal; without it, the preset's"
    )
    active_area: Area = Field(1e-10, gt=0, description="of the device that the preset describes")
    area_exponent: Ratio = Field(
        1.0, description="how what switches in a memristor goes with the area: 1 as an interface, 0 as a filament"
    )
    shorts: Ratio = Field(0.0, ge=0, le=1, description="share of shorted cells, drawn")
    opens: Ratio = Field(0.0, ge=0, le=1, description="share of open cells, drawn")
    cells: dict[str, VirtualCell] = Field(
        default_factory=dict, description="cells by name or pattern (r1c2, r*c1); later ones win"
    )
    crossbar: VirtualCrossbar | None = Field(
        None, description="the lines as one network; left out: each cell sees its own two lines alone"
    )

    def cell(self, name: str) -> VirtualCell:
        """Give what is different about one cell."""
        found: dict[str, object] = {}
        for pattern, properties in self.cells.items():
            if fnmatchcase(name, pattern):
                found |= properties.model_dump(exclude_none=True)
        return VirtualCell().model_copy(update=found)


class VirtualAir(BenchPart):
    """What a virtual device breathes: nitrogen, unless told; only presets with an `ageing` feel it."""

    humidity: Ratio = Field(0.0, ge=0, le=1, description="relative")
    oxygen: Ratio = Field(0.0, ge=0, le=1, description="share; 21 % in air")
    shelf_time: Time = Field(0.0, ge=0, description="how long the device has lain in it, dark, before the run")


class VirtualWorld(BenchPart):
    """What stands behind the instruments when the bench is opened with --virtual."""

    device: str = Field(description="a preset of `labkit list presets`, or the path of a preset file")
    terminals: dict[str, str] = Field(
        default_factory=dict, description="bench terminal to device terminal, where the names differ"
    )
    chip: VirtualChip | None = Field(None, description="how the cells of a chip differ from each other")
    air: VirtualAir = VirtualAir()
    seed: int = 1
    clock: Literal["virtual", "real"] = "virtual"
    time_factor: float = Field(1.0, gt=0, description="seconds of the world per second of the wall, for `real`")
    acts_at: float | None = Field(
        None,
        ge=0,
        le=1,
        description="where in a transfer instruments act: 0 as its bytes are there, 1 at its end; without it, drawn",
    )
    faults: tuple[dict[str, Any], ...] = Field((), description="faults to inject, see the reference")
