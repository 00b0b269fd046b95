"""What absorbs light: a quantum efficiency by wavelength, and the photons that it makes of an irradiance."""

from collections.abc import Mapping

import numpy as np
from pydantic import Field, field_validator

from labkit_sim.devices._parameters import LIGHT_SPEED, PLANCK, Length, Parameters, Ratio


class SpectralPoint(Parameters):
    """Quantum efficiency at one wavelength."""

    wavelength: Length = Field(gt=0)
    efficiency: Ratio = Field(ge=0, le=1, description="absorbed and separated, of the photons that arrive")


class Absorber(Parameters):
    """A material that absorbs light."""

    spectrum: tuple[SpectralPoint, ...] = Field(min_length=1, description="linear between points, constant beyond")

    @field_validator("spectrum")
    @classmethod
    def _wavelengths_rise(cls, spectrum: tuple[SpectralPoint, ...]) -> tuple[SpectralPoint, ...]:
        wavelengths = [point.wavelength for point in spectrum]
        if wavelengths != sorted(set(wavelengths)):
            raise ValueError("the wavelengths of the spectrum must rise from point to point")
        return spectrum

    def quantum_efficiency(self, wavelength: float) -> float:
        """Interpolate the spectrum at a wavelength (m)."""
        wavelengths = [point.wavelength for point in self.spectrum]
        return float(np.interp(wavelength, wavelengths, [point.efficiency for point in self.spectrum]))

    def photons(self, wavelength: float) -> float:
        """Give how many photons of a wavelength (m) are absorbed of one joule."""
        return wavelength / (PLANCK * LIGHT_SPEED) * self.quantum_efficiency(wavelength)

    def absorbed(self, irradiance: Mapping[float, float]) -> float:
        """Give the absorbed photon flux (1/m^2 s) for irradiance (W/m^2) by wavelength (m)."""
        return sum(level * self.photons(wavelength) for wavelength, level in irradiance.items())

    def absorbed_irradiance(self, irradiance: Mapping[float, float]) -> float:
        """Give the absorbed irradiance (W/m^2) for irradiance (W/m^2) by wavelength (m)."""
        return sum(level * self.quantum_efficiency(wavelength) for wavelength, level in irradiance.items())
