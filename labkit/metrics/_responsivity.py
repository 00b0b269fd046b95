"""M32 and M33: responsivity at a stated pulse width, and external quantum efficiency."""

import numpy as np

from labkit.core import Estimate, Flag, Result, Run, format_quantity
from labkit.metrics._illumination import Illumination, illumination_of, multiplied
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._ripple import ripple_of
from labkit.metrics._statistics import two_starts
from labkit.metrics._transients import REPEATS_FOR_T, Responses, magnitude_bound, mean_of_repeats, responses
from labkit.metrics._windows import is_noise

NAME = "responsivity"
RESPONSIVITY_DEFINITION = "M32.width/1"
EFFICIENCY_DEFINITION = "M33.width/1"
MARKS = ("epsc", "first")
GAIN = "gain: more than one electron flows for each photon"


def _compute(run: Run) -> tuple[Result, ...]:
    found = [group for group in responses(run, MARKS) if group.optical]
    if not found:
        raise NotMeasured("the pulses are no light", "apply light pulses of known irradiance")
    return tuple(result for group in found for result in _results(run, group))


def _results(run: Run, found: Responses) -> tuple[Result, Result]:
    stimulus = found.items[0].stimulus
    light = illumination_of(run, stimulus.terminal)
    power = stimulus.level * light.area
    at = found.conditions() | {"wavelength": light.wavelength}
    if not (np.isfinite(stimulus.width) and np.isfinite(power) and power > 0):
        return _unknown(at, light)
    flags, notes = _flags(found, light), _notes(found, light)
    noise_only, _ = _estimate(found, power, 0.0, shared=False)
    lost = is_noise(noise_only)
    flags |= {Flag.SIGNAL_TO_NOISE} if lost else set()
    bound = magnitude_bound(noise_only) if lost else None
    width = format_quantity(stimulus.width_requested, "s")
    estimate, code = _estimate(found, power, light.power_relative)
    even = {"mean over the Gaussian beam": multiplied(estimate, 1 / light.evenness, "A/W")}
    responsivity = outcome(
        NAME,
        RESPONSIVITY_DEFINITION,
        "ℛ",
        estimate,
        "A/W",
        f"ΔI after t_w = {width} over irradiance x active area, {code} ⊕ u(A)",
        flags=flags,
        bound=bound,
        at=at,
        counts=found.counts(),
        variants=even if light.evenness < 1 else {},
        notes=notes,
    )
    factor = light.quantum_efficiency(1.0)
    wider, _ = _estimate(found, power, float(np.hypot(light.power_relative, light.wavelength_relative)))
    efficiency = multiplied(wider, factor, "1")
    gain = {"gain": GAIN} if abs(efficiency.value) > 1 else {}
    return responsivity, outcome(
        NAME,
        EFFICIENCY_DEFINITION,
        "EQE",
        efficiency,
        "1",
        f"1239.84 ℛ/λ(nm) at t_w = {width}, {code} ⊕ u(A) ⊕ u(λ)",
        flags=flags,
        bound=None if bound is None else type(bound)(bound.low * factor, bound.high * factor),
        at=at,
        counts=found.counts(),
        notes=notes | gain,
    )


def _estimate(found: Responses, power: float, relative: float, *, shared: bool = True) -> tuple[Estimate, str]:
    """Give the mean responsivity (A/W); `relative` is the standard uncertainty of the power, common to all repeats."""
    values, single = found.amplitudes / power, found.uncertainties / power
    mean = float(np.mean(values))
    gain = found.trace.accuracy_at(found.items[0].stimulus.begin).gain
    if not shared:
        return mean_of_repeats(values, single, found.noise.degrees_of_freedom, (), "A/W")
    limits = (gain * mean, *two_starts(found.timing / power))
    return mean_of_repeats(values, single, found.noise.degrees_of_freedom, limits, "A/W", relative * mean)


def _flags(found: Responses, light: Illumination) -> set[Flag]:
    flags = found.flags() | light.flags
    flags |= {Flag.DRIFT} if found.drift().significant else set()
    return flags | ({Flag.RIPPLE} if ripple_of(found) is not None else set())


def _notes(found: Responses, light: Illumination) -> dict[str, str]:
    notes = dict(light.notes)
    if (ripple := ripple_of(found)) is not None:
        seen = format_quantity(ripple.frequency, "Hz")
        notes["ripple"] = f"{format_quantity(ripple.amplitude, 'A')} at {seen} under light: is it dimmed by PWM?"
    if len(found) < REPEATS_FOR_T:
        notes["repeats"] = f"{len(found)}: too few for their scatter, the noise of the windows is used"
    return notes


def _unknown(at: dict[str, float], light: Illumination) -> tuple[Result, Result]:
    reason = (
        "the width or the irradiance of the light pulse is not known: a synapse reaches no steady state, so a "
        "responsivity belongs to a pulse width"
    )
    kept = {name: value for name, value in at.items() if np.isfinite(value)}

    def empty(definition: str, symbol: str, unit: str) -> Result:
        return outcome(
            NAME, definition, symbol, None, unit, "not computed", reason=reason, at=kept, notes=dict(light.notes)
        )

    return empty(RESPONSIVITY_DEFINITION, "ℛ", "A/W"), empty(EFFICIENCY_DEFINITION, "EQE", "1")


RESPONSIVITY = Metric(
    name=NAME,
    definition=RESPONSIVITY_DEFINITION,
    title="Responsivity and external quantum efficiency",
    unit="A/W",
    formula="ℛ(t_w) = ΔI / (E_e A);  EQE = 1239.84 ℛ / λ(nm)",
    description=(
        "Amplitude (M1) at the commanded end of a light pulse over the power on the active area. A synaptic device "
        "reaches no steady state under light, so the value belongs to the pulse width, which is printed with it. The "
        "uncertainty has the scatter of the repeats, the ammeter's gain, the light's calibration, the area and, for "
        "EQE, the wavelength. An EQE above 1 is gain. Flagged: an active area larger than the channel, a Gaussian beam "
        "whose peak is taken for its mean (AREA), and light that flickers (RIPPLE)."
    ),
    requires=("light pulses marked `epsc` or `first`", "active_area in the sample file"),
    reference="metric standard M32, M33; Fang et al. 2019; Wang et al. 2023",
    compute=_compute,
)
