"""The instruments of a set-up, and which channel plays which role for which terminal: `bench.yaml`."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from labkit.core._fields import QuantityField

Voltage = Annotated[float, QuantityField("voltage", "V")]
Current = Annotated[float, QuantityField("current", "mA")]
Time = Annotated[float, QuantityField("time", "ms")]
Frequency = Annotated[float, QuantityField("frequency", "Hz")]
Irradiance = Annotated[float, QuantityField("irradiance", "mW/cm^2")]
Length = Annotated[float, QuantityField("length", "nm")]
Ratio = Annotated[float, QuantityField("ratio", "%")]
Area = Annotated[float, QuantityField("area", "um^2")]
Temperature = Annotated[float, QuantityField("temperature", "K")]
HeatingRate = Annotated[float, QuantityField("heating rate", "K/min")]
RampRate = Annotated[float, QuantityField("ramp rate", "V/s")]
Resistance = Annotated[float, QuantityField("resistance", "ohm")]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InstrumentEntry(_Document):
    """One instrument: which driver, and where it answers."""

    driver: str = Field(description="an entry of `labkit list drivers`")
    address: str = Field(
        "",
        description='VISA resource, e.g. "USB0::0x05E6::0x2450::04501234::INSTR"; none for what has no interface',
    )
    timeout: Time = Field(5.0, description="how long to wait for an answer")
    options: dict[str, str | int | float | bool] = Field(default_factory=dict, description="of the driver")


class ElectricalTerminal(_Document):
    """A terminal on a source-measure channel."""

    instrument: str
    channel: str = "1"
    maximum_voltage: Voltage = Field(description="no plan may exceed this magnitude")
    maximum_current: Current = Field(description="no compliance may exceed this")
    ramp_rate: RampRate = Field(10.0, gt=0, description="how fast a source is brought to zero")
    wired_to: str = Field("", description="terminal of the device that the lead goes to, where its name differs")
    low_side: bool = Field(
        False,
        description="the channel is on the device's other electrode: a positive level is sourced as a negative one",
    )
    pulses: str = Field(
        "", description="terminal on a pulse generator that makes the pulses which the channel is too slow for"
    )


class PulseTerminal(_Document):
    """A terminal on a pulse generator: a level is sourced, no current measured."""

    instrument: str
    channel: str = "1"
    load: Literal["high"] | Resistance = Field(
        description='what the generator is told that it drives: "high" for a device of many kOhm, else e.g. "50 ohm"'
    )
    maximum_voltage: Voltage = Field(description="no plan may exceed this magnitude at the device")
    wired_to: str = Field("", description="terminal of the device that the lead goes to, where its name differs")


class CalibrationPoint(_Document):
    """Irradiance at the device plane for one drive current."""

    current: Current
    irradiance: Irradiance


class OpticalTerminal(_Document):
    """A terminal on a light source; linear interpolation between the calibration's points."""

    instrument: str
    channel: str = "1"
    wavelength: Length
    maximum_irradiance: Irradiance
    maximum_current: Current = Field(description="limit set in the driver of the light")
    calibration: tuple[CalibrationPoint, ...] = Field(min_length=2)
    calibration_uncertainty: Ratio = Field(0.05, ge=0, description="relative standard uncertainty (k=1)")
    wavelength_uncertainty: Length = Field(0.0, ge=0, description="standard uncertainty (k=1) of the centroid")
    gaussian_beam: Length | None = Field(
        None, gt=0, description="1/e^2 diameter of a Gaussian beam whose peak irradiance the calibration states"
    )
    dimming: Literal["current", "pwm"] = Field(
        "current", description="how the light is made weaker; `pwm` switches it on and off, which a device follows"
    )
    flat_field: dict[str, Ratio] = Field(
        default_factory=dict,
        description="cells of an array, by name or pattern, to their irradiance relative to the calibration's",
    )
    driven_by: str = Field(
        "", description="terminal on a pulse generator that gates the light (TTL) or drives it (modulation input)"
    )

    def relative_irradiance(self, cell: str) -> float:
        """Give the irradiance at a cell relative to the calibration's; 1 where the flat field does not tell."""
        return next((value for name, value in reversed(self.flat_field.items()) if fnmatchcase(cell, name)), 1.0)

    @model_validator(mode="after")
    def _rising(self) -> "OpticalTerminal":
        currents = [point.current for point in self.calibration]
        levels = [point.irradiance for point in self.calibration]
        if currents != sorted(set(currents)) or levels != sorted(set(levels)):
            raise ValueError("calibration must rise in current and in irradiance from point to point")
        return self


class StageTerminal(_Document):
    """A terminal for heat: a control loop of a temperature controller and the sensor at the device."""

    instrument: str
    channel: str = Field("1", description="control loop (output) of the controller")
    sensor: str = Field("A", description="input of the controller with the sensor nearest to the device")
    minimum_temperature: Temperature = Field(gt=0, description="what the cooling reaches; no plan may go below")
    maximum_temperature: Temperature = Field(description="what device and stage bear; no plan may go above")
    rate: HeatingRate = Field(5.0 / 60, gt=0, description="fastest change that device and stage bear and can follow")
    accuracy: Temperature = Field(0.2, ge=0, description="limit of the difference between sensor and device")
    settling: Time = Field(120.0, ge=0, description="from the setpoint's arrival until the device is there, about")

    @model_validator(mode="after")
    def _spans(self) -> "StageTerminal":
        if not self.minimum_temperature < self.maximum_temperature:
            raise ValueError("minimum_temperature must be below maximum_temperature")
        return self


class GroundedTerminal(_Document):
    """A terminal that is tied to the bench's ground."""

    grounded: Literal[True]


class TriggerLine(_Document):
    """A cable from a trigger output to a trigger input, each written `instrument:port`."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    source: str = Field(alias="from", description='for example "smu:1", digital line 1 of the instrument smu')
    sink: str = Field(alias="to", description='for example "generator:EXT"')


class Crossbar(_Document):
    """Cells at the crossings of word lines and bit lines, `r1c1`, `r1c2`, ...: columns of the matrix, in order."""

    rows: tuple[str, ...] = Field(min_length=1, description="columns that the word lines are on")
    columns: tuple[str, ...] = Field(min_length=1, description="columns that the bit lines are on")
    row_terminal: str = Field("top", description="the device's terminal on the word line")
    column_terminal: str = Field("bottom", description="the device's terminal on the bit line")
    unselected: str = Field(
        "", description="terminal of the bench that the lines which are not selected go to; left out: they float"
    )


class Switch(_Document):
    """A switch matrix between the instruments and the cells of a chip.

    A row of the matrix carries a terminal of the bench, a column a pad of the chip.
    """

    instrument: str
    rows: dict[str, str] = Field(min_length=1, description="terminal of the bench to row of the matrix")
    settling: Time = Field(0.005, ge=0, description="wait after switching, beside what the relays take")
    cells: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="cell to its terminals, each with the column that it is on"
    )
    crossbar: Crossbar | None = None

    @model_validator(mode="after")
    def _has_cells(self) -> "Switch":
        if not self.cells and self.crossbar is None:
            raise ValueError("a switch needs `cells` or a `crossbar`")
        return self

    def wiring(self) -> dict[str, dict[str, str]]:
        """Give every cell with its terminals and their columns, those of a crossbar written out."""
        return dict(self.cells) | (_crossings(self.crossbar) if self.crossbar is not None else {})


@lru_cache(16)
def _crossings(bar: Crossbar) -> dict[str, dict[str, str]]:
    """Write the cells of a crossbar out; remembered, because a chip of a thousand cells is asked for at every read."""
    return {
        f"r{i}c{j}": {bar.row_terminal: word, bar.column_terminal: bit}
        for i, word in enumerate(bar.rows, 1)
        for j, bit in enumerate(bar.columns, 1)
    }


class VirtualCell(_Document):
    """What is different about some cells of a virtual chip."""

    active_area: Area | None = None
    defect: Literal["short", "open"] | None = None


class VirtualSelector(_Document):
    """A selector in series with each cell of a virtual crossbar: I = I_s sinh(V / V_0), the same either way."""

    current: Current = Field(gt=0, description="I_s")
    scale: Voltage = Field(gt=0, description="V_0")


class VirtualCrossbar(_Document):
    """Lines of a virtual crossbar as one network, solved node by node: sneak paths, wires, and writes that disturb."""

    word_segment: Resistance = Field(0.0, ge=0, description="of a word line between two cells")
    bit_segment: Resistance = Field(0.0, ge=0, description="of a bit line between two cells")
    word_contact: Resistance = Field(0.0, ge=0, description="of the lead to a word line, before its first cell")
    bit_contact: Resistance = Field(0.0, ge=0, description="of the lead to a bit line, behind its last cell")
    selector: VirtualSelector | None = Field(None, description="in series with each cell; left out: none")


class VirtualChip(_Document):
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


class VirtualAir(_Document):
    """What a virtual device breathes: nitrogen, unless told; only presets with an `ageing` feel it."""

    humidity: Ratio = Field(0.0, ge=0, le=1, description="relative")
    oxygen: Ratio = Field(0.0, ge=0, le=1, description="share; 21 % in air")
    shelf_time: Time = Field(0.0, ge=0, description="how long the device has lain in it, dark, before the run")


class VirtualWorld(_Document):
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


_STAGE_KEYS = frozenset({"minimum_temperature", "maximum_temperature"})


def _terminal_kind(terminal: object) -> str:
    if isinstance(terminal, GroundedTerminal) or (isinstance(terminal, dict) and "grounded" in terminal):
        return "<grounded>"
    if isinstance(terminal, PulseTerminal) or (isinstance(terminal, dict) and "load" in terminal):
        return "<pulse>"
    if isinstance(terminal, StageTerminal) or (isinstance(terminal, dict) and not _STAGE_KEYS.isdisjoint(terminal)):
        return "<thermal>"
    optical = isinstance(terminal, dict) and not terminal.keys().isdisjoint({"wavelength", "calibration"})
    return "<optical>" if optical or isinstance(terminal, OpticalTerminal) else "<electrical>"


Terminal = Annotated[
    Annotated[ElectricalTerminal, Tag("<electrical>")]
    | Annotated[OpticalTerminal, Tag("<optical>")]
    | Annotated[PulseTerminal, Tag("<pulse>")]
    | Annotated[StageTerminal, Tag("<thermal>")]
    | Annotated[GroundedTerminal, Tag("<grounded>")],
    Discriminator(_terminal_kind),
]


class Bench(_Document):
    """A bench, as written in `bench.yaml`."""

    schema_version: Literal[1] = 1
    name: str
    description: str = ""
    instruments: dict[str, InstrumentEntry]
    terminals: dict[str, Terminal]
    switch: Switch | None = None
    trigger_lines: tuple[TriggerLine, ...] = ()
    line_frequency: Literal["auto", 50, 60] = "auto"
    stepped_limit: Time = Field(0.02, description="shortest time that the PC is trusted to keep")
    virtual: VirtualWorld | None = None

    @model_validator(mode="after")
    def _instruments_exist(self) -> "Bench":
        for name, terminal in self.terminals.items():
            if not isinstance(terminal, GroundedTerminal) and terminal.instrument not in self.instruments:
                known = ", ".join(self.instruments)
                raise PydanticCustomError(
                    "unknown_instrument",
                    "there is no instrument {name}; the instruments are: {known}",
                    {"name": terminal.instrument, "known": known, "at": ("terminals", name, "instrument")},
                )
        return self

    @model_validator(mode="after")
    def _references_exist(self) -> "Bench":
        references: list[tuple[tuple[str, ...], str, Iterable[str]]] = []
        for name, terminal in self.terminals.items():
            if isinstance(terminal, ElectricalTerminal) and terminal.pulses:
                references.append((("terminals", name, "pulses"), terminal.pulses, self.pulse_terminals()))
            if isinstance(terminal, OpticalTerminal) and terminal.driven_by:
                references.append((("terminals", name, "driven_by"), terminal.driven_by, self.pulse_terminals()))
        if self.switch is not None:
            references.append((("switch", "instrument"), self.switch.instrument, self.instruments))
            references += [(("switch", "rows", row), row, self.terminals) for row in self.switch.rows]
            bar = self.switch.crossbar
            if bar is not None and bar.unselected:
                references.append((("switch", "crossbar", "unselected"), bar.unselected, self.switch.rows))
        for k, line in enumerate(self.trigger_lines):
            references += [
                (("trigger_lines", str(k), end), port.partition(":")[0], self.instruments)
                for end, port in (("from", line.source), ("to", line.sink))
            ]
        for at, name, known in references:
            if name not in known:
                raise PydanticCustomError(
                    "unknown_reference",
                    "there is no {name} on this bench that could stand here; there are: {known}",
                    {"name": name, "known": ", ".join(known) or "none", "at": at},
                )
        return self

    def electrical(self) -> dict[str, ElectricalTerminal]:
        """Give the terminals on source-measure channels."""
        return {name: found for name, found in self.terminals.items() if isinstance(found, ElectricalTerminal)}

    def pulse_terminals(self) -> dict[str, PulseTerminal]:
        """Give the terminals on pulse generators."""
        return {name: found for name, found in self.terminals.items() if isinstance(found, PulseTerminal)}

    def optical(self) -> dict[str, OpticalTerminal]:
        """Give the terminals on light sources."""
        return {name: found for name, found in self.terminals.items() if isinstance(found, OpticalTerminal)}

    def stages(self) -> dict[str, StageTerminal]:
        """Give the terminals on temperature controllers."""
        return {name: found for name, found in self.terminals.items() if isinstance(found, StageTerminal)}
