"""The energy that goes into a device during its pulses, terminal by terminal, from the samples of the pulses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from labkit.core import Flag, FloatArray, Kind, Run
from labkit.metrics._light_edges import LightEdges, at_the_edge, light_edges
from labkit.metrics._series import noise_of
from labkit.metrics._stimuli import Event, events, response_terminal
from labkit.metrics._transients import READ_DELAY
from labkit.metrics._windows import LEAST_SAMPLES, Accuracy, Trace, Window, trace_of

STIMULI = ("epsc", "first", "potentiation", "depression", "program", "erase")
"""Marks whose pulses have an energy worth reporting; without any of them every pulse counts."""


class Neighbours:
    """Which pulses and reads stand next to each other in a run."""

    def __init__(self, run: Run) -> None:
        self.pulses = events(run, Kind.PULSE)
        self.reads = tuple(read for read in events(run, Kind.READ) if read.sample_count > 0)
        self._pulse_begins = np.array([pulse.begin for pulse in self.pulses])
        self._read_begins = np.array([read.begin for read in self.reads])

    def next_pulse(self, pulse: Event) -> float:
        """Give when the next pulse begins (s); infinite after the last."""
        index = int(np.searchsorted(self._pulse_begins, pulse.end - _GRAIN))
        return float(self._pulse_begins[index]) if index < len(self.pulses) else np.inf

    def reads_after(self, pulse: Event) -> tuple[Event, ...]:
        """Give the reads between a pulse and the next one."""
        first = int(np.searchsorted(self._read_begins, pulse.end - _GRAIN))
        stop = int(np.searchsorted(self._read_begins, self.next_pulse(pulse)))
        return self.reads[first:stop]

    def read_before(self, pulse: Event) -> Event | None:
        """Give the last read before a pulse."""
        index = int(np.searchsorted(self._read_begins, pulse.begin - _GRAIN)) - 1
        return self.reads[index] if index >= 0 else None


_GRAIN = 1e-9


@dataclass(frozen=True, slots=True)
class PulseEnergies:
    """Equal pulses and what each of them took. Arrays have one entry a repeat (a cycle's mean where there are cycles).

    `electrical` (J) is the integral of the sum of V I over all terminals, `read` (J) |V_R| I t_w and `amplitude` (J)
    |V_w| I t_w; NaN where not measured. `noise` (J) is the standard uncertainty of one pulse's electrical energy;
    `write_voltage`, `read_voltage` (V) are magnitudes during the pulse and at the read. `accuracy` is that of the
    terminal that is read, `write_accuracy` that of the one that is pulsed; `limits` (J) are what the limits of all
    instruments make of the electrical energy, and `unread` the terminals that were not read during the pulses. `bought`
    (S) is the conductance change per pulse that was still there at the end. `cycled` tells whether the repeats are
    cycles, which should be alike; single pulses of a train need not be. `edges` is what the instant of light leaves
    unknown.
    """

    mark: str
    stimulus: Event
    optical: bool
    pulses: int
    samples: int
    electrical: FloatArray
    read: FloatArray
    amplitude: FloatArray
    noise: float
    write_voltage: float
    read_voltage: float
    accuracy: Accuracy
    write_accuracy: Accuracy
    limits: tuple[float, ...]
    unread: tuple[str, ...]
    bought: FloatArray
    flags: frozenset[Flag]
    cycled: bool
    edges: LightEdges


def pulse_energies(run: Run) -> tuple[PulseEnergies, ...]:
    """Give the energies of a run's pulses, one entry for each mark, level and width.

    The first of several cycles is left out.
    """
    neighbours = Neighbours(run)
    wanted = [pulse for pulse in neighbours.pulses if pulse.mark in STIMULI] or list(neighbours.pulses)
    groups: dict[tuple[str, str, float, float], list[Event]] = {}
    for pulse in _without_first_cycle(wanted):
        key = (pulse.mark, pulse.terminal, pulse.level_requested, round(pulse.width_requested, 9))
        groups.setdefault(key, []).append(pulse)
    traces = {name: trace_of(run, name) for name, samples in run.traces.items() if len(samples)}
    response = traces[response_terminal(run)]
    return tuple(_energies(run, group, traces, response, neighbours) for group in groups.values())


def _without_first_cycle(pulses: Sequence[Event]) -> list[Event]:
    cycles = {pulse.loops["cycle"] for pulse in pulses if "cycle" in pulse.loops}
    return [pulse for pulse in pulses if len(cycles) < 2 or pulse.loops.get("cycle") != 0]


def _energies(
    run: Run, group: list[Event], traces: Mapping[str, Trace], response: Trace, neighbours: Neighbours
) -> PulseEnergies:
    stimulus = group[0]
    optical = run.description.terminals.get(stimulus.terminal) == "optical"
    windows = [_windows(pulse, traces) for pulse in group]
    terminal = response.terminal if optical else stimulus.terminal
    own = [found.get(terminal) for found in windows]
    following = [_read_after(pulse, neighbours, response, optical) for pulse in group]
    electrical = [_integral(pulse, found, terminal) for pulse, found in zip(group, windows, strict=True)]
    read = [abs(voltage) * current * pulse.width for pulse, (voltage, current) in zip(group, following, strict=True)]
    amplitude = [np.nan if optical else _write_energy(*each) for each in zip(group, own, strict=True)]
    numbers = _repeat_numbers(group)
    measured = [window for window in own if window is not None and len(window) >= LEAST_SAMPLES]
    powers = {name: _power(name, windows, group) for name in traces}
    accuracies = {name: trace.accuracy_at(stimulus.end) for name, trace in traces.items()}
    bias = float(np.mean([np.mean(np.abs(window.voltage)) for window in measured])) if measured else np.nan
    return PulseEnergies(
        stimulus.mark,
        stimulus,
        optical,
        len(group),
        sum(len(window) for window in own if window is not None),
        _means(electrical, numbers),
        _unsigned(_means(read, numbers)),
        _unsigned(_means(amplitude, numbers)),
        _noise(windows, stimulus) / float(np.sqrt(len(group) / len(np.unique(numbers)))),
        bias,
        float(np.mean([abs(voltage) for voltage, _ in following])),
        accuracies[response.terminal],
        accuracies.get(terminal, accuracies[response.terminal]),
        tuple(limit for name, found in powers.items() for limit in found.limits(accuracies[name])),
        tuple(name for name, found in powers.items() if not found.readings),
        _bought(group, numbers, response, neighbours, optical),
        _flags(group, own),
        _is_cycled(group),
        light_edges(group, response) if optical else LightEdges(),
    )


def _flags(group: Sequence[Event], own: Sequence[Window | None]) -> frozenset[Flag]:
    flags: set[Flag] = {Flag.DOSE} if any(pulse.dose_deviates for pulse in group) else set()
    for window in own:
        if window is not None and len(window):
            flags |= window.blocked - {Flag.COMPLIANCE}
    return frozenset(flags)


def _windows(pulse: Event, traces: Mapping[str, Trace]) -> dict[str, Window]:
    """Give the readings of every terminal within a pulse, by the sample range of the timeline where it has one."""
    found = {}
    for name, trace in traces.items():
        if name == pulse.terminal and pulse.sample_count > 0:
            window = trace.rows(pulse.first_sample, pulse.sample_count)
        else:
            window = trace.between(pulse.begin, pulse.end)
        if len(window):
            found[name] = window
    return found


def _integral(pulse: Event, windows: Mapping[str, Window], terminal: str) -> float:
    """Integrate V I over a pulse, each reading standing for the time up to halfway to its neighbours.

    NaN when the current of the terminal that matters was not measured.
    """
    if terminal not in windows:
        return float("nan")
    return float(np.sum([_cells(pulse, window) @ (window.voltage * window.current) for window in windows.values()]))


def _cells(pulse: Event, window: Window) -> FloatArray:
    middles = (window.time[1:] + window.time[:-1]) / 2
    return np.diff(np.concatenate([[pulse.begin], middles, [pulse.end]]))


def _read_after(pulse: Event, neighbours: Neighbours, trace: Trace, optical: bool) -> tuple[float, float]:
    """Give voltage (V) and current (A) that a pulse is judged by: at the end of light, of the read after a write.

    NaN where there is none.
    """
    if optical:
        return at_the_edge(pulse, trace)
    reads = neighbours.reads_after(pulse)
    if reads:
        window = trace.rows(reads[0].first_sample, reads[0].sample_count)
    else:
        window = trace.between(pulse.end + READ_DELAY * pulse.width, neighbours.next_pulse(pulse))
        if len(window) < LEAST_SAMPLES:
            return np.nan, np.nan
    return (float(np.mean(window.voltage)), window.mean) if len(window) else (np.nan, np.nan)


def _write_energy(pulse: Event, window: Window | None) -> float:
    if window is None or not len(window):
        return float("nan")
    return abs(pulse.level) * window.mean * pulse.width


def _unsigned(values: FloatArray) -> FloatArray:
    """Give energies the sign of a cost, all alike: the magnitude of each would turn a current's noise into energy."""
    return -values if np.nansum(values) < 0 else values


def _is_cycled(group: Sequence[Event]) -> bool:
    return all("cycle" in pulse.loops for pulse in group)


def _repeat_numbers(group: Sequence[Event]) -> FloatArray:
    """Give which repeat each pulse belongs to: its cycle, or itself."""
    if _is_cycled(group):
        return np.array([pulse.loops["cycle"] for pulse in group], float)
    return np.arange(len(group), dtype=float)


def _means(values: Sequence[float], numbers: FloatArray) -> FloatArray:
    data = np.array(values, float)
    return np.array([np.mean(data[numbers == number]) for number in np.unique(numbers)])


@dataclass(frozen=True, slots=True)
class _Power:
    """What one terminal takes during pulses: mean energy (J), mean |V| (V), width (s), readings."""

    energy: float
    voltage: float
    width: float
    readings: int

    def limits(self, accuracy: Accuracy) -> tuple[float, ...]:
        """Give what the limits of ammeter and source make of the energy (J)."""
        if not self.readings:
            return ()
        by_source = accuracy.of_voltage(self.voltage) * self.energy
        return accuracy.gain * self.energy, accuracy.offset * self.voltage * self.width, by_source


def _power(name: str, windows: Sequence[Mapping[str, Window]], group: Sequence[Event]) -> _Power:
    own = [(pulse, found[name]) for pulse, found in zip(group, windows, strict=True) if name in found]
    if not own:
        return _Power(0.0, 0.0, 0.0, 0)
    energy = float(np.mean([_cells(pulse, window) @ (window.voltage * window.current) for pulse, window in own]))
    voltage = float(np.mean([np.mean(np.abs(window.voltage)) for _, window in own]))
    return _Power(energy, voltage, group[0].width, sum(len(window) for _, window in own))


def _noise(windows: Sequence[Mapping[str, Window]], stimulus: Event) -> float:
    """Give the uncertainty of one pulse's energy (J) by the noise of the readings of all terminals."""
    shares: dict[str, list[float]] = {}
    for found in windows[:50]:
        for name, window in found.items():
            if len(window) >= LEAST_SAMPLES:
                voltage = float(np.mean(np.abs(window.voltage)))
                shares.setdefault(name, []).append(voltage * noise_of(window.current).of_mean(len(window)))
    if not shares:
        return float("nan")
    return stimulus.width * float(np.sqrt(sum(np.mean(np.square(each)) for each in shares.values())))


def _bought(
    group: Sequence[Event], numbers: FloatArray, trace: Trace, neighbours: Neighbours, optical: bool
) -> FloatArray:
    """Give the conductance change per pulse (S) that is left at the end of each repeat."""
    found = []
    for number in np.unique(numbers):
        members = [pulse for pulse, own in zip(group, numbers, strict=True) if own == number]
        # Light without reads after it was recorded: its levels are those of the trace.
        recorded = optical and not neighbours.reads_after(members[-1])
        before = _conductance(_level_before(members[0], neighbours, trace, recorded))
        after = _conductance(_level_after(members[-1], neighbours, trace, recorded))
        found.append((after - before) / len(members))
    return np.array(found)


def _level_before(pulse: Event, neighbours: Neighbours, trace: Trace, recorded: bool) -> Window | None:
    if recorded:
        return trace.baseline(pulse.begin - pulse.time_uncertainty)
    read = neighbours.read_before(pulse)
    return trace.rows(read.first_sample, read.sample_count) if read is not None else None


def _level_after(pulse: Event, neighbours: Neighbours, trace: Trace, recorded: bool) -> Window | None:
    if recorded:
        finish = float(trace.time[-1] + trace.aperture[-1])
        return trace.baseline(min(neighbours.next_pulse(pulse), finish), pulse.end)
    reads = neighbours.reads_after(pulse)
    return trace.rows(reads[-1].first_sample, reads[-1].sample_count) if reads else None


def _conductance(window: Window | None) -> float:
    voltage = float(np.mean(window.voltage)) if window is not None and len(window) else 0.0
    return window.mean / voltage if window is not None and voltage else float("nan")
