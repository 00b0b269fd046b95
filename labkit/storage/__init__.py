"""Run files: written while a run goes on, read back as a Run, with metrics beside the raw traces."""

from labkit.storage._reader import read_run
from labkit.storage._recover import recover
from labkit.storage._writer import RunWriter

__all__ = ["RunWriter", "read_run", "recover"]
