"""The light on a device as a run states it: wavelength, area, how well both are known, and what does not fit."""

from dataclasses import dataclass

import numpy as np

from labkit.core import Estimate, Flag, Interval, Run, format_quantity
from labkit.metrics._metric import NotMeasured

PLANCK, LIGHT_SPEED, ELEMENTARY_CHARGE = 6.62607015e-34, 299792458.0, 1.602176634e-19
"""J s, m/s, C (SI, exact)."""
LARGEST_EXCESS = 0.05
"""How much larger than the channel, or how uneven, the illuminated area may be before it is named."""


@dataclass(frozen=True, slots=True)
class Illumination:
    """One light at the device plane.

    `wavelength` (m); `irradiance`, `area_relative` and `wavelength_relative` are relative standard uncertainties of the
    irradiance, the area and the wavelength, `area` (m^2) is the illuminated part of the channel; `evenness` is the mean
    over the area of a Gaussian beam's irradiance over its peak, 1 where no such beam is stated.
    """

    terminal: str
    wavelength: float
    irradiance: float
    area: float
    area_relative: float
    wavelength_relative: float
    evenness: float
    flags: frozenset[Flag]
    notes: dict[str, str]

    @property
    def power_relative(self) -> float:
        """Relative standard uncertainty of the power on the area."""
        return float(np.hypot(self.irradiance, self.area_relative))

    def quantum_efficiency(self, responsivity: float) -> float:
        """Give the electrons a photon (1) for a responsivity (A/W): 1239.84 R / lambda in nm."""
        return responsivity * PLANCK * LIGHT_SPEED / (ELEMENTARY_CHARGE * self.wavelength)


def illumination_of(run: Run, terminal: str) -> Illumination:
    """Read a light's wavelength and the illuminated area from a run.

    Raises NotMeasured when the sample file states no active area.
    """
    sample, description = run.sample, run.description
    if not sample.active_area:
        raise NotMeasured(
            "the sample file states no active_area, on which the power falls",
            "state active_area in sample.yaml: the illuminated area within the channel",
        )
    wavelength = wavelength_of(run, terminal)
    spread = description.wavelength_uncertainty.get(terminal, 0.0)
    flags, notes = set(), {"terminal": terminal}
    known = sample.active_area_uncertainty
    if known is None:
        notes["area"] = "taken as exact: the sample file states no active_area_uncertainty"
    channel = (sample.channel_width or 0.0) * (sample.channel_length or 0.0)
    if channel and sample.active_area > channel * (1 + LARGEST_EXCESS):
        flags.add(Flag.AREA)
        notes["area"] = (
            f"active_area is {sample.active_area / channel:.3g} times channel_width x channel_length: light beside the "
            "channel, on pads, is counted"
        )
    evenness = beam_evenness(sample.active_area, description.gaussian_beams.get(terminal))
    if evenness < 1 - LARGEST_EXCESS:
        flags.add(Flag.AREA)
        diameter = format_quantity(description.gaussian_beams[terminal], "m")
        notes["beam"] = (
            f"Gaussian, {diameter}: the mean over the area is {evenness:.3g} of the peak that the calibration states"
        )
    relative = description.light_uncertainty.get(terminal, 0.0)
    return Illumination(
        terminal,
        wavelength,
        relative,
        sample.active_area,
        known or 0.0,
        spread / wavelength if wavelength else 0.0,
        evenness,
        frozenset(flags),
        notes,
    )


def wavelength_of(run: Run, terminal: str) -> float:
    """Give the wavelength (m) of a light; raises NotMeasured where the run does not tell it."""
    wavelength = run.description.wavelengths.get(terminal, float("nan"))
    if not wavelength > 0:
        raise NotMeasured(f"the run does not tell the wavelength of {terminal}", "state it in bench.yaml")
    return wavelength


def beam_evenness(area: float, diameter: float | None) -> float:
    """Give mean over peak irradiance of a centred Gaussian beam (1/e^2 diameter, m) on a disc of an area (m^2)."""
    if not diameter:
        return 1.0
    exponent = 8 * area / (np.pi * diameter**2)
    return float(-np.expm1(-exponent) / exponent)


def photon_flux(irradiance: float, wavelength: float) -> float:
    """Give photons per area and time (1/m^2 s) for an irradiance (W/m^2) at a wavelength (m)."""
    return irradiance * wavelength / (PLANCK * LIGHT_SPEED)


def multiplied(estimate: Estimate, factor: float, unit: str) -> Estimate:
    """Give an estimate times an exact number."""
    ends = sorted((estimate.interval.low * factor, estimate.interval.high * factor))
    return Estimate(
        estimate.value * factor,
        estimate.uncertainty * abs(factor),
        Interval(*ends),
        estimate.degrees_of_freedom,
        unit,
    )
