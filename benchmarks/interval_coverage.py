"""Do the intervals hold what they say? Presets' computed truths against metrics measured through the whole chain.

    python benchmarks/interval_coverage.py [--repeats 400] [--workers 2] [--only ppf_index] [--json out.json] [--page]

Each repeat is a run of a shipped protocol on a virtual bench: simulated firmware, driver, planner, run file, metric.
The seed draws the device's randomness, the instruments' errors and the light's true calibration. A row says how often
the 95 % interval of a value held the truth that is computed from the preset's parameters. `--only` takes a case or a
metric; `--page` writes docs/reference/coverage.md. 400 repeats take an hour on two idle cores; they may be counted case
by case with `--json`, and put together by `--counted *.json --page`.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, fields
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks._coverage_cases import CASES, run_seed
from benchmarks._coverage_page import page, table
from benchmarks._coverage_statistics import CONSERVATIVE, HOLDS, TOO_LOW, Comparison, Row, rows
from labkit.metrics import metric_names

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "coverage.md"


def run_case(name: str, repeats: int, pool: ProcessPoolExecutor, progress: Progress) -> list[Row]:
    """Run a case with so many seeds; gives a row for each value."""
    task = progress.add_task(f"{name}: {CASES[name].title}", total=repeats)
    found: list[Comparison] = []
    for comparisons in pool.map(run_seed, [name] * repeats, range(1, repeats + 1)):
        found += comparisons
        progress.advance(task)
    return rows(name, found)


def run_all(cases: Sequence[str], repeats: int, workers: int) -> Iterator[Row]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with ProcessPoolExecutor(workers) as pool, Progress(*columns) as progress:
        for name in cases:
            yield from run_case(name, repeats, pool, progress)


def run_wanted(options: argparse.Namespace) -> list[Row]:
    """Run what `--only` names: a case wholly, a metric in all cases that have it."""
    wanted = set(options.only or CASES)
    cases = [name for name, case in CASES.items() if wanted & {name, *case.metrics}]
    if wanted <= set(CASES):
        cases = [name for name in CASES if name in wanted]
    rows_found = run_all(cases, options.repeats, options.workers)
    return [row for row in rows_found if wanted & {row.case, row.metric} or not options.only]


def counted(files: Sequence[Path]) -> list[Row]:
    """Read rows that were counted case by case, in the order of the cases; of a case in two files, the later one."""
    names = [field.name for field in fields(Row)]
    by_case: dict[str, list[Row]] = {}
    for file in files:
        read = [Row(**{name: told[name] for name in names}) for told in json.loads(file.read_text(encoding="utf-8"))]
        by_case |= {case: [row for row in read if row.case == case] for case in {row.case for row in read}}
    return [row for case in CASES for row in by_case.get(case, [])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=400)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", choices=[*CASES, *metric_names()], action="append", help="a case or a metric")
    parser.add_argument("--json", type=Path, help="also write the rows, for other programs")
    parser.add_argument("--counted", type=Path, nargs="+", help="take rows from these JSON files instead of running")
    parser.add_argument("--page", action="store_true", help=f"also write {PAGE.name}")
    options = parser.parse_args()
    found = counted(options.counted) if options.counted else run_wanted(options)
    print("\n".join(table(found)))
    verdicts = [row.verdict for row in found]
    print(", ".join(f"{verdicts.count(word)} {word}" for word in (HOLDS, CONSERVATIVE, TOO_LOW)))
    if options.json is not None:
        told = [asdict(row) | {"coverage": row.coverage, "verdict": row.verdict} for row in found]
        options.json.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    if options.page:
        PAGE.write_text(page(found, max(row.repeats for row in found)), encoding="utf-8")


if __name__ == "__main__":
    main()
