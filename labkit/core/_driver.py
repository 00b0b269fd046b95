"""What a driver package gives to labkit: one `Driver` per model, found by entry point."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from labkit.core._bench import ElectricalTerminal, OpticalTerminal, PulseTerminal, StageTerminal, Switch
from labkit.core._pulse_source import PulseCapabilities, PulseSource
from labkit.core._roles import LightCapabilities, LightSource, SourceMeter, SourceMeterCapabilities
from labkit.core._switch_matrix import MatrixCapabilities, SwitchMatrix
from labkit.core._temperature_stage import StageCapabilities, TemperatureStage
from labkit.core._time import Clock

SIMULATED_ONLY = "checked against simulated firmware, not on hardware"


@dataclass(frozen=True, slots=True)
class Connection:
    """Where an instrument answers, and through what.

    `visa_library` is a VISA library string of PyVISA ("" for the platform's own) or a library object; `timeout` in s.
    `pulse_sources` are the bench's pulse terminals, for a light that one of them drives. `trigger_output` and
    `trigger_input` are the instrument's ports on the bench's trigger lines, "" for none. With `clear` the line is
    cleared first: someone else may have been stopped in the middle of a message, or of a sweep. `look` is called before
    each message and between the parts of a long transfer: what it raises ends what the driver was doing.
    """

    name: str
    address: str
    visa_library: Any = ""
    timeout: float = 5.0
    options: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    pulse_sources: Mapping[str, PulseSource] = field(default_factory=dict)
    trigger_output: str = ""
    trigger_input: str = ""
    clear: bool = False
    look: Callable[[], None] | None = None


SWITCH = "switch"
"""Under this name a driver is given the bench's switch, and gives its SwitchMatrix back."""

BenchTerminal = ElectricalTerminal | OpticalTerminal | PulseTerminal | StageTerminal | Switch
Role = SourceMeter | LightSource | PulseSource | SwitchMatrix | TemperatureStage
Capabilities = SourceMeterCapabilities | LightCapabilities | PulseCapabilities | MatrixCapabilities | StageCapabilities


@dataclass(frozen=True, slots=True)
class Driver:
    """A driver: how to open an instrument, and what it could deliver without opening it.

    `open` connects and gives the role for each of the bench's terminals that the instrument serves; it raises
    InstrumentError when the instrument is another model, speaks another language or does not answer. `describe` gives
    the capabilities of a terminal from the data sheet alone, at a line frequency (Hz). `verified` says on what the
    driver was tried.
    """

    name: str
    title: str
    role: str
    models: tuple[str, ...]
    open: Callable[[Connection, Mapping[str, BenchTerminal], Clock], Mapping[str, Role]]
    describe: Callable[[BenchTerminal, float], Capabilities]
    verified: str = SIMULATED_ONLY
