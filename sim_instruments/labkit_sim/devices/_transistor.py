"""A field-effect transistor: channel, contact and leakages, and beside the channel whatever holds charge and remembers.

The channel obeys the square law with an exponential subthreshold region (see `_channel`); a second one, of holes, makes
the transistor ambipolar. Before a channel of electrons lies a contact at the source, a barrier that the gate opens:
R_c(V_GS) = R_0 exp(-(V_GS - V_T) / V_c). A drain leakage of constant conductance makes the off current, and the
channel's current grows with V_DS beyond saturation by 1 + |V_DS| / V_A. The mobility may be activated.

The threshold is shifted by the sum of what the charges beside the channel shift it by, each of which moves by itself:
a floating gate (`_floating_gate`), layers of traps (`_trap_layer`), a ferroelectric (`_ferroelectric`), mobile ions
(`_ions`). They feel the voltage V_GS - kappa V_DS, kappa being the part of the drain's voltage that the channel has
beneath them on average. Each write by the gate and each light pulse has one random efficiency, from the moment that it
begins until it ends: of a write it multiplies the time that passes for tunnelling, reversal and emission, of light the
irradiance. With `endurance` both weaken with age (see `_wear`); a light pulse counts as a potentiating write.
"""

from collections.abc import Callable, Sequence
from math import inf
from typing import NamedTuple

import numpy as np
from pydantic import Field, model_validator

from labkit.core import FloatArray
from labkit_sim.devices._activation import slowing
from labkit_sim.devices._bias import Bias, at_gate, bias_of
from labkit_sim.devices._channel import ChannelParameters, current_through, where_equal
from labkit_sim.devices._charge import Acting, Charge
from labkit_sim.devices._device import ROOM_TEMPERATURE, Stimulus, Trace
from labkit_sim.devices._efficiency import EventEfficiency, device_factors
from labkit_sim.devices._ferroelectric import Ferroelectric
from labkit_sim.devices._floating_gate import FloatingGate
from labkit_sim.devices._ions import IonDrift
from labkit_sim.devices._parameters import (
    Conductance,
    Energy,
    ModelParameters,
    Parameters,
    Ratio,
    Resistance,
    Temperature,
    Voltage,
)
from labkit_sim.devices._trap_layer import TrapLayer
from labkit_sim.devices._wear import Endurance, Wear

_BISECTIONS = 60
_LARGEST_EXPONENT = 60.0


class GatedContact(Parameters):
    """An injection barrier at the source that the gate opens."""

    resistance: Resistance = Field(gt=0, description="R_0: at the threshold")
    scale: Voltage = Field(gt=0, description="V_c: gate voltage that lowers it e times")


class TransistorParameters(ModelParameters):
    """A field-effect transistor; of holes, voltages and currents are those of a mirrored device."""

    channel: ChannelParameters
    holes: ChannelParameters | None = Field(
        None, description="a channel of holes beside that of electrons, its threshold counted towards negative gates"
    )
    contact: GatedContact | None = None
    early_voltage: Voltage = Field(inf, gt=0, description="V_A: the saturated current grows by V_DS / V_A")
    off_conductance: Conductance = Field(0.0, ge=0, description="from drain to source, beside the channel")
    gate_leakage: Conductance = Field(0.0, ge=0, description="from gate to source")
    mobility_activation: Energy = Field(0.0, ge=0, description="E_a of the mobility; 0: alike at every temperature")
    floating_gate: FloatingGate | None = None
    layers: tuple[TrapLayer, ...] = ()
    ferroelectric: Ferroelectric | None = None
    ions: tuple[IonDrift, ...] = ()
    drain_share: Ratio = Field(0.0, ge=0, le=1, description="kappa: part of V_DS that the charges feel")
    writing_voltage: Voltage = Field(inf, gt=0, description="|V_GS| from which on a gate pulse counts as a write")
    variation: Ratio = Field(0.0, ge=0, description="coefficient of variation of what a write or a light pulse moves")
    endurance: Endurance | None = Field(None, description="how writing wears it out; left out: it does not")
    reference_temperature: Temperature = Field(ROOM_TEMPERATURE, gt=0, description="T_0: where all values hold")

    @model_validator(mode="after")
    def _contact_is_of_electrons(self) -> "TransistorParameters":
        if self.contact is not None and self.holes is not None:
            raise ValueError("a contact is of a channel of electrons alone; leave out `contact` or `holes`")
        return self

    @property
    def charges(self) -> tuple[Charge, ...]:
        """Everything beside the channel that holds charge."""
        gate: tuple[Charge, ...] = () if self.floating_gate is None else (self.floating_gate,)
        film: tuple[Charge, ...] = () if self.ferroelectric is None else (self.ferroelectric,)
        return (*self.layers, *gate, *film, *self.ions)

    @property
    def opening_gate(self) -> int:
        """The sign of the gate voltages whose writes open the channel to electrons."""
        return 1 if self.ferroelectric is not None and self.floating_gate is None else -1

    def varied(self, random: np.random.Generator) -> "TransistorParameters":
        """Draw a cell: one factor for its mobilities."""
        factor = float(device_factors(random, self.device_variation, 1)[0])
        return self._with_channels(lambda channel: {"mobility": factor * channel.mobility})

    def wider(self, ratio: float) -> "TransistorParameters":
        """Give the parameters of a transistor that is `ratio` times as wide."""
        update: dict[str, object] = {
            "off_conductance": ratio * self.off_conductance,
            "gate_leakage": ratio * self.gate_leakage,
        }
        if self.contact is not None:
            update["contact"] = self.contact.model_copy(update={"resistance": self.contact.resistance / ratio})
        return self._with_channels(lambda channel: {"width": ratio * channel.width}).model_copy(update=update)

    def _with_channels(self, changed: Callable[[ChannelParameters], dict[str, float]]) -> "TransistorParameters":
        update = {"channel": self.channel.model_copy(update=changed(self.channel))}
        if self.holes is not None:
            update["holes"] = self.holes.model_copy(update=changed(self.holes))
        return self.model_copy(update=update)

    def contact_resistance(self, gate: float | FloatArray) -> float | FloatArray:
        """Give R_c (ohm) at V_GS."""
        if self.contact is None:
            return 0.0
        over = (gate - self.channel.threshold) / self.contact.scale
        opening = np.exp(np.clip(-over, -_LARGEST_EXPONENT, _LARGEST_EXPONENT))
        return np.asarray(self.contact.resistance * opening)

    def current(
        self,
        gate: float | FloatArray,
        drain: float | FloatArray,
        shift: FloatArray,
        leads: tuple[float, float] = (0.0, 0.0),
        quality: float | FloatArray = 1.0,
    ) -> FloatArray:
        """Give I_D (A) at V_GS, V_DS (V) behind leads (ohm, of drain and source), for threshold shifts (V).

        `quality` multiplies the mobility.
        """
        if not any(leads):
            return self._current(gate, drain, shift, leads, quality)
        if self.off_conductance == 0 and self.early_voltage == inf:
            return self._current(gate, drain, shift, leads, quality)
        in_drain, in_source = leads

        def remaining(current: FloatArray) -> FloatArray:
            return self._current(
                gate - in_source * current, drain - (in_drain + in_source) * current, shift, (0.0, 0.0), quality
            )

        return where_equal(remaining, remaining(np.zeros(len(shift))))

    def _current(
        self,
        gate: float | FloatArray,
        drain: float | FloatArray,
        shift: FloatArray,
        leads: tuple[float, float],
        quality: float | FloatArray,
    ) -> FloatArray:
        channels = (self.channel,) if self.holes is None else (self.channel, self.holes)
        behind = leads[0], leads[1] + self.contact_resistance(gate)
        through = current_through(channels, gate, drain, shift, behind, quality)
        return np.asarray(through * (1 + np.abs(drain) / self.early_voltage) + drain * self.off_conductance)

    def acting(self, bias: Bias, stimulus: Stimulus, write: float = 1.0, light: float = 1.0) -> Acting:
        """Give what acts on the charges, with the efficiencies of the write and of the light pulse."""
        flows = bias.drain_limit > 0 and bias.source_limit > 0
        return Acting(
            bias.gate - self.drain_share * bias.drain if flows else bias.gate,
            {wavelength: light * level for wavelength, level in stimulus.irradiance.items()},
            stimulus.temperature,
            write,
            self.channel.insulator_capacitance,
            self.reference_temperature,
        )

    def quality(self, states: Sequence[FloatArray], temperature: float) -> float | FloatArray:
        """Give the factor of the mobility: what the temperature (K) and the charge in the layers leave of it."""
        factor = 1 / slowing(self.mobility_activation, temperature, self.reference_temperature)
        layers = zip(self.layers, states, strict=False)
        scattered = [layer.scattering_of(rows) for layer, rows in layers if layer.scattering < inf]
        return factor / (1 + sum(scattered)) if scattered else factor


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
            less = np.abs(self.parameters.current(bias.gate - at_source, middle, shift, quality=quality)) < np.abs(
                current
            )
            low, high = np.where(less, middle, low), np.where(less, high, middle)
        return np.asarray((low + high) / 2)
