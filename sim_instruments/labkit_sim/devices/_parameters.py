"""Quantities in preset files: the base of every parameter set, and the dimensions it uses."""

from abc import ABC, abstractmethod
from typing import Annotated, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from labkit.core import QuantityField

ELEMENTARY_CHARGE = 1.602176634e-19
PLANCK = 6.62607015e-34
LIGHT_SPEED = 299792458.0

Time = Annotated[float, QuantityField("time", "s")]
Voltage = Annotated[float, QuantityField("voltage", "V")]
Rate = Annotated[float, QuantityField("rate", "1/s")]
Conductance = Annotated[float, QuantityField("conductance", "uS")]
Resistance = Annotated[float, QuantityField("resistance", "kohm")]
Capacitance = Annotated[float, QuantityField("capacitance", "nF")]
CapacitancePerArea = Annotated[float, QuantityField("capacitance per area", "nF/cm^2")]
Mobility = Annotated[float, QuantityField("mobility", "cm^2/Vs")]
Length = Annotated[float, QuantityField("length", "um")]
Temperature = Annotated[float, QuantityField("temperature", "K")]
Energy = Annotated[float, QuantityField("photon energy", "eV")]
Irradiance = Annotated[float, QuantityField("irradiance", "mW/cm^2")]
Area = Annotated[float, QuantityField("area", "cm^2")]
Ratio = Annotated[float, QuantityField("ratio", "%")]


class Parameters(BaseModel):
    """Parameters of a model: no unknown keys, frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelParameters(Parameters, ABC):
    """Parameters of a whole device, which differ from cell to cell of a chip."""

    device_variation: Ratio = Field(0.0, ge=0, description="coefficient of variation from device to device of a chip")

    @abstractmethod
    def varied(self, random: np.random.Generator) -> Self:
        """Draw the parameters of one cell, around these."""
