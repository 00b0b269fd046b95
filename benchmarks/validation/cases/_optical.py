"""M32 to M37: responsivity, detectivity, linear range, response time, wavelength selectivity."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, compared, relative_bias, share_beyond, told
from benchmarks.validation.generators import (
    BentResponse,
    ChoppedLight,
    Colours,
    Irradiances,
    Modulation,
    SquareWave,
)
from labkit.metrics import DETECTIVITY, LINEAR_RANGE, RESPONSE_TIME, RESPONSIVITY, WAVELENGTH_SELECTIVITY

RESPONSIVITY_GROUP = Group(
    "M32, M33",
    "Responsivity and quantum efficiency",
    "6 light pulses of 1 s of each of three colours, 588, 202, 98 pA at 1 W/m², 2 % scatter from pulse to pulse; each "
    "light wrong by a draw of its 3 % calibration, the area by one of 2 %; gain 1 %.",
    "coverage 93 to 97 %.",
)
RANGE_GROUP = Group(
    "M35",
    "Linear dynamic range",
    "Response in proportion to the irradiance that bends to E^0.6, ten irradiances a decade, five pulses of each, "
    "1.5 % scatter; truth by the local exponent of 0.9 and the noise of one reading.",
    "within ±1 dB.",
)
DETECTIVITY_GROUP = Group(
    "M34",
    "Specific detectivity",
    "Light chopped at 1 Hz for 60 periods, 600 s of dark noise whose density goes as 1/f, of known size at 1 Hz.",
    "D* within ±5 %; what the shot noise alone would give differs and is labelled.",
)
TIME_GROUP = Group(
    "M36",
    "Response time and cut-off frequency",
    "Square wave of light on one pole, 10-90 % in 0.110 s, ten periods of 1 s at 200 S/s; light chopped at nine "
    "frequencies on a pole of 20 ms.",
    "no bias at SNR 20, where a first crossing gives 0.246 s; coverage 93 to 97 %.",
)
SELECTIVITY_GROUP = Group(
    "M37",
    "Wavelength selectivity",
    "6 light pulses of each of three colours, 588, 202, 98 pA at equal irradiance (2.91, 6.00), again at equal photon "
    "flux; 2 % scatter, each light wrong by a draw of its 3 % calibration.",
    "coverage 93 to 97 %; no value where the colours were compared at equal power alone.",
)
BEYOND = 0.05
"""How many trials may be beyond what is excellent."""


def responsivities(generator: np.random.Generator) -> Sequence[Comparison]:
    """Measure the responsivity of the first colour."""
    device = Colours(light_uncertainty=0.03, area_uncertainty=0.02)
    run = device.run(generator, sigma=5e-12, gain=0.01)
    first, efficiency = RESPONSIVITY.compute(run)[:2]
    truth = device.responsivity(405e-9)
    return compared(first, truth), compared(efficiency, truth * 1239.841984 / 405)


def selectivities(generator: np.random.Generator) -> Sequence[Comparison]:
    """Measure the selectivity over both other colours."""
    device = Colours(light_uncertainty=0.03)
    found = WAVELENGTH_SELECTIVITY.compute(device.run(generator, sigma=2e-12, gain=0.01))
    return tuple(
        compared(result, device.selectivity(wavelength))
        for result, wavelength in zip(found, (532e-9, 635e-9), strict=True)
    )


def equal_power_alone(generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare colours at equal power only, which is trap 14."""
    result = WAVELENGTH_SELECTIVITY.compute(Colours(equal_photons=False).run(generator, sigma=2e-12))[0]
    words = ["refused"] if result.estimate is None and "equal irradiance" in result.reason else []
    return (told("wavelength_selectivity", "S", *words),)


def linear_ranges(response: BentResponse, generator: np.random.Generator) -> Sequence[Comparison]:
    """Measure the linear range of a device that bends."""
    noise = 1e-12
    run = Irradiances(response, lowest=5e-5, decades=5).run(generator, sigma=noise)
    return (compared(LINEAR_RANGE.compute(run)[0], response.linear_range(noise)),)


def detectivities(generator: np.random.Generator) -> Sequence[Comparison]:
    """Measure D* of a device with 1/f noise."""
    device = ChoppedLight(size=3e-10, dark=1800.0)
    return (compared(DETECTIVITY.compute(device.run(generator))[0], device.truth),)


def without_noise(generator: np.random.Generator) -> Sequence[Comparison]:
    """Leave out the noise, or take it at another bias: the traps of a D* from the dark current."""
    unmeasured = DETECTIVITY.compute(ChoppedLight(noise_recorded=False).run(generator))[0]
    elsewhere = DETECTIVITY.compute(ChoppedLight(bias_of_noise=0.2).run(generator))[0]
    refused = unmeasured.estimate is None and "upper bound" in unmeasured.reason
    refused &= elsewhere.estimate is None and "200 mV" in elsewhere.reason
    return (told("detectivity", "D*", *(["refused"] if refused else [])),)


def edges(ratio: float, generator: np.random.Generator) -> Sequence[Comparison]:
    """Measure rise and fall of one pole."""
    device = SquareWave()
    found = RESPONSE_TIME.compute(device.run(generator, sigma=device.size / ratio))
    return tuple(compared(result, device.truth) for result in found)


def cutoffs(generator: np.random.Generator) -> Sequence[Comparison]:
    """Measure the cut-off frequency of one pole."""
    device = Modulation()
    return (compared(RESPONSE_TIME.compute(device.run(generator, sigma=device.size / 20))[0], device.truth),)


CASES = (
    Case("responsivity", RESPONSIVITY_GROUP, "calibration, area and gain drawn", responsivities),
    Case(
        "detectivity",
        DETECTIVITY_GROUP,
        "1/f noise, 1800 s in the dark",
        detectivities,
        limits=(share_beyond("D*", 0.05, BEYOND, relative=True),),
        short=5,
    ),
    Case(
        "detectivity_trap",
        DETECTIVITY_GROUP,
        "no noise, or at another bias",
        without_noise,
        due=frozenset({"refused"}),
        short=3,
    ),
    *(
        Case(
            f"linear_range_{name}",
            RANGE_GROUP,
            condition,
            partial(linear_ranges, response),
            limits=(share_beyond("LDR", 1.0, BEYOND),),
            short=6,
        )
        for name, condition, response in (
            ("gradual", "bend over a decade", BentResponse()),
            ("sharp", "bend within a quarter of a decade", BentResponse(sharpness=6.0)),
        )
    ),
    *(
        Case(
            f"response_time_{ratio:.0f}",
            TIME_GROUP,
            f"SNR {ratio:.0f}",
            partial(edges, ratio),
            limits=(relative_bias("t_r", 0.01), relative_bias("t_f", 0.01)),
            short=5,
        )
        for ratio in (5.0, 20.0, 100.0)
    ),
    Case("cutoff_frequency", TIME_GROUP, "nine frequencies, SNR 20", cutoffs, short=5),
    Case("wavelength_selectivity", SELECTIVITY_GROUP, "calibrations drawn", selectivities),
    Case(
        "wavelength_selectivity_trap",
        SELECTIVITY_GROUP,
        "equal power alone",
        equal_power_alone,
        due=frozenset({"refused"}),
        short=5,
    ),
)
