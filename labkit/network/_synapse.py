"""A measured synapse as a simulator of networks wants it: its curves, its range, its scatter, its pulses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from labkit.core import FloatArray, Kind, LabkitError, Result, Run
from labkit.metrics import (
    Train,
    TrainFit,
    WeightCurves,
    curvature_of,
    events,
    fit_train,
    nonlinearity,
    read_levels,
    step_scatter,
    update_shape,
    weight_curves,
)

UP, DOWN = "potentiation", "depression"
_LEAST_POINTS = 5
_QUIET = 0.2
"""A point's uncertainty is no less than this part of the train's median: ten cycles may scatter little by luck."""
_REMEDY = "measure full cycles of potentiation and depression (protocols ltp_ltd, ltp_ltd_gate, ltp_ltd_optoelectronic)"


@dataclass(frozen=True, slots=True)
class PulseKind:
    """The pulses of one direction: level (V, or W/m^2 for light), width (s), the terminal that they go to."""

    level: float
    width: float
    terminal: str
    optical: bool

    @property
    def words(self) -> str:
        """The pulse in words."""
        unit = "W/m^2" if self.optical else "V"
        return f"{self.level:g} {unit} for {self.width:g} s on {self.terminal}"


@dataclass(frozen=True, slots=True)
class MeasuredSynapse:
    """What LTP/LTD cycles of one device tell: by direction (UP, DOWN) the fit of M15, the scatter of a step and pulses.

    `step_sigma` (S) is 0 where the steps scatter no more than the reads. `read_sigma` (S) is the noise of a read,
    `read_relative` the same over the conductance, root mean square over the levels. `of_devices` are results over a set
    of devices (M20), by symbol; `results` those of this device. `remarks` are what a reader of an export must know.
    """

    curves: WeightCurves
    fits: Mapping[str, TrainFit]
    step_sigma: Mapping[str, float]
    read_sigma: float
    read_relative: float
    pulses: Mapping[str, PulseKind]
    results: tuple[Result, ...]
    of_devices: Mapping[str, Result]
    remarks: tuple[str, ...]

    def train(self, direction: str) -> Train:
        """Give the cycles of one direction."""
        return self.fits[direction].train

    def label(self, direction: str) -> float:
        """Give the nonlinearity NL, + for fast-first potentiation and - for fast-first depression."""
        return float(nonlinearity(self.fits[direction].fit.curvature))

    def uncertainty(self, direction: str) -> FloatArray:
        """Give the standard uncertainty (S) of each point of the averaged curve.

        The scatter of the cycles, no less than the noise of the reads. The ammeter's gain and offset are left out: a
        model that was fitted to the curve has them too.
        """
        train = self.train(direction)
        scatter = np.nan_to_num(train.mean_uncertainty, nan=0.0)
        own = np.maximum(scatter, train.read_sigma / np.sqrt(train.cycles))
        return np.asarray(np.maximum(own, _QUIET * float(np.median(own))), float)

    def shape(self, direction: str, label: float) -> FloatArray:
        """Give a curve of a label (0..1) at the points of a direction; depression runs down."""
        x = self.train(direction).x
        return update_shape(x if direction == UP else 1 - x, curvature_of(label))

    @property
    def measured_range(self) -> tuple[float, float]:
        """The lowest and the highest conductance (S): means over cycles where potentiation and depression meet."""
        up, down = self.train(UP).mean, self.train(DOWN).mean
        return float(up[0] + down[-1]) / 2, float(up[-1] + down[0]) / 2

    def of(self, symbol: str) -> Result | None:
        """Give a result of this device by its symbol, where it has a value."""
        return next((one for one in self.results if one.symbol == symbol and one.estimate is not None), None)


def measured_synapse(run: Run, results: Sequence[Result] = (), device: str = "") -> MeasuredSynapse:
    """Read the LTP/LTD cycles of a run as a synapse; `results` are those stored beside it (energies, states, M20).

    Of a chip, `device` says which. Raises LabkitError where the run holds no cycles of both directions, or where
    potentiation does not raise the conductance.
    """
    part = _chosen(run, device)
    curves = weight_curves(part)
    fits = {direction: fit_train(_usable(curves, direction)) for direction in (UP, DOWN)}
    own = tuple(result for result in results if result.device in ("", device))
    levels = read_levels(part, curves.voltage)
    train = fits[UP].train
    sigma = float(np.sqrt(np.mean(levels.sigma**2))) if levels else train.read_sigma
    share = levels.sigma / levels.mean if levels else np.array([train.read_sigma / float(np.mean(train.mean))])
    return MeasuredSynapse(
        curves,
        fits,
        {direction: _step_sigma(fits[direction].train) for direction in (UP, DOWN)},
        sigma,
        float(np.sqrt(np.mean(share**2))),
        {direction: _pulse_kind(part, direction) for direction in (UP, DOWN)},
        own,
        {result.symbol: result for result in results if result.metric == "device_variation" and result.estimate},
        tuple(_remarks(run, curves, fits, own)),
    )


def _chosen(run: Run, device: str) -> Run:
    if not run.devices:
        return run
    if device in run.devices:
        return run.of_device(device)
    raise LabkitError(
        f"the run is of {len(run.devices)} devices" + (f", none of them {device!r}" if device else ""),
        f"choose one with --device: {', '.join(run.devices[:8])}{' ...' if len(run.devices) > 8 else ''}",
    )


def _usable(curves: WeightCurves, direction: str) -> Train:
    train = curves.trains.get(direction)
    if train is None or len(train.pulses) < _LEAST_POINTS:
        raise LabkitError(f"the run has no {direction} of {_LEAST_POINTS} points or more", _REMEDY)
    rises = float(np.mean(train.change)) > 0
    if rises != (direction == UP):
        raise LabkitError(
            f"{direction} {'raises' if rises else 'lowers'} the conductance of this device",
            "network simulators take potentiation as the rise; run the protocol with its two pulses exchanged",
        )
    return train


def _step_sigma(train: Train) -> float:
    if train.cycles < 3:
        return 0.0
    return float(np.sqrt(max(step_scatter(train).corrected.value, 0.0)))


def _pulse_kind(run: Run, direction: str) -> PulseKind:
    found = events(run, Kind.PULSE, (direction,))
    if not found:
        raise LabkitError(f"the run has no pulses marked {direction}", _REMEDY)
    terminal = found[0].terminal
    optical = run.description.terminals.get(terminal) == "optical"
    level = float(np.median([pulse.level for pulse in found]))
    return PulseKind(level, float(np.median([pulse.width for pulse in found])), terminal, optical)


def _remarks(run: Run, curves: WeightCurves, fits: Mapping[str, TrainFit], results: Sequence[Result]) -> Sequence[str]:
    found = [f"{curves.cycles} cycles of one device, the first one left out; reads at {curves.voltage:g} V"]
    if run.description.virtual:
        found.append("measured on a virtual bench: a simulated device, not hardware")
    found += curves.notes().values()
    for direction, fit in fits.items():
        if fit.flags | curves.blocked:
            flags = " ".join(sorted(fit.flags | curves.blocked))
            found.append(f"NL of {direction} is withheld in the report ({flags}): its value here is indicative")
        if fit.train.cycles < 3 or _step_sigma(fit.train) == 0:
            found.append(f"the steps of {direction} scatter no more than the reads: cycle-to-cycle variation is 0 here")
    retained = next((one.variants["retained"] for one in results if "retained" in one.variants), None)
    if retained is not None and retained.value < 0.9:
        found.append(
            f"only {retained.value:.0%} of the change is left at ten times the read delay: simulators keep all"
        )
    return found
