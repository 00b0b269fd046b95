"""The power spectral density of readings without a stimulus: Welch's method, with what is known of its scatter."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import signal

from labkit.core import FloatArray

SEGMENTS = 50
"""Half-overlapping segments that the standard asks for (M34)."""
_SHORTEST = 16
"""Readings below which a segment has no spectrum worth the name."""
_OVERLAP = 1 / 36
"""Square of the correlation between the spectra of neighbouring Hann segments that overlap by half (Welch 1967)."""
LEAKAGE = 1 + 2 * (4 / 9 + 1 / 36)
"""How much less neighbouring frequencies tell than independent ones: a Hann window correlates them by 2/3 and 1/6."""
_FIRST = 4
"""The first frequency kept, in steps of the resolution: below it leakage of slower 1/f noise adds 5 % and more."""


@dataclass(frozen=True, slots=True)
class Spectrum:
    """One-sided spectrum of a current: frequencies (Hz, rising) and density (A^2/Hz), one entry each.

    Each density scatters as chi-squared over `degrees` of freedom; `resolution` (Hz) is the distance of frequencies,
    `rate` (Hz) that of the readings, `segments` how many were averaged.
    """

    frequencies: FloatArray
    density: FloatArray
    degrees: float
    segments: int
    resolution: float
    rate: float


def spectrum_of(stretches: Sequence[FloatArray], period: float, segments: int = SEGMENTS) -> Spectrum | None:
    """Give the spectrum of stretches of readings (A) taken every `period` (s), at least `segments` averaged over all.

    Hann windows with half overlap, the linear trend of each taken off. None when the readings are too few for it.
    """
    length = _segment_length([len(stretch) for stretch in stretches], segments)
    if length < _SHORTEST:
        return None
    long_enough = [stretch for stretch in stretches if len(stretch) >= length]
    counts = np.array([_segments_in(len(stretch), length) for stretch in long_enough])
    found = [signal.welch(each, fs=1 / period, nperseg=length, detrend="linear") for each in long_enough]
    density = np.average([each[1] for each in found], axis=0, weights=counts)
    total = int(np.sum(counts))
    kept = slice(_FIRST, -1 if length % 2 == 0 else None)  # the highest of an even length stands for itself alone
    return Spectrum(
        np.asarray(found[0][0][kept], float),
        np.asarray(density[kept], float),
        2 * total / (1 + 2 * _OVERLAP * (1 - 1 / total)),
        total,
        1 / (length * period),
        1 / period,
    )


def _segments_in(count: int, length: int) -> int:
    step = length - length // 2
    return (count - length // 2) // step


def _segment_length(counts: Sequence[int], segments: int) -> int:
    """Give the longest segment of which the stretches hold so many, overlapping by half."""
    length = 2 * sum(counts) // (segments + 1)
    while length >= _SHORTEST and sum(_segments_in(each, length) for each in counts if each >= length) < segments:
        length -= max(length // 200, 1)
    return length
