"""Temporal order: which of a train's pulses met the light."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, compared, told
from benchmarks.validation.generators import Ammeter, OrderedTrains
from labkit.core import Result
from labkit.metrics import TEMPORAL_ORDER

GROUP = Group(
    "beside the standard",
    "Temporal order of light among electrical pulses",
    "10 trains of each kind in random order, which leave 1, 2, 4, 7 or 10 nA as light meets no pulse or the first to "
    "the last, 9 nA for two; 10 % scatter from train to train, from a state that wanders by 1 nA; SNR is 10 nA over "
    "the noise of a reading; gain 1 %, offset 0.1 nA.",
    "Fieller 93 to 97 %; a device that does not tell the order has 1 within the interval; a dark train that leaves "
    "nothing gives no ratio.",
)
SYMBOLS = "ΔI_late/ΔI_early", "ΔI_late/ΔI_dark", "ΔI_several/ΔI_late"
KINDS = {"white": "white", "ar1": "AR(1) 0.9", "flicker": "1/f"}


def found(device: OrderedTrains, ammeter: Ammeter, generator: np.random.Generator) -> dict[str, Result]:
    """Compute the metric on one run."""
    return {result.symbol: result for result in TEMPORAL_ORDER.compute(device.run(generator, **ammeter))}


def ratios(ammeter: Ammeter, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the three ratios."""
    results = found(OrderedTrains(), ammeter, generator)
    return [compared(results[symbol], truth) for symbol, truth in zip(SYMBOLS, (5.0, 10.0, 0.9), strict=True)]


def blind(generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the ratio of a device that counts the lit pulses and not their place."""
    device = OrderedTrains(dict.fromkeys(OrderedTrains().left, 5e-9))
    return (compared(found(device, Ammeter(sigma=1e-10), generator)[SYMBOLS[0]], 1.0),)


def nothing_left(generator: np.random.Generator) -> Sequence[Comparison]:
    """Divide by a dark train that leaves nothing."""
    device = OrderedTrains({**OrderedTrains().left, (): 0.0})
    result = found(device, Ammeter(sigma=1e-9), generator)[SYMBOLS[1]]
    refused = result.estimate is None and "do not limit" in result.reason
    return (told("temporal_order", SYMBOLS[1], *(["refused"] if refused else [])),)


CASES = (
    *(
        Case(
            f"order_{kind}_{ratio}",
            GROUP,
            f"{words}, SNR {ratio}",
            partial(ratios, Ammeter(sigma=1e-8 / ratio, noise=kind, gain=0.01, offset=1e-10)),
            short=5,
        )
        for kind, words in KINDS.items()
        for ratio in (20, 100)
    ),
    Case("order_blind", GROUP, "the place does not matter", blind, short=5),
    Case("order_dark", GROUP, "a dark train leaves nothing", nothing_left, due=frozenset({"refused"}), short=5),
)
