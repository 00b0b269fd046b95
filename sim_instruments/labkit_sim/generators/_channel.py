"""An output of a waveform generator at work: free running, or waiting for triggers that each start a burst.

The world is given steps (see `_shape`), each as an event of its own: a burst of a million pulses takes two million
events and no memory. A waveform of more than 200 000 steps a second that runs freely, or in bursts that repeat by
themselves, is given as its mean: its events would hold up everything else. A burst that a trigger starts is exact at
any speed, but for what follows its first two million steps (a million pulses) when they are as fast.
"""

from collections.abc import Callable, Generator
from math import inf

import numpy as np

from labkit.core import FloatArray, Nanoseconds
from labkit_sim._process import Process, Signal, Task, Until
from labkit_sim._station import AccuracyDraw, Station
from labkit_sim.generators._levels import Levels
from labkit_sim.generators._output import OutputStage
from labkit_sim.generators._pulse import PulseTiming
from labkit_sim.generators._shape import (
    Cycle,
    level_cycle,
    pulse_cycle,
    ramp_cycle,
    sampled_cycle,
    sine_cycle,
    square_cycle,
)
from labkit_sim.generators._specs import GeneratorSpec

_MOST_STEPS_A_SECOND = 200_000
_MOST_FAST_STEPS = 2_000_000

_NOISE_STEP = 100e-6
"""How long a value of noise lasts (s): the band of the simulated noise is 5 kHz, whatever bandwidth is set."""

_NOISE_SAMPLES = 1024

_LONG = 3_600_000_000_000
"""An hour (ns): how often a process that waits without end looks up."""


class GeneratorChannel(OutputStage):
    """One output with its waveform, its relay and its trigger.

    `source` says what starts a burst: IMM (as soon as it can), EXT, TIM or BUS; `count` is None without end.
    """

    def __init__(self, station: Station, channel: str, spec: GeneratorSpec, errors: AccuracyDraw) -> None:
        super().__init__(station, channel, spec, errors)
        self._world = station.world
        self._random = station.world.random(f"noise of {station.name}:{channel}")
        self.burst_began = Signal()
        self.sync_changed: Callable[[bool], None] = _nobody
        self.sync_used: Callable[[], bool] = lambda: False
        self._run: Task | None = None
        self._sync_run: Task | None = None
        self._in_burst = False
        self._gate_open = False
        self.ends_with_pulse = False
        """Whether a single pulse is over with its trailing edge: the 81160A ignores the period then."""
        self.timing: PulseTiming

    def power_on(self, levels: Levels, timing: PulseTiming, function: str) -> None:
        """Take the settings of `*RST`."""
        self.switch(False)
        self.levels, self.timing = levels, timing
        self.function = function
        self.square_duty, self.symmetry = 0.5, 1.0
        self.phase = 0.0
        self.bit_rate = 1000.0
        self.samples: FloatArray = np.array([-1.0, 1.0])
        self.sample_period = 25e-6
        self.whole_waveform_period = False
        self.inverted = False
        self.bursting, self.gated, self.gate_inverted = False, False, False
        self.count: int | None = 1
        self.burst_phase = 0.0
        self.burst_period = 10e-3
        self.source = "IMM"
        self.timer = 1.0
        self.delay = 0.0
        self.slope = "POS"
        self.cycles, self.burst_state = 1, False
        self.restart()

    def switch(self, on: bool) -> None:
        """Move the output relay; a burst goes on behind an open one, and is lost when it closes."""
        if not self.move_relay(on):
            return
        if on:
            self.restart()
        elif not self.bursting:
            self._cancel()

    # The waveform

    def restart(self) -> None:
        """Begin anew after a change of the waveform or of how it is triggered; a burst under way is lost."""
        self._cancel()
        cycle = self._cycle()
        self.put(cycle.rest if self.bursting else cycle.mean if self.function != "NOIS" else 0.0)
        if self.function == "DC":
            return
        if self.bursting:
            self._wait_for_bursts()
        elif _can_be_followed(cycle):
            if self.output:
                self._run = self._world.spawn(self._free_run(cycle))
            if self.sync_used():
                self._sync_run = self._world.spawn(self._free_sync(cycle))

    def _cancel(self) -> None:
        for run in (self._run, self._sync_run):
            if run is not None:
                run.cancel()
        self._run = self._sync_run = None
        if self._in_burst:
            self._in_burst = False
            self.sync_changed(False)

    def _period(self) -> float:
        """Give the length of one cycle (s)."""
        if self.function in ("ARB", "USER"):
            return self.timing.period if self.whole_waveform_period else len(self.samples) * self.sample_period
        if self.function == "PRBS":
            return _NOISE_SAMPLES / self.bit_rate
        return _NOISE_SAMPLES * _NOISE_STEP if self.function == "NOIS" else self.timing.period

    def _cycle(self) -> Cycle:
        period = self._period()
        phase = self.burst_phase if self.bursting else self.phase
        if self.function == "PULS":
            return pulse_cycle(self.timing)
        if self.function == "SQU":
            return square_cycle(period, self.square_duty)
        if self.function in ("RAMP", "TRI"):
            return ramp_cycle(period, 0.5 if self.function == "TRI" else self.symmetry, phase)
        if self.function in ("ARB", "USER"):
            return sampled_cycle(self.samples, period)
        if self.function == "NOIS":
            return sampled_cycle(np.clip(self._random.standard_normal(_NOISE_SAMPLES) / 3.3, -1, 1), period)
        if self.function == "PRBS":
            return sampled_cycle(self._random.choice([-1.0, 1.0], _NOISE_SAMPLES), period)
        if self.function == "DC":
            return level_cycle(period)
        return sine_cycle(period, phase)

    def _free_run(self, cycle: Cycle) -> Process:
        begin, made = int(self._world.now), 0
        self.put(cycle.steps[-1][1])
        while True:
            yield from self._make(cycle, begin + round(made * cycle.length))
            made += 1

    def _free_sync(self, cycle: Cycle) -> Process:
        """Mark every cycle: high for its first half."""
        begin, made = int(self._world.now), 0
        while True:
            for half, high in ((0.0, True), (0.5, False)):
                yield Until(Nanoseconds(begin + round((made + half) * cycle.length)))
                self.sync_changed(high)
            made += 1

    def _make(self, cycle: Cycle, begin: int) -> Generator[Until, None, None]:
        """Make one cycle that follows another one or its rest, up to its last step."""
        for time, value in cycle.steps:
            yield Until(Nanoseconds(begin + time))
            self.put(value)

    # Bursts

    @property
    def in_burst(self) -> bool:
        """Whether a burst is under way, its delay included."""
        return self._in_burst

    def _wait_for_bursts(self) -> None:
        if self.gated:
            return
        if self.source in ("IMM", "TIM"):
            self._run = self._world.spawn(self._timed_bursts())

    def _timed_bursts(self) -> Process:
        period = self.timer if self.source == "TIM" else self.burst_period
        cycle = self._cycle()
        if self.count is not None and self.count * len(cycle.steps) > _MOST_STEPS_A_SECOND * period:
            self.put(cycle.mean)
            return
        begin, made = int(self._world.now), 0
        while True:
            yield Until(Nanoseconds(begin + round(made * period * 1e9)))
            yield from self._burst(round(self.delay * 1e9))
            made += 1
            while begin + made * period * 1e9 < self._world.now:
                made += 1

    def trigger(self) -> Process | None:
        """Start a burst after the trigger delay, if it waits for one; gives the process for the caller to spawn."""
        waits = self.bursting and not self.gated and self.source in ("EXT", "BUS")
        if not waits or self._in_burst or self.function == "DC":
            return None
        self._in_burst = True
        return self._burst(self.spec.trigger_delay + round(self.delay * 1e9))

    def follow(self, run: Task) -> None:
        """Note the task in which a burst runs, so that a change of settings can end it."""
        self._run = None if run.done else run

    def _burst(self, wait: int) -> Process:
        self._in_burst = True
        yield Until(Nanoseconds(self._world.now + wait))
        cycle = self._cycle()
        begin, made = int(self._world.now), 0
        self.sync_changed(True)
        self.burst_began.fire()
        count = inf if self.count is None else self.count
        while self.output and made < min(count, self._followed(cycle)):
            yield from self._make(cycle, begin + round(made * cycle.length))
            made += 1
        if made < count:
            self.put(cycle.mean)
        while count == inf:
            yield Until(Nanoseconds(self._world.now + _LONG))
        if count > 1 or self.function != "PULS" or not self.ends_with_pulse:
            yield Until(Nanoseconds(begin + round(count * cycle.length)))
        self._end_burst(cycle)

    @staticmethod
    def _followed(cycle: Cycle) -> float:
        """Give how many cycles of a burst are made step by step."""
        return inf if _can_be_followed(cycle) else max(1, _MOST_FAST_STEPS // len(cycle.steps))

    def _end_burst(self, cycle: Cycle) -> None:
        self.put(cycle.rest)
        self._in_burst = False
        self.sync_changed(False)

    # The gate

    def gate(self, is_open: bool) -> None:
        """Follow the gate of gated bursts: whole cycles are made while it is open."""
        if not (self.bursting and self.gated) or self.function == "DC":
            return
        self._gate_open = is_open
        if is_open and not self._in_burst:
            self._run = self._world.spawn(self._gated_run())

    def _gated_run(self) -> Process:
        self._in_burst = True
        cycle = self._cycle()
        begin, made = int(self._world.now), 0
        self.sync_changed(True)
        self.burst_began.fire()
        while self._gate_open:
            yield from self._make(cycle, begin + round(made * cycle.length))
            made += 1
            yield Until(Nanoseconds(begin + round(made * cycle.length)))
        self._end_burst(cycle)


def _can_be_followed(cycle: Cycle) -> bool:
    return len(cycle.steps) <= _MOST_STEPS_A_SECOND * cycle.length * 1e-9


def _nobody(high: bool) -> None:
    """Nothing is connected."""
