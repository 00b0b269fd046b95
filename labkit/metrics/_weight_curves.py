"""LTP/LTD curves of a run: the conductance read after every pulse, cycle by cycle (metric standard, section 2)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from labkit.core import Flag, FloatArray, Kind, Run
from labkit.metrics._limits import Limits
from labkit.metrics._metric import NotMeasured
from labkit.metrics._remembered import remembered
from labkit.metrics._state_levels import noise_within, read_levels
from labkit.metrics._stimuli import Event, events, require_events
from labkit.metrics._windows import Trace, trace_of

MINIMUM_CYCLES = 10
"""Full LTP+LTD cycles that the standard asks for, after the first one was discarded."""
DIRECTIONS = ("potentiation", "depression")
_GRAIN = 1e-9


@dataclass(frozen=True, slots=True)
class Train:
    """One half of the cycles: conductance after each identical pulse.

    `pulses` (points) is how many pulses came before each read, from 0 where the level before the first pulse was read;
    `conductance` (cycles x points) in S. `read_sigma` (S) is the standard deviation of one read (the mean of its
    readings), with its degrees of freedom.
    """

    direction: str
    pulses: FloatArray
    conductance: FloatArray
    read_sigma: float = 0.0
    read_degrees: float = np.inf

    @property
    def cycles(self) -> int:
        """How many cycles."""
        return len(self.conductance)

    @property
    def count(self) -> int:
        """P_max, the pulses of the train."""
        return round(float(self.pulses[-1]))

    @property
    def x(self) -> FloatArray:
        """Pulse number over P_max."""
        return np.asarray(self.pulses / self.pulses[-1], float)

    @property
    def mean(self) -> FloatArray:
        """The curve averaged over cycles (S)."""
        return np.asarray(np.mean(self.conductance, axis=0), float)

    @property
    def mean_uncertainty(self) -> FloatArray:
        """Standard uncertainty of the averaged curve (S), from the scatter of the cycles; NaN with one cycle."""
        if self.cycles < 2:
            return np.full(len(self.pulses), np.nan)
        return np.asarray(np.std(self.conductance, axis=0, ddof=1) / np.sqrt(self.cycles), float)

    @property
    def change(self) -> FloatArray:
        """Conductance at the end minus that at the start of each cycle (S)."""
        return np.asarray(self.conductance[:, -1] - self.conductance[:, 0], float)


@dataclass(frozen=True, slots=True)
class WeightCurves:
    """The LTP/LTD cycles of a run, the first one left out when there are more.

    `late` (S, cycles) is the read at ten times the delay after the last potentiation pulse. `gain` and `offset` (S) are
    the limits of the ammeter's accuracy, `voltage_limit` that of the read voltage (relative), `blocked` the flags that
    the readings raise, `read_delays` (s) t_d by direction. `identical` tells whether all pulses of a train had one
    level. `ends` are the limits (relative, S) in force at the last read of each direction, where each was measured in a
    range of its own.
    """

    trains: Mapping[str, Train]
    voltage: float
    late: FloatArray | None = None
    gain: float = 0.0
    offset: float = 0.0
    blocked: frozenset[Flag] = frozenset()
    readings: int = 1
    read_delays: Mapping[str, float] = field(default_factory=dict)
    identical: bool = True
    voltage_limit: float = 0.0
    ends: Mapping[str, Limits] = field(default_factory=dict)

    @property
    def cycles(self) -> int:
        """How many cycles."""
        return max(train.cycles for train in self.trains.values())

    def at(self, train: Train) -> dict[str, float]:
        """Give the conditions that every value of a train belongs to."""
        delay = self.read_delays.get(train.direction, float("nan"))
        found = {"pulses": float(train.count), "read_voltage": self.voltage, "read_delay": delay}
        return {name: value for name, value in found.items() if np.isfinite(value)}

    def counts(self, train: Train) -> dict[str, int]:
        """Give n at each level."""
        return {"sample": self.readings, "pulse": train.count, "cycle": train.cycles}

    def notes(self) -> dict[str, str]:
        """Give what a reader must know of the pulses."""
        return {} if self.identical else {"scheme": "pulses of rising amplitude, not identical ones"}


@dataclass(frozen=True, slots=True)
class _Read:
    event: Event
    current: float
    readings: FloatArray
    blocked: frozenset[Flag]
    first_time: float
    aperture: float


@remembered
def weight_curves(run: Run) -> WeightCurves:
    """Read the LTP/LTD cycles of a run; incomplete cycles of a run that was cut off are left out.

    Raises NotMeasured when there are no reads marked `potentiation` or `depression`.
    """
    remedy = "read the conductance after every pulse, marked potentiation or depression (protocol P10)"
    marks = ("initial", *DIRECTIONS, "late")
    found = require_events(events(run, Kind.READ, marks), "LTP/LTD reads", remedy)
    terminal = found[0].terminal
    trace = trace_of(run, terminal)
    by_cycle = _by_cycle(_reads(trace, [event for event in found if event.terminal == terminal]))
    kept = _complete(by_cycle)
    if not kept:
        raise NotMeasured("the run holds no complete LTP/LTD cycle", remedy)
    reads = [read for cycle in kept for group in cycle.values() for read in group]
    kept = [cycle for cycle in kept if all(np.isfinite(read.current) for group in cycle.values() for read in group)]
    if not kept:
        raise NotMeasured(
            "every LTP/LTD cycle has reads of which no reading is usable, beyond the measure range",
            "raise current_range; if that does not help, the device is short",
        )
    voltage = _voltage(reads, trace)
    sigma, degrees = _read_noise(run, reads, voltage)
    pulses = events(run, Kind.PULSE, DIRECTIONS)
    trains = {
        direction: _train(direction, kept, voltage, (sigma, degrees), _pulses_a_read(pulses, found, direction))
        for direction in DIRECTIONS
        if kept[0].get(direction)
    }
    accuracy = trace.accuracy_at(reads[0].first_time)
    late = all(cycle.get("late") for cycle in kept)
    return WeightCurves(
        trains=trains,
        voltage=voltage,
        late=np.array([cycle["late"][-1].current for cycle in kept]) / voltage if late else None,
        gain=accuracy.gain,
        offset=abs(accuracy.offset / voltage),
        blocked=frozenset().union(*(read.blocked for read in reads), _driven(reads, pulses)),
        readings=min(len(read.readings) for read in reads),
        read_delays={direction: _read_delay(kept, pulses, direction) for direction in DIRECTIONS},
        identical=_identical(pulses),
        voltage_limit=accuracy.of_voltage(voltage),
        ends=_ends(trace, kept, voltage),
    )


def _ends(trace: Trace, cycles: list[dict[str, list[_Read]]], voltage: float) -> Mapping[str, Limits]:
    """Give the accuracy of the last read of each direction, nothing where one range served all of them."""
    accuracies = {
        direction: trace.accuracy_at(cycles[0][direction][-1].first_time + cycles[0][direction][-1].aperture)
        for direction in DIRECTIONS
        if cycles[0].get(direction)
    }
    if len({(found.gain, found.offset) for found in accuracies.values()}) < 2:
        return {}
    return {name: Limits(found.gain, abs(found.offset / voltage)) for name, found in accuracies.items()}


def _pulses_a_read(pulses: Sequence[Event], reads: Sequence[Event], direction: str) -> int:
    """Give how many pulses come before each read: one, or a whole train."""
    applied = sum(pulse.mark == direction for pulse in pulses)
    read = sum(each.mark == direction for each in reads)
    return max(1, round(applied / read)) if read else 1


def _reads(trace: Trace, found: Sequence[Event]) -> list[_Read]:
    windows = trace.rows_of([(event.first_sample, event.sample_count) for event in found])
    firsts = np.maximum([event.first_sample for event in found], 0)
    settings = zip(trace.time[firsts].tolist(), trace.aperture[firsts].tolist(), strict=True)
    return [
        _Read(event, window.mean, window.current, window.blocked, *setting)
        for event, window, setting in zip(found, windows, settings, strict=True)
    ]


def _by_cycle(reads: Sequence[_Read]) -> list[dict[str, list[_Read]]]:
    cycles: dict[int, dict[str, list[_Read]]] = {}
    for read in reads:
        cycle = cycles.setdefault(read.event.loops.get("cycle", 0), {})
        cycle.setdefault(read.event.mark, []).append(read)
    return [cycles[index] for index in sorted(cycles)]


def _complete(cycles: list[dict[str, list[_Read]]]) -> list[dict[str, list[_Read]]]:
    shapes = [tuple(len(cycle.get(direction, ())) for direction in DIRECTIONS) for cycle in cycles]
    usual = Counter(shapes).most_common(1)[0][0]
    first = 1 if len(cycles) > 1 else 0  # forming and first-pulse effects: stored, never part of a metric
    return [cycle for cycle, shape in list(zip(cycles, shapes, strict=True))[first:] if shape == usual]


def _train(
    direction: str, cycles: list[dict[str, list[_Read]]], voltage: float, noise: tuple[float, float], pulses_a_read: int
) -> Train:
    before = "initial" if direction == "potentiation" else "potentiation"
    known = all(cycle.get(before) for cycle in cycles)
    rows = [
        ([cycle[before][-1].current] if known else []) + [read.current for read in cycle[direction]] for cycle in cycles
    ]
    conductance = np.array(rows) / voltage
    count = len(cycles[0][direction])
    pulses = np.arange(0 if known else 1, count + 1, dtype=float) * pulses_a_read
    return Train(direction, pulses, conductance, *noise)


def _voltage(reads: Sequence[_Read], trace: Trace) -> float:
    event = reads[0].event
    if np.isfinite(event.level) and event.level != 0:
        return event.level
    measured = float(np.mean(trace.rows(event.first_sample, event.sample_count).voltage))
    if measured == 0 or not np.isfinite(measured):
        raise NotMeasured("the reads were taken at 0 V", "read at a voltage that drives a current, 0.1 V by default")
    return measured


def _read_noise(run: Run, reads: Sequence[_Read], voltage: float) -> tuple[float, float]:
    """Give the standard deviation of one read (S), with its degrees of freedom.

    Only reads of an unchanging level hold the noise that is slower than a read. Where they were taken otherwise than
    these reads, with a longer aperture for instance, only that part of their noise belongs to these as well; the rest
    is told by the scatter of the readings within a read.
    """
    length = min(len(read.readings) for read in reads)
    levels = read_levels(run, voltage)
    own = _Variance((noise_within([read.readings for read in reads]) / voltage) ** 2, len(reads) * (length - 1))
    if levels is None or levels.reads <= 4:
        return own.deviation if length > 1 else (0.0, np.inf)
    state = _Variance(float(np.mean(levels.sigma**2)), len(levels) * (levels.reads - 2))
    alike = levels.readings == length and np.isclose(levels.aperture, reads[0].aperture, rtol=1e-3)
    if alike or length < 2:
        return state.deviation
    if levels.readings < 2:
        return own.deviation
    within = _Variance(levels.within**2, len(levels) * levels.reads * (levels.readings - 1))
    return own.plus(state).plus(within, -1).deviation


@dataclass(frozen=True, slots=True)
class _Variance:
    """A variance (S^2) with its degrees of freedom."""

    value: float
    degrees: float

    @property
    def deviation(self) -> tuple[float, float]:
        """The standard deviation (S), with the degrees of freedom; never below 0."""
        return float(np.sqrt(max(self.value, 0.0))), self.degrees

    def plus(self, other: "_Variance", sign: int = 1) -> "_Variance":
        """Add or subtract an independent variance; degrees of freedom by Welch and Satterthwaite."""
        value = self.value + sign * other.value
        spread = self.value**2 / self.degrees + other.value**2 / other.degrees
        return _Variance(value, value**2 / spread if spread > 0 else np.inf)


def _read_delay(cycles: list[dict[str, list[_Read]]], pulses: Sequence[Event], direction: str) -> float:
    ends = np.sort([pulse.end for pulse in pulses])
    starts = [read.first_time for cycle in cycles for read in cycle.get(direction, ())]
    before = np.searchsorted(ends, np.array(starts) + _GRAIN) - 1
    delays = [start - ends[index] for start, index in zip(starts, before, strict=True) if index >= 0]
    return float(np.median(delays)) if delays else float("nan")


def _driven(reads: Sequence[_Read], pulses: Sequence[Event]) -> set[Flag]:
    """Give DRIVE where a read begins while a pulse is on, beyond the grain of the times."""
    order = sorted(pulses, key=lambda pulse: pulse.end)
    ends, begins = np.array([pulse.end for pulse in order]), np.array([pulse.begin for pulse in order])
    starts = np.array([read.first_time for read in reads])
    following = np.searchsorted(ends, starts + _GRAIN)
    inside = following < len(ends)
    return {Flag.DRIVEN} if np.any(begins[following[inside]] <= starts[inside] + _GRAIN) else set()


def _identical(pulses: Sequence[Event]) -> bool:
    for direction in DIRECTIONS:
        levels = [pulse.level_requested for pulse in pulses if pulse.mark == direction]
        if levels and np.ptp(levels) > 1e-6 * np.max(np.abs(levels)):
            return False
    return True
