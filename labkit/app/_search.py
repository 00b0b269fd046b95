"""Find runs among many by what a user types: words, fields, and values of metrics."""

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from labkit.app._catalogue import CatalogueEntry, ValueSpan
from labkit.core import UNITS, LabkitError, format_quantity, parse_quantity

SEARCH_HELP = (
    "Words are looked for in sample, device, protocol, title, date and outcome; all must be found. "
    "sample:  device:  protocol:  date:  outcome:  flag:  metric:  before a word look only there. "
    "PPF > 150 %,  tau < 2 s,  G_max >= 10 uS  compare a value of a metric; without a unit, in the unit of the metric "
    "(% for ratios in percent, else SI)."
)

_COMPARISON = re.compile(r"(?P<name>[^\s<>=:]+)\s*(?P<sign><=|>=|<|>)\s*(?P<value>\S*)(?:\s+(?P<unit>\S+))?")
_FIELD = re.compile(r"(?P<field>[a-z]+):\s*(?P<word>\S+)")
_SIGNS: Mapping[str, Callable[[float, float], bool]] = MappingProxyType(
    {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
)
_LETTERS = str.maketrans(
    {"α": "alpha", "β": "beta", "γ": "gamma", "Δ": "delta", "δ": "delta", "η": "eta", "λ": "lambda", "μ": "mu"}
    | {"σ": "sigma", "τ": "tau", "φ": "phi", "Φ": "phi", "ρ": "rho", "⟨": "", "⟩": "", "_": ""}
)

Test = Callable[[CatalogueEntry], bool]


@dataclass(frozen=True, slots=True)
class Search:
    """What a user looks for: all of the tests must hold."""

    tests: tuple[Test, ...]

    def __call__(self, entry: CatalogueEntry) -> bool:
        """Tell whether a run is what is looked for."""
        return all(test(entry) for test in self.tests)


def parse_search(text: str) -> Search:
    """Read what a user typed (SEARCH_HELP tells how it is written); nothing finds everything.

    Raises LabkitError where a comparison has no number, or a number no unit that there is.
    """
    return Search(tuple(_tests(text)))


def _tests(text: str) -> Iterator[Test]:
    rest = text.strip()
    while rest:
        if (compared := _COMPARISON.match(rest)) is not None:
            test, rest = _comparison(compared, rest)
            yield test
        elif (field := _FIELD.match(rest)) is not None and field["field"] in _FIELDS:
            rest = rest[field.end() :].lstrip()
            yield _in_field(field["field"], _folded(field["word"]))
        else:
            word, _, rest = rest.partition(" ")
            rest = rest.lstrip()
            yield _anywhere(_folded(word))


def _comparison(found: re.Match[str], text: str) -> tuple[Test, str]:
    name, sign, value, unit = found["name"], found["sign"], found["value"], found["unit"]
    both = f"{value} {unit}" if unit in UNITS else value
    end = found.end() if unit in UNITS else found.end("value")
    try:
        number, dimension = parse_quantity(both)
    except ValueError as error:
        raise LabkitError(f"{name} {sign} {both}: {error}", "write a number, with a unit: PPF > 150 %") from error
    bare = re.fullmatch(r"[-+0-9._eE]+", both) is not None
    return _compared(_folded(name), sign, number, None if bare else dimension), text[end:].lstrip()


def _compared(name: str, sign: str, number: float, dimension: str | None) -> Test:
    holds = _SIGNS[sign]

    def test(entry: CatalogueEntry) -> bool:
        for span in _called(entry.values, name):
            own = UNITS.get(span.unit, ("", 1.0))[0]
            if not span.count or (dimension is not None and own != dimension):
                continue
            limit = number / 100 if dimension is None and span.unit == "%" else number
            if holds(span.high if sign[0] == ">" else span.low, limit):
                return True
        return False

    return test


def _called(spans: Sequence[ValueSpan], name: str) -> list[ValueSpan]:
    """Give the values of a name: the symbols that are it, else the metrics that are it, else those that begin so."""
    exact = [span for span in spans if _folded(span.symbol) == name]
    metric = [span for span in spans if _folded(span.metric) == name]
    return exact or metric or [span for span in spans if _folded(span.symbol).startswith(name)]


def _folded(text: str) -> str:
    """Write a symbol as it is typed on a keyboard without Greek letters: `τ_1` as `tau1`."""
    return text.translate(_LETTERS).casefold().translate(_LETTERS)


_FIELDS: Mapping[str, Callable[[CatalogueEntry], Sequence[str]]] = MappingProxyType(
    {
        "sample": lambda entry: (entry.sample,),
        "device": lambda entry: (entry.device, *entry.devices),
        "protocol": lambda entry: (entry.protocol, entry.implements),
        "date": lambda entry: (entry.started_at.replace("T", " "),),
        "outcome": lambda entry: (entry.outcome or "damaged",),
        "flag": lambda entry: tuple(flag for span in entry.values for flag in span.flags),
        "metric": lambda entry: tuple(name for span in entry.values for name in (span.metric, span.symbol)),
    }
)


def _in_field(field: str, word: str) -> Test:
    return lambda entry: any(word in _folded(text) for text in _FIELDS[field](entry))


def _anywhere(word: str) -> Test:
    def test(entry: CatalogueEntry) -> bool:
        texts = [entry.title, entry.path.name, entry.problem, entry.run_id, "virtual" if entry.virtual else "real"]
        for field in ("sample", "device", "protocol", "date", "outcome"):
            texts += _FIELDS[field](entry)
        return any(word in _folded(text) for text in texts)

    return test


def span_words(span: ValueSpan) -> str:
    """Write from where to where a value goes over the conditions and devices of a run; a dash where there is none."""
    if not span.count or not math.isfinite(span.low):
        return "—"
    low, high = format_quantity(span.low, span.unit), format_quantity(span.high, span.unit)
    return low if low == high else f"{low} … {high}"
