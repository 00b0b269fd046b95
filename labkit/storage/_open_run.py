"""A run file that is open to be added to while others may read it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from labkit.core import (
    AcquisitionGrew,
    BlockStarted,
    RunDescription,
    RunFinished,
    Samples,
    SamplesTaken,
    TimelineGrew,
    Warned,
)
from labkit.storage._hdf5 import disconnect, open_to_append
from labkit.storage._layout import (
    ACQUISITIONS,
    ENTRY,
    JOURNAL,
    JOURNAL_LINES,
    TIMELINE,
    TRACE_COLUMNS,
    acquisition_columns,
    timeline_columns,
    trace_name,
)
from labkit.storage._presence import Presence
from labkit.storage._table import GrowingTable

Recorded = SamplesTaken | TimelineGrew | AcquisitionGrew | BlockStarted | Warned | RunFinished

JOURNAL_WORDS: Mapping[type[BlockStarted] | type[Warned] | type[RunFinished], str] = {
    BlockStarted: "block",
    Warned: "warning",
    RunFinished: "finished",
}


class OpenRun:
    """The tables of a run file, open for SWMR: rows are added, nothing else is made or moved."""

    def __init__(self, path: Path, description: RunDescription) -> None:
        self._file = open_to_append(path)
        self._presence = Presence(path)
        entry = self._file[ENTRY]
        self._entry = entry
        self._traces = {
            terminal: GrowingTable(entry[trace_name(terminal)], TRACE_COLUMNS)
            for terminal, kind in description.terminals.items()
            if kind == "electrical"
        }
        self._timeline = GrowingTable(entry[TIMELINE], timeline_columns(description.vocabulary))
        self._acquisitions = GrowingTable(entry[ACQUISITIONS], acquisition_columns())
        self._journal = GrowingTable(entry[JOURNAL], {JOURNAL_LINES: (np.uint8, "", "")})

    def write(self, events: Iterable[Recorded]) -> None:
        """Add what events bring; readings first, so that no row of the timeline points at readings to come."""
        readings: dict[str, list[Samples]] = {}
        timeline: list[Mapping[str, np.ndarray]] = []
        acquisitions: list[Mapping[str, np.ndarray]] = []
        journal: list[BlockStarted | Warned | RunFinished] = []
        for event in events:
            match event:
                case SamplesTaken():
                    readings.setdefault(event.terminal, []).append(event.samples)
                case TimelineGrew():
                    timeline.append(event.columns)
                case AcquisitionGrew():
                    acquisitions.append(event.columns)
                case _:
                    journal.append(event)
        for terminal, pieces in readings.items():
            self._traces[terminal].append(_joined_samples(pieces))
        _append(self._timeline, timeline)
        _append(self._acquisitions, acquisitions)
        self._note(journal)

    def _note(self, events: Sequence[BlockStarted | Warned | RunFinished]) -> None:
        for event in events:
            if isinstance(event, RunFinished):
                self._note_end(event)
        lines = b"".join(journal_line(event) for event in events)
        if lines:
            self._journal.append({JOURNAL_LINES: np.frombuffer(lines, np.uint8)})

    def _note_end(self, event: RunFinished) -> None:
        for name, value in (
            ("finished_at", event.finished_at),
            ("outcome", event.outcome),
            ("occupied", event.occupied),
            ("demanded", event.demanded),
        ):
            self._entry[name][()] = value

    def flush(self) -> None:
        """Hand everything to the system, where it outlives this process; in the order of `write`."""
        for table in (*self._traces.values(), self._timeline, self._acquisitions, self._journal):
            table.flush()

    def close(self) -> None:
        """Close the file; then anyone may open it."""
        try:
            self._file.close()
        finally:
            self._presence.end()

    def abandon(self) -> None:
        """Give the file up after a failure, as a kill would leave it: nothing more reaches it."""
        disconnect(self._file)
        self.close()


def journal_line(event: BlockStarted | Warned | RunFinished) -> bytes:
    """Write an event as a line of JSON."""
    return json.dumps({"event": JOURNAL_WORDS[type(event)], **asdict(event)}).encode() + b"\n"


def _append(table: GrowingTable, pieces: Sequence[Mapping[str, np.ndarray]]) -> None:
    if len(pieces) == 1:
        table.append(pieces[0])
    elif pieces:
        table.append({name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]})


def _joined_samples(pieces: Sequence[Samples]) -> Mapping[str, np.ndarray]:
    columns: Sequence[Mapping[str, np.ndarray]] = [
        {"time": piece.time, "voltage": piece.voltage, "current": piece.current, "status": piece.status}
        for piece in pieces
    ]
    if len(columns) == 1:
        return columns[0]
    return {name: np.concatenate([column[name] for column in columns]) for name in TRACE_COLUMNS}
