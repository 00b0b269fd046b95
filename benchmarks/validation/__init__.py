"""Section 8 of the metric standard: every metric against synthetic traces of known truth, counted over seeds.

The full form, one command, resumed where it was broken off, two processes, page docs/reference/validation.md:

    python -m benchmarks.validation --trials 1000 --page

The short form, in CI: tests/unit/metrics/test_validation.py runs `short` trials of every case with fixed seeds, and
fails where so few already show that a value falls short (exact binomial, 99.9 %).

To add a metric, add one module `cases/_<metric>.py` and two lines in `cases/__init__.py`:

1. `generators/`: make a run with a known truth, from `RunBuilder` (rows of the timeline, traces) and `Instrument` (gain
   and offset drawn within the specification, quantisation, noise `white`, `ar1` or `flicker`). Tests take the same
   generators, as fixtures: one generator, one place.
2. `Group(rows, title, generator, excellent)`: the rows of the standard, the generator in words with its truth, and the
   "excellent" column of section 8.
3. `Case(name, group, condition, trial)`: `trial(generator)` makes one run, computes the metric, and gives what it found
   beside the truth: `compared(result, truth)` for a Result (`variant=` for one of its variants), `seen(...)` for an
   Estimate, `told(metric, symbol, *flags)` where only the flags count. Coverage, bias, u and false flags are counted
   without further words; `allowed` are flags that the generator deserves but need not get.
4. A trace that falls into a trap is a case with `due={"SNR"}`: one of these flags must be told in every trial, else it
   is missed. Where a note tells it, give a word of your own to `told` when the note is there.
5. What else is "excellent" is a `Limit`: `relative_bias`, `absolute_bias`, `spread`, `share_beyond`.
6. `python -m benchmarks.validation --only <name> --trials 1000 --page`, and commit `counted/<name>.json` with the
   page. A trial may take 50 ms; `short` is the number of trials in CI (keep a case below half a second).

What falls short is listed as falling short, with the reason in `known` (by symbol) where it is understood. It is never
tuned away.
"""

from benchmarks._coverage_statistics import Comparison, compared
from benchmarks.validation._case import (
    Case,
    Group,
    Limit,
    Trial,
    absolute_bias,
    relative_bias,
    seen,
    share_beyond,
    spread,
    told,
)

__all__ = [
    "Case",
    "Comparison",
    "Group",
    "Limit",
    "Trial",
    "absolute_bias",
    "compared",
    "relative_bias",
    "seen",
    "share_beyond",
    "spread",
    "told",
]
