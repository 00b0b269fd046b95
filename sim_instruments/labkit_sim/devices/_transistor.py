"""A field-effect transistor in the dark: channel, contact, leakages, and a floating gate where it has one.

The channel obeys the square law with an exponential subthreshold region (see `_channel`). Before it lies a contact at
the source, a barrier that the gate opens: R_c(V_GS) = R_0 exp(-(V_GS - V_T) / V_c). A drain leakage of constant
conductance makes the off current, and the channel's current grows with V_DS beyond saturation by 1 + |V_DS| / V_A.
Charge on a floating gate shifts the threshold (see `_tunnelling`).
"""

from math import exp, inf

import numpy as np
from pydantic import Field

from labkit.core import FloatArray
from labkit_sim.devices._channel import ChannelParameters
from labkit_sim.devices._device import GROUND, OPEN, Stimulus, Trace
from labkit_sim.devices._efficiency import EventEfficiency, device_factors
from labkit_sim.devices._parameters import (
    Conductance,
    ModelParameters,
    Parameters,
    Ratio,
    Resistance,
    Voltage,
)
from labkit_sim.devices._tunnelling import Tunnelling

_LARGEST_EXPONENT = 60.0
_BISECTIONS = 60


class GatedContact(Parameters):
    """An injection barrier at the source that the gate opens."""

    resistance: Resistance = Field(gt=0, description="R_0: at the threshold")
    scale: Voltage = Field(gt=0, description="V_c: gate voltage that lowers it e times")


class TransistorParameters(ModelParameters):
    """A field-effect transistor; of holes, voltages and currents are those of a mirrored device."""

    channel: ChannelParameters
    contact: GatedContact | None = None
    early_voltage: Voltage = Field(inf, gt=0, description="V_A: the saturated current grows by V_DS / V_A")
    off_conductance: Conductance = Field(0.0, ge=0, description="from drain to source, beside the channel")
    gate_leakage: Conductance = Field(0.0, ge=0, description="from gate to source")
    floating_gate: Tunnelling | None = None
    writing_voltage: Voltage = Field(inf, gt=0, description="|V_GS| from which on a gate pulse counts as a write")
    variation: Ratio = Field(0.0, ge=0, description="coefficient of variation of what a write moves")

    def varied(self, random: np.random.Generator) -> "TransistorParameters":
        """Draw a cell: one factor for its mobility."""
        mobility = float(device_factors(random, self.device_variation, 1)[0])
        channel = self.channel.model_copy(update={"mobility": mobility * self.channel.mobility})
        return self.model_copy(update={"channel": channel})

    def contact_resistance(self, gate: float) -> float:
        """Give R_c (ohm) at V_GS."""
        if self.contact is None:
            return 0.0
        over = (gate - self.channel.threshold) / self.contact.scale
        return self.contact.resistance * exp(max(min(-over, _LARGEST_EXPONENT), -_LARGEST_EXPONENT))

    def current(
        self, gate: float, drain: float, shift: FloatArray, leads: tuple[float, float] = (0.0, 0.0)
    ) -> FloatArray:
        """Give I_D (A) at V_GS, V_DS (V) behind leads (ohm, of drain and source), for threshold shifts (V)."""
        in_source = leads[1] + self.contact_resistance(gate)
        through = self.channel.current_behind(gate, drain, shift, (leads[0], in_source))
        return through * (1 + abs(drain) / self.early_voltage) + drain * self.off_conductance


class Transistor:
    """A field-effect transistor in its state, at first without charge on its floating gate."""

    terminals = ("drain", "gate", "source")

    def __init__(self, parameters: TransistorParameters, seed: int = 0) -> None:
        self.parameters = parameters
        self.efficiency = EventEfficiency(parameters.variation, seed)
        self.shift = 0.0
        self.factor = 1.0
        self.writing = False

    def trace(self, stimulus: Stimulus, offsets: FloatArray) -> Trace:
        """Follow the charge on the floating gate and give the voltages and currents of all terminals."""
        gate = self._gate(stimulus)
        factor, moved = self._next_factor(gate), self.parameters.floating_gate
        if moved is None:
            shifts = np.full(len(offsets), self.shift)
        else:
            after = [moved.shift_after(gate, self.shift, factor * offset) for offset in offsets.tolist()]
            shifts = np.array(after)
        return self._at(stimulus, gate, shifts)

    def advance(self, stimulus: Stimulus, duration: float) -> None:
        """Let the floating gate charge; a write begins where the gate passes the writing voltage."""
        if duration <= 0 or self.parameters.floating_gate is None:
            return
        gate = self._gate(stimulus)
        factor = self._next_factor(gate)
        writes = abs(gate) >= self.parameters.writing_voltage
        if writes and not self.writing:
            self.factor = self.efficiency.take()
        self.writing = writes
        self.shift = self._shift_after(gate, duration, factor)

    def _next_factor(self, gate: float) -> float:
        if abs(gate) < self.parameters.writing_voltage:
            return 1.0
        return self.factor if self.writing else self.efficiency.next

    def _shift_after(self, gate: float, duration: float, factor: float) -> float:
        moved = self.parameters.floating_gate
        return self.shift if moved is None else moved.shift_after(gate, self.shift, duration * factor)

    def _reference(self, stimulus: Stimulus) -> float:
        source, drain = stimulus.drives.get("source", GROUND), stimulus.drives.get("drain", OPEN)
        return source.voltage if source.limit > 0 or drain.limit == 0 else drain.voltage

    def _gate(self, stimulus: Stimulus) -> float:
        """Give V_GS (V) against the source's own drive; an open gate is at the source's voltage."""
        gate = stimulus.drives.get("gate", OPEN)
        return gate.voltage - self._reference(stimulus) if gate.limit > 0 else 0.0

    def _at(self, stimulus: Stimulus, over_gate: float, shift: FloatArray) -> Trace:
        parameters, reference = self.parameters, self._reference(stimulus)
        drain, source = stimulus.drives.get("drain", OPEN), stimulus.drives.get("source", GROUND)
        over_drain, limit = drain.voltage - reference, min(drain.limit, source.limit)
        current = parameters.current(over_gate, over_drain, shift, (drain.resistance, source.resistance))
        limited = np.abs(current) > limit
        current = np.clip(current, -limit, limit)
        over = np.full(len(shift), over_drain)
        over[limited] = [
            self._drain_at(over_gate, flows, moved, over_drain)
            for flows, moved in zip(current[limited].tolist(), shift[limited].tolist(), strict=True)
        ]
        leakage = np.full(len(shift), over_gate * parameters.gate_leakage)
        return {
            "drain": (reference + over - drain.resistance * current, current),
            "gate": (np.full(len(shift), reference + over_gate), leakage),
            "source": (reference + source.resistance * current, -current - leakage),
        }

    def _drain_at(self, gate: float, current: float, shift: float, most: float) -> float:
        """Give V_DS (V) between 0 and `most` at which the transistor carries a current that is smaller in magnitude."""
        low, high = 0.0, most
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            if abs(float(self.parameters.current(gate, middle, np.array([shift]))[0])) < abs(current):
                low = middle
            else:
                high = middle
        return (low + high) / 2
