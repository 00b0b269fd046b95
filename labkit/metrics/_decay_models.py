"""The models of a decay that M3 chooses between, and the quantities that each of them reports."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from labkit.core import Estimate, FloatArray
from labkit.metrics._decimation import Decimated
from labkit.metrics._models import exponentials, mean_stretched_time, stretched_exponential
from labkit.metrics._separable import Separable, SeparableFit
from labkit.metrics._statistics import exponential_of, normal_estimate

Quantities = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class DecayModel:
    """One model: how to set it up for a record, and what it reports.

    `quantities` maps nonlinear and linear parameters to values by symbol, `units` tells s, A or 1; what is in s is
    positive and estimated on a logarithmic scale. The first `times` nonlinear parameters are logarithms of times.
    `begun` gives the linear parameters of the same decay for an origin that lies a time (s) earlier.
    """

    name: str
    formula: str
    build: Callable[[Decimated], tuple[Separable, FloatArray]]
    quantities: Callable[[FloatArray, FloatArray], Quantities]
    units: Mapping[str, str]
    times: int
    begun: Callable[[FloatArray, FloatArray, float], FloatArray]

    def of(self, fit: SeparableFit) -> Quantities:
        """Give the quantities of a fit."""
        return self.quantities(fit.nonlinear, fit.linear)

    def moved(self, fit: SeparableFit, earlier: float) -> Quantities:
        """Give by how much the quantities change when the stimulus really ended a time (s) earlier."""
        before = self.of(fit)
        after = self.quantities(fit.nonlinear, self.begun(fit.nonlinear, fit.linear, earlier))
        return {symbol: after[symbol] - value for symbol, value in before.items()}

    def estimate(self, fit: SeparableFit, symbol: str) -> Estimate:
        """Give one quantity with the uncertainty of the fit (uF); skew time constants by their profile likelihood."""
        unit = self.units[symbol]
        value = self.of(fit)[symbol]
        index = self._time_index(fit, symbol)
        if index is not None:
            return exponential_of(fit.profile(index), unit)
        slope = self._gradient(fit, symbol, logarithmic=unit == "s")
        involved = np.flatnonzero(slope)
        covariance, slopes = fit.solution.covariance[np.ix_(involved, involved)], slope[involved]
        variance = float(slopes @ covariance @ slopes) if np.all(np.isfinite(covariance)) else np.inf
        uncertainty = float(np.sqrt(max(variance, 0.0)))
        degrees = fit.solution.degrees_of_freedom
        if unit == "s":
            return exponential_of(normal_estimate(float(np.log(abs(value))), uncertainty, degrees), unit)
        return normal_estimate(value, uncertainty, degrees, unit)

    def depends_on(self, symbol: str, fit: SeparableFit) -> tuple[int, ...]:
        """Give the nonlinear parameters that a quantity rests on: one term's for τ_i and A_i, all for the others."""
        order = np.argsort(fit.nonlinear[: self.times])
        if symbol.endswith(("_1", "_2")):
            return (int(order[int(symbol[-1]) - 1]),)
        return tuple(range(len(fit.nonlinear)))

    def _time_index(self, fit: SeparableFit, symbol: str) -> int | None:
        """Give which nonlinear parameter is the logarithm of a time constant; None for a derived quantity."""
        return self.depends_on(symbol, fit)[0] if symbol.startswith("τ") else None

    def _gradient(self, fit: SeparableFit, symbol: str, *, logarithmic: bool) -> FloatArray:
        joint, split = fit.solution.values, len(fit.nonlinear)
        slopes = np.zeros(len(joint))
        scale = float(np.max(np.abs(joint[split:]))) or 1.0
        for index, value in enumerate(joint):
            step = 1e-5 * max(abs(value), scale * 1e-3 if index >= split else 1e-3)
            up, down = joint.copy(), joint.copy()
            up[index] += step
            down[index] -= step
            high = self.quantities(up[:split], up[split:])[symbol]
            low = self.quantities(down[:split], down[split:])[symbol]
            slopes[index] = (np.log(abs(high / low)) if logarithmic else high - low) / (2 * step)
        return slopes


def _mono(nonlinear: FloatArray, linear: FloatArray) -> Quantities:
    return {"τ": float(np.exp(nonlinear[0])), "A": float(linear[0]), "I_∞": float(linear[1])}


def _bi(nonlinear: FloatArray, linear: FloatArray) -> Quantities:
    order = np.argsort(nonlinear)
    times, amplitudes = np.exp(nonlinear[order]), linear[:2][order]
    return {
        "τ_1": float(times[0]),
        "τ_2": float(times[1]),
        "A_1": float(amplitudes[0]),
        "A_2": float(amplitudes[1]),
        "I_∞": float(linear[2]),
        "⟨τ⟩": float(amplitudes @ times / np.sum(amplitudes)),
        "⟨τ⟩_I": float(amplitudes @ times**2 / (amplitudes @ times)),
    }


def _stretched(nonlinear: FloatArray, linear: FloatArray) -> Quantities:
    tau, beta = float(np.exp(nonlinear[0])), float(nonlinear[1])
    return {
        "τ": tau,
        "β": beta,
        "A": float(linear[0]),
        "I_∞": float(linear[1]),
        "⟨τ⟩": mean_stretched_time(tau, beta),
    }


def _stretched_alone(nonlinear: FloatArray, linear: FloatArray) -> Quantities:
    return {symbol: value for symbol, value in _stretched(nonlinear, np.append(linear, 0.0)).items() if symbol != "I_∞"}


def _begun_exponentials(nonlinear: FloatArray, linear: FloatArray, earlier: float) -> FloatArray:
    growth = np.exp(earlier * np.exp(-nonlinear))
    return np.concatenate([linear[: len(nonlinear)] * growth, linear[len(nonlinear) :]])


def _begun_stretched(nonlinear: FloatArray, linear: FloatArray, earlier: float) -> FloatArray:
    growth = np.exp((earlier / np.exp(nonlinear[0])) ** nonlinear[1])
    return np.array([linear[0] * growth, *linear[1:]])


def _weights(record: Decimated) -> FloatArray:
    return np.sqrt(record.counts)


def _exponential_model(terms: int) -> Callable[[Decimated], tuple[Separable, FloatArray]]:
    def build(record: Decimated) -> tuple[Separable, FloatArray]:
        return exponentials(record.time, record.values, terms, weights=_weights(record), spread=record.spread)

    return build


def _stretched_model(record: Decimated) -> tuple[Separable, FloatArray]:
    return stretched_exponential(record.time, record.values, weights=_weights(record), spread=record.spread)


def _stretched_to_baseline(record: Decimated) -> tuple[Separable, FloatArray]:
    return stretched_exponential(
        record.time, record.values, offset=False, weights=_weights(record), spread=record.spread
    )


MONO = DecayModel(
    "exponential",
    "I_∞ + A exp(−t/τ)",
    _exponential_model(1),
    _mono,
    {"τ": "s", "A": "A", "I_∞": "A"},
    times=1,
    begun=_begun_exponentials,
)
STRETCHED = DecayModel(
    "stretched exponential (KWW)",
    "I_∞ + A exp(−(t/τ)^β)",
    _stretched_model,
    _stretched,
    {"τ": "s", "β": "1", "A": "A", "I_∞": "A", "⟨τ⟩": "s"},
    times=1,
    begun=_begun_stretched,
)
STRETCHED_TO_BASELINE = DecayModel(
    "stretched exponential (KWW) to the baseline",
    "A exp(−(t/τ)^β)",
    _stretched_to_baseline,
    _stretched_alone,
    {"τ": "s", "β": "1", "A": "A", "⟨τ⟩": "s"},
    times=1,
    begun=_begun_stretched,
)
"""For decays that are known to return to the baseline; not among those that M3 chooses from."""
BI = DecayModel(
    "bi-exponential",
    "I_∞ + A₁ exp(−t/τ₁) + A₂ exp(−t/τ₂)",
    _exponential_model(2),
    _bi,
    {"τ_1": "s", "τ_2": "s", "A_1": "A", "A_2": "A", "I_∞": "A", "⟨τ⟩": "s", "⟨τ⟩_I": "s"},
    times=2,
    begun=_begun_exponentials,
)
MODELS = (MONO, STRETCHED, BI)
"""In the order of their numbers of parameters."""
