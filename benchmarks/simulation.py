"""A long pulse train on a simulated device: labkit's compiled train against a numba loop written by hand.

    python benchmarks/simulation.py [--pulses 1000000] [--rounds 9]

The same physics and the same random draws in both: for the memristor +-0.5 V pulses of 100 ms, each followed by a
read, on the five populations of the preset `halide_memristor`; for the phototransistor 1 s light pulses, each
followed by 1 s of darkness, on the traps and the sensitisation of `heterojunction_phototransistor`. The loops by hand
know nothing else: no current limit, no gate, no order of segments but this one. Before the clock starts both have run
once (compilation) and their states after each pulse were compared. Cases are interleaved; ratios are of pulses per
second, labkit over by hand, median and range over the rounds; labkit keeps the state at every edge, the loops by hand
after each pulse. `stepped` is one device followed edge by edge from Python, as a virtual bench does.
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
    Memristor,
    MemristorPreset,
    Phototransistor,
    PhototransistorPreset,
    Segment,
    Stimulus,
    read_preset,
    simulate_train,
)

READ = 0.1
WIDTH, REST = 0.1, 1.0
LIGHT, DARK = 1.0, 1.0
STEPPED_PULSES = 2000


@numba.njit
def memristor_by_hand(cycles, factors, shares, losses, efficiencies, lowest, up, down, result):
    """Populations with soft bounds; the conductance after the read that follows each pulse."""
    kinds = len(shares)
    levels = np.zeros(kinds)
    kept = np.exp(-losses * REST)
    for pulse in range(2 * cycles):
        speed = factors[pulse] * (up if pulse % 2 == 0 else down)
        conductance = lowest
        for k in range(kinds):
            move = speed * efficiencies[k]
            rate = move + losses[k]
            target = move / rate if pulse % 2 == 0 else 0.0
            levels[k] = (target + (levels[k] - target) * exp(-rate * WIDTH)) * kept[k]
            conductance += shares[k] * levels[k]
        result[pulse] = conductance


@numba.njit
def phototransistor_by_hand(pulses, factors, captures, full, emissions, activation, loss, gain, result):
    """Traps that fill and empty, and the sites that light opens; the threshold shift after each light pulse."""
    traps = len(captures)
    shifts, z = np.zeros(traps), 0.0
    kept, kept_z = np.exp(-emissions * DARK), exp(-loss * DARK)
    for pulse in range(pulses):
        active = factors[pulse] * activation
        relaxation = active + loss
        steady = active / relaxation
        faded = exp(-relaxation * LIGHT)
        total = 0.0
        for k in range(traps):
            capture = factors[pulse] * captures[k]
            rate = capture / full[k] + emissions[k]
            kept_shift = exp(-rate * LIGHT)
            target = capture * (1 + gain * steady) / rate
            opened = capture * gain * (z - steady) * (kept_shift - faded) / (relaxation - rate)
            shifts[k] = target + (shifts[k] - target) * kept_shift + opened
            total += shifts[k]
            shifts[k] *= kept[k]
        z = (steady + (z - steady) * faded) * kept_z
        result[pulse] = total


@dataclass(frozen=True)
class Case:
    """One model: the train by hand and by labkit (pulses to the states to compare), and one pulse from Python."""

    by_hand: Callable[[int], np.ndarray]
    by_labkit: Callable[[int], np.ndarray]
    stepped: Callable[[int], object]


def draw(variation: float, count: int) -> np.ndarray:
    shape = variation**-2
    return np.random.default_rng(1).gamma(shape, 1 / shape, count)


def memristor_case() -> Case:
    preset = read_preset("halide_memristor")
    assert isinstance(preset, MemristorPreset)
    parameters = preset.parameters
    shares, lifetimes, efficiencies = (
        np.array(column)
        for column in zip(
            *((part.conductance, part.lifetime, part.efficiency) for part in parameters.populations), strict=True
        )
    )
    up, down = parameters.potentiation.at(0.5), parameters.depression.at(-0.5)
    segments = [
        (Stimulus({"top": Drive(level, 1e-3)}), duration)
        for level, duration in ((0.5, WIDTH), (READ, REST), (-0.5, WIDTH), (READ, REST))
    ]

    def by_hand(pulses: int) -> np.ndarray:
        result = np.empty(pulses)
        factors = draw(parameters.variation, pulses)
        memristor_by_hand(
            pulses // 2,
            factors,
            shares,
            1 / lifetimes,
            efficiencies,
            parameters.lowest_conductance,
            up,
            down,
            result,
        )
        return result

    def by_labkit(pulses: int) -> np.ndarray:
        return simulate_train(Memristor(parameters, seed=1), segments, pulses // 2).edges[2::2]

    return Case(by_hand, by_labkit, lambda pulses: stepped(Memristor(parameters, seed=1), segments, pulses // 2))


def phototransistor_case() -> Case:
    preset = read_preset("heterojunction_phototransistor")
    assert isinstance(preset, PhototransistorPreset)
    parameters, drives = preset.parameters, {"drain": Drive(READ, 1e-3), "gate": Drive(0.0)}
    moved = Phototransistor(parameters).course(0.0, parameters.absorbed({455e-9: 1.0}))
    segments = [(Stimulus(drives, {455e-9: 1.0}), LIGHT), (Stimulus(drives), DARK)]

    def by_hand(pulses: int) -> np.ndarray:
        result = np.empty(pulses)
        factors = draw(parameters.variation, pulses)
        full, emissions = (np.array([trap.full_shift for trap in parameters.traps]), np.zeros(len(parameters.traps)))
        emissions += [1 / trap.lifetime for trap in parameters.traps]
        sites = parameters.sensitisation
        phototransistor_by_hand(
            pulses,
            factors,
            np.array(moved.captures),
            full,
            emissions,
            moved.activation,
            1 / sites.lifetime,
            sites.gain,
            result,
        )
        return result

    def by_labkit(pulses: int) -> np.ndarray:
        return simulate_train(Phototransistor(parameters, seed=1), segments, pulses).edges[1::2]

    return Case(by_hand, by_labkit, lambda pulses: stepped(Phototransistor(parameters, seed=1), segments, pulses))


def stepped(device: Memristor | Phototransistor, segments: list[Segment], cycles: int) -> None:
    at_end = np.array([0.5])
    for _ in range(cycles):
        for stimulus, duration in segments:
            device.trace(stimulus, at_end)
            device.advance(stimulus, duration)


def cost(run: Callable[[int], object], pulses: int) -> float:
    begin = time.perf_counter()
    run(pulses)
    return (time.perf_counter() - begin) / pulses


def measure(case: Case, pulses: int, rounds: int) -> dict[str, list[float]]:
    np.testing.assert_allclose(case.by_labkit(1000), case.by_hand(1000), rtol=1e-9)
    costs: dict[str, list[float]] = {"by hand": [], "labkit": [], "stepped": []}
    for turn in range(rounds):
        runs = [("by hand", case.by_hand), ("labkit", case.by_labkit)]
        for name, run in runs[:: 1 if turn % 2 else -1]:
            costs[name].append(cost(run, pulses))
        costs["stepped"].append(cost(case.stepped, STEPPED_PULSES))
    return costs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pulses", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    print(f"{options.pulses} pulses; median of {options.rounds} interleaved rounds\n")
    print(f"{'model':<18}{'by hand':>10}{'labkit':>10}{'stepped':>10}   ns a pulse; speed of labkit / by hand")
    summary: dict[str, float] = {}
    for name, case in (("memristor", memristor_case()), ("phototransistor", phototransistor_case())):
        costs = measure(case, options.pulses, options.rounds)
        ratios = [raw / own for raw, own in zip(costs["by hand"], costs["labkit"], strict=True)]
        summary[name] = round(statistics.median(ratios), 3)
        shown = "".join(f"{1e9 * statistics.median(costs[each]):>10.0f}" for each in ("by hand", "labkit", "stepped"))
        print(f"{name:<18}{shown}   {summary[name]:.2f} ({min(ratios):.2f}-{max(ratios):.2f})")
    print("\n" + json.dumps({"benchmark": "simulation", "pulses": options.pulses, "ratios": summary}))


if __name__ == "__main__":
    main()
