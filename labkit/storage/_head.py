"""What a run file says of itself before its traces: enough to find it among many."""

from dataclasses import dataclass
from pathlib import Path

from labkit.core import RunDescription, RunFinished, Sample
from labkit.storage._failures import told
from labkit.storage._hdf5 import text
from labkit.storage._layout import ENTRY
from labkit.storage._reader import open_run_file, read_description, read_finished
from labkit.storage._sample_text import parse_sample


@dataclass(frozen=True, slots=True)
class RunHead:
    """A run without its traces and tables. `finished` is None when it goes on or was cut off."""

    description: RunDescription
    started_at: str
    sample: Sample
    finished: RunFinished | None


def read_head(path: Path) -> RunHead:
    """Read what a run file says of itself; however long its traces are, it takes no longer.

    Raises StorageError.
    """
    with told("read", path), open_run_file(path) as file:
        entry = file[ENTRY]
        description = read_description(entry)
        return RunHead(
            description, text(entry["start_time"][()]), parse_sample(description.sample_text), read_finished(entry)
        )
