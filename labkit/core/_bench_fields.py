"""What the parts of a bench file are made of: quantities with the unit of their examples."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict

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


class BenchPart(BaseModel):
    """A part of a bench file: no keys but those that it knows, and nothing changes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
