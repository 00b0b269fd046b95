"""The measured device and the chip it is on: `sample.yaml`."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from labkit.core._fields import QuantityField

Area = Annotated[float, QuantityField("area", "cm^2")]
Length = Annotated[float, QuantityField("length", "um")]
Temperature = Annotated[float, QuantityField("temperature", "K")]
CapacitancePerArea = Annotated[float, QuantityField("capacitance per area", "nF/cm^2")]
Ratio = Annotated[float, QuantityField("ratio", "%")]


class Sample(BaseModel):
    """One measured cell; lengths in m, areas in m^2, capacitance in F/m^2 once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    name: str = Field("unnamed", description="the chip or sample")
    device: str = Field("1", description="which cell of the chip")
    row: int | None = Field(None, ge=0)
    column: int | None = Field(None, ge=0)
    description: str = ""
    material: str = ""
    mechanism: str = Field("", description="e.g. VCM, ECM, floating gate, heterojunction")
    active_area: Area | None = Field(None, description="illuminated area within the channel")
    channel_width: Length | None = None
    channel_length: Length | None = None
    thickness: Length | None = None
    gate_capacitance: CapacitancePerArea | None = None
    polarity: Literal["n", "p", "ambipolar", "unknown"] = "unknown"
    temperature: Temperature | None = None
    relative_humidity: Ratio | None = None
    atmosphere: str = ""
    ambient_light: str = ""
    history: str = Field("", description="what was done to the device before this run")
    operator: str = ""
