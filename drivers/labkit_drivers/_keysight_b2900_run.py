"""Turn a sequence into what a B2900 can run by itself: a list of levels and a train of readings, each on a timer.

The transient and the acquire action of a channel have an arm and a trigger layer each, so each makes bursts of evenly
spaced events (`Bursts`). Levels that change at such times are written as they are; others are written out on a common
period. Readings at such times are taken with the aperture that was asked for; others are sampled at one rate and
averaged over their aperture here.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from labkit.core import FloatArray, IntArray, Nanoseconds, PlanRefused, Sequence, SourceMeterCapabilities
from labkit_drivers._keysight_b2900_bursts import Bursts, bursts_at
from labkit_drivers._keysight_b2900_data import BUFFER, LIST_POINTS, TIMER_STEP, Model, capabilities
from labkit_drivers._keysight_b2900_steps import Written, common_period, outer_cycles, write_out

_PART_OF_READING = 10
"""A reading that is averaged consists of so many samples where the memory allows."""
_FEWEST_PARTS = 4
_MOST_PHASES = 64


@dataclass(frozen=True, slots=True)
class Transient:
    """What the source does: in each arm the levels (V), one a trigger.

    `pulse` says when the trigger output has a pulse: at each `change`, at each `arm`, or never ("").
    """

    bursts: Bursts
    levels: FloatArray
    pulse: str = ""


@dataclass(frozen=True, slots=True)
class Acquisition:
    """What the meter does, and how readings come of it: reading k is the mean of `counts[k]` samples from `firsts[k]`.

    `aperture` (ns) is that of a sample.
    """

    bursts: Bursts
    aperture: int
    firsts: IntArray
    counts: IntArray


@dataclass(frozen=True, slots=True)
class Run:
    """A sequence as a B2900 runs it; `final` is the level that it leaves (V).

    `edges` (ns) are the begins of all steps and the end of the last one.
    """

    transient: Transient | None
    acquisition: Acquisition | None
    final: float
    edges: IntArray

    @property
    def actions(self) -> str:
        """The device actions that it takes: `TRAN`, `ACQ`, `ALL`, or none."""
        if self.transient is not None and self.acquisition is not None:
            return "ALL"
        return "TRAN" if self.transient is not None else "ACQ" if self.acquisition is not None else ""


def compile_sequence(sequence: Sequence, aperture: Nanoseconds, present: float, model: Model) -> Run:
    """Write a sequence for the trigger system; `present` is the level before it (V).

    Raises PlanRefused when it does not fit.
    """
    written = write_out(sequence)
    reading_time = aperture + model.reading_overhead
    heads = written.changes(present)
    transient = None
    if len(heads):
        transient = _as_it_is(written, heads, model)
        if transient is None:
            written, grid = common_period(written, present, model.shortest_interval, reading_time, LIST_POINTS)
            transient = _on_grid(written, written.changes(present), grid, outer_cycles(sequence))
    return Run(transient, _acquisition(written, aperture, model), float(written.level[-1]), written.edges)


def unfit(model: Model, sequence: Sequence, aperture: Nanoseconds, present: float) -> PlanRefused | None:
    """Give why a sequence does not fit, or None."""
    try:
        compile_sequence(sequence, aperture, present, model)
    except PlanRefused as refused:
        return refused
    return None


def described(model: Model, line_frequency: float) -> SourceMeterCapabilities:
    """Give what a channel can deliver at a line frequency (Hz), and what tells that a sequence does not fit."""
    return replace(capabilities(model, line_frequency), unfit=partial(unfit, model))


# Source


def _pulse(trigger: "np.ndarray") -> str | None:
    """Tell how the trigger output makes just these pulses (rows are arms), None when it cannot."""
    if not trigger.any():
        return ""
    if trigger.all():
        return "change"
    return "arm" if trigger[:, 0].all() and not trigger[:, 1:].any() else None


def _as_it_is(written: Written, heads: IntArray, model: Model) -> Transient | None:
    """Write just the changes, where they come in bursts that are all alike."""
    bursts = bursts_at(written.begin[heads], model.shortest_interval)
    if bursts is not None and bursts.end > max(written.end, bursts.delay + model.shortest_interval):
        # A burst stays in its last point for a whole period, which would outlast the sequence: an arm for each change.
        bursts = bursts.as_arms(model.shortest_interval)
    if bursts is None or not bursts.fits(model.shortest_interval):
        return None
    levels = written.level[heads].reshape(bursts.arms, bursts.count)
    pulse = _pulse(written.trigger[heads].reshape(bursts.arms, bursts.count))
    if pulse is None or not (levels == levels[0]).all():
        return None
    return Transient(bursts, levels[0], pulse)


def _on_grid(written: Written, heads: IntArray, grid: int, cycles: int) -> Transient:
    """Write a point for each period, and an outer loop as arms."""
    pulse = _pulse(written.trigger[heads][None, :])
    if pulse is None:
        raise PlanRefused(
            "the trigger pulses of this block come at uneven times between changes of the level",
            "let the triggered instrument repeat by itself, or start one pulse a block",
        )
    lead = int(written.begin[heads[0]])
    ticks = (written.begin[heads] - lead) // grid
    levels = np.repeat(written.level[heads], np.diff(ticks, append=ticks[-1] + 1))
    whole = Transient(Bursts(lead, grid, len(levels)), levels, pulse)
    period, rest = divmod(written.end, cycles)
    if cycles == 1 or rest or period % grid or pulse:
        return whole
    rows = np.pad(levels, (0, cycles * (period // grid) - len(levels)), mode="edge").reshape(cycles, -1)
    if not (rows == rows[0]).all():
        return whole
    count = int(np.flatnonzero(np.diff(rows[0]))[-1]) + 2 if len(np.unique(rows[0])) > 1 else 1
    return Transient(Bursts(lead, grid, count, cycles, period), rows[0, :count])


# Meter


def _acquisition(written: Written, aperture: Nanoseconds, model: Model) -> Acquisition | None:
    times = written.reading_times()
    if not len(times):
        return None
    reading_time = -(-(aperture + model.reading_overhead) // TIMER_STEP) * TIMER_STEP
    one_each = np.ones(len(times), dtype=np.int64)
    bursts = bursts_at(times, max(reading_time, model.shortest_interval))
    if bursts is not None and bursts.fits(reading_time):
        return Acquisition(bursts, aperture, np.arange(len(times)), one_each)
    common = int(np.gcd.reduce(times - times[0]))
    count = int(times[-1] - times[0]) // common + 1
    if common >= reading_time and count <= BUFFER:
        return Acquisition(Bursts(int(times[0]), common, count), aperture, (times - times[0]) // common, one_each)
    return _averaged(written, times, aperture, reading_time, model)


def _averaged(written: Written, times: IntArray, aperture: Nanoseconds, reading_time: int, model: Model) -> Acquisition:
    """Sample at one rate and average, each reading over the whole samples that lie in its time."""
    span = int(times[-1] - times[0]) + reading_time
    period = _sampling_period(written, span, reading_time, int(model.shortest_interval))
    sample = min(aperture, period - model.reading_overhead)
    phase = _phase((times - times[0]) % period, period)
    late = (phase - (times - times[0])) % period
    counts = np.maximum((reading_time - late - sample) // period + 1, 1)
    firsts = (times + late - times[0] - phase) // period
    if (times + late + (counts - 1) * period + sample > written.reading_ends()).any():
        raise _too_many(span)
    return Acquisition(Bursts(int(times[0]) + phase, period, int((firsts + counts).max())), sample, firsts, counts)


def _sampling_period(written: Written, span: int, reading_time: int, shortest: int) -> int:
    """Choose how often to sample: a tenth of a reading, more seldom where the memory is too small."""
    several = written.samples > 1
    longest = int(written.period[several].min()) if several.any() else reading_time
    longest = max(shortest, min(longest, max(reading_time // _FEWEST_PARTS, shortest)))
    wanted = max(reading_time // _PART_OF_READING, shortest)
    for period in sorted({shortest, *_round_periods(shortest, longest)}):
        if period >= min(wanted, longest) * 0.99 and period <= longest and span // period + 1 <= BUFFER:
            return period
    raise _too_many(span)


def _round_periods(shortest: int, longest: int) -> list[int]:
    decades = [10**power for power in range(4, 12)]
    rounded = [factor * decade // 10 for decade in decades for factor in (10, 20, 25, 50)]
    return [period for period in (*rounded, longest // TIMER_STEP * TIMER_STEP) if shortest <= period <= longest]


def _phase(residues: IntArray, period: int) -> int:
    """Choose when in the period to sample, so that the reading that waits longest for its first sample waits least."""
    candidates = np.unique(residues)[:_MOST_PHASES]
    waits = [int(((phase - residues) % period).max()) for phase in candidates]
    return int(candidates[int(np.argmin(waits))])


def _too_many(span: int) -> PlanRefused:
    return PlanRefused(
        f"readings at uneven times over {span / 1e9:g} s need more than the {BUFFER} samples of a B2900",
        "make the block shorter, or put a `wait` or a loop where it may be cut",
    )
