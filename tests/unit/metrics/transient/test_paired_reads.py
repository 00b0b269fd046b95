"""Electrical pairs: the weight is read after the pulses, A1 is that of a single pulse."""

from typing import Any

import numpy as np
import pytest

from labkit.core import Flag, Kind, LabkitError, Run
from labkit.metrics import PPF_DECAY, PPF_INDEX

WIDTH, DELAY, BIAS, READINGS, PERIOD = 1e-5, 1e-4, 0.1, 10, 1e-4
LEFT = 0.4
"""What is left of a response when the pair is read."""


class Reads:
    """A run of reads and pulses in order of time."""

    def __init__(self, builder: Any, generator: np.random.Generator, sigma: float) -> None:
        self.built = builder(loops=("interval", "repeat"), valued_loops=("interval",), terminals={"top": "electrical"})
        self.generator, self.sigma, self.now = generator, sigma, 0.0
        self.time: list[Any] = []
        self.current: list[Any] = []

    def read(self, mark: str, level: float, **place: float) -> None:
        first = len(self.time) * READINGS
        self.time.append(self.now + np.arange(READINGS) * PERIOD)
        self.current.append(1e-7 + level + self.sigma * self.generator.standard_normal(READINGS))
        end = self.now + READINGS * PERIOD
        self.built.event(Kind.READ, mark, "top", self.now, end, BIAS, samples=(first, READINGS), **place)
        self.now = end + 1e-3

    def pulse(self, mark: str, level: float = 3.0, **place: float) -> None:
        self.built.event(Kind.PULSE, mark, "top", self.now, self.now + WIDTH, level, **place)
        self.now += WIDTH


def run(builder: Any, instrument: Any, facilitation: float, sigma: float = 1e-10, single: str = "single") -> Run:
    """Pairs at three intervals whose second response is `facilitation` times the first, plus what that has left."""
    generator = np.random.default_rng(5)
    reads = Reads(builder, generator, sigma)
    for position, interval in enumerate((1e-5, 1e-3, 1e-1)):
        for repeat in range(10):
            place = {"interval": position, "repeat": repeat, "interval_value": interval}
            size = 1e-8 * (1 + 0.1 * generator.standard_normal())
            for mark, level in ((single, size), ("control", LEFT * size), ("pair", (facilitation + LEFT) * size)):
                reads.pulse("erase", -3.0, **place)
                reads.now += 0.01
                reads.read("before", 0.0, **place)
                reads.pulse("first" if mark == "pair" else mark, **place)
                if mark == "pair":
                    reads.now += interval
                    reads.pulse("second", **place)
                reads.now += DELAY + (interval if mark == "control" else 0.0)
                reads.read(mark, level, **place)
    meter = instrument()
    reads.built.trace("top", np.concatenate(reads.time), BIAS, np.concatenate(reads.current), meter, PERIOD / 2)
    built: Run = reads.built.build()
    return built


@pytest.mark.parametrize(("facilitation", "flagged"), [(1.0, True), (1.5, False)])
def test_the_index_is_that_of_the_reads(builder: Any, instrument: Any, facilitation: float, flagged: bool) -> None:
    results = PPF_INDEX.compute(run(builder, instrument, facilitation))
    assert [result.at["interval"] for result in results] == [1e-5, 1e-3, 1e-1]
    for result in results:
        assert result.estimate is not None
        assert result.estimate.value == pytest.approx(facilitation + LEFT, rel=0.02)
        assert result.variants["excess"].value == pytest.approx(facilitation, rel=0.03)
        assert (Flag.SUMMATION in result.flags) is flagged
        assert "local" not in result.variants, "no read fits between the pulses"


def test_in_pulse_current_is_not_the_weight(builder: Any, instrument: Any) -> None:
    """Readings within a pulse are no reads: without reads after single pulses there is no first amplitude."""
    with pytest.raises(LabkitError):
        PPF_INDEX.compute(run(builder, instrument, 1.2, single="other"))


def test_the_decay_is_fitted_to_the_reads_too(builder: Any, instrument: Any) -> None:
    results = PPF_DECAY.compute(run(builder, instrument, 1.2))
    assert {result.reason.split(";")[0] for result in results} == {"3 intervals over 4 decades"}
