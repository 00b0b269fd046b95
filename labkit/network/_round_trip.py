"""The round trip of an export: simulate the curve from what was written, compare it, fit it again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from labkit.core import Curve, Estimate, FloatArray, Interval, Result
from labkit.metrics import fit_update, nonlinearity
from labkit.network._step_curve import ENOUGH, WITHIN, departures
from labkit.network._synapse import DOWN, UP, MeasuredSynapse

Simulate = Callable[[str, int], FloatArray]
"""Gives the conductance (S) after 0 to n pulses of a direction, by the simulator's own update formula."""


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """How a curve, simulated from exported parameters, compares with the measured one.

    `inside` is the share of points within 2u of the measured, averaged curve, `worst` the largest departure in u, `rms`
    the departure over the range. `measured` and `again` are NL by direction, of the measured and the simulated curve.
    """

    model: str
    inside: float
    worst: float
    rms: float
    points: int
    measured: Mapping[str, Estimate]
    again: Mapping[str, float]
    curves: tuple[Curve, ...]

    @property
    def accepted(self) -> bool:
        """Whether the curve is within 2u of the measured one (metric standard, section 8): 95 % of its points."""
        return self.inside >= ENOUGH

    @property
    def words(self) -> tuple[str, ...]:
        """The outcome, for people."""
        verdict = "within 2u of the measured curve" if self.accepted else "NOT within 2u of the measured curve"
        labels = ", ".join(
            f"{symbol} {self.again[direction]:.2f} (measured {self.measured[direction].value:.2f}, 95 % "
            f"{self.measured[direction].interval.low:.2f} to {self.measured[direction].interval.high:.2f})"
            for direction, symbol in ((UP, "NL_P"), (DOWN, "NL_D"))
        )
        return (
            f"{self.model}: the curve simulated from these parameters is {verdict}: {self.inside:.0%} of {self.points} "
            f"points, worst {self.worst:.1f} u, rms {self.rms:.2%} of the range",
            f"fitted again: {labels}",
        )

    @property
    def result(self) -> Result:
        """The misfit as a result, so that reports can draw the two curves over each other."""
        exact = Interval(self.rms, self.rms)
        return Result(
            metric=f"round trip through {self.model}",
            definition="export.misfit/1",
            symbol="misfit",
            estimate=Estimate(self.rms, 0.0, exact, unit="%"),
            unit="%",
            method="rms departure of the simulated from the measured, averaged curve, over the range",
            notes={"acceptance": self.words[0], "refit": self.words[1]},
            curves=self.curves,
        )


def round_trip(synapse: MeasuredSynapse, model: str, simulate: Simulate) -> RoundTrip:
    """Simulate potentiation from the lowest level and depression from the highest, and compare with the measured."""
    curves = {direction: simulate(direction, synapse.train(direction).count) for direction in (UP, DOWN)}
    away = np.concatenate([departures(synapse, direction, curve) for direction, curve in curves.items()])
    apart = np.concatenate([_read(synapse, d, curve) - synapse.train(d).mean for d, curve in curves.items()])
    lowest, highest = synapse.measured_range
    return RoundTrip(
        model=model,
        inside=float(np.mean(np.abs(away) <= WITHIN)),
        worst=float(np.max(np.abs(away))),
        rms=float(np.sqrt(np.mean(apart**2))) / (highest - lowest),
        points=len(away),
        measured={direction: synapse.fits[direction].label for direction in (UP, DOWN)},
        again={direction: _label(synapse, direction, curve) for direction, curve in curves.items()},
        curves=tuple(_overlay(synapse, direction, curve) for direction, curve in curves.items()),
    )


def _read(synapse: MeasuredSynapse, direction: str, simulated: FloatArray) -> FloatArray:
    return np.asarray(simulated[synapse.train(direction).pulses.astype(int)], float)


def _label(synapse: MeasuredSynapse, direction: str, simulated: FloatArray) -> float:
    """Fit the simulated curve as M15 fits a measured one: depression mirrored, x -> 1 - x."""
    train = synapse.train(direction)
    curve = _read(synapse, direction, simulated)
    x, oriented = (train.x, curve) if direction == UP else (1 - train.x[::-1], curve[::-1])
    return float(nonlinearity(fit_update(x, oriented, float(train.count)).curvature))


def _overlay(synapse: MeasuredSynapse, direction: str, simulated: FloatArray) -> Curve:
    train = synapse.train(direction)
    return Curve(
        direction,
        train.pulses,
        train.mean,
        "pulse number",
        "1",
        "conductance",
        "S",
        y_uncertainty=synapse.uncertainty(direction),
        fit=_read(synapse, direction, simulated),
    )
