"""The map: what a user says of a foreign file, as typed data."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from labkit.core import QuantityField, read_document

Time = Annotated[float, QuantityField("time", "ms")]
Voltage = Annotated[float, QuantityField("voltage", "V")]
Current = Annotated[float, QuantityField("current", "nA")]
RampRate = Annotated[float, QuantityField("ramp rate", "V/s")]
Irradiance = Annotated[float, QuantityField("irradiance", "mW/cm^2")]
Length = Annotated[float, QuantityField("length", "nm")]
Ratio = Annotated[float, QuantityField("ratio", "%")]

ProtocolName = Literal["P02", "P03", "P10", "P15", "P16", "P17", "P18"]
KINDS_OF_DATA: Mapping[ProtocolName, str] = {
    "P02": "response",
    "P03": "pairs",
    "P10": "LTP/LTD",
    "P15": "loops",
    "P16": "endurance",
    "P17": "retention",
    "P18": "transfer curves",
}
"""What can be imported, in a word, by the number of the standard protocol that it is closest to."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TableMap(_Part):
    """How the file is to be read, where it is not found by itself."""

    delimiter: Literal["\t", ";", ",", " "] | None = None
    decimal: Literal[".", ","] | None = None
    header: int | None = Field(None, ge=1, description="line of the column names, counted from 1")
    sheet: str | None = Field(None, description="sheet of a workbook")


class ColumnMap(_Part):
    """One column: its name or its number (from 1), its unit, its sign."""

    column: str | int
    unit: str = Field("", description='unit of the numbers; "" takes the one in the column\'s name, or SI')
    sign: Literal[1, -1] = Field(1, description="-1 where the file counts a current out of the device as positive")


class ColumnsMap(_Part):
    """Which column is what. Current is counted positive into the device."""

    time: ColumnMap | None = None
    voltage: ColumnMap | None = None
    current: ColumnMap | None = None
    conductance: ColumnMap | None = None
    resistance: ColumnMap | None = None
    stimulus: ColumnMap | None = Field(None, description="light or gate voltage, whose edges are the pulses")
    cycle: ColumnMap | None = Field(None, description="number of the sweep, or of the LTP/LTD cycle")
    pulse: ColumnMap | None = Field(None, description="how many pulses came before the read")
    state: ColumnMap | None = Field(None, description="programming pulses of the state that is read")
    low_resistance_state: ColumnMap | None = Field(None, description="P16: its current, conductance or resistance")
    high_resistance_state: ColumnMap | None = Field(None, description="P16: its current, conductance or resistance")
    gate_current: ColumnMap | None = Field(None, description="P18: the gate's leakage")


class TerminalsMap(_Part):
    """What the terminals are called, and whether the stimulus is light."""

    response: str = Field("", pattern="|[a-z][a-z0-9_]*", description="drain or top unless told otherwise")
    stimulus: str = Field("light", pattern="[a-z][a-z0-9_]*")
    stimulus_kind: Literal["optical", "electrical"] = "optical"


class AccuracyMap(_Part):
    """The data sheet's limits of the measure range that was in force: +-(gain x reading + offset)."""

    gain: Ratio = Field(ge=0)
    offset: Current = Field(ge=0)
    voltage_gain: Ratio = Field(0.0, ge=0)
    voltage_offset: Voltage = Field(0.0, ge=0)


class KnownMap(_Part):
    """What the file does not say and its owner may know; what is left out is recorded as unknown."""

    instrument: str = ""
    accuracy: AccuracyMap | None = None
    aperture: Time | None = Field(None, ge=0, description="integration time of a reading")
    compliance: Current | None = Field(None, gt=0, description="current limit; readings at it are marked")
    current_range: Current | None = Field(None, gt=0)
    history: str = Field("", description="what was done to the device before")
    measured_at: str = Field("", description="when it was measured, ISO 8601")


class PulsesMap(_Part):
    """The pulses of a current trace, where no column tells them or where the column is not their level."""

    begins: tuple[Time, ...] = ()
    width: Time | None = Field(None, gt=0)
    level: Irradiance | Voltage | None = Field(None, description="irradiance or voltage of the pulses")
    marks: tuple[Literal["epsc", "control", "first", "second"], ...] = Field(
        (), description="what the pulses are, repeated until all have a mark"
    )
    wavelength: Length | None = None
    light_uncertainty: Ratio | None = Field(None, description="relative standard uncertainty of the irradiance")


class ImportMap(_Part):
    """How a file of foreign make becomes a run."""

    schema_version: Literal[1] = 1
    protocol: ProtocolName = Field(description="the standard protocol that the data are closest to")
    table: TableMap = TableMap()
    columns: ColumnsMap
    terminals: TerminalsMap = TerminalsMap()
    rate: RampRate | None = Field(None, gt=0, description="P15: ramp rate, where there is no time column")
    read_voltage: Voltage | None = Field(None, description="P10, P16, P17, P18 (drain): where no column tells it")
    pulses_per_train: int | None = Field(None, ge=2, description="P10: potentiating pulses of a cycle")
    reference: Current | None = Field(None, description="P17: current before programming")
    pulses: PulsesMap = PulsesMap()
    known: KnownMap = KnownMap()

    @property
    def response(self) -> str:
        """The terminal whose current was measured."""
        return self.terminals.response or ("drain" if self.protocol in ("P02", "P03", "P18") else "top")


def read_map(path: Path) -> ImportMap:
    """Read a map file; raises DocumentError with every fault at its place."""
    return read_document(path, ImportMap)
