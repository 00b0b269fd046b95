"""In which order the values of a `for_each` happen, and their places as declared."""

import numpy as np

REFERENCE_POSITION = -1
"""The position of a reference value between the declared ones."""


def given_order(values: tuple[float, ...]) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Give the values as declared, and their positions."""
    return values, tuple(range(len(values)))


def random_order(values: tuple[float, ...], seed: int, index: int) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Shuffle values, the same way for the same seed and `index` (which shuffle of a program it is)."""
    positions = tuple(int(position) for position in np.random.default_rng([seed, index]).permutation(len(values)))
    return tuple(values[position] for position in positions), positions


def both_ways(values: tuple[float, ...]) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Give the values as declared and then back, each at its own position both times."""
    ordered, positions = given_order(values)
    return ordered + ordered[::-1], positions + positions[::-1]


def bracketed_order(
    values: tuple[float, ...], reference: float, every: int
) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Put the reference value first, after every `every` values and last, at position -1."""
    ordered, positions = [reference], [REFERENCE_POSITION]
    for start in range(0, len(values), every):
        chunk = values[start : start + every]
        ordered += [*chunk, reference]
        positions += [*range(start, start + len(chunk)), REFERENCE_POSITION]
    return tuple(ordered), tuple(positions)
