"""The drift of a record, tested against noise that wanders: white, correlated, or 1/f."""

from scipy import stats

from labkit.metrics._flicker import slope_uncertainty
from labkit.metrics._series import TREND_SIGNIFICANCE, Noise, Trend, theil_sen
from labkit.metrics._windows import Window


def drift_of(window: Window, noise: Noise, period: float) -> tuple[Trend, float]:
    """Give the drift of a record (A/s), its uncertainty that of correlated or of 1/f noise, whichever is larger.

    `period` (s) is that of the readings. Gives the degrees of freedom of the uncertainty too.
    """
    plain = theil_sen(window.time, window.current, noise)
    found = slope_uncertainty(window.current, period)
    if found is None or found[0] <= plain.uncertainty:
        return plain, noise.degrees_of_freedom
    uncertainty, degrees = found
    limit = float(stats.t.isf(TREND_SIGNIFICANCE / 2, degrees))
    return Trend(plain.slope, uncertainty, abs(plain.slope) > limit * uncertainty), degrees
