"""M37: wavelength selectivity, the response to one colour over that to another at equal photon flux."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from labkit.core import Curve, Estimate, Flag, FloatArray, Result, Run
from labkit.metrics._illumination import photon_flux, wavelength_of
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._responsivity import MARKS
from labkit.metrics._ripple import ripple_of
from labkit.metrics._statistics import (
    fieller,
    repeats_mean,
    standard_error,
    unlimited_estimate,
    welch_satterthwaite,
)
from labkit.metrics._transients import REPEATS_FOR_T, Responses, responses
from labkit.metrics._windows import is_noise

NAME = "wavelength_selectivity"
DEFINITION = "M37.photons/1"
EQUAL = 0.05
"""Stimuli count as equal within the standard's limit of a dose."""
AT_EQUAL_IRRADIANCE = "equal irradiance"


@dataclass(frozen=True, slots=True)
class Colour:
    """Responses to one light: wavelength (m), irradiance (W/m^2) and photon flux (1/m^2 s) as delivered."""

    group: Responses
    wavelength: float

    @property
    def irradiance(self) -> float:
        """Irradiance (W/m^2)."""
        return self.group.items[0].stimulus.level

    @property
    def photons(self) -> float:
        """Photon flux (1/m^2 s)."""
        return photon_flux(self.irradiance, self.wavelength)

    @property
    def width(self) -> float:
        """Width of the pulses (s)."""
        return self.group.items[0].stimulus.width_requested


def _compute(run: Run) -> tuple[Result, ...]:
    lit = [group for group in responses(run, MARKS) if group.optical]
    colours = [Colour(group, wavelength_of(run, group.items[0].stimulus.terminal)) for group in lit]
    found = sorted({colour.wavelength for colour in colours})
    if len(found) < 2:
        raise NotMeasured(
            "the run has light of one wavelength",
            "apply light pulses of two or more wavelengths, as spectral_response does",
        )
    return tuple(_result(colours, found[0], other) for other in found[1:])


def _result(colours: Sequence[Colour], shorter: float, longer: float) -> Result:
    """Give S of the shortest wavelength over another one."""
    tops = [colour for colour in colours if colour.wavelength == shorter]
    bottoms = [colour for colour in colours if colour.wavelength == longer]
    photons = _pair(tops, bottoms, lambda colour: colour.photons)
    power = _pair(tops, bottoms, lambda colour: colour.irradiance)
    variants = {} if power is None else {AT_EQUAL_IRRADIANCE: _at_equal(power, lambda colour: colour.irradiance)}
    at = {"wavelength": shorter, "other_wavelength": longer}
    if photons is None:
        had = "equal irradiance" if power is not None else "neither equal photon flux nor equal irradiance"
        reason = f"the colours were compared at {had}: longer waves bring more photons for the same power"
        if any(top.width != bottom.width for top in tops for bottom in bottoms):
            reason = "the pulses of the colours differ in width or photon flux; a response belongs to its pulse width"
        return outcome(
            NAME, DEFINITION, "S", None, "1", "not computed", reason=reason, at=at, variants=variants, notes=_remedy()
        )
    top, bottom = photons
    few = min(len(top.group), len(bottom.group))
    flags = top.group.flags() | bottom.group.flags()
    flags |= {Flag.RIPPLE for colour in photons if ripple_of(colour.group) is not None}
    flags |= {Flag.REPEATS} if few < REPEATS_FOR_T else set()
    ratio = _at_equal(photons, lambda colour: colour.photons)
    if any(is_noise(_mean(colour)) for colour in photons):
        flags.add(Flag.SIGNAL_TO_NOISE)
    return outcome(
        NAME,
        DEFINITION,
        "S",
        ratio,
        "1",
        "ratio of mean amplitudes at equal photon flux, uX (Fieller) ⊕ u(E_e) of both lights",
        flags=flags,
        reason=f"{few} pulses of a colour; the standard asks for {REPEATS_FOR_T}" if few < REPEATS_FOR_T else "",
        at=at | {"photon_flux": top.photons, "width": top.width},
        counts={"pulse": len(top.group) + len(bottom.group)},
        variants=variants,
        notes=_notes(top, bottom),
        curves=(_curve(colours, top.photons),),
    )


def _remedy() -> dict[str, str]:
    return {"remedy": "scale the irradiance of each light by one over its wavelength, as spectral_response does"}


def _pair(
    tops: Sequence[Colour], bottoms: Sequence[Colour], amount: Callable[[Colour], float]
) -> tuple[Colour, Colour] | None:
    """Give the strongest pulses of one width with an equal amount of light, None when there are none."""
    equal = [
        (top, bottom)
        for top in tops
        for bottom in bottoms
        if top.width == bottom.width and abs(amount(top) - amount(bottom)) <= EQUAL * amount(bottom)
    ]
    return max(equal, key=lambda pair: amount(pair[0]), default=None)


def _at_equal(pair: tuple[Colour, Colour], amount: Callable[[Colour], float]) -> Estimate:
    return _selectivity(*pair, amount(pair[0]) / amount(pair[1]) - 1)


def _selectivity(top: Colour, bottom: Colour, difference: float) -> Estimate:
    """Give the ratio of the mean amplitudes; the ammeter's gain cancels, what differs in light is a limit (uB)."""
    above, below = top.group, bottom.group
    if min(len(above), len(below)) < 2:
        return unlimited_estimate(float(np.mean(above.amplitudes) / np.mean(below.amplitudes)))
    covariance, degrees = _scatter(above, below)
    means = np.array([np.mean(above.amplitudes), np.mean(below.amplitudes)])
    relative = np.array([above.light_uncertainty, below.light_uncertainty])
    shared = np.diag((relative * means) ** 2)
    shared[0, 0] += (difference * means[0]) ** 2 / 3
    ratio = float(means[0] / means[1])
    random = _of_ratio(covariance, ratio)
    total = float(np.hypot(random, _of_ratio(shared, ratio)))
    joined = degrees * (total / random) ** 4 if random > 0 else np.inf
    return fieller(float(means[0]), float(means[1]), covariance + shared, joined)


def _of_ratio(covariance: FloatArray, ratio: float) -> float:
    direction = np.array([1.0, -ratio])
    return float(np.sqrt(max(float(direction @ covariance @ direction), 0.0)))


def _scatter(above: Responses, below: Responses) -> tuple[FloatArray, float]:
    """Give the covariance of the two mean amplitudes (A^2) and its degrees of freedom; paired repeat by repeat."""
    if len(above) == len(below):
        return np.atleast_2d(np.cov(np.vstack([above.amplitudes, below.amplitudes]))) / len(above), len(above) - 1
    errors = [standard_error(group.amplitudes) for group in (above, below)]
    ratio = float(np.mean(above.amplitudes) / np.mean(below.amplitudes))
    _, degrees = welch_satterthwaite([(errors[0], len(above) - 1), (ratio * errors[1], len(below) - 1)])
    return np.diag(np.square(errors)), degrees


def _mean(colour: Colour) -> Estimate:
    group = colour.group
    return repeats_mean(group.amplitudes, "A") if len(group) > 1 else unlimited_estimate(0.0, "A")


def _notes(top: Colour, bottom: Colour) -> dict[str, str]:
    lights = [colour.group.items[0].stimulus.terminal for colour in (top, bottom)]
    return {
        "lights": " over ".join(lights),
        "light": "the two calibrations count as independent; what they share would cancel",
    }


def _curve(colours: Sequence[Colour], photons: float) -> Curve:
    """Give the responses at one photon flux against the wavelength."""
    equal = sorted(
        (colour for colour in colours if abs(colour.photons - photons) <= EQUAL * photons),
        key=lambda colour: colour.wavelength,
    )
    return Curve(
        "response at equal photon flux",
        np.array([colour.wavelength for colour in equal]),
        np.array([np.mean(colour.group.amplitudes) for colour in equal]),
        "wavelength",
        "m",
        "ΔI",
        "A",
        np.array([_mean(colour).uncertainty for colour in equal]),
    )


WAVELENGTH_SELECTIVITY = Metric(
    name=NAME,
    definition=DEFINITION,
    title="Wavelength selectivity",
    unit="1",
    formula="S = ΔI(λ₁)/ΔI(λ₂) at equal photon flux",
    description=(
        "Mean amplitude (M1) under the shortest wavelength over that under each of the others, at equal photon flux; "
        "the variant `equal irradiance` compares equal powers, where longer waves bring more photons. The ammeter's "
        "gain cancels; the calibrations of the lights count as independent. Colours that were compared at equal power "
        "alone have no value."
    ),
    requires=("light pulses of one width at two or more wavelengths, of equal photon flux, marked `epsc`, 5 of each",),
    reference="metric standard M37",
    compute=_compute,
)
