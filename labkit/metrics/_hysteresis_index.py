"""M28: hysteresis index of a current-voltage loop, swept over rates, capacitive loops told apart."""

from collections.abc import Sequence

import numpy as np

from labkit.core import Curve, Estimate, Flag, Result, Run
from labkit.metrics._loop_mesh import Mesh, capacitance, meshes_of
from labkit.metrics._loops import POLARITY_NAMES, Loops, read_loops, same_rate
from labkit.metrics._metric import Metric
from labkit.metrics._outcome import outcome
from labkit.metrics._statistics import repeats_mean, unlimited_estimate

MINIMUM_CYCLES = 5
MINIMUM_RATES = 2
_NAME = "hysteresis_index"
_METHOD = (
    "areas by trapezoids over |V|, backward branch interpolated at the voltages of the forward one; the sign of the "
    "difference is that of the mean loop, so that noise adds no area; mean over cycles with Student's t and the "
    "ammeter's offset; the difference in loops marked dummy taken off"
)


def hysteresis_indices(loops: Loops) -> tuple[Result, ...]:
    """Give the index of each polarity at the main rate, with its course over the rates."""
    meshes = meshes_of(loops)
    capacitor = capacitance([each for found in meshes.values() for each in found])
    return tuple(_hysteresis(loops, polarity, found, capacitor) for polarity, found in meshes.items())


def _hysteresis(loops: Loops, polarity: int, meshes: Sequence[Mesh], capacitor: float | None) -> Result:
    main = next(each for each in meshes if same_rate(each.rate, loops.main_rate))
    flags: set[Flag] = set()
    reasons = []
    if len(meshes) < MINIMUM_RATES:
        flags.add(Flag.REPEATS)
        reasons.append("one ramp rate says nothing of the kind of hysteresis: sweep two rates or more")
    if len(main.forward) < MINIMUM_CYCLES:
        flags.add(Flag.REPEATS)
    if any(loop.saturated for loop in loops.loops):
        flags.add(Flag.SATURATED)
    if capacitor is not None:
        flags.add(Flag.MODEL)
        reasons.append(f"the loop is that of a capacitor of {capacitor:.3g} F: displacement current, no memory")
    by_rate = {each.rate: each.estimate(loops.offset) for each in meshes if np.isfinite(each.rate)}
    variants = {f"at {rate:g} V/s": estimate for rate, estimate in by_rate.items()}
    variants["signed_area"] = _signed_area(main)
    variants["branch_ratio"] = _branch_ratio(main)
    return outcome(
        _NAME,
        f"M28.{POLARITY_NAMES[polarity]}/1",
        "HI₊" if polarity > 0 else "HI₋",
        None if capacitor is not None else main.estimate(loops.offset),
        "1",
        _METHOD,
        flags=flags,
        reason="; ".join(reasons),
        at=loops.at(),
        counts={"cycle": len(main.forward), "rate": len(meshes)},
        variants=variants,
        notes=_notes(loops, polarity, main),
        curves=_curves(main, by_rate),
    )


def _notes(loops: Loops, polarity: int, main: Mesh) -> dict[str, str]:
    notes = {"dummy": "taken off" if loops.dummy_sides(polarity, main.rate) else "no loop of a dummy resistor"}
    if any(bool(np.any(side.forward.limited)) for side in loops.sides(polarity)):
        notes["compliance"] = "part of the loop was at the current limit"
    return notes


def _signed_area(each: Mesh) -> Estimate:
    """Signed area over the sum of the areas: the direction of the loop."""
    area = np.trapezoid(np.abs(each.backward) + np.abs(each.forward), each.voltage, axis=1)
    gap = np.trapezoid(np.abs(each.forward + each.difference) - np.abs(each.forward), each.voltage, axis=1)
    return repeats_mean(gap / area)


def _branch_ratio(each: Mesh) -> Estimate:
    """I_bwd / I_fwd at half the stop voltage."""
    index = int(np.searchsorted(each.voltage, each.voltage[-1] / 2))
    there = each.forward[:, index] != 0
    if not np.any(there):
        return unlimited_estimate(float("nan"))
    return repeats_mean(each.backward[there, index] / each.forward[there, index])


def _curves(main: Mesh, by_rate: dict[float, Estimate]) -> tuple[Curve, ...]:
    branches = []
    for name, rows in (("forward", main.forward), ("backward", main.backward)):
        spread = np.std(rows, axis=0, ddof=1) / np.sqrt(len(rows)) if len(rows) > 1 else None
        voltage = main.polarity * main.voltage
        mean = np.mean(rows, axis=0)
        branches.append(Curve(name, voltage, mean, "voltage", "V", "current", "A", y_uncertainty=spread))
    if not by_rate:
        return tuple(branches)
    rates = np.array(sorted(by_rate))
    values = np.array([by_rate[rate].value for rate in rates])
    doubt = np.array([by_rate[rate].uncertainty for rate in rates])
    course = Curve(
        "index over ramp rate",
        rates,
        values,
        "ramp rate",
        "V/s",
        "hysteresis index",
        "1",
        y_uncertainty=doubt if np.all(np.isfinite(doubt)) else None,
        log_x=True,
    )
    return (*branches, course)


def _compute(run: Run) -> tuple[Result, ...]:
    return hysteresis_indices(read_loops(run))


HYSTERESIS_INDEX = Metric(
    name=_NAME,
    definition="M28/1",
    title="Hysteresis index",
    unit="1",
    formula="HI = ∫|I_bwd - I_fwd| dV / ∫(|I_bwd| + |I_fwd|) dV, per polarity, 0 to 1",
    description=(
        "At the main ramp rate, with its course over the rates; one rate alone gives no value. A loop whose branches "
        "differ by 2 C dV/dt at every voltage and rate is that of a capacitor and has no index."
    ),
    requires=("ramps marked loop at two rates or more (P15)", "loops marked dummy of a resistor, if there are"),
    reference="metric standard M28; Habisreutinger 2018",
    compute=_compute,
)
