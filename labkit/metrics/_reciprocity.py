"""Whether only the dose counts (Bunsen and Roscoe): equal doses, one part as strong light for as much longer."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from labkit.core import Curve, Estimate, FloatArray, Kind, Run
from labkit.metrics._dose_response import DoseResponse, time_on, variances_of_means
from labkit.metrics._statistics import normal_estimate
from labkit.metrics._stimuli import events
from labkit.metrics._transients import Responses, responses

MARK = "equal_dose"
SAME_DOSE = 1e-3
SIGNIFICANCE = 0.01


@dataclass(frozen=True, slots=True)
class Reciprocity:
    """Ratios of the responses to equal doses, weaker light over stronger, with their uncertainties, by width (s)."""

    widths: FloatArray
    ratios: FloatArray
    uncertainty: FloatArray
    degrees_of_freedom: float
    counts: dict[str, int]

    @property
    def estimate(self) -> Estimate:
        """The weighted mean; where the ratios differ among themselves, their scatter is its uncertainty."""
        weights = self.uncertainty**-2
        mean = float(np.average(self.ratios, weights=weights))
        inner = float(weights.sum() ** -0.5)
        free = len(self.ratios) - 1
        excess = float(weights @ (self.ratios - mean) ** 2)
        if free and stats.chi2.sf(excess, free) < SIGNIFICANCE:
            return normal_estimate(mean, inner * float(np.sqrt(excess / free)), float(free), "%")
        return normal_estimate(mean, inner, self.degrees_of_freedom, "%")

    @property
    def verdict(self) -> str:
        """Whether any of the ratios differs from 100 %."""
        excess = float(np.sum(((self.ratios - 1) / self.uncertainty) ** 2))
        chance = float(stats.chi2.sf(excess, len(self.ratios)))
        if chance < SIGNIFICANCE:
            return f"fails: equal doses act differently (p = {chance:.1g})"
        return f"not refuted: equal doses act alike (p = {chance:.2f})"

    def curve(self) -> Curve:
        """Give the ratios against the width of the stronger light."""
        return Curve("reciprocity", self.widths, self.ratios, "width", "s", "ratio", "%", self.uncertainty, log_x=True)


def reciprocity(run: Run, strong: DoseResponse) -> Reciprocity | None:
    """Compare pulses marked `equal_dose` with those of a series by width; None where the run has none that match."""
    if not events(run, Kind.PULSE, [MARK]):
        return None
    found = []
    weaker = responses(run, (MARK,))
    for place, group in enumerate(strong.groups):
        same = [weak for weak in weaker if abs(_dose(weak) - _dose(group)) <= SAME_DOSE * _dose(group)]
        if same and len(same[0]) > 1:
            found.append((place, same[0]))
    return _compared(strong, found) if found else None


def _dose(group: Responses) -> float:
    stimulus = group.items[0].stimulus
    return stimulus.level_requested * stimulus.width_requested


def _compared(series: DoseResponse, found: list[tuple[int, Responses]]) -> Reciprocity:
    places = [place for place, _ in found]
    widths = series.x[places]
    weaker = [weak for _, weak in found]
    sizes = np.array([float(np.mean(weak.amplitudes)) for weak in weaker])
    relative = (series.uncertainty / series.responses)[places] ** 2 + variances_of_means(weaker) / sizes**2
    ratios = sizes / _expected(series, found)
    pulses = sum(len(series.groups[place]) + len(weak) for place, weak in found)
    return Reciprocity(
        widths,
        ratios,
        np.abs(ratios) * np.sqrt(relative),
        float(pulses - 2 * len(found)),
        {"pulse": pulses, "value": len(found)},
    )


def _expected(series: DoseResponse, found: list[tuple[int, Responses]]) -> FloatArray:
    """Give the responses that the doses until the middle of the weaker pulses' windows would have by reciprocity (A).

    Five readings are a larger part of a short pulse than of one twice as long, so that the doses at the middle of the
    windows are not quite equal: the local slope of the series bridges the difference.
    """
    times = np.array([time_on(group) for group in series.groups])
    slopes = np.gradient(np.log(np.abs(series.responses)), np.log(times))
    expected = []
    for place, weak in found:
        strong = series.groups[place].items[0].stimulus.level_requested
        equal = time_on(weak) * weak.items[0].stimulus.level_requested / strong
        expected.append(series.responses[place] * (equal / times[place]) ** slopes[place])
    return np.array(expected)
