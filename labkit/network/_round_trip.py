"""The round trip of an export: simulate the curve from what was written, compare it, fit it again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from labkit.core import Curve, Estimate, FloatArray, Interval, Result
from labkit.network._agreement import ENOUGH, at_reads, departures, label_again, same_label, share_within
from labkit.network._synapse import DOWN, UP, MeasuredSynapse

Simulate = Callable[[str, int], FloatArray]
"""Gives the conductance (S) after 0 to n pulses of a direction, by the simulator's own update formula."""


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """How a curve, simulated from exported parameters, compares with the measured one.

    `inside` is the share of points within 2u of the measured, averaged curve, `worst` the largest departure in u, `rms`
    the departure over the range. `measured` and `again` are NL by direction, of the measured and the simulated
    curve, `same` whether the second is within the interval of the first.
    """

    model: str
    inside: float
    worst: float
    rms: float
    points: int
    measured: Mapping[str, Estimate]
    again: Mapping[str, float]
    same: Mapping[str, bool]
    curves: tuple[Curve, ...]

    @property
    def accepted(self) -> bool:
        """Whether 95 % of the points are within 2u (metric standard, section 8), with the same nonlinearity."""
        return self.inside >= ENOUGH and all(self.same.values())

    @property
    def words(self) -> tuple[str, ...]:
        """The outcome, for people."""
        verdict = "within 2u of the measured curve" if self.inside >= ENOUGH else "NOT within 2u of the measured curve"
        bent = "" if all(self.same.values()) else ", outside the measured interval: the simulated curve is NOT as bent"
        labels = ", ".join(
            f"{symbol} {self.again[direction]:.2f} (measured {self.measured[direction].value:.2f}, 95 % "
            f"{self.measured[direction].interval.low:.2f} to {self.measured[direction].interval.high:.2f})"
            for direction, symbol in ((UP, "NL_P"), (DOWN, "NL_D"))
        )
        return (
            f"{self.model}: the curve simulated from these parameters is {verdict}: {self.inside:.0%} of {self.points} "
            f"points, worst {self.worst:.1f} u, rms {self.rms:.2%} of the range",
            f"fitted again: {labels}{bent}",
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
    apart = np.concatenate([at_reads(synapse, d, curve) - synapse.train(d).mean for d, curve in curves.items()])
    again = {direction: label_again(synapse, direction, curve) for direction, curve in curves.items()}
    lowest, highest = synapse.measured_range
    return RoundTrip(
        model=model,
        inside=share_within(synapse, curves),
        worst=float(np.max(np.abs(away))),
        rms=float(np.sqrt(np.mean(apart**2))) / (highest - lowest),
        points=len(away),
        measured={direction: synapse.fits[direction].label for direction in (UP, DOWN)},
        again=again,
        same={direction: same_label(synapse, direction, label) for direction, label in again.items()},
        curves=tuple(_overlay(synapse, direction, curve) for direction, curve in curves.items()),
    )


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
        fit=at_reads(synapse, direction, simulated),
    )
