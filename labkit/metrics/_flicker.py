"""White and 1/f noise in a spectrum: S(f) = S_w (1 + (f_c/f)^alpha), fitted by its likelihood.

A density averaged over segments scatters in proportion to itself (chi-squared), so least squares of it, or of its
logarithm, would be biased. The likelihood has the white level in closed form for every corner and exponent; the others
are looked through on a grid, which gives the profile intervals too (Whittle 1953).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from labkit.core import Estimate, FloatArray, Interval
from labkit.metrics._separable import AICC_TO_ADD_A_TERM, akaike
from labkit.metrics._series import ljung_box
from labkit.metrics._spectrum import LEAKAGE, Spectrum, spectrum_of
from labkit.metrics._statistics import coverage_factor

PER_DECADE = 50
EXPONENTS = 0.6, 2.0
MISFIT_SIGNIFICANCE = 0.01
_BEYOND = 300.0
"""How far outside the measured frequencies a corner is looked for, as a factor."""
_COARSE, _FINE, _EXPONENTS = 281, 401, 29
_REACH, _VALUES, _ZOOMS = 7.0, 81, 4
"""How far a quantity is followed (ln), in how many steps, and how often closer."""
_NEAR = 20.0
"""Rise of the deviance up to which the grid is made fine."""
_SLOPE_SEGMENTS, _PADDING, _FEWEST = 10, 8, 4.0
_LIMIT = float(stats.chi2.ppf(0.95, 1))


@dataclass(frozen=True, slots=True)
class Bands:
    """A spectrum averaged over bands of frequency: means, and how many degrees of freedom each has."""

    frequencies: FloatArray
    density: FloatArray
    degrees: FloatArray


@dataclass(frozen=True, slots=True)
class Grid:
    """Corners (Hz) and exponents that are looked through, with the deviance at the best white level of each."""

    corners: FloatArray
    exponents: FloatArray
    logs: FloatArray
    """Sum of nu ln g."""
    scaled: FloatArray
    """Sum of nu P / g."""
    total: float
    """Sum of nu."""

    @property
    def deviance(self) -> FloatArray:
        """-2 ln likelihood, but for a constant."""
        return np.asarray(self.logs + self.total * np.log(self.scaled / self.total) + self.total, float)

    @property
    def best(self) -> int:
        """The most likely entry."""
        return int(np.argmin(self.deviance))


@dataclass(frozen=True, slots=True)
class NoiseFit:
    """What a spectrum tells: white level (A^2/Hz), corner (Hz), 1/f part at 1 Hz (A^2/Hz), exponent.

    The intervals are those of the profile likelihood; infinite, or 0, where the spectrum does not limit them. `flicker`
    tells whether a part that falls with frequency is shown, `free` whether its exponent had to be fitted (else 1).
    """

    white: Estimate
    corner: Estimate
    at_one_hertz: Estimate
    exponent: float
    flicker: bool
    free: bool
    misfit: bool
    bands: Bands
    aicc: dict[str, float]

    def density(self, frequencies: FloatArray) -> FloatArray:
        """Give the fitted spectrum (A^2/Hz)."""
        return np.asarray(self.white.value * _shape(frequencies, self.corner.value, self.exponent), float)


def fit_noise(spectrum: Spectrum, left_out: FloatArray | None = None) -> NoiseFit:
    """Fit a spectrum; `left_out` (bool) are frequencies that carry mains hum."""
    kept = np.ones(len(spectrum.frequencies), bool) if left_out is None else ~left_out.astype(bool)
    bands = _bands(spectrum, kept)
    alone = _grid(bands, np.zeros(1), np.ones(1))
    straight = _grid(bands, _corners(bands), np.ones(1))
    independent = float(np.sum(kept)) / LEAKAGE

    def criterion(grid: Grid, parameters: int) -> float:
        return akaike(float(np.min(grid.deviance)), parameters, independent)

    aicc = {"white": criterion(alone, 1), "white + 1/f": criterion(straight, 2)}
    if aicc["white + 1/f"] > aicc["white"] - AICC_TO_ADD_A_TERM:
        return _told(bands, _refined(bands, straight), alone, False, aicc)
    bent = _grid(bands, _corners(bands), _exponents())
    aicc["white + 1/f^α"] = criterion(bent, 3)
    free = aicc["white + 1/f^α"] <= aicc["white + 1/f"] - AICC_TO_ADD_A_TERM
    chosen = _refined(bands, bent if free else straight)
    return _told(bands, chosen, chosen, free, aicc)


def _told(bands: Bands, grid: Grid, of_level: Grid, free: bool, aicc: dict[str, float]) -> NoiseFit:
    best, flicker = grid.best, of_level is grid
    corner, exponent = float(grid.corners[best]), float(grid.exponents[best])
    level = float(grid.scaled[best] / grid.total)
    power, least = grid.corners**grid.exponents, level * float(bands.frequencies[0]) ** exponent
    white = float(of_level.scaled[of_level.best] / of_level.total)
    found = _corner(bands, grid)
    levels = _profiled(of_level, white, white, lambda value: value * np.ones(len(of_level.logs)), "A^2/Hz")
    at_one = _profiled(grid, level * corner**exponent, least, lambda value: value / power, "A^2/Hz")
    return NoiseFit(
        # A corner beyond all bounds leaves no white level, one below all bounds no 1/f part.
        levels if np.isfinite(found.interval.high) or not flicker else _without_low(levels),
        found,
        at_one if found.interval.low > 0 else _without_low(at_one),
        exponent,
        flicker,
        free,
        _misfits(bands, level * _shape(bands.frequencies, corner, exponent), 3 if free else 2),
        bands,
        aicc,
    )


def _without_low(estimate: Estimate) -> Estimate:
    return _estimate(estimate.value, Interval(0.0, estimate.interval.high), estimate.unit)


def _bands(spectrum: Spectrum, kept: FloatArray) -> Bands:
    frequencies, density = spectrum.frequencies[kept], spectrum.density[kept]
    place = np.floor(PER_DECADE * np.log10(frequencies / frequencies[0]) + 1e-9).astype(int)
    first = np.flatnonzero(np.diff(place, prepend=-1))
    count = np.diff(first, append=len(frequencies)).astype(float)
    return Bands(
        np.add.reduceat(frequencies, first) / count,
        np.add.reduceat(density, first) / count,
        count * spectrum.degrees / LEAKAGE,
    )


def _corners(bands: Bands) -> FloatArray:
    return np.geomspace(bands.frequencies[0] / _BEYOND, bands.frequencies[-1] * _BEYOND, _COARSE)


def _exponents() -> FloatArray:
    return np.linspace(*EXPONENTS, _EXPONENTS)


def _shape(frequencies: FloatArray, corner: float, exponent: float) -> FloatArray:
    return np.asarray(1 + (corner / frequencies) ** exponent, float)


def _grid(bands: Bands, corners: FloatArray, exponents: FloatArray) -> Grid:
    pairs = np.array([(corner, exponent) for exponent in exponents for corner in corners])
    shapes = 1 + (pairs[:, :1] / bands.frequencies) ** pairs[:, 1:]
    return Grid(
        pairs[:, 0],
        pairs[:, 1],
        np.log(shapes) @ bands.degrees,
        (1 / shapes) @ (bands.degrees * bands.density),
        float(np.sum(bands.degrees)),
    )


def _refined(bands: Bands, grid: Grid) -> Grid:
    """Lay a fine grid over what the coarse one leaves possible."""
    near = grid.deviance <= np.min(grid.deviance) + _NEAR
    step = grid.corners[1] / grid.corners[0]
    low, high = np.min(grid.corners[near]) / step, np.max(grid.corners[near]) * step
    exponents = np.unique(grid.exponents)
    if len(exponents) > 1:
        width = exponents[1] - exponents[0]
        ends = float(np.min(grid.exponents[near])) - width, float(np.max(grid.exponents[near])) + width
        exponents = np.linspace(max(ends[0], EXPONENTS[0]), min(ends[1], EXPONENTS[1]), _EXPONENTS)
    return _grid(bands, np.geomspace(low, high, _FINE), exponents)


def _corner(bands: Bands, grid: Grid) -> Estimate:
    rows = grid.deviance.reshape(-1, _FINE)
    low, high = _within(grid.corners[:_FINE], np.min(rows, axis=0))
    least, most = bands.frequencies[0] / _BEYOND, bands.frequencies[-1] * _BEYOND
    interval = Interval(low if low > least else 0.0, high if high < most else np.inf)
    return _estimate(float(grid.corners[grid.best]), interval, "Hz")


def _profiled(grid: Grid, value: float, about: float, level: Callable[[float], FloatArray], unit: str) -> Estimate:
    """Give the profile interval of a quantity that a white level (A^2/Hz) belongs to at each place of the grid.

    It is looked for about its value or, where that is next to nothing, about a size that would be seen.
    """

    def deviance(each: float) -> float:
        levels = level(each)
        return float(np.min(grid.logs + grid.total * np.log(levels) + grid.scaled / levels))

    ends = max(value, about) * np.exp(-_REACH), max(value, about) * np.exp(_REACH)
    for _ in range(_ZOOMS):
        values = np.geomspace(*ends, _VALUES)
        rises = np.array([deviance(float(each)) for each in values])
        near = np.flatnonzero(rises <= np.min(rises) + _NEAR)
        ends = values[max(int(near[0]) - 1, 0)], values[min(int(near[-1]) + 1, _VALUES - 1)]
    low, high = _within(values, rises)
    return _estimate(value, Interval(low if near[0] else 0.0, high if near[-1] < _VALUES - 1 else np.inf), unit)


def _within(values: FloatArray, deviance: FloatArray) -> tuple[float, float]:
    """Give the ends of what lies below the 95 % limit of the deviance, interpolated; the ends of the values if none."""
    excess = deviance - np.min(deviance) - _LIMIT
    inside = np.flatnonzero(excess <= 0)
    logs = np.log(values)

    def end(inner: int, outer: int) -> float:
        if not 0 <= outer < len(values):
            return float(values[inner])
        share = excess[inner] / (excess[inner] - excess[outer])
        return float(np.exp(logs[inner] + share * (logs[outer] - logs[inner])))

    return end(int(inside[0]), int(inside[0]) - 1), end(int(inside[-1]), int(inside[-1]) + 1)


def _estimate(value: float, interval: Interval, unit: str) -> Estimate:
    bounded = interval.low > 0 and np.isfinite(interval.high)
    spread = np.log(interval.high / interval.low) / (2 * coverage_factor(np.inf)) if bounded else np.inf
    return Estimate(value, float(value * spread), interval, np.inf, unit)


def _misfits(bands: Bands, fitted: FloatArray, parameters: int) -> bool:
    """Tell whether the spectrum has a structure that the model lacks: deviance and Ljung-Box, both p < 0.01."""
    ratio = bands.density / fitted
    parts = bands.degrees * (ratio - 1 - np.log(ratio))
    chance = float(stats.chi2.sf(np.sum(parts), max(len(parts) - parameters, 1)))
    signed = np.sign(ratio - 1) * np.sqrt(np.maximum(parts, 0.0))
    return chance < MISFIT_SIGNIFICANCE and ljung_box(np.asarray(signed, float), parameters) < MISFIT_SIGNIFICANCE


def slope_uncertainty(current: FloatArray, period: float) -> tuple[float, float] | None:
    """Give the standard uncertainty (A/s) of a straight line's slope through readings, and its degrees of freedom.

    White and 1/f noise are fitted to the spectrum of the readings themselves and carried on to the length of the
    record, where 1/f noise has more power than any stretch of it shows. None for too few readings, or where they show
    no 1/f part.
    """
    spectrum = spectrum_of([current], period, _SLOPE_SEGMENTS)
    if spectrum is None:
        return None
    bands = _bands(spectrum, np.ones(len(spectrum.frequencies), bool))
    grid = _refined(bands, _grid(bands, _corners(bands), np.ones(1)))
    told = _told(bands, grid, grid, False, {})
    if told.corner.interval.low <= 0:
        return None
    time = period * (np.arange(len(current)) - (len(current) - 1) / 2)
    frequencies = np.fft.rfftfreq(_PADDING * len(current), period)[1:]
    gain = np.abs(np.fft.rfft(time / float(time @ time), _PADDING * len(current))[1:]) ** 2
    step = float(frequencies[0])
    white = told.white.value * float(np.sum(gain)) * step
    falling = told.white.value * told.corner.value * float(np.sum(gain / frequencies)) * step
    share = falling / (white + falling)
    doubt = told.at_one_hertz.uncertainty / told.at_one_hertz.value
    known = np.hypot(share * doubt, (1 - share) * np.sqrt(2 / grid.total))
    degrees = 2 / float(known) ** 2 if np.isfinite(known) else _FEWEST
    return float(np.sqrt(white + falling)), max(degrees, _FEWEST)
