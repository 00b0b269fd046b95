"""A bench that stays open between runs, as a window holds it, and the one thread that speaks to its instruments."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from labkit.app._documents import BenchFile, load_bench
from labkit.app._prepare import Prepared, Request, prepare
from labkit.app._run import Measured, Outcome, measure, open_session, paced
from labkit.app._watchdog import Watchdog
from labkit.core import Identity, InstrumentError, LabkitError, Subscriber
from labkit.engine import BenchSession, Operator, RunControl, open_bench, open_virtual

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BenchChoice:
    """A bench as a user chooses it: its name or path, the real instruments or the virtual copy, and whose sample.

    `seed` makes the device of a virtual bench; None: as the bench file says.
    """

    bench: str
    virtual: bool = True
    sample: str | None = None
    seed: int | None = None


class Workbench:
    """One bench at a time, open from `connect` to `disconnect`; no method waits, each gives a Future.

    All that touches an instrument happens in one thread, in the order in which it was asked for, so that nothing comes
    between the commands of a run. `outputs_off` and `abort` do not queue: they end the run that goes on.
    """

    def __init__(self) -> None:
        self._control = RunControl()
        self._bench = ThreadPoolExecutor(1, "labkit-bench")
        self._after = ThreadPoolExecutor(1, "labkit-metrics")
        self._session: BenchSession | None = None
        self._opened: tuple[str, bool] | None = None

    @property
    def connected(self) -> bool:
        """Whether a bench is open."""
        return self._session is not None

    def connect(self, choice: BenchChoice) -> Future[tuple[Identity, ...]]:
        """Open a bench, after closing the one before, and ask its instruments who they are.

        The time of a virtual one is that of the wall, until a run begins on it.
        """
        return self._bench.submit(self._connect, choice)

    def disconnect(self) -> Future[tuple[str, ...]]:
        """Make the bench safe and close it; gives what could not be confirmed."""
        return self._bench.submit(self._disconnect)

    def do(self, action: Callable[[BenchSession], T]) -> Future[T]:
        """Do something with the open bench when nothing else goes on; raises LabkitError when none is open."""
        return self._bench.submit(self._do, action)

    def run(
        self,
        request: Request,
        pace: float | None = None,
        output: Path | None = None,
        subscribers: Sequence[Subscriber] = (),
        operator: Operator | None = None,
    ) -> Future[Outcome]:
        """Run a request; arguments as of `run_request`.

        A real bench that is open is used as it is. A virtual one begins anew with every run, so that a run is the same
        from here as from the command line, and stays open after it.
        """
        measured = self._bench.submit(self._measure, request, pace, output, subscribers, operator)
        return self._after.submit(lambda: measured.result().evaluate())

    def abort(self, reason: str = "stopped by the user") -> None:
        """End the run that goes on, through the safe state."""
        self._control.abort(reason)

    def pause(self) -> None:
        """Hold the run before its next block."""
        self._control.pause()

    def resume(self) -> None:
        """Go on with a run that is held."""
        self._control.resume()

    @property
    def paused(self) -> bool:
        """Whether a run is held, or will be before its next block."""
        return self._control.paused

    @property
    def ending(self) -> bool:
        """Whether the run that goes on was asked to end: what waits for a person must wait no longer."""
        return self._control.ending

    def outputs_off(self) -> Future[tuple[str, ...]]:
        """Switch every output off, ending what goes on; gives what could not be confirmed."""
        self._control.abort("all outputs were switched off by the user")
        return self._bench.submit(self._make_safe)

    def close(self) -> Future[tuple[str, ...]]:
        """End what goes on and close the bench for good; gives what could not be confirmed."""
        self._control.abort("labkit was closed")
        closed = self._bench.submit(self._disconnect)
        self._bench.shutdown(wait=False)
        self._after.shutdown(wait=False)
        return closed

    def _connect(self, choice: BenchChoice) -> tuple[Identity, ...]:
        self._disconnect()
        file = load_bench(choice.bench)
        if choice.virtual:
            virtual = open_virtual(paced(file.bench, 1.0), file.folder, choice.seed)
            self._hold(open_bench(file.bench, virtual, self._control), file, virtual=True)
        else:
            self._hold(open_bench(file.bench, None, self._control), file, virtual=False)
        return self._open().identities()

    def _hold(self, session: BenchSession, file: BenchFile, virtual: bool) -> None:
        self._session, self._opened = session, (file.text, virtual)

    def _disconnect(self) -> tuple[str, ...]:
        session, self._session, self._opened = self._session, None, None
        if session is None:
            return ()
        unconfirmed = session.make_safe()
        session.close()
        return unconfirmed

    def _open(self) -> BenchSession:
        if self._session is None:
            raise LabkitError("no bench is connected", "connect one in the Bench view")
        return self._session

    def _do(self, action: Callable[[BenchSession], T]) -> T:
        return action(self._open())

    def _make_safe(self) -> tuple[str, ...]:
        return () if self._session is None else self._session.make_safe()

    def _measure(
        self,
        request: Request,
        pace: float | None,
        output: Path | None,
        subscribers: Sequence[Subscriber],
        operator: Operator | None,
    ) -> Measured:
        prepared = prepare(request)
        self._control.reset()
        with Watchdog() as guard:
            session = self._session_for(prepared, pace)
            try:
                return measure(session, prepared, output, subscribers, guard, operator)
            except InstrumentError:
                self._disconnect()  # the next run begins with new connections
                raise

    def _session_for(self, prepared: Prepared, pace: float | None) -> BenchSession:
        virtual = prepared.request.virtual
        if virtual or self._session is None or self._opened != (prepared.bench.text, virtual):
            self._disconnect()
            self._hold(open_session(prepared, self._control, pace), prepared.bench, virtual)
        return self._open()
