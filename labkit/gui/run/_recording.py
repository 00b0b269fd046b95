"""What a run has told so far, as curves over its time."""

from collections.abc import Mapping, Sequence

import numpy as np

from labkit.core import (
    KINDS,
    AcquisitionGrew,
    BlockStarted,
    Event,
    FloatArray,
    Kind,
    Progress,
    RunDescription,
    RunFinished,
    RunStarted,
    SamplesTaken,
    TimelineGrew,
    Warned,
)
from labkit.gui.run._pyramid import GrowingArray
from labkit.gui.run._series import Series

PULSE, TEMPERATURE = KINDS.index(Kind.PULSE), KINDS.index(Kind.TEMPERATURE)


class Recording:
    """The curves of one run, grown from its events.

    `currents` (A) and `voltages` (V) are per electrical terminal; `levels` are pulses as steps (W/m^2, V) per terminal
    that has any, and temperatures (K); `marks` are the times (s) at which something with that mark began.
    """

    def __init__(self, description: RunDescription | None = None) -> None:
        self.description = description
        self.currents: dict[str, Series] = {}
        self.voltages: dict[str, Series] = {}
        self.magnitudes: dict[str, Series] | None = None
        self.levels: dict[str, Series] = {}
        self.marks: dict[str, GrowingArray] = {}
        self.end = 0.0
        self.block: BlockStarted | None = None
        self.progress: Progress | None = None
        self.warnings: list[Warned] = []
        self.finished: RunFinished | None = None

    @property
    def kinds(self) -> Mapping[str, str]:
        """Terminal to its kind."""
        return {} if self.description is None else self.description.terminals

    def take(self, events: Sequence[Event]) -> None:
        """Take events of the run, in their order."""
        for event in events:
            match event:
                case RunStarted():
                    self.description = event.description
                case SamplesTaken():
                    self._take_samples(event)
                case TimelineGrew():
                    self._take_rows(event.columns)
                case BlockStarted():
                    self.block = event
                case Progress():
                    self.progress = event
                case Warned():
                    self.warnings.append(event)
                case RunFinished():
                    self.finished = event
                case AcquisitionGrew():
                    pass

    def keep_magnitudes(self, wanted: bool) -> None:
        """Keep |current| as curves of their own, which a logarithmic axis needs, or drop them."""
        if not wanted:
            self.magnitudes = None
        elif self.magnitudes is None:
            self.magnitudes = {terminal: Series(magnitude=True) for terminal in self.currents}
            for terminal, series in self.currents.items():
                self.magnitudes[terminal].append(series.times, series.values)

    def _take_samples(self, event: SamplesTaken) -> None:
        samples = event.samples
        self.currents.setdefault(event.terminal, Series()).append(samples.time, samples.current)
        self.voltages.setdefault(event.terminal, Series()).append(samples.time, samples.voltage)
        if self.magnitudes is not None:
            magnitude = self.magnitudes.setdefault(event.terminal, Series(magnitude=True))
            magnitude.append(samples.time, samples.current)
        if len(samples):
            self.end = max(self.end, float(samples.time[-1]))

    def _take_rows(self, columns: Mapping[str, np.ndarray]) -> None:
        if self.description is None:
            return
        words = self.description.vocabulary
        for code, terminal in enumerate(words.terminals):
            mine = columns["terminal"] == code
            self._take_pulses(terminal, columns, mine & (columns["kind"] == PULSE))
            self._take_temperatures(terminal, columns, mine & (columns["kind"] == TEMPERATURE))
        for code, mark in enumerate(words.marks):
            marked = columns["mark"] == code
            if marked.any():
                self.marks.setdefault(mark, GrowingArray()).append(np.sort(columns["begin"][marked]))
        if len(columns["end"]):
            self.end = max(self.end, float(np.nanmax(columns["end"])))

    def _take_pulses(self, terminal: str, columns: Mapping[str, np.ndarray], rows: np.ndarray) -> None:
        if rows.any():
            order = np.argsort(columns["begin"][rows], kind="stable")
            begin, end, level = (columns[name][rows][order] for name in ("begin", "end", "level"))
            nothing = np.zeros_like(level)
            times = np.column_stack((begin, begin, end, end)).ravel()
            levels = np.column_stack((nothing, level, level, nothing)).ravel()
            self._levels(terminal).append(times, levels)

    def _take_temperatures(self, terminal: str, columns: Mapping[str, np.ndarray], rows: np.ndarray) -> None:
        if rows.any():
            series: FloatArray = columns["level"][rows]
            self.levels.setdefault(terminal, Series()).append(columns["end"][rows], series)

    def _levels(self, terminal: str) -> Series:
        """Give the steps of a terminal, which begin at nothing."""
        found = self.levels.get(terminal)
        if found is None:
            found = self.levels[terminal] = Series()
            found.append(np.zeros(1), np.zeros(1))
        return found
