"""M20 and M39 to M42: populations of devices, and images on an array."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, absolute_bias, compared, relative_bias, told
from benchmarks.validation.generators import Mosaic, Population, good_devices
from labkit.core import Criteria, Estimate, Interval, Result, Sample
from labkit.metrics import AREA_SCALING, CONTRAST, DEVICE_VARIATION, UNIFORMITY, YIELD, DeviceSet, MeasuredDevice

VARIATION = Group(
    "M20",
    "Device-to-device variation",
    "20 devices x 5 cycles or more; ln G scatters by 10 % from device to device and by 15 % from cycle to cycle.",
    "σ_d2d within 2 % of the truth in the mean; coverage 93 to 97 %.",
)
CONTRASTS = Group(
    "M39",
    "Contrast of an image",
    "Mask of 10 x 10 cells, signal 3 nA on a background of 1 nA (contrast 0.5), pixels scatter by 10 %.",
    "coverage 93 to 97 %; extremes of pixels would give 0.65.",
)
YIELDS = Group(
    "M40", "Yield", "devices that are good with a probability of 0.9", "coverage at least 95 % (conservative)"
)
UNIFORM = Group(
    "M41",
    "Uniformity",
    "25 devices, lognormal or normal with a spread of 10 %, read without noise.",
    "coverage 93 to 97 %",
)
SCALING = Group(
    "M42",
    "Area scaling",
    "4 areas over 2 decades, 8 devices each with a scatter of 10 %; exponent 0 or 1; areas on or about the line.",
    "exponent ±0.05; coverage 93 to 97 %",
)
AREAS = (1e-12, 5e-12, 2.5e-11, 1e-10)
QUIET = Population(cycles=40, within=1e-3, devices=25)
LIMIT = Criteria.model_validate({"name": "good", "criteria": [{"symbol": "G_max", "min": "5 uS"}]})


def variation(population: Population, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare sigma_d2d; a component below 0 is an upper limit."""
    return (compared(DEVICE_VARIATION.compute(population.set(generator))[0], population.between),)


def contrast(mosaic: Mosaic, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the contrast at its own instant, and its change."""
    results = CONTRAST.compute(mosaic.set(generator))
    at = [mosaic.at(result.at["time"]) for result in results]
    return (compared(results[0], at[0]), *(compared(result, at[-1] / at[0]) for result in results[1:] if mosaic.fading))


def share(probability: float, count: int, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the yield of devices drawn as good."""
    values = good_devices(probability, count, generator)
    devices = tuple(_device(k, float(value)) for k, value in enumerate(values))
    found = YIELD.compute(DeviceSet("drawn", devices, criteria=LIMIT, registered=True, random=True))[0]
    return (compared(found, probability),)


def _device(number: int, conductance: float) -> MeasuredDevice:
    estimate = Estimate(conductance, 1e-9, Interval(conductance - 2e-9, conductance + 2e-9), unit="S")
    result = Result("dynamic_range", "M18.G_max/1", "G_max", estimate, "S", "drawn")
    return MeasuredDevice(Sample(name="chip", device=str(number)), (result,))


def spread(population: Population, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the spread, whichever distribution was found the likelier."""
    found = UNIFORMITY.compute(population.set(generator))[0]
    return (
        compared(Result("uniformity", found.definition, "spread", found.estimate, "1", "", flags=found.flags), 0.1),
    )


def exponent(population: Population, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the exponent."""
    return (compared(AREA_SCALING.compute(population.set(generator))[0], population.exponent),)


def confounded(generator: np.random.Generator) -> Sequence[Comparison]:
    """Say what is told of a chip with one area a column."""
    layout = Population(areas=AREAS, devices=8, layout="columns")
    found = AREA_SCALING.compute(layout.set(generator))[0]
    return (told("area_scaling", found.symbol, *(str(flag) for flag in found.flags)),)


CASES = (
    Case(
        "device_variation",
        VARIATION,
        "20 devices, 5 cycles",
        partial(variation, Population()),
        limits=(relative_bias("σ_d2d(ln G_max)", 0.02),),
    ),
    Case(
        "device_variation_40", VARIATION, "40 devices, 10 cycles", partial(variation, Population(devices=40, cycles=10))
    ),
    Case("contrast", CONTRASTS, "40 bright cells", partial(contrast, Mosaic()), limits=(absolute_bias("C_M", 0.01),)),
    Case("contrast_dead", CONTRASTS, "8 bright cells, 5 dead", partial(contrast, Mosaic(bright=12, dead=5))),
    Case(
        "contrast_fading",
        CONTRASTS,
        "t^-0.15, cells read within 15 s",
        partial(contrast, Mosaic(fading=0.15, step=0.15, frames=4)),
    ),
    Case("yield", YIELDS, "30 devices", partial(share, 0.9, 30), band=(0.93, 1.0)),
    Case("yield_100", YIELDS, "100 devices", partial(share, 0.9, 100), band=(0.93, 1.0)),
    Case("uniformity_lognormal", UNIFORM, "lognormal", partial(spread, QUIET)),
    Case("uniformity_normal", UNIFORM, "normal", partial(spread, replace(QUIET, linear=True))),
    *(
        Case(
            f"area_scaling_{value:g}{'_scatter' if scatter else ''}",
            SCALING,
            f"exponent {value:g}, areas {'scatter by 5 %' if scatter else 'on the line'}",
            partial(exponent, Population(areas=AREAS, exponent=value, devices=8, area_scatter=scatter)),
            limits=(absolute_bias("d ln G_max/d ln A", 0.05),),
        )
        for value in (0.0, 1.0)
        for scatter in (0.0, 0.05)
    ),
    Case("area_scaling_confounded", SCALING, "one area a column", confounded, due=frozenset({"CONF"}), short=10),
)
