"""The main job: a protocol on a bench, into a run file with metrics."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from labkit.app._ledger import history, noted
from labkit.app._prepare import Prepared, Request, describe, prepare
from labkit.app._watchdog import Watchdog
from labkit.core import Result, RunFinished, Subscriber
from labkit.engine import BenchSession, Operator, Plan, open_bench, open_virtual, plan_program, run_plan
from labkit.metrics import compute_metrics
from labkit.storage import RunWriter, read_run, run_path, write_results

RUNS = Path("runs")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run gave: its file, how it ended, its metrics."""

    path: Path
    finished: RunFinished
    results: tuple[Result, ...]


def open_session(prepared: Prepared) -> BenchSession:
    """Open the bench of a request: the real instruments, or simulated firmware behind the same drivers."""
    bench = prepared.bench.bench
    virtual = open_virtual(bench, prepared.bench.folder, prepared.seed) if prepared.request.virtual else None
    return open_bench(bench, virtual)


def plan_on(session: BenchSession, prepared: Prepared) -> Plan:
    """Plan on an open bench, with what its instruments tell of themselves."""
    return plan_program(prepared.program, prepared.bench.bench, session.capabilities, prepared.devices)


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
        plan = plan_on(session, prepared).require()
        description = describe(prepared, plan, session.capabilities)
        path = run_path(RUNS, description) if output is None else output
        if not request.virtual:
            before = {"ledger before the run": history(path, prepared.sample, plan.devices)}
            description = replace(description, environment={**description.environment, **before})
            if watchdog:
                guard.watch(prepared.bench, path.with_suffix(".watchdog.log"))
        with noted(path, description, subscribers), RunWriter(path) as writer:
            finished = run_plan(session, plan, description, [writer, *subscribers], operator)
    results = compute_metrics(read_run(path), description.metrics)
    write_results(path, results)
    return Outcome(path, finished, results)
