"""The page that tells what the coverage benchmark found, and where an interval is not what it should be."""

from collections.abc import Iterator, Sequence

from benchmarks._coverage_cases import CASES
from benchmarks._coverage_statistics import CONSERVATIVE, TOO_LOW, Row

HEADINGS = ("metric", "value", "at", "n", "coverage", "95 % of it", "bias / u", "SD of z", "no value", "flagged", "")

PAGE = """\
# Coverage

How often the 95 % interval of a metric held the truth that is computed from a preset's parameters, measured through the
whole chain on the virtual benches: simulated firmware, driver, planner, run file, metric. The seed of each repeat draws
the device's randomness, the errors of the instruments within their specifications, where within its commands each of
them [acts](virtual-bench.md#when-a-command-acts), and the true calibration of the light.

Made by

<!-- not run: it takes an hour -->
```console
$ python benchmarks/interval_coverage.py --repeats {repeats} --page
```

or, as here, case by case with `--only CASE --json CASE.json`, put together by `--counted *.json --page`.

## What is compared

The truth is a closed form or an exact quadrature over the device's randomness ([simulated devices](
simulated-devices.md)), written apart from the metrics. It is taken at the conditions of the run:

- At the irradiance that really acted, which differs from the stated one by the error of the light's calibration. What
  carries that error (ΔI and the amplitudes of a decay "per irradiance") is the response over the irradiance that acted.
  A value at the stated irradiance would need the exponent of the response, which one irradiance does not tell: this
  phototransistor's is 1.35 in the longer pulses; an interval that takes it to be 1 holds 87 %.
- Voltages, widths and times as they really acted, the source's error included; a conductance is that of the device.
- What earlier stimuli had left is part of the truth (I_∞ counts from the baseline before the stimulus).
- Retention starts from the state that the device really had when its programming ended; a read is a mean over its time.

"holds": 93 to 97 % is compatible with what was counted (exact binomial interval). "conservative": the interval is wider
than it need be; "too low": it falls short. "bound holds": no value is given, and the bound holds the truth in 95 % of
the repeats or more, as far as was counted. "rightly none", "exact": no value is given, or it has no uncertainty, and
all repeats are right.
*bias / u* is the mean error over the mean standard uncertainty; the *SD of z* of a value with Student's t over ten
cycles is 1.13, not 1.

P15 and P03 of the integrator were counted before the places of commands were drawn: with both, three seeds of each
differ by less than 0.15 u, and their uncertainties by less than half a percent.

{sections}
## Where it is not 93 to 97 %

{remarks}
"""


def cells(row: Row) -> tuple[str, ...]:
    low, high = row.interval
    return (
        row.metric,
        row.symbol,
        row.at,
        str(row.repeats),
        f"{row.coverage:.1%}",
        f"{low:.1%} to {high:.1%}",
        _number(row.bias, "+.2f"),
        _number(row.z_spread, ".2f"),
        f"{row.without_value:.1%}" if row.without_value else "",
        ", ".join(f"{flag} {count / row.repeats:.0%}" for flag, count in sorted(row.flags.items())),
        row.verdict,
    )


def _number(value: float, form: str) -> str:
    return format(value, form) if value == value else ""


def table(found: Sequence[Row]) -> Iterator[str]:
    """Give the rows as a table of markdown."""
    yield f"| {' | '.join(HEADINGS)} |"
    yield "|" + "---|" * len(HEADINGS)
    for row in found:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells(row))} |"


def page(found: Sequence[Row], repeats: int) -> str:
    """Give the whole page."""
    return PAGE.format(repeats=repeats, sections="\n".join(_sections(found)), remarks="\n".join(_remarks(found)))


def _sections(found: Sequence[Row]) -> Iterator[str]:
    for name in dict.fromkeys(row.case for row in found):
        recipe = CASES[name].recipe
        changed = "".join(f" -p {key}='{value}'" for key, value in recipe.parameters.items())
        chosen = f" --set {recipe.set_name}" if recipe.set_name else ""
        yield f"## {CASES[name].title}: {recipe.preset}\n"
        yield f"`{recipe.protocol}{chosen}{changed}` on `{recipe.bench}`.\n"
        yield from table([row for row in found if row.case == name])
        yield ""


def _remarks(found: Sequence[Row]) -> Iterator[str]:
    told = [row for row in found if row.verdict in (CONSERVATIVE, TOO_LOW)]
    for row in told:
        yield f"- {row.symbol} ({', '.join(filter(None, (row.case, row.at)))}): {row.verdict}."
    if not told:
        yield f"Nowhere: {len(found)} values of {len({row.case for row in found})} cases."
