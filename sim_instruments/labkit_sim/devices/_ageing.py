"""Ageing without return: water, heat, light, field and the electrodes eat the film, at any family of device.

A dose D grows with everything that attacks,

    D' = (water H^m + heat) + sigma flux (1 + K O) + field (exp(|V| / V_f) - 1) + corrosion,

H relative humidity, O the share of oxygen, the thermal rates by Arrhenius' law, and the share exp(-D) of the area is
left: what has decomposed to lead iodide, or has lost its electrode, conducts nothing. The review that names these
causes (Z. Sun et al., Nano-Micro Lett. 18, 246 (2026), section 3.3) gives no rate, nor does it say how much a remedy
helps; whatever a preset puts here is illustrative.

A device of a share of the area has that share of the currents at the same voltages. It is therefore the unaged one
behind a resistance as much smaller and under a limit as much larger, its currents made smaller, and the states of the
unaged one go on. The share falls in steps of 0.1 %, between which everything is as exact as the unaged device.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from math import exp, floor, inf

import numpy as np
from pydantic import Field

from labkit.core import FloatArray
from labkit_sim.devices._absorber import Absorber
from labkit_sim.devices._activation import slowing
from labkit_sim.devices._constants import LARGEST_EXPONENT
from labkit_sim.devices._device import ROOM_TEMPERATURE, Device, Stimulus, Trace
from labkit_sim.devices._parameters import Area, Energy, Parameters, Rate, Ratio, Temperature, Voltage

_STEP = 1e-3
_LARGEST_DOSE = 50.0


class ThermalAttack(Parameters):
    """A cause that heat speeds up."""

    rate: Rate = Field(ge=0, description="of the dose, at the reference temperature")
    activation: Energy = Field(0.0, ge=0, description="barrier")


class WaterAttack(ThermalAttack):
    """Water: the rate is that at 100 % relative humidity."""

    order: float = Field(1.0, gt=0, description="m: the power of the humidity")


class LightAttack(Parameters):
    """Light, as fast as what absorbs it says: ultraviolet and blue most."""

    cross_section: Area = Field(gt=0, description="sigma: per absorbed photon")
    absorber: Absorber
    oxygen: float = Field(0.0, ge=0, description="K: how many times faster still in pure oxygen")


class FieldAttack(Parameters):
    """Bias stress: ions that leave for good."""

    rate: Rate = Field(ge=0, description="at 0.69 scales of voltage")
    scale: Voltage = Field(gt=0, description="V_f: voltage over which the rate grows by e")


class Remedy(Parameters):
    """What slows ageing: composition, an additive, a barrier layer. Each share is what is left of a cause."""

    name: str
    water: Ratio = Field(1.0, ge=0)
    heat: Ratio = Field(1.0, ge=0)
    light: Ratio = Field(1.0, ge=0)
    field: Ratio = Field(1.0, ge=0)
    corrosion: Ratio = Field(1.0, ge=0)

    @property
    def left(self) -> dict[str, float]:
        """Give what is left of each cause."""
        return {
            "water": self.water,
            "heat": self.heat,
            "light": self.light,
            "field": self.field,
            "corrosion": self.corrosion,
        }


class Ageing(Parameters):
    """The causes of ageing that act on a device, and the remedies against them."""

    water: WaterAttack | None = None
    heat: ThermalAttack | None = None
    light: LightAttack | None = None
    field: FieldAttack | None = None
    corrosion: ThermalAttack | None = Field(None, description="of the electrodes")
    remedies: tuple[Remedy, ...] = ()
    reference_temperature: Temperature = Field(ROOM_TEMPERATURE, gt=0, description="T_0: where the rates hold")

    def rates(self, stimulus: Stimulus) -> dict[str, float]:
        """Give what each cause adds to the dose (1/s) under a stimulus, after the remedies."""
        found = {
            "water": self._thermal(self.water, stimulus) * self._humidity(stimulus),
            "heat": self._thermal(self.heat, stimulus),
            "light": self._light(stimulus),
            "field": self._field(stimulus),
            "corrosion": self._thermal(self.corrosion, stimulus),
        }
        for remedy in self.remedies:
            found = {cause: left * found[cause] for cause, left in remedy.left.items()}
        return found

    def rate(self, stimulus: Stimulus) -> float:
        """Give D' (1/s)."""
        return sum(self.rates(stimulus).values())

    def _thermal(self, attack: ThermalAttack | None, stimulus: Stimulus) -> float:
        if attack is None:
            return 0.0
        return attack.rate / slowing(attack.activation, stimulus.temperature, self.reference_temperature)

    def _humidity(self, stimulus: Stimulus) -> float:
        return 0.0 if self.water is None else float(stimulus.air.humidity**self.water.order)

    def _light(self, stimulus: Stimulus) -> float:
        if self.light is None or not stimulus.irradiance:
            return 0.0
        flux = self.light.absorber.absorbed(stimulus.irradiance)
        return self.light.cross_section * flux * (1 + self.light.oxygen * stimulus.air.oxygen)

    def _field(self, stimulus: Stimulus) -> float:
        driven = [drive.voltage for drive in stimulus.drives.values() if drive.limit > 0]
        if self.field is None or not driven:
            return 0.0
        voltage = max(*driven, 0.0) - min(*driven, 0.0)
        return self.field.rate * (exp(min(voltage / self.field.scale, LARGEST_EXPONENT)) - 1)


class Aged:
    """Any device, and what ageing leaves of it."""

    def __init__(self, device: Device, ageing: Ageing) -> None:
        self.device = device
        self.ageing = ageing
        self.dose = 0.0

    @property
    def terminals(self) -> tuple[str, ...]:
        """The names of the terminals, the reference last."""
        return self.device.terminals

    @property
    def share(self) -> float:
        """What is left of the area, 0 to 1."""
        return _share(self.dose)

    def trace(self, stimulus: Stimulus, offsets: FloatArray) -> Trace:
        """Give the currents of what is left."""
        parts = list(self._parts(stimulus, float(offsets[-1]))) if len(offsets) else []
        if len(parts) < 2:
            return _scaled(self.device, stimulus, self.share, offsets)
        ahead, begin = deepcopy(self.device), 0.0
        pieces: list[Trace] = []
        for number, (share, duration) in enumerate(parts):
            last = number == len(parts) - 1
            here = (offsets >= begin) & ((offsets < begin + duration) | last)
            if here.any():
                pieces.append(_scaled(ahead, stimulus, share, offsets[here] - begin))
            if not last:
                ahead.advance(_seen(stimulus, share), duration)
            begin += duration
        return {
            name: (
                np.concatenate([piece[name][0] for piece in pieces]),
                np.concatenate([piece[name][1] for piece in pieces]),
            )
            for name in pieces[0]
        }

    def advance(self, stimulus: Stimulus, duration: float) -> None:
        """Let time pass for the device, and age it."""
        if duration <= 0:
            return
        for share, part in self._parts(stimulus, duration):
            self.device.advance(_seen(stimulus, share), part)
        self.dose = min(self.dose + self.ageing.rate(stimulus) * duration, _LARGEST_DOSE)

    def _parts(self, stimulus: Stimulus, duration: float) -> Iterator[tuple[float, float]]:
        """Cut a time (s) where the share takes a step: shares, and how long (s) each is there."""
        rate, dose, left = self.ageing.rate(stimulus), self.dose, duration
        while True:
            step = floor(dose / _STEP + 1e-9)
            lasts = inf if rate <= 0 or dose >= _LARGEST_DOSE else ((step + 1) * _STEP - dose) / rate
            if lasts >= left:
                yield _share(dose), left
                return
            yield _share(dose), lasts
            dose, left = (step + 1) * _STEP, left - lasts


def _share(dose: float) -> float:
    return exp(-_STEP * floor(dose / _STEP + 1e-9))


def _seen(stimulus: Stimulus, share: float) -> Stimulus:
    """Give the stimulus that the unaged device feels, were it the whole of which a share is left."""
    if share == 1:
        return stimulus
    drives = {
        name: replace(drive, limit=drive.limit / share, resistance=drive.resistance * share)
        for name, drive in stimulus.drives.items()
    }
    return replace(stimulus, drives=drives)


def _scaled(device: Device, stimulus: Stimulus, share: float, offsets: FloatArray) -> Trace:
    found = device.trace(_seen(stimulus, share), offsets)
    return {name: (voltage, share * current) for name, (voltage, current) in found.items()}
