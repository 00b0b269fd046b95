"""Spike pairs of a synapse with an exponential timing window, with spikes alone between them (P13)."""

from dataclasses import dataclass, field, replace

import numpy as np

from benchmarks.validation.generators._noise import Instrument
from benchmarks.validation.generators._run import RunBuilder
from labkit.core import FloatArray, Kind, Run

READ_BIAS = 0.1
_APERTURE = 1e-3
_READINGS = 5
_WAIT = 0.5
_EIGHT = tuple(float(each) for each in np.geomspace(5e-3, 0.1, 8))


@dataclass
class SpikePairs:
    """A synapse of 10 uS whose weight changes by A exp(-|dt|/tau), of either sign, and `alone` by one spike.

    `constant` is the scatter of a change, `proportional` one in parts of it. Spikes are `width` (s) long; where they
    overlap, the change is `overlapping` times larger. `fading` is the part of a change that is gone at the read after
    it and was there half-way. `skew` (s) is the standard uncertainty of the times of the postsynaptic terminal.
    """

    amplitudes: tuple[float, float] = (0.6, -0.4)
    times: tuple[float, float] = (0.025, 0.025)
    intervals: tuple[float, ...] = _EIGHT
    repeats: int = 5
    constant: float = 0.0
    proportional: float = 0.0
    alone: tuple[float, float] = (0.0, 0.0)
    controls: int = 5
    width: float = 2e-3
    pairings: int = 1
    overlap: str = "0 s"
    overlapping: float = 1.0
    fading: float = 0.0
    skew: float = 0.0
    conductance: float = 1e-5
    instrument: Instrument = field(default_factory=Instrument)

    def change(self, interval: float) -> float:
        """Give the true change of one pairing (s, post minus pre)."""
        side = 0 if interval > 0 else 1
        factor = self.overlapping if abs(interval) < self.width else 1.0
        return self.amplitudes[side] * factor * float(np.exp(-abs(interval) / self.times[side]))

    def run(self, generator: np.random.Generator) -> Run:
        """Give one run: every interval of both signs in random order, controls between."""
        signed = [sign * interval for interval in self.intervals for sign in (1, -1)] * self.repeats
        trials: list[tuple[str, float]] = [("pair", interval) for interval in signed]
        trials += [(kind, 0.0) for kind in ("pre", "post")] * self.controls
        order = generator.permutation(len(trials))
        build = RunBuilder(terminals={"top": "electrical", "bottom": "electrical"})
        currents: list[float] = []
        now = 0.0
        for number in order:
            now = self._trial(build, currents, now, *trials[int(number)], generator)
        self._trace(build, currents, generator)
        run = build.build()
        if self.skew:
            top = (run.timeline["terminal"] == "top") & (run.timeline["kind"] == "pulse")
            run.timeline.loc[top, "time_uncertainty"] = self.skew
        return replace(run, description=replace(run.description, parameters={"overlap": self.overlap}))

    def _trial(
        self,
        build: RunBuilder,
        currents: list[float],
        now: float,
        kind: str,
        interval: float,
        generator: np.random.Generator,
    ) -> float:
        truth = self.change(interval) if kind == "pair" else self.alone[0 if kind == "pre" else 1]
        change = truth + self.constant * generator.standard_normal()
        change += self.proportional * abs(truth) * generator.standard_normal()
        now = self._read(build, currents, "before", now, self.conductance)
        begin = now + 0.01
        for _ in range(self.pairings):
            if kind != "post":
                build.event(Kind.PULSE, "pre", "bottom", *self._spike(begin + max(0.0, -interval)), 0.5)
            if kind != "pre":
                build.event(Kind.PULSE, "post", "top", *self._spike(begin + max(0.0, interval)), 0.5)
            begin += abs(interval) + self.width + 0.1
        half = self.conductance * (1 + change * (1 + self.fading))
        now = self._read(build, currents, "settling", begin + _WAIT, half)
        return self._read(build, currents, "after", now + _WAIT, self.conductance * (1 + change))

    def _spike(self, begin: float) -> tuple[float, float]:
        return begin, begin + self.width

    def _read(self, build: RunBuilder, currents: list[float], mark: str, now: float, conductance: float) -> float:
        end = now + _READINGS * _APERTURE
        build.event(Kind.READ, mark, "top", now, end, READ_BIAS, (len(currents), _READINGS))
        currents += [READ_BIAS * conductance] * _READINGS
        return end

    def _trace(self, build: RunBuilder, currents: list[float], generator: np.random.Generator) -> None:
        begins: FloatArray = np.concatenate(
            [
                np.arange(_READINGS) * _APERTURE + float(str(row["begin"]))
                for row in build.rows
                if row["kind"] == str(Kind.READ)
            ]
        )
        readings = self.instrument.read(np.array(currents), generator)
        build.trace("top", begins, READ_BIAS, readings, self.instrument, _APERTURE)
