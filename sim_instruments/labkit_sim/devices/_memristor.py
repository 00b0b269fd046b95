"""A two-terminal memristive synapse: populations of ions that a voltage moves and that find their way back.

The conductance is G = G_min + sum g_k w_k. Each population w_k (0..1) follows

    w_k' = e_k r(V) (1 - w_k) - w_k / tau_k     for V > 0 (potentiation)
    w_k' = -e_k r(V) w_k - w_k / tau_k          for V < 0 (depression)

with soft bounds and a rate that vanishes below a threshold, r(V) = r_0 (exp((|V| - V_th) / V_0) - 1). A short tau_k
is the volatile part; long ones, a spectrum of them, are the slow loss of the non-volatile part; without one it stays.
Under identical pulses of width t and period T each w_k goes to its bound as 1 - exp(-n / A), 1 / A = e_k r t + T /
tau_k. Every write has one random efficiency that multiplies r from the moment that the threshold is crossed until the
voltage is back; that of a cell that wears out falls with its age besides (see `_wear`).

Where a population has an activation E_a, its lifetime is that of the reference temperature times the Arrhenius factor
of `_activation`: warm devices forget faster. What a voltage does is taken to be the same at every temperature.

At a constant voltage all this is solved by exponentials. Where the source limits the current, or has a resistance, V
falls as G grows and the rate with it; that is integrated with a controlled error.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import asinh, copysign, exp, inf, sinh

import numpy as np
from pydantic import Field

from labkit.core import FloatArray
from labkit_sim.devices._activation import slowing
from labkit_sim.devices._constants import LARGEST_EXPONENT, MemristorConstants, Source
from labkit_sim.devices._device import ROOM_TEMPERATURE, Stimulus, Trace
from labkit_sim.devices._efficiency import EventEfficiency, device_factors
from labkit_sim.devices._loop import TERMINALS, Loop, loop_of
from labkit_sim.devices._parameters import (
    Conductance,
    Energy,
    ModelParameters,
    Parameters,
    Rate,
    Ratio,
    Temperature,
    Time,
    Voltage,
)
from labkit_sim.devices._wear import Endurance, Wear

_NEWTON_STEPS = 8
_NO_RATIO = 1e-300
_CLOSE = 1e-8


class Switching(Parameters):
    """How fast a voltage of one polarity moves the populations."""

    threshold: Voltage = Field(gt=0, description="below this magnitude nothing moves")
    rate: Rate = Field(gt=0, description="r_0: the rate at threshold + 0.69 scales")
    scale: Voltage = Field(gt=0, description="V_0: the voltage over which the rate grows by e")

    def at(self, voltage: float) -> float:
        """Give the rate (1/s) at a voltage of this polarity, for an efficiency of 1."""
        over = abs(voltage) - self.threshold
        return self.rate * (exp(min(over / self.scale, LARGEST_EXPONENT)) - 1) if over > 0 else 0.0


class Population(Parameters):
    """A part of the ions with one lifetime."""

    conductance: Conductance = Field(gt=0, description="what it adds when full")
    lifetime: Time = Field(inf, gt=0, description="of its relaxation without voltage; left out: it stays")
    efficiency: Ratio = Field(1.0, gt=0, description="e_k: how well a voltage moves it")
    activation: Energy = Field(0.0, ge=0, description="E_a: barrier of its relaxation; 0: alike at every temperature")


class MemristorParameters(ModelParameters):
    """A memristive synapse."""

    lowest_conductance: Conductance = Field(gt=0, description="G_min: with all populations empty")
    populations: tuple[Population, ...] = Field(min_length=1)
    potentiation: Switching
    depression: Switching
    conduction_scale: Voltage = Field(inf, gt=0, description="I = G V_c sinh(V / V_c); left out: ohmic")
    variation: Ratio = Field(0.0, ge=0, description="coefficient of variation of a write's efficiency")
    endurance: Endurance | None = Field(None, description="how switching wears it out; left out: it does not")
    reference_temperature: Temperature = Field(ROOM_TEMPERATURE, gt=0, description="T_0: where the lifetimes hold")

    def at(self, temperature: float) -> "MemristorParameters":
        """Give the parameters with the lifetimes of another temperature (K)."""
        if temperature == self.reference_temperature:
            return self
        parts = tuple(
            part.model_copy(
                update={"lifetime": part.lifetime * slowing(part.activation, temperature, self.reference_temperature)}
            )
            for part in self.populations
        )
        return self.model_copy(update={"populations": parts, "reference_temperature": temperature})

    def varied(self, random: np.random.Generator) -> "MemristorParameters":
        """Draw a cell: one factor for all of its conductances (its size), one for its rates."""
        size, speed = device_factors(random, self.device_variation, 2).tolist()
        parts = tuple(part.model_copy(update={"conductance": size * part.conductance}) for part in self.populations)
        return self.model_copy(
            update={
                "lowest_conductance": size * self.lowest_conductance,
                "populations": parts,
                "potentiation": self.potentiation.model_copy(update={"rate": speed * self.potentiation.rate}),
                "depression": self.depression.model_copy(update={"rate": speed * self.depression.rate}),
            }
        )

    def switching(self, voltage: float) -> Switching:
        """Give the switching of the polarity of a voltage."""
        return self.potentiation if voltage > 0 else self.depression

    def drive(self, voltage: float) -> float:
        """Give the current at conductance 1 S: V, or V_c sinh(V / V_c)."""
        if self.conduction_scale == inf:
            return voltage
        return self.conduction_scale * sinh(voltage / self.conduction_scale)

    def voltage(self, drive: float) -> float:
        """Undo `drive`."""
        return drive if self.conduction_scale == inf else self.conduction_scale * asinh(drive / self.conduction_scale)

    def voltage_behind(self, voltage: float, ratio: FloatArray) -> FloatArray:
        """Give V (V) of V + ratio V_c sinh(V / V_c) = voltage, ratio being resistance times conductance.

        Newton's method from above, where the left side is convex: each step comes nearer.
        """
        if self.conduction_scale == inf or not voltage:
            return voltage / (1 + ratio)
        target = voltage / self.conduction_scale
        reduced = np.minimum(target, np.arcsinh(target / np.maximum(ratio, _NO_RATIO)))
        for _ in range(_NEWTON_STEPS):
            sinh_reduced = np.sinh(reduced)
            step = (reduced + ratio * sinh_reduced - target) / (1 + ratio * np.sqrt(1 + sinh_reduced * sinh_reduced))
            reduced = reduced - step
            if (step <= _CLOSE * reduced).all():  # the next one would be the square of it
                break
        return self.conduction_scale * reduced


@dataclass(frozen=True, slots=True)
class Motion:
    """Where the populations go, and how fast, at a constant voltage."""

    targets: list[float]
    rates: list[float]

    def after(self, populations: list[float], duration: float) -> list[float]:
        """Move the populations on."""
        return [
            target + (level - target) * exp(-rate * duration)
            for level, target, rate in zip(populations, self.targets, self.rates, strict=True)
        ]


class Memristor:
    """A memristive synapse in its state; pristine: all populations empty."""

    terminals = TERMINALS

    def __init__(self, parameters: MemristorParameters, seed: int = 0) -> None:
        self.parameters = parameters
        self.efficiency = EventEfficiency(parameters.variation, seed)
        self.wear = Wear(parameters.endurance, seed)
        self.populations = [0.0] * len(parameters.populations)
        self.write = 0
        """Polarity of the write that is going on, 0 for none."""
        self.factor = 1.0
        """Its efficiency."""
        self._shares = [part.conductance for part in parameters.populations]
        self._efficiencies = [part.efficiency for part in parameters.populations]
        self._full = self._conductance([1.0] * len(self._shares))
        # A voltage is looked at several times before the next, and reads come back to one.
        self._motion = lru_cache(64)(self._new_motion)
        self._drive = lru_cache(64)(parameters.drive)
        self._constants = lru_cache(4)(self._new_constants)
        self._losses = lru_cache(8)(self._new_losses)

    @property
    def conductance(self) -> float:
        """G (S) in the limit of low voltage."""
        return self._conductance(self.populations)

    def trace(self, stimulus: Stimulus, offsets: FloatArray) -> Trace:
        """Follow the populations and give I = G V_c sinh(V / V_c)."""
        loop = loop_of(stimulus)
        write = self.polarity(loop.voltage)
        factor = self.factor if write == self.write else self.efficiency.next * self.wear.strength(write)
        temperature = stimulus.temperature
        motion = self._motion(loop.voltage, factor if write else 0.0, temperature)
        if write and not self._is_free(loop, motion):
            moved = self._coupled(loop, factor, offsets, temperature)
            conductance = self.parameters.lowest_conductance + moved @ self._shares
        else:
            conductance = self._conductances(motion, offsets)
        return loop.trace(*self.response(loop, conductance))

    def advance(self, stimulus: Stimulus, duration: float) -> None:
        """Move the populations; a write begins where the source crosses the threshold."""
        if duration <= 0:
            return
        loop = loop_of(stimulus)
        write = self.polarity(loop.voltage)
        if write != self.write:
            self.write = write
            if write:
                self.factor = self.efficiency.take() * self.wear.take(write)
        temperature = stimulus.temperature
        motion = self._motion(loop.voltage, self.factor if write else 0.0, temperature)
        if write and not self._is_free(loop, motion):
            self.populations = self._coupled(loop, self.factor, np.array([duration]), temperature)[0].tolist()
        else:
            self.populations = motion.after(self.populations, duration)

    def response(self, loop: Loop, conductance: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give the voltage across (V) and the current (A) for conductances (S)."""
        drive = self._drive(loop.voltage)
        if not loop.resistance and self._full * abs(drive) <= loop.limit:
            return np.full(len(conductance), loop.voltage), drive * conductance
        across = self.parameters.voltage_behind(abs(loop.voltage), loop.resistance * conductance)
        drives = self._drives(across)
        if self._full * abs(drive) > loop.limit:
            left = loop.limit / conductance
            limited = left < drives
            drives, across = np.where(limited, left, drives), np.where(limited, self._voltages(left), across)
        sign = copysign(1.0, loop.voltage)
        return sign * across, sign * (drives * conductance)

    def polarity(self, voltage: float) -> int:
        """Give the polarity of the write that a voltage is, 0 for none."""
        if abs(voltage) <= self.parameters.switching(voltage).threshold:
            return 0
        return 1 if voltage > 0 else -1

    def _new_losses(self, temperature: float) -> list[float]:
        return [1 / part.lifetime for part in self.parameters.at(temperature).populations]

    def _new_motion(self, voltage: float, factor: float, temperature: float) -> Motion:
        speed, losses = factor * self.parameters.switching(voltage).at(voltage), self._losses(temperature)
        if speed == 0:
            return Motion([0.0] * len(losses), losses)
        moved = [speed * efficiency for efficiency in self._efficiencies]
        rates = [move + loss for move, loss in zip(moved, losses, strict=True)]
        if voltage < 0:
            return Motion([0.0] * len(rates), rates)
        return Motion([move / rate for move, rate in zip(moved, rates, strict=True)], rates)

    def _is_free(self, loop: Loop, motion: Motion) -> bool:
        """Tell whether all of the voltage stays across: no resistance, and no instant to come reaches the limit.

        Each population goes straight to its target.
        """
        if loop.resistance:
            return False
        drive = abs(self._drive(loop.voltage))
        if self._full * drive <= loop.limit:
            return True
        highest = [max(pair) for pair in zip(self.populations, motion.targets, strict=True)]
        return self._conductance(highest) * drive <= loop.limit

    def _conductance(self, populations: list[float]) -> float:
        moved = sum(share * level for share, level in zip(self._shares, populations, strict=True))
        return self.parameters.lowest_conductance + moved

    def _conductances(self, motion: Motion, offsets: FloatArray) -> FloatArray:
        ways = [
            share * (level - target)
            for share, level, target in zip(self._shares, self.populations, motion.targets, strict=True)
        ]
        fading = np.exp(np.multiply.outer(offsets, [-rate for rate in motion.rates]))
        return self._conductance(motion.targets) + fading @ ways

    def _voltages(self, drives: FloatArray) -> FloatArray:
        scale = self.parameters.conduction_scale
        return drives if scale == inf else scale * np.arcsinh(drives / scale)

    def _drives(self, voltages: FloatArray) -> FloatArray:
        scale = self.parameters.conduction_scale
        return voltages if scale == inf else scale * np.sinh(voltages / scale)

    def _coupled(self, loop: Loop, factor: float, offsets: FloatArray, temperature: float) -> FloatArray:
        """Give the populations at each offset, one row an offset, where the source leaves less than its voltage."""
        from labkit_sim.devices._compiled_limit import limited_populations

        source = Source(abs(loop.voltage), abs(self._drive(loop.voltage)), loop.limit, loop.resistance)
        levels, rising = np.array(self.populations), loop.voltage > 0
        return limited_populations(self.constants(loop.voltage, temperature), levels, source, factor, rising, offsets)

    def constants(self, voltage: float, temperature: float = ROOM_TEMPERATURE) -> MemristorConstants:
        """Give what compiled code needs to know, for voltages of one polarity at a temperature (K)."""
        return self._constants(voltage > 0, temperature)

    def _new_constants(self, rising: bool, temperature: float) -> MemristorConstants:
        switching = self.parameters.potentiation if rising else self.parameters.depression
        return MemristorConstants(
            self.parameters.lowest_conductance,
            np.array(self._shares),
            np.array(self._losses(temperature)),
            np.array(self._efficiencies),
            self.parameters.conduction_scale,
            switching.threshold,
            switching.rate,
            switching.scale,
        )
