"""Sneak paths: how much of what a crossbar's cells read may have crept through other cells, on lines that float."""

from collections.abc import Mapping

import numpy as np

from labkit.core import Estimate, Flag, FloatArray, Interval, Result
from labkit.metrics._check_read import HALF, MOST_LEAKAGE
from labkit.metrics._metric import NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._set_metric import DeviceSet, MeasuredDevice, SetMetric

_NAME = "sneak_paths"
_METHOD = (
    "for each cell the larger of two sums of currents at half the read voltage, of the others on its word line and of "
    "those on its bit line, over its own current at the read voltage"
)


def sneak_paths(devices: DeviceSet) -> tuple[Result, ...]:
    """Bound what creeps into the reads of a crossbar whose lines float but for those of the cell that is read.

    All of it flows through other cells of the word line and then through other cells of the bit line. Their voltages
    add up to no more than the read voltage, so at one of both places stands half of it or less, and there no more
    flows than those cells conduct at half the read voltage; what they were found to conduct then is itself too much,
    if anything. This holds for cells of any conduction that grows with the voltage, alike in both directions. Raises
    NotMeasured when the cells are no full crossbar read at both voltages.
    """
    cells = {_place(device): _conductances(device) for device in devices}
    full, half = _grid(cells, 0), _grid(cells, 1)
    rows = np.sum(half, axis=1, keepdims=True) - half
    columns = np.sum(half, axis=0, keepdims=True) - half
    shares = np.ones(full.shape)
    np.divide(np.maximum(rows, columns) / 2, full, out=shares, where=full > 0)
    shares = np.minimum(shares, 1.0)
    above = int(np.sum(shares > MOST_LEAKAGE))
    value, worst = float(np.median(shares)), float(np.max(shares))
    return (
        outcome(
            _NAME,
            "sneak_paths/1",
            "sneak",
            None if above else Estimate(value, 0.0, Interval(0.0, worst), np.inf, "1"),
            "1",
            _METHOD,
            flags={Flag.LEAKAGE} if above else set(),
            bound=Interval(0.0, worst) if above else None,
            counts={"device": shares.size},
            notes={
                "falsified": f"{above} of {shares.size} cells may be read too large by more than {MOST_LEAKAGE:.0%}"
            },
        ),
    )


def _place(device: MeasuredDevice) -> tuple[int, int]:
    row, column = device.sample.row, device.sample.column
    if row is None or column is None:
        raise NotMeasured(
            f"it is not told in which row and column {device.sample.device} is", "name cells r1c1, r1c2, ..."
        )
    return row, column


def _conductances(device: MeasuredDevice) -> tuple[float, float]:
    """Give a cell's conductances (S) at the read voltage, 0 for one in the noise, and at half of it."""
    found = device.result("check_read", "G_check")
    if found is None or HALF not in found.variants:
        raise NotMeasured(
            f"{device.sample.device} has no reads within the range that are marked check and half",
            "run the protocol crossbar_read on all cells, with a compliance and a current_range above their currents",
        )
    return (found.estimate.value if found.estimate is not None else 0.0), abs(found.variants[HALF].value)


def _grid(cells: Mapping[tuple[int, int], tuple[float, float]], which: int) -> FloatArray:
    rows, columns = (sorted({place[axis] for place in cells}) for axis in (0, 1))
    if len(rows) * len(columns) != len(cells) or len(cells) < 2:
        raise NotMeasured(
            f"{len(cells)} cells are no full crossbar", "read the cells at all crossings of some rows and columns"
        )
    return np.array([[cells[row, column][which] for column in columns] for row in rows])


SNEAK_PATHS = SetMetric(
    name=_NAME,
    definition="sneak_paths/1",
    title="Sneak paths of a crossbar",
    unit="1",
    formula="share ≤ max(Σ_row I(V_R/2), Σ_column I(V_R/2)) / I(V_R), the cell's own current left out of the sums",
    description=(
        "What part of a cell's reading may have crept through other cells, when all lines but its own float: an upper "
        "bound from reads at half the voltage, for cells of any conduction that is alike in both directions. The value "
        "is the median over the cells, its interval reaches from nothing to the worst cell. LEAK: for some cell it may "
        "be more than a tenth, and only the worst cell's bound is given."
    ),
    requires=("all cells of a crossbar, read at the read voltage (check) and at half of it (half)",),
    reference="asked for without a number by the review of the field (Nano-Micro Lett. 2026, 18:246)",
    compute=sneak_paths,
)
