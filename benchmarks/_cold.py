"""Cold processes in turn, each round compared with the baseline of the same round."""

import statistics
from collections.abc import Callable, Mapping


def cold_ratios(cases: Mapping[str, Callable[[], float]], baseline: str, rounds: int) -> dict[str, float]:
    """Print the median time of each case and give its ratio to the baseline; each case gives how long it took (s)."""
    found: dict[str, list[float]] = {name: [] for name in cases}
    for turn in range(rounds + 1):
        for name, case in cases.items():
            cost = case()
            if turn:  # the first round writes byte-code
                found[name].append(cost)
    ratios = {}
    for name, costs in found.items():
        paired = [own / bare for own, bare in zip(costs, found[baseline], strict=True)]
        ratios[name] = round(statistics.median(paired), 2)
        print(f"{name:<24}{1e3 * statistics.median(costs):>8.1f} ms   ratio {ratios[name]:.2f}")
    return ratios
