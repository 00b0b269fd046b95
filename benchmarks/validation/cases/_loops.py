"""M26 to M29: on/off ratio, switching voltage, hysteresis and memory window of closed loops."""

from collections.abc import Sequence
from functools import lru_cache, partial

import numpy as np

from benchmarks.validation import Case, Comparison, Group, compared, seen, share_beyond, told
from benchmarks.validation.generators import Memristor, make_loops
from labkit.core import Estimate, Interval
from labkit.metrics._hysteresis_index import hysteresis_indices
from labkit.metrics._loop_mesh import mesh
from labkit.metrics._memory_window import memory_windows, windows
from labkit.metrics._on_off_ratio import States
from labkit.metrics._switching_voltage import find_jump, switching_voltages

RATIO = Group(
    "M26",
    "On/off ratio",
    "10 cycles, on 10 µA and off 0.1 µA with a log-normal scatter of 20, 2 and 5 %, an offset drawn up to 0, 10, 3 nA.",
    "coverage 93 to 97 %.",
)
SWITCHING = Group(
    "M27",
    "Switching voltages",
    "50 loops in steps of 20 mV, logistic jumps at 0.6 and −0.5 V that scatter by 8 % from cycle to cycle; the jump of "
    "a single loop at a voltage drawn within a step.",
    "a jump found within half a step; coverage of the median 93 to 97 %; a resistor never switches.",
)
HYSTERESIS = Group(
    "M28",
    "Hysteresis index",
    "10 loops at 1 V/s of a device that changes gradually, states that scatter by 10 %; truth from 2000 loops; an RC "
    "loop of 3 nF.",
    "coverage 93 to 97 %; the RC loop told as one.",
)
WINDOW = Group("M29", "Memory window", "the same loops; truth from 2000.", "coverage 93 to 97 %.")
GRADUAL = Memristor(on=1e-5, width=0.1, scatter=0.1)


def ratio(scatter: float, offset: float, generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare a ratio of 100."""
    on, off = (size * np.exp(scatter * generator.standard_normal(10)) for size in (1e-5, 1e-7))
    shift = generator.uniform(-offset, offset)
    return (seen("on_off_ratio", "on/off", 100.0, States(0.1, on + shift, off + shift, offset).ratio),)


def median(generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the medians over 50 loops."""
    device = Memristor(scatter=0.08, set_voltage=0.6, reset_voltage=0.5)
    forward, backward = switching_voltages(make_loops(device, generator, {1.0: 50}, sigma=1e-8))
    return (compared(forward, 0.6), compared(backward, -0.5))


def jump(generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the jump of one loop, anywhere within a step."""
    truth = float(generator.uniform(0.5, 0.7))
    device = Memristor(set_voltage=truth, width=float(10 ** generator.uniform(-4, -2.7)))
    found = find_jump(make_loops(device, generator, {1.0: 1}, sigma=1e-9).loops[0].sides[1].forward, 1)
    claims = None if found is None else Estimate(found.voltage, 0.0, Interval(-np.inf, np.inf), unit="V")
    return (seen("switching_voltage", "V of one jump", truth, claims),)


def resistor(generator: np.random.Generator) -> Sequence[Comparison]:
    """Tell what is told of a resistor."""
    device = Memristor(on=1e-6, off=1e-6)
    sigma = float(10 ** generator.uniform(-9, -6))
    results = switching_voltages(make_loops(device, generator, {1.0: 50}, sigma=sigma))
    return [
        told("switching_voltage", each.symbol, *(["gradual"] if "gradual" in each.reason else [])) for each in results
    ]


def capacitor(generator: np.random.Generator) -> Sequence[Comparison]:
    """Tell what is told of an RC loop."""
    device = Memristor(on=1e-7, off=1e-7, capacitance=3e-9)
    sigma = 3e-9 * float(generator.uniform(0.01, 0.3))
    results = hysteresis_indices(make_loops(device, generator, {1.0: 10, 0.1: 5}, sigma=sigma))
    return [told("hysteresis_index", each.symbol, *_found("capacitor", each.reason)) for each in results]


def _found(word: str, reason: str) -> tuple[str, ...]:
    return (word,) if word in reason else ()


@lru_cache
def truths() -> tuple[float, float]:
    """Give index and window of the gradual device, from 2000 loops without noise."""
    many = make_loops(GRADUAL, np.random.default_rng(280), {1.0: 2000})
    found = mesh(many, 1, 1.0)
    assert found is not None
    return float(np.mean(found.index())), float(np.nanmean(windows(many.sides(1))))


def loop(generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the index of the positive polarity."""
    loops = make_loops(GRADUAL, generator, {1.0: 10, 0.1: 5}, sigma=1e-8, offset=2e-8)
    return (compared(hysteresis_indices(loops)[0], truths()[0]),)


def window(generator: np.random.Generator) -> Sequence[Comparison]:
    """Compare the window of the positive polarity."""
    loops = make_loops(GRADUAL, generator, {1.0: 10, 0.1: 5}, sigma=1e-8, offset=2e-8)
    return (compared(memory_windows(loops)[0], truths()[1]),)


CASES = (
    *(
        Case(
            f"on_off_{100 * scatter:.0f}",
            RATIO,
            f"scatter {scatter:.0%}, offset up to {offset * 1e9:.0f} nA",
            partial(ratio, scatter, offset),
            short=60,
        )
        for scatter, offset in ((0.2, 0.0), (0.02, 1e-8), (0.05, 3e-9))
    ),
    Case(
        "switching_jump",
        SWITCHING,
        "one loop",
        jump,
        judged=frozenset(),
        limits=(share_beyond("V of one jump", 0.01, 0.0),),
        short=60,
    ),
    Case("switching_median", SWITCHING, "50 loops", median, short=3),
    Case("switching_resistor", SWITCHING, "a resistor, noisy", resistor, due=frozenset({"gradual"}), short=3),
    Case("hysteresis", HYSTERESIS, "10 loops", loop, short=20),
    Case("hysteresis_capacitor", HYSTERESIS, "RC loop", capacitor, due=frozenset({"capacitor"}), short=40),
    Case("memory_window", WINDOW, "10 loops", window, short=12),
)
