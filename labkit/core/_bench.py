"""The instruments of a set-up, and which channel plays which role for which terminal: `bench.yaml`."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from labkit.core._bench_fields import (
    BenchPart,
    Current,
    HeatingRate,
    Irradiance,
    Length,
    RampRate,
    Ratio,
    Resistance,
    Temperature,
    Time,
    Voltage,
)
from labkit.core._virtual_world import VirtualWorld


class InstrumentEntry(BenchPart):
    """One instrument: which driver, and where it answers."""

    driver: str = Field(description="an entry of `labkit list drivers`")
    address: str = Field(
        "",
        description='VISA resource, e.g. "USB0::0x05E6::0x2450::04501234::INSTR"; none for what has no interface',
    )
    timeout: Time = Field(5.0, description="how long to wait for an answer")
    options: dict[str, str | int | float | bool] = Field(default_factory=dict, description="of the driver")


class ElectricalTerminal(BenchPart):
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


class PulseTerminal(BenchPart):
    """A terminal on a pulse generator: a level is sourced, no current measured."""

    instrument: str
    channel: str = "1"
    load: Literal["high"] | Resistance = Field(
        description='what the generator is told that it drives: "high" for a device of many kOhm, else e.g. "50 ohm"'
    )
    maximum_voltage: Voltage = Field(description="no plan may exceed this magnitude at the device")
    wired_to: str = Field("", description="terminal of the device that the lead goes to, where its name differs")


class CalibrationPoint(BenchPart):
    """Irradiance at the device plane for one drive current."""

    current: Current
    irradiance: Irradiance


class OpticalTerminal(BenchPart):
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


class StageTerminal(BenchPart):
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


class GroundedTerminal(BenchPart):
    """A terminal that is tied to the bench's ground."""

    grounded: Literal[True]


class TriggerLine(BenchPart):
    """A cable from a trigger output to a trigger input, each written `instrument:port`."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    source: str = Field(alias="from", description='for example "smu:1", digital line 1 of the instrument smu')
    sink: str = Field(alias="to", description='for example "generator:EXT"')


class Crossbar(BenchPart):
    """Cells at the crossings of word lines and bit lines, `r1c1`, `r1c2`, ...: columns of the matrix, in order."""

    rows: tuple[str, ...] = Field(min_length=1, description="columns that the word lines are on")
    columns: tuple[str, ...] = Field(min_length=1, description="columns that the bit lines are on")
    row_terminal: str = Field("top", description="the device's terminal on the word line")
    column_terminal: str = Field("bottom", description="the device's terminal on the bit line")
    unselected: str = Field(
        "", description="terminal of the bench that the lines which are not selected go to; left out: they float"
    )


class Switch(BenchPart):
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


class Bench(BenchPart):
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
