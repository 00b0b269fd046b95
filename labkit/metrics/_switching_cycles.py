"""Endurance cycles of a run: both states of every cycle, and cycles that nobody read (P16)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from labkit.core import FloatArray, IntArray, Kind, Run, SampleStatus
from labkit.metrics._metric import NotMeasured
from labkit.metrics._stimuli import response_terminal
from labkit.metrics._windows import Trace, trace_of

BoolArray = npt.NDArray[np.bool_]
STATES = ("lrs", "hrs")
PULSES = ("set", "reset")


@dataclass(frozen=True, slots=True)
class SwitchingCycles:
    """The cycles of which both states were read, in order.

    `numbers` count cycles from 1, also those that were not read; `low` and `high` are the conductances (S) of the low-
    and the high-resistance state: infinite where the reading was beyond the range, NaN where there is none. `applied`
    is how many cycles the pulses made, `pulses` how many there were of both polarities; `compliance` tells in which
    cycles a state was read at the current limit.
    """

    numbers: IntArray
    low: FloatArray
    high: FloatArray
    compliance: BoolArray
    applied: int
    pulses: int
    voltage: float
    readings: int

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def ratio(self) -> FloatArray:
        """HRS over LRS resistance of each cycle; infinite where the high-resistance state carries no current."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.where(self.high <= 0, np.inf, self.low / self.high)
        return np.asarray(np.where(np.isinf(self.high), 0.0, found), float)

    @property
    def unread(self) -> int:
        """In how many cycles one of the states was not read; the last one may have been cut off."""
        return max(int(self.numbers[-1]), self.applied - 1) - len(self)

    @property
    def per_cycle(self) -> float:
        """How many pulses a cycle has."""
        return self.pulses / self.applied if self.applied else 2.0


def switching_cycles(run: Run) -> SwitchingCycles:
    """Read the endurance cycles of a run.

    Raises NotMeasured when one of the states was never read: pulses of one polarity are no cycles.
    """
    terminal = response_terminal(run)
    trace = trace_of(run, terminal)
    reads = {state: run.rows(Kind.READ, state, terminal).sort_values("begin") for state in STATES}
    remedy = "read both states in every cycle, marked lrs and hrs (protocol P16)"
    for state, rows in reads.items():
        if rows.empty:
            raise NotMeasured(f"the run holds no reads of the state marked {state}: pulses are no cycles", remedy)
    pulses = _pulses(run, terminal)
    numbers = {state: _numbers(rows, pulses) for state, rows in reads.items()}
    common, *places = np.intersect1d(numbers["lrs"], numbers["hrs"], return_indices=True)
    if not len(common):
        raise NotMeasured("no cycle has both of its states read", remedy)
    voltage = float(reads["lrs"]["level"].iloc[0])
    levels, limited = {}, np.zeros(len(common), bool)
    for state, chosen in zip(STATES, places, strict=True):
        current, at_limit = _currents(trace, reads[state].iloc[chosen])
        levels[state] = current / voltage
        limited |= at_limit
    starts = _starts(pulses)
    return SwitchingCycles(
        common.astype(np.int64),
        levels["lrs"],
        levels["hrs"],
        limited,
        len(starts),
        len(pulses),
        voltage,
        int(reads["lrs"]["sample_count"].min()),
    )


def _pulses(run: Run, terminal: str) -> pd.DataFrame:
    """Give the set and reset pulses, in order: those of the terminal that is read, else those of light and gate."""
    pulses = run.rows(Kind.PULSE)
    pulses = pulses[pulses["mark"].isin(PULSES)].sort_values("begin")
    own = pulses[pulses["terminal"] == terminal]
    return pulses if own.empty else own


def _starts(pulses: pd.DataFrame) -> FloatArray:
    """Give when each cycle begins: a set pulse, or the first of several, after a reset pulse."""
    sets = (pulses["mark"] == "set").to_numpy()
    first = sets & np.append(True, ~sets[:-1])[: len(sets)]
    return np.asarray(pulses["begin"].to_numpy(float)[first], float)


def _numbers(reads: pd.DataFrame, pulses: pd.DataFrame) -> IntArray:
    """Give the cycle that each read belongs to, from 1.

    Without pulses in the run, it is what the reads say (an imported table may leave cycles out), or they are counted.
    """
    starts = _starts(pulses)
    if not len(starts):
        said = "cycle" in reads and np.all(np.diff(reads["cycle"]) > 0)
        return reads["cycle"].to_numpy(np.int64) + 1 if said else np.arange(1, len(reads) + 1)
    return np.searchsorted(starts, reads["begin"].to_numpy(float))


def _currents(trace: Trace, rows: pd.DataFrame) -> tuple[FloatArray, BoolArray]:
    """Give the mean current of each read, infinite beyond the range, and whether it was at the current limit."""
    first, count = rows["first_sample"].to_numpy(np.int64), rows["sample_count"].to_numpy(np.int64)
    if np.any(first < 0) or np.any(count < 1):
        raise NotMeasured("reads of the states hold no readings", "take 5 readings for each state")
    index = first[:, None] + np.minimum(np.arange(int(np.max(count)))[None, :], count[:, None] - 1)
    status = trace.status[index]
    overload = np.any(status & int(SampleStatus.OVERLOAD), axis=1)
    limited = np.any(status & int(SampleStatus.COMPLIANCE), axis=1)
    inside = np.arange(index.shape[1])[None, :] < count[:, None]
    usable = inside & np.isfinite(trace.current[index])
    total = np.sum(np.where(usable, trace.current[index], 0.0), axis=1)
    with np.errstate(invalid="ignore"):
        mean = total / np.sum(usable, axis=1)
    return np.where(overload, np.inf, mean), np.asarray(limited, bool)
