"""A crossbar of memristors, read and written: labkit's nodal solve against a dense one of the same network in numpy.

    python benchmarks/crossbar.py [--size 32] [--rounds 5]

The cells are those of the preset `halide_memristor`, 10 % apart, with 2 ohm of wire between them and 50 ohm at the
ends. `read`: one cell at 0.1 V while all other lines float; by hand, the conductances of wires and cells are put into
one dense matrix, which `numpy.linalg.solve` takes (without the small sinh of the cells, and without Newton's steps).
`pulse`: a write of 0.1 s at 0.5 V under V/2, whose steps are controlled; there is nothing by hand to compare it with.
Ratios are of processor time, labkit over by hand, median over the rounds.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable

import numpy as np
from labkit_sim.crossbar import CellDevice, MemristorCells, MemristorCrossbar, Scheme, Wires
from labkit_sim.devices import Memristor, MemristorPreset, read_preset

SEGMENT, CONTACT = 2.0, 50.0
READ, WRITE, WIDTH = 0.1, 0.5, 0.1


def crossbar(size: int) -> MemristorCrossbar:
    preset = read_preset("halide_memristor")
    assert isinstance(preset, MemristorPreset)
    cells: list[list[CellDevice]] = []
    for word in range(size):
        made = [preset.build_cell(size * word + bit, 0.1) for bit in range(size)]
        cells.append([cell for cell in made if isinstance(cell, Memristor)])
    return MemristorCrossbar(MemristorCells(cells), Wires(SEGMENT, SEGMENT, CONTACT, CONTACT))


def dense_read(conductances: np.ndarray) -> float:
    """The current of the cell in the corner farthest from both drivers, all other lines floating."""
    size = len(conductances)
    words = np.arange(size * size).reshape(size, size)
    bits = size * size + words
    matrix, right = np.zeros((2 * size * size, 2 * size * size)), np.zeros(2 * size * size)

    def join(first: np.ndarray, second: np.ndarray, conductance: np.ndarray) -> None:
        np.add.at(matrix, (first, first), conductance)
        np.add.at(matrix, (second, second), conductance)
        np.add.at(matrix, (first, second), -conductance)
        np.add.at(matrix, (second, first), -conductance)

    wire = np.full(size * (size - 1), 1 / SEGMENT)
    join(words[:, :-1].ravel(), words[:, 1:].ravel(), wire)
    join(bits[:-1].ravel(), bits[1:].ravel(), wire)
    join(words.ravel(), bits.ravel(), conductances.ravel())
    driver, end = words[0, 0], bits[-1, -1]
    matrix[driver, driver] += 1 / CONTACT
    matrix[end, end] += 1 / CONTACT
    right[driver] = READ / CONTACT
    return float(np.linalg.solve(matrix, right)[end] / CONTACT)


def timed(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    size = options.size
    made = crossbar(size)

    def read() -> float:
        return made.read(Scheme.FLOATING, 0, size - 1, READ).current

    by_hand = dense_read(made.conductances)
    assert abs(read() / by_hand - 1) < 0.01, "the two do not read the same cell"
    own, hand, pulses = [], [], []
    for _ in range(options.rounds):
        own.append(timed(read))
        hand.append(timed(lambda: dense_read(made.conductances)))
        written = crossbar(size)
        pulses.append(timed(lambda one=written: one.pulse(Scheme.HALF, 0, size - 1, WRITE, WIDTH)))
    reads, dense, pulse = (statistics.median(each) for each in (own, hand, pulses))
    print(f"read of {size} x {size}: {1e3 * reads:.1f} ms, dense {1e3 * dense:.1f} ms, ratio {reads / dense:.3f}")
    print(f"pulse on {size} x {size}: {1e3 * pulse:.0f} ms")
    print(json.dumps({"benchmark": "crossbar", "ratio": reads / dense, "read": reads, "pulse": pulse}))


if __name__ == "__main__":
    main()
