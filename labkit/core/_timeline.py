"""What happened when: a row for every pulse, read, ramp, record, relaxation, temperature, hold; asked and delivered."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


class Kind(StrEnum):
    """What a row of the timeline is."""

    PULSE = "pulse"
    READ = "read"
    RAMP = "ramp"
    RECORD = "record"
    RELAX = "relax"
    TEMPERATURE = "temperature"
    """A temperature that was gone to (level: the mean while it settled), or one reading in between (no length)."""
    HOLD = "hold"
    """A level that a terminal was brought to, from begin to end, and kept until the next one."""


KINDS = tuple(Kind)

TIMELINE_COLUMNS: Mapping[str, tuple[type[np.generic], str, str]] = {
    # name: (type, unit, meaning)
    "kind": (np.int16, "", "index into the vocabulary `kinds`"),
    "mark": (np.int16, "", "index into the vocabulary `marks`; -1 for none"),
    "terminal": (np.int16, "", "index into the vocabulary `terminals`"),
    "begin_requested": (np.float64, "s", "when it was to begin, from the run's start"),
    "end_requested": (np.float64, "s", "when it was to end"),
    "begin": (np.float64, "s", "when it began as far as the instruments tell"),
    "end": (np.float64, "s", "when it ended"),
    "time_uncertainty": (np.float64, "s", "standard uncertainty of begin and end against the samples' time base"),
    "level_requested": (np.float64, "SI", "V, W/m^2 or K"),
    "level": (np.float64, "SI", "level after the instrument's rounding"),
    "first_sample": (np.int64, "", "first row of the terminal's trace that belongs to it; -1 for none"),
    "sample_count": (np.int64, "", "how many rows of the trace belong to it"),
}
"""The columns that every timeline has. Each loop of the program adds two: `<loop>` (int64, iteration from 0, -1 outside
the loop) and, for `for_each`, `<loop>_value` (float64, SI, NaN outside)."""


VISIT = "visit"
"""Loop column of a chip run that comes back to a sentinel device: which visit to the device this is, from 0."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that a run's tables use by number, fixed before the run starts."""

    marks: tuple[str, ...]
    terminals: tuple[str, ...]
    loops: tuple[str, ...]
    valued_loops: tuple[str, ...]
    """The loops that run over values (`for_each`); a part of `loops`."""
    devices: tuple[str, ...] = ()
    """Devices of the chip, which the loop `device` counts."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of row, in the order of their numbers."""
        return tuple(str(kind) for kind in KINDS)

    def columns(self) -> dict[str, tuple[type[np.generic], str, str]]:
        """Give every column of this run's timeline: name to (type, unit, meaning)."""
        columns = dict(TIMELINE_COLUMNS)
        for loop in self.loops:
            columns[loop] = (np.int64, "", f"iteration of the loop {loop}, from 0")
        for loop in self.valued_loops:
            columns[f"{loop}_value"] = (np.float64, "SI", f"value of {loop} in this iteration")
        return columns

    def frame(self, columns: Mapping[str, np.ndarray]) -> "pd.DataFrame":
        """Turn coded columns into a table with words: kind, mark and terminal become categories."""
        import pandas as pd  # what only asks for a run need not load it

        table = pd.DataFrame({name: columns[name] for name in self.columns()})
        for column, words in (("kind", self.kinds), ("mark", self.marks), ("terminal", self.terminals)):
            table[column] = pd.Categorical.from_codes(
                columns[column].astype(np.int64), categories=pd.Index(list(words))
            )
        return table


ACQUISITION_COLUMNS: Mapping[str, tuple[type[np.generic], str, str]] = {
    "terminal": (np.int16, "", "index into the vocabulary `terminals`"),
    "executor": (np.int16, "", "0 sweep, 1 triggered, 2 stepped"),
    "first_sample": (np.int64, "", "first row of the trace taken with this setting"),
    "sample_count": (np.int64, "", "how many rows"),
    "current_range": (np.float64, "A", "measure range in force"),
    "aperture": (np.float64, "s", "integration time of a reading"),
    "compliance": (np.float64, "A", "current limit in force, as read back"),
    "gain": (np.float64, "1", "accuracy of the range, part of the reading (limits, rectangular)"),
    "offset": (np.float64, "A", "accuracy of the range, constant part (limits, rectangular)"),
    "voltage_gain": (np.float64, "1", "accuracy of the source's range, part of the level (limits, rectangular)"),
    "voltage_offset": (np.float64, "V", "accuracy of the source's range, constant part (limits, rectangular)"),
}
"""One row for every stretch of samples taken with one setting of the instrument."""
