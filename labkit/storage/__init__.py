"""Run files: written while a run goes on, read back as a Run, with metrics beside the raw traces."""

from labkit.storage._create import free_name
from labkit.storage._frame import run_to_frame
from labkit.storage._head import RunHead, read_head
from labkit.storage._path import run_path
from labkit.storage._reader import read_run
from labkit.storage._recover import recover
from labkit.storage._results_read import read_results
from labkit.storage._results_write import write_results
from labkit.storage._values import StoredValue, read_values
from labkit.storage._writer import RunWriter

__all__ = [
    "RunHead",
    "RunWriter",
    "StoredValue",
    "free_name",
    "read_head",
    "read_results",
    "read_run",
    "read_values",
    "recover",
    "run_path",
    "run_to_frame",
    "write_results",
]
