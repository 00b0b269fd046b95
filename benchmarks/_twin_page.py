"""The page that tells how well twins know their devices."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from benchmarks._coverage_statistics import CONSERVATIVE, HIGHEST, HOLDS, LOWEST, TOO_LOW, clopper_pearson
from benchmarks._twin_cases import CASES, SCATTER, Repeat, Trial

PAGE = """\
# How well a digital twin knows its device

Coverage of the 95 % intervals that `labkit fit` states, on devices whose parameters are known: drawn around a preset by
a factor of exp(±{scatter:g}), run on a virtual bench through simulated firmware, and fitted from the preset's
values. The seed of each repeat draws the parameters, scatter of its events, the instruments' errors within
their specifications and the true calibration of the light. Simulated devices only: of a real sample a twin knows no
more than its family's physics holds.

Made by

<!-- not run: it takes long -->
```console
$ python benchmarks/twin_coverage.py --repeats {repeats} --first {first} --page
```

or with `--json FILE`, which keeps what is done and goes on from there.

"holds": 93 to 97 % is compatible with what was counted (exact binomial interval); "conservative": the intervals are
wider than they need be; "too low": they fall short. *u* is the median standard uncertainty of the parameter, relative;
*bias* the median of z, the error over its standard uncertainty; *SD of z* is 1 at best. The fit's own measure of
the scatter of events is given beside the true one, and its residual in units of the readings' noise (1 at best).

{sections}
## Where it is not 93 to 97 %

{remarks}
## What an earlier count found

On seeds 1 to 105 the phototransistor's gain and lifetime of the sensitisation were covered in 91.4 % each, with an SD
of z of 1.19. The fits had come to the likeliest parameters and their curvature was right; the weights of the readings
were not. The noise of a mean was told in part by its own few readings, and means of large currents borrowed the noise
of small ones: readings in the light scattered up to 1.09 times as much as they were told to, late ones in the dark 0.6
times. Now readings of about the same current tell the noise together. On 40 of those seeds that alone brought the SD of
z from 1.24 and 1.18 to 1.12 and 1.15, no more than chance leaves. Meanwhile pulses of light also came to share the
error of their start; what that adds was not counted apart. The mean square of such readings then took bent stretches
for noise (residuals of 0.88 where 1 is right): it is their median now. The counts above are on other seeds.

## What the intervals hold

- Noise of the readings, the scatter of events, gain and offset of sources and meters (from the specifications in the
  run file), the light's calibration, when pulses of light, acquisitions and readings began and pulses ended.
- Not: a wrong family, parameters that were held and are different, a device that did not rest before the run, drift of
  an instrument within a run, the error of its clock.
- A run is laid on the levels of its timeline; a ramp counts as the steps that were read.
"""


def verdict(covered: int, count: int) -> str:
    """Say whether a coverage is compatible with 93 to 97 %."""
    low, high = clopper_pearson(covered, count)
    return TOO_LOW if high < LOWEST else CONSERVATIVE if low > HIGHEST else HOLDS


def table(repeats: Sequence[Repeat]) -> Iterator[str]:
    """Give a row for each parameter, and one for all of them."""
    yield "| parameter | n | coverage | 95 % of it | u | bias | SD of z |  |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, trials in by_parameter(repeats).items():
        yield row(name, trials)


def by_parameter(repeats: Sequence[Repeat]) -> dict[str, list[Trial]]:
    """Put the trials of each parameter together."""
    found: dict[str, list[Trial]] = {}
    for each in repeats:
        for trial in each.trials:
            found.setdefault(trial.parameter, []).append(trial)
    return found


def row(name: str, trials: Sequence[Trial]) -> str:
    """Give the row of a parameter."""
    covered, count = sum(trial.covered for trial in trials), len(trials)
    low, high = clopper_pearson(covered, count)
    z = np.array([trial.z for trial in trials])
    doubt = float(np.median([trial.relative for trial in trials]))
    cells = (
        f"`{name}`",
        str(count),
        f"{covered / count:.1%}",
        f"{low:.1%} to {high:.1%}",
        f"{doubt:.2g}",
        f"{np.median(z):+.2f}",
        f"{np.std(z, ddof=1) if count > 1 else float('nan'):.2f}",
        verdict(covered, count),
    )
    return f"| {' | '.join(cells)} |"


def page(done: Mapping[tuple[str, int], Repeat]) -> str:
    """Give the whole page."""
    cases = {name: [each for (case, _), each in sorted(done.items()) if case == name] for name in CASES}
    cases = {name: repeats for name, repeats in cases.items() if repeats}
    return PAGE.format(
        scatter=SCATTER,
        repeats=max(len(repeats) for repeats in cases.values()),
        first=min(seed for _, seed in done),
        sections="\n".join(line for name, repeats in cases.items() for line in _section(name, repeats)),
        remarks="\n".join(_remarks(cases)) + "\n",
    )


def _section(name: str, repeats: Sequence[Repeat]) -> Iterator[str]:
    case = CASES[name]
    yield f"## {case.title}: {case.preset}\n"
    yield f"`{_told(name)}` on `{case.bench}`, {len(repeats)} devices.\n"
    yield from table(repeats)
    trials = [trial for each in repeats for trial in each.trials]
    covered = sum(trial.covered for trial in trials)
    scatter = np.array([each.variation / each.true_variation for each in repeats])
    yield f"\nAll parameters together: {covered} of {len(trials)}, {covered / len(trials):.1%}.\n"
    yield (
        f"Residual {np.median([each.excess for each in repeats]):.2f} (median). Scatter of events over the true one: "
        f"{np.mean(scatter):.2f} on average, {np.std(scatter):.2f} standard deviation.\n"
    )
    misfit = np.array([each.misfit for each in repeats])
    expected = np.array([each.expected for each in repeats])
    yield (
        f"Predicted `{case.unseen.name}`, to which no twin was fitted: misfit {np.median(misfit):.2%} of the range "
        f"(median; 90 % of the devices below {np.quantile(misfit, 0.9):.2%}), expected {np.median(expected):.2%}; root "
        f"of the mean square of their ratio {np.sqrt(np.mean((misfit / expected) ** 2)):.2f}.\n"
    )


def _told(name: str) -> str:
    protocol = CASES[name].fitted
    changed = "".join(f" -p {key}='{value}'" for key, value in protocol.parameters.items())
    return f"{protocol.name} --set {protocol.set_name}{changed}"


def _remarks(cases: Mapping[str, Sequence[Repeat]]) -> Iterator[str]:
    found = False
    for name, repeats in cases.items():
        for parameter, trials in by_parameter(repeats).items():
            covered = sum(trial.covered for trial in trials)
            share = covered / len(trials)
            if not LOWEST <= share <= HIGHEST:
                found = True
                spread = float(np.std([trial.z for trial in trials], ddof=1))
                told = f"{share:.1%} of {len(trials)}, SD of z {spread:.2f}"
                yield f"- {name}: `{parameter}` {told}: {_reason(trials, spread)}."
    if not found:
        yield "Nowhere."


def _reason(trials: Sequence[Trial], spread: float) -> str:
    """Say whether chance alone explains a coverage, for which the scatter of z is the sharper test."""
    count = len(trials)
    if spread > 1 + 2 / np.sqrt(2 * count):
        return "the errors scatter by more than stated, beyond chance; no reason is known"
    told = verdict(sum(trial.covered for trial in trials), count)
    return "by as much as so few repeats may be off" if told == HOLDS else f"{told}; no reason is known"
