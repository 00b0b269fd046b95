"""The contract of a digital twin: a device model with free parameters that can be laid on what was measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from labkit.core._samples import FloatArray


@dataclass(frozen=True, slots=True)
class StimulusHistory:
    """What acted on a device in a run.

    Constant from each of `times` (s, rising) to the next. `voltages` (V) has an array a driven electrical terminal,
    `limits` (A) its source's compliance; `irradiance` (W/m^2) an array a wavelength (m); `temperature` is in K.
    """

    times: FloatArray
    voltages: Mapping[str, FloatArray]
    limits: Mapping[str, float]
    irradiance: Mapping[float, FloatArray]
    temperature: FloatArray


@dataclass(frozen=True, slots=True)
class TwinParameter:
    """One free parameter of a model, positive: its name (`traps.0.lifetime`), where a fit starts from, its unit."""

    name: str
    start: float
    unit: str
    description: str


class TwinModel(Protocol):
    """A family of devices, with some of its parameters free."""

    @property
    def terminals(self) -> tuple[str, ...]:
        """The device's terminals."""
        ...

    @property
    def parameters(self) -> tuple[TwinParameter, ...]:
        """The free parameters."""
        ...

    def currents(
        self, values: FloatArray, history: StimulusHistory, terminal: str, times: FloatArray, factors: FloatArray
    ) -> FloatArray:
        """Give the current (A) into a terminal at `times` (s, rising) of a device with these parameters.

        It is fresh when the history begins. `factors` are how well each event (a write, a pulse of light) works, in
        their order; those beyond work as well as the mean. Raises ValueError for parameters that make no device.
        """
        ...

    def events(self, values: FloatArray, history: StimulusHistory) -> int:
        """Count the events of a history."""
        ...

    def preset(self, values: FloatArray, description: str, source: str, fit: Mapping[str, str], scatter: float) -> str:
        """Write the device as a preset (YAML) that a virtual bench takes.

        `fit` says for each free parameter how well it is known; `scatter` is the coefficient of variation of events.
        """
        ...


class OpenTwinModel(Protocol):
    """The entry point `labkit.twins`: give the model of a preset (name or path) with some parameters free.

    Without names those are free that runs usually tell. Raises LabkitError for an unknown preset or parameter.
    """

    def __call__(self, preset: str, free: Sequence[str] = (), folder: Path | None = None) -> TwinModel:
        """Read the preset."""
        ...
