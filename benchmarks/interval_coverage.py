"""Do the intervals hold what they say? Presets' computed truths against metrics measured through the whole chain.

    python benchmarks/interval_coverage.py [--repeats 400] [--workers 2] [--only ppf] [--page PAGE.md]

Each repeat is a run of a shipped protocol on a virtual bench: simulated firmware, driver, planner, run file, metric.
The seed draws the device's randomness, the instruments' errors and the light's true calibration. A row says how often
the 95 % interval of a value held the truth that is computed from the preset's parameters. 400 repeats take an hour or
more on two cores.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rich.progress import Progress

from benchmarks._coverage_cases import CASES, run_seed
from benchmarks._coverage_statistics import Comparison, Row, rows

HEADINGS = ("case", "value", "at", "n", "coverage", "95 % of it", "bias / u", "SD of z", "no value", "verdict")

PAGE = """\
# Coverage

How often the 95 % interval of a metric held the truth that is computed from a preset's parameters, measured through the
whole chain on the virtual benches: simulated firmware, driver, planner, run file, metric. "holds" means that 93 to 97 %
is compatible with what was counted (exact binomial interval); "conservative" that the intervals are wider than need be,
mostly where an instrument's limits (rectangular, shared by all repeats) dominate; "too low" that they fall short.

With few repeats a row tells a gross error, not 93 % from 97 %: look at the interval of the coverage.

Made by

<!-- not run: it takes long -->
```console
$ python benchmarks/interval_coverage.py --repeats {repeats} --page docs/reference/coverage.md
```

{table}
"""


def run_case(name: str, repeats: int, pool: ProcessPoolExecutor, progress: Progress) -> list[Row]:
    """Run a case with so many seeds; gives a row for each value."""
    task = progress.add_task(f"{name}: {CASES[name].title}", total=repeats)
    found: list[Comparison] = []
    for comparisons in pool.map(run_seed, [name] * repeats, range(1, repeats + 1)):
        found += comparisons
        progress.advance(task)
    return rows(name, found)


def cells(row: Row) -> tuple[str, ...]:
    low, high = row.interval
    return (
        row.case,
        row.symbol,
        row.at,
        str(row.repeats),
        f"{row.coverage:.3f}",
        f"{low:.3f} to {high:.3f}",
        f"{row.bias:+.2f}",
        f"{row.z_spread:.2f}",
        f"{row.without_value:.2f}",
        row.verdict,
    )


def markdown(table: Sequence[Row]) -> Iterator[str]:
    yield f"| {' | '.join(HEADINGS)} |"
    yield "|" + "---|" * len(HEADINGS)
    for row in table:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells(row))} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=400)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", choices=list(CASES), action="append", help="this case only; may be given again")
    parser.add_argument("--page", type=Path, help="also write the table as a page")
    options = parser.parse_args()
    table: list[Row] = []
    with ProcessPoolExecutor(options.workers) as pool, Progress() as progress:
        for name in options.only or CASES:
            table += run_case(name, options.repeats, pool, progress)
    lines = list(markdown(table))
    print("\n".join(lines))
    verdicts = [row.verdict for row in table]
    print(", ".join(f"{verdicts.count(word)} {word}" for word in ("holds", "conservative", "too low")))
    if options.page is not None:
        options.page.write_text(PAGE.format(repeats=options.repeats, table="\n".join(lines)), encoding="utf-8")


if __name__ == "__main__":
    main()
