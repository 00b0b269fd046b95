"""The main job: a protocol on a bench, into a run file with metrics."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from labkit.app._prepare import Prepared, describe, prepare
from labkit.app._request import Request
from labkit.app._watchdog import Watchdog
from labkit.core import Bench, LabkitError, Result, RunFinished, Subscriber
from labkit.engine import (
    BenchSession,
    Operator,
    Plan,
    RunControl,
    open_bench,
    open_virtual,
    plan_program,
    run_plan,
)

RUNS = Path("runs")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run gave: its file, how it ended, its metrics."""

    path: Path
    finished: RunFinished
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """A run that is over and whose metrics are still to be computed."""

    path: Path
    finished: RunFinished
    metrics: tuple[str, ...]

    def evaluate(self) -> Outcome:
        """Compute the metrics and write them into the run file."""
        from labkit.metrics import compute_metrics
        from labkit.storage import read_run, write_results

        results = compute_metrics(read_run(self.path), self.metrics)
        write_results(self.path, results)
        return Outcome(self.path, self.finished, results)


def open_session(prepared: Prepared, control: RunControl | None = None, pace: float | None = None) -> BenchSession:
    """Open the bench of a request: the real instruments, or simulated firmware behind the same drivers.

    `control` lets another thread end or pause what runs; `pace` is how many seconds of a virtual bench pass in one of
    the wall, by default as many as the machine can do. Raises LabkitError.
    """
    bench = prepared.bench.bench
    if not prepared.request.virtual:
        return open_bench(bench, None, control)
    return open_bench(bench, open_virtual(paced(bench, pace), prepared.bench.folder, prepared.seed), control)


def paced(bench: Bench, pace: float | None) -> Bench:
    """Give a bench whose virtual copy goes at a pace (seconds of the world per second of the wall)."""
    if pace is None or bench.virtual is None:
        return bench
    if not pace > 0:
        raise LabkitError(f"a virtual bench cannot go at {pace} times real time", "give a pace above 0")
    virtual = bench.virtual.model_copy(update={"clock": "real", "time_factor": pace})
    return bench.model_copy(update={"virtual": virtual})


def plan_on(session: BenchSession, prepared: Prepared) -> Plan:
    """Plan on an open bench, with what its instruments tell of themselves."""
    return plan_program(prepared.program, prepared.bench.bench, session.capabilities, prepared.devices)


def measure(
    session: BenchSession,
    prepared: Prepared,
    output: Path | None = None,
    subscribers: Sequence[Subscriber] = (),
    guard: Watchdog | None = None,
    operator: Operator | None = None,
) -> Measured:
    """Run a request on an open bench into its file; the bench is safe when this returns or raises.

    Arguments are those of `run_request`; `guard` watches over real instruments, where there is one.
    """
    from labkit.app._ledger import history, noted
    from labkit.storage import RunWriter, run_path

    plan = plan_on(session, prepared).require()
    description = describe(prepared, plan, session.capabilities)
    path = run_path(RUNS, description) if output is None else output
    if not prepared.request.virtual:
        before = {"ledger before the run": history(path, prepared.sample, plan.devices)}
        description = replace(description, environment={**description.environment, **before})
        if guard is not None:
            guard.watch(prepared.bench, path.with_suffix(".watchdog.log"))
    with noted(path, description, subscribers), RunWriter(path) as writer:
        finished = run_plan(session, plan, description, [writer, *subscribers], operator)
    return Measured(path, finished, description.metrics)


def run_request(
    request: Request,
    output: Path | None = None,
    subscribers: Sequence[Subscriber] = (),
    watchdog: bool = True,
    operator: Operator | None = None,
) -> Outcome:
    """Run a request, store it, compute its metrics.

    The Plan is made and its refusals raised before any output is on. `output` is the run file, by default a name made
    of date, protocol and device in `runs/`. A run that fails leaves its file with what was measured; the error is
    raised. With `watchdog` a process of its own makes real instruments safe when this one is killed, and tells so in a
    log beside the run file; a virtual bench ends with this process. A run on real instruments is written into the
    ledger of the devices that it measures, and its file tells what the ledger said before. `operator` puts masks before
    an array; without one a plan that needs it on real instruments is refused.
    """
    prepared = prepare(request)
    with Watchdog() as guard, open_session(prepared) as session:
        measured = measure(session, prepared, output, subscribers, guard if watchdog else None, operator)
    return measured.evaluate()
