"""Analogue synapses under identical pulses, as weight curves."""

from dataclasses import dataclass

import numpy as np

from labkit.core import FloatArray
from labkit.metrics._exponential_update import update_shape
from labkit.metrics._weight_curves import Train, WeightCurves


@dataclass
class Cycles:
    """An analogue synapse under identical pulses: exponential update, steps that scatter, noisy reads.

    Conductances in S. `c2c` is the scatter of a step and `read` the noise of a read, both relative to the change.
    """

    lowest: float = 1e-6
    change: float = 9e-6
    up: float = 2.0
    down: float = -2.0
    pulses: int = 50
    cycles: int = 10
    c2c: float = 0.0
    read: float = 0.0

    def curves(self, generator: np.random.Generator, *, offset: float = 0.0) -> WeightCurves:
        """Give LTP/LTD cycles as the metrics see them; `offset` (S) is the limit of one draw for the whole run."""
        shift = generator.uniform(-offset, offset)
        up, down = self.walks(generator)
        noise = self.read * self.change
        reads = [walk + shift + noise * generator.standard_normal(walk.shape) for walk in (up, down)]
        pulses = np.arange(self.pulses + 1.0)
        trains = {
            name: Train(name, pulses, rows, noise, 1e4)
            for name, rows in zip(("potentiation", "depression"), reads, strict=True)
        }
        return WeightCurves(trains, voltage=0.1, offset=offset, readings=5)

    def walks(self, generator: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """Give the true conductances, cycles x (pulses + 1); depression goes on from where potentiation ended."""
        x = np.linspace(0, 1, self.pulses + 1)
        up = self._walk(np.diff(update_shape(x, self.up)), generator)
        down = self._walk(np.diff(update_shape(1 - x, self.down)), generator)
        return self.lowest + self.change * up, self.lowest + self.change * (up[:, -1:] + down)

    def _walk(self, steps: FloatArray, generator: np.random.Generator) -> FloatArray:
        scattered = steps + self.c2c * generator.standard_normal((self.cycles, len(steps)))
        return np.concatenate([np.zeros((self.cycles, 1)), np.cumsum(scattered, axis=1)], axis=1)


@dataclass
class Drifting(Cycles):
    """A synapse whose pulses have a random efficiency: large first steps scatter most, and later ones make up for it.

    `c2c` is the coefficient of variation of the efficiency (gamma distributed), `up` and `down` P_max over A.
    """

    def walks(self, generator: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """Give the true conductances, cycles x (pulses + 1); each half-cycle starts from its end state."""
        up = 1 - self._left(self.up, generator)
        down = self._left(-self.down, generator)
        return self.lowest + self.change * up, self.lowest + self.change * (up[:, -1:] * down)

    def _left(self, curvature: float, generator: np.random.Generator) -> FloatArray:
        doses = generator.gamma(self.c2c**-2, self.c2c**2, (self.cycles, self.pulses)) * curvature / self.pulses
        return np.asarray(
            np.exp(-np.concatenate([np.zeros((self.cycles, 1)), np.cumsum(doses, axis=1)], axis=1)), float
        )
