"""A process beside the runner that makes the bench safe when the runner is killed."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from labkit.app._documents import BenchFile
from labkit.core import LabkitError

_GOODBYE = 5.0
"""How long the process may take to end when it is not needed (s)."""


class Watchdog:
    """Watches over a bench between `watch` and the end of the `with` statement.

    Its process has a session of its own, so that Ctrl-C and a closed terminal do not reach it, and holds one end of a
    pipe. The system closes the other end when the runner dies, however it dies; at the end of the `with` statement the
    word "safe" goes through it first. As long as the runner lives the process touches no instrument.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def watch(self, file: BenchFile, log: Path) -> None:
        """Watch over a bench from now on; `log` is written only if the bench has to be made safe.

        Returns when the process has said that it is there. Raises LabkitError.
        """
        self._process = process = subprocess.Popen(
            [sys.executable, "-P", "-m", "labkit._watchdog"],  # -P: no file of the user's folder passes for a module
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            start_new_session=True,
        )
        order = {"bench": file.text, "runner": os.getpid(), "log": str(log.absolute())}
        said = ""
        with suppress(BrokenPipeError):
            if process.stdin is not None and process.stdout is not None:
                process.stdin.write(json.dumps(order) + "\n")
                process.stdin.flush()
                said = process.stdout.readline()
        if said.strip() != "watching":
            self._end()
            raise LabkitError(
                "the watchdog process did not start; nothing was switched on",
                "run again; with --no-watchdog a killed run leaves the outputs as they are",
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        try:
            process.communicate("safe\n", timeout=_GOODBYE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
