"""A bench that stays open between runs, as a window holds it, and the one thread that speaks to its instruments.

What a run needs is imported in that thread when the first one begins: a window is there before.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from labkit.app._request import Request
from labkit.core import Identity, InstrumentError, LabkitError, Nanoseconds, Subscriber, nanoseconds
from labkit.engine import RunControl

if TYPE_CHECKING:
    from labkit.app._bench_test import InstrumentChecks
    from labkit.app._manual import ManualBench
    from labkit.app._prepare import Prepared
    from labkit.app._run import Measured, Outcome
    from labkit.engine import BenchSession, Operator

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


@dataclass(frozen=True, slots=True)
class _Opened:
    """Which bench is open: as it was asked for, its text, and whether its virtual copy, with a clock that jumps."""

    bench: str
    virtual: bool
    text: str
    jumps: bool = False


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
        self._opened: _Opened | None = None
        self._manual: ManualBench | None = None
        self._guard = ExitStack()
        self._looked = 0.0

    @property
    def connected(self) -> bool:
        """Whether a bench is open."""
        return self._session is not None

    @property
    def opened(self) -> tuple[str, bool] | None:
        """Which bench is open, as it was asked for, and whether its virtual copy; None when none is."""
        opened = self._opened
        return None if opened is None else (opened.bench, opened.virtual)

    def connect(self, choice: BenchChoice) -> Future[tuple[Identity, ...]]:
        """Open a bench, after closing the one before, and ask its instruments who they are.

        The time of a virtual one is that of the wall, until a run begins on it.
        """
        return self._bench.submit(self._connect, choice)

    def disconnect(self) -> Future[tuple[str, ...]]:
        """Make the bench safe and close it; gives what could not be confirmed."""
        return self._bench.submit(self._disconnect)

    def check(self, choice: BenchChoice) -> "Future[tuple[InstrumentChecks, ...]]":
        """Test whether a bench is fit to measure, outputs off, after closing the one that is open; see bench_checks."""
        return self._bench.submit(self._check, choice)

    def do(self, action: "Callable[[BenchSession], T]") -> Future[T]:
        """Do something with the open bench when nothing else goes on; raises LabkitError when none is open."""
        return self._bench.submit(self._do, self._control.aborts, action)

    def by_hand(self, action: "Callable[[ManualBench], T]") -> Future[T]:
        """Use the open bench by hand when nothing else goes on; `outputs_off` ends that too. Raises LabkitError."""
        return self._bench.submit(self._by_hand, self._control.aborts, action)

    def run(
        self,
        request: Request,
        pace: float | None = None,
        output: Path | None = None,
        subscribers: Sequence[Subscriber] = (),
        operator: "Operator | None" = None,
    ) -> "Future[Outcome]":
        """Run a request; arguments as of `run_request`.

        A real bench that is open is used as it is. A virtual one begins anew with every run, so that a run is the same
        from here as from the command line, and stays open after it.
        """
        measured = self._bench.submit(self._measure, self._control.aborts, request, pace, output, subscribers, operator)
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
        from labkit.app._documents import load_bench
        from labkit.app._run import paced
        from labkit.engine import open_bench, open_virtual

        self._disconnect()
        file = load_bench(choice.bench)
        if choice.virtual:
            virtual = open_virtual(paced(file.bench, 1.0), file.folder, choice.seed)
            self._hold(open_bench(file.bench, virtual, self._control), _Opened(choice.bench, True, file.text))
        else:
            self._hold(open_bench(file.bench, None, self._control), _Opened(choice.bench, False, file.text))
        return self._open().identities()

    def _check(self, choice: BenchChoice) -> "tuple[InstrumentChecks, ...]":
        from labkit.app._bench_test import bench_checks, opened_session
        from labkit.app._documents import load_bench

        self._disconnect()
        with opened_session(load_bench(choice.bench), choice.virtual) as session:
            return tuple(bench_checks(session))

    def _hold(self, session: "BenchSession", opened: "_Opened") -> None:
        self._session, self._opened, self._manual = session, opened, None

    def _disconnect(self) -> tuple[str, ...]:
        session, self._session, self._opened, self._manual = self._session, None, None, None
        if session is None:
            return ()
        unconfirmed = session.make_safe()
        session.close()
        self._guard.close()
        return unconfirmed

    def _open(self) -> "BenchSession":
        if self._session is None:
            raise LabkitError("no bench is connected", "connect one in the Bench view")
        return self._session

    def _do(self, aborts: int, action: "Callable[[BenchSession], T]") -> T:
        session = self._open()
        self._control.reset(aborts)
        if self._opened is not None and self._opened.jumps:
            self._pass_time(session)
        with self._control.armed():
            return action(session)

    def _pass_time(self, session: "BenchSession") -> None:
        """Let as much time pass on a virtual bench whose clock jumps as did on the wall since something was done."""
        before, self._looked = self._looked, time.monotonic()
        session.clock.sleep_until(Nanoseconds(session.clock.now() + nanoseconds(self._looked - before)))

    def _by_hand(self, aborts: int, action: "Callable[[ManualBench], T]") -> T:
        def act(session: "BenchSession") -> T:
            from labkit.app._manual import ManualBench

            if self._manual is None:
                self._watch_over_hand(session)
                self._manual = ManualBench(session)
            return action(self._manual)

        return self._do(aborts, act)

    def _watch_over_hand(self, session: "BenchSession") -> None:
        """Have real instruments made safe also when this process is killed while a hand uses them."""
        from labkit.app._documents import BenchFile
        from labkit.app._run import RUNS
        from labkit.app._watchdog import Watchdog

        self._guard.close()
        if self._opened is not None and not self._opened.virtual:
            guard = self._guard.enter_context(Watchdog())
            RUNS.mkdir(exist_ok=True)
            guard.watch(BenchFile(session.bench, self._opened.text, Path()), RUNS / "by_hand.watchdog.log")

    def _make_safe(self) -> tuple[str, ...]:
        self._manual = None
        return () if self._session is None else self._session.make_safe()

    def _measure(
        self,
        aborts: int,
        request: Request,
        pace: float | None,
        output: Path | None,
        subscribers: Sequence[Subscriber],
        operator: "Operator | None",
    ) -> "Measured":
        from labkit.app._prepare import prepare
        from labkit.app._run import measure
        from labkit.app._watchdog import Watchdog

        self._control.reset(aborts)
        prepared = prepare(request)
        with Watchdog() as guard:
            session = self._session_for(prepared, pace)
            try:
                return measure(session, prepared, output, subscribers, guard, operator)
            except InstrumentError:
                self._disconnect()  # the next run begins with new connections
                raise
            finally:
                self._looked = time.monotonic()

    def _session_for(self, prepared: "Prepared", pace: float | None) -> "BenchSession":
        from labkit.app._run import open_session

        request, opened = prepared.request, self._opened
        same = opened is not None and (opened.text, opened.virtual) == (prepared.bench.text, False)
        if request.virtual or not same:
            self._disconnect()
            opened = _Opened(request.bench, request.virtual, prepared.bench.text, request.virtual and pace is None)
            self._hold(open_session(prepared, self._control, pace), opened)
        elif self._manual is not None and (unconfirmed := self._make_safe()):
            # A run begins from what it knows: nothing that a hand left on.
            raise InstrumentError(
                f"what was used by hand is not confirmed to be off: {'; '.join(unconfirmed)}",
                "look at the front panels and switch off by hand, then run again",
            )
        self._guard.close()  # a run has its own
        return self._open()
