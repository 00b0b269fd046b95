"""Count the cases of section 8 of the metric standard, and write the page from what was counted.

    python -m benchmarks.validation --trials 1000 --page      all cases, an hour or two on two idle cores
    python -m benchmarks.validation --only epsc --trials 200  cases whose name begins so
    python -m benchmarks.validation --trials 0 --page         the page alone

Cases that were counted with so many trials before are not counted again, unless `--again`: the command may be broken
off and started anew. What was counted is kept in benchmarks/validation/counted, one file a case.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from benchmarks.validation._anchors import anchors
from benchmarks.validation._case import Case
from benchmarks.validation._count import comparisons, keep, kept
from benchmarks.validation._page import page, table
from benchmarks.validation._tally import FALLS_SHORT, Tally, tallies
from benchmarks.validation.cases import all_cases

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "validation.md"


def count_cases(cases: Sequence[Case], trials: int, workers: int) -> None:
    """Count cases one after the other, with a bar for each and one for all."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    # Matrices are small here: threads of linear algebra in each process would only get in each other's way.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with (
        ProcessPoolExecutor(workers, get_context("spawn")) as pool,
        Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn()) as progress,
    ):
        whole = progress.add_task("all cases", total=trials * len(cases))
        for case in cases:
            task = progress.add_task(case.name, total=trials)
            found = []
            done = 0
            for chunk in comparisons(all_cases, case.name, trials, pool):
                found += chunk
                step = min(10, trials - done)
                done += step
                progress.advance(task, step)
                progress.advance(whole, step)
            keep(case.name, trials, tallies(case, found))
            progress.remove_task(task)


def chosen(wanted: Sequence[str], trials: int, *, again: bool) -> list[Case]:
    """Give the cases whose name begins as wanted and that were not counted so often yet."""
    named = [case for case in all_cases().values() if not wanted or case.name.startswith(tuple(wanted))]
    return [case for case in named if trials and (again or kept(case.name)[0] < trials)]


def counted_cases() -> dict[str, tuple[int, list[Tally]]]:
    """Give the trials and the tallies of every case that was counted."""
    found = {name: kept(name) for name in all_cases()}
    return {name: each for name, each in found.items() if each[0]}


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--only", action="append", default=[], help="cases whose name begins so; may be repeated")
    parser.add_argument("--again", action="store_true", help="count cases again that were counted before")
    parser.add_argument("--page", action="store_true", help=f"write docs/reference/{PAGE.name}")
    options = parser.parse_args()
    # Broken off from outside, the workers end with it: what was counted so far is kept case by case.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("broken off"))
    count_cases(chosen(options.only, options.trials, again=options.again), options.trials, options.workers)
    cases, counted = all_cases(), counted_cases()
    shown = {name: each for name, each in counted.items() if name.startswith(tuple(options.only) or ("",))}
    print("\n".join(table(cases, shown)))
    short = [tally for _, found in shown.values() for tally in found if tally.verdict.startswith(FALLS_SHORT)]
    print(f"{len(short)} values fall short")
    if options.page:
        PAGE.write_text(page(cases, counted, anchors()), encoding="utf-8")


if __name__ == "__main__":
    main()
