"""Synthetic LTP/LTD cycles and I-V loops with a known truth, as fixtures, and a count of coverage."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from benchmarks.validation import generators
from benchmarks.validation.generators import Cycles, Drifting, Memristor
from labkit.core import Estimate, Run
from labkit.metrics._loops import Loops


@pytest.fixture
def synapse() -> type[Cycles]:
    """The class of synthetic synapses."""
    return Cycles


@pytest.fixture
def drifting_synapse() -> type[Drifting]:
    """The class of synapses whose pulses have a random efficiency."""
    return Drifting


@pytest.fixture
def ltp_ltd_run() -> Callable[..., Run]:
    """Make a run of P10 of a synthetic synapse."""
    return generators.ltp_ltd_run


@pytest.fixture
def memristor() -> type[Memristor]:
    """The class of synthetic memristors."""
    return Memristor


@pytest.fixture
def loop_run() -> Callable[..., Run]:
    """Make a run of P15 of a synthetic memristor."""
    return generators.loop_run


@pytest.fixture
def make_loops() -> Callable[..., Loops]:
    """Make loops as the metrics see them, without a run: quick enough for thousands."""
    return generators.make_loops


@dataclass
class Coverage:
    """Counts how often intervals hold the truth, and how far values lie from it."""

    truth: float
    values: list[float] = field(default_factory=list)
    uncertainties: list[float] = field(default_factory=list)
    covered: int = 0

    def add(self, estimate: Estimate | None) -> None:
        """Take one estimate; one without a value counts as a miss."""
        if estimate is None:
            self.values.append(float("nan"))
            return
        self.values.append(estimate.value)
        self.uncertainties.append(estimate.uncertainty)
        self.covered += self.truth in estimate.interval

    @property
    def trials(self) -> int:
        """How many estimates."""
        return len(self.values)

    @property
    def bias(self) -> float:
        """Mean deviation from the truth."""
        return float(np.nanmean(self.values)) - self.truth

    @property
    def bias_uncertainty(self) -> float:
        """Standard error of the bias."""
        return float(np.nanstd(self.values) / np.sqrt(self.trials))


@pytest.fixture
def coverage() -> type[Coverage]:
    """The class that counts coverage."""
    return Coverage
