"""A field-effect transistor in its state: its charges move, its writes and light pulses work more or less well.

What it is made of stands in `_transistor_parameters`. Each write by the gate and each light pulse has one random
efficiency, from the moment that it begins until it ends: of a write it multiplies the time that passes for tunnelling,
reversal and what the gate adds to emission, of light the irradiance. With `endurance` both weaken with age (see
`_wear`); a light pulse counts as a potentiating write.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from labkit.core import FloatArray
from labkit_sim.devices._bias import Bias, at_gate, bias_of
from labkit_sim.devices._charge import Acting
from labkit_sim.devices._device import Stimulus, Trace
from labkit_sim.devices._efficiency import EventEfficiency
from labkit_sim.devices._transistor_parameters import TransistorParameters
from labkit_sim.devices._wear import Wear

_BISECTIONS = 60


class _Event(NamedTuple):
    """What goes on of one sort: its kind, 0 for nothing, and the strength that it has from beginning to end."""

    kind: int
    strength: float

    def begins_after(self, before: "_Event") -> bool:
        """Whether it is not what went on before."""
        return self.kind not in (0, before.kind)


class _Events(NamedTuple):
    """The gate's write by its sign, light (1), and by the sign of what they do to the channel what ages it."""

    write: _Event
    light: _Event
    age: _Event


_NOTHING = _Event(0, 1.0)


class Transistor:
    """A field-effect transistor in its state, at first with nothing beside its channel charged."""

    terminals = ("drain", "gate", "source")

    def __init__(self, parameters: TransistorParameters, seed: int = 0) -> None:
        self.parameters = parameters
        self.charges = parameters.charges
        self.states = [charge.rest() for charge in self.charges]
        self.efficiency = EventEfficiency(parameters.variation, seed)
        self.wear = Wear(parameters.endurance, seed)
        self.events = _Events(_NOTHING, _NOTHING, _NOTHING)

    @property
    def shift(self) -> float:
        """The threshold shift (V) by all charges."""
        return float(self._shifts([state[np.newaxis] for state in self.states], 1)[0])

    def trace(self, stimulus: Stimulus, offsets: FloatArray) -> Trace:
        """Follow the charges and give the voltages and currents of all terminals."""
        bias = self._bias(stimulus)
        acting = self._acting(bias, stimulus, self._entered(bias, stimulus))
        rows = self._after(acting, offsets)
        return self._currents(bias, self._shifts(rows, len(offsets)), self.parameters.quality(rows, acting.temperature))

    def advance(self, stimulus: Stimulus, duration: float) -> None:
        """Move the charges; a write begins where the gate passes the writing voltage, a light pulse where it is lit."""
        if duration <= 0 or not self.charges:
            return
        bias = self._bias(stimulus)
        before, self.events = self.events, self._entered(bias, stimulus)
        if self.events.write.begins_after(before.write) or self.events.light.begins_after(before.light):
            self.efficiency.take()
        if self.events.age.begins_after(before.age):
            self.wear.take(self.events.age.kind)
        acting = self._acting(bias, stimulus, self.events)
        self.states = [rows[0] for rows in self._after(acting, np.array([duration]))]

    def _after(self, acting: Acting, times: FloatArray) -> list[FloatArray]:
        return [each.after(state, acting, times) for each, state in zip(self.charges, self.states, strict=True)]

    def _shifts(self, rows: Sequence[FloatArray], count: int) -> FloatArray:
        shifts = [each.shift(states) for each, states in zip(self.charges, rows, strict=True)]
        return np.sum(shifts, axis=0) if shifts else np.zeros(count)

    def _bias(self, stimulus: Stimulus) -> Bias:
        return bias_of(stimulus, self.parameters.gate_leakage)

    def _entered(self, bias: Bias, stimulus: Stimulus) -> "_Events":
        """Give what goes on, were the stimulus to begin now; a write and light that begin at once share a draw."""
        write = 0
        if abs(bias.gate) >= self.parameters.writing_voltage:
            write = 1 if bias.gate > 0 else -1
        light = int(any(level > 0 for level in stimulus.irradiance.values()))
        age = write * self.parameters.opening_gate or light
        before = self.events
        return _Events(
            before.write if write == before.write.kind else _Event(write, self.efficiency.next if write else 1.0),
            before.light if light == before.light.kind else _Event(light, self.efficiency.next if light else 1.0),
            before.age if age == before.age.kind else _Event(age, self.wear.strength(age) if age else 1.0),
        )

    def _acting(self, bias: Bias, stimulus: Stimulus, events: "_Events") -> Acting:
        age = events.age.strength
        return self.parameters.acting(bias, stimulus, age * events.write.strength, age * events.light.strength)

    def _currents(self, bias: Bias, shift: FloatArray, quality: float | FloatArray) -> Trace:
        """Give voltages and currents at the terminals for threshold shifts (V) and factors of the mobility."""
        in_drain, in_source = bias.leads
        current = self.parameters.current(bias.gate, bias.drain, shift, bias.leads, quality)
        limit = min(bias.drain_limit, bias.source_limit)
        limited = np.abs(current) > limit
        current = np.asarray(np.clip(current, -limit, limit))
        drain, source = bias.drain - in_drain * current, in_source * current
        if limited.any():
            held = shift[limited], np.broadcast_to(quality, shift.shape)[limited]
            over = self._held_back(bias, current[limited], *held)
            if bias.drain_limit <= bias.source_limit:
                drain[limited] = source[limited] + over
            else:
                source[limited] = drain[limited] - over
        source = source + bias.source
        gate, leakage = at_gate(bias, self.parameters.gate_leakage, source)
        return {
            "drain": (drain + bias.source, current),
            "gate": (gate, leakage),
            "source": (source, -current - leakage),
        }

    def _held_back(self, bias: Bias, current: FloatArray, shift: FloatArray, quality: FloatArray) -> FloatArray:
        """Give the voltage between drain and source at currents (A) that a limit, the drain's or the source's, allows.

        By bisection between none and what the leads leave.
        """
        most = bias.drain - sum(bias.leads) * current
        drain_yields = bias.drain_limit <= bias.source_limit
        low, high = np.zeros(len(shift)), np.where(current == 0, 0.0, most)
        for _ in range(_BISECTIONS if current.any() else 0):
            middle = (low + high) / 2
            at_source = bias.leads[1] * current if drain_yields else bias.drain - bias.leads[0] * current - middle
            flows = self.parameters.current(bias.gate - at_source, middle, shift, quality=quality)
            less = np.abs(flows) < np.abs(current)
            low, high = np.where(less, middle, low), np.where(less, high, middle)
        return np.asarray((low + high) / 2)
