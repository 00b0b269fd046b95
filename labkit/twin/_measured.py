"""One run as a fit sees it: what acted, what was read, and what its instruments may have got wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from labkit.core import FloatArray, IntArray, Run, StimulusHistory, TwinModel
from labkit.twin._history import stimulus_history
from labkit.twin._readings import Readings, readings_of
from labkit.twin._timing import jitter_of, pulses_of

SURE = 3.0
"""A reading is left out when a light's edge may lie in it: by so many standard uncertainties of its time."""

EDGE = 2e-4
"""Standard uncertainty (s) of when electrical pulses end: a source tells when they begin, and takes a trigger block or
two to end them."""
SHARE = 5e-3
"""Of the shortest pulse: its end is not known worse than that."""
BLOCK = 1e-5
"""Standard uncertainty (s) of when the readings of a pulse are taken after its edge: some parts of a trigger block."""
WIDTH = "end of the pulses"

Errors = Mapping[str, float]
"""What the instruments got wrong, by name, in standard uncertainties."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run tells of its device.

    `errors` names what all of its readings share and is not known, each with its standard uncertainty: gain and offset
    (V) of the sources, the light's calibration, the time at which pulses end - of all these the device feels the truth
    - and gain and offset (A) of the ammeters and the time of their readings after the pulses' edges. Specified limits
    are taken as rectangular; the light's calibration has the uncertainty of the bench file. `ends` are the changes of
    the history that are ends of electrical pulses. `jitter` (A, readings x starts) is by how much the currents move
    when something that was started apart, a pulse of light or an acquisition, came later by the standard uncertainty
    of its time.
    """

    name: str
    history: StimulusHistory
    readings: tuple[Readings, ...]
    errors: Mapping[str, float]
    ends: IntArray
    jitter: FloatArray

    @property
    def currents(self) -> FloatArray:
        """All currents (A), terminal after terminal."""
        return np.concatenate([each.currents for each in self.readings])

    @property
    def sigmas(self) -> FloatArray:
        """Their standard uncertainties by noise (A)."""
        return np.concatenate([each.sigmas for each in self.readings])

    def model(
        self, model: TwinModel, values: FloatArray, factors: FloatArray, errors: Errors | None = None
    ) -> FloatArray:
        """Give what a model makes of `currents` (A), with instruments that are wrong by `errors`."""
        wrong = {name: (errors or {}).get(name, 0.0) * limit for name, limit in self.errors.items()}
        history = self._acted(wrong)
        return np.concatenate([self._read(model, values, factors, history, each, wrong) for each in self.readings])

    def _read(
        self,
        model: TwinModel,
        values: FloatArray,
        factors: FloatArray,
        history: StimulusHistory,
        readings: Readings,
        wrong: Errors,
    ) -> FloatArray:
        points = readings.points + wrong.get(f"time of the readings of {readings.terminal}", 0.0)
        pairs = model.currents(values, history, readings.terminal, points, factors).reshape(-1, 2)
        gain, offset = (wrong.get(f"{kind} of the ammeter of {readings.terminal}", 0.0) for kind in ("gain", "offset"))
        found: FloatArray = pairs.mean(axis=1) * (1 + gain) + offset
        return found

    def _acted(self, wrong: Errors) -> StimulusHistory:
        """Give what really acted: levels stand for themselves but for the errors of what delivers them."""
        voltages = {
            name: levels * (1 + wrong.get(f"gain of the source of {name}", 0.0))
            + wrong.get(f"offset of the source of {name}", 0.0)
            for name, levels in self.history.voltages.items()
        }
        irradiance = {
            wavelength: levels * np.exp(wrong.get(f"light of {wavelength:g} m", 0.0))
            for wavelength, levels in self.history.irradiance.items()
        }
        times = self.history.times.copy()
        times[self.ends] += wrong.get(WIDTH, 0.0)
        return replace(self.history, times=times, voltages=voltages, irradiance=irradiance)


def measured(run: Run, name: str, model: TwinModel) -> Measured:
    """Take what a fit needs of a run: terminals that the model has not are left out."""
    history = stimulus_history(run)
    terminals = [terminal for terminal in run.traces if terminal in model.terminals and len(run.traces[terminal].time)]
    electrical, light = pulses_of(run, "electrical"), pulses_of(run, "optical")
    doubt = SURE * float(np.nan_to_num(light["time_uncertainty"].to_numpy(np.float64)).max(initial=0.0))
    readings = tuple(readings_of(run, terminal, history, doubt) for terminal in terminals)
    errors = _errors(run, history, readings)
    if len(electrical):
        errors[WIDTH] = min(EDGE, SHARE * float(np.min(electrical["end"] - electrical["begin"])))
    for each in readings:
        own = electrical[electrical["terminal"] == each.terminal]["time_uncertainty"].max()
        if own > 0:
            errors[f"time of the readings of {each.terminal}"] = float(np.hypot(own, BLOCK))
    ends = np.flatnonzero(np.isin(history.times, electrical["end"].to_numpy(np.float64)))
    return Measured(name, history, readings, errors, ends, jitter_of(run, readings, history))


def _errors(run: Run, history: StimulusHistory, readings: tuple[Readings, ...]) -> dict[str, float]:
    found: dict[str, float] = {}
    for each in readings:
        found[f"gain of the ammeter of {each.terminal}"] = each.gain / np.sqrt(3)
        found[f"offset of the ammeter of {each.terminal}"] = each.offset / np.sqrt(3)
    table = run.acquisitions
    for terminal in history.voltages:
        own = table[table["terminal"] == terminal]
        for kind in ("gain", "offset"):
            # A terminal that is driven and not read is driven by an instrument like those that are read.
            limit = (own if len(own) else table)[f"voltage_{kind}"].max()
            found[f"{kind} of the source of {terminal}"] = float(limit) / np.sqrt(3)
    for name, uncertainty in run.description.light_uncertainty.items():
        found[f"light of {run.description.wavelengths[name]:g} m"] = uncertainty
    return {name: limit for name, limit in found.items() if limit > 0}
