"""A second-order memristive synapse: a short-lived priming of its ions decides how far a voltage moves the weight.

Two states, the weight w (0..1) and the priming p (0..1), which a voltage above threshold builds up and which decays:

    p' = (1 - p) / tau_rise - p / tau_decay    while a voltage writes,    p' = -p / tau_decay    else
    w' = r(V) m(p) (1 - w)  for V > 0,    w' = -r(V) m(p) w  for V < 0,    m(p) = max(p - theta, 0) / (1 - theta)

with the conductance G = G_min + g w and the rate r(V) of the first-order model. Ions move once their priming exceeds
theta, as calcium must in a synapse: a single short spike leaves the weight as it is, the second of two spikes moves it,
the further the sooner it comes, in the direction of its own polarity. That a decaying internal state makes a memristor
tell the timing of spikes that do not overlap is described by S. Kim et al., Nano Lett. 15, 2203 (2015), and for halide
perovskites by R. A. John et al., Sci. Adv. 8, eade0072 (2022).

At a constant voltage all this is solved by exponentials. Where a source's limit or a resistance takes a part of the
voltage, it is integrated with a controlled error.
"""

from math import exp, log

import numpy as np
from pydantic import Field
from scipy import integrate

from labkit.core import FloatArray
from labkit_sim.devices._device import Stimulus, Trace
from labkit_sim.devices._efficiency import EventEfficiency, device_factors
from labkit_sim.devices._loop import TERMINALS, Loop, loop_of
from labkit_sim.devices._memristor import Switching
from labkit_sim.devices._parameters import Conductance, ModelParameters, Parameters, Ratio, Time

_NEGLIGIBLE = 1e-4
"""Share of the voltage that leads may take without being integrated."""


class Priming(Parameters):
    """How a writing voltage primes the ions, and how long they stay so."""

    rise: Time = Field(gt=0, description="tau_rise: how fast a writing voltage builds the priming up")
    decay: Time = Field(gt=0, description="tau_decay: of the priming")
    threshold: Ratio = Field(ge=0, lt=1, description="theta: priming below which no ion moves")

    def course(self, writing: bool) -> tuple[float, float]:
        """Give where the priming goes and how fast (1/s)."""
        if not writing:
            return 0.0, 1 / self.decay
        rate = 1 / self.rise + 1 / self.decay
        return 1 / (self.rise * rate), rate

    def after(self, start: float, writing: bool, duration: float) -> float:
        """Give the priming after a time (s) from a start."""
        end, rate = self.course(writing)
        return end + (start - end) * exp(-rate * duration)

    def mobility(self, priming: float) -> float:
        """Give m(p)."""
        return max(priming - self.threshold, 0.0) / (1 - self.threshold)

    def moved(self, start: float, duration: float) -> float:
        """Give the integral of m(p) (s) over a time (s) in which a voltage writes."""
        end, rate = self.course(True)
        begin = 0.0
        if start < self.threshold:
            if end <= self.threshold:
                return 0.0
            begin = min(log((end - start) / (end - self.threshold)) / rate, duration)
        elif end < self.threshold:
            duration = min(log((start - end) / (self.threshold - end)) / rate, duration)
        faded = (start - end) * (exp(-rate * begin) - exp(-rate * duration)) / rate
        return ((end - self.threshold) * (duration - begin) + faded) / (1 - self.threshold)


class SecondOrderParameters(ModelParameters):
    """A second-order memristive synapse."""

    lowest_conductance: Conductance = Field(gt=0, description="G_min: at w = 0")
    conductance: Conductance = Field(gt=0, description="g: what the weight adds at w = 1")
    potentiation: Switching
    depression: Switching
    priming: Priming
    variation: Ratio = Field(0.0, ge=0, description="coefficient of variation of a write's efficiency")

    def varied(self, random: np.random.Generator) -> "SecondOrderParameters":
        """Draw a cell: one factor for its conductances (its size), one for its rates."""
        size, speed = device_factors(random, self.device_variation, 2).tolist()
        return self.model_copy(
            update={
                "lowest_conductance": size * self.lowest_conductance,
                "conductance": size * self.conductance,
                "potentiation": self.potentiation.model_copy(update={"rate": speed * self.potentiation.rate}),
                "depression": self.depression.model_copy(update={"rate": speed * self.depression.rate}),
            }
        )

    def switching(self, voltage: float) -> Switching:
        """Give the switching of the polarity of a voltage."""
        return self.potentiation if voltage > 0 else self.depression

    def pair_change(self, first: float, second: float, width: float, interval: float, weight: float) -> float:
        """Give the weight after two spikes (V, signed) of one width (s), `interval` (s) from onset to onset.

        Both without variation, from a rested device at `weight`; the spikes must not overlap.
        """
        priming = 0.0
        for level, rest in ((first, interval - width), (second, 0.0)):
            moved = self.switching(level).at(level) * self.priming.moved(priming, width)
            target = 1.0 if level > 0 else 0.0
            weight = target + (weight - target) * exp(-moved)
            priming = self.priming.after(self.priming.after(priming, True, width), False, rest)
        return weight


class SecondOrderMemristor:
    """A second-order synapse in its state; pristine: no weight, no priming."""

    terminals = TERMINALS

    def __init__(self, parameters: SecondOrderParameters, seed: int = 0) -> None:
        self.parameters = parameters
        self.efficiency = EventEfficiency(parameters.variation, seed)
        self.weight = 0.0
        self.priming = 0.0
        self.write = 0
        """Polarity of the write that is going on, 0 for none."""
        self.factor = 1.0
        """Its efficiency."""

    @property
    def conductance(self) -> float:
        """G (S)."""
        return self._conductance(self.weight)

    def trace(self, stimulus: Stimulus, offsets: FloatArray) -> Trace:
        """Follow the weight and give I = G V."""
        loop = loop_of(stimulus)
        factor = self.factor if self._polarity(loop) == self.write else self.efficiency.next
        if self._polarity(loop):
            weights = [self._weight_after(loop, factor, float(offset)) for offset in offsets]
            conductance = np.array([self._conductance(weight) for weight in weights])
        else:
            conductance = np.full(len(offsets), self.conductance)
        current = np.clip(loop.voltage / (1 / conductance + loop.resistance), -loop.limit, loop.limit)
        return loop.trace(current / conductance, current)

    def advance(self, stimulus: Stimulus, duration: float) -> None:
        """Move weight and priming; a write begins where the source crosses the threshold."""
        if duration <= 0:
            return
        loop = loop_of(stimulus)
        write = self._polarity(loop)
        if write != self.write:
            self.write = write
            if write:
                self.factor = self.efficiency.take()
        self.weight = self._weight_after(loop, self.factor, duration)
        self.priming = self.parameters.priming.after(self.priming, write != 0, duration)

    def _conductance(self, weight: float) -> float:
        return self.parameters.lowest_conductance + self.parameters.conductance * weight

    def _polarity(self, loop: Loop) -> int:
        if abs(loop.voltage) <= self.parameters.switching(loop.voltage).threshold:
            return 0
        return 1 if loop.voltage > 0 else -1

    def _weight_after(self, loop: Loop, factor: float, duration: float) -> float:
        if not self._polarity(loop) or duration <= 0:
            return self.weight
        target = 1.0 if loop.voltage > 0 else 0.0
        full = self.parameters.lowest_conductance + self.parameters.conductance
        if full * abs(loop.voltage) > loop.limit or full * loop.resistance > _NEGLIGIBLE:
            return self._integrated(loop, factor, duration, target)
        switching, priming = self.parameters.switching(loop.voltage), self.parameters.priming
        moved = factor * switching.at(loop.voltage) * priming.moved(self.priming, duration)
        return target + (self.weight - target) * exp(-moved)

    def _integrated(self, loop: Loop, factor: float, duration: float, target: float) -> float:
        switching, priming, start = self.parameters.switching(loop.voltage), self.parameters.priming, self.priming

        def slope(time: float, state: FloatArray) -> list[float]:
            conductance = self._conductance(float(state[0]))
            current = min(abs(loop.voltage) / (1 / conductance + loop.resistance), loop.limit)
            mobility = priming.mobility(priming.after(start, True, time))
            return [factor * switching.at(current / conductance) * mobility * (target - float(state[0]))]

        found = integrate.solve_ivp(slope, (0.0, duration), [self.weight], rtol=1e-9, atol=1e-12)
        return float(found.y[0, -1])
