"""Where the compiler is in a file, and how it evaluates what stands there, keeping faults instead of raising them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from labkit.core import (
    TIMELINE_COLUMNS,
    DocumentError,
    Located,
    Nanoseconds,
    Problem,
    did_you_mean,
    in_order,
    nanoseconds,
)
from labkit.protocol._dimensions import DIMENSIONS, Amount, dimension_name, with_article
from labkit.protocol._document import DeclaredTerminal
from labkit.protocol._expressions import Expression, Scope, Value
from labkit.protocol._forms import whole_number
from labkit.protocol._values import TIME, ExpressionField

MOST_STEPS = 100_000
"""More compiled steps are taken for a mistake: a loop over values that should be a repeat."""


LONGEST_TIME = 10 * 365.25 * 86400.0
"""A longer single time (s) is taken for a mistake."""

MOST_ROUNDS = 1_000_000_000
"""A larger count is taken for a mistake."""

MOST_PER_DECADE = 10_000


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the document: its path, what names mean there, and what is around it."""

    path: tuple[str | int, ...]
    scope: Scope
    loops: tuple[str, ...] = ()
    recording: tuple[str, ...] | None = None

    def at(self, *parts: str | int) -> "Place":
        """Go further down the path."""
        return replace(self, path=(*self.path, *parts))

    def inside(self, loop: str, values: Mapping[str, Value] | None = None) -> "Place":
        """Enter a loop, with what its names mean."""
        return replace(self, loops=(*self.loops, loop), scope={**self.scope, **(values or {})})

    def recorded(self, terminals: tuple[str, ...]) -> "Place":
        """Enter a record of terminals."""
        return replace(self, recording=terminals)


@dataclass(slots=True)
class Context:
    """One compilation: the terminals, the faults so far, the random orders handed out."""

    source: Located
    terminals: Mapping[str, DeclaredTerminal]
    seed: int
    failed: frozenset[str] = frozenset()
    """Parameters of which a fault has been told already."""
    partial: bool = False
    """Whether faulty steps have been left out, so that what is missing is no fault."""
    problems: list[Problem] = field(default_factory=list)
    shuffles: int = 0
    compiled: int = 0
    loop_dimensions: dict[str, str | None] = field(default_factory=dict)
    """Loop to the dimension of its values; None for a loop that only counts."""
    reads: dict[str, set[str]] = field(default_factory=dict)
    """Mark to the terminals of the reads that have it, of those compiled so far."""

    def tell(self, place: Place, message: str, at_key: bool = False) -> None:
        """Keep a fault."""
        self.problems.append(self.source.problem(place.path, message, at_key))

    def check(self) -> None:
        """Raise DocumentError with all faults, when there are any."""
        if self.problems:
            raise DocumentError(in_order(self.problems))

    def count_step(self, place: Place) -> None:
        """Count one compiled step; raises DocumentError when there are far too many."""
        self.compiled += 1
        if self.compiled > MOST_STEPS:
            self.tell(
                place, f"more than {MOST_STEPS} steps when written out; use repeat where the values do not matter"
            )
            self.check()

    def line(self, place: Place) -> int:
        """Give the line that a step begins on."""
        return self.source.key(place.path).line

    def number(self, expression: Expression, wanted: ExpressionField, place: Place, reason: str = "") -> float | None:
        """Evaluate to an SI value; nothing after a fault. `reason` says why this dimension is wanted."""
        if self.failed.intersection(expression.names()):
            return None
        try:
            amount = expression.evaluate(place.scope)
        except ValueError as error:
            self.tell(place, f"{_last_word(place)}{error}")
            return None
        if not wanted.accepts(amount.dimension):
            found = with_article(dimension_name(amount.dimension))
            shown = _both(expression, amount)
            self.tell(place, f"{_last_word(place)}{reason}{shown} is {found}, not {wanted.wanted()}")
            return None
        return amount.value

    def level(self, expression: Expression, wanted: ExpressionField, place: Place, reason: str = "") -> float:
        """Evaluate to an SI value; after a fault, a harmless 0."""
        return self.number(expression, wanted, place, reason) or 0.0

    def positive(self, expression: Expression, wanted: ExpressionField, place: Place) -> float:
        """Evaluate to an SI value above zero; after a fault, a harmless 1."""
        value = self.number(expression, wanted, place)
        if value is not None and value <= 0:
            self.tell(place, f'{_last_word(place)}"{expression.written}" must be more than 0')
            return 1.0
        return 1.0 if value is None else value

    def time(self, expression: Expression | None, place: Place, shortest: int = 0) -> Nanoseconds:
        """Evaluate to whole nanoseconds, at least `shortest`; nothing written, or a fault, is `shortest`."""
        value = None if expression is None else self.number(expression, TIME, place)
        if expression is None or value is None:
            return Nanoseconds(shortest)
        if value > LONGEST_TIME:
            self.too_long(place)
            return Nanoseconds(shortest)
        duration = nanoseconds(value)
        if duration < shortest:
            least = "more than 0 s" if shortest else "0 s or more"
            shown = _both(expression, Amount(value, DIMENSIONS["time"]))
            self.tell(place, f"{_last_word(place)}{shown} must be {least}")
            return Nanoseconds(shortest)
        return duration

    def too_long(self, place: Place) -> None:
        """Keep the fault of a time beyond all reason."""
        self.tell(place, f"{_last_word(place)}longer than ten years")

    def count(self, expression: Expression, place: Place, least: int = 0) -> int:
        """Evaluate to a whole number; after a fault, `least`."""
        if self.failed.intersection(expression.names()):
            return least
        try:
            found = whole_number(expression.evaluate(place.scope))
            if found < least:
                raise ValueError(f"{found} must be at least {least}")
            if found > MOST_ROUNDS:
                raise ValueError(f"{found} is more than {MOST_ROUNDS}")
        except ValueError as error:
            self.tell(place, f"{_last_word(place)}{error}")
            return least
        return found

    def per_decade(self, expression: Expression | None, place: Place) -> int:
        """Evaluate to a number of points a decade; nothing written, or a fault, is 1."""
        found = 1 if expression is None else self.count(expression, place, least=1)
        if found > MOST_PER_DECADE:
            self.tell(place, f"{found} points a decade are more than {MOST_PER_DECADE}")
        return found

    def terminal(self, name: str, place: Place, kind: str = "", purpose: str = "", at_key: bool = False) -> str:
        """Check that a terminal is declared, and of the kind that a purpose needs; give its kind, or nothing."""
        if name not in self.terminals:
            near = did_you_mean(name, self.terminals) or f"; there are: {', '.join(self.terminals)}"
            self.tell(place, f'there is no terminal "{name}"{near}', at_key)
            return ""
        found = self.terminals[name].kind
        if kind and found != kind:
            self.tell(place, f"{name} is {found}; {purpose} needs {with_article(kind)} terminal")
            return ""
        return found

    def enter_loop(self, name: str, dimension: str | None, place: Place, name_place: Place) -> None:
        """Check that a loop's name is its own; `dimension` is that of its values, None when it only counts."""
        if name in place.loops:
            self.tell(name_place, f'a loop "{name}" inside a loop "{name}"; give one of them another name with `as`')
        elif name in TIMELINE_COLUMNS or name.endswith("_value"):
            self.tell(name_place, f'"{name}" is a column of every timeline; name the loop otherwise')
        elif self.loop_dimensions.setdefault(name, dimension) != dimension:
            self.tell(name_place, f'the loop "{name}" has values of another kind elsewhere; name one of them otherwise')


def _last_word(place: Place) -> str:
    words = [part for part in place.path if isinstance(part, str)]
    return f"{words[-1]}: " if words else ""


def _both(expression: Expression, amount: Amount) -> str:
    if expression.literal is not None:
        return f'"{expression.written}"'
    return f'"{expression.written}" ({amount.text()})'
