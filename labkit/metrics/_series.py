"""The noise of a series of readings: correlation, effective number, trend, spectrum (ISO 24185; Witt 2007)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import fft, signal, stats

from labkit.core import FloatArray

MAXIMUM_LAG = 2000
TREND_BLOCKS = 200
TREND_SIGNIFICANCE = 0.01
_ROUNDS = 8


def correlation_time(values: FloatArray) -> float:
    """Give the integrated autocorrelation time in samples: 1 + 2 x the sum of rho_k up to the first rho_k <= 0."""
    return noise_of(values, detrend=False).correlation_time


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
    """Estimate the noise of one stretch of readings about its mean, or about a straight line."""
    return pooled_noise([values], detrend=detrend)


def pooled_noise(stretches: Sequence[FloatArray], *, detrend: bool = True, degree: int = 1) -> Noise:
    """Estimate the noise common to several stretches (baselines of repeats), each about its own polynomial.

    Longer stretches are cut to the last readings of the shortest. Every parameter taken off (mean, slope) lowers the
    autocovariances by about the variance of a mean; it is put back in a few rounds, without which short stretches of
    correlated noise look far too quiet.
    """
    length = min(len(stretch) for stretch in stretches)
    if length < 2:
        return Noise(0.0, np.ones(1), 0.0)
    cut = np.array([stretch[len(stretch) - length :] for stretch in stretches])
    parameters = min(degree + 1 if detrend else 1, length - 1)
    basis, _ = np.linalg.qr(np.vander(np.linspace(-1, 1, length), parameters, increasing=True))
    return _noise_about(np.asarray(cut - (cut @ basis) @ basis.T, float), parameters, _taken(basis))


def _taken(basis: FloatArray) -> FloatArray:
    """Give what taking off polynomials takes from each autocovariance: the sums of x_t x_(t+k) over that of x_t^2."""
    found = [_autocovariance(column[None, :]) for column in basis.T]
    return np.asarray(np.sum([each / each[0] for each in found], axis=0), float)


def residual_noise(residuals: FloatArray, parameters: int) -> Noise:
    """Estimate the noise of readings from the residuals of a fit with so many parameters."""
    lags = np.arange(min(len(residuals), MAXIMUM_LAG))
    return _noise_about(residuals[None, :], parameters, parameters * (1 - lags / len(residuals)))


def _noise_about(steady: FloatArray, lost: int, taken: FloatArray) -> Noise:
    """Give the noise of residuals; `taken` tells, per lag, what each parameter took off, in variances of a mean."""
    count, length = steady.shape
    raw = _autocovariance(steady)
    if raw[0] <= 0 or length <= lost:
        return Noise(0.0, np.ones(1), float(max(count * (length - lost), 0)))
    pairs = 1 - np.arange(len(raw)) / length
    corrected, last = raw / pairs, 0
    for _ in range(_ROUNDS):
        last = _last_positive_lag(corrected, length // 4)
        white = float(corrected[0] + 2 * np.sum(corrected[1 : last + 1]))
        corrected = (raw + taken * white / length) / pairs
    rho = corrected[: last + 1] / corrected[0]
    time = float(1 + 2 * np.sum(rho[1:]))
    degrees = count * (length / time - lost)
    return Noise(float(np.sqrt(corrected[0])), np.asarray(rho, float), max(degrees, 1.0))


def _autocovariance(steady: FloatArray) -> FloatArray:
    length = steady.shape[1]
    lags = min(length, MAXIMUM_LAG)
    spectrum = np.fft.rfft(steady, fft.next_fast_len(length + lags), axis=1)
    power = np.mean(spectrum.real**2 + spectrum.imag**2, axis=0)
    return np.asarray(np.fft.irfft(power, fft.next_fast_len(length + lags))[:lags] / length, float)


def _last_positive_lag(covariance: FloatArray, highest: int) -> int:
    negative = np.flatnonzero(covariance <= 0)
    first = int(negative[0]) if len(negative) else len(covariance)
    return max(min(first - 1, highest), 0)


@dataclass(frozen=True, slots=True)
class Trend:
    """A straight line through readings: slope per second, its standard uncertainty, whether it is significant."""

    slope: float
    uncertainty: float
    significant: bool


def theil_sen(time: FloatArray, values: FloatArray, noise: Noise | None = None) -> Trend:
    """Give the Theil-Sen slope of readings over time (s), tested at the 1 % level with correlated noise allowed for.

    Long series are averaged into blocks first. The uncertainty is that of a least-squares slope under the noise given,
    or under the noise of the residuals; Theil-Sen loses 5 % to it at most for normal noise.
    """
    if len(values) < 5:
        return Trend(0.0, np.inf, False)
    slope = _median_slope(_blocks(time), _blocks(values))
    known = noise if noise is not None else noise_of(values)
    spread = float(np.sqrt(np.sum((time - np.mean(time)) ** 2)))
    uncertainty = known.sigma * float(np.sqrt(known.correlation_time)) / spread if spread > 0 else np.inf
    limit = float(stats.t.ppf(1 - TREND_SIGNIFICANCE / 2, max(known.degrees_of_freedom, 1.0)))
    return Trend(slope, uncertainty, abs(slope) > limit * uncertainty > 0)


def _median_slope(time: FloatArray, values: FloatArray) -> float:
    rows, columns = np.triu_indices(len(time), 1)
    return float(np.median((values[columns] - values[rows]) / (time[columns] - time[rows])))


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
