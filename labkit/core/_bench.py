"""The instruments of a set-up, and which channel plays which role for which terminal: `bench.yaml`."""

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
RampRate = Annotated[float, QuantityField("ramp rate", "V/s")]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InstrumentEntry(_Document):
    """One instrument: which driver, and where it answers."""

    driver: str = Field(description="an entry of `labkit list drivers`")
    address: str = Field(description='VISA resource, e.g. "USB0::0x05E6::0x2450::04501234::INSTR"')
    timeout: Time = Field(5.0, description="how long to wait for an answer")
    options: dict[str, str | int | float | bool] = Field(default_factory=dict, description="of the driver")


class ElectricalTerminal(_Document):
    """A terminal on a source-measure channel."""

    instrument: str
    channel: str = "1"
    maximum_voltage: Voltage = Field(description="no plan may exceed this magnitude")
    maximum_current: Current = Field(description="no compliance may exceed this")
    ramp_rate: RampRate = Field(10.0, gt=0, description="how fast a source is brought to zero")


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

    @model_validator(mode="after")
    def _rising(self) -> "OpticalTerminal":
        currents = [point.current for point in self.calibration]
        levels = [point.irradiance for point in self.calibration]
        if currents != sorted(set(currents)) or levels != sorted(set(levels)):
            raise ValueError("calibration must rise in current and in irradiance from point to point")
        return self


class GroundedTerminal(_Document):
    """A terminal that is tied to the bench's ground."""

    grounded: Literal[True]


class VirtualWorld(_Document):
    """What stands behind the instruments when the bench is opened with --virtual."""

    device: str = Field(description="a preset of `labkit list presets`, or the path of a preset file")
    terminals: dict[str, str] = Field(
        default_factory=dict, description="bench terminal to device terminal, where the names differ"
    )
    seed: int = 1
    clock: Literal["virtual", "real"] = "virtual"
    time_factor: float = Field(1.0, gt=0, description="seconds of the world per second of the wall, for `real`")
    faults: tuple[dict[str, Any], ...] = Field((), description="faults to inject, see the reference")


def _terminal_kind(terminal: object) -> str:
    if isinstance(terminal, GroundedTerminal) or (isinstance(terminal, dict) and "grounded" in terminal):
        return "<grounded>"
    optical = isinstance(terminal, dict) and not terminal.keys().isdisjoint({"wavelength", "calibration"})
    return "<optical>" if optical or isinstance(terminal, OpticalTerminal) else "<electrical>"


Terminal = Annotated[
    Annotated[ElectricalTerminal, Tag("<electrical>")]
    | Annotated[OpticalTerminal, Tag("<optical>")]
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

    def electrical(self) -> dict[str, ElectricalTerminal]:
        """Give the terminals on source-measure channels."""
        return {name: found for name, found in self.terminals.items() if isinstance(found, ElectricalTerminal)}

    def optical(self) -> dict[str, OpticalTerminal]:
        """Give the terminals on light sources."""
        return {name: found for name, found in self.terminals.items() if isinstance(found, OpticalTerminal)}
