"""A field-effect transistor: channel, contact and leakages, and beside the channel whatever holds charge and remembers.

The channel obeys the square law with an exponential subthreshold region (see `_channel`); a second one, of holes, makes
the transistor ambipolar. Before a channel of electrons lies a contact at the source, a barrier that the gate opens:
R_c(V_GS) = R_0 exp(-(V_GS - V_T) / V_c). A drain leakage of constant conductance makes the off current, and the
channel's current grows with V_DS beyond saturation by 1 + |V_DS| / V_A. The mobility may be activated.

The threshold is shifted by the sum of what the charges beside the channel shift it by, each of which moves by itself:
a floating gate (`_floating_gate`), layers of traps (`_trap_layer`), a ferroelectric (`_ferroelectric`), mobile ions
(`_ions`). They feel the voltage V_GS - kappa V_DS, kappa being the part of the drain's voltage that the channel has
beneath them on average.
"""

from collections.abc import Callable, Sequence
from math import inf

import numpy as np
from pydantic import Field, model_validator

from labkit.core import FloatArray
from labkit_sim.devices._activation import slowing
from labkit_sim.devices._bias import Bias
from labkit_sim.devices._channel import ChannelParameters, current_through, where_equal
from labkit_sim.devices._charge import Acting, Charge
from labkit_sim.devices._device import ROOM_TEMPERATURE, Stimulus
from labkit_sim.devices._efficiency import device_factors
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
from labkit_sim.devices._wear import Endurance

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
        """Everything beside the channel that holds charge, the layers first."""
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
        """Give the factor of the mobility: what the temperature (K) and the charge in the layers leave of it.

        `states` are those of all charges, a row an instant.
        """
        factor = 1 / slowing(self.mobility_activation, temperature, self.reference_temperature)
        layers = zip(self.layers, states, strict=False)
        scattered = [layer.scattering_of(rows) for layer, rows in layers if layer.scattering < inf]
        return factor / (1 + sum(scattered)) if scattered else factor
