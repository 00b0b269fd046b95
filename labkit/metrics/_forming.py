"""First sweeps of a fresh cell: forming voltage, conductance as made, and whether it needs forming at all."""

from dataclasses import dataclass

import numpy as np

from labkit.core import Estimate, Flag, FloatArray, Interval, Kind, Result, Run, SampleStatus, format_quantity
from labkit.metrics._check_read import read_conductance
from labkit.metrics._declared import declared
from labkit.metrics._loops import programmed_voltage
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._statistics import combine, normal_estimate
from labkit.metrics._stimuli import Event, events, require_events
from labkit.metrics._switching_voltage import FIRST_STEPS, JUMP, JUMP_STEPS
from labkit.metrics._windows import Trace, is_noise, trace_of

AS_MADE, SWEEP, AFTER = "as_made", "forming", "after"
_NAME = "forming"
_REMEDY = "read the fresh device, sweep it to rising stop voltages and read after each sweep (protocol forming)"
_SIDE = 3
"""Points on each side of a jump whose median is the level there."""
_FLOOR = 1e-18
_METHOD = (
    "programmed voltage half-way between the two points of the sweep between which |I/V| jumps, by half a decade or "
    "more within 3 steps, in the sweep after which the read was first at the level declared as formed; ± half a step "
    "and the limits of the source"
)


@dataclass(frozen=True, slots=True)
class FormingSweep:
    """One sweep 0, V, 0 with the read after it: the `stop` (V, signed), the read's mean `current` (A).

    `jump` are the two voltages (V) between which the conductance jumped; None where it did not.
    """

    stop: float
    current: float
    jump: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Forming:
    """The fresh device's `first` read, the sweeps in order of time, and the current (A) from which it is formed."""

    trace: Trace
    first: Event
    sweeps: tuple[FormingSweep, ...]
    formed: float

    @property
    def place(self) -> int | None:
        """Which sweep formed it; None when none did."""
        places = (place for place, sweep in enumerate(self.sweeps) if sweep.current >= self.formed)
        return next(places, None)


def read_forming(run: Run) -> Forming:
    """Read the first sweeps of a cell.

    Raises NotMeasured when a read, the sweeps or the declared level is not there.
    """
    sweeps = require_events(events(run, Kind.RAMP, (SWEEP,)), "first sweep of a fresh device", _REMEDY)
    terminal = sweeps[0].terminal
    first = require_events(events(run, Kind.READ, (AS_MADE,), terminal), "read of the device as made", _REMEDY)[0]
    reads = require_events(events(run, Kind.READ, (AFTER,), terminal), "read after a sweep", _REMEDY)
    level = declared(run, "formed", float("nan"))
    if np.isnan(level):
        raise NotMeasured("the protocol does not say from which current the device is formed", "declare it as `formed`")
    trace = trace_of(run, terminal)
    pairs = tuple(_sweep(trace, sweep, read) for sweep, read in zip(sweeps, reads, strict=False))
    return Forming(trace, first, pairs, level)


def _sweep(trace: Trace, sweep: Event, read: Event) -> FormingSweep:
    rows = slice(sweep.first_sample, sweep.first_sample + sweep.sample_count)
    limited = (trace.status[rows] & int(SampleStatus.COMPLIANCE)) != 0
    voltage = programmed_voltage(trace.voltage[rows], limited)
    stop = float(voltage[np.argmax(np.abs(voltage))])
    floor = trace.accuracy_at(sweep.begin).offset
    return FormingSweep(stop, _mean(trace, read), find_rise(voltage, trace.current[rows], floor))


def _mean(trace: Trace, read: Event) -> float:
    return trace.rows(read.first_sample, read.sample_count).mean


def find_rise(voltage: FloatArray, current: FloatArray, floor: float = 0.0) -> tuple[float, float] | None:
    """Find where |I/V| jumps up and stays up along a sweep (V, A, in order of time), on either way of it.

    Currents below `floor` (A), the ammeter's offset, are not told from one another. Gives the voltages of the points
    before and after; None without a jump of half a decade within 3 steps.
    """
    usable = np.isfinite(current)
    voltage, current = voltage[usable], current[usable]
    if len(voltage) < 2 * _SIDE + JUMP_STEPS:
        return None
    step = float(np.median(np.abs(np.diff(voltage))))
    kept = np.abs(voltage) > (FIRST_STEPS - 0.5) * step
    places, level = voltage[kept], _logarithm(voltage, current, floor)[kept]
    if len(level) <= JUMP_STEPS:
        return None
    rises = level[JUMP_STEPS:] - level[:-JUMP_STEPS]
    begin = int(np.argmax(rises))
    before, after = level[max(begin - _SIDE, 0) : begin + 1], level[begin + JUMP_STEPS :][:_SIDE]
    if rises[begin] < JUMP or np.median(after) - np.median(before) < JUMP:
        return None
    at = begin + int(np.argmax(np.diff(level[begin : begin + JUMP_STEPS + 1])))
    return float(places[at]), float(places[at + 1])


def _logarithm(voltage: FloatArray, current: FloatArray, floor: float) -> FloatArray:
    """Give log10|I/V| (S), the current no lower than the ammeter's offset and three times its noise."""
    bends = np.abs(np.diff(current, 2))  # of white noise sigma sqrt(6), and hardly touched by one jump
    noise = float(np.median(bends)) / (0.6745 * float(np.sqrt(6)))
    floored = np.maximum(np.abs(current), max(3 * noise, floor, _FLOOR))
    return np.asarray(np.log10(floored / np.maximum(np.abs(voltage), _FLOOR)), float)


def _compute(run: Run) -> tuple[Result, ...]:
    found = read_forming(run)
    at = _conditions(run, found)
    return _voltage(found, at), _as_made(found, at), _forming_free(found, at)


def _conditions(run: Run, found: Forming) -> dict[str, float]:
    table = run.acquisitions
    limits = table.loc[table["terminal"] == found.trace.terminal, "compliance"]
    stated = {
        "rate": declared(run, "rate", float("nan")),
        "compliance": float(limits.max()) if len(limits) else float("nan"),
        "formed": found.formed,
        "read_voltage": found.first.level,
    }
    return {name: value for name, value in stated.items() if np.isfinite(value)}


def _voltage(found: Forming, at: dict[str, float]) -> Result:
    estimate, bound, reason = _forming_voltage(found)
    return outcome(
        _NAME,
        "forming.voltage/1",
        "V_form",
        estimate,
        "V",
        _METHOD,
        reason=reason,
        bound=bound,
        at=at,
        counts={"sweep": len(found.sweeps)},
        notes={
            "scatter": "one device is formed once: how it differs between devices is not in the uncertainty",
            **_volatile(found),
        },
    )


def _forming_voltage(found: Forming) -> tuple[Estimate | None, Interval | None, str]:
    if _mean(found.trace, found.first) >= found.formed:
        return None, None, "in its low-resistance state as made: there was nothing to form"
    place = found.place
    if place is None:
        largest = max((sweep.stop for sweep in found.sweeps), key=abs)
        reason = f"did not form up to {format_quantity(largest, 'V', 4)}"
        return None, Interval(largest, np.inf) if largest > 0 else Interval(-np.inf, largest), reason
    sweep = found.sweeps[place]
    if sweep.jump is None:
        before = found.sweeps[place - 1].stop if place else 0.0
        low, high = sorted((before, sweep.stop))
        return None, Interval(low, high), "formed by degrees: no jump of half a decade within 3 steps"
    low, high = sweep.jump
    middle = (low + high) / 2
    accuracy = found.trace.accuracy_at(found.first.begin)
    limits = [abs(high - low) / 2, abs(middle) * accuracy.of_voltage(middle)]
    return combine(middle, [], limits, "V"), None, ""


def _volatile(found: Forming) -> dict[str, str]:
    """Name the jumps that had gone again when the device was read."""
    lost = [sweep.jump for sweep in found.sweeps[: found.place] if sweep.jump is not None]
    if not lost:
        return {}
    return {"volatile": f"{len(lost)} jumps, the first at {format_quantity(lost[0][1], 'V', 3)}, had gone at the read"}


def _as_made(found: Forming, at: dict[str, float]) -> Result:
    window = found.trace.rows(found.first.first_sample, found.first.sample_count)
    estimate = read_conductance(found.trace, found.first, window)
    noise = is_noise(estimate)
    most = max(abs(estimate.interval.low), abs(estimate.interval.high))
    return outcome(
        _NAME,
        "forming.as_made/1",
        "G_as_made",
        estimate,
        "S",
        "mean current of the read before the first sweep / read voltage, with the limits of the ammeter",
        flags={*window.blocked, *([Flag.SIGNAL_TO_NOISE] if noise else [])},
        bound=Interval(0.0, most) if noise else None,
        at=at,
        counts={"sample": len(window)},
    )


def _forming_free(found: Forming, at: dict[str, float]) -> Result:
    """Tell 1 or 0, or nothing where the first read does not decide."""
    window = found.trace.rows(found.first.first_sample, found.first.sample_count)
    volts = abs(found.first.level)
    interval = read_conductance(found.trace, found.first, window).interval
    low, high = sorted((interval.low * volts, interval.high * volts))
    free = found.formed <= low
    decided = free or high < found.formed
    return outcome(
        _NAME,
        "forming.free/1",
        "forming-free",
        normal_estimate(float(free), 0.0) if decided else None,
        "1",
        "1 when the read before the first sweep is at the level declared as formed, else 0",
        reason="" if decided else "the first read is too close to the level declared as formed",
        at=at,
        notes={"a short": "looks the same until the device is reset (iv_hysteresis)"} if free else {},
    )


FORMING = Metric(
    name=_NAME,
    definition="forming.voltage/1",
    title="Forming of a fresh cell",
    unit="V",
    formula="V_form = V where |I/V| jumps up by 0.5 decade or more;  forming-free = 1 when I_as_made >= I_formed",
    description=(
        "From sweeps of one polarity to rising stop voltages. The sign of V_form is the polarity that the device saw "
        "first. A device that did not form gives a bound, one that forms without a jump the stop voltages it lies "
        "between, one in its low-resistance state as made the reason. V_form belongs to the ramp rate and the current "
        "limit beside it: at a higher rate it is higher."
    ),
    requires=(
        "a read marked as_made before any other voltage",
        "ramps marked forming, each with a read marked after",
        "the parameter formed (A), the current at the read voltage from which the device counts as formed",
    ),
    reference="labkit; metric standard, P15 and M27 (jump of half a decade within 3 steps, current limit stated)",
    compute=_compute,
)
