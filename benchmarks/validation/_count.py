"""Run the trials of a case, alone or in several processes, and keep what they said."""

import json
import warnings
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._coverage_statistics import Comparison, Row
from benchmarks.validation._case import Case
from benchmarks.validation._tally import Figure, Tally, tallies

COUNTED = Path(__file__).with_name("counted")
"""What was counted last, one JSON file a case; the page is written from it."""
CHUNK = 10


def trial(case: Case, number: int) -> list[Comparison]:
    """Run one trial; its number and the case's name make all that is random."""
    generator = np.random.default_rng([zlib.crc32(case.name.encode()), number])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return list(case.trial(generator))


def count(case: Case, trials: int) -> list[Tally]:
    """Run trials in this process."""
    return tallies(case, [each for number in range(trials) for each in trial(case, number)])


def _chunk(cases: Callable[[], Mapping[str, Case]], name: str, first: int, last: int) -> list[Comparison]:
    return [each for number in range(first, last) for each in trial(cases()[name], number)]


def comparisons(
    cases: Callable[[], Mapping[str, Case]], name: str, trials: int, pool: ProcessPoolExecutor
) -> Iterator[list[Comparison]]:
    """Run the trials of a case in other processes, which look the case up by its name; gives them in chunks."""
    firsts = range(0, trials, CHUNK)
    lasts = [min(first + CHUNK, trials) for first in firsts]
    many = len(lasts)
    yield from pool.map(_chunk, [cases] * many, [name] * many, firsts, lasts)


def keep(name: str, trials: int, found: Sequence[Tally], folder: Path = COUNTED) -> None:
    """Write what the trials of a case said."""
    folder.mkdir(exist_ok=True)
    text = json.dumps({"trials": trials, "tallies": [asdict(each) for each in found]}, ensure_ascii=False, indent=1)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def kept(name: str, folder: Path = COUNTED) -> tuple[int, list[Tally]]:
    """Read how many trials of a case were counted and what they said; none where it never was."""
    file = folder / f"{name}.json"
    if not file.exists():
        return 0, []
    read = json.loads(file.read_text(encoding="utf-8"))
    return int(read["trials"]), [_tally(each) for each in read["tallies"]]


def _tally(read: dict[str, Any]) -> Tally:
    figures = tuple(Figure(**each) for each in read["figures"])
    return Tally(**read | {"row": Row(**read["row"]), "band": tuple(read["band"]), "figures": figures})
