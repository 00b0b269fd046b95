"""A three-terminal heterojunction phototransistor: light fills traps (see `_traps`), whose charge gates the channel.

The channel sees the sum of the traps' shifts. Each light pulse has one random efficiency that multiplies its flux, from
dark to dark.
"""

from functools import lru_cache
from math import inf

import numpy as np
from pydantic import Field

from labkit.core import FloatArray
from labkit_sim.devices._bias import Bias, at_gate, bias_of
from labkit_sim.devices._channel import ChannelParameters
from labkit_sim.devices._device import ROOM_TEMPERATURE, Stimulus, Trace
from labkit_sim.devices._efficiency import EventEfficiency, device_factors
from labkit_sim.devices._parameters import Conductance, ModelParameters, Ratio, Temperature
from labkit_sim.devices._traps import Course, Trapping, course, sensitised_after, shift_after, total_shift


class PhototransistorParameters(Trapping, ModelParameters):
    """A heterojunction phototransistor."""

    channel: ChannelParameters
    gate_leakage: Conductance = Field(0.0, ge=0, description="from gate to source")
    variation: Ratio = Field(0.0, ge=0, description="coefficient of variation of a light pulse's efficiency")
    reference_temperature: Temperature = Field(ROOM_TEMPERATURE, gt=0, description="T_0: where the lifetimes hold")

    def at(self, temperature: float) -> "PhototransistorParameters":
        """Give the parameters with the traps' lifetimes of another temperature (K)."""
        if temperature == self.reference_temperature:
            return self
        traps = self.traps_at(temperature, self.reference_temperature)
        return self.model_copy(update={"traps": traps, "reference_temperature": temperature})

    def varied(self, random: np.random.Generator) -> "PhototransistorParameters":
        """Draw a cell: one factor for its mobility, one for the lifetimes of its traps."""
        mobility, lifetime = device_factors(random, self.device_variation, 2).tolist()
        traps = tuple(trap.model_copy(update={"lifetime": lifetime * trap.lifetime}) for trap in self.traps)
        channel = self.channel.model_copy(update={"mobility": mobility * self.channel.mobility})
        return self.model_copy(update={"channel": channel, "traps": traps})


class Phototransistor:
    """A heterojunction phototransistor in its state; at first dark and at rest."""

    terminals = ("drain", "gate", "source")

    def __init__(self, parameters: PhototransistorParameters, seed: int = 0) -> None:
        self.parameters = parameters
        self.efficiency = EventEfficiency(parameters.variation, seed)
        self.shifts = [0.0] * len(parameters.traps)
        self.sensitised = 0.0
        self.lit = False
        self.factor = 1.0
        # One stimulus is looked at several times before the next, and wavelengths are few.
        self.course = lru_cache(16)(self._new_course)
        self._parameters_at = lru_cache(8)(parameters.at)
        self._photons = lru_cache(64)(parameters.photons)

    @property
    def shift(self) -> float:
        """The threshold shift (V) by all traps."""
        return sum(self.shifts)

    def trace(self, stimulus: Stimulus, offsets: FloatArray) -> Trace:
        """Follow the traps and give the channel's and the gate's current."""
        flux = self._flux(stimulus)
        factor = self.factor if (flux > 0) == self.lit else self.efficiency.next
        bias = self.bias(stimulus)
        moved = self.course(bias.gate, flux * factor, stimulus.temperature)
        gain = self.parameters.sensitisation.gain
        return self.currents(bias, total_shift(moved, gain, self.sensitised, self.shifts, offsets))

    def advance(self, stimulus: Stimulus, duration: float) -> None:
        """Move the traps; a light pulse begins where darkness ends."""
        if duration <= 0:
            return
        flux = self._flux(stimulus)
        if (flux > 0) != self.lit:
            self.lit = flux > 0
            if self.lit:
                self.factor = self.efficiency.take()
        moved = self.course(self.bias(stimulus).gate, flux * self.factor, stimulus.temperature)
        before, self.sensitised = self.sensitised, sensitised_after(moved, self.sensitised, duration)
        gain = self.parameters.sensitisation.gain
        self.shifts = [shift_after(moved, k, gain, before, shift, duration) for k, shift in enumerate(self.shifts)]

    def _new_course(self, gate: float, flux: float, temperature: float = ROOM_TEMPERATURE) -> Course:
        return course(self._parameters_at(temperature), self.parameters.channel.insulator_capacitance, gate, flux)

    def _flux(self, stimulus: Stimulus) -> float:
        return sum(level * self._photons(wavelength) for wavelength, level in stimulus.irradiance.items())

    def bias(self, stimulus: Stimulus) -> Bias:
        """Read the bias from the drives."""
        return bias_of(stimulus, self.parameters.gate_leakage)

    def drain_current(self, bias: Bias, shift: FloatArray) -> FloatArray:
        """Give I_D (A) for threshold shifts (V), not beyond the limits of the drain's and the source's drive."""
        channel, limit = self.parameters.channel, min(bias.drain_limit, bias.source_limit)
        if any(bias.leads):
            current = channel.current_behind(bias.gate, bias.drain, shift, bias.leads)
        else:
            current = channel.current(bias.gate, bias.drain, shift)
        return current if limit == inf else np.clip(current, -limit, limit)

    def currents(self, bias: Bias, shift: FloatArray) -> Trace:
        """Give voltages and currents at the terminals for threshold shifts (V).

        The gate's current is left out of the voltages along the leads of drain and source, and the traps feel the gate
        against the source's drive: it leaks little.
        """
        current = self.drain_current(bias, shift)
        in_drain, in_source = bias.leads
        drain = bias.drain + bias.source - in_drain * current
        source = bias.source + in_source * current
        limit = min(bias.drain_limit, bias.source_limit)
        if limit < inf and (limited := np.abs(current) >= limit).any():
            fall = self._drain_at if bias.drain_limit <= bias.source_limit else self._source_at
            yielding = drain if bias.drain_limit <= bias.source_limit else source
            fixed = source if yielding is drain else drain
            gate = bias.gate + bias.source
            yielding[limited] = [
                fall(gate, float(there), float(flows), float(one))
                for there, flows, one in zip(fixed[limited], current[limited], shift[limited], strict=True)
            ]
        gate_voltage, leakage = at_gate(bias, self.parameters.gate_leakage, source)
        return {"drain": (drain, current), "gate": (gate_voltage, leakage), "source": (source, -current - leakage)}

    def _drain_at(self, gate: float, source: float, current: float, shift: float) -> float:
        return source + self.parameters.channel.drain_voltage(gate - source, current, shift)

    def _source_at(self, gate: float, drain: float, current: float, shift: float) -> float:
        return self.parameters.channel.source_voltage(gate, drain, current, shift)
