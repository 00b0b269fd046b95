"""The density of a current's noise at a frequency, by Welch's method over a record without stimuli."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import signal

from labkit.core import Flag, FloatArray, Kind, Run
from labkit.metrics._stimuli import Event, events
from labkit.metrics._windows import Trace, Window

MARK = "noise"
LEAST_SEGMENTS = 50
PERIODS = 10
"""Periods of the frequency in a segment."""
BAND = 1.25
"""The density is averaged from the frequency over this to the frequency times this, ..."""
SLOPE_BAND = 4.0
"""... brought to the frequency along the power law that it follows in this wider band."""
BoolArray = npt.NDArray[np.bool_]
_FINE = 1024


@dataclass(frozen=True, slots=True)
class NoiseDensity:
    """Noise at a frequency: one-sided density (A^2/Hz), its degrees of freedom, and what it was taken from.

    `mean` (A) and `voltage` (V) are those of the dark record; `frequencies` (Hz) and `densities` its whole spectrum.
    """

    density: float
    degrees_of_freedom: float
    segments: int
    mean: float
    voltage: float
    flags: frozenset[Flag]
    frequencies: FloatArray
    densities: FloatArray

    @property
    def amplitude(self) -> float:
        """The amplitude spectral density S_n (A/Hz^1/2)."""
        return float(np.sqrt(self.density))


def noise_records(run: Run, trace: Trace) -> tuple[Window, ...]:
    """Give the readings of the records marked `noise`, block by block."""
    rows: tuple[Event, ...] = events(run, Kind.RECORD, [MARK], trace.terminal)
    return tuple(trace.rows(row.first_sample, row.sample_count) for row in rows if row.sample_count > 0)


def needed_time(frequency: float) -> float:
    """Give how long a record must be for 50 half-overlapping segments of ten periods (s)."""
    return (LEAST_SEGMENTS + 1) / 2 * PERIODS / frequency


def noise_density(windows: tuple[Window, ...], frequency: float, aperture: float) -> NoiseDensity | None:
    """Give the noise at a frequency (Hz), corrected for the aperture (s) of the readings.

    None where the record has fewer than 50 segments of ten periods, or is sampled too slowly.
    """
    period = float(np.median(np.diff(windows[0].time)))
    length = round(PERIODS / frequency / period)
    usable = [window for window in windows if len(window) >= length]
    segments = sum(1 + (len(window) - length) // (length - length // 2) for window in usable)
    if frequency * BAND > 0.5 / period or segments < LEAST_SEGMENTS:
        return None
    spectra, weights = [], []
    for window in usable:
        frequencies, density = signal.welch(window.current, fs=1 / period, nperseg=length, detrend="linear")
        spectra.append(density)
        weights.append(1 + (len(window) - length) // (length - length // 2))
    averaged = np.average(np.array(spectra), axis=0, weights=weights) / np.sinc(frequencies * aperture) ** 2
    near = _within(frequencies, frequency, SLOPE_BAND)
    exponent = float(np.polyfit(np.log(frequencies[near]), np.log(averaged[near]), 1)[0])
    chosen = _within(frequencies, frequency, BAND)
    levelled = averaged[chosen] * (frequencies[chosen] / frequency) ** -exponent
    level = np.concatenate([window.current for window in usable])
    volts = np.concatenate([window.voltage for window in usable])
    return NoiseDensity(
        float(np.mean(levelled)),
        _degrees_of_freedom(segments, len(levelled)),
        segments,
        float(np.mean(level)),
        float(np.mean(volts)),
        frozenset().union(*(window.blocked for window in usable)),
        np.asarray(frequencies[1:], float),
        np.asarray(averaged[1:], float),
    )


def _within(frequencies: FloatArray, middle: float, factor: float) -> BoolArray:
    away = np.abs(np.log(np.maximum(frequencies, 1e-300) / middle))
    return np.asarray((frequencies > 0) & (away <= np.log(factor)), bool)


def _degrees_of_freedom(segments: int, bins: int) -> float:
    """Give what the mean over so many half-overlapping Hann segments and neighbouring bins is worth.

    Two periodogram values correlate as the squared Fourier transform of the product of their windows.
    """
    window = np.hanning(_FINE + 1)[:-1]
    later = np.concatenate([np.zeros(_FINE // 2), window[: _FINE // 2]])
    same, next_ = (np.abs(np.fft.fft(window * other)[:bins]) ** 2 / np.sum(window**2) ** 2 for other in (window, later))
    pairs = (bins - np.arange(bins)) * np.where(np.arange(bins) > 0, 2, 1)
    total = segments * float(pairs @ same) + 2 * (segments - 1) * float(pairs @ next_)
    return 2 * (segments * bins) ** 2 / total
