"""A run as it is read back: traces, timeline and everything that was declared about them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from labkit.core._events import RunDescription, RunFinished, Warned
from labkit.core._roles import Identity
from labkit.core._sample import Sample
from labkit.core._samples import Samples
from labkit.core._timeline import VISIT, Kind

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Run:
    """One run, in memory. It can be referred to weakly, so that what is worked out of it need not keep it alive.

    `traces` maps an electrical terminal to its readings. `timeline` has the columns of TIMELINE_COLUMNS with words for
    kind, mark and terminal, and the loop columns; `acquisitions` those of ACQUISITION_COLUMNS with the terminal as a
    word. `finished` is None when the run was cut off.
    """

    description: RunDescription
    started_at: str
    instruments: tuple[Identity, ...]
    sample: Sample
    traces: Mapping[str, Samples]
    timeline: "pd.DataFrame"
    acquisitions: "pd.DataFrame"
    warnings: tuple[Warned, ...] = ()
    finished: RunFinished | None = None

    def rows(self, kind: Kind, mark: str | None = None, terminal: str | None = None) -> "pd.DataFrame":
        """Give the timeline's rows of a kind, optionally of a mark and a terminal, in order of time."""
        chosen = self.timeline["kind"] == str(kind)
        if mark is not None:
            chosen &= self.timeline["mark"] == mark
        if terminal is not None:
            chosen &= self.timeline["terminal"] == terminal
        return self.timeline[chosen]

    @property
    def devices(self) -> tuple[str, ...]:
        """The devices of a chip that the run went through; none for a run of one device."""
        return self.description.vocabulary.devices

    def of_device(self, device: str) -> "Run":
        """Give the part of the run that one device of the chip saw; traces are shared.

        Rows of no device are part of each: an exposure of the whole chip, a control with all relays open.
        """
        chosen = self.timeline["device"].isin([self.devices.index(device), -1])
        return replace(self, timeline=self.timeline[chosen])

    def visits(self, device: str) -> "tuple[Run, ...]":
        """Give what each visit to a device of the chip saw, in order of time.

        One visit, unless the run came back to it as its sentinel (the timeline then has a column `visit`).
        """
        part = self.of_device(device)
        own = part.timeline["device"] >= 0
        if not own.any():
            return ()
        if VISIT not in part.timeline:
            return (part,)
        number = part.timeline[VISIT].clip(lower=0)
        return tuple(replace(part, timeline=part.timeline[number == k]) for k in sorted(set(number[own])))

    def samples_of(self, row: "pd.Series") -> Samples:
        """Give the readings that belong to a row of the timeline, by its sample range."""
        return self.traces[str(row["terminal"])].part(int(row["first_sample"]), int(row["sample_count"]))

    @property
    def electrical_terminals(self) -> tuple[str, ...]:
        """The terminals that have a trace."""
        return tuple(self.traces)
