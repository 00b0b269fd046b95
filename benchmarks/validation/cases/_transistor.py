"""M31: transistors of a square law with known mobility, threshold and swing, with and without a contact kink."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, compared, relative_bias, told
from benchmarks.validation.generators import Ammeter, Instrument, SquareLaw, TransistorRun
from labkit.core import Result, Sample
from labkit.metrics import TRANSISTOR

GROUP = Group(
    "M31",
    "Transistor",
    "square law of 10 cm²/Vs, V_th 0.5 V, swing of 80 mV a decade, 5 cycles from −1 to 5 V and back in steps of 20 mV, "
    "V_DS 0.1 V (linear) and 6 V (saturated), C_i, W and L exact; a contact of 100 MΩ at the threshold that falls e "
    "times for every 0.4 V makes the kink; ionic gate without a quasi-static C_i.",
    "μ within 1 %; kink flagged in 95 % or more, and in 2 % or fewer without one; SS 80 mV.",
)
SWING = Group(
    "M31",
    "Subthreshold swing",
    "the same transistor, or one of 50 mV a decade, from −1 to 0.6 V in steps of 5 mV at V_DS 1 V on a range of 1 µA.",
    "coverage 93 to 97 %; a swing below the thermionic limit flagged.",
)
_SEEN = ("μ_lin", "μ_sat", "V_th")


def _results(made: TransistorRun) -> Sequence[Result]:
    return TRANSISTOR.compute(made.build())


def transfer(device: SquareLaw, ammeter: Ammeter, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare mobility and threshold in both regimes."""
    made = TransistorRun(device, generator, Instrument(**ammeter))
    made.transfer(0.1)
    made.transfer(6.0)
    truths = {"μ_lin": device.mobility, "μ_sat": device.mobility, "V_th": device.sign * device.threshold}
    return tuple(compared(result, truths[result.symbol]) for result in _results(made) if result.symbol in _SEEN)


def kink(device: SquareLaw, ammeter: Ammeter, generator: np.random.Generator) -> Sequence[Comparison]:
    """Tell whether a mobility is said to be that of a kinked curve."""
    made = TransistorRun(device, generator, Instrument(**ammeter))
    made.transfer(6.0)
    found = next(result for result in _results(made) if result.symbol == "μ_sat")
    return (told("transistor", "μ_sat", *(str(flag) for flag in found.flags)),)


def swing(device: SquareLaw, sigma: float, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the swing."""
    made = TransistorRun(device, generator, Instrument(sigma=sigma, offset=1e-11))
    made.transfer(1.0, opened=0.6, step=0.005, cycles=10)
    found = next(result for result in _results(made) if result.symbol == "SS")
    return (compared(found, device.swing),)


def ionic(method: str, generator: np.random.Generator) -> Sequence[Comparison]:
    """Tell whether a mobility is refused for an ionic gate."""
    device = SquareLaw()
    stated = {"gate_dielectric": "ionic", "gate_capacitance_method": method, "gate_capacitance_rate": 0.5}
    sample: Sample = device.sample.model_copy(update=stated)
    made = TransistorRun(device, generator, Instrument(sigma=1e-9), sample)
    made.transfer(6.0)
    found = next(result for result in _results(made) if result.symbol == "μ_sat")
    refused = not found.reportable and "C_i" in found.reason
    return (told("transistor", "μ_sat", *(["refused"] if refused else [])),)


_WANDERS = dict.fromkeys(
    _SEEN, "1/f noise wanders from cycle to cycle: the scatter of five cycles does not show its slowest part"
)
KINKED = SquareLaw(contact=1e8, contact_scale=0.4)
CASES = (
    *(
        Case(
            f"transistor_{kind}_{ratio}",
            GROUP,
            f"{words}, SNR {ratio} at the upper end of the linear curve, gain 0.1 %",
            partial(transfer, SquareLaw(), Ammeter(sigma=1.1e-5 / ratio, noise=kind, gain=1e-3)),
            limits=(relative_bias("μ_sat", 0.01), relative_bias("μ_lin", 0.01)),
            short=6,
            known=_WANDERS if kind == "flicker" else {},
        )
        for kind, words in (("white", "white"), ("ar1", "AR(1) 0.9"), ("flicker", "1/f"))
        for ratio in (100, 1000)
    ),
    Case(
        "transistor_holes",
        GROUP,
        "holes: all currents negative",
        partial(transfer, SquareLaw(sign=-1), Ammeter(sigma=1e-8)),
        limits=(relative_bias("μ_sat", 0.01), relative_bias("μ_lin", 0.01)),
        short=6,
    ),
    Case(
        "transistor_kink",
        GROUP,
        "gated contact, SNR 1000 and more",
        partial(kink, KINKED, Ammeter(sigma=1e-8)),
        due=frozenset({"KINK"}),
        short=6,
    ),
    Case(
        "transistor_ionic",
        GROUP,
        "ionic gate, C_i from its thickness",
        partial(ionic, "geometric"),
        due=frozenset({"refused"}),
        short=3,
    ),
    *(
        Case(
            f"swing_{round(1e12 * sigma)}",
            SWING,
            f"noise of {1e12 * sigma:.0f} pA",
            partial(swing, SquareLaw(), sigma),
            limits=(relative_bias("SS", 0.01),),
            short=6,
        )
        for sigma in (1e-12, 1e-11)
    ),
    Case(
        "swing_unphysical",
        SWING,
        "50 mV a decade at 300 K",
        partial(swing, SquareLaw(swing=0.05), 1e-12),
        due=frozenset({"UNPHYS"}),
        short=6,
    ),
)
