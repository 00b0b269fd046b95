"""Which views the window has, in the order of an experiment."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from labkit.gui._workspace import Workspace


@dataclass(frozen=True, slots=True)
class View:
    """One view: its name in code, its title, its key, what it is for, and how it is made when it is first looked at."""

    name: str
    title: str
    key: str
    purpose: str
    make: Callable[[Workspace], QWidget]


def _bench(workspace: Workspace) -> QWidget:
    from labkit.gui.bench import BenchView

    return BenchView(workspace)


def _protocol(workspace: Workspace) -> QWidget:
    from labkit.gui.protocol import ProtocolView

    return ProtocolView(workspace)


def _plan(workspace: Workspace) -> QWidget:
    from labkit.gui.plan import PlanView

    return PlanView(workspace)


def _run(workspace: Workspace) -> QWidget:
    from labkit.gui.run import RunView

    return RunView(workspace)


def _results(workspace: Workspace) -> QWidget:
    from labkit.gui.results import ResultsView

    return ResultsView(workspace)


def _array(workspace: Workspace) -> QWidget:
    from labkit.gui.array import ArrayView

    return ArrayView(workspace)


def _ledger(workspace: Workspace) -> QWidget:
    from labkit.gui.ledger import LedgerView

    return LedgerView(workspace)


VIEWS = (
    View(
        "bench", "Bench", "Ctrl+1", "The instruments of the bench, their state, and a panel to use each by hand", _bench
    ),
    View("protocol", "Protocol", "Ctrl+2", "Choose a protocol, set its parameters, edit its text", _protocol),
    View("plan", "Plan", "Ctrl+3", "See what a run will do before anything happens", _plan),
    View("run", "Run", "Ctrl+4", "The queue of runs, and the live traces of the one that goes on", _run),
    View("results", "Results", "Ctrl+5", "Look at run files: traces, fits, metrics, reports", _results),
    View("array", "Array", "Ctrl+6", "The chip as a map of any metric; click a cell to see its traces", _array),
    View("ledger", "Ledger", "Ctrl+7", "What each device has lived through", _ledger),
)
