"""What a memristive synapse's parameters say of its metrics, without a measurement (metric standard M14-M19, M21, M22).

A pulse maps each population linearly, w -> a w + b, with a and b functions of the write's random efficiency only. The
mean and the covariance of the populations over many cycles therefore follow exactly from averages of a, b and their
products over the efficiency's gamma distribution, taken by Gauss quadrature.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labkit.core import FloatArray
from labkit_sim.devices._efficiency import efficiency_quadrature
from labkit_sim.devices._memristor import MemristorParameters
from labkit_sim.devices._truth_update import UpdateTruth


@dataclass(frozen=True, slots=True)
class WeightProtocol:
    """LTP/LTD cycles of identical pulses, each followed by a read (P10). Levels in V, times in s.

    `read_delay` counts from the end of a pulse to the middle of its readings, `period` from pulse to pulse.
    `depression_pause` is from the end of the last potentiating pulse to the first depressing one, `potentiation_pause`
    back again; left out, they are as between pulses. `initial_delay` is from the end of the last depressing pulse to
    the read before the next potentiation; left out, it is the read delay. The first `discarded` cycles do not count.
    """

    potentiation: float
    depression: float
    width: float
    pulses: int
    period: float
    read_delay: float
    read_voltage: float = 0.1
    depression_pause: float | None = None
    potentiation_pause: float | None = None
    initial_delay: float | None = None
    cycles: int = 10
    discarded: int = 1


@dataclass(frozen=True)
class WeightTruth(UpdateTruth):
    """The exact means over the counted cycles, and the scatter of the steps (S^2, one per pulse).

    Energies (J) are means over cycles, one per pulse: the integral of V I, and |V_R| I t_w with the read after it.
    """

    potentiation_step_variance: FloatArray
    depression_step_variance: FloatArray
    potentiation_energy: FloatArray
    depression_energy: FloatArray
    potentiation_read_energy: FloatArray
    depression_read_energy: FloatArray

    @property
    def potentiation_variation(self) -> float:
        """The variation sigma_c2c of a potentiating step as a share of the range (M19)."""
        change = abs(self.potentiation[-1] - self.potentiation[0])
        return float(np.sqrt(np.mean(self.potentiation_step_variance)) / change)

    @property
    def depression_variation(self) -> float:
        """The variation sigma_c2c of a depressing step as a share of the range (M19)."""
        change = abs(self.depression[-1] - self.depression[0])
        return float(np.sqrt(np.mean(self.depression_step_variance)) / change)


@dataclass(slots=True)
class _Moments:
    """Mean and mean square of the populations over realisations."""

    mean: FloatArray
    square: FloatArray


@dataclass(frozen=True, slots=True)
class _Map:
    """Maps w -> a w + b of all populations, one row for each value of the random efficiency, and their weights."""

    a: FloatArray
    b: FloatArray
    weights: FloatArray

    def then_decay(self, kept: FloatArray) -> "_Map":
        return _Map(self.a * kept, self.b * kept, self.weights)

    def after_decay(self, kept: FloatArray) -> "_Map":
        return _Map(self.a * kept, self.b, self.weights)

    def applied(self, moments: _Moments) -> _Moments:
        mean = self.weights @ (self.a * moments.mean + self.b)
        moved = self.a * moments.mean
        products = self._mean_product(self.a, self.a) * moments.square
        crossed = self._mean_product(moved, self.b)
        return _Moments(mean, products + crossed + crossed.T + self._mean_product(self.b, self.b))

    def step_variance(self, moments: _Moments, shares: FloatArray) -> float:
        """Give the variance of shares @ (w after - w before)."""
        slopes, offsets = shares * (self.a - 1), self.b @ shares
        squares = np.einsum("ij,jk,ik->i", slopes, moments.square, slopes)
        steps = slopes @ moments.mean
        second = self.weights @ (squares + 2 * steps * offsets + offsets**2)
        return float(second - (self.weights @ (steps + offsets)) ** 2)

    def _mean_product(self, left: FloatArray, right: FloatArray) -> FloatArray:
        return np.asarray(np.einsum("i,ij,ik->jk", self.weights, left, right))


@dataclass(frozen=True, slots=True)
class _Train:
    """Identical pulses: each with the wait for its read (`pulse`), and what is kept from the read before it to it."""

    level: float
    width: float
    pulse: _Map
    kept: list[FloatArray]


class MemristorTruth:
    """The true metrics of a memristive synapse, as long as no current limit is reached."""

    def __init__(self, parameters: MemristorParameters) -> None:
        self.parameters = parameters
        self._shares = np.array([part.conductance for part in parameters.populations])
        self._losses = np.array([1 / part.lifetime for part in parameters.populations])
        self._efficiencies = np.array([part.efficiency for part in parameters.populations])
        self._nodes, self._weights = efficiency_quadrature(parameters.variation)

    def read_conductance(self, populations: FloatArray, voltage: float) -> FloatArray:
        """Give I / V (S) at a read voltage for populations (last axis)."""
        conductance = self.parameters.lowest_conductance + populations @ self._shares
        return np.asarray(conductance * self.parameters.drive(voltage) / voltage)

    def switching_constant(self, level: float, width: float) -> float:
        """Give A (pulses) of populations that lose nothing: after n pulses 1 - w is exp(-n / A), on average."""
        dose = self.parameters.switching(level).at(level) * width
        return float(-1 / np.log(self._weights @ np.exp(-dose * self._nodes)))

    def weights(self, protocol: WeightProtocol) -> WeightTruth:
        """Give the curves of M14 with all that follows from them, from the pristine device on (M14-M19, M21)."""
        potentiation, depression = self._trains(protocol)
        moments = _Moments(np.zeros_like(self._shares), np.zeros((len(self._shares),) * 2))
        rising, falling = [], []
        for _ in range(protocol.discarded + protocol.cycles):
            moments, half = self._half_cycle(moments, potentiation)
            rising.append(half)
            moments, half = self._half_cycle(moments, depression)
            falling.append(half)
            moments = _decayed(moments, self._kept(self._initial_delay(protocol) - protocol.read_delay))
        counted = slice(protocol.discarded, None)
        up, down = (np.mean(np.array(half[counted]), axis=0) for half in (rising, falling))
        scale = self.parameters.drive(protocol.read_voltage) / protocol.read_voltage
        energy = scale * protocol.read_voltage**2 * protocol.width
        return WeightTruth(
            *(scale * half[0] for half in (up, down)),
            *(scale**2 * half[1, 1:] for half in (up, down)),
            *(half[2, 1:] for half in (up, down)),
            *(energy * half[0, 1:] for half in (up, down)),
        )

    def retention(
        self,
        erase: Sequence[tuple[float, float, float]],
        settle: float,
        program: Sequence[tuple[float, float, float]],
        times: FloatArray,
        read_voltage: float = 0.1,
    ) -> FloatArray:
        """Give R(t) at `times` (s) after the last programming pulse, relative to its first (M22).

        Pulses are (level, width, rest after it); the rest after the last programming pulse does not count. The
        reference is read `settle` after the erase, just before programming. Each pulse has its mean effect.
        """
        populations = self.after_pulses(np.zeros_like(self._shares), erase) * self._kept(settle)
        reference = self.read_conductance(populations, read_voltage)
        if program:
            level, width, _ = program[-1]
            populations = self.after_pulses(populations, [*program[:-1], (level, width, 0.0)])
        change = self.read_conductance(populations * self._kept_at(times), read_voltage) - reference
        return np.asarray(change / change[0])

    def after_pulses(self, populations: FloatArray, pulses: Sequence[tuple[float, float, float]]) -> FloatArray:
        """Give the mean populations after pulses of (level, width, rest after it)."""
        for level, width, rest in pulses:
            change = self._pulse(level, width)
            populations = (change.weights @ (change.a * populations + change.b)) * self._kept(rest)
        return populations

    def _trains(self, protocol: WeightProtocol) -> tuple[_Train, _Train]:
        rest = protocol.period - protocol.width
        up = rest if protocol.potentiation_pause is None else protocol.potentiation_pause
        down = rest if protocol.depression_pause is None else protocol.depression_pause
        potentiation = self._train(protocol, protocol.potentiation, up - self._initial_delay(protocol))
        return potentiation, self._train(protocol, protocol.depression, down - protocol.read_delay)

    def _train(self, protocol: WeightProtocol, level: float, before_first: float) -> _Train:
        between = self._kept(protocol.period - protocol.width - protocol.read_delay)
        kept = [self._kept(before_first)] + [between] * (protocol.pulses - 1)
        pulse = self._pulse(level, protocol.width).then_decay(self._kept(protocol.read_delay))
        return _Train(level, protocol.width, pulse, kept)

    def _half_cycle(self, moments: _Moments, train: _Train) -> tuple[_Moments, FloatArray]:
        """Go through one train: rows of mean conductance, step variance and pulse energy, from the read before it."""
        rows = [(self._mean_conductance(moments), 0.0, 0.0)]
        for kept in train.kept:
            change = train.pulse.after_decay(kept)
            variance = change.step_variance(moments, self._shares)
            energy = self._energy(moments.mean * kept, train.level, train.width)
            moments = change.applied(moments)
            rows.append((self._mean_conductance(moments), variance, energy))
        return moments, np.array(rows).T

    def _mean_conductance(self, moments: _Moments) -> float:
        return float(self.parameters.lowest_conductance + moments.mean @ self._shares)

    def _pulse(self, level: float, width: float) -> _Map:
        speeds = self.parameters.switching(level).at(level) * self._nodes[:, None] * self._efficiencies
        rates = speeds + self._losses
        a = np.exp(-rates * width)
        targets = np.divide(speeds, rates, out=np.zeros_like(rates), where=rates > 0) if level > 0 else 0 * rates
        return _Map(a, targets * (1 - a), self._weights)

    def _energy(self, populations: FloatArray, level: float, width: float) -> float:
        """Give the mean of the integral of V I over a pulse (J), from mean populations before it."""
        speeds = self.parameters.switching(level).at(level) * self._nodes[:, None] * self._efficiencies
        rates = np.maximum(speeds + self._losses, 1e-300)
        targets = speeds / rates if level > 0 else np.zeros_like(rates)
        integrals = targets * width + (populations - targets) * -np.expm1(-rates * width) / rates
        charge = self.parameters.lowest_conductance * width + self._weights @ integrals @ self._shares
        return float(level * self.parameters.drive(level) * charge)

    def _initial_delay(self, protocol: WeightProtocol) -> float:
        return protocol.read_delay if protocol.initial_delay is None else protocol.initial_delay

    def _kept(self, time: float) -> FloatArray:
        return np.exp(-self._losses * time)

    def _kept_at(self, times: FloatArray) -> FloatArray:
        return np.exp(-np.outer(times, self._losses))


def _decayed(moments: _Moments, kept: FloatArray) -> _Moments:
    return _Moments(moments.mean * kept, moments.square * np.outer(kept, kept))
