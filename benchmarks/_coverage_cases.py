"""The cases of the coverage benchmark: which protocol on which preset, against which truth.

Parameters are those of the shipped protocols, or as few intervals, rates and readings as the metrics allow.
"""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks._coverage_memristor import loops, weights
from benchmarks._coverage_optical import paired, transient
from benchmarks._coverage_retention import retention
from benchmarks._coverage_run import Observation, Recipe, observe
from benchmarks._coverage_statistics import Comparison
from labkit.protocol import load_protocol

PHOTOTRANSISTOR = "heterojunction_phototransistor"
INTEGRATOR = "linear_integrator"
MEMRISTOR = "halide_memristor"
FILAMENT = "filamentary_memristor"
CHANNEL = "5e-4 cm^2"


@dataclass(frozen=True, slots=True)
class Case:
    """One protocol on one preset; `compare` sets the results of a run beside their truths."""

    name: str
    title: str
    recipe: Recipe
    compare: Callable[[Observation], list[Comparison]]

    @property
    def metrics(self) -> tuple[str, ...]:
        """What the case computes: its own choice, or what the protocol asks for."""
        return self.recipe.metrics or load_protocol(self.recipe.protocol).document.metrics

    def run(self, seed: int) -> list[Comparison]:
        """Run once and compare."""
        return self.compare(observe(self.recipe, seed))


_LONG_PULSES = {"irradiance": "0.1 mW/cm^2", "width": "1 s", "read_bias": "0.1 V", "rate": "100 Hz"}
_PAIRS = {"window": "45 s"}
_LOOPS = {"rates": "[10 V/s]", "rate_cycles": "2"}
# With the default limit of 100 uA the filament is not dissolved in every cycle.
_FILAMENT_LOOPS = {**_LOOPS, "compliance": "2 mA"}

CASES = {
    case.name: case
    for case in (
        Case(
            "epsc",
            "P02, 20 ms at 11.6 uW/cm^2, 2 V",
            Recipe("epsc_optical", "demo_optical", PHOTOTRANSISTOR, active_area=CHANNEL),
            transient(PHOTOTRANSISTOR),
        ),
        Case(
            "epsc_long",
            "P02, 1 s at 0.1 mW/cm^2, 0.1 V",
            Recipe("epsc_optical", "demo_optical", PHOTOTRANSISTOR, None, _LONG_PULSES, active_area=CHANNEL),
            transient(PHOTOTRANSISTOR),
        ),
        Case(
            "ppf",
            "P03, set demo",
            Recipe("ppf_optical", "demo_optical", PHOTOTRANSISTOR, "demo", _PAIRS),
            paired(PHOTOTRANSISTOR),
        ),
        Case(
            "ppf_integrator",
            "P03, set demo, a device that only adds up",
            Recipe("ppf_optical", "demo_optical", INTEGRATOR, "demo", _PAIRS, ("ppf_index",)),
            paired(INTEGRATOR),
        ),
        Case("ltp_ltd", "P10, set slow", Recipe("ltp_ltd", "demo_memristor", MEMRISTOR, "slow"), weights(MEMRISTOR)),
        Case("loops", "P15", Recipe("iv_hysteresis", "demo_memristor", MEMRISTOR, None, _LOOPS), loops(MEMRISTOR)),
        Case(
            "loops_filament",
            "P15, a device that switches",
            Recipe("iv_hysteresis", "demo_memristor", FILAMENT, None, _FILAMENT_LOOPS, ("switching_voltage",)),
            loops(FILAMENT),
        ),
        Case("retention", "P17", Recipe("retention", "demo_memristor", MEMRISTOR), retention(MEMRISTOR)),
        Case(
            "retention_optical",
            "P17 with light, set short",
            Recipe("retention_optical", "demo_transistor", PHOTOTRANSISTOR, "short"),
            retention(PHOTOTRANSISTOR),
        ),
    )
}


def run_seed(name: str, seed: int) -> list[Comparison]:
    """Run a case once; a function that another process can be given."""
    return CASES[name].run(seed)
