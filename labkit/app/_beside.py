"""Metrics of a run that still goes on, computed in a process of their own: neither the run nor a window waits."""

import multiprocessing
import os
import signal
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from labkit.core import LabkitError, Result

_LESS_URGENT = 10
"""How much the process gives way to the run and the window (nice)."""


class MetricsBeside:
    """Computes the metrics of run files, finished or not, one file at a time; the process begins with the first."""

    def __init__(self) -> None:
        self._asking = ThreadPoolExecutor(1, "labkit-beside")
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._beginning = threading.Lock()
        self._closed = False

    def compute(self, path: Path) -> "Future[tuple[Result, ...]]":
        """Compute what can be computed of a file by now: the results with a value, without their curves."""
        return self._asking.submit(self._ask, path)

    def close(self) -> None:
        """End the process, whatever it does."""
        with self._beginning:
            self._closed = True
            process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.join()
        self._asking.shutdown(wait=True, cancel_futures=True)

    def _ask(self, path: Path) -> tuple[Result, ...]:
        try:
            connection = self._begun()
            connection.send(path)
            found: tuple[Result, ...] = connection.recv()
        except (EOFError, OSError) as error:
            self._connection = None
            raise LabkitError("the process that computes metrics beside a run has ended", "") from error
        return found

    def _begun(self) -> Connection:
        with self._beginning:
            if self._closed:
                raise EOFError
            if self._connection is None:
                # A copy of this process would share its locks and its connections to instruments: begin anew.
                context = multiprocessing.get_context("spawn")
                self._connection, theirs = context.Pipe()
                self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
                self._process.start()
                theirs.close()
            return self._connection


def _serve(connection: Connection) -> None:
    """Answer until the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that holds the bench
    if hasattr(os, "nice"):
        os.nice(_LESS_URGENT)
    while True:
        try:
            connection.send(_computed(connection.recv()))
        except (EOFError, OSError):
            return


def _computed(path: Path) -> tuple[Result, ...]:
    from labkit.metrics import compute_metrics
    from labkit.storage import read_run

    try:
        run = read_run(path)
        results = compute_metrics(run, run.description.metrics)
    except LabkitError:
        return ()  # the file has no readings yet
    return tuple(replace(result, curves=()) for result in results if result.reportable)
