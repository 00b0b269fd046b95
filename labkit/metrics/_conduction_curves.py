"""Current-voltage curves of a film, from short pulses of rising and falling voltage (M30)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from labkit.core import FloatArray, Kind, Run
from labkit.metrics._metric import NotMeasured
from labkit.metrics._stimuli import Event, events, require_events
from labkit.metrics._temperatures import stays
from labkit.metrics._windows import LEAST_SAMPLES, PEAK_SHARE, Trace, trace_of

DIRECTIONS = ("up", "down")
ROOM_TEMPERATURE = 300.0
DIFFERENT = 0.10
"""Relative difference between rising and falling voltages that is called a hysteresis."""
_ABOVE_OFFSET = 20.0
_STANDS_OUT = 3.0


@dataclass(frozen=True, slots=True)
class ConductionCurve:
    """The current of one temperature (K) against the voltage's magnitude: both arrays of n points, rising.

    `current` (A, magnitude) is the mean over cycles and directions at the end of the pulses, of voltages whose current
    is twenty times the ammeter's offset; `below` counts the others, and `beyond` the voltages at which a reading was
    beyond the range or at the current limit. `gain`, `offset` (A), `voltage_gain` and `temperature_limit` (K) are the
    limits of the instruments' accuracy. `stated` tells whether the temperature is known, `hysteresis` is the
    largest significant relative difference between the directions.
    """

    temperature: float
    stated: bool
    voltage: FloatArray
    current: FloatArray
    below: int
    beyond: int
    cycles: int
    hysteresis: float
    directions: tuple[str, ...]
    gain: float
    offset: float
    voltage_gain: float
    temperature_limit: float

    def shifted(self, offset: float) -> "ConductionCurve":
        """Give the curve with an offset (A) added to its currents."""
        return replace(self, current=self.current + offset)

    @property
    def log_voltage(self) -> FloatArray:
        """Natural logarithm of the voltage in volts."""
        return np.asarray(np.log(self.voltage), float)

    @property
    def log_current(self) -> FloatArray:
        """Natural logarithm of the current in amperes."""
        return np.asarray(np.log(self.current), float)


def conduction_curves(run: Run) -> tuple[ConductionCurve, ...]:
    """Read the pulses marked `up` and `down`, temperature by temperature, rising.

    Raises NotMeasured when there are none.
    """
    remedy = "pulse voltages in rising and falling order, marked up and down (protocol conduction)"
    require_events(events(run, Kind.PULSE, DIRECTIONS), "pulses of rising or falling voltage", remedy)
    known = run.sample.temperature
    if not len(run.rows(Kind.TEMPERATURE)):
        return (_curve(run, known or ROOM_TEMPERATURE, known is not None),)
    by_setpoint: dict[float, list[ConductionCurve]] = {}
    for stay in stays(run):
        if events(stay.run, Kind.PULSE, DIRECTIONS):
            by_setpoint.setdefault(stay.setpoint, []).append(_curve(stay.run, stay.temperature, True))
    return tuple(by_setpoint[setpoint][0] for setpoint in sorted(by_setpoint))


def _curve(run: Run, temperature: float, stated: bool) -> ConductionCurve:
    pulses = events(run, Kind.PULSE, DIRECTIONS)
    trace = trace_of(run, pulses[0].terminal)
    levels: dict[float, dict[str, list[float]]] = {}
    beyond: set[float] = set()
    for pulse in pulses:
        level, current = round(abs(pulse.level_requested), 9), _at_the_end(trace, pulse)
        levels.setdefault(level, {}).setdefault(pulse.mark, []).append(current)
        beyond |= {level} if np.isnan(current) else set()
    accuracy = trace.accuracy_at(pulses[-1].begin)
    kept = sorted(level for level in levels if level not in beyond)
    if not kept:
        raise NotMeasured("the pulses hold no usable readings", "leave room for five, and raise current_range")
    current_at = np.array([np.mean(np.concatenate(list(levels[level].values()))) for level in kept])
    seen = current_at > _ABOVE_OFFSET * accuracy.offset
    return ConductionCurve(
        temperature=temperature,
        stated=stated,
        voltage=np.array(kept)[seen],
        current=current_at[seen],
        below=int(np.sum(~seen)),
        beyond=len(beyond),
        cycles=max(len(found) for each in levels.values() for found in each.values()),
        hysteresis=_hysteresis([levels[level] for level, there in zip(kept, seen, strict=True) if there]),
        directions=tuple(mark for mark in DIRECTIONS if any(mark in each for each in levels.values())),
        gain=accuracy.gain,
        offset=accuracy.offset,
        voltage_gain=accuracy.voltage_gain,
        temperature_limit=max(run.description.temperature_accuracy.values(), default=0.0),
    )


def _at_the_end(trace: Trace, pulse: Event) -> float:
    """Give |I| (A) at the end of a pulse; NaN where a reading was beyond the range or at the current limit."""
    window = trace.rows(pulse.first_sample, pulse.sample_count)
    last = window.last(max(LEAST_SAMPLES, round(PEAK_SHARE * len(window))))
    return float("nan") if window.blocked else last.mean * (1.0 if pulse.level_requested >= 0 else -1.0)


def _hysteresis(levels: Sequence[Mapping[str, Sequence[float]]]) -> float:
    """Give the largest significant relative difference between both directions, 0 without one."""
    largest = 0.0
    for found in levels:
        if set(found) != set(DIRECTIONS):
            continue
        up, down = (np.array(found[mark]) for mark in DIRECTIONS)
        difference, mean = float(np.mean(down) - np.mean(up)), float(np.mean([*up, *down]))
        doubt = 0.0
        if min(len(up), len(down)) > 1:
            doubt = float(np.hypot(np.std(up, ddof=1) / np.sqrt(len(up)), np.std(down, ddof=1) / np.sqrt(len(down))))
        if abs(difference) > _STANDS_OUT * doubt and abs(difference / mean) > abs(largest):
            largest = difference / mean
    return largest
