"""What a value form (single value, list, log- or linearly spaced) comes to, and how it is written."""

from collections.abc import Iterator

import numpy as np

from labkit.protocol._dimensions import RATIO, Amount, dimension_name
from labkit.protocol._expressions import Expression, Scope, Series, Value
from labkit.protocol._values import LinSpace, LogSpace, ValueForm

MOST_VALUES = 100_000
"""A longer list is taken for a mistake."""


def evaluate_form(form: ValueForm, scope: Scope) -> Value:
    """Compute a value or a list; a single `$name` may stand for a list.

    Raises ValueError for what `Expression.evaluate` refuses, for an empty list and for one of mixed dimensions.
    """
    if isinstance(form, Expression):
        named = scope.get(form.parameter) if form.parameter else None
        return named if isinstance(named, Series) else form.evaluate(scope)
    if isinstance(form, LogSpace | LinSpace):
        return _spaced(form, scope)
    amounts = [item.evaluate(scope) for item in form]
    if not amounts:
        raise ValueError("a list without values")
    _one_dimension(amounts)
    return Series(tuple(amount.value for amount in amounts), amounts[0].dimension)


def _one_dimension(amounts: list[Amount]) -> None:
    kinds = {dimension_name(amount.dimension) for amount in amounts}
    if len(kinds) > 1:
        raise ValueError(f"a list of different kinds: {', '.join(sorted(kinds))}")


def _spaced(form: LogSpace | LinSpace, scope: Scope) -> Series:
    ends = [end.evaluate(scope) for end in (form.logspace if isinstance(form, LogSpace) else form.linspace)]
    _one_dimension(ends)
    points = whole_number(form.points.evaluate(scope))
    if not 2 <= points <= MOST_VALUES:
        raise ValueError(f"{points} points; a spaced list has 2 to {MOST_VALUES}")
    first, last = ends[0].value, ends[1].value
    if isinstance(form, LogSpace) and not first * last > 0:
        raise ValueError("the ends of a logspace must both be positive or both negative, and not zero")
    spaced = np.geomspace(first, last, points) if isinstance(form, LogSpace) else np.linspace(first, last, points)
    return Series(tuple(float(value) for value in spaced), ends[0].dimension)


def whole_number(amount: Amount) -> int:
    """Give a count; raises ValueError for a fraction, a negative number or a number with a unit."""
    if amount.dimension != RATIO:
        raise ValueError(f"{amount.text()} is no count")
    nearest = round(amount.value)
    if abs(amount.value - nearest) > 1e-9 * max(1.0, abs(nearest)):
        raise ValueError(f"{amount.value:g} is not a whole number")
    if nearest < 0:
        raise ValueError(f"{nearest} is less than zero")
    return nearest


def names_in(form: ValueForm) -> Iterator[str]:
    """Give the parameters that a form uses."""
    for expression in _expressions(form):
        yield from expression.names()


def _expressions(form: ValueForm) -> Iterator[Expression]:
    if isinstance(form, Expression):
        yield form
    elif isinstance(form, LogSpace | LinSpace):
        yield from form.logspace if isinstance(form, LogSpace) else form.linspace
        yield form.points
    else:
        yield from form


def value_text(form: ValueForm, value: Value) -> str:
    """Write a value for people, such that it can be given again on the command line.

    As in the file where that says it all, computed where it refers to other parameters.
    """
    if any(names_in(form)):
        return written_value(value)
    if isinstance(form, Expression):
        return str(form.written)
    if isinstance(form, LogSpace | LinSpace):
        word, ends = ("logspace", form.logspace) if isinstance(form, LogSpace) else ("linspace", form.linspace)
        return f"{{{word}: [{ends[0].written}, {ends[1].written}], points: {form.points.written}}}"
    return f"[{', '.join(str(item.written) for item in form)}]"


def written_value(value: Value) -> str:
    """Write an amount, or a list as `[1 s, 2 s]`, such that the same numbers are read again."""
    if isinstance(value, Amount):
        return value.exact_text()
    return f"[{', '.join(Amount(number, value.dimension).exact_text() for number in value.values)}]"
