"""The page of the validation: what falls short first, then every case beside what would be excellent."""

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.validation._anchors import Anchor
from benchmarks.validation._case import Case
from benchmarks.validation._tally import CONSERVATIVE, FALLS_SHORT, HOLDS, Tally

Counted = Mapping[str, tuple[int, Sequence[Tally]]]
"""Trials and tallies of each case that was counted."""

HEADINGS = (
    "case", "value", "n", "coverage", "95 % of it", "bias / u", "SD of z", "false", "missed", "further", "",
)  # fmt: skip

PAGE = """\
# Validation

Every metric against synthetic traces of known truth, as [section 8 of the standard](metric-standard.md) asks: truth,
a gain and an offset drawn within the ammeter's specification, noise, quantisation, seeded. The whole chain from the
simulated instrument to the metric is on [another page](coverage.md). Nothing here is a measurement.

Made by

<!-- not run: it takes an hour or two -->
```console
$ python -m benchmarks.validation --trials 1000 --page
```

What is asked, as far as the trials can tell (exact binomial intervals of 95 %): the nominal 95 % interval holds the
truth in 93 to 97 %, *bias* is below 0.2 u, the *SD of z* (error over u, as a normal quantile of Student's t) is 0.9 to
1.1, a flag is *false* in less than 2 % and *missed* in less than 5 % of the trials; *further* is what else the row of
the standard asks for. "{holds}": all of it. "{conservative}": wider than need be. Where a value is withheld, its bound
is compared; a value that is withheld without a bound counts as not covering.

{summary}

## What falls short

{short}

## External anchors

{anchors}

{sections}"""


def page(cases: Mapping[str, Case], counted: Counted, anchors: Sequence[Anchor]) -> str:
    """Give the whole page."""
    found = {name: counted[name] for name in cases if name in counted}
    return PAGE.format(
        holds=HOLDS,
        conservative=CONSERVATIVE,
        summary=_summary(cases, found),
        short="\n".join(_short(cases, found)),
        anchors="\n".join(_anchors(anchors)),
        sections="\n".join(_sections(cases, found)),
    )


def _summary(cases: Mapping[str, Case], found: Counted) -> str:
    verdicts = [tally.verdict for _, tallies in found.values() for tally in tallies]
    words = [sum(each.startswith(word) for each in verdicts) for word in (HOLDS, CONSERVATIVE, FALLS_SHORT)]
    return (
        f"{len(cases)} cases, {sum(map(bool, verdicts))} values: {words[0]} hold, {words[1]} are conservative, "
        f"{words[2]} fall short."
    )


def _short(cases: Mapping[str, Case], found: Counted) -> Iterator[str]:
    none = True
    for name, (_, tallies) in found.items():
        for tally in tallies:
            if tally.verdict.startswith(FALLS_SHORT):
                none = False
                what = tally.verdict.removeprefix(f"{FALLS_SHORT}: ")
                reason = cases[name].known.get(tally.row.symbol, "The reason is not known.")
                yield f"- {cases[name].group.title}, {cases[name].condition}, {tally.row.symbol}: {what}. {reason}"
    missing = [name for name in cases if name not in found]
    if missing:
        none = False
        yield f"- Not counted yet: {', '.join(missing)}."
    if none:
        yield "Nothing."


def _anchors(anchors: Sequence[Anchor]) -> Iterator[str]:
    yield "| anchor | wanted | found | |"
    yield "|---|---|---|---|"
    for each in anchors:
        yield f"| {each.name} | {each.wanted} | {each.found} | {HOLDS if each.holds else FALLS_SHORT} |"


def _sections(cases: Mapping[str, Case], found: Counted) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for name in found:
        groups.setdefault(cases[name].group.title, []).append(name)
    for title, names in groups.items():
        group = cases[names[0]].group
        yield f"## {title} ({group.rows})\n"
        yield f"Generator: {group.generator}\n"
        yield f"Excellent: {group.excellent}\n"
        yield from table(cases, {name: found[name] for name in names})
        yield ""


def table(cases: Mapping[str, Case], found: Counted) -> Iterator[str]:
    """Give the tallies of some cases as a table of markdown."""
    yield f"| {' | '.join(HEADINGS)} |"
    yield "|" + "---|" * len(HEADINGS)
    for name, (_, tallies) in found.items():
        for tally in tallies:
            yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells(cases[name], tally))} |"


def cells(case: Case, tally: Tally) -> tuple[str, ...]:
    """Give the cells of one line of a table."""
    row = tally.row
    low, high = row.interval
    covers = row.due
    return (
        case.condition,
        " ".join(filter(None, (row.symbol, row.at))),
        str(row.repeats),
        f"{row.coverage:.1%}" if covers else "",
        f"{low:.1%} to {high:.1%}" if covers else "",
        _number(row.bias, "+.2f") if covers else "",
        _number(tally.z_spread, ".2f"),
        "" if tally.false is None else f"{tally.false / row.repeats:.1%}",
        "" if tally.missed is None else f"{tally.missed / row.repeats:.1%}",
        "; ".join(f"{each.text}: {each.found:.3g}" for each in tally.figures),
        tally.verdict,
    )


def _number(value: float, form: str) -> str:
    return format(value, form) if value == value else ""
