"""Series of reads: LTP/LTD cycles (P10) and retention (P17)."""

from itertools import pairwise

import numpy as np

from labkit.core import FloatArray, IntArray, Kind, LabkitError, Samples
from labkit.importing._arranged import Arranged, continued_time
from labkit.importing._columns import Readings
from labkit.importing._map import ImportMap
from labkit.importing._timeline import Row
from labkit.importing._waveform import arrange_waveform, find_waveform

_ONE_BY_ONE = "how many readings each value of the file averages is unknown"


def arrange_cycles(readings: Readings, mapped: ImportMap) -> Arranged:
    """Make reads of LTP/LTD cycles: every row is the read after a pulse, marked potentiation, then depression.

    Pulse 0 is the read before the first pulse. Where the voltage column holds the pulses as well, they are told from
    the reads. Raises LabkitError where the directions or the read voltage cannot be told.
    """
    if readings.pulse is None and mapped.columns.voltage is not None:
        waveform = find_waveform(readings.voltage, mapped.read_voltage, readings.time)
        if waveform is not None:
            return arrange_waveform(readings, mapped, waveform)
    bias = _read_voltage(readings)
    cycle = _cycle_numbers(readings)
    time = continued_time(readings)
    told = [_ONE_BY_ONE]
    if time is None:
        time = np.arange(len(readings), dtype=float)
        told.append("no time column: the time axis only counts the reads, and the read delay is unknown")
    rows: list[Row] = []
    for number in range(int(cycle[-1]) + 1):
        places = np.flatnonzero(cycle == number)
        marks, counted = _directions(readings, mapped, places)
        told += [counted] if counted and counted not in told else []
        rows += [
            Row(
                Kind.READ,
                mark,
                mapped.response,
                float(time[place]),
                float(time[place]),
                level=float(bias[place]),
                first_sample=int(place),
                sample_count=1,
                loops={"cycle": number, "pulse": index} if mark != "initial" else {"cycle": number},
            )
            for mark, index, place in zip(marks, _numbers(marks), places, strict=True)
        ]
    return Arranged(_biased(readings, time, bias), tuple(rows), tuple(told))


def _read_voltage(readings: Readings) -> FloatArray:
    if readings.voltage is None or not np.all(np.isfinite(readings.voltage)):
        raise LabkitError(
            "the voltage of the reads is not known: no current becomes a conductance without it",
            'give `read_voltage: "0.1 V"` in the map, or a voltage column',
        )
    if np.min(readings.voltage) < 0 < np.max(readings.voltage):
        raise LabkitError(
            "the voltage column changes its sign and holds no reads between pulses: it is that of the pulses",
            'leave it out of the map and give `read_voltage: "0.1 V"`, at which the current was read',
        )
    return readings.voltage


def _cycle_numbers(readings: Readings) -> IntArray:
    """Count the cycles: by their column, by the repeats of the table, or where the number of the pulse goes back."""
    if readings.cycle is not None:
        change = np.diff(readings.cycle) != 0
    else:
        change = np.diff(readings.block) != 0
        if readings.pulse is not None:
            change |= np.diff(readings.pulse) < 0
    return np.asarray(np.concatenate([[0], np.cumsum(change)]), np.int64)


def _directions(readings: Readings, mapped: ImportMap, places: IntArray) -> tuple[list[str], str]:
    """Give the mark of every read of a cycle, and how the turn from potentiation to depression was found."""
    initial = int(readings.pulse is not None and readings.pulse[places[0]] == 0)
    count = len(places) - initial
    told = ""
    if mapped.pulses_per_train is not None:
        turn = mapped.pulses_per_train
        if turn > count:
            raise LabkitError(
                f"a cycle of {count} reads has no {turn} potentiating pulses", "correct `pulses_per_train` in the map"
            )
    else:
        size = np.abs(readings.current[places][initial:])
        turn = int(np.nanargmax(size)) + 1 if np.any(np.isfinite(size)) else count
        turn = count // 2 if abs(turn - count / 2) <= max(2, 0.05 * count) else turn
        told = f"potentiation was taken to end after pulse {turn}, where |I| is largest; `pulses_per_train` says it"
    return ["initial"] * initial + ["potentiation"] * turn + ["depression"] * (count - turn), told


def _numbers(marks: list[str]) -> list[int]:
    return [marks[:index].count(mark) for index, mark in enumerate(marks)]


def _biased(readings: Readings, time: FloatArray, bias: FloatArray) -> Samples:
    return Samples(time, bias, readings.current, readings.status)


def arrange_retention(readings: Readings, mapped: ImportMap) -> Arranged:
    """Make retention reads: time counts from the end of programming, state by state; the reference stands before.

    Raises LabkitError when there is no time, or no current before programming.
    """
    if readings.time is None:
        raise LabkitError("retention needs the time after programming", "name the time column in the map")
    if mapped.reference is None:
        raise LabkitError(
            "retention is the part of the written change that is left: the current before programming is needed",
            'give `reference: "1.2 nA"` in the map (or "0 A", where it is known to be negligible)',
        )
    state = readings.state if readings.state is not None else readings.block.astype(float) + 1
    edges = [0, *(np.flatnonzero((np.diff(state) != 0) | (np.diff(readings.block) != 0)) + 1).tolist(), len(readings)]
    times, traces, rows = [], [], []
    origin, first = 1.0, 0
    for number, (begin, end) in enumerate(pairwise(edges)):
        after = readings.time[begin:end]
        _check_times(after)
        values = {"state": float(state[begin])} if readings.state is not None else {}
        rows += _state_rows(mapped.response, origin + np.concatenate([[-0.5], after]), first, number, values)
        times.append(origin + np.concatenate([[-0.5], after]))
        traces.append(_with_reference(readings, begin, end, mapped.reference))
        origin, first = origin + float(after[-1]) + 2.0, first + len(after) + 1
    told = [_ONE_BY_ONE, "the reference is one declared current: its scatter is unknown"]
    if readings.state is None:
        told.append("no `state` column: how many pulses programmed the states is unknown")
    joined = [np.concatenate([trace[column] for trace in traces]) for column in range(3)]
    return Arranged(
        Samples(np.concatenate(times), joined[0], joined[1], joined[2].astype(np.uint8)), tuple(rows), tuple(told)
    )


def _check_times(after: FloatArray) -> None:
    if np.any(after <= 0) or np.any(np.diff(after) <= 0):
        raise LabkitError(
            "the times of a state must rise from above 0 s, counted from the end of programming",
            "delete readings from before programming, and name a `state` column where the file holds several states",
        )


def _with_reference(readings: Readings, begin: int, end: int, reference: float) -> tuple[np.ndarray, ...]:
    voltage = readings.voltage[begin:end] if readings.voltage is not None else np.full(end - begin, np.nan)
    return (
        np.concatenate([voltage[:1], voltage]),
        np.concatenate([[reference], readings.current[begin:end]]),
        np.concatenate([[0], readings.status[begin:end]]),
    )


def _state_rows(terminal: str, times: FloatArray, first: int, number: int, values: dict[str, float]) -> list[Row]:
    """Give the rows of one state: the reference, which ends where programming does, and its reads."""
    rows = []
    for index, time in enumerate(times):
        mark = "reference" if index == 0 else "retention"
        end = float(time) + (0.5 if index == 0 else 0.0)
        inside = {"state": number} | ({"reading": index - 1} if index else {})
        rows.append(
            Row(
                Kind.READ,
                mark,
                terminal,
                float(time),
                end,
                first_sample=first + index,
                sample_count=1,
                loops=inside,
                values=values,
            )
        )
    return rows
