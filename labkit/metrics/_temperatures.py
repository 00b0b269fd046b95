"""At which temperature something was measured: the stays of a run at its temperatures, as the stage read them."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from labkit.core import FloatArray, Kind, Run
from labkit.metrics._metric import NotMeasured

BOLTZMANN = 8.617333262e-5
"""k_B in eV/K (CODATA 2018)."""


@dataclass(frozen=True, slots=True)
class Stay:
    """What was done at one temperature, from when it had settled until the next one was gone to.

    `readings` (K) are those of the stage meanwhile, `run` the part of the run that lies there; `way` is 1 for a
    temperature that was reached from below, -1 from above, 0 where neither can be told.
    """

    setpoint: float
    readings: FloatArray
    way: int
    run: Run

    def part(self, rows: "pd.Series[bool]") -> Run:
        """Give a part of the stay."""
        return replace(self.run, timeline=self.run.timeline[rows])

    @property
    def temperature(self) -> float:
        """The mean temperature (K)."""
        return float(np.mean(self.readings))

    @property
    def excursion(self) -> float:
        """The largest deviation of a reading from the mean (K)."""
        return float(np.max(np.abs(self.readings - self.temperature)))

    @property
    def inverse(self) -> float:
        """1/k_B T (1/eV)."""
        return 1 / (BOLTZMANN * self.temperature)


def stays(run: Run) -> tuple[Stay, ...]:
    """Cut a run at its temperatures, in order of time.

    Raises NotMeasured when the run went to no temperature.
    """
    rows = run.rows(Kind.TEMPERATURE).sort_values("begin")
    settled = rows[rows["end"] > rows["begin"]]
    if not len(settled):
        raise NotMeasured("the run went to no temperature", "run a protocol with the step `temperature` (P24)")
    begins, ends = settled["end"].to_numpy(np.float64), [*settled["begin"].to_numpy(np.float64)[1:], np.inf]
    setpoints = settled["level_requested"].to_numpy(np.float64)
    return tuple(
        Stay(
            float(setpoints[k]),
            _readings(rows, float(settled["level"].iloc[k]), float(begins[k]), float(ends[k])),
            _way(setpoints, k),
            _part(run, float(begins[k]), float(ends[k])),
        )
        for k in range(len(settled))
    )


def _readings(rows: pd.DataFrame, settled: float, begin: float, end: float) -> FloatArray:
    meanwhile = rows[(rows["begin"] >= begin) & (rows["end"] <= end) & (rows["begin"] == rows["end"])]
    found = meanwhile["level"].to_numpy(np.float64)
    return found if len(found) else np.array([settled])


def _part(run: Run, begin: float, end: float) -> Run:
    own = (run.timeline["begin"] >= begin) & (run.timeline["begin"] < end)
    return replace(run, timeline=run.timeline[own])


def _way(setpoints: FloatArray, k: int) -> int:
    """Tell from the temperature before or, at a turning point and at the start, from the one after."""
    if k > 0 and setpoints[k] != setpoints[k - 1]:
        return int(np.sign(setpoints[k] - setpoints[k - 1]))
    if k + 1 < len(setpoints):
        return int(np.sign(setpoints[k + 1] - setpoints[k]))
    return 0
