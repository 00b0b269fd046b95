"""What a device does between its stimuli: a trace where it is biased all the time, else a course of single reads."""

import numpy as np

from labkit.core import Kind, Run
from labkit.metrics._stimuli import Event, events
from labkit.metrics._windows import BASELINE_TIME, LEAST_SAMPLES, Trace, Window, trace_of


class Course:
    """The response of one terminal to pulses of another, or of its own: then only reads tell of it."""

    def __init__(self, run: Run, terminal: str, stimulated: str) -> None:
        self.trace: Trace = trace_of(run, terminal)
        self.optical = run.description.terminals.get(stimulated) == "optical"
        self.shared = stimulated == terminal
        self._reads = events(run, Kind.READ, terminal=terminal)
        disturbances = events(run, Kind.PULSE) + events(run, Kind.RAMP)
        self._begins = np.sort([event.begin for event in disturbances])
        self._ends = np.sort([event.end for event in disturbances])

    def baseline(self, pulse: Event) -> Window:
        """Give the baseline before a pulse."""
        return self.trace.baseline(pulse.begin - pulse.time_uncertainty, self._since(pulse))

    def before(self, pulse: Event) -> float:
        """Give the level just before a pulse (A)."""
        window = self.between(self._since(pulse), pulse.begin)
        near = int(np.sum(window.time >= pulse.begin - BASELINE_TIME))
        return window.last(1 if self.shared else max(near, LEAST_SAMPLES)).mean

    def after(self, pulse: Event) -> Window:
        """Give what follows a pulse, until the next stimulus or the end of the trace."""
        later = self._begins[self._begins >= pulse.end]
        until = min(float(later[0]) if len(later) else np.inf, float(self.trace.time[-1]) + 1.0)
        return self.between(pulse.end + pulse.time_uncertainty, until)

    def between(self, begin: float, end: float) -> Window:
        """Give the readings between two instants (s), or one mean a read where the pulses share the terminal."""
        if not self.shared:
            return self.trace.between(begin, end)
        inside = [read for read in self._reads if begin <= read.begin and read.end <= end]
        found = [self.trace.rows(read.first_sample, read.sample_count) for read in inside]
        kept = [window for window in found if len(window)]
        return Window(
            np.array([float(np.mean(window.time)) for window in kept]),
            np.array([window.mean for window in kept]),
            np.array([float(np.mean(window.voltage)) for window in kept]),
            frozenset().union(*(window.blocked for window in kept)),
        )

    def _since(self, pulse: Event) -> float:
        earlier = self._ends[self._ends <= pulse.begin]
        return float(earlier[-1]) if len(earlier) else -np.inf
