"""What a driver package gives to labkit: one `Driver` per model, found by entry point."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from labkit.core._bench import ElectricalTerminal, OpticalTerminal
from labkit.core._roles import LightCapabilities, LightSource, SourceMeter, SourceMeterCapabilities
from labkit.core._time import Clock

SIMULATED_ONLY = "checked against simulated firmware, not on hardware"


@dataclass(frozen=True, slots=True)
class Connection:
    """Where an instrument answers, and through what.

    `visa_library` is a VISA library string of PyVISA ("" for the platform's own) or a library object; `timeout` in s.
    """

    name: str
    address: str
    visa_library: Any = ""
    timeout: float = 5.0
    options: Mapping[str, str | int | float | bool] = field(default_factory=dict)


BenchTerminal = ElectricalTerminal | OpticalTerminal
Role = SourceMeter | LightSource
Capabilities = SourceMeterCapabilities | LightCapabilities


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
