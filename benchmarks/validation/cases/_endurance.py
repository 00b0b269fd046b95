"""M24 and M25: endurance of a device, of devices, and of potentiation and depression."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, compared, told
from benchmarks.validation.generators import Cycles, Lifetimes, SwitchingRun
from labkit.core import Result
from labkit.metrics import ENDURANCE, ENDURANCE_SURVIVAL
from labkit.metrics._cycle_endurance import cycle_endurance
from labkit.metrics._weight_curves import Train, WeightCurves

SURVIVAL = Group(
    "M24",
    "Endurance over devices",
    "10 devices with Weibull lifetimes, scale 1000 cycles, shape 1.5; the test ends at the median, so that half of "
    "them are censored, or goes on until all have failed.",
    "B10 covers in 90 to 97 %.",
)
DEVICE = Group(
    "M24",
    "Endurance of a device",
    "50 cycles between 20 and 2 µS, 5 % scatter, stuck in the low-resistance state from a drawn cycle on; one cycle "
    "before it slips.",
    "N_f exact; no failure: a bound; unread cycles, fewer than 20 and reads at compliance are told.",
)
CYCLES = Group(
    "M25",
    "Endurance of potentiation and depression",
    "60 cycles of 20 + 20 pulses, dynamic range 4, step scatter 0.3 %, read noise 0.5 %; from a drawn cycle on the "
    "range is half as large, or nothing changes.",
    "the departure lies in the interval; false departures below 2 %.",
)


def quantiles(test: bool, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare B10 and the median."""
    devices = Lifetimes()
    devices.test = devices.quantile(0.5) if test else None
    found = {result.symbol: result for result in ENDURANCE_SURVIVAL.compute(devices.set(generator))}
    return (compared(found["B10"], devices.quantile(0.1)), compared(found["N_50"], devices.quantile(0.5)))


def failure(generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the cycle of the failure."""
    cycle = int(generator.integers(10, 45))
    (found,) = ENDURANCE.compute(SwitchingRun(fails=cycle, slips=(5,)).run(generator))
    return (compared(found, float(cycle)),)


def outlived(generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the bound of a device that did not fail with a life beyond the test."""
    (found,) = ENDURANCE.compute(SwitchingRun().run(generator))
    return (compared(found, 1000.0),)


def trap(device: SwitchingRun, generator: np.random.Generator) -> Sequence[Comparison]:
    """Tell what is told of a device."""
    (found,) = ENDURANCE.compute(device.run(generator))
    return (told("endurance", "N_f", *found.flags),)


def worn(changes: bool, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the cycle of a departure, or tell a departure of a device that stays as it was."""
    device = Cycles(lowest=3e-6, pulses=20, cycles=60, c2c=0.003, read=0.005)
    curves = device.curves(generator)
    cycle = int(generator.integers(25, 45))
    if not changes:
        return (_departed(cycle_endurance(curves)[0]),)
    return (compared(cycle_endurance(_shrunk(curves, cycle, 0.5))[0], float(cycle)),)


def _departed(result: Result) -> Comparison:
    return told("cycle_endurance", "N_c", *(["departed"] if result.estimate is not None else []))


def _shrunk(curves: WeightCurves, cycle: int, factor: float) -> WeightCurves:
    trains = {}
    for name, train in curves.trains.items():
        conductance = train.conductance.copy()
        lowest = float(np.min(conductance))
        conductance[cycle:] = lowest + factor * (conductance[cycle:] - lowest)
        trains[name] = Train(train.direction, train.pulses, conductance, train.read_sigma, train.read_degrees)
    return WeightCurves(trains, voltage=curves.voltage, readings=curves.readings)


CASES = (
    Case("survival_half", SURVIVAL, "half censored", partial(quantiles, True), band=(0.90, 0.97), short=6),
    Case(
        "survival_all",
        SURVIVAL,
        "none censored",
        partial(quantiles, False),
        band=(0.90, 0.97),
        short=6,
    ),
    Case("endurance_failure", DEVICE, "stuck", failure, band=(0.93, 1.0), short=8),
    Case("endurance_outlived", DEVICE, "no failure", outlived, band=(0.93, 1.0), short=4),
    Case(
        "endurance_blind",
        DEVICE,
        "every other",
        partial(trap, SwitchingRun(every=2)),
        due=frozenset({"BLIND"}),
        short=4,
    ),
    Case("endurance_few", DEVICE, "15 cycles", partial(trap, SwitchingRun(cycles=15)), due=frozenset({"REP"}), short=4),
    Case(
        "endurance_limit",
        DEVICE,
        "read at compliance",
        partial(trap, SwitchingRun(compliance=(7,))),
        due=frozenset({"CMP"}),
        short=4,
    ),
    Case(
        "cycles_change",
        CYCLES,
        "half the range",
        partial(worn, True),
        band=(0.93, 1.0),
        short=4,
        known={
            "N_c": "the middle of the ten cycles that show a change; a large one is seen before half of them changed"
        },
    ),
    Case("cycles_stay", CYCLES, "no change", partial(worn, False), short=4),
)
