"""An array of memristors under LTP/LTD, and a long endurance run: labkit's trains against numba loops written by hand.

    python benchmarks/arrays.py [--cycles 1000000] [--rounds 9]

`array`: 32 x 32 cells of the preset `halide_memristor`, 10 % apart, each taken through 100 pulses of potentiation and
100 of depression, a read after each; labkit as the loop keeps the conductance after each read. `endurance`: one cell of
the preset `worn_memristor` with a lifetime of half the cycles and a window that narrows, switched and read over and
over. The loops by hand have the same physics, the same parameters and as many random draws of the same kind, and know
nothing else: no current limit, no resistance, no thresholds that differ, no order of segments but this one; each cell's
parameters lie ready in arrays for both. Before the clock starts both have run once (compilation) and their states after
each pulse were compared, with the same draws. Cases are interleaved, one thread each; ratios are of pulses a second of
processor time (an array takes some 10 ms: the clock on the wall would tell who else is at work), labkit over by hand,
median and range over the rounds.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import exp

import numba
import numpy as np
from labkit_sim.devices import (
    Drive,
    Endurance,
    Memristor,
    MemristorArray,
    MemristorParameters,
    MemristorPreset,
    Segment,
    Stimulus,
    read_preset,
)

CELLS, PULSES = 1024, 100
LEVEL, READ = 0.5, 0.1
WIDTH, REST = 0.1, 1.0


@numba.njit
def array_by_hand(pulses, factors, lowest, shares, losses, efficiencies, up, down, result):
    """Cell by cell: populations with soft bounds; the conductance after the read that follows each pulse."""
    cells, kinds = shares.shape
    kept = np.exp(-losses * REST)
    levels = np.empty(kinds)
    for cell in range(cells):
        levels[:] = 0.0
        for pulse in range(2 * pulses):
            rises = pulse < pulses
            speed = factors[cell, pulse] * (up[cell] if rises else down[cell])
            conductance = lowest[cell]
            for k in range(kinds):
                move = speed * efficiencies[k]
                rate = move + losses[k]
                target = move / rate if rises else 0.0
                levels[k] = (target + (levels[k] - target) * exp(-rate * WIDTH)) * kept[k]
                conductance += shares[cell, k] * levels[k]
            result[cell, pulse] = conductance


@numba.njit
def endurance_by_hand(cycles, factors, lowest, shares, losses, efficiencies, up, down, failure, narrowing, result):
    """One cell that gets stuck in its high state at a cycle, its resets weaker and weaker until then."""
    kinds = len(shares)
    levels = np.zeros(kinds)
    kept = np.exp(-losses * REST)
    for write in range(2 * cycles):
        rises, cycle = write % 2 == 0, write // 2 + 1
        speed = factors[write] * (up if rises else down)
        if not rises:
            speed *= 0.0 if cycle >= failure else exp(-cycle / narrowing)
        conductance = lowest
        for k in range(kinds):
            move = speed * efficiencies[k]
            rate = move + losses[k]
            target = move / rate if rises else 0.0
            levels[k] = (target + (levels[k] - target) * exp(-rate * WIDTH)) * kept[k]
            conductance += shares[k] * levels[k]
        result[write] = conductance


@dataclass(frozen=True)
class Case:
    """A run by hand and by labkit, a check that both find the same states after each pulse, and how many pulses."""

    by_hand: Callable[[], object]
    by_labkit: Callable[[], object]
    check: Callable[[], None]
    pulses: int


def parameters_of(name: str) -> MemristorParameters:
    preset = read_preset(name)
    assert isinstance(preset, MemristorPreset)
    return preset.parameters


def held(level: float, duration: float) -> Segment:
    return Stimulus({"top": Drive(level, 1e-3)}), duration


def draw(variation: float, *shape: int) -> np.ndarray:
    return np.random.default_rng(1).gamma(variation**-2, variation**2, shape)


def kinds_of(parameters: MemristorParameters) -> list[np.ndarray]:
    parts = parameters.populations
    return [np.array([getattr(part, name) for part in parts]) for name in ("conductance", "lifetime", "efficiency")]


def array_case() -> Case:
    base = parameters_of("halide_memristor").model_copy(update={"device_variation": 0.1})
    drawn = [base.varied(np.random.default_rng(seed)) for seed in range(CELLS)]
    shares, lifetimes, efficiencies = (np.array(column) for column in zip(*map(kinds_of, drawn), strict=True))
    constants = (
        np.array([one.lowest_conductance for one in drawn]),
        shares,
        1 / lifetimes[0],
        efficiencies[0],
        np.array([one.potentiation.at(LEVEL) for one in drawn]),
        np.array([one.depression.at(-LEVEL) for one in drawn]),
    )

    def array(seed: int | None = None) -> MemristorArray:
        return MemristorArray([Memristor(one, seed=number) for number, one in enumerate(drawn)], seed)

    def through(cells: MemristorArray) -> list[np.ndarray]:
        return [cells.train([held(level, WIDTH), held(READ, REST)], PULSES, keep=[1]) for level in (LEVEL, -LEVEL)]

    def by_hand(factors: np.ndarray | None = None) -> np.ndarray:
        factors = draw(base.variation, CELLS, 2 * PULSES) if factors is None else factors
        result = np.empty((CELLS, 2 * PULSES))
        array_by_hand(PULSES, factors, *constants, result)
        return result

    def check() -> None:
        draws = np.array([cell.efficiency.take_many(2 * PULSES) for cell in array().devices])
        states = np.hstack([edges[:, 1:] for edges in through(array())])
        np.testing.assert_allclose(states, by_hand(draws), rtol=1e-9)

    cells = array(seed=1)
    return Case(by_hand, lambda: through(cells), check, 2 * PULSES * CELLS)


def endurance_case(cycles: int) -> Case:
    endurance = Endurance(lifetime=cycles / 2, shape=1.5, narrowing=2 * cycles)
    parameters = parameters_of("worn_memristor").model_copy(update={"endurance": endurance})
    shares, lifetimes, efficiencies = kinds_of(parameters)
    up, down = parameters.potentiation.at(LEVEL), parameters.depression.at(-LEVEL)
    constants = (parameters.lowest_conductance, shares, 1 / lifetimes, efficiencies, up, down)
    failure = Memristor(parameters, seed=1).wear.failure
    segments = [held(LEVEL, WIDTH), held(READ, REST), held(-LEVEL, WIDTH), held(READ, REST)]

    def by_hand() -> np.ndarray:
        factors, result = draw(parameters.variation, 2 * cycles), np.empty(2 * cycles)
        endurance_by_hand(cycles, factors, *constants, failure, endurance.narrowing, result)
        return result

    def by_labkit() -> np.ndarray:
        return MemristorArray([Memristor(parameters, seed=1)]).train(segments, cycles, keep=[1, 3])[0, 1:]

    return Case(by_hand, by_labkit, lambda: np.testing.assert_allclose(by_labkit(), by_hand(), rtol=1e-9), 2 * cycles)


def cost(run: Callable[[], object]) -> float:
    begin = time.process_time()
    run()
    return time.process_time() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cycles", type=int, default=1_000_000, help="of the endurance run")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    print(f"median of {options.rounds} interleaved rounds\n")
    print(f"{'case':<12}{'by hand':>10}{'labkit':>10}   ns a pulse; speed of labkit / by hand")
    summary: dict[str, float] = {}
    for name, case in (("array", array_case()), ("endurance", endurance_case(options.cycles))):
        case.check()
        spent: dict[str, list[float]] = {"by hand": [], "labkit": []}
        for turn in range(options.rounds):
            runs = [("by hand", case.by_hand), ("labkit", case.by_labkit)]
            for which, run in runs[:: 1 if turn % 2 else -1]:
                spent[which].append(cost(run))
        ratios = [raw / own for raw, own in zip(spent["by hand"], spent["labkit"], strict=True)]
        summary[name] = round(statistics.median(ratios), 3)
        shown = "".join(f"{1e9 * statistics.median(spent[each]) / case.pulses:>10.0f}" for each in spent)
        print(f"{name:<12}{shown}   {summary[name]:.2f} ({min(ratios):.2f}-{max(ratios):.2f})")
    print("\n" + json.dumps({"benchmark": "arrays", "cycles": options.cycles, "ratios": summary}))


if __name__ == "__main__":
    main()
