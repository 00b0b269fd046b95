"""Responses to chopped light: the fundamental of the current, as a lock-in amplifier would give it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from labkit.core import Flag, FloatArray, Kind, Run
from labkit.metrics._metric import NotMeasured
from labkit.metrics._statistics import SQRT3
from labkit.metrics._stimuli import Event, dose_flags, events, response_terminal
from labkit.metrics._windows import Trace, Window, trace_of

MARK = "chopped"
LEAST_CYCLES = 6
SETTLING_SHARE = 0.25
"""Part of a train, at least one period, that is left for the mean level to settle."""
LEAST_PER_CYCLE = 5
"""Readings in a period (UNDER)."""
MOST_HARMONICS = 15
_TREND = 3
"""Constant, slope and curvature of the mean level."""


@dataclass(frozen=True, slots=True)
class Fundamental:
    """The fundamental of the current under light that is chopped at a frequency (Hz).

    `irradiance` (W/m^2) is that of the light while it is on, `duty` the part of the time that it is; `amplitude` (A)
    is half the swing of the current's fundamental, corrected for the aperture of the readings; `uncertainty` (A) with
    `degrees_of_freedom` is that by the scatter of the cycles, `aliased` (A) the limit of what harmonics above half the
    sampling rate add.
    """

    terminal: str
    frequency: float
    irradiance: float
    duty: float
    amplitude: float
    uncertainty: float
    degrees_of_freedom: float
    aliased: float
    cycles: int
    readings: int
    voltage: float
    flags: frozenset[Flag]
    dark_edge: float
    """When the train begins (s): what lies before it is dark."""

    @property
    def light(self) -> float:
        """Amplitude of the light's fundamental (W/m^2)."""
        return 2 * self.irradiance / np.pi * float(np.sin(np.pi * self.duty))

    @property
    def total(self) -> float:
        """Standard uncertainty of the amplitude, aliases included (A)."""
        return float(np.hypot(self.uncertainty, self.aliased / SQRT3))


def fundamentals(run: Run) -> tuple[Fundamental, ...]:
    """Give the fundamental of every train of light pulses marked `chopped`, in order of frequency.

    Raises NotMeasured when there is no such train of enough periods.
    """
    pulses = events(run, Kind.PULSE, [MARK])
    trace = trace_of(run, response_terminal(run))
    found = [_fundamental(trace, list(train)) for _, train in groupby(pulses, key=alike_train)]
    kept = [each for each in found if each is not None]
    if not kept:
        raise NotMeasured(
            f"the run holds no light chopped for {LEAST_CYCLES} periods or more",
            f"apply a train of light pulses marked `{MARK}`, as responsivity and speed do",
        )
    return tuple(sorted(kept, key=lambda each: each.frequency))


def alike_train(pulse: Event) -> tuple[str, float, float, tuple[tuple[str, int], ...]]:
    """Give what the pulses of one train share: light, irradiance, width, iterations of the loops around it."""
    around = tuple(sorted((loop, count) for loop, count in pulse.loops.items() if loop not in _OWN))
    return pulse.terminal, pulse.level_requested, pulse.width_requested, around


_OWN = ("pulse", "chop")
"""Loops of a train itself."""


def _fundamental(trace: Trace, train: Sequence[Event]) -> Fundamental | None:
    skipped = max(1, round(SETTLING_SHARE * len(train)))
    cycles = len(train) - skipped
    if cycles < LEAST_CYCLES:
        return None
    begins = np.array([pulse.begin for pulse in train])
    period = float(begins[-1] - begins[0]) / (len(train) - 1)
    window = trace.between(float(begins[skipped]), float(begins[-1]) + period)
    flags = set(window.blocked) | dose_flags(train[:1])
    if len(window) < LEAST_PER_CYCLE * cycles:
        flags.add(Flag.UNDERSAMPLED)
        return _of(train, period, (0.0, np.inf, 0.0), cycles, window, flags)
    aperture = trace.aperture_at(float(begins[skipped]))
    return _of(train, period, _amplitude(window, float(begins[0]), period, cycles, aperture), cycles, window, flags)


def _of(
    train: Sequence[Event],
    period: float,
    size: tuple[float, float, float],
    cycles: int,
    window: Window,
    flags: set[Flag],
) -> Fundamental:
    first = train[0]
    return Fundamental(
        terminal=first.terminal,
        frequency=1 / period,
        irradiance=first.level,
        duty=first.width / period,
        amplitude=size[0],
        uncertainty=size[1],
        degrees_of_freedom=cycles - 1,
        aliased=size[2],
        cycles=cycles,
        readings=len(window),
        voltage=float(np.mean(window.voltage)) if len(window) else float("nan"),
        flags=frozenset(flags),
        dark_edge=first.begin,
    )


def _amplitude(
    window: Window, origin: float, period: float, cycles: int, aperture: float
) -> tuple[float, float, float]:
    """Fit trend and harmonics to whole cycles; give the fundamental's amplitude, its scatter and its aliases (A)."""
    phase = 2 * np.pi * (window.time - origin) / period
    per_cycle = len(window) / cycles
    highest = max(1, min(MOST_HARMONICS, int(per_cycle / 2 - 1e-9), len(window) // 4))
    trend = np.vander(np.linspace(-1, 1, len(window)), _TREND)
    waves = [wave(order * phase) for order in range(1, highest + 1) for wave in (np.cos, np.sin)]
    matrix = np.column_stack([*waves, trend])
    # Harmonics below half the sampling rate are nearly orthogonal over whole cycles: the normal equations are sound.
    inverse = np.linalg.solve(matrix.T @ matrix, matrix.T)
    coefficients = inverse @ window.current
    residuals = window.current - matrix @ coefficients
    correction = 1 / float(np.sinc(aperture / period))
    amplitude = float(np.hypot(*coefficients[:2])) * correction
    return (
        amplitude,
        _scatter(residuals, phase) * correction,
        amplitude * _aliases(inverse, phase, highest, aperture / period),
    )


def _scatter(residuals: FloatArray, phase: FloatArray) -> float:
    """Give the standard error of the amplitude from what each cycle has beside the fit (A)."""
    number = np.floor((phase - phase[0]) / (2 * np.pi) + 1e-9).astype(int)
    count = np.bincount(number)
    whole = count >= np.max(count) / 2
    parts = [np.bincount(number, residuals * wave(phase))[whole] / count[whole] * 2 for wave in (np.cos, np.sin)]
    variances = [np.var(part, ddof=1) / len(part) for part in parts]
    return float(np.sqrt(np.mean(variances)))


def _aliases(inverse: FloatArray, phase: FloatArray, highest: int, share: float) -> float:
    """Give the limit, in parts of the fundamental, of what the odd harmonics beyond the fitted ones add to it.

    A square wave has them as 1/k; the response is taken to be as flat as it may be, the aperture to average them.
    """
    found = 0.0
    plain = float(np.sinc(share))
    first = highest + 1 + highest % 2
    for order in range(first, first + 120, 2):
        gain = max(float(np.hypot(*(inverse[:2] @ wave(order * phase)))) for wave in (np.cos, np.sin))
        found += gain / order * abs(float(np.sinc(order * share))) / plain
    return found
