"""Synapses measured on a generator of known truth."""

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.validation.generators import Cycles, ltp_ltd_run
from labkit.core import FloatArray
from labkit.network import MeasuredSynapse, measured_synapse

Measure = Callable[..., MeasuredSynapse]


@pytest.fixture
def measure() -> Measure:
    """Measure a generated synapse: `sigma` (A) is the noise of a reading at 0.1 V."""

    def make(cycles: Cycles, seed: int = 1, sigma: float = 1e-10, levels: FloatArray | None = None) -> MeasuredSynapse:
        return measured_synapse(ltp_ltd_run(cycles, seed, sigma=sigma, levels=levels))

    return make


class Hesitant(Cycles):
    """A synapse whose first pulses do least, then most: no exponential update."""

    def walks(self, generator: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        x = np.linspace(0, 1, self.pulses + 1)
        rise = (np.tanh(6 * (x - 0.5)) / np.tanh(3.0) + 1) / 2
        up, down = self._walk(np.diff(rise), generator), self._walk(np.diff(rise[::-1]), generator)
        return self.lowest + self.change * up, self.lowest + self.change * (up[:, -1:] + down)


@pytest.fixture
def hesitant() -> Cycles:
    return Hesitant(c2c=0.002, cycles=20)
