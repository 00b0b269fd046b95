"""M40: is a cell alive? Its conductance at the read voltage, and what flows past it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from labkit.core import Estimate, Flag, Interval, Kind, Result, Run, SampleStatus, format_quantity
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._statistics import combine, window_mean
from labkit.metrics._stimuli import Event, events, require_events
from labkit.metrics._windows import Trace, Window, is_noise, trace_of

MOST_LEAKAGE = 0.1
"""Share of the current that may flow past the device (metric standard, P23)."""
HALF = "at half the voltage"
"""The variant from the read marked `half`."""
_NAME = "check_read"
_METHOD = "mean current of the readings marked check / read voltage, with the limits of the ammeter's accuracy"


def check_read(run: Run) -> Result:
    """Give the conductance of the first read marked `check`.

    At the current limit or beyond the range it is a lower bound, in the noise an upper one, so that criteria can tell
    shorts and opens. Raises NotMeasured without such a read.
    """
    remedy = "read the device before anything else, marked check (protocol P23)"
    read = require_events(events(run, Kind.READ, ("check",)), "check reads", remedy)[0]
    if _across(run, read) == 0:
        raise NotMeasured(
            "the check read was taken at 0 V", "read at a voltage that drives a current, 0.1 V by default"
        )
    read = replace(read, level=_across(run, read))
    beyond = _beyond(run, read)
    if beyond is not None:
        flag, least = beyond
        return _result(read, None, {flag}, Interval(least / abs(read.level), np.inf))
    trace = trace_of(run, read.terminal)
    window = trace.rows(read.first_sample, read.sample_count)
    estimate = read_conductance(trace, read, window)
    past, notes = _past(run, trace, window.mean)
    half = _at_half(run, trace)
    if is_noise(estimate):
        most = max(abs(estimate.interval.low), abs(estimate.interval.high))
        return _result(read, estimate, {*window.blocked, Flag.SIGNAL_TO_NOISE}, Interval(0.0, most), notes, half)
    return _result(read, estimate, {*window.blocked, *past}, None, notes, half)


def _at_half(run: Run, trace: Trace) -> dict[str, Estimate]:
    """Give the conductance of the first read marked `half`, where there is one within the range."""
    reads = [each for each in events(run, Kind.READ, ("half",), trace.terminal) if each.level != 0]
    window = trace.rows(reads[0].first_sample, reads[0].sample_count) if reads else None
    if window is None or len(window) == 0:
        return {}
    return {HALF: read_conductance(trace, reads[0], window)}


def _across(run: Run, read: Event) -> float:
    """Give the voltage (V) of the terminal that is read over that of another one that is held.

    A cell that is read on its bit line at 0 V has its voltage from its word line.
    """
    holds = [event for event in events(run, Kind.HOLD) if event.terminal != read.terminal and event.begin < read.begin]
    return read.level if read.level != 0 or not holds else -holds[-1].level


def read_conductance(trace: Trace, read: Event, window: Window) -> Estimate:
    """Give the conductance (S) of a read at a voltage that is not zero, with the limits of ammeter and source."""
    mean = window_mean(window.current)
    accuracy = trace.accuracy_at(float(trace.time[read.first_sample]))
    volts = abs(read.level)
    return combine(
        mean.value / read.level,
        [(mean.uncertainty / volts, mean.degrees_of_freedom)],
        [accuracy.gain * mean.value / volts, accuracy.offset / volts, accuracy.of_voltage(volts) * mean.value / volts],
        "S",
    )


def _result(
    read: Event,
    estimate: Estimate | None,
    flags: Iterable[Flag],
    bound: Interval | None,
    notes: Mapping[str, str] | None = None,
    variants: Mapping[str, Estimate] | None = None,
) -> Result:
    return outcome(
        _NAME,
        "M40.check/1",
        "G_check",
        estimate,
        "S",
        _METHOD,
        flags=flags,
        bound=bound,
        at={"read_voltage": read.level},
        counts={"sample": read.sample_count},
        variants=variants,
        notes=notes,
    )


def _beyond(run: Run, read: Event) -> tuple[Flag, float] | None:
    """Tell whether readings were at the current limit or beyond the range, and the least current (A) that flowed."""
    samples = run.traces[read.terminal].part(read.first_sample, read.sample_count)
    limited = bool(np.any(samples.status & SampleStatus.COMPLIANCE))
    if not limited and not np.any(samples.status & SampleStatus.OVERLOAD):
        return None
    flag = Flag.COMPLIANCE if limited else Flag.SATURATED
    finite = np.abs(samples.current[np.isfinite(samples.current)])
    if limited and len(finite):
        return flag, float(np.min(finite))
    table = run.acquisitions
    own = table[(table["terminal"] == read.terminal) & (table["first_sample"] <= read.first_sample)]
    return flag, float(own["current_range"].iloc[-1]) if len(own) else 0.0


def _past(run: Run, trace: Trace, current: float) -> tuple[set[Flag], dict[str, str]]:
    """Hold what flows with all relays open, in reads marked `leakage`, against the current (A) of the check read."""
    reads = [event for event in events(run, Kind.READ, ("leakage",)) if event.terminal == trace.terminal]
    if not reads:
        return set(), {"leakage": "not measured: the run has no read marked leakage with all relays open"}
    leak = window_mean(trace.rows(reads[0].first_sample, reads[0].sample_count).current)
    most = max(abs(leak.interval.low), abs(leak.interval.high))
    told = f"{format_quantity(abs(leak.value), 'A', 2)} with all relays open"
    return ({Flag.LEAKAGE} if most > MOST_LEAKAGE * abs(current) else set()), {"leakage": told}


CHECK_READ = Metric(
    name=_NAME,
    definition="M40.check/1",
    title="Check of a cell",
    unit="S",
    formula="G_check = I / V_R of the first read; ≥ I_c / V_R at the current limit",
    description=(
        "Conductance of a cell before anything was done to it, for criteria that tell shorts (a lower bound at the "
        "current limit) and open cells (an upper bound in the noise); at half the voltage too where a read is marked "
        "half. A cell read at 0 V has the voltage that another terminal is held at. LEAK: what flows past the device, "
        "with all relays open, may be more than a tenth of it."
    ),
    requires=("a read marked check", "a read marked leakage with all relays open, for the leakage"),
    reference="metric standard M40, P23",
    compute=lambda run: (check_read(run),),
)
