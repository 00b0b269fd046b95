"""Synthetic transients with a known truth: single pulses, pairs, writes and retention, as fixtures."""

import pytest

from benchmarks.validation.generators import Kept, PulsePairs, SinglePulses, Writes


@pytest.fixture
def single_pulses() -> type[SinglePulses]:
    """Single light pulses with chosen properties."""
    return SinglePulses


@pytest.fixture
def pulse_pairs() -> type[PulsePairs]:
    """Pairs of light pulses with chosen properties."""
    return PulsePairs


@pytest.fixture
def writes() -> type[Writes]:
    """Trains of voltage pulses with chosen properties."""
    return Writes


@pytest.fixture
def kept() -> type[Kept]:
    """Retention of states with a chosen law."""
    return Kept
