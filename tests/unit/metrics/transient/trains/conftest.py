"""Synthetic trains of pulses, and pulses of several widths or levels, with a known truth, as fixtures."""

import pytest

from benchmarks.validation.generators import PulseTrains, SteppedPulses


@pytest.fixture
def pulse_trains() -> type[PulseTrains]:
    """Trains of light pulses with chosen properties."""
    return PulseTrains


@pytest.fixture
def stepped_pulses() -> type[SteppedPulses]:
    """Light pulses of several widths or levels with chosen properties."""
    return SteppedPulses
