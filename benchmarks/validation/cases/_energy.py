"""M21: energy of sampled pulses with displacement current."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, compared, relative_bias
from benchmarks.validation.generators import Ammeter, Writes
from labkit.metrics import PULSE_ENERGY

GROUP = Group(
    "M21",
    "Energy of a pulse",
    "11 trains of 10 pulses of 1 V, 1 ms on 1 to 2 µS, with or without a displacement current of 0.1 nF that dies out "
    "with 0.1 ms; readings are averages over their apertures.",
    "0.1 % numeric with CdV/dt; an upper limit where the current is below three times its noise; coverage 93 to 97 %.",
)


def energy(device: Writes, ammeter: Ammeter, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare E_pulse."""
    found = {result.symbol: result for result in PULSE_ENERGY.compute(device.run(generator, **ammeter))}
    return (compared(found["E_pulse"], device.truth),)


def _case(name: str, condition: str, device: Writes, ammeter: Ammeter) -> Case:
    return Case(f"energy_{name}", GROUP, condition, partial(energy, device, ammeter), short=10)


CASES = (
    Case(
        "energy_numeric",
        GROUP,
        "no noise, with CdV/dt, 50 readings a pulse",
        partial(energy, Writes(readings=50), Ammeter(sigma=1e-15)),
        judged=frozenset(),
        limits=(relative_bias("E_pulse", 1e-3),),
        short=3,
    ),
    *(
        _case(
            f"{kind}_{ratio}",
            f"{shown}, SNR {ratio}, gain 1 %, offset 20 nA",
            Writes(capacitance=0.0),
            Ammeter(sigma=1e-6 / ratio, noise=kind, gain=0.01, offset=2e-8),
        )
        for kind, shown in (("white", "white"), ("ar1", "AR(1) 0.9"))
        for ratio in (5, 20, 100)
    ),
    Case(
        "energy_lost",
        GROUP,
        "1 pA in noise of 1 nA: upper limit",
        partial(energy, Writes(conductance=1e-12, capacitance=0.0), Ammeter(sigma=1e-9)),
        due=frozenset({"SNR"}),
        judged=None,
        short=10,
        known={"E_pulse": "A value is given only where it stands out of the noise: the few given are large."},
    ),
)
