"""The transfer curves at one drain voltage, and what all values that are taken from them share (M31)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from labkit.core import Estimate, Flag, FloatArray, Interval, Result, Sample
from labkit.metrics._gate_capacitance import ChannelGeometry, channel_geometry
from labkit.metrics._outcome import outcome
from labkit.metrics._statistics import normal_estimate, repeats_mean
from labkit.metrics._subthreshold import Swing, subthreshold_swing
from labkit.metrics._transfer_line import BENT, FOOT, LOWEST, Straight, bend, foot, straight_part
from labkit.metrics._transistor_curves import Branches, Curves

NAME = "transistor"
REPEATS = 5
MOVED = 0.10
"""Part of the swept range by which the directions may differ before the sweep counts as a write."""
_GATED = "gated contacts or contact resistance; the slope is not that of the channel's mobility"
_END = 0.05
_LEAST_END = 3
METHOD = (
    "forward sweep; straight line from a fifth of the overdrive up to its end (in saturation up to V_G - V_th = V_DS), "
    "the window found from the mean curve and the same for all cycles; mean over cycles with Student's t from "
    f"{REPEATS} on, else the fits' covariance with correlated residuals"
)


def over_cycles(values: FloatArray, single: float, unit: str) -> Estimate:
    """Give the mean over cycles, by their scatter (uR) or, with few, by the covariance of a single fit (uF)."""
    if len(values) >= REPEATS:
        return repeats_mean(values, unit)
    return normal_estimate(float(np.mean(values)), single / float(np.sqrt(len(values))), np.inf, unit)


def comparable(forward: Straight | None, backward: Straight | None) -> Straight | None:
    """Give the backward part where it can be held against the forward one: both straight, in one regime."""
    if forward is None or backward is None or forward.saturated is not backward.saturated:
        return None
    return backward


@dataclass
class Transfer:
    """The curves at one drain voltage (`held`, V), with what they are judged by."""

    curves: Curves
    held: float
    sample: Sample

    @cached_property
    def main(self) -> Branches:
        """The curves at the main rate."""
        return self.curves.main(self.held)

    @cached_property
    def straight(self) -> Straight | None:
        """The straight part of the forward curves."""
        return straight_part(self.main)

    @cached_property
    def backward(self) -> Straight | None:
        """The straight part of the backward curves; None without it, or in another regime than the forward ones."""
        return comparable(self.straight, straight_part(self.main, backward=True))

    @cached_property
    def geometry(self) -> ChannelGeometry:
        """C_i W / L."""
        return channel_geometry(self.sample, self.main.rate)

    @cached_property
    def swing(self) -> Swing | None:
        """The subthreshold swing of the forward curves."""
        return subthreshold_swing(self.main, self.noise, self.curves.drain.offset)

    @property
    def end_points(self) -> int:
        """How many points an end of the sweep has."""
        return max(_LEAST_END, round(_END * len(self.main.drive)))

    @cached_property
    def noise(self) -> float:
        """The scatter of single readings (A) where the channel is closed."""
        return float(np.nanstd(np.diff(self.main.forward[:, : self.end_points], axis=1))) / float(np.sqrt(2))

    def swing_is_seen(self) -> bool:
        """Tell whether the swing is that of the region below the threshold, and not of the square law above it."""
        return self.swing is not None and self.swing.exponential

    @cached_property
    def doubts(self) -> tuple[frozenset[Flag], Mapping[str, str]]:
        """What makes slope and threshold doubtful: a bent curve, a sweep that moves the threshold, a current limit."""
        part = self.straight
        if part is None:
            return frozenset(), {}
        flags, notes = {Flag.COMPLIANCE} if np.any(self.main.limited[part.window]) else set(), {}
        ratio, early = self._bend(part), foot(self.main, part)
        if early > FOOT:
            flags.add(Flag.CONTACT)
            notes["kink"] = (
                f"the current sets in {early:.0%} of the overdrive before the extrapolated threshold: {_GATED}"
            )
        elif not 1 / BENT < ratio < BENT:
            flags.add(Flag.CONTACT)
            notes["kink"] = _words(ratio)
        back = self.backward
        moved = 0.0 if back is None else float(np.mean(back.intercept - part.intercept))
        if abs(moved) > MOVED * self.main.span:
            flags.add(Flag.DISTURBED)
            notes["hysteresis"] = f"the directions differ by {moved:+.3g} V: the sweep itself moves the threshold"
        return frozenset(flags), notes

    def _bend(self, part: Straight) -> float:
        threshold = float(np.mean(part.threshold(self.held)))
        swing = self.swing if self.swing_is_seen() else None
        knee = 2 * float(np.mean(swing.values)) / np.log(10) if swing is not None else 0.0
        top = float(self.main.drive[part.window.stop - 1])
        start = threshold + min(max(4 * knee, 0.05 * self.main.span), LOWEST * (top - threshold))
        return bend(self.main, part, start if part.saturated else max(start, threshold + 1.5 * abs(self.held)))

    def result(
        self,
        symbol: str,
        estimate: Estimate | None,
        unit: str,
        *,
        method: str = METHOD,
        definition: str = "",
        flags: frozenset[Flag] | set[Flag] = frozenset(),
        reason: str = "",
        variants: Mapping[str, Estimate] | None = None,
        notes: Mapping[str, str] | None = None,
        bound: Interval | None = None,
    ) -> Result:
        """Give a Result at the drain voltage and ramp rate of these curves."""
        main = self.main
        return outcome(
            NAME,
            definition or f"M31.{symbol}/1",
            symbol,
            estimate,
            unit,
            method,
            flags={*flags, Flag.SATURATED} if main.saturated else flags,
            reason=reason,
            bound=bound,
            at={"drain_voltage": self.held, "rate": main.rate},
            counts={"sample": len(main.drive), "cycle": main.cycles},
            variants=variants,
            notes={**self._channel_notes(), **(notes or {})},
        )

    def _channel_notes(self) -> dict[str, str]:
        main = self.main
        notes = {"channel": "electrons (n)" if main.sign > 0 else "holes (p): |I| and |V| are compared"}
        if {"n": 1, "p": -1}.get(self.sample.polarity, main.sign) != main.sign:
            notes["polarity"] = f"the sample file says {self.sample.polarity}, the curves show the other"
        mean = np.nanmean(main.forward, axis=0)
        floor = self.curves.drain.offset + self.noise
        if float(np.mean(mean[: self.end_points])) > 10 * (abs(float(np.min(mean))) + floor):
            notes["ambipolar"] = "the current rises towards both ends of the sweep; the values are of the larger branch"
        return notes


def _words(ratio: float) -> str:
    if ratio <= 0:
        return "the curve falls somewhere between threshold and upper end: the slope is no mobility"
    steeper = "steeper" if ratio > 1 else "flatter"
    return f"a part of the curve is {steeper} than its upper end by a factor {max(ratio, 1 / ratio):.2g}: {_GATED}"
