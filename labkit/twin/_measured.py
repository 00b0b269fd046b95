"""One run as a fit sees it: what acted, what was read, and what its instruments may have got wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from labkit.core import FloatArray, Run, StimulusHistory, TwinModel
from labkit.twin._history import stimulus_history
from labkit.twin._readings import Readings, readings_of

_TRIAL = 1e-3


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run tells of its device; `light` is the relative standard uncertainty of each wavelength's irradiance.

    `voltage_gain` (a fraction) is the limit of the sources' error.
    """

    name: str
    history: StimulusHistory
    readings: tuple[Readings, ...]
    light: dict[float, float]
    voltage_gain: float

    @property
    def currents(self) -> FloatArray:
        """All currents (A), terminal after terminal."""
        return np.concatenate([each.currents for each in self.readings])

    @property
    def sigmas(self) -> FloatArray:
        """Their standard uncertainties by noise (A)."""
        return np.concatenate([each.sigmas for each in self.readings])

    def model(self, model: TwinModel, values: FloatArray, factors: FloatArray) -> FloatArray:
        """Give what a model makes of the run (A), in the order of `currents`."""
        return self._under(model, values, factors, self.history)

    def _under(self, model: TwinModel, values: FloatArray, factors: FloatArray, history: StimulusHistory) -> FloatArray:
        return np.concatenate(
            [model.currents(values, history, each.terminal, each.times, factors) for each in self.readings]
        )

    def systematic(self, model: TwinModel, values: FloatArray) -> Iterator[tuple[str, FloatArray]]:
        """Give each error that all readings share, and how one standard uncertainty of it moves the currents (A).

        The ammeter's gain and offset and the source's gain are rectangular within their limits; the light's
        calibration has the uncertainty of the bench file.
        """
        factors = np.empty(0)
        plain = self.model(model, values, factors)
        for each in self.readings:
            own = np.concatenate([np.full(len(other.times), float(other is each)) for other in self.readings])
            yield f"gain of {each.terminal}", own * plain * each.gain / np.sqrt(3)
            yield f"offset of {each.terminal}", own * each.offset / np.sqrt(3)
        for wavelength, uncertainty in self.light.items():
            if uncertainty > 0:
                brighter = {**self.history.irradiance}
                brighter[wavelength] = brighter[wavelength] * (1 + _TRIAL)
                moved = self._under(model, values, factors, replace(self.history, irradiance=brighter))
                yield f"light {wavelength:g}", (moved - plain) / _TRIAL * uncertainty
        if self.voltage_gain > 0:
            higher = {name: levels * (1 + _TRIAL) for name, levels in self.history.voltages.items()}
            moved = self._under(model, values, factors, replace(self.history, voltages=higher))
            yield "voltage", (moved - plain) / _TRIAL * self.voltage_gain / np.sqrt(3)


def measured(run: Run, name: str, model: TwinModel) -> Measured:
    """Take what a fit needs of a run: terminals that the model has not are left out."""
    history = stimulus_history(run)
    terminals = [terminal for terminal in run.traces if terminal in model.terminals and len(run.traces[terminal].time)]
    lights = {run.description.wavelengths[name]: value for name, value in run.description.light_uncertainty.items()}
    gains = run.acquisitions["voltage_gain"].to_numpy(float)
    return Measured(
        name,
        history,
        tuple(readings_of(run, terminal, history) for terminal in terminals),
        {wavelength: value for wavelength, value in lights.items() if wavelength in history.irradiance},
        float(np.nanmax(gains)) if np.isfinite(gains).any() else 0.0,
    )
