"""Does a digital twin know its device? Parameters drawn around a preset against those fitted to runs of the device.

    python benchmarks/twin_coverage.py [--repeats 100] [--first 1] [--workers 2] [--only CASE] [--json FILE] [--page]

Each repeat draws a device, runs a shipped protocol on a virtual bench (simulated firmware, driver, planner, run file),
fits the preset's free parameters from the preset's own values, and predicts a second protocol that the fit did not see.
The seed draws the parameters, the device's randomness, the errors of the instruments and the light's calibration. A
line is printed as soon as a repeat is done; with `--json` what is done is kept, and a later call goes on from there.
`--first` is the first seed: what was found and mended on some seeds is to be counted on others.
`--page` writes docs/reference/twin-coverage.md. A hundred repeats of both cases take about ten minutes of two idle
cores.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the workers share the cores already

from benchmarks._twin_cases import CASES, Repeat, Trial, repeat
from benchmarks._twin_page import page, table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "twin-coverage.md"

Done = dict[tuple[str, int], Repeat]


def missing(cases: Sequence[str], seeds: range, done: Done) -> Iterator[tuple[str, int]]:
    """Name the repeats that are still to be done, a seed of every case before the next seed."""
    for seed in seeds:
        for case in cases:
            if (case, seed) not in done:
                yield case, seed


def read(file: Path | None) -> Done:
    """Read the repeats that a file keeps."""
    if file is None or not file.exists():
        return {}
    kept = json.loads(file.read_text(encoding="utf-8"))
    return {(each["case"], each["seed"]): _repeat(each["repeat"]) for each in kept}


def _repeat(told: dict[str, object]) -> Repeat:
    trials = told.pop("trials")
    assert isinstance(trials, list)
    return Repeat(trials=tuple(Trial(**each) for each in trials), **told)  # type: ignore[arg-type]  # as written below


def write(file: Path, done: Done) -> None:
    """Keep all repeats."""
    told = [{"case": case, "seed": seed, "repeat": asdict(each)} for (case, seed), each in sorted(done.items())]
    file.write_text(json.dumps(told, indent=1), encoding="utf-8")


def run(cases: Sequence[str], seeds: range, workers: int, file: Path | None) -> Done:
    """Do what is missing."""
    done = read(file)
    with ProcessPoolExecutor(workers) as pool:
        waiting = {pool.submit(repeat, case, seed): (case, seed) for case, seed in missing(cases, seeds, done)}
        for future in as_completed(waiting):
            case, seed = waiting[future]
            found = done[case, seed] = future.result()
            covered = sum(trial.covered for trial in found.trials)
            print(f"{case} {seed}: {covered} of {len(found.trials)} covered, residual {found.excess:.2f}", flush=True)
            if file is not None:
                write(file, done)
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=100)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", choices=[*CASES], action="append")
    parser.add_argument("--json", type=Path, help="keep the repeats here, and go on from those that are here")
    parser.add_argument("--page", action="store_true", help=f"also write {PAGE.name}")
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.repeats)
    done = run(options.only or [*CASES], seeds, options.workers, options.json)
    for case in dict.fromkeys(case for case, _ in sorted(done)):
        print("\n".join(table([each for (name, _), each in done.items() if name == case])))
    if options.page:
        PAGE.write_text(page(done), encoding="utf-8")


if __name__ == "__main__":
    main()
