"""A trace as a table, for whoever goes on with pandas."""

import pandas as pd

from labkit.core import Run, StorageError


def run_to_frame(run: Run, terminal: str) -> pd.DataFrame:
    """Give the trace of a terminal as columns time (s), voltage (V), current (A) and status; units are in `attrs`.

    Raises StorageError when the run has no trace of it.
    """
    if terminal not in run.traces:
        known = ", ".join(run.traces) or "none"
        raise StorageError(f"the run has no trace of {terminal!r}", f"choose one of: {known}")
    samples = run.traces[terminal]
    frame = pd.DataFrame(
        {"time": samples.time, "voltage": samples.voltage, "current": samples.current, "status": samples.status}
    )
    frame.attrs["units"] = {"time": "s", "voltage": "V", "current": "A"}
    return frame
