"""What the documents of all demonstrations share, and the crossbars in them."""

from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from labkit.core import FloatArray, QuantityField
from labkit_sim.crossbar import Cells, Converter, OhmicCells, RectifyingCells, SelectorCells, SinhCells, Wires, gated

Voltage = Annotated[float, QuantityField("voltage", "V")]
Current = Annotated[float, QuantityField("current", "nA")]
Conductance = Annotated[float, QuantityField("conductance", "uS")]
Resistance = Annotated[float, QuantityField("resistance", "ohm")]
Ratio = Annotated[float, QuantityField("ratio", "%")]
Time = Annotated[float, QuantityField("time", "s")]

CellKind = Literal["ohmic", "sinh", "rectifying", "selector", "transistor"]


class Part(BaseModel):
    """A part of a document: no unknown keys, frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DemonstrationDocument(Part):
    """The head of every document."""

    schema_version: Literal[1]
    demonstration: str
    seed: int = Field(0, ge=0, description="the first seed; every other follows from it")
    published: str = Field("", description="what was published, with its reference and its caution")


class WiresPart(Part):
    """Resistances of the lines."""

    word_segment: Resistance = Field(0.0, ge=0, description="of a word line between two cells")
    bit_segment: Resistance = Field(0.0, ge=0, description="of a bit line between two cells")
    word_contact: Resistance = Field(0.0, ge=0, description="of driver and contact of a word line")
    bit_contact: Resistance = Field(0.0, ge=0, description="of contact and amplifier of a bit line")
    both_ends: bool = Field(False, description="whether the lines are driven at both ends")

    def wires(self) -> Wires:
        """Give the wires."""
        return Wires(self.word_segment, self.bit_segment, self.word_contact, self.bit_contact, self.both_ends)


class CellsPart(Part):
    """How the cells conduct, and what stands in series with them."""

    high: Conductance = Field(gt=0, description="of a cell that is on")
    low: Conductance = Field(gt=0, description="of a cell that is off")
    sinh_scale: Voltage = Field(0.3, gt=0, description="V_c of I = G V_c sinh(V / V_c)")
    diode_saturation: Current = Field(1e-14, gt=0, description="I_s of the barrier of a rectifying cell")
    diode_scale: Voltage = Field(0.03, gt=0, description="n V_T of the barrier")
    leakage: Conductance = Field(0.0, ge=0, description="of a rectifying cell beside the barrier, backwards too")
    selector_current: Current = Field(1e-14, gt=0, description="I_s of I = I_s sinh(V / V_0) of the selector")
    selector_scale: Voltage = Field(0.03, gt=0, description="V_0 of the selector")
    transistor_on: Conductance = Field(1e-3, gt=0, description="of the transistor in series on the selected word line")
    transistor_off: Conductance = Field(1e-12, gt=0, description="of those on the others")

    def cells(self, kind: CellKind, conductances: FloatArray, word: int) -> Cells:
        """Make cells of a kind; `word` is the word line whose transistors are open."""
        if kind == "sinh":
            return SinhCells(conductances, self.sinh_scale)
        if kind == "rectifying":
            return RectifyingCells(conductances, self.diode_saturation, self.diode_scale, self.leakage)
        if kind == "selector":
            return SelectorCells(conductances, self.selector_current, self.selector_scale)
        if kind == "transistor":
            return gated(conductances, np.eye(len(conductances))[word], self.transistor_on, self.transistor_off)
        return OhmicCells(conductances)


class ConverterPart(Part):
    """The bits of the converters; 0 for none."""

    dac_bits: int = Field(8, ge=0, le=24)
    adc_bits: int = Field(8, ge=0, le=24)

    def dac(self, highest: float) -> Converter | None:
        """Give the DAC for voltages from 0 to `highest` (V)."""
        return Converter(self.dac_bits, 0.0, highest) if self.dac_bits else None

    def adc(self, highest: float) -> Converter | None:
        """Give the ADC for currents from 0 to `highest` (A)."""
        return Converter(self.adc_bits, 0.0, highest) if self.adc_bits else None


def seeded(document: DemonstrationDocument, seed: int | None) -> int:
    """Give the seed that counts."""
    return document.seed if seed is None else seed


def noted(document: DemonstrationDocument, notes: Mapping[str, str]) -> dict[str, str]:
    """Put what was published behind the notes."""
    return dict(notes) | ({"published": document.published} if document.published else {})
