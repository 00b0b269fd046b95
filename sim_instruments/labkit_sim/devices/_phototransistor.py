"""A three-terminal heterojunction phototransistor: light fills traps, and their charge gates the channel.

Absorbed photons (quantum efficiency by wavelength) fill trap populations, held as threshold shifts s_k (V) = q n_k /
C:

    s_k' = c_k (1 + K z) - s_k (c_k / S_k + 1 / tau_k(V_GS)),    c_k = y_k q flux / C,

with S_k the shift when all traps that the dark device has are full. Shallow and deep traps differ in yield and
lifetime; a positive gate draws the charge out, 1 / tau_k(V_GS) = exp(V_GS / V_k) / tau_k. Traps may also hold charge
of the other sign: they close the channel (c_k < 0, its magnitude in the rate), and a negative gate empties them; slow
ones make the current fall while the light stays (desensitisation). Light also activates
further trap sites, the sensitisation z (0..1) that makes the second of two pulses larger than superposition allows:

    z' = sigma flux (1 - z) - z / tau_z.

The lifetimes of the traps are those of the reference temperature times the Arrhenius factor of
`_activation` where an activation is given.

Capture goes by the free sites S_k (1 + K z) - s_k, so that all equations are linear and are solved by exponentials
while the stimulus is constant. The channel sees the sum of the shifts. Each light pulse has one random efficiency
that multiplies its flux, from dark to dark.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import exp, expm1, inf
from typing import Literal, NamedTuple

import numpy as np
from pydantic import Field, model_validator

from labkit.core import FloatArray
from labkit_sim.devices._activation import slowing
from labkit_sim.devices._channel import ChannelParameters
from labkit_sim.devices._device import GROUND, OPEN, ROOM_TEMPERATURE, Stimulus, Trace
from labkit_sim.devices._efficiency import EventEfficiency, device_factors
from labkit_sim.devices._parameters import (
    ELEMENTARY_CHARGE,
    LIGHT_SPEED,
    PLANCK,
    Area,
    Conductance,
    Energy,
    Length,
    ModelParameters,
    Parameters,
    Ratio,
    Temperature,
    Time,
    Voltage,
)

_LARGEST_EXPONENT = 60.0
_CLOSE = 1e-3


class SpectralPoint(Parameters):
    """Quantum efficiency at one wavelength."""

    wavelength: Length = Field(gt=0)
    efficiency: Ratio = Field(ge=0, le=1, description="absorbed and separated, of the photons that arrive")


class Trap(Parameters):
    """A population of traps beside the channel."""

    capture: Ratio = Field(gt=0, le=1, description="y_k: trapped, of the photons that are absorbed")
    full_shift: Voltage = Field(inf, gt=0, description="S_k: threshold shift when full; left out: never full")
    lifetime: Time = Field(gt=0, description="tau_k: of emission at V_GS = 0")
    emission_scale: Voltage = Field(inf, gt=0, description="V_k: gate voltage that speeds emission up e times")
    polarity: Literal["opening", "closing"] = Field(
        "opening", description="what its charge does to the channel; a closing trap is emptied by a negative gate"
    )
    activation: Energy = Field(0.0, ge=0, description="E_a: barrier of emission; 0: alike at every temperature")

    @property
    def sign(self) -> int:
        """Which way its charge shifts the threshold, and which gate voltage draws it out."""
        return 1 if self.polarity == "opening" else -1


class Sensitisation(Parameters):
    """Trap sites that light activates for a while."""

    gain: Ratio = Field(0.0, ge=0, description="K: sites activated by long light, of those there in the dark")
    cross_section: Area = Field(0.0, ge=0, description="sigma: of activation, per absorbed photon")
    lifetime: Time = Field(1.0, gt=0, description="tau_z: of an activated site")


class PhototransistorParameters(ModelParameters):
    """A heterojunction phototransistor."""

    channel: ChannelParameters
    spectrum: tuple[SpectralPoint, ...] = Field(min_length=1, description="linear between points, constant beyond")
    traps: tuple[Trap, ...] = Field(min_length=1)
    sensitisation: Sensitisation = Sensitisation()
    gate_leakage: Conductance = Field(0.0, ge=0, description="from gate to source")
    variation: Ratio = Field(0.0, ge=0, description="coefficient of variation of a light pulse's efficiency")
    reference_temperature: Temperature = Field(ROOM_TEMPERATURE, gt=0, description="T_0: where the lifetimes hold")

    @model_validator(mode="after")
    def _wavelengths_rise(self) -> "PhototransistorParameters":
        wavelengths = [point.wavelength for point in self.spectrum]
        if wavelengths != sorted(set(wavelengths)):
            raise ValueError("the wavelengths of the spectrum must rise from point to point")
        return self

    def at(self, temperature: float) -> "PhototransistorParameters":
        """Give the parameters with the traps' lifetimes of another temperature (K)."""
        if temperature == self.reference_temperature:
            return self
        traps = tuple(
            trap.model_copy(
                update={"lifetime": trap.lifetime * slowing(trap.activation, temperature, self.reference_temperature)}
            )
            for trap in self.traps
        )
        return self.model_copy(update={"traps": traps, "reference_temperature": temperature})

    def varied(self, random: np.random.Generator) -> "PhototransistorParameters":
        """Draw a cell: one factor for its mobility, one for the lifetimes of its traps."""
        mobility, lifetime = device_factors(random, self.device_variation, 2).tolist()
        traps = tuple(trap.model_copy(update={"lifetime": lifetime * trap.lifetime}) for trap in self.traps)
        channel = self.channel.model_copy(update={"mobility": mobility * self.channel.mobility})
        return self.model_copy(update={"channel": channel, "traps": traps})

    def quantum_efficiency(self, wavelength: float) -> float:
        """Interpolate the spectrum at a wavelength (m)."""
        wavelengths = [point.wavelength for point in self.spectrum]
        return float(np.interp(wavelength, wavelengths, [point.efficiency for point in self.spectrum]))

    def absorbed(self, irradiance: Mapping[float, float]) -> float:
        """Give the absorbed photon flux (1/m^2 s) for irradiance (W/m^2) by wavelength (m)."""
        return sum(level * self.photons(wavelength) for wavelength, level in irradiance.items())

    def photons(self, wavelength: float) -> float:
        """Give how many photons of a wavelength (m) are absorbed of one joule."""
        return wavelength / (PLANCK * LIGHT_SPEED) * self.quantum_efficiency(wavelength)

    def emission(self, trap: Trap, gate: float) -> float:
        """Give the emission rate (1/s) of a trap at V_GS."""
        exponent = trap.sign * gate / trap.emission_scale
        return exp(max(min(exponent, _LARGEST_EXPONENT), -_LARGEST_EXPONENT)) / trap.lifetime


class Course(NamedTuple):
    """What moves the populations while the stimulus is constant: rates in 1/s, captures in V/s."""

    activation: float
    sensitisation_rate: float
    captures: tuple[float, ...]
    rates: tuple[float, ...]


class Bias(NamedTuple):
    """How the terminals are driven: V, limits (A) and resistances (ohm) of the leads.

    `gate` and `drain` are against the source's own drive `source`; `gate` is what is left behind its lead.
    """

    gate: float
    drain: float
    source: float
    drain_limit: float
    source_limit: float
    leads: tuple[float, float]


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

    def _new_course(self, gate: float, flux: float, temperature: float = ROOM_TEMPERATURE) -> "Course":
        return course(self._parameters_at(temperature), gate, flux)

    def _flux(self, stimulus: Stimulus) -> float:
        return sum(level * self._photons(wavelength) for wavelength, level in stimulus.irradiance.items())

    def bias(self, stimulus: Stimulus) -> Bias:
        """Read the bias from the drives; an open gate is at the source's voltage, an open source at the drain's."""
        source = stimulus.drives.get("source", GROUND)
        gate, drain = stimulus.drives.get("gate", OPEN), stimulus.drives.get("drain", OPEN)
        reference = source.voltage if source.limit > 0 or drain.limit == 0 else drain.voltage
        over_gate, leakage = gate.voltage - reference, self.parameters.gate_leakage
        if gate.limit == 0:
            over_gate = 0.0
        elif leakage:
            reach = gate.limit / leakage
            over_gate = max(-reach, min(reach, over_gate / (1 + gate.resistance * leakage)))
        return Bias(
            over_gate,
            drain.voltage - reference,
            reference,
            drain.limit,
            source.limit,
            (drain.resistance, source.resistance),
        )

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
        gate_current = np.full(len(current), bias.gate * self.parameters.gate_leakage)
        return {
            "drain": (drain, current),
            "gate": (np.full(len(current), bias.gate + bias.source), gate_current),
            "source": (source, -current - gate_current),
        }

    def _drain_at(self, gate: float, source: float, current: float, shift: float) -> float:
        return source + self.parameters.channel.drain_voltage(gate - source, current, shift)

    def _source_at(self, gate: float, drain: float, current: float, shift: float) -> float:
        return self.parameters.channel.source_voltage(gate, drain, current, shift)


def course(parameters: PhototransistorParameters, gate: float, flux: float) -> Course:
    """Give what moves the populations at V_GS (V) under an absorbed photon flux (1/m^2 s)."""
    charge = ELEMENTARY_CHARGE * flux / parameters.channel.insulator_capacitance
    captures = tuple(trap.sign * trap.capture * charge for trap in parameters.traps)
    rates = tuple(
        abs(capture) / trap.full_shift + parameters.emission(trap, gate)
        for capture, trap in zip(captures, parameters.traps, strict=True)
    )
    activation = parameters.sensitisation.cross_section * flux
    return Course(activation, activation + 1 / parameters.sensitisation.lifetime, captures, rates)


def total_shift(
    moved: Course, gain: float, sensitised: float, shifts: Sequence[float], offsets: FloatArray
) -> FloatArray:
    """Give the sum of all shifts (V) at offsets (s), from the shifts and z before.

    A sum of exponentials of the traps' rates and of the sensitisation's, unless two of these nearly coincide.
    """
    steady = moved.activation / moved.sensitisation_rate
    opening = gain * (sensitised - steady)
    targets = [capture * (1 + gain * steady) / rate for capture, rate in zip(moved.captures, moved.rates, strict=True)]
    ways = [shift - target for shift, target in zip(shifts, targets, strict=True)]
    rates, extra = moved.rates, np.zeros(1)
    if opening != 0 and any(moved.captures):
        apart = [moved.sensitisation_rate - rate for rate in moved.rates]
        if min(map(abs, apart)) > _CLOSE * moved.sensitisation_rate:
            opened = [capture * opening / between for capture, between in zip(moved.captures, apart, strict=True)]
            ways = [*(way + part for way, part in zip(ways, opened, strict=True)), -sum(opened)]
            rates = (*moved.rates, moved.sensitisation_rate)
        else:
            extra = sum(
                (
                    opening * capture * convolved_array(rate, moved.sensitisation_rate, offsets)
                    for capture, rate in zip(moved.captures, moved.rates, strict=True)
                ),
                extra,
            )
    exponents = np.multiply.outer(offsets, [-rate for rate in rates])
    return sum(targets) + np.exp(exponents) @ ways + extra


def sensitised_after(moved: Course, sensitised: float, duration: float) -> float:
    """Give z after a time."""
    steady = moved.activation / moved.sensitisation_rate
    return steady + (sensitised - steady) * exp(-moved.sensitisation_rate * duration)


def shift_after(moved: Course, trap: int, gain: float, sensitised: float, shift: float, duration: float) -> float:
    """Give the shift of one trap after a time, from its shift and z before."""
    capture, rate = moved.captures[trap], moved.rates[trap]
    steady = moved.activation / moved.sensitisation_rate
    target = capture * (1 + gain * steady) / rate
    after = target + (shift - target) * exp(-rate * duration)
    if gain * capture != 0:
        after += capture * gain * (sensitised - steady) * convolved(rate, moved.sensitisation_rate, duration)
    return after


def convolved(first: float, second: float, time: float) -> float:
    """Give the integral of exp(-first (t - u)) exp(-second u) du from 0 to t (s), also for equal rates."""
    slower, between = min(first, second), abs(first - second)
    if between * time < 1e-12:
        return time * exp(-slower * time)
    return -expm1(-between * time) / between * exp(-slower * time)


def convolved_array(first: float, second: float, times: FloatArray) -> FloatArray:
    """Give `convolved` for many times."""
    slower, between = min(first, second), abs(first - second)
    reach = times if between == 0 else -np.expm1(-between * times) / between
    return np.exp(-slower * times) * reach
