"""The measured device and the chip it is on: `sample.yaml`."""

import re
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from labkit.core._fields import QuantityField

_CROSSING = re.compile(r"r([0-9]+)c([0-9]+)")

Area = Annotated[float, QuantityField("area", "cm^2")]
Length = Annotated[float, QuantityField("length", "um")]
Temperature = Annotated[float, QuantityField("temperature", "K")]
CapacitancePerArea = Annotated[float, QuantityField("capacitance per area", "nF/cm^2")]
Ratio = Annotated[float, QuantityField("ratio", "%")]
RampRate = Annotated[float, QuantityField("ramp rate", "V/s")]
NumberDensity = Annotated[float, QuantityField("number density", "1/cm^3")]


class CellProperties(BaseModel):
    """What is different about some cells of a chip; lengths in m, areas in m^2 once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    row: int | None = Field(None, ge=0)
    column: int | None = Field(None, ge=0)
    active_area: Area | None = None
    active_area_uncertainty: Ratio | None = None
    channel_width: Length | None = None
    channel_length: Length | None = None
    thickness: Length | None = None
    batch: str | None = None
    history: str | None = None


class Sample(BaseModel):
    """One measured cell; lengths in m, areas in m^2, capacitance in F/m^2 once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    name: str = Field("unnamed", description="the chip or sample")
    batch: str = Field("", description="what was made together: a deposition, a substrate")
    device: str = Field("1", description="which cell of the chip")
    row: int | None = Field(None, ge=0)
    column: int | None = Field(None, ge=0)
    description: str = ""
    material: str = ""
    dimensionality: Literal["", "0D", "1D", "2D", "2D/3D", "3D"] = Field("", description="of the perovskite")
    structure: str = Field("", description="the layers in order, e.g. Au/MAPbI3/ITO")
    mechanism: str = Field("", description="e.g. VCM, ECM, floating gate, heterojunction")
    active_area: Area | None = Field(None, description="illuminated area within the channel")
    active_area_uncertainty: Ratio | None = Field(
        None, ge=0, description="relative standard uncertainty (k=1) of active_area: spot or mask"
    )
    channel_width: Length | None = None
    channel_width_uncertainty: Ratio | None = Field(None, ge=0, description="relative standard uncertainty (k=1)")
    channel_length: Length | None = None
    channel_length_uncertainty: Ratio | None = Field(None, ge=0, description="relative standard uncertainty (k=1)")
    thickness: Length | None = Field(None, description="of the film between the electrodes of a two-terminal device")
    thickness_uncertainty: Ratio | None = Field(None, ge=0, description="relative standard uncertainty (k=1)")
    gate_capacitance: CapacitancePerArea | None = Field(None, description="C_i, between gate and channel")
    gate_capacitance_uncertainty: Ratio | None = Field(None, ge=0, description="relative standard uncertainty (k=1)")
    gate_capacitance_method: Literal["geometric", "impedance", "quasi-static", "unknown"] = Field(
        "unknown", description="from thickness and permittivity, at a frequency, or by a slow ramp of the gate"
    )
    gate_capacitance_rate: RampRate | None = Field(
        None, gt=0, description="ramp rate of a quasi-static measurement of gate_capacitance"
    )
    gate_dielectric: Literal["insulator", "ionic", "ferroelectric", "unknown"] = Field(
        "unknown", description="an ionic or ferroelectric one has a capacitance that belongs to the sweep rate"
    )
    permittivity_optical: float | None = Field(
        None, ge=1, description="eps_inf, relative, of the film: the least that Schottky emission can show"
    )
    permittivity_static: float | None = Field(None, ge=1, description="eps_s, relative, of the film")
    ion_density: NumberDensity | None = Field(None, gt=0, description="mobile ions in the film")
    polarity: Literal["n", "p", "ambipolar", "unknown"] = "unknown"
    temperature: Temperature | None = None
    transitions: tuple[Temperature, ...] = Field(
        (), description="known phase transitions of the material, e.g. [327 K]: no fit goes across one"
    )
    relative_humidity: Ratio | None = None
    atmosphere: str = ""
    ambient_light: str = ""
    history: str = Field("", description="what was done to the device before this run")
    operator: str = ""
    cells: dict[str, CellProperties] = Field(
        default_factory=dict,
        description="cells of the chip, by name or pattern (r1c2, r*c1), with what is different about them; later ones "
        "win",
    )

    def of_cell(self, device: str) -> "Sample":
        """Give what is known of one cell of the chip.

        The names of a crossbar (r1c2) tell row and column, counted from 1, where the file does not.
        """
        crossing = _CROSSING.fullmatch(device)
        found: dict[str, object] = {"device": device}
        if crossing is not None:
            found |= {"row": int(crossing[1]), "column": int(crossing[2])}
        for pattern, properties in self.cells.items():
            if fnmatchcase(device, pattern):
                found |= properties.model_dump(exclude_none=True)
        return self.model_copy(update=found)
