"""The noise of a series of readings: correlation, effective number, trend, spectrum (ISO 24185; Witt 2007)."""

from dataclasses import dataclass

import numpy as np
from scipy import signal, stats

from labkit.core import FloatArray

MAXIMUM_LAG = 2000
TREND_BLOCKS = 200
TREND_SIGNIFICANCE = 0.01


def autocorrelation(values: FloatArray) -> FloatArray:
    """Give the sample autocorrelation of a series about its mean, from lag 0 to before the first value <= 0.

    A series without variation has the autocorrelation (1,).
    """
    deviations = values - np.mean(values)
    variance = float(deviations @ deviations)
    if len(values) < 3 or variance <= 0:
        return np.ones(1)
    lags = min(len(values) - 1, MAXIMUM_LAG)
    products = signal.correlate(deviations, deviations, mode="full", method="auto")
    rho = products[len(values) - 1 : len(values) + lags] / variance
    negative = np.flatnonzero(rho <= 0)
    return np.asarray(rho[: negative[0]] if len(negative) else rho, float)


def correlation_time(values: FloatArray) -> float:
    """Give the integrated autocorrelation time in samples: 1 + 2 x the sum of rho_k up to the first rho_k <= 0."""
    return float(1 + 2 * np.sum(autocorrelation(values)[1:]))


@dataclass(frozen=True, slots=True)
class Noise:
    """The noise of readings taken at a constant period: standard deviation, autocorrelation, degrees of freedom."""

    sigma: float
    rho: FloatArray
    degrees_of_freedom: float

    @property
    def correlation_time(self) -> float:
        """Integrated autocorrelation time in samples."""
        return float(1 + 2 * np.sum(self.rho[1:]))

    def of_mean(self, count: int) -> float:
        """Give the standard uncertainty of the mean of `count` successive readings."""
        lags = np.arange(1, min(count, len(self.rho)))
        inflation = 1 + 2 * float(np.sum((1 - lags / count) * self.rho[lags]))
        return self.sigma * float(np.sqrt(max(inflation, 1.0) / count))


def noise_of(values: FloatArray, *, detrend: bool = True) -> Noise:
    """Estimate the noise of a stretch of readings, a straight line taken off first."""
    steady = signal.detrend(values, type="linear") if detrend and len(values) > 2 else values - np.mean(values)
    lost = 2 if detrend else 1
    rho = autocorrelation(steady)
    effective = len(values) / float(1 + 2 * np.sum(rho[1:]))
    degrees = max(effective - lost, 1.0)
    # Dividing by N_eff - lost keeps sigma unbiased when neighbouring readings say nearly the same.
    sigma = float(np.sqrt(np.mean(steady**2) * effective / degrees)) if len(values) > lost else 0.0
    return Noise(sigma, rho, degrees)


@dataclass(frozen=True, slots=True)
class Trend:
    """A straight line through readings: slope per second, its standard uncertainty, whether it is significant."""

    slope: float
    uncertainty: float
    significant: bool


def theil_sen(time: FloatArray, values: FloatArray) -> Trend:
    """Give the Theil-Sen slope of readings over time (s), tested at the 1 % level with correlated noise allowed for.

    Long series are averaged into blocks first. The uncertainty is that of a least-squares slope with the noise of the
    residuals inflated by their correlation time; Theil-Sen loses 5 % to it at most for normal noise.
    """
    if len(values) < 5:
        return Trend(0.0, np.inf, False)
    t, y = _blocks(time), _blocks(values)
    slope = float(stats.theilslopes(y, t).slope)
    noise = noise_of(y - slope * t, detrend=False)
    spread = float(np.sqrt(np.sum((t - np.mean(t)) ** 2)))
    uncertainty = noise.sigma * float(np.sqrt(noise.correlation_time)) / spread if spread > 0 else np.inf
    degrees = max(noise.degrees_of_freedom - 1, 1.0)
    limit = float(stats.t.ppf(1 - TREND_SIGNIFICANCE / 2, degrees))
    return Trend(slope, uncertainty, abs(slope) > limit * uncertainty > 0)


def _blocks(values: FloatArray) -> FloatArray:
    size = -(-len(values) // TREND_BLOCKS)
    whole = len(values) // size * size
    return np.asarray(values[:whole].reshape(-1, size).mean(axis=1), float)


def ljung_box(residuals: FloatArray, parameters: int = 0) -> float:
    """Give the p-value of the Ljung-Box test of the residuals of a fit with so many parameters for autocorrelation."""
    count = len(residuals)
    lags = min(10 + parameters, count // 5 + parameters, count - 2)
    if lags <= parameters:
        return 1.0
    deviations = residuals - np.mean(residuals)
    variance = float(deviations @ deviations)
    if variance <= 0:
        return 1.0
    rho = np.array([float(deviations[k:] @ deviations[:-k]) for k in range(1, lags + 1)]) / variance
    statistic = count * (count + 2) * float(np.sum(rho**2 / (count - np.arange(1, lags + 1))))
    return float(stats.chi2.sf(statistic, lags - parameters))


def noise_spectrum(values: FloatArray, period: float) -> tuple[FloatArray, FloatArray]:
    """Give frequencies (Hz) and the one-sided power spectral density (unit^2/Hz) by Welch's method.

    Hann windows of an eighth of the record (at least 16 readings) with half overlap, linear trend of each taken off.
    """
    length = max(min(len(values), 16), len(values) // 8)
    frequencies, density = signal.welch(values, fs=1 / period, nperseg=length, detrend="linear")
    return np.asarray(frequencies[1:], float), np.asarray(density[1:], float)
