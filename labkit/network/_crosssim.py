"""Export to Sandia's CrossSim: lookup tables of the change by a pulse, for the update model of CrossSim 2.

CrossSim 3 has no update model: it gets the range and the read noise.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import stats

from labkit.core import FloatArray
from labkit.network._export import Export, Parameter, commented
from labkit.network._round_trip import RoundTrip, round_trip
from labkit.network._step_curve import StepCurve, fit_step_curve
from labkit.network._synapse import DOWN, UP, MeasuredSynapse

SOURCE = (
    "a pulse adds the table's mean change at the nearest conductance; its noise is the row of a uniform random number "
    "less that mean (CrossSim 2, numeric_params.py, dGLookupParams; Agarwal et al., IJCNN 2016)"
)
_COLUMNS, _ROWS = (101, 201, 401, 801, 1601), 33
_NAMES = {UP: "_dG_increasing.txt", DOWN: "_dG_decreasing.txt"}


@dataclass(frozen=True, slots=True)
class LookupTable:
    """Changes (S, rows x columns) by one pulse at conductances (S, columns), one row for each value of the CDF."""

    conductance: FloatArray
    cumulative: FloatArray
    change: FloatArray

    @property
    def mean(self) -> FloatArray:
        """The mean change (S) at each conductance, as CrossSim takes it: all rows but the last."""
        return np.asarray(np.sum(np.diff(self.cumulative)[:, None] * self.change[:-1], axis=0), float)

    @property
    def text(self) -> str:
        """The file: a line of words, the conductances, the values of the CDF, then the changes."""
        rows = [self.conductance, self.cumulative, *self.change]
        lines = [",".join(f"{value:.6e}" for value in row) for row in rows]
        return "conductance (S), then CDF, then change of conductance by one pulse (S)\n" + "\n".join(lines) + "\n"


def lookup_table(curve: StepCurve, direction: str, sigma: float, columns: int) -> LookupTable:
    """Give the table of one direction; the steps scatter normally with `sigma` (S).

    CrossSim averages all rows but the last, and draws the first and the last half as often as the others: with both of
    them at the mean, its average and its draws have the mean that was measured.
    """
    conductance = np.linspace(curve.lowest, curve.highest, columns)
    inner = stats.norm.ppf((np.arange(_ROWS - 2) + 0.5) / (_ROWS - 2))
    inner *= np.sqrt((_ROWS - 1) / np.sum(inner**2))
    scores = np.concatenate([[0.0], inner, [0.0]])
    change = curve.step(conductance, direction) + sigma * scores[:, None]
    return LookupTable(conductance, np.linspace(0, 1, _ROWS), change)


def simulate(table: LookupTable, direction: str, count: int) -> FloatArray:
    """Give the conductance (S) after 0 to `count` pulses, by the mean change at the nearest column."""
    mean, low, step = table.mean, table.conductance[0], table.conductance[1] - table.conductance[0]
    found = [table.conductance[0] if direction == UP else table.conductance[-1]]
    for _ in range(count):
        column = int((found[-1] - low) / step + 0.5)
        found.append(float(np.clip(found[-1] + mean[column], low, table.conductance[-1])))
    return np.array(found)


def crosssim_export(synapse: MeasuredSynapse) -> Export:
    """Give the lookup tables with the parameters that use them."""
    curve = fit_step_curve(synapse)
    tables, trip = _tables(synapse, curve)
    update, device = _update(synapse, curve), _device(synapse, curve)
    remarks = (
        *synapse.remarks,
        f"the tables hold straight pieces between {len(curve.nodes)} nodes, fitted to the averaged curves",
        "the tables begin and end at the ends of the measured range; CrossSim's own examples use a part of it "
        "(Gmin_relative, Gmax_relative)",
        "CrossSim 3 has no update model: there the range and the read noise alone serve",
    )
    text = _python(update, device, trip, remarks)
    return Export(
        "CrossSim",
        "DG_LOOKUP",
        SOURCE,
        (*update, *device),
        trip,
        remarks,
        text,
        tables={_NAMES[direction]: table.text for direction, table in tables.items()},
    )


def _tables(synapse: MeasuredSynapse, curve: StepCurve) -> tuple[dict[str, LookupTable], RoundTrip]:
    """Give tables with as few columns as agree with the curves: CrossSim takes the nearest one, which is coarse."""
    found = []
    for columns in _COLUMNS:
        tables = {
            direction: lookup_table(curve, direction, synapse.step_sigma[direction], columns)
            for direction in (UP, DOWN)
        }
        trip = round_trip(synapse, "CrossSim 2 DG_LOOKUP", partial(_simulate, tables))
        if trip.accepted:
            return tables, trip
        found.append((tables, trip))
    return min(found, key=lambda pair: pair[1].rms)


def _simulate(tables: Mapping[str, LookupTable], direction: str, count: int) -> FloatArray:
    return simulate(tables[direction], direction, count)


def _update(synapse: MeasuredSynapse, curve: StepCurve) -> tuple[Parameter, ...]:
    noise = synapse.read_sigma / (curve.highest - curve.lowest)
    lookup = "numeric_params.dG_lookup."
    return (
        Parameter("numeric_params.update_model", "DG_LOOKUP", "CrossSim 2"),
        Parameter(f"{lookup}file_increasing", f"$stem{_NAMES[UP]}", "table of potentiation"),
        Parameter(f"{lookup}file_decreasing", f"$stem{_NAMES[DOWN]}", "table of depression"),
        Parameter(f"{lookup}Gmin_relative", 0.0, "the whole table is used"),
        Parameter(f"{lookup}Gmax_relative", 1.0, "the whole table is used"),
        Parameter("numeric_params.read_noise.sigma", noise, "of the range; noise of a read as measured"),
        Parameter("numeric_params.read_noise.proportional", False, "added noise"),
    )


def _device(synapse: MeasuredSynapse, curve: StepCurve) -> tuple[Parameter, ...]:
    bounded = curve.lowest > 0
    highest = 1 / curve.lowest if bounded else 1e3 / curve.highest
    return (
        Parameter("xbar.device.Rmin", 1 / curve.highest, "ohm, CrossSim 3"),
        Parameter("xbar.device.Rmax", highest, "ohm" if bounded else "ohm; the lowest conductance was not above 0"),
        Parameter("xbar.device.infinite_on_off_ratio", not bounded, ""),
        Parameter("xbar.device.read_noise.enable", synapse.read_sigma > 0, ""),
        Parameter("xbar.device.read_noise.model", "NormalIndependentDevice", ""),
        Parameter("xbar.device.read_noise.magnitude", synapse.read_sigma / curve.highest, "of the highest conductance"),
    )


def _python(
    update: tuple[Parameter, ...], device: tuple[Parameter, ...], trip: RoundTrip, remarks: tuple[str, ...]
) -> str:
    head = commented(["A measured synapse for CrossSim. Round trip:", *trip.words, "Remarks:", *remarks], "#")
    first = "".join(f"    params.{one.name} = {one.value!r}{_because(one)}\n" for one in update)
    second = "".join(f"    params.{one.name} = {one.value!r}{_because(one)}\n" for one in device)
    return (
        f"{head}\n\ndef set_update(params):\n"
        '    """Set the update model and the read noise of CrossSim 2 on its parameters."""\n'
        f'{first}\n\ndef set_device(params):\n    """Set the range and the read noise of CrossSim 3."""\n{second}'
    )


def _because(one: Parameter) -> str:
    return f"  # {one.meaning}" if one.meaning else ""
